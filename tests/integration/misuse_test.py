"""Wrong files, taken ports, a locked directory: the program says what is wrong and keeps what is right."""

import json
import socket
import unittest

from gateway_config import MAIN, ROUTES, proxy_to
from house import House, new_house
from origins import RequestOrigin, free_port
from workflows import assign, chain, node, respond, webhook


def ends(test, limit=30, **options):
    """A house that must refuse to start: (exit code, what it printed)."""
    house = House(**options)
    test.addCleanup(house.discard)
    house.start(wait=False)
    try:
        return house.process.wait(limit), house.log()
    finally:
        house.kill()


class Start(unittest.TestCase):
    def test_a_port_in_use_is_named(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = taken.getsockname()[1]
            code, log = ends(
                self,
                bare=True,
                arguments=['--http', f'127.0.0.1:{port}', '--https', '127.0.0.1:0', '--console', '127.0.0.1:0'],
            )
        self.assertNotEqual(code, 0)
        self.assertIn(str(port), log)
        self.assertIn('in use', log)

    def test_a_data_directory_has_one_process(self):
        house = new_house(self)
        code, log = ends(self, data=house.data)
        self.assertEqual(code, 1)
        self.assertIn(str(house.data), log)
        self.assertIn(str(house.process.pid), log)
        self.assertEqual(house.http('GET', '/healthz', 'localhost', entry_point='console').status, 200)

    def test_a_data_directory_that_cannot_be_made(self):
        code, log = ends(self, data='/proc/nowhere/data')
        self.assertNotEqual(code, 0)
        self.assertIn('/proc/nowhere', log)

    def test_a_broken_main_file_refuses_to_start(self):
        for config in ('entryPoints: [', 'entryPoints: { web: { adress: ":80" } }'):
            with self.subTest(config=config):
                code, log = ends(self, config=config)
                self.assertEqual(code, 2, log)
                self.assertRegex(log, r'vaettir\.yml:\d+:\d+: error')

    def test_a_missing_main_file_refuses_to_start(self):
        code, log = ends(self, arguments=['--config', '/nonexistent/vaettir.yml'])
        self.assertEqual(code, 2, log)

    def test_a_broken_route_file_is_left_out_and_the_rest_serves(self):
        origin = RequestOrigin()
        self.addCleanup(origin.close)
        options = proxy_to(origin.url)
        options['files']['routes/broken.yml'] = 'http: { routers: { x: { rule: "Host(" } } }\n'
        house = new_house(self, **options)
        self.assertEqual(house.http('GET', '/', 'h').status, 200)
        house.wait_for_log(r'broken\.yml')

    def test_a_router_that_lacks_something_is_disabled_not_open(self):
        origin = RequestOrigin()
        self.addCleanup(origin.close)
        house = new_house(
            self,
            config=MAIN.format(),
            files={'routes/all.yml': ROUTES.format(url=origin.url, middlewares=', middlewares: [missing]')},
        )
        answer = house.http('GET', '/', 'h')
        self.assertEqual((answer.status, answer.json()['cause']), (503, 'route_disabled'))
        self.assertEqual(origin.requests(), [])

    def test_what_comes_later_disables_its_router_only(self):
        origin = RequestOrigin()
        self.addCleanup(origin.close)
        routes = ROUTES.format(url=origin.url, middlewares='') + '''
  middlewares:
    slow: { rateLimit: { average: 10 } }
'''
        routes = routes.replace(
            '    star:',
            '    later: { rule: "PathPrefix(`/later`)", service: origin, entryPoints: [web], '
            'middlewares: [slow] }\n    star:',
        )
        house = new_house(self, config=MAIN.format(), files={'routes/all.yml': routes})
        self.assertEqual(house.http('GET', '/', 'h').status, 200)
        self.assertEqual(house.http('GET', '/later', 'h').json()['cause'], 'route_disabled')

    def test_addresses_of_flags_win_over_the_file(self):
        port = free_port()
        house = new_house(
            self,
            config=MAIN.format().replace('web: { address: "127.0.0.1:0"', f'web: {{ address: "127.0.0.1:{port}"', 1),
        )
        self.assertNotEqual(house.ports['web'], port)

    def test_no_credentials_in_the_log(self):
        house = new_house(self, env={'N8N_ENCRYPTION_KEY': 'very-secret-key'})
        house.http('GET', '/', 'h', {'Authorization': 'Bearer very-secret-token', 'Cookie': 'a=very-secret-cookie'})
        house.access_log(1)
        self.assertNotIn('very-secret', house.log())


class Workflows(unittest.TestCase):
    def good(self, path='good'):
        return chain(path, webhook(path), assign('Set', include=False, ok=True), respond())

    def test_broken_files_are_named_and_the_others_run(self):
        strange = self.good('strange')
        strange['nodes'].append(node('Portal', 'quantumTeleport', 7))
        strange['connections']['Set']['main'][0].append({'node': 'Portal', 'type': 'main', 'index': 0})
        old = self.good('old')
        old['settings'] = {}
        house = new_house(self, workflows={'good': self.good(), 'strange': strange, 'old': old})
        house.write('workflows/broken.json', '{"nodes": [')
        house.write('workflows/other.json', '"not a workflow"')
        self.assertEqual(house.https('GET', '/webhook/good', 'vaettir.localhost').json(), {'ok': True})
        for word in ('quantumTeleport', 'executionOrder', r'broken\.json', r'other\.json'):
            house.wait_for_log(word)
        for path in ('strange', 'old'):
            answer = house.https('GET', f'/webhook/{path}', 'vaettir.localhost')
            self.assertEqual(answer.status, 404, path)

    def test_a_path_that_is_taken_is_refused_by_name(self):
        first, second = self.good(), self.good()
        second.update(id='anotherWorkflow1', name='Another')
        house = new_house(self, workflows={'a': first, 'b': second})
        self.assertEqual(house.https('GET', '/webhook/good', 'vaettir.localhost').status, 200)
        house.wait_for_log('good')

    def test_wrong_method_and_wrong_path(self):
        house = new_house(self, workflows={'good': self.good()})
        self.assertEqual(house.https('POST', '/webhook/good', 'vaettir.localhost', {}, b'').status, 404)
        self.assertEqual(house.https('GET', '/webhook/good/more', 'vaettir.localhost').status, 404)

    def test_bodies_of_every_kind(self):
        echo = chain('echo', webhook('echo', 'POST'), assign('Set', include=False, got='={{ $json.body }}'), respond())
        echo['nodes'][1]['parameters']['assignments']['assignments'][0]['type'] = 'object'
        house = new_house(self, workflows={'echo': echo})

        def post(content_type, body):
            return house.https('POST', '/webhook/echo', 'vaettir.localhost', {'Content-Type': content_type}, body)

        self.assertEqual(post('application/json', b'{"a": [1, {"b": null}]}').json(), {'got': {'a': [1, {'b': None}]}})
        self.assertEqual(
            post('application/x-www-form-urlencoded', b'a=1&b=x+y%21').json(), {'got': {'a': '1', 'b': 'x y!'}}
        )
        self.assertEqual(post('application/json', b'{"a": ').status, 422)
        deep = b'{"a":' * 2000 + b'1' + b'}' * 2000
        self.assertIn(post('application/json', deep).status, (200, 422))

    def test_a_body_above_the_limit_is_refused(self):
        house = new_house(
            self, workflows={'up': chain('up', webhook('up', 'POST'), respond())}, env={'N8N_PAYLOAD_SIZE_MAX': '1'}
        )
        body = json.dumps({'x': 'y' * (1 << 20)}).encode()
        answer = house.https('POST', '/webhook/up', 'vaettir.localhost', {'Content-Type': 'application/json'}, body)
        self.assertEqual(answer.status, 413)
        self.assertIn('body_too_large', answer.text)


if __name__ == '__main__':
    unittest.main()
