"""The documents speak of what is there: every cause has its paragraph, every link and every path of the map exists."""

import re
import unittest

import check
import source

ROOT = check.ROOT
CAUSE = re.compile(r'^CAUSE\(\w+, "(\w+)", (\d+),', re.M)
DESCRIBED = re.compile(r'\*\*(\w+)\*\* \((\d+)')
LINK = re.compile(r'\]\(([^)#\s]+)(?:#[^)]*)?\)')
PATH = re.compile(r'`([a-z_]+/[\w./*<>-]*)`')


def documents():
    return [file for file in source.read_tree(ROOT) if file.path.endswith('.md')]


class Documents(unittest.TestCase):
    def test_every_cause_is_described_with_its_status(self):
        causes = dict(CAUSE.findall((ROOT / 'base/core/cause.def').read_text()))
        described = dict(DESCRIBED.findall((ROOT / 'docs/causes.md').read_text()))
        self.assertGreater(len(causes), 40)
        self.assertEqual(described, causes)

    def test_links_lead_somewhere(self):
        dead = []
        for file in documents():
            for link in LINK.findall(file.text):
                if '://' not in link and not ((ROOT / file.path).parent / link).exists():
                    dead.append(f'{file.path}: {link}')
        self.assertEqual(dead, [])

    def test_the_map_names_files_that_exist(self):
        missing = []
        for name in ('docs/ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md'):
            for path in PATH.findall((ROOT / name).read_text()):
                pattern = re.sub(r'<\w+>', '*', path)
                if not path.startswith('build/') and not any(ROOT.glob(pattern.rstrip('/'))):
                    missing.append(f'{name}: {path}')
        self.assertEqual(missing, [])

    def test_every_decision_is_in_the_list(self):
        listed = set(LINK.findall((ROOT / 'docs/adr/README.md').read_text()))
        pages = {path.name for path in (ROOT / 'docs/adr').glob('*.md')} - {'README.md'}
        self.assertEqual(listed, pages)

    def test_every_middleware_node_and_command_is_found_by_its_catalog(self):
        catalogs = {
            'gateway/middleware/catalog.def': 'MIDDLEWARE',
            'engine/nodes/catalog.def': 'NODE',
            'app/commands/catalog.def': 'COMMAND',
        }
        for catalog, word in catalogs.items():
            text = (ROOT / catalog).read_text()
            names = re.findall(rf'^{word}\((\w+)\)', text, re.M)
            self.assertTrue(names, catalog)
            for name in names:
                file = (ROOT / catalog).with_name(name.removesuffix('_command').rstrip('_') + '.cpp')
                self.assertTrue(file.exists(), f'{catalog}: {name}')


if __name__ == '__main__':
    unittest.main()
