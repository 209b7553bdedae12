"""A running Vaettir of a test: its own data directory, ports chosen by the system, always ended by process id."""

import atexit
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

from wire import WAIT, Connection

ROOT = pathlib.Path(__file__).resolve().parents[2]
FULL = os.environ.get('VAETTIR_FULL') == '1'
PRESET = os.environ.get('VAETTIR_PRESET', 'dev')
# Sanitizers keep freed memory and slow everything down: what a test says about memory does not hold under them.
SANITIZED = PRESET in ('asan', 'tsan')
START_LIMIT = 60.0
STOP_LIMIT = 30.0

LISTENING = re.compile(r'^listening (\S+) (https?)://(\S+):(\d+)\b', re.M)

running = set()


@atexit.register
def end_all():
    for house in list(running):
        house.kill()


def program():
    named = os.environ.get('VAETTIR_PROGRAM')
    for path in [pathlib.Path(named)] if named else [ROOT / f'build/{name}/app/vaettir' for name in ('dev', 'release')]:
        if path.is_file():
            return str(path)
    raise RuntimeError('Vaettir is not built: ./scripts/build dev')


def clean_environment(folder, extra=None):
    """Nothing of the caller's settings reaches the program; sanitizer options do."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ('PATH', 'LANG', 'TZ') or name.endswith('SAN_OPTIONS')
    }
    return {**kept, 'HOME': str(folder), **(extra or {})}


def run(*arguments, env=None, cwd=None, timeout=WAIT, input=None):
    """One command of the program to its end: a CompletedProcess with text output."""
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run(
            [program(), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=cwd or home,
            env=clean_environment(home, env),
            input=input or '',
        )


@dataclasses.dataclass
class Problem(Exception):
    text: str

    def __str__(self):
        return self.text


class House:
    """Use as a context manager, or start() and stop(). A test case gets one that ends with it from new_house()."""

    def __init__(self, *, config=None, files=None, workflows=None, env=None, arguments=(), data=None, bare=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='vaettir-'))
        self.data = pathlib.Path(data) if data else self.folder / 'data'
        self.log_path = self.folder / 'vaettir.log'
        self.env = dict(env or {})
        self.arguments = list(map(str, arguments))
        self.bare = bare  # addresses are in the configuration: no flags override them
        self.process = None
        self.ports = {}
        self.starts = 0
        for name, content in (files or {}).items():
            self.write(name, content)
        if config is not None:
            self.write('vaettir.yml', config)
            self.arguments += ['--config', str(self.folder / 'vaettir.yml')]
        if isinstance(workflows, dict):
            (self.folder / 'workflows').mkdir(exist_ok=True)
            for name, content in workflows.items():
                self.write(f'workflows/{name}.json', json.dumps(content))
            workflows = self.folder / 'workflows'
        if workflows is not None:
            self.arguments += ['--workflows', str(workflows)]

    def write(self, name, content):
        """Replaces a file of the house at once, as editors do: nobody reads half of it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f'.{path.name}.new')
        temporary.write_text(content) if isinstance(content, str) else temporary.write_bytes(content)
        temporary.rename(path)
        return path

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        self.close(keep=kind is not None)

    def command(self):
        addresses = [] if self.bare else ['--http', '127.0.0.1:0', '--https', '127.0.0.1:0', '--console', '127.0.0.1:0']
        return [program(), 'serve', '--data', str(self.data), *addresses, *self.arguments]

    def start(self, wait=True):
        self.starts += 1
        self.log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=clean_environment(self.folder, self.env),
            )
        running.add(self)
        if wait:
            self.wait_until_serving()
        return self

    def log(self):
        """What the program printed since its last start."""
        if not self.log_path.exists():
            return ''
        with open(self.log_path, 'rb') as log:
            log.seek(self.log_start)
            return log.read().decode('utf-8', 'replace')

    def wait_until_serving(self):
        def serving():
            if self.process.poll() is not None:
                raise Problem(f'ended with {self.process.returncode} instead of serving:\n{self.log()}')
            self.ports = {match[1]: int(match[4]) for match in LISTENING.finditer(self.log())}
            if 'console' not in self.ports:
                return False
            try:
                with Connection(self.ports['console'], timeout=5) as connection:
                    return connection.request('GET', '/healthz', 'localhost').status == 200
            except OSError:
                return False

        self.wait_for(serving, START_LIMIT, 'serving')

    def wait_for(self, condition, limit=WAIT, what='condition'):
        ends = time.monotonic() + limit
        while time.monotonic() < ends:
            if result := condition():
                return result
            time.sleep(0.02)
        raise Problem(f'no {what} within {limit:.0f} s:\n{self.log()[-6000:]}')

    def wait_for_log(self, pattern, limit=WAIT):
        return self.wait_for(lambda: re.search(pattern, self.log(), re.M), limit, f'log line {pattern!r}')

    def stop(self):
        """Asks the program to end, as a service manager does; its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Problem(f'did not end within {STOP_LIMIT:.0f} s of SIGTERM:\n{self.log()[-4000:]}') from None
        running.discard(self)
        return code

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        running.discard(self)

    def close(self, keep=False):
        try:
            code = self.stop()
            if code not in (0, None) and not keep:
                raise Problem(f'ended with {code}:\n{self.log()[-6000:]}')
        finally:
            if keep:
                print(f'log of the program ({self.log_path}):\n{self.log()[-8000:]}')
            else:
                shutil.rmtree(self.folder, ignore_errors=True)

    def discard(self):
        """Ends it whatever its state, and leaves nothing."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Asking it

    @property
    def ca_file(self):
        return self.data / 'ca/root.pem'

    def tls(self):
        return ssl.create_default_context(cafile=str(self.ca_file))

    def connect(self, entry_point='web', server_name=None, **options):
        if entry_point == 'web' or not server_name:
            return Connection(self.ports[entry_point], **options)
        return Connection(self.ports[entry_point], tls=self.tls(), server_name=server_name, **options)

    def http(self, method, target, host, headers=(), body=None, entry_point='web'):
        with self.connect(entry_point) as connection:
            return connection.request(method, target, host, headers, body)

    def https(self, method, target, host, headers=(), body=None):
        name = host.split(':')[0]
        with self.connect('websecure', server_name=name) as connection:
            return connection.request(method, target, host, headers, body)

    def admin(self, method, target, body=None):
        """One request over the admin socket."""
        raw = socket.socket(socket.AF_UNIX)
        raw.settimeout(WAIT)
        connection = Connection.__new__(Connection)
        connection.socket, connection.buffer = raw, b''
        try:
            raw.connect(str(self.data / 'admin.sock'))
            headers = {'Content-Type': 'application/json'} if body is not None else {}
            content = json.dumps(body).encode() if body is not None else None
            return connection.request(method, target, 'localhost', headers, content)
        finally:
            raw.close()

    def metric(self, name):
        """The sum of a metric over its labels."""
        text = self.admin('GET', '/api/metrics').text
        values = re.findall(rf'^{re.escape(name)}(?:\{{[^}}]*\}})? ([0-9.eE+-]+)', text, re.M)
        if not values:
            raise Problem(f'no metric {name} in:\n{text[:2000]}')
        return sum(map(float, values))

    def reload(self):
        return self.admin('POST', '/api/reload')

    def vaettir(self, *arguments):
        """A command of the program against this house."""
        return run(*arguments, '--data', self.data)

    def access_log(self, expected=None, limit=WAIT):
        """The records of the access log so far; waits until there are as many as expected."""

        def records():
            found = [
                record
                for record in map(as_json, self.log().splitlines())
                if isinstance(record, dict) and 'RequestMethod' in record
            ]
            return found if expected is None or len(found) >= expected else None

        if expected is None:
            return records()
        return self.wait_for(records, limit, f'{expected} records in the access log')

    def resident_bytes(self):
        with open(f'/proc/{self.process.pid}/statm', encoding='ascii') as file:
            return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def as_json(line):
    if not line.startswith('{'):
        return None
    try:
        return json.loads(line)
    except ValueError:
        return None


def new_house(test, **options):
    """A running house that ends with the test case (or, given a class, with the class)."""
    house = House(**options)
    add = test.addClassCleanup if isinstance(test, type) else test.addCleanup
    add(house.close)
    return house.start()
