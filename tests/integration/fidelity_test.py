"""What the gateway sends is what it says it sent: the origin's raw bytes, read by an independent strict reader, against
the access log and against the generator, for 300 odd and hostile requests; and the same requests pipelined."""

import hashlib
import unittest

import strict_reader
from gateway_config import proxy_to
from house import new_house
from odd_requests import EITHER, PASSES, REFUSED, all_of_them
from origins import RequestOrigin
from wire import Closed, message


def logged(record):
    """(method, target, Host, body length) of a record of the access log."""
    return record['RequestMethod'], record['RequestPath'], record['RequestAddr'], record['RequestContentSize']


def forwarded(record):
    """Whether the origin answered this request, as the access log says."""
    return bool(record.get('OriginStatus'))


class Fidelity(unittest.TestCase):
    def setUp(self):
        self.origin = RequestOrigin()
        self.addCleanup(self.origin.close)
        # One loop: between two loops the order of log lines would be that of their clocks' races.
        self.house = new_house(self, env={'VAETTIR_EDGE_THREADS': '1'}, **proxy_to(self.origin.url))

    def send(self, odd):
        """The statuses that came back, and whether the gateway closed after them."""
        with self.house.connect() as connection:
            try:
                step = -(-len(odd.content) // odd.pieces)
                for at in range(0, len(odd.content), step):
                    connection.send(odd.content[at : at + step])
                if odd.verdict != PASSES:
                    connection.finish_sending()
            except (ConnectionError, BrokenPipeError):
                pass  # refused before we had sent everything: the answer may still be there
            statuses = []
            try:
                statuses.append(connection.answer(odd.method).status)
                if odd.verdict != PASSES:
                    while True:
                        statuses.append(connection.answer(odd.method).status)
            except (Closed, ConnectionError):
                pass
            return statuses

    def test_300_odd_requests(self):
        requests = all_of_them()
        self.assertGreaterEqual(len(requests), 300)
        problems, passed = [], []
        for odd in requests:
            before = len(self.origin.order)
            statuses = self.send(odd)
            seen = [request for _, request in self.origin.order[before:]]
            if any('/smuggled' == request.target for request in seen):
                problems.append(f'{odd.name}: the smuggled request reached the origin')
            if odd.verdict == PASSES or (odd.verdict == EITHER and statuses[:1] == [200]):
                passed.append(odd)
                if statuses[:1] != [200] or len(seen) != 1:
                    problems.append(f'{odd.name}: answered {statuses}, the origin saw {len(seen)}')
                elif seen[0].method != odd.method or seen[0].sha256 != hashlib.sha256(odd.body).hexdigest():
                    problems.append(f'{odd.name}: the origin saw {seen[0].tuple()}, content differs')
            elif odd.verdict == REFUSED:
                if len(statuses) != 1 or statuses[0] not in odd.statuses:
                    problems.append(f'{odd.name}: answered {statuses}, expected one of {odd.statuses}')
                if seen:
                    problems.append(f'{odd.name}: refused, but the origin saw {seen[0].tuple()}')
            elif odd.verdict == EITHER:
                if len(statuses) != 1 or statuses[0] // 100 != 4:
                    problems.append(f'{odd.name}: answered {statuses}')
            elif len(statuses) != 1 or statuses[0] not in odd.statuses or seen:
                # A head may have been forwarded before its chunks turned out to be broken: never a whole request.
                problems.append(f'{odd.name}: answered {statuses}, the origin saw {len(seen)} complete requests')
        self.assertEqual(problems, [], '\n' + '\n'.join(problems))
        self.compare(len(passed))

    def compare(self, count):
        """Origin's raw bytes = access log, in number and in order."""
        self.house.wait_for(lambda: sum(map(forwarded, self.house.access_log())) >= count, 20, 'access log')
        ours = [logged(record) for record in self.house.access_log() if forwarded(record)]
        theirs = [request.tuple() for request in self.origin.requests()]
        self.assertEqual(len(theirs), count)
        self.assertEqual(len(ours), len(theirs))
        for index, (one, other) in enumerate(zip(ours, theirs)):
            self.assertEqual(one, other, f'request {index}')
        # The origin answered while it read; here its whole streams are read once more, from their first byte.
        whole = sum((self.complete(stream) for stream in self.origin.raw.values()), [])
        self.assertEqual(sorted(request.tuple() for request in whole), sorted(theirs))
        self.assertEqual(self.origin.failures, [], 'the strict reader takes everything the gateway sends')

    def complete(self, stream):
        """Whole requests of a stream; what is incomplete at its end was cut off when its chunks were broken."""
        seen, at = [], 0
        while at < len(stream):
            request = strict_reader.read_request(stream, at)
            if request is None:
                break
            seen.append(request)
            at += request.size
        return seen

    def test_pipelined_they_are_the_same(self):
        requests = [
            odd
            for odd in all_of_them()
            if odd.verdict == PASSES
            and b'onnection:' not in odd.content
            and b'HTTP/1.0' not in odd.content
            and b'Expect' not in odd.content
        ]
        self.assertGreater(len(requests), 80)
        for start in range(0, len(requests), 10):
            group = requests[start : start + 10]
            with self.house.connect() as connection:
                import threading

                sender = threading.Thread(target=connection.send, args=(b''.join(odd.content for odd in group),))
                sender.start()
                for odd in group:
                    self.assertEqual(connection.answer(odd.method).status, 200, odd.name)
                sender.join()
        seen = self.origin.requests()
        self.assertEqual(
            [(request.method, request.sha256) for request in seen],
            [(odd.method, hashlib.sha256(odd.body).hexdigest()) for odd in requests],
        )
        self.compare(len(requests))

    def test_a_refused_request_ends_its_pipeline(self):
        with self.house.connect() as connection:
            connection.send(
                message('GET', '/one', 'h')
                + b'GET /two HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n'
                + message('GET', '/three', 'h')
            )
            self.assertEqual([connection.answer().status for _ in range(2)], [200, 400])
            self.assertTrue(connection.ended())
        self.assertEqual([request.target for request in self.origin.requests()], ['/one'])


if __name__ == '__main__':
    unittest.main()
