"""The switchboard: services under development by environment and by command, moved while requests flow."""

import json
import threading
import time
import unittest

from house import new_house, run
from origins import RequestOrigin, free_port, plain
from workflows import chain, request, respond, webhook

PUBLIC = 'ocapistaine.localhost'


def named_origin(name):
    """An origin that answers with its name."""
    return RequestOrigin(lambda seen, connection: connection.sendall(plain(200, name.encode())))


class Switchboard(unittest.TestCase):
    def setUp(self):
        self.first, self.second = named_origin('first'), named_origin('second')
        self.addCleanup(self.first.close)
        self.addCleanup(self.second.close)

    def house(self, **options):
        options.setdefault('env', {'OCAPISTAINE_TARGET_URL': self.first.url})
        return new_house(self, **options)

    def public(self, house, path='/', headers=()):
        return house.https('GET', path, f'{PUBLIC}:{house.ports["websecure"]}', headers)

    def listed(self, house, name='ocapistaine'):
        done = house.vaettir('target', 'list', '--json')
        self.assertEqual(done.returncode, 0, done.stderr)
        return next((each for each in json.loads(done.stdout)['targets'] if each['name'] == name), None)

    def test_the_environment_alone_makes_a_public_and_an_internal_name(self):
        inside = chain('inside', webhook('inside'), request('Ask', 'http://ocapistaine:8000/deep?x=1'), respond())
        answering = RequestOrigin(
            lambda seen, connection: connection.sendall(
                plain(
                    200,
                    json.dumps({'target': seen.target, 'host': seen.host}).encode(),
                    {'Content-Type': 'application/json'},
                )
            )
        )
        self.addCleanup(answering.close)
        house = self.house(env={'OCAPISTAINE_TARGET_URL': answering.url}, workflows={'inside': inside})
        self.assertEqual(self.public(house, '/page').json(), {'target': '/page', 'host': f'127.0.0.1:{answering.port}'})
        answer = house.https('GET', '/webhook/inside', 'vaettir.localhost')
        self.assertEqual(answer.json(), {'target': '/deep?x=1', 'host': f'127.0.0.1:{answering.port}'})

    def test_the_service_learns_who_asked_and_by_which_name(self):
        house = self.house()
        port = house.ports['websecure']
        self.public(house, '/', {'Origin': f'https://{PUBLIC}:{port}', 'X-Forwarded-For': '203.0.113.9'})
        headers = dict(self.first.requests()[0].headers)
        self.assertEqual(headers['x-forwarded-for'], '127.0.0.1')
        self.assertEqual(headers['x-forwarded-proto'], 'https')
        self.assertEqual(headers['x-forwarded-host'], f'{PUBLIC}:{port}')
        self.assertEqual(headers['origin'], self.first.url)

    def test_a_foreign_origin_header_is_left_alone(self):
        house = self.house()
        self.public(house, '/', {'Origin': 'https://other.example.org'})
        self.assertEqual(dict(self.first.requests()[0].headers)['origin'], 'https://other.example.org')

    def test_location_and_cookie_domain_are_written_back(self):
        origin = RequestOrigin(
            lambda seen, connection: connection.sendall(
                plain(
                    302,
                    b'',
                    {'Location': f'http://127.0.0.1:{origin.port}/next', 'Set-Cookie': 'a=b; Domain=127.0.0.1; Path=/'},
                )
            )
        )
        self.addCleanup(origin.close)
        house = self.house(env={'OCAPISTAINE_TARGET_URL': origin.url})
        answer = self.public(house)
        self.assertEqual(answer.header('Location'), f'https://{PUBLIC}:{house.ports["websecure"]}/next')
        self.assertNotIn('127.0.0.1', answer.header('Set-Cookie'))

    def test_moving_while_requests_flow_loses_none(self):
        house = self.house()
        stop = threading.Event()
        failures, counts = [], [0] * 4

        def client(number):
            connection = house.connect('websecure', server_name=PUBLIC)
            try:
                while not stop.is_set():
                    answer = connection.request('GET', f'/{number}', f'{PUBLIC}:{house.ports["websecure"]}')
                    if answer.status != 200 or answer.text not in ('first', 'second'):
                        failures.append((answer.status, answer.text[:200]))
                    counts[number] += 1
            except Exception as error:
                failures.append(repr(error))
            finally:
                connection.close()

        threads = [threading.Thread(target=client, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            for move in range(10):
                name, origin = [('second', self.second), ('first', self.first)][move % 2]
                done = house.vaettir('target', 'set', 'ocapistaine', origin.url)
                self.assertEqual(done.returncode, 0, done.stderr)
                # The command returns when every loop uses the new address: the very next request goes there.
                self.assertEqual(self.public(house).text, name)
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
        self.assertEqual(failures, [])
        self.assertGreater(min(counts), 5)
        asked = len(self.first.requests()) + len(self.second.requests())
        self.assertEqual(asked, sum(counts) + 10, 'every request reached exactly one service, once')

    def test_what_was_set_survives_a_restart_and_can_be_reset(self):
        house = self.house()
        self.assertEqual(house.vaettir('target', 'set', 'ocapistaine', self.second.url).returncode, 0)
        house.stop()
        house.start()
        self.assertEqual(self.public(house).text, 'second')
        self.assertEqual(self.listed(house)['url'], self.second.url)
        self.assertEqual(house.vaettir('target', 'reset', 'ocapistaine').returncode, 0)
        self.assertEqual(self.public(house).text, 'first')

    def test_kill_does_not_lose_what_was_set(self):
        house = self.house()
        self.assertEqual(house.vaettir('target', 'set', 'ocapistaine', self.second.url).returncode, 0)
        house.kill()
        house.start()
        self.assertEqual(self.public(house).text, 'second')

    def test_a_changed_environment_beats_what_was_set_before(self):
        house = self.house()
        self.assertEqual(house.vaettir('target', 'set', 'ocapistaine', self.second.url).returncode, 0)
        house.stop()
        third = named_origin('third')
        self.addCleanup(third.close)
        house.env['OCAPISTAINE_TARGET_URL'] = third.url
        house.start()
        self.assertEqual(self.public(house).text, 'third')
        house.wait_for_log('ocapistaine')

    def test_an_address_with_a_life_time_is_forgotten(self):
        house = self.house()
        done = house.vaettir('target', 'set', 'ocapistaine', self.second.url, '--ttl', '2s')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.public(house).text, 'second')
        house.wait_for(lambda: self.public(house).text == 'first', 15, 'expiry')

    def test_a_changed_env_file_moves_the_target(self):
        house = self.house(
            env={}, files={'.env': f'OCAPISTAINE_TARGET_URL={self.first.url}\n'}, arguments=['--env-file', '.env']
        )
        self.assertEqual(self.public(house).text, 'first')
        house.write('.env', f'OCAPISTAINE_TARGET_URL={self.second.url}\n')
        house.wait_for(lambda: self.public(house).text == 'second', 15, 'change of the .env file')

    def test_a_new_name_can_be_set_without_any_file(self):
        house = self.house()
        self.assertEqual(house.vaettir('target', 'set', 'my-api', self.second.url).returncode, 0)
        answer = house.https('GET', '/', f'my-api.localhost:{house.ports["websecure"]}')
        self.assertEqual((answer.status, answer.text), (200, 'second'))

    def test_underscores_in_the_environment_are_dashes_in_names(self):
        house = self.house(env={'MY_API_TARGET_URL': self.first.url, 'OTHER_TARGET_URL': ''})
        self.assertEqual(house.https('GET', '/', 'my-api.localhost').text, 'first')
        self.assertIsNone(self.listed(house, 'other'))

    def test_addresses_that_make_no_sense_are_refused(self):
        house = self.house()
        for url in (
            'ftp://127.0.0.1/',
            'http://user:secret@127.0.0.1/',
            'http://169.254.169.254/latest/',
            'nonsense',
            f'http://127.0.0.1:{house.ports["web"]}',
        ):
            with self.subTest(url=url):
                done = house.vaettir('target', 'set', 'ocapistaine', url)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertNotIn('secret', done.stdout + done.stderr)
        self.assertEqual(self.public(house).text, 'first')

    def test_commands_without_a_running_program_say_so(self):
        done = run('target', 'list', '--data', '/nonexistent/data')
        self.assertEqual(done.returncode, 1)
        self.assertNotEqual(done.stderr.strip(), '')


class Offline(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = new_house(
            cls,
            env={
                'OCAPISTAINE_TARGET_URL': f'http://127.0.0.1:{free_port()}',
                'NOWHERE_TARGET_URL': 'http://no-such-host.invalid:9',
            },
        )

    def ask(self, name, accept):
        return self.house.https('GET', '/', f'{name}.localhost', {'Accept': accept})

    def test_a_browser_gets_a_page(self):
        answer = self.ask('ocapistaine', 'text/html,application/xhtml+xml,*/*;q=0.8')
        self.assertEqual(answer.status, 502)
        self.assertIn('text/html', answer.header('Content-Type'))
        self.assertIn('connect_refused', answer.text)
        self.assertIn('ocapistaine', answer.text)

    def test_a_program_gets_a_problem_document_with_cause_and_remedy(self):
        for accept in ('*/*', 'application/json'):
            with self.subTest(accept=accept):
                answer = self.ask('ocapistaine', accept)
                self.assertEqual(answer.status, 502)
                self.assertIn('application/problem+json', answer.header('Content-Type'))
                self.assertEqual(answer.json()['cause'], 'connect_refused')
                self.assertIn('vaettir target set', answer.json()['remedy'])
                self.assertIn('error=connection_refused', answer.header('Proxy-Status'))
                self.assertIn('connect_refused', answer.header('Proxy-Status'))

    def test_a_name_that_does_not_resolve_is_a_down_target_not_a_failed_start(self):
        answer = self.ask('nowhere', '*/*')
        self.assertEqual(answer.json()['cause'], 'dns_failure')

    def test_the_service_is_found_again_by_itself(self):
        port = free_port()
        house = new_house(self, env={'LATE_TARGET_URL': f'http://127.0.0.1:{port}'})
        self.assertEqual(house.https('GET', '/', 'late.localhost').status, 502)
        origin = RequestOrigin(port=port)
        self.addCleanup(origin.close)
        house.wait_for(lambda: house.https('GET', '/', 'late.localhost').status == 200, 15, 'recovery')

    def test_the_log_names_the_cause(self):
        self.ask('ocapistaine', '*/*')
        self.house.wait_for_log(r'"connect_refused"')


class Loops(unittest.TestCase):
    def test_a_request_that_comes_round_is_ended(self):
        one = new_house(self)
        two = new_house(self, env={'AROUND_TARGET_URL': f'https://around.localhost:{one.ports["websecure"]}'})
        # Each trusts nothing of the other: the loop is found by CDN-Loop, whatever the names are.
        self.assertEqual(
            one.vaettir('target', 'set', 'around', f'https://around.localhost:{two.ports["websecure"]}').returncode, 0
        )
        began = time.monotonic()
        answer = two.https('GET', '/', 'around.localhost')
        self.assertIn(answer.status, (502, 508))
        self.assertLess(time.monotonic() - began, 20)

    def test_cdn_loop_naming_us_is_508(self):
        origin = named_origin('origin')
        self.addCleanup(origin.close)
        house = new_house(self, env={'AROUND_TARGET_URL': origin.url})
        self.assertEqual(house.https('GET', '/', 'around.localhost').status, 200)
        sent = dict(origin.requests()[0].headers)['cdn-loop']
        answer = house.https('GET', '/', 'around.localhost', {'CDN-Loop': sent})
        self.assertEqual(answer.status, 508)
        self.assertEqual(answer.json()['cause'], 'loop_detected')
        self.assertEqual(len(origin.requests()), 1)


if __name__ == '__main__':
    unittest.main()
