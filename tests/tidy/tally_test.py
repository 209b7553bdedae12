"""The suite counts what GoogleTest programs print, and takes neither a crash nor an empty run for a pass."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'scripts/lib'))
import tally  # noqa: E402

START = '[==========] Running 3 tests from 1 test suite.\n'
PASSED = '[ RUN      ] A.One\n[       OK ] A.One (0 ms)\n'
FAILED = '[ RUN      ] A.Two/0\na.cpp:1: Failure\n[  FAILED  ] A.Two/0, where GetParam() = 3 (1 ms)\n'
SKIPPED = '[ RUN      ] A.Three\na.cpp:7: Skipped\nno corpus here\n\n[  SKIPPED ] A.Three (0 ms)\n'
END = '[==========] 3 tests from 1 test suite ran. (3 ms total)\n[  FAILED  ] A.Two/0, where GetParam() = 3\n'


class Counting(unittest.TestCase):
    def test_every_case_counts_once(self):
        counted = tally.read_gtest('p', START + PASSED + FAILED + SKIPPED + END, 1)
        self.assertEqual(counted.line(), '1 passed, 1 failed, 1 skipped')
        self.assertEqual(counted.skips, [('p: A.Three', 'no corpus here')])
        self.assertIn('a.cpp:1: Failure', counted.failures[0][1])

    def test_text_before_the_verdict_does_not_hide_it(self):
        text = START + '[ RUN      ] A.One\nprinted[       OK ] A.One (0 ms)\n' + END
        self.assertEqual(tally.read_gtest('p', text, 0).line(), '1 passed, 0 failed, 0 skipped')

    def test_a_crash_fails_the_running_case(self):
        counted = tally.read_gtest('p', START + PASSED + '[ RUN      ] A.Two\nboom\n', -11)
        self.assertEqual(counted.line(), '1 passed, 1 failed, 0 skipped')
        self.assertEqual(counted.failures[0][0], 'p: A.Two')
        self.assertIn('signal 11', counted.failures[0][1])

    def test_a_time_limit_fails_the_running_case(self):
        counted = tally.read_gtest('p', START + '[ RUN      ] A.Two\n', None)
        self.assertEqual(counted.line(), '0 passed, 1 failed, 0 skipped')

    def test_a_leak_found_at_the_end_fails(self):
        self.assertEqual(tally.read_gtest('p', START + PASSED + END, 23).line(), '1 passed, 1 failed, 0 skipped')

    def test_an_empty_run_fails(self):
        text = START.replace('3', '0') + END.splitlines()[0].replace('3 tests', '0 tests') + '\n'
        self.assertEqual(tally.read_gtest('p', text, 0).line(), '0 passed, 1 failed, 0 skipped')
        self.assertEqual(tally.read_gtest('p', '', 127).line(), '0 passed, 1 failed, 0 skipped')

    def test_an_early_exit_with_code_zero_fails(self):
        self.assertEqual(tally.read_gtest('p', START + PASSED, 0).line(), '1 passed, 1 failed, 0 skipped')

    def test_disabled_cases_are_skips(self):
        text = START + PASSED + END + '\n  YOU HAVE 2 DISABLED TESTS\n'
        self.assertEqual(tally.read_gtest('p', text, 0).line(), '1 passed, 0 failed, 2 skipped')


if __name__ == '__main__':
    unittest.main()
