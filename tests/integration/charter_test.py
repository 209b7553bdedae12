"""The charter validation, end to end: as people run it, and in every shape of its input."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from house import ROOT, new_house, program

EXAMPLE = ROOT / 'examples/charter-validation'
PATH = '/webhook/forseti/charter-valid'


class Script(unittest.TestCase):
    def test_run_sh_runs_and_leaves_no_process(self):
        done = subprocess.run(
            [EXAMPLE / 'run.sh'],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, 'VAETTIR_PROGRAM': program()},
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count('"success":true'), 4, done.stdout)
        self.assertIn('/repos/example/charter/issues/42/labels', done.stdout)


class Shapes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.record = tempfile.NamedTemporaryFile('r', suffix='.jsonl')
        cls.addClassCleanup(cls.record.close)
        stand_ins = subprocess.Popen(
            [sys.executable, '-B', EXAMPLE / 'stand_ins.py', '--record', cls.record.name, '--slow', '0.05'],
            stdout=subprocess.PIPE,
            text=True,
        )

        def end():
            stand_ins.kill()
            stand_ins.wait()
            stand_ins.stdout.close()

        cls.addClassCleanup(end)
        urls = dict(stand_ins.stdout.readline().split() for _ in range(2))
        cls.house = new_house(
            cls,
            workflows=EXAMPLE / 'workflows',
            env={
                'GITHUB_TARGET_URL': urls['github'],
                'OCAPISTAINE_TARGET_URL': urls['ocapistaine'],
                'GITHUB_TOKEN': 'example-token',
            },
        )

    def ask(self, **body):
        """(the answer, what the stand-ins were asked for it)"""
        self.record.read()
        answer = self.house.https(
            'POST', PATH, 'vaettir.localhost', {'Content-Type': 'application/json'}, json.dumps(body).encode()
        )
        return answer, [json.loads(line) for line in self.record.read().splitlines()]

    def test_a_good_contribution_is_labelled(self):
        answer, asked = self.ask(number=42, auto_label=True)
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(
            answer.json(),
            {
                'success': True,
                'issue_number': 42,
                'issue_url': 'https://github.example.org/example/charter/issues/42',
                'issue_title': '[Culture] A library that opens on Sundays',
                'validation': {
                    'is_valid': True,
                    'category': 'culture',
                    'original_category': 'culture',
                    'violations': [],
                    'encouraged_aspects': ['concrete', 'for everybody'],
                    'reasoning': 'It is a proposal and hurts nobody.',
                    'confidence': 0.93,
                },
                'actions': {'auto_label': True, 'should_add_label': True, 'had_conforme_charte': False},
                'should_add_label': True,
            },
        )
        self.assertEqual(
            [(one['server'], one['method'], one['path']) for one in asked],
            [
                ('github', 'GET', '/repos/example/charter/issues/42'),
                ('ocapistaine', 'POST', '/validate'),
                ('github', 'POST', '/repos/example/charter/issues/42/labels'),
            ],
        )
        headers = {name.lower(): value for name, value in asked[0]['headers'].items()}
        self.assertEqual(headers['authorization'], 'Bearer example-token')
        self.assertEqual(headers['accept'], 'application/vnd.github+json')
        self.assertEqual(headers['user-agent'], 'vaettir-charter-validation')
        self.assertEqual(
            asked[1]['body'],
            {'title': '[Culture] A library that opens on Sundays', 'body': 'Families would come.', 'category': None},
        )
        self.assertEqual(asked[2]['body'], {'labels': ['conforme charte']})

    def test_auto_label_is_true_where_it_is_left_out(self):
        answer, asked = self.ask(number=43)
        self.assertEqual(
            answer.json()['actions'], {'auto_label': True, 'should_add_label': True, 'had_conforme_charte': False}
        )
        self.assertEqual(answer.json()['validation']['original_category'], 'economie')
        self.assertEqual(len(asked), 3)

    def test_auto_label_false_adds_nothing(self):
        answer, asked = self.ask(number=42, auto_label=False)
        self.assertEqual(
            answer.json()['actions'], {'auto_label': False, 'should_add_label': False, 'had_conforme_charte': False}
        )
        self.assertEqual(len(asked), 2)

    def test_a_label_that_is_there_is_not_added_again(self):
        answer, asked = self.ask(number=44)
        self.assertEqual(
            answer.json()['actions'], {'auto_label': True, 'should_add_label': False, 'had_conforme_charte': True}
        )
        self.assertEqual(answer.json()['validation']['original_category'], 'logement')
        self.assertEqual(len(asked), 2)
        self.assertIsNone(asked[1]['body']['body'])

    def test_a_bad_contribution_is_not_labelled(self):
        answer, asked = self.ask(number=45, auto_label=True)
        self.assertEqual(answer.json()['validation']['violations'], ['personal attack'])
        self.assertIsNone(answer.json()['validation']['original_category'])
        self.assertFalse(answer.json()['should_add_label'])
        self.assertEqual(asked[1]['body']['body'], 'Everybody says "so".')
        self.assertEqual(len(asked), 2)

    def test_an_issue_that_does_not_exist_fails_with_its_node_in_the_log(self):
        answer, _ = self.ask(number=999)
        self.assertEqual(answer.status, 500)
        self.house.wait_for_log(r'Read the issue')

    def test_the_token_is_in_no_log(self):
        self.ask(number=42)
        self.assertNotIn('example-token', self.house.log())


if __name__ == '__main__':
    unittest.main()
