"""What passes through the gateway, and how: streaming, WebSockets, interim answers, fields, kept connections."""

import hashlib
import threading
import time
import unittest

from gateway_config import proxy_to
from house import SANITIZED, new_house
from origins import Origin, RequestOrigin, StreamOrigin, pattern, plain, websocket_accept
from wire import Closed, chunked, message, websocket_frame

KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
UPGRADE = {'Connection': 'Upgrade', 'Upgrade': 'websocket', 'Sec-WebSocket-Key': KEY, 'Sec-WebSocket-Version': '13'}
MEBIBYTE = 1 << 20


class Fields(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        def answer(request, connection):
            connection.sendall(
                plain(
                    200,
                    b'hello',
                    {
                        'Server': 'origin/1',
                        'Date': 'Tue, 15 Nov 1994 08:12:31 GMT',
                        'X-Twice': 'a',
                        'Connection': 'X-Hop',
                        'X-Hop': 'secret',
                        'Keep-Alive': 'timeout=5',
                    },
                )
            )

        cls.origin = RequestOrigin(answer)
        cls.addClassCleanup(cls.origin.close)
        cls.house = new_house(cls, **proxy_to(cls.origin.url))

    def seen(self, headers, host='shop.example.org'):
        self.answer = self.house.http('GET', '/fields', host, headers)
        return dict(self.origin.requests()[-1].headers)

    def test_hop_by_hop_fields_end_here_in_both_directions(self):
        seen = self.seen(
            {
                'Connection': 'keep-alive, X-Secret',
                'X-Secret': '1',
                'Keep-Alive': 'max=1',
                'TE': 'gzip',
                'Proxy-Authorization': 'Basic x',
                'X-Kept': '2',
            }
        )
        for name in ('x-secret', 'keep-alive', 'proxy-authorization', 'te'):
            self.assertNotIn(name, seen)
        self.assertEqual(seen['x-kept'], '2')
        self.assertIsNone(self.answer.header('X-Hop'))
        self.assertIsNone(self.answer.header('Keep-Alive'))

    def test_server_and_date_of_the_origin_pass(self):
        self.seen({})
        self.assertEqual(self.answer.header('Server'), 'origin/1')
        self.assertEqual(self.answer.header('Date'), 'Tue, 15 Nov 1994 08:12:31 GMT')

    def test_forwarded_fields_say_what_we_saw_not_what_a_stranger_claims(self):
        seen = self.seen(
            {
                'X-Forwarded-For': '203.0.113.1',
                'X-Forwarded-Proto': 'https',
                'X-Forwarded-Host': 'evil.example.org',
                'X-Real-Ip': '203.0.113.1',
            }
        )
        self.assertEqual(seen['x-forwarded-for'], '127.0.0.1')
        self.assertEqual(seen['x-forwarded-proto'], 'http')
        self.assertEqual(seen['x-forwarded-host'], 'shop.example.org')
        self.assertEqual(seen['x-real-ip'], '127.0.0.1')
        self.assertIn('cdn-loop', seen)

    def test_the_name_the_client_used_passes(self):
        self.seen({})
        self.assertEqual(self.origin.requests()[-1].host, 'shop.example.org')

    def test_our_own_answers_have_a_date(self):
        answer = self.house.http('GET', '/', 'x', {'Expect': 'miracles'})
        self.assertEqual(answer.status, 417)
        self.assertRegex(answer.header('Date'), r'^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$')


class Trusted(unittest.TestCase):
    def test_a_trusted_proxy_is_believed(self):
        origin = RequestOrigin()
        self.addCleanup(origin.close)
        options = proxy_to(origin.url)
        options['config'] = options['config'].replace(
            'web: { address: "127.0.0.1:0" }',
            'web: { address: "127.0.0.1:0", forwardedHeaders: { trustedIPs: ["127.0.0.1/32"] } }',
        )
        house = new_house(self, **options)
        house.http('GET', '/', 'x', {'X-Forwarded-For': '203.0.113.1', 'X-Forwarded-Proto': 'https'})
        seen = dict(origin.requests()[0].headers)
        self.assertEqual(seen['x-forwarded-for'], '203.0.113.1, 127.0.0.1')
        self.assertEqual(seen['x-forwarded-proto'], 'https')


class Messages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.origin = RequestOrigin()
        cls.addClassCleanup(cls.origin.close)
        cls.house = new_house(cls, **proxy_to(cls.origin.url))

    def test_head_has_the_length_and_no_content(self):
        with self.house.connect() as connection:
            answer = connection.request('HEAD', '/x', 'h')
            self.assertEqual(answer.status, 200)
            self.assertGreater(int(answer.header('Content-Length')), 50)
            self.assertEqual(connection.request('GET', '/y', 'h').text.split()[:2], ['GET', '/y'])

    def test_expect_100_is_answered_before_the_content(self):
        with self.house.connect() as connection:
            body = b'x' * 5000
            connection.send(message('POST', '/expect', 'h', {'Expect': '100-continue', 'Content-Length': len(body)}))
            self.assertEqual(connection.head().status, 100)
            connection.send(body)
            self.assertIn(hashlib.sha256(body).hexdigest(), connection.answer().text)

    def test_chunked_content_arrives_whole(self):
        pieces = [pattern('chunked', index * 1000, 1000) for index in range(50)]
        with self.house.connect() as connection:
            connection.send(message('PUT', '/chunked', 'h', {'Transfer-Encoding': 'chunked'}) + chunked(pieces))
            self.assertIn(hashlib.sha256(b''.join(pieces)).hexdigest(), connection.answer().text)

    def test_pipelined_requests_are_answered_in_order(self):
        with self.house.connect() as connection:
            connection.send(b''.join(message('GET', f'/{number}', 'h') for number in range(10)))
            for number in range(10):
                self.assertEqual(connection.answer().text.split()[1], f'/{number}')

    def test_one_byte_at_a_time(self):
        with self.house.connect() as connection:
            for byte in message('POST', '/slow', 'h', {}, b'abc'):
                connection.send(bytes([byte]))
            self.assertIn(hashlib.sha256(b'abc').hexdigest(), connection.answer().text)

    def test_http_1_0_is_answered_and_closed(self):
        with self.house.connect() as connection:
            connection.send('GET /old HTTP/1.0\r\nHost: h\r\n\r\n')
            self.assertEqual(connection.answer().status, 200)
            self.assertTrue(connection.ended())

    def test_connection_close_is_honoured(self):
        with self.house.connect() as connection:
            answer = connection.request('GET', '/', 'h', {'Connection': 'close'})
            self.assertEqual(answer.header('Connection'), 'close')
            self.assertTrue(connection.ended())

    def test_connections_to_the_service_are_kept(self):
        before = len(self.origin.connections)
        with self.house.connect() as connection:
            for number in range(20):
                self.assertEqual(connection.request('GET', f'/kept/{number}', 'h').status, 200)
        self.assertLessEqual(len(self.origin.connections) - before, 1)

    def test_trace_and_connect_are_not_allowed(self):
        for method, target in (('TRACE', '/'), ('CONNECT', 'h:80')):
            with self.subTest(method=method):
                answer = self.house.http(method, target, 'h')
                self.assertEqual(answer.status, 405)
                self.assertIsNotNone(answer.header('Allow'))


class Faults(unittest.TestCase):
    def faulty(self, serve):
        origin = RequestOrigin(serve)
        self.addCleanup(origin.close)
        return new_house(self, **proxy_to(origin.url)), origin

    def test_a_kept_connection_that_the_service_closes_costs_no_request(self):
        def answer(request, connection):
            connection.sendall(plain(200, b'ok'))
            return 'close'

        house, _ = self.faulty(answer)
        with house.connect() as connection:
            for _ in range(20):
                self.assertEqual(connection.request('GET', '/', 'h').status, 200)
                time.sleep(0.01)

    def test_an_answer_that_breaks_off_is_not_made_whole(self):
        def answer(request, connection):
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nbegun')
            return 'close'

        house, _ = self.faulty(answer)
        with house.connect() as connection:
            connection.send(message('GET', '/', 'h'))
            with self.assertRaises((Closed, ConnectionError)):
                connection.answer()
        house.wait_for_log('upstream_reset')

    def test_no_answer_is_502_with_its_cause(self):
        house, _ = self.faulty(lambda request, connection: 'close')
        answer = house.http('POST', '/', 'h', {}, b'x')
        self.assertEqual((answer.status, answer.json()['cause']), (502, 'upstream_reset'))

    def test_nonsense_is_502_with_its_cause(self):
        def answer(request, connection):
            connection.sendall(b'SSH-2.0-OpenSSH_9.2\r\n\r\n')
            return 'close'

        house, _ = self.faulty(answer)
        answer = house.http('GET', '/', 'h')
        self.assertEqual((answer.status, answer.json()['cause']), (502, 'upstream_bad_response'))

    def test_two_lengths_in_an_answer_are_refused(self):
        def answer(request, connection):
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde')

        house, _ = self.faulty(answer)
        self.assertEqual(house.http('GET', '/', 'h').json()['cause'], 'upstream_bad_response')

    def test_a_client_that_leaves_frees_the_service(self):
        released = threading.Event()

        def answer(request, connection):
            connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
            try:
                while True:
                    connection.sendall(b'5\r\nhello\r\n')
                    time.sleep(0.01)
            except OSError:
                released.set()
                raise

        house, _ = self.faulty(answer)
        with house.connect() as connection:
            connection.send(message('GET', '/', 'h'))
            connection.head()
        self.assertTrue(released.wait(20), 'the connection to the service stays open')
        house.wait_for_log('client_abort')


class Streams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.origin = StreamOrigin()
        cls.addClassCleanup(cls.origin.close)
        cls.house = new_house(cls, **proxy_to(cls.origin.url))

    @unittest.skipIf(SANITIZED, 'a sanitizer keeps freed memory')
    def test_a_slow_reader_holds_the_sender_back_and_memory_flat(self):
        total = 48 * MEBIBYTE
        self.house.http('GET', '/warm', 'h')
        before = self.house.resident_bytes()
        with self.house.connect(receive_buffer=8192) as connection:
            connection.send(message('GET', f'/pattern?seed=slow&bytes={total}', 'h'))
            answer = connection.head()
            stalled = -1
            while stalled != self.origin.sent['slow']:
                stalled = self.origin.sent['slow']
                time.sleep(1)
            self.assertLess(stalled, total / 2, 'the gateway took more than it could give away')
            self.assertLess(self.house.resident_bytes() - before, 8 * MEBIBYTE)
            digest = hashlib.sha256()
            for piece in connection.body(answer):
                digest.update(piece)
        expected = hashlib.sha256()
        for start in range(0, total, MEBIBYTE):
            expected.update(pattern('slow', start, MEBIBYTE))
        self.assertEqual(digest.hexdigest(), expected.hexdigest())
        self.assertLess(self.house.resident_bytes() - before, 8 * MEBIBYTE)

    @unittest.skipIf(SANITIZED, 'a sanitizer keeps freed memory')
    def test_a_service_that_does_not_read_holds_the_client_back(self):
        class Deaf(Origin):
            def serve(self, connection, number):
                connection.recv(1024)
                time.sleep(6)

        origin = Deaf()
        self.addCleanup(origin.close)
        house = new_house(self, **proxy_to(origin.url))
        before = house.resident_bytes()
        with house.connect(timeout=2) as connection:
            connection.send(message('POST', '/', 'h', {'Content-Length': 200 * MEBIBYTE}))
            sent = 0
            with self.assertRaises((TimeoutError, ConnectionError)):
                while sent < 200 * MEBIBYTE:
                    sent += connection.socket.send(b'x' * 65536)
        self.assertLess(sent, 64 * MEBIBYTE)
        self.assertLess(house.resident_bytes() - before, 8 * MEBIBYTE)

    def test_events_are_not_held_back(self):
        gate = threading.Event()

        def answer(request, connection):
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n')
            gate.wait(20)
            connection.sendall(b'data: two\n\n')
            return 'close'

        origin = RequestOrigin(answer)
        self.addCleanup(origin.close)
        house = new_house(self, **proxy_to(origin.url))
        with house.connect() as connection:
            connection.send(message('GET', '/events', 'h'))
            pieces = connection.body(connection.head())
            self.assertIn(b'data: one', next(pieces))
            gate.set()
            self.assertIn(b'data: two', b''.join(pieces))

    def upgraded(self):
        connection = self.house.connect()
        self.addCleanup(connection.close)
        connection.send(message('GET', '/echo', 'h', UPGRADE))
        answer = connection.head()
        self.assertEqual(answer.status, 101)
        self.assertEqual(answer.header('Sec-WebSocket-Accept'), websocket_accept(KEY))
        return connection

    def test_websocket_frames_pass_unchanged_both_ways(self):
        connection = self.upgraded()
        for size in (0, 1, 125, 126, 65535, 65536, 300000):
            frame = websocket_frame(pattern('ws', 0, size))
            sender = threading.Thread(target=connection.send, args=(frame,))
            sender.start()
            self.assertEqual(connection.take(len(frame)), frame)
            sender.join()

    def test_half_a_close_leaves_the_other_half_open(self):
        connection = self.upgraded()
        frame = websocket_frame(b'last words')
        connection.send(frame)
        connection.finish_sending()
        self.assertEqual(connection.take(len(frame)), frame)
        self.assertEqual(connection.take(4), b'tail')
        self.assertTrue(connection.ended())

    def test_a_refused_upgrade_is_an_ordinary_answer(self):
        with self.house.connect() as connection:
            answer = connection.request('GET', '/not-there', 'h', UPGRADE)
            self.assertEqual(answer.status, 200)
            self.assertEqual(connection.request('GET', '/again', 'h').status, 200)


class Middlewares(unittest.TestCase):
    def passing(self, middlewares, definition, handle=None):
        origin = RequestOrigin(handle)
        self.addCleanup(origin.close)
        more = f'  middlewares:\n    {definition}\n'
        return new_house(self, **proxy_to(origin.url, middlewares, more)), origin

    def test_headers(self):
        house, origin = self.passing(
            'marked',
            'marked: { headers: { customRequestHeaders: { X-In: "1", X-Gone: "" }, '
            'customResponseHeaders: { X-Out: "2" } } }',
        )
        answer = house.http('GET', '/', 'h', {'X-Gone': 'yes'})
        self.assertEqual(answer.header('X-Out'), '2')
        seen = dict(origin.requests()[0].headers)
        self.assertEqual(seen['x-in'], '1')
        self.assertNotIn('x-gone', seen)

    def test_strip_prefix(self):
        house, origin = self.passing('short', 'short: { stripPrefix: { prefixes: ["/api"] } }')
        house.http('GET', '/api/v1?x=1', 'h')
        self.assertEqual(origin.requests()[0].target, '/v1?x=1')
        self.assertEqual(dict(origin.requests()[0].headers)['x-forwarded-prefix'], '/api')

    def test_ip_allow_list(self):
        house, origin = self.passing('near', 'near: { ipAllowList: { sourceRange: ["10.0.0.0/8"] } }')
        answer = house.http('GET', '/', 'h')
        self.assertEqual((answer.status, answer.json()['cause']), (403, 'blocked_ip'))
        self.assertEqual(origin.requests(), [])

    def test_in_flight_limit(self):
        gate = threading.Event()

        def slow(request, connection):
            gate.wait(20)
            connection.sendall(plain(200, b'ok'))

        house, origin = self.passing('one', 'one: { inFlightReq: { amount: 1 } }', slow)
        self.addCleanup(gate.set)
        with house.connect() as first:
            first.send(message('GET', '/', 'h'))
            house.wait_for(origin.requests, 20, 'first request')
            answer = house.http('GET', '/', 'h')
            self.assertEqual((answer.status, answer.json()['cause']), (429, 'too_many_in_flight'))
            gate.set()
            self.assertEqual(first.answer().status, 200)
        self.assertEqual(house.http('GET', '/', 'h').status, 200)


if __name__ == '__main__':
    unittest.main()
