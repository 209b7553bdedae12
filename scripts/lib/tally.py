"""Counts test cases of every kind into one sum, and reads what GoogleTest programs print.

A case is passed, failed or skipped; nothing else exists. What did not report an end (a crash, a time limit) has failed,
and a program that ran no case at all has failed too.
"""

import re


class Tally:
    def __init__(self):
        self.passed = 0
        self.failures = []  # (name, details)
        self.skips = []  # (name, reason)

    def add_pass(self, count=1):
        self.passed += count

    def add_failure(self, name, details=''):
        self.failures.append((name, details))

    def add_skip(self, name, reason):
        self.skips.append((name, reason or 'no reason given'))

    def merge(self, other):
        self.passed += other.passed
        self.failures += other.failures
        self.skips += other.skips

    def ran(self):
        return self.passed + len(self.failures) + len(self.skips)

    def line(self):
        return f'{self.passed} passed, {len(self.failures)} failed, {len(self.skips)} skipped'


RUN = re.compile(r'\[ RUN      \] (\S+)')
VERDICT = re.compile(r'\[(       OK |  FAILED  |  SKIPPED )\] (\S+?)(?:,| \(\d+ ms\))')
ANNOUNCED = re.compile(r'\[==========\] Running (\d+) tests?')
FINISHED = re.compile(r'\[==========\] (\d+) tests? from \d+ test suites? ran')
DISABLED = re.compile(r'YOU HAVE (\d+) DISABLED TEST')
SKIP_PLACE = re.compile(r'^\S+:\d+: Skipped$')


def read_gtest(program, output, exit_code):
    """The tally of one GoogleTest program's standard output; exit_code is None where it was stopped at a time limit."""
    tally = Tally()
    current, said = None, []
    announced = finished = False
    for line in output.splitlines():
        if match := RUN.search(line):
            if current is not None:
                tally.add_failure(f'{program}: {current}', 'did not end')
            current, said = match[1], []
        elif current is not None and (match := VERDICT.search(line)) and match[2] == current:
            before = line[: match.start()]
            details = '\n'.join(said + ([before] if before else []))
            verdict = match[1].strip()
            if verdict == 'OK':
                tally.add_pass()
            elif verdict == 'SKIPPED':
                tally.add_skip(f'{program}: {current}', skip_reason(said))
            else:
                tally.add_failure(f'{program}: {current}', details)
            current = None
        elif current is not None:
            said.append(line)
        elif ANNOUNCED.search(line):
            announced = True
        elif FINISHED.search(line):
            finished = True
        elif match := DISABLED.search(line):
            for number in range(int(match[1])):
                tally.add_skip(f'{program}: disabled test {number + 1}', 'named DISABLED_ in its source')

    if exit_code is None:
        ending = 'stopped at its time limit'
    elif exit_code < 0:
        ending = f'ended by signal {-exit_code}'
    else:
        ending = f'ended with exit code {exit_code}'
    if current is not None:
        tally.add_failure(f'{program}: {current}', '\n'.join(said[-60:] + [ending]))
    elif not tally.ran():
        tally.add_failure(program, f'ran no test: {ending}\n' + '\n'.join(output.splitlines()[-40:]))
    elif not (announced and finished) or (exit_code != 0 and not tally.failures):
        tally.add_failure(program, f'{ending} after its tests\n' + '\n'.join(output.splitlines()[-60:]))
    return tally


def skip_reason(said):
    for index, line in enumerate(said):
        if SKIP_PLACE.match(line):
            return ' '.join(part for part in said[index + 1 :] if part.strip()) or line
    return ' '.join(part for part in said if part.strip())
