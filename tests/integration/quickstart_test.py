"""What './scripts/run' serves, as the README says it: greeting over HTTPS, redirection, names without certificate."""

import json
import shutil
import ssl
import subprocess
import unittest

from house import ROOT, House, new_house, run

WORKFLOWS = ROOT / 'examples/quickstart/workflows'


class Quickstart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = new_house(cls, workflows=WORKFLOWS)

    def curl(self, *arguments):
        return subprocess.run(
            ['curl', '--silent', '--show-error', '--max-time', '20', '--noproxy', '*', *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=30,
        )

    def address(self, rest):
        return f'https://vaettir.localhost:{self.house.ports["websecure"]}{rest}'

    def test_curl_gets_the_greeting_with_the_named_ca(self):
        named = self.house.wait_for_log(r'(\S+/ca/root\.pem)')[1]
        done = self.curl('--cacert', named, self.address('/webhook/hello?name=Ada'))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)['message'], 'Hello, Ada!')

    def test_the_other_branch_answers_without_a_name(self):
        answer = self.house.https('GET', '/webhook/hello', 'vaettir.localhost')
        self.assertEqual(answer.status, 200)
        self.assertIn('Who are you?', answer.json()['message'])
        self.assertIn('application/json', answer.header('Content-Type'))

    def test_curl_without_the_ca_refuses_the_certificate(self):
        self.assertEqual(self.curl(self.address('/webhook/hello')).returncode, 60)

    def test_http_is_redirected_to_the_https_port(self):
        answer = self.house.http('GET', '/webhook/hello?name=Ada', f'vaettir.localhost:{self.house.ports["web"]}')
        self.assertIn(answer.status, (301, 302, 307, 308))
        self.assertEqual(answer.header('Location'), self.address('/webhook/hello?name=Ada'))

    def test_curl_follows_the_redirection(self):
        done = self.curl(
            '--location',
            '--cacert',
            self.house.ca_file,
            f'http://vaettir.localhost:{self.house.ports["web"]}/webhook/hello?name=Eve',
        )
        self.assertEqual(json.loads(done.stdout)['message'], 'Hello, Eve!')

    def test_a_name_without_certificate_gets_the_alert_and_one_log_line(self):
        with self.assertRaises(ssl.SSLError) as caught:
            self.house.https('GET', '/', 'shop.example.org')
        self.assertIn('UNRECOGNIZED_NAME', str(caught.exception).upper())
        self.house.wait_for_log(r'shop\.example\.org')
        lines = [line for line in self.house.log().splitlines() if 'shop.example.org' in line]
        self.assertEqual(len(lines), 1, lines)

    def test_without_server_name_the_leaf_of_the_first_local_name_is_shown(self):
        context = self.house.tls()
        context.check_hostname = False
        with self.house.connect('web') as plain:
            plain.close()
        import socket

        with socket.create_connection(('127.0.0.1', self.house.ports['websecure']), 20) as raw:
            with context.wrap_socket(raw) as secure:
                names = [value for kind, value in secure.getpeercert()['subjectAltName'] if kind == 'DNS']
        self.assertIn('vaettir.localhost', names)

    def test_tls_1_2_and_1_3_and_nothing_older(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = self.house.tls()
            context.minimum_version = context.maximum_version = version
            with self.subTest(version=version.name):
                from wire import Connection

                with Connection(self.house.ports['websecure'], tls=context, server_name='vaettir.localhost') as one:
                    self.assertEqual(one.request('GET', '/webhook/hello', 'vaettir.localhost').status, 200)

    def test_alpn_offers_http_1_1(self):
        context = self.house.tls()
        context.set_alpn_protocols(['http/1.1'])
        from wire import Connection

        with Connection(self.house.ports['websecure'], tls=context, server_name='vaettir.localhost') as one:
            self.assertEqual(one.socket.selected_alpn_protocol(), 'http/1.1')

    def test_an_unknown_webhook_is_explained(self):
        answer = self.house.https('GET', '/webhook/nothing', 'vaettir.localhost')
        self.assertEqual(answer.status, 404)
        self.assertIn('workflow_not_found', answer.text + answer.header('Proxy-Status', ''))

    def test_the_console_port_answers_health_and_nothing_else(self):
        self.assertEqual(self.house.http('GET', '/healthz', 'localhost', entry_point='console').status, 200)
        answer = self.house.http('GET', '/', 'localhost', entry_point='console')
        self.assertEqual(answer.status, 401)
        self.assertIn('auth_failed', answer.text)

    def test_the_start_report_names_what_is_served(self):
        log = self.house.log()
        for expected in ('vaettir.localhost', 'hello', str(self.house.data)):
            self.assertIn(expected, log)

    def test_the_root_is_constrained_and_its_key_is_private(self):
        self.assertEqual((self.house.data / 'ca/root.key').stat().st_mode & 0o777, 0o600)
        text = subprocess.run(
            ['openssl', 'x509', '-in', self.house.ca_file, '-noout', '-text'],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        self.assertRegex(text, r'Name Constraints: critical')
        for name in ('localhost', 'test', 'internal', 'home.arpa'):
            self.assertRegex(text, rf'DNS:\.?{name}')
        self.assertIn('prime256v1', text)

    def test_trust_prints_how(self):
        done = self.house.vaettir('trust')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('root.pem', done.stdout)


class Folder(unittest.TestCase):
    def test_the_folder_of_workflows_is_followed(self):
        house = House()
        self.addCleanup(house.close)
        folder = house.folder / 'workflows'
        shutil.copytree(WORKFLOWS, folder)
        house.arguments += ['--workflows', str(folder)]
        house.start()

        def greeting():
            answer = house.https('GET', '/webhook/hello?name=Ada', 'vaettir.localhost')
            return answer.json().get('message') if answer.status == 200 else answer.status

        self.assertEqual(greeting(), 'Hello, Ada!')
        text = (WORKFLOWS / 'hello.json').read_text()
        house.write('workflows/hello.json', text.replace('Hello, {{', 'Welcome, {{'))
        house.wait_for(lambda: greeting() == 'Welcome, Ada!', 20, 'changed greeting')
        (folder / 'hello.json').unlink()
        house.wait_for(lambda: greeting() == 404, 20, 'deactivation')
        house.write('workflows/again.json', text)
        house.wait_for(lambda: greeting() == 'Hello, Ada!', 20, 'activation')

    def test_the_certificate_authority_survives_a_restart(self):
        house = new_house(self, workflows=WORKFLOWS)
        before = house.ca_file.read_bytes()
        self.assertEqual(house.stop(), 0)
        house.start()
        self.assertEqual(house.ca_file.read_bytes(), before)
        self.assertEqual(house.https('GET', '/webhook/hello', 'vaettir.localhost').status, 200)


class Versions(unittest.TestCase):
    def test_version(self):
        done = run('version')
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r'\d+\.\d+\.\d+')
