"""Reads a byte stream as HTTP/1.1 requests, and takes nothing that could be read in two ways (RFC 9112).

Written from the specification alone, so that it is an independent opinion about what Vaettir sends.
"""

import dataclasses
import hashlib
import re

REQUEST_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP/1\.1")
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*")
VALUE = re.compile(rb'[\t\x20-\x7e\x80-\xff]*')
CHUNK = re.compile(rb'([0-9A-Fa-f]{1,16})(?:;[\t\x20-\x7e]*)?')


class Unclear(Exception):
    pass


@dataclasses.dataclass
class Seen:
    method: str
    target: str
    host: str
    length: int
    sha256: str
    headers: list
    size: int  # bytes on the wire

    def tuple(self):
        return self.method, self.target, self.host, self.length


def read_request(stream, start=0):
    """The request that begins at start, or None where the stream ends within it. Raises Unclear."""
    end = stream.find(b'\r\n\r\n', start)
    if end < 0:
        return None
    lines = stream[start:end].split(b'\r\n')
    match = REQUEST_LINE.fullmatch(lines[0])
    if not match:
        raise Unclear(f'request line {lines[0][:200]!r}')
    headers = []
    for line in lines[1:]:
        field = FIELD.fullmatch(line)
        if not field or not VALUE.fullmatch(field[2]):
            raise Unclear(f'field line {line[:200]!r}')
        headers.append((field[1].decode().lower(), field[2].decode('latin-1')))
    values = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    if len(values.get('host', [])) != 1:
        raise Unclear(f'Host: {values.get("host")}')
    lengths, codings = values.get('content-length', []), values.get('transfer-encoding', [])
    if len(lengths) + len(codings) > 1:
        raise Unclear(f'framing by {lengths} and {codings}')
    at = end + 4
    if codings:
        if codings[0].lower() != 'chunked':
            raise Unclear(f'coding {codings[0]!r}')
        chunks = read_chunks(stream, at)
        if chunks is None:
            return None
        content, at = chunks
    elif lengths:
        if not re.fullmatch(r'0|[1-9][0-9]*', lengths[0]):
            raise Unclear(f'Content-Length {lengths[0]!r}')
        content = stream[at : at + int(lengths[0])]
        if len(content) < int(lengths[0]):
            return None
        at += len(content)
    else:
        content = b''
    return Seen(
        match[1].decode(),
        match[2].decode(),
        values['host'][0],
        len(content),
        hashlib.sha256(content).hexdigest(),
        headers,
        at - start,
    )


def read_chunks(stream, at):
    content = []
    while True:
        end = stream.find(b'\r\n', at)
        if end < 0:
            return None
        match = CHUNK.fullmatch(stream[at:end])
        if not match:
            raise Unclear(f'chunk line {stream[at:end][:200]!r}')
        size, at = int(match[1], 16), end + 2
        if size == 0:
            break
        if len(stream) < at + size + 2:
            return None
        content.append(stream[at : at + size])
        if stream[at + size : at + size + 2] != b'\r\n':
            raise Unclear('no CRLF after a chunk')
        at += size + 2
    while True:
        end = stream.find(b'\r\n', at)
        if end < 0:
            return None
        line, at = stream[at:end], end + 2
        if not line:
            return b''.join(content), at
        if not FIELD.fullmatch(line):
            raise Unclear(f'trailer {line[:200]!r}')


def read_all(stream):
    """Every request of one connection's bytes; what is left must be nothing."""
    seen, at = [], 0
    while at < len(stream):
        request = read_request(stream, at)
        if request is None:
            raise Unclear(f'an incomplete request at byte {at} of {len(stream)}: {stream[at : at + 200]!r}')
        seen.append(request)
        at += request.size
    return seen
