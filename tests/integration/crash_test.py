"""kill -9 in the middle of executions: the store opens, what was acknowledged is there, nothing is sent twice."""

import collections
import contextlib
import json
import random
import sqlite3
import threading
import time
import unittest

from house import FULL, House
from origins import RequestOrigin, plain
from workflows import assign, chain, request, webhook

KILLS = 2000 if FULL else 20
CLIENTS = 4
SETTLE_LIMIT = 120.0
ENDED = {'success', 'error', 'canceled', 'crashed'}


def executions(data):
    """{execution id: status} of a store, read without the program."""
    with contextlib.closing(sqlite3.connect(f'file:{data}/store.db?mode=ro', uri=True, timeout=30)) as store:
        check = store.execute('PRAGMA integrity_check').fetchall()
        if check != [('ok',)]:
            raise AssertionError(check)
        tables = [row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in store.execute(f'PRAGMA table_info("{table}")')]
            if {'id', 'status', 'attempt'} <= set(columns):
                return dict(store.execute(f'SELECT id, status FROM "{table}"').fetchall())
    raise AssertionError(f'no table of executions among {tables}')


def work(path, method):
    """Accepted at once; then reads or writes at a service, then ends."""
    body = '{"token": "{{ $json.query.token }}"}'
    return chain(
        f'{path} crash',
        webhook(path, 'GET', 'onReceived'),
        assign('Before', token='={{ $json.query.token }}'),
        request('Call', '=http://service/{{ $json.token }}', method, None if method == 'GET' else '=' + body),
        assign('After', done=True),
        saveDataSuccessExecution='all',
    )


class Crash(unittest.TestCase):
    def setUp(self):
        self.posts = collections.Counter()
        self.random = random.Random(7)

        def answer(seen, connection):
            if seen.method == 'POST':
                self.posts[seen.target] += 1
            time.sleep(0.02)
            connection.sendall(plain(200, b'{"ok": true}', {'Content-Type': 'application/json'}))

        self.origin = RequestOrigin(answer)
        self.addCleanup(self.origin.close)
        self.house = House(
            env={'SERVICE_TARGET_URL': self.origin.url},
            workflows={'reads': work('reads', 'GET'), 'writes': work('writes', 'POST')},
        )
        self.addCleanup(self.house.discard)

    def ask_until_killed(self, number, round_number, acknowledged, stop):
        try:
            connection = self.house.connect('websecure', server_name='vaettir.localhost')
        except OSError:
            return
        try:
            index = 0
            while not stop.is_set():
                path = ('reads', 'writes')[(index + number) % 2]
                token = f'{round_number}-{number}-{index}'
                if connection.request('GET', f'/webhook/{path}?token={token}', 'vaettir.localhost').status == 200:
                    acknowledged.append((path, token))
                index += 1
                time.sleep(0.005)
        except Exception:
            pass  # the program is being killed under us: what was acknowledged before counts
        finally:
            connection.close()

    def test_kill_during_executions(self):
        acknowledged = []
        for round_number in range(KILLS):
            self.house.start()
            stop = threading.Event()
            threads = [
                threading.Thread(target=self.ask_until_killed, args=(number, round_number, acknowledged, stop))
                for number in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            time.sleep(self.random.uniform(0.0, 0.25))
            self.house.kill()
            stop.set()
            for thread in threads:
                thread.join(30)
        self.assertGreater(len(acknowledged), KILLS, 'the test must have had something to lose')
        self.house.start()

        def settled():
            found = executions(self.house.data)
            return found if set(found.values()) <= ENDED else None

        found = self.house.wait_for(settled, SETTLE_LIMIT, 'end of all executions')
        counts = collections.Counter(found.values())
        self.assertGreaterEqual(len(found), len(acknowledged), 'every acknowledged execution is in the store')
        self.assertEqual(set(counts) - {'success', 'crashed'}, set(), counts)
        twice = {target: count for target, count in self.posts.items() if count > 1}
        self.assertEqual(twice, {}, 'no write was sent twice')
        # Reads are resumed: only an interrupted write may end as crashed.
        asked = {request.target[1:] for request in self.origin.requests()}
        lost = [token for path, token in acknowledged if path == 'reads' and token not in asked]
        self.assertEqual(lost, [], 'an acknowledged execution that only reads reaches its service')
        # And the house works as before.
        answer = self.house.https('GET', '/webhook/reads?token=last', 'vaettir.localhost')
        self.assertEqual(answer.status, 200)
        self.house.wait_for(lambda: len(executions(self.house.data)) > len(found), 30, 'one more execution')
        self.assertEqual(self.house.stop(), 0)
        print(f'{KILLS} kills, {len(acknowledged)} acknowledged, {json.dumps(counts)}')

    def test_a_stop_in_the_middle_loses_nothing(self):
        self.house.start()
        tokens = [f'stop-{number}' for number in range(20)]
        for token in tokens:
            answer = self.house.https('GET', f'/webhook/reads?token={token}', 'vaettir.localhost')
            self.assertEqual(answer.status, 200)
        self.assertEqual(self.house.stop(), 0)
        self.house.start()

        def settled():
            found = executions(self.house.data)
            return found if len(found) == 20 and set(found.values()) <= ENDED else None

        found = self.house.wait_for(settled, SETTLE_LIMIT, 'end of all executions')
        self.assertEqual(set(found.values()), {'success'})

    def test_a_store_of_a_newer_version_is_refused(self):
        self.house.start()
        self.assertEqual(self.house.stop(), 0)
        path = self.house.data / 'store.db'
        with contextlib.closing(sqlite3.connect(path)) as store:
            version = store.execute('PRAGMA user_version').fetchone()[0]
            store.execute(f'PRAGMA user_version = {version + 1000}')
            store.commit()
        before = path.read_bytes()
        self.house.start(wait=False)
        self.assertNotEqual(self.house.process.wait(30), 0)
        self.assertIn('store.db', self.house.log())
        self.assertEqual(path.read_bytes(), before)

    def test_a_damaged_store_is_named_not_replaced(self):
        self.house.data.mkdir(mode=0o700)
        path = self.house.data / 'store.db'
        path.write_bytes(b'this is not a database' * 500)
        before = path.read_bytes()
        self.house.start(wait=False)
        self.assertNotEqual(self.house.process.wait(30), 0)
        self.assertIn('store.db', self.house.log())
        self.assertEqual(path.read_bytes(), before)


if __name__ == '__main__':
    unittest.main()
