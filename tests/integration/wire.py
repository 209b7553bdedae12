"""HTTP over plain sockets: a client that sends exactly the bytes it is given and reads answers strictly.

Everything waits under a limit; a peer that sends nothing is an error, never a hang.
"""

import dataclasses
import socket
import ssl

WAIT = 30.0  # far above what a busy machine needs; only a program that hangs reaches it


class Closed(Exception):
    """The peer closed before the message was complete."""


@dataclasses.dataclass
class Answer:
    status: int
    reason: str
    version: str
    headers: list  # (name as sent, value), in order
    body: bytes = b''
    interim: list = dataclasses.field(default_factory=list)  # the 1xx answers before it

    def header(self, name, default=None):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ', '.join(values) if values else default

    @property
    def text(self):
        return self.body.decode('utf-8', 'replace')

    def json(self):
        import json

        return json.loads(self.body)


class Connection:
    """One connection to the program. Use as a context manager."""

    def __init__(self, port, *, tls=None, server_name=None, host='127.0.0.1', timeout=WAIT, receive_buffer=None):
        raw = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.settimeout(timeout)
        try:
            raw.connect((host, port))
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket = tls.wrap_socket(raw, server_hostname=server_name) if tls else raw
        except BaseException:
            raw.close()
            raise
        self.buffer = b''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, content):
        self.socket.sendall(content.encode() if isinstance(content, str) else content)

    def finish_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def fill(self):
        """Reads once; False at the end of the stream."""
        content = self.socket.recv(65536)
        self.buffer += content
        return bool(content)

    def take(self, count):
        while len(self.buffer) < count:
            if not self.fill():
                raise Closed(f'{len(self.buffer)} of {count} bytes')
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def take_line(self):
        while b'\r\n' not in self.buffer:
            if len(self.buffer) > 1 << 20:
                raise ValueError('a line without an end')
            if not self.fill():
                raise Closed(f'in a line: {self.buffer[:80]!r}')
        line, self.buffer = self.buffer.split(b'\r\n', 1)
        if b'\n' in line or b'\r' in line:
            raise ValueError(f'bare CR or LF in {line!r}')
        return line.decode('latin-1')

    def head(self):
        line = self.take_line()
        version, _, rest = line.partition(' ')
        status, _, reason = rest.partition(' ')
        if version not in ('HTTP/1.1', 'HTTP/1.0') or not (len(status) == 3 and status.isdigit()):
            raise ValueError(f'not a status line: {line!r}')
        headers = []
        while line := self.take_line():
            name, colon, value = line.partition(':')
            if not colon or not name or name != name.strip():
                raise ValueError(f'not a field line: {line!r}')
            headers.append((name, value.strip()))
        return Answer(int(status), reason, version, headers)

    def answer(self, method='GET'):
        interim = []
        while True:
            answer = self.head()
            if 100 <= answer.status < 200 and answer.status != 101:
                interim.append(answer)
                continue
            break
        answer.interim = interim
        answer.body = b''.join(self.body(answer, method))
        return answer

    def body(self, answer, method='GET'):
        """Yields the content of an answer whose head was read."""
        coding = answer.header('Transfer-Encoding')
        length = answer.header('Content-Length')
        if answer.status in (101, 204, 304) or method == 'HEAD':
            return
        if coding and length:
            raise ValueError('both Transfer-Encoding and Content-Length')
        if coding:
            if coding.lower() != 'chunked':
                raise ValueError(f'coding {coding!r}')
            while size := int(self.take_line().split(';')[0], 16):
                yield self.take(size)
                if self.take_line():
                    raise ValueError('no CRLF after a chunk')
            while line := self.take_line():
                answer.headers.append(tuple(part.strip() for part in line.split(':', 1)))
        elif length is not None:
            if not length.isdigit():
                raise ValueError(f'Content-Length {length!r}')
            left = int(length)
            while left:
                piece = self.take(min(left, max(len(self.buffer), 1)))
                left -= len(piece)
                yield piece
        else:
            while True:
                if self.buffer:
                    piece, self.buffer = self.buffer, b''
                    yield piece
                if not self.fill():
                    return

    def ended(self, timeout=WAIT):
        """Whether the peer closes, without another byte, within the time."""
        self.socket.settimeout(timeout)
        try:
            return not self.buffer and self.socket.recv(1) == b''
        except (ConnectionResetError, BrokenPipeError):
            return True
        except (TimeoutError, ssl.SSLWantReadError):
            return False
        finally:
            self.socket.settimeout(WAIT)

    def request(self, method, target, host, headers=(), body=None):
        self.send(message(method, target, host, headers, body))
        return self.answer(method)


def message(method, target, host, headers=(), body=None):
    lines = [f'{method} {target} HTTP/1.1', f'Host: {host}']
    lines += [f'{name}: {value}' for name, value in dict(headers).items()]
    if body is not None:
        lines.append(f'Content-Length: {len(body)}')
    return '\r\n'.join(lines + ['', '']).encode() + (body or b'')


def chunked(pieces, trailer=''):
    """The chunked form of some pieces of content, last chunk included."""
    return (
        b''.join(b'%x\r\n%s\r\n' % (len(piece), piece) for piece in pieces if piece)
        + b'0\r\n'
        + trailer.encode()
        + b'\r\n'
    )


def websocket_frame(payload, opcode=2, mask=b'\1\2\3\4'):
    """One masked client frame (RFC 6455 section 5.2)."""
    if len(payload) < 126:
        head = bytes([0x80 | opcode, 0x80 | len(payload)])
    elif len(payload) < 65536:
        head = bytes([0x80 | opcode, 0x80 | 126]) + len(payload).to_bytes(2, 'big')
    else:
        head = bytes([0x80 | opcode, 0x80 | 127]) + len(payload).to_bytes(8, 'big')
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
