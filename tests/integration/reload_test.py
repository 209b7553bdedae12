"""A thousand reloads under load: nothing fails, nothing is mixed, nothing is kept."""

import hashlib
import threading
import time
import unittest

from gateway_config import MAIN, ROUTES
from house import FULL, SANITIZED, new_house
from origins import StreamOrigin, pattern
from wire import message, websocket_frame

RELOADS = 1000
SETTLED = 200  # after so many reloads every pool and cache has found its size
MEBIBYTE = 1 << 20
WEBSOCKETS = 4
DOWNLOADS = 4
DOWNLOAD_BYTES = 4 * MEBIBYTE
PAUSE = 60 if not SANITIZED else 200  # ms between pieces of 16 KiB: the downloads outlive the reloads' beginning


def routes(url, generation):
    mark = f'''
  middlewares:
    mark: {{ headers: {{ customResponseHeaders: {{ X-Generation: "{generation}" }} }} }}
'''
    return ROUTES.format(url=url, middlewares=', middlewares: [mark]') + mark


class Download(threading.Thread):
    """Takes one long answer and keeps its digest."""

    def __init__(self, house, seed):
        super().__init__(daemon=True)
        self.connection = house.connect()
        self.connection.send(message('GET', f'/pattern?seed={seed}&bytes={DOWNLOAD_BYTES}&pause={PAUSE}', 'h'))
        self.answer = self.connection.head()
        self.seed, self.digest, self.failure = seed, None, None
        self.start()

    def run(self):
        try:
            digest = hashlib.sha256()
            for piece in self.connection.body(self.answer):
                digest.update(piece)
            self.digest = digest.hexdigest()
        except Exception as error:
            self.failure = repr(error)
        finally:
            self.connection.close()


class Load(threading.Thread):
    """Requests one after another on a kept connection, until told to stop."""

    def __init__(self, house):
        super().__init__(daemon=True)
        self.connection = house.connect()
        self.done, self.count, self.failures = threading.Event(), 0, []
        self.start()

    def run(self):
        try:
            while not self.done.is_set():
                answer = self.connection.request('GET', f'/load/{self.count}', 'h')
                if answer.status != 200 or not answer.text.startswith(f'GET /load/{self.count} '):
                    self.failures.append((answer.status, answer.text[:200]))
                self.count += 1
                time.sleep(0.001)
        except Exception as error:
            self.failures.append(repr(error))
        finally:
            self.connection.close()


class Reloads(unittest.TestCase):
    def test_a_thousand_reloads_under_load(self):
        origin = StreamOrigin()
        self.addCleanup(origin.close)
        house = new_house(
            self,
            config=MAIN.format(),
            files={'routes/all.yml': routes(origin.url, 0)},
            env={'VAETTIR_EDGE_THREADS': '2'},
        )
        sockets = [house.connect() for _ in range(WEBSOCKETS)]
        for each in sockets:
            self.addCleanup(each.close)
            each.send(
                message(
                    'GET',
                    '/echo',
                    'h',
                    {
                        'Connection': 'Upgrade',
                        'Upgrade': 'websocket',
                        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
                        'Sec-WebSocket-Version': '13',
                    },
                )
            )
            self.assertEqual(each.head().status, 101)
        downloads = [Download(house, f'd{number}') for number in range(DOWNLOADS)]
        load = Load(house)
        with house.connect() as kept:
            settled = self.reload_and_look(house, origin.url, kept, sockets)
            load.done.set()
            load.join(60)
            self.assertEqual(load.failures, [])
            self.assertGreater(load.count, 100)
            grown = house.resident_bytes() - settled
            streams = WEBSOCKETS + sum(each.is_alive() for each in downloads)
            self.assertLessEqual(house.metric('vaettir_route_tables'), streams + 1)
            if not SANITIZED:
                self.assertLessEqual(grown, 2 * MEBIBYTE, f'{grown} bytes more than after reload {SETTLED}')
            expected = {
                each.seed: hashlib.sha256(pattern(each.seed, 0, DOWNLOAD_BYTES)).hexdigest() for each in downloads
            }
            for each in downloads:
                each.join(120)
                self.assertIsNone(each.failure)
                self.assertEqual(each.digest, expected[each.seed])
            self.exchange(sockets, 'end')
            self.assertEqual(kept.request('GET', '/', 'h').header('X-Generation'), str(RELOADS))

    def reload_and_look(self, house, url, kept, sockets):
        """Memory after SETTLED reloads. Each reload begins when the kept connection has seen the one before."""
        settled = None
        for generation in range(1, RELOADS + 1):
            house.write('routes/all.yml', routes(url, generation))
            answer = house.reload()
            self.assertEqual(answer.status // 100, 2, answer.text)
            self.assertEqual(kept.request('GET', '/', 'h').header('X-Generation'), str(generation))
            if generation % 100 == 0:
                self.exchange(sockets, generation)
            if generation == SETTLED:
                settled = house.resident_bytes()
        return settled

    def exchange(self, sockets, word):
        for number, each in enumerate(sockets):
            frame = websocket_frame(f'{number}:{word}'.encode() + pattern(word, 0, 2000))
            each.send(frame)
            self.assertEqual(each.take(len(frame)), frame)

    def test_files_are_followed_and_a_broken_one_changes_nothing(self):
        origin = StreamOrigin()
        self.addCleanup(origin.close)
        house = new_house(self, config=MAIN.format(), files={'routes/all.yml': routes(origin.url, 0)})

        def generation():
            return house.http('GET', '/', 'h').header('X-Generation')

        house.write('routes/all.yml', routes(origin.url, 1))
        house.wait_for(lambda: generation() == '1', 20, 'the change being followed')
        house.write('routes/all.yml', 'http: { routers: { broken: [\n')
        answer = house.reload()
        self.assertEqual(generation(), '1')
        self.assertRegex(answer.text + house.log(), r'all\.yml')
        house.stop()
        house.start()
        self.assertEqual(generation(), '1', 'the last good version outlives a restart')
        house.write('routes/all.yml', routes(origin.url, 2))
        house.wait_for(lambda: generation() == '2', 20, 'the repair being followed')

    def test_hangup_reloads_at_once(self):
        import signal

        origin = StreamOrigin()
        self.addCleanup(origin.close)
        house = new_house(self, config=MAIN.format(), files={'routes/all.yml': routes(origin.url, 0)})
        house.write('routes/all.yml', routes(origin.url, 1))
        house.process.send_signal(signal.SIGHUP)
        house.wait_for(lambda: house.http('GET', '/', 'h').header('X-Generation') == '1', 10, 'reload')


@unittest.skipUnless(FULL, 'long run: VAETTIR_FULL=1')
class Many(unittest.TestCase):
    def test_a_thousand_routes_reload_without_a_failed_request(self):
        origin = StreamOrigin()
        self.addCleanup(origin.close)

        def many(generation):
            lines = [routes(origin.url, generation)]
            rows = [
                f'    r{number}: {{ rule: "Host(`h{number}.example.org`)", service: origin, entryPoints: [web] }}'
                for number in range(1000)
            ]
            return lines[0].replace('  routers:\n', '  routers:\n' + '\n'.join(rows) + '\n')

        house = new_house(self, config=MAIN.format(), files={'routes/all.yml': many(0)})
        load = Load(house)
        for generation in range(1, 51):
            house.write('routes/all.yml', many(generation))
            self.assertEqual(house.reload().status // 100, 2)
        load.done.set()
        load.join(60)
        self.assertEqual(load.failures, [])


if __name__ == '__main__':
    unittest.main()
