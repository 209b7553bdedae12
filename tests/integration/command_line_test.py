"""The command line as scripts rely on it: exit codes, places of errors, shapes of JSON."""

import json
import pathlib
import re
import tempfile
import unittest

from house import run
from workflows import assign, chain, node, request, respond, webhook

GOOD = '''
http:
  routers:
    shop: { rule: "Host(`shop.example.org`) && PathPrefix(`/api`)", service: shop, middlewares: [short] }
    rest: { rule: "Host(`shop.example.org`)", service: shop }
  middlewares:
    short: { stripPrefix: { prefixes: ["/api"] } }
  services:
    shop: { loadBalancer: { servers: [ { url: "http://127.0.0.1:9" } ] } }
'''


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path


class Usage(unittest.TestCase):
    def test_help_names_every_command(self):
        done = run('--help')
        self.assertEqual(done.returncode, 0)
        for command in ('serve', 'check', 'explain', 'target', 'execute', 'trust', 'version'):
            self.assertIn(command, done.stdout)
            self.assertEqual(run(command, '--help').returncode, 0)

    def test_what_is_not_understood_is_exit_code_2_and_one_line(self):
        for arguments in (
            (),
            ('sevre',),
            ('serve', '--no-such-flag'),
            ('serve', '--http', 'nonsense'),
            ('serve', '--http', '127.0.0.1:99999'),
            ('check',),
            ('explain',),
            ('explain', 'GET'),
            ('explain', 'GET', 'not a url'),
            ('explain', 'GET', 'http://x/', '--from', 'nobody'),
            ('target',),
            ('target', 'set', 'only-a-name'),
            ('execute',),
            ('execute', '--file', '/nonexistent.json'),
        ):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertNotEqual(done.stderr.strip(), '')
                self.assertNotIn('terminate called', done.stderr)


class Check(Files):
    def test_a_clean_file(self):
        done = run('check', self.file('routes.yml', GOOD))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_errors_have_place_line_caret_and_suggestion(self):
        path = self.file('routes.yml', GOOD.replace('prefixes', 'prefixs'))
        done = run('check', path)
        self.assertEqual(done.returncode, 1)
        text = done.stdout + done.stderr
        self.assertRegex(text, r'routes\.yml:7:\d+: error: ')
        self.assertIn("did you mean 'prefixes'", text)
        self.assertRegex(text, r'\n\s+\^+')

    def test_all_errors_are_shown_at_once(self):
        text = GOOD.replace('prefixes', 'prefixs').replace('Host(`shop.example.org`)"', 'Hst(`shop.example.org`)"')
        done = run('check', self.file('routes.yml', text.replace('loadBalancer', 'loadBalancr')))
        self.assertEqual(done.returncode, 1)
        self.assertGreaterEqual(len(re.findall(r': error: ', done.stdout + done.stderr)), 3)

    def test_notices_do_not_fail(self):
        text = GOOD.replace('stripPrefix: { prefixes: ["/api"] }', 'rateLimit: { average: 10 }')
        done = run('check', self.file('routes.yml', text))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn('not yet', done.stdout + done.stderr)

    def test_json_is_one_document(self):
        done = run('check', '--json', self.file('routes.yml', GOOD.replace('prefixes', 'prefixs')))
        self.assertEqual(done.returncode, 1)
        found = json.loads(done.stdout)
        text = json.dumps(found)
        self.assertIn('routes.yml', text)
        self.assertIn('prefixes', text)

    def test_the_effective_configuration_is_printed(self):
        done = run('check', '--print-effective', self.file('routes.yml', GOOD))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('shop.example.org', done.stdout)

    def test_what_cannot_be_read_is_usage(self):
        self.assertEqual(run('check', self.folder / 'missing.yml').returncode, 2)

    def test_variables_without_value_are_located(self):
        done = run('check', self.file('routes.yml', GOOD.replace('http://127.0.0.1:9', '${SHOP_URL}')))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout + done.stderr, r'routes\.yml:9:\d+: error: .*SHOP_URL')
        with_value = GOOD.replace('http://127.0.0.1:9', '${SHOP_URL:-http://127.0.0.1:9}')
        self.assertEqual(run('check', self.file('routes.yml', with_value)).returncode, 0)

    def test_hostile_files_end_with_an_error_not_a_crash(self):
        for content in (
            '[' * 5000,
            '&a [*a, *a]',
            'a: &a {b: *a}',
            '\x00\x01',
            '- - - -',
            'http: 3',
            'http: { routers: [] }',
            '%YAML 9.9\n---\n',
            '? ? ?',
            'a: b: c',
            '\t',
            'http:\n  routers: { x: { rule: "' + '(' * 5000 + '" } }',
        ):
            with self.subTest(content=content[:20]):
                self.assertIn(run('check', self.file('bad.yml', content)).returncode, (0, 1))


class Explain(Files):
    def setUp(self):
        super().setUp()
        self.config = self.file('vaettir.yml', GOOD)

    def explain(self, *arguments):
        return run('explain', *arguments, '--config', self.config)

    def test_a_route(self):
        done = self.explain('GET', 'https://shop.example.org/api/v1')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('shop@file', done.stdout)
        self.assertIn('short', done.stdout)

    def test_no_route_says_what_each_candidate_lacks(self):
        done = self.explain('GET', 'https://other.example.org/')
        self.assertEqual(done.returncode, 1)
        self.assertIn('Host', done.stdout)

    def test_json(self):
        done = self.explain('GET', 'https://shop.example.org/', '--json')
        self.assertEqual(done.returncode, 0)
        self.assertIn('rest@file', json.dumps(json.loads(done.stdout)))

    def test_headers_and_address_take_part(self):
        rules = GOOD.replace(
            'Host(`shop.example.org`)", service: shop }',
            'Header(`X-Beta`, `1`) && ClientIP(`192.0.2.0/24`)", service: shop }',
        )
        self.file('vaettir.yml', rules)
        url = 'https://any.example.org/'
        self.assertEqual(self.explain('GET', url).returncode, 1)
        self.assertEqual(self.explain('GET', url, '-H', 'X-Beta: 1', '--from', '198.51.100.1').returncode, 1)
        self.assertEqual(self.explain('GET', url, '-H', 'X-Beta: 1', '--from', '192.0.2.7').returncode, 0)


class Execute(Files):
    manual = staticmethod(
        lambda *nodes, **settings: chain('manual', node('Start', 'manualTrigger', 1), *nodes, **settings)
    )

    def execute(self, workflow, *arguments, env=None):
        return run('execute', '--file', self.file('w.json', workflow), *arguments, env=env)

    def test_success_is_run_data(self):
        workflow = self.manual(assign('Set', greeting='=Hello, {{ $json.name }}!', count=3))
        items = self.file('items.json', [{'json': {'name': 'Ada'}}, {'json': {'name': 'Eve'}}])
        done = self.execute(workflow, '--input', items, '--json')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result['status'], 'success')
        runs = result['data']['resultData']['runData']
        self.assertEqual(set(runs), {'Start', 'Set'})
        task = runs['Set'][0]
        self.assertEqual(
            [item['json'] for item in task['data']['main'][0]],
            [
                {'name': 'Ada', 'greeting': 'Hello, Ada!', 'count': 3},
                {'name': 'Eve', 'greeting': 'Hello, Eve!', 'count': 3},
            ],
        )
        self.assertEqual(task['executionStatus'], 'success')
        self.assertEqual(task['source'], [{'previousNode': 'Start'}])
        for field in ('startTime', 'executionTime', 'executionIndex'):
            self.assertIsInstance(task[field], (int, float), field)
        self.assertEqual(result['data']['resultData']['lastNodeExecuted'], 'Set')

    def test_order_of_nodes(self):
        workflow = self.manual(assign('A', a=1), assign('B', b='={{ $json.a }}'))
        runs = json.loads(self.execute(workflow, '--json').stdout)['data']['resultData']['runData']
        self.assertEqual([runs[name][0]['executionIndex'] for name in ('Start', 'A', 'B')], [0, 1, 2])

    def test_a_failed_execution_is_exit_code_1_and_names_the_node(self):
        done = self.execute(self.manual(request('Nobody home', 'http://127.0.0.1:9/')), '--json')
        self.assertEqual(done.returncode, 1)
        result = json.loads(done.stdout)
        self.assertEqual(result['status'], 'error')
        self.assertEqual(result['data']['resultData']['lastNodeExecuted'], 'Nobody home')
        self.assertIn('error', result['data']['resultData'])

    def test_what_needs_javascript_fails_with_node_and_expression(self):
        done = self.execute(self.manual(assign('Clever', x='={{ $json.a.map(x => x + 1) }}')))
        self.assertEqual(done.returncode, 1)
        self.assertIn('Clever', done.stdout + done.stderr)
        self.assertIn('x => x + 1', done.stdout + done.stderr)

    def test_bad_input_is_exit_code_2(self):
        good = self.manual()
        self.assertEqual(run('execute', '--file', self.file('broken.json', '{"nodes": [')).returncode, 2)
        self.assertEqual(run('execute', '--file', self.file('other.json', '[1, 2]')).returncode, 2)
        self.assertEqual(self.execute(good, '--input', self.folder / 'missing.json').returncode, 2)
        self.assertEqual(self.execute(good, '--input', self.file('items.json', '{"json"')).returncode, 2)

    def test_unknown_nodes_are_named(self):
        done = self.execute(self.manual(node('Strange', 'quantumTeleport', 7)))
        self.assertIn(done.returncode, (1, 2))
        self.assertIn('quantumTeleport', done.stdout + done.stderr)

    def test_the_old_order_is_refused_by_name(self):
        workflow = self.manual(assign('A', a=1))
        del workflow['settings']['executionOrder']
        done = self.execute(workflow)
        self.assertIn(done.returncode, (1, 2))
        self.assertIn('executionOrder', done.stdout + done.stderr)

    def test_the_environment_is_readable_by_expressions(self):
        done = self.execute(self.manual(assign('A', x='={{ $env.COLOUR }}')), '--json', env={'COLOUR': 'green'})
        runs = json.loads(done.stdout)['data']['resultData']['runData']
        self.assertEqual(runs['A'][0]['data']['main'][0][0]['json'], {'x': 'green'})

    def test_respond_and_sticky_notes_do_no_harm(self):
        workflow = self.manual(assign('A', a=1))
        workflow['nodes'].append(node('Note', 'stickyNote', 1, {'content': 'hello'}))
        self.assertEqual(self.execute(workflow).returncode, 0)

    def test_a_webhook_workflow_can_be_fed_by_hand(self):
        workflow = chain('fed', webhook('fed'), assign('A', who='={{ $json.query.name }}'), respond())
        items = self.file('items.json', [{'json': {'query': {'name': 'Ada'}}}])
        done = self.execute(workflow, '--input', items, '--json')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn('"who"', done.stdout)


if __name__ == '__main__':
    unittest.main()
