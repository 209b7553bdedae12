"""Services behind the gateway, as tests need them: real servers on loopback, one thread per connection."""

import hashlib
import os
import socket
import threading
import time

import strict_reader
from wire import WAIT


class Origin:
    """Accepts connections and hands each to serve(connection, number). Ends with close()."""

    def __init__(self, port=0):
        self.listener = socket.create_server(('127.0.0.1', port), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.url = f'http://127.0.0.1:{self.port}'
        self.connections = []
        self.failures = []  # what went wrong inside, for the test to look at
        self.closing = False
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.closing = True
        # shutdown wakes the accept(); closing alone would leave it waiting on the old descriptor.
        for each in [self.listener, *self.connections]:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()
        self.thread.join(WAIT)

    def _accept(self):
        while not self.closing:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = len(self.connections)
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection, number):
        try:
            self.serve(connection, number)
        except OSError:
            pass  # the other side has gone: what that means is for the test to say
        except Exception as error:  # kept for the test, which looks at failures
            self.failures.append(repr(error))
        finally:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()

    def serve(self, connection, number):
        raise NotImplementedError


class RequestOrigin(Origin):
    """Reads whole requests strictly, keeps all raw bytes, answers with handle(request, connection)."""

    def __init__(self, handle=None, port=0):
        self.raw = {}  # connection number -> bytes
        self.order = []  # (connection number, Seen) in the order of completion
        self.handle = handle or answer_with_digest
        super().__init__(port)

    def serve(self, connection, number):
        self.raw[number] = b''
        at = 0
        while True:
            request = strict_reader.read_request(self.raw[number], at)
            if request is None:
                content = connection.recv(65536)
                if not content:
                    return
                self.raw[number] += content
                continue
            at += request.size
            self.order.append((number, request))
            if self.handle(request, connection) == 'close':
                return

    def requests(self):
        return [request for _, request in self.order]


def plain(status=200, body=b'', headers=()):
    lines = [f'HTTP/1.1 {status} Whatever', f'Content-Length: {len(body)}']
    lines += [f'{name}: {value}' for name, value in dict(headers).items()]
    return '\r\n'.join(lines + ['', '']).encode() + body


def answer_with_digest(request, connection):
    """Answers what was understood: method, target and the digest of the content."""
    body = f'{request.method} {request.target} {request.length} {request.sha256}\n'.encode()
    answer = plain(200, body, {'Content-Type': 'text/plain', 'X-Target': request.target[:100]})
    connection.sendall(answer[: -len(body)] if request.method == 'HEAD' else answer)


def pattern(seed, start, count):
    """Bytes start..start+count of an endless stream that differs for every seed and never repeats within reach."""
    first = start // 32
    blocks = [hashlib.sha256(f'{seed}:{block}'.encode()).digest() for block in range(first, (start + count) // 32 + 1)]
    offset = start - first * 32
    return b''.join(blocks)[offset : offset + count]


def websocket_accept(key):
    import base64

    return base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest()).decode()


class StreamOrigin(RequestOrigin):
    """Long answers. GET /pattern?seed=S&bytes=N&pause=MS sends a pattern with pauses; GET /echo upgrades to a tunnel
    that sends every byte back; anything else is answered with its digest."""

    def __init__(self, port=0):
        self.sent = {}  # seed -> bytes handed to the kernel
        super().__init__(self._handle, port)

    def _handle(self, request, connection):
        path, _, query = request.target.partition('?')
        values = dict(part.split('=') for part in query.split('&') if part)
        if path == '/pattern':
            return self._pattern(connection, values['seed'], int(values['bytes']), int(values.get('pause', 0)))
        if path == '/echo':
            return self._echo(request, connection)
        return answer_with_digest(request, connection)

    def _pattern(self, connection, seed, total, pause):
        connection.sendall(f'HTTP/1.1 200 OK\r\nContent-Length: {total}\r\n\r\n'.encode())
        at = self.sent[seed] = 0
        while at < total and not self.closing:
            piece = pattern(seed, at, min(16384, total - at))
            connection.sendall(piece)
            at += len(piece)
            self.sent[seed] = at
            time.sleep(pause / 1000)

    def _echo(self, request, connection):
        key = dict(request.headers).get('sec-websocket-key', '')
        connection.sendall(
            (
                f'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                f'Sec-WebSocket-Accept: {websocket_accept(key)}\r\n\r\n'
            ).encode()
        )
        while content := connection.recv(65536):
            connection.sendall(content)
        connection.sendall(b'tail')  # the other direction is still open
        return 'close'


def free_port():
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def random_bytes(count):
    return os.urandom(count)
