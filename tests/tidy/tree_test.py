"""One case per rule, each over the whole tree."""

import unittest

import check
import rules
import source

SOURCES = source.read_tree(check.ROOT)


class Tree(unittest.TestCase):
    def test_there_are_sources(self):
        self.assertGreater(sum(file.is_cpp for file in SOURCES), 20)


def case(rule):
    def test(self):
        found = list(check.findings(rule, SOURCES))
        self.assertFalse(found, '\n' + '\n'.join(found))

    return test


for each in rules.RULES:
    setattr(Tree, f'test_{each.__name__}', case(each))
