"""Checks the tree: python3 tests/tidy/check.py. Prints 'file:line: what, and what instead'; exit code 1 if any."""

import pathlib
import sys

import rules
import source

ROOT = pathlib.Path(__file__).resolve().parents[2]


def findings(rule, sources):
    for file in sources:
        for line, what, instead in rule(file):
            yield f'{file.path}:{line}: {what}, instead: {instead}'


def main():
    sources = source.read_tree(ROOT)
    found = [line for rule in rules.RULES for line in findings(rule, sources)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
