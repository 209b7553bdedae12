"""The test suite, stage by stage: builds, runs, counts. Called by scripts/test, which has installed what is needed."""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from tally import Tally, read_gtest  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORES = os.cpu_count() or 2
FUZZ_SECONDS = int(os.environ.get('VAETTIR_FUZZ_SECONDS', '20'))

# Far above what the slowest program takes on busy cores: they end a test that hangs, they do not measure.
UNIT_LIMIT = 900
INTEGRATION_LIMIT = 1200
FULL_LIMIT = 3 * 3600

# A finding ends the program with a code of its own; leaks are findings too.
SANITIZER_SETTINGS = {
    'ASAN_OPTIONS': 'detect_leaks=1:strict_string_checks=1:check_initialization_order=1',
    'UBSAN_OPTIONS': 'print_stacktrace=1:halt_on_error=1',
    'TSAN_OPTIONS': 'second_deadlock_stack=1:history_size=4',
}


def say(text):
    print(text, flush=True)


def stage(title):
    say(f'== {title}')
    return time.monotonic()


def finish(started, tally):
    say(f'   {tally.line()} ({time.monotonic() - started:.0f} s)')
    for name, details in tally.failures:
        say(f'   FAILED {name}')
        for line in details.splitlines()[-80:]:
            say(f'      {line}')


def run(command, limit, env=None):
    """(exit code or None at the limit, output and errors together). What the command started is ended with it."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(os.environ, **SANITIZER_SETTINGS, **(env or {})),
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=limit)
        return process.returncode, output.decode('utf-8', 'replace')
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        output, _ = process.communicate()
        return None, output.decode('utf-8', 'replace')


def build(preset, targets):
    started = stage(f'build {preset}')
    tally = Tally()
    script = 'source scripts/lib/build.sh && build_preset "$@"'
    code, output = run(['bash', '-euo', 'pipefail', '-c', script, 'build', preset, *targets], FULL_LIMIT)
    if code != 0:
        shown = [line for line in output.splitlines() if re.search(r'error|FAILED|fatal', line)][:40]
        tally.add_failure(f'build of {preset}', '\n'.join(shown) or output[-4000:])
    finish(started, tally)
    return tally


def unit(preset, limit=UNIT_LIMIT):
    started = stage(f'unit and golden tests, {preset}')
    programs = sorted((ROOT / 'build' / preset / 'tests').glob('unit_*'))
    programs = [path for path in programs if path.is_file() and os.access(path, os.X_OK)]
    tally = Tally()
    if not programs:
        tally.add_failure(f'unit tests of {preset}', 'no test program was built')

    def one(path):
        code, output = run([str(path)], limit)
        return read_gtest(f'{path.name} ({preset})', output, code)

    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        for result in pool.map(one, programs):
            tally.merge(result)
    finish(started, tally)
    return tally


def python_tests(title, script, arguments=(), env=None, limit=UNIT_LIMIT):
    """A Python program of ours that writes {"passed": N, "failures": [[name, text]], "skips": [[name, text]]}."""
    started = stage(title)
    tally = Tally()
    report = ROOT / 'build' / f'report-{os.getpid()}-{script.replace("/", "-")}.json'
    report.unlink(missing_ok=True)
    code, output = run([sys.executable, '-B', script, '--report', str(report), *arguments], limit, env)
    try:
        content = json.loads(report.read_text())
        tally.add_pass(content['passed'])
        for name, details in content['failures']:
            tally.add_failure(name, details)
        for name, reason in content['skips']:
            tally.add_skip(name, reason)
        report.unlink()
    except (OSError, ValueError, KeyError) as error:
        tally.add_failure(title, f'no report ({error}), exit code {code}\n' + output[-4000:])
    if not tally.ran():
        tally.add_failure(title, 'ran no test')
    elif code != 0 and not tally.failures:
        tally.add_failure(title, f'exit code {code} in spite of passing\n' + output[-4000:])
    finish(started, tally)
    return tally


def fuzz(preset, seconds):
    started = stage(f'fuzzers, {preset}: seeds, then {seconds} s each')
    tally = Tally()
    names = sorted(path.name[: -len('_fuzz.cpp')] for path in (ROOT / 'tests/fuzz').glob('*_fuzz.cpp'))
    if not names:
        tally.add_failure('fuzzers', 'there is none')

    def one(name):
        result = Tally()
        program = ROOT / 'build' / preset / 'tests/fuzz' / f'fuzz_{name}'
        seeds = ROOT / 'tests/fuzz/corpus' / name
        learnt = ROOT / 'build/fuzz' / name
        learnt.mkdir(parents=True, exist_ok=True)
        if not seeds.is_dir() or not any(seeds.iterdir()):
            result.add_failure(f'fuzz_{name}: seeds', f'tests/fuzz/corpus/{name} is empty')
            return result
        common = ['-timeout=10', '-rss_limit_mb=2048', f'-artifact_prefix={learnt}.']
        code, output = run([str(program), '-runs=0', *common, str(seeds)], 300)
        note(result, f'fuzz_{name}: seeds', code, output)
        # New inputs go to a folder outside the tree; the next run starts from what this one learnt.
        command = [str(program), f'-max_total_time={seconds}', *common, str(learnt), str(seeds)]
        code, output = run(command, seconds + 300)
        note(result, f'fuzz_{name}: {seconds} s', code, output)
        return result

    def note(result, name, code, output):
        if code == 0:
            result.add_pass()
        else:
            result.add_failure(name, f'exit code {code}\n' + output[-6000:])

    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        for result in pool.map(one, names):
            tally.merge(result)
    finish(started, tally)
    return tally


def integration(preset, limit=INTEGRATION_LIMIT, env=None):
    program = ROOT / 'build' / preset / 'app/vaettir'
    settings = {'VAETTIR_PROGRAM': str(program), 'VAETTIR_PRESET': preset, **(env or {})}
    return python_tests(f'integration tests, {preset}', 'tests/integration/run.py', env=settings, limit=limit)


def stages(mode):
    """Yields tallies; a build that fails yields its failure, and what needed it is not run."""
    targets = ['unit_tests'] if mode == 'quick' else ['unit_tests', 'vaettir']
    built = build('dev', targets)
    yield built
    if not built.failures:
        yield unit('dev')
    if mode == 'quick':
        return
    yield python_tests('tests of the checks', 'tests/tidy/run.py')
    full = {'VAETTIR_FULL': '1'} if mode == 'full' else None
    if not built.failures:
        yield integration('dev', FULL_LIMIT if full else INTEGRATION_LIMIT, full)

    targets = ['unit_tests', 'fuzz_tests'] + (['vaettir'] if full else [])
    built = build('asan', targets)
    yield built
    if not built.failures:
        yield unit('asan')
        yield fuzz('asan', 300 if full else FUZZ_SECONDS)
        if full:
            yield integration('asan', FULL_LIMIT)
    if full:
        built = build('tsan', ['unit_tests', 'vaettir'])
        yield built
        if not built.failures:
            yield unit('tsan', FULL_LIMIT)
            yield integration('tsan', FULL_LIMIT)


def main(mode):
    if mode == 'full':
        os.environ['VAETTIR_FULL'] = '1'
    total = Tally()
    try:
        for tally in stages(mode):
            total.merge(tally)
    except KeyboardInterrupt:
        total.add_failure('test suite', 'interrupted')
    if not total.ran():
        total.add_failure('test suite', 'ran no test')
    for name, reason in total.skips:
        say(f'SKIPPED {name}: {reason}')
    for name, _ in total.failures:
        say(f'FAILED {name}')
    say(total.line())
    return 1 if total.failures else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
