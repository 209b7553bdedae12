"""Runs unittest modules and writes their counts for the test suite: {"passed", "failures", "skips"}.

Sub-tests count as part of their test. A class or module whose set-up fails is one failure.
"""

import argparse
import json
import pathlib
import sys
import time
import unittest


class CountingResult(unittest.TextTestResult):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.passed = 0
        self.failed = {}
        self.seconds = {}

    def startTest(self, test):
        super().startTest(test)
        self._began = time.monotonic()

    def stopTest(self, test):
        self.seconds[test.id()] = time.monotonic() - self._began
        super().stopTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._note(test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self._note(test, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._note(test, f'{subtest}: {self._exc_info_to_string(err, test)}')

    def _note(self, test, text):
        self.failed[test.id()] = (self.failed.get(test.id(), '') + '\n' + text).strip()


def main(folder, description):
    options = argparse.ArgumentParser(description=description)
    options.add_argument('--report', type=pathlib.Path, help='file to write the counts to')
    options.add_argument('names', nargs='*', help='parts of test names to run; all without any')
    options = options.parse_args()

    sys.path.insert(0, str(folder))
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f'*{name}*' for name in options.names] or None
    suite = loader.discover(str(folder), pattern='*_test.py', top_level_dir=str(folder))
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=CountingResult)
    result = runner.run(suite)
    slowest = sorted(result.seconds.items(), key=lambda pair: -pair[1])[:5]
    print('slowest:', ', '.join(f'{name} {seconds:.1f} s' for name, seconds in slowest))
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(
            json.dumps(
                {
                    'passed': result.passed,
                    'failures': sorted(result.failed.items()),
                    'skips': [[test.id(), reason] for test, reason in result.skipped],
                }
            )
        )
    return 0 if result.wasSuccessful() else 1
