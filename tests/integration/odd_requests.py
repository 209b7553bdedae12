# long because it is one table: the requests are easier to compare side by side than in several files.
"""Three hundred odd and hostile requests, always the same ones: bytes to send and what may come of them."""

import dataclasses
import random

from wire import chunked

HOST = 'odd.example.org'

PASSES = 'passes'  # answered 200, and the origin sees it
REFUSED = 'refused'  # answered by us with an error, connection closed, the origin sees nothing
EITHER = 'either'  # the specification leaves it open: what is forwarded must be read the same by all


@dataclasses.dataclass
class Odd:
    name: str
    content: bytes
    verdict: str
    method: str = 'GET'
    body: bytes = b''
    statuses: tuple = (400,)
    pieces: int = 1  # into how many writes it is cut


def request(method='GET', target='/', fields=(), body=b'', version='HTTP/1.1', host=HOST):
    lines = [f'{method} {target} {version}'.encode('latin-1')]
    if host is not None:
        lines.append(f'Host: {host}'.encode('latin-1'))
    lines += [field if isinstance(field, bytes) else field.encode('latin-1') for field in fields]
    return b'\r\n'.join(lines) + b'\r\n\r\n' + body


def odd_but_valid(random_source):
    for index, method in enumerate(
        [
            'GET',
            'POST',
            'PUT',
            'PATCH',
            'DELETE',
            'OPTIONS',
            'PROPFIND',
            'M-SEARCH',
            'get',
            'X',
            "!#$%&'*+-.^_`|~9",
            'PURGE',
        ]
    ):
        yield Odd(f'method {method}', request(method, f'/method/{index}'), PASSES, method)
    yield Odd('HEAD', request('HEAD', '/head'), PASSES, 'HEAD')
    yield Odd('OPTIONS *', request('OPTIONS', '*'), PASSES, 'OPTIONS')
    for target in [
        '/a//b',
        '/a/../b',
        '/a/./b/',
        '/%2e%2e/x',
        '/%00',
        '/%2F%5c',
        '/?',
        '/?a=b&a=c&&=',
        '/;p=1/x;q',
        '/a?b?c',
        '/~user/!$&()*+,=:@',
        '/%zz',
        '/%',
        '/a%20b',
        '/?x=%0d%0a',
        "/'quoted'",
        '/{braces}|pipe^hat`tick',
        '/"double"',
        '/<tag>',
        '/a\\b',
        '/' + 'x' * 8000,
        '/?' + 'q' * 8000,
        '//',
        '//host/x',
        '/http://x/',
    ]:
        yield Odd(f'target {target[:30]}', request('GET', target), PASSES if valid_target(target) else EITHER)
    for host in [
        'odd.example.org:8080',
        'ODD.Example.ORG',
        'odd.example.org.',
        '127.0.0.1',
        '[::1]',
        '[::1]:80',
        'under_score.example.org',
        'xn--bcher-kva.example.org',
    ]:
        yield Odd(f'host {host}', request('GET', '/host', host=host), PASSES)
    yield Odd('absolute form', request('GET', f'http://{HOST}/absolute?x'), PASSES)
    yield Odd('an empty line before', b'\r\n' + request('GET', '/empty-line'), PASSES)
    for size in [0, 1, 2, 15, 16, 17, 1023, 1024, 4096, 16383, 16384, 16385, 65535, 65536, 65537, 131072, 200000]:
        body = random_source.randbytes(size)
        yield Odd(
            f'length {size}',
            request('POST', f'/length/{size}', [f'Content-Length: {size}'], body),
            PASSES,
            'POST',
            body,
            pieces=random_source.choice([1, 1, 3]),
        )
        pieces = [body[at : at + 9999] for at in range(0, size, 9999)]
        yield Odd(
            f'chunked {size}',
            request('PUT', f'/chunked/{size}', ['Transfer-Encoding: chunked'], chunked(pieces)),
            PASSES,
            'PUT',
            body,
            pieces=random_source.choice([1, 1, 4]),
        )
    for name, content in [
        ('upper hex', b'A\r\n0123456789\r\n0\r\n\r\n'),
        ('lower hex', b'a\r\n0123456789\r\n0\r\n\r\n'),
        ('leading zeros', b'00A\r\n0123456789\r\n000\r\n\r\n'),
        ('extension', b'A;name=value\r\n0123456789\r\n0;last\r\n\r\n'),
        ('quoted extension', b'A;a="b c"\r\n0123456789\r\n0\r\n\r\n'),
        ('trailer', b'A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n'),
        (
            'forbidden trailers',
            b'A\r\n0123456789\r\n0\r\nContent-Length: 3\r\nHost: evil\r\n'
            b'Authorization: x\r\nTransfer-Encoding: x\r\n\r\n',
        ),
    ]:
        yield Odd(
            f'chunk with {name}',
            request('POST', f'/chunk/{name.replace(" ", "-")}', ['Transfer-Encoding: chunked'], content),
            PASSES,
            'POST',
            b'0123456789',
        )
    smuggled = request('GET', '/smuggled')
    yield Odd(
        'a body that looks like a request',
        request('POST', '/looks', [f'Content-Length: {len(smuggled)}'], smuggled),
        PASSES,
        'POST',
        smuggled,
    )
    yield Odd(
        'a chunk that looks like a request',
        request('POST', '/looks/chunked', ['Transfer-Encoding: CHUNKED'], chunked([smuggled])),
        PASSES,
        'POST',
        smuggled,
    )
    yield Odd(
        'a chunk that looks like chunks',
        request('POST', '/looks/nested', ['Transfer-Encoding: chunked'], chunked([b'5\r\nhello\r\n0\r\n\r\n'])),
        PASSES,
        'POST',
        b'5\r\nhello\r\n0\r\n\r\n',
    )
    for number in [1, 50, 90]:
        fields = [f'X-Field-{index}: {index}' for index in range(number)]
        yield Odd(f'{number} fields', request('GET', f'/fields/{number}', fields), PASSES)
    for name, field in [
        ('empty value', 'X-Empty:'),
        ('spaces around a value', 'X-Spaces:    value   '),
        ('tab', 'X-Tab:\ta\tb\t'),
        ('long value', 'X-Long: ' + 'v' * 12000),
        ('text beyond ASCII', 'X-Text: caf\xe9'),
        ('every separator', 'X-Separators: ()<>@,;:\\"/[]?={}'),
        ('same field twice', 'X-A: 1\r\nX-A: 2'),
        ('an underscore', 'X_Under: 1'),
        ('a nominated field', 'Connection: X-Nominated\r\nX-Nominated: 1'),
        ('close', 'Connection: close'),
        ('keep-alive', 'Connection: Keep-Alive\r\nKeep-Alive: timeout=9'),
        ('upgrade to nothing we know', 'Connection: upgrade\r\nUpgrade: h2c'),
        ('upgrade without connection', 'Upgrade: websocket'),
        ('a forged origin', 'CDN-Loop: other'),
        ('te', 'TE: trailers'),
        ('proxy connection', 'Proxy-Connection: keep-alive'),
        ('a forged client', 'X-Forwarded-For: 1.2.3.4, 5.6.7.8'),
        ('forwarded', 'Forwarded: for=1.2.3.4'),
    ]:
        yield Odd(f'field with {name}', request('GET', f'/field/{name.replace(" ", "-")}', [field]), PASSES)
    for length in ['0', '00', '007']:
        body = b'x' * int(length)
        yield Odd(
            f'GET with Content-Length {length}',
            request('GET', '/get-length', [f'Content-Length: {length}'], body),
            PASSES if length == '0' else EITHER,
            'GET',
            body,
        )
    yield Odd(
        'GET with content', request('GET', '/get-content', ['Content-Length: 5'], b'hello'), PASSES, 'GET', b'hello'
    )
    yield Odd(
        'DELETE with chunks',
        request('DELETE', '/delete', ['Transfer-Encoding: chunked'], chunked([b'hello'])),
        PASSES,
        'DELETE',
        b'hello',
    )
    yield Odd('HTTP/1.0', request('GET', '/old', version='HTTP/1.0'), PASSES)
    yield Odd('HTTP/1.0 kept', request('GET', '/old-kept', ['Connection: keep-alive'], version='HTTP/1.0'), PASSES)
    yield Odd(
        'HTTP/1.0 with content',
        request('POST', '/old-post', ['Content-Length: 3'], b'abc', version='HTTP/1.0'),
        PASSES,
        'POST',
        b'abc',
    )
    yield Odd(
        'expectation',
        request('POST', '/expect', ['Expect: 100-continue', 'Content-Length: 3'], b'abc'),
        PASSES,
        'POST',
        b'abc',
    )
    yield Odd(
        'equal Content-Length in other case',
        request('POST', '/case', ['content-LENGTH: 3'], b'abc'),
        PASSES,
        'POST',
        b'abc',
    )


def valid_target(target):
    return all(character not in '"<>\\^`{|}' for character in target) and '%zz' not in target and target != '/%'


def hostile():
    def bad(name, content, *statuses, verdict=REFUSED, method='GET'):
        return Odd(name, content, verdict, method, statuses=statuses or (400,))

    for name, line in [
        ('no version', b'GET /x'),
        ('HTTP/0.9', b'GET /x HTTP/0.9'),
        ('HTTP/1', b'GET /x HTTP/1'),
        ('HTTP/01.01', b'GET /x HTTP/01.01'),
        ('HTTP/ 1.1', b'GET /x HTTP/ 1.1'),
        ('http/1.1', b'GET /x http/1.1'),
        ('trailing space', b'GET /x HTTP/1.1 '),
        ('HTTP/1.2x', b'GET /x HTTP/1.2x'),
        ('HTTP/9.9', b'GET /x HTTP/9.9'),
        ('HTTP/2.0', b'GET /x HTTP/2.0'),
        ('ICY', b'GET /x ICY/1.1'),
        ('two spaces', b'GET  /x HTTP/1.1'),
        ('space in target', b'GET /x y HTTP/1.1'),
        ('tab', b'GET\t/x\tHTTP/1.1'),
        ('leading space', b' GET /x HTTP/1.1'),
        ('no target', b'GET  HTTP/1.1'),
        ('empty method', b' /x HTTP/1.1'),
        ('method with bracket', b'G(T /x HTTP/1.1'),
        ('method with colon', b'GET: /x HTTP/1.1'),
        ('fragment', b'GET /x#y HTTP/1.1'),
        ('NUL', b'GET /\0 HTTP/1.1'),
        ('DEL', b'GET /\x7f HTTP/1.1'),
        ('raw UTF-8', 'GET /é HTTP/1.1'.encode()),
        ('overlong', b'GET /\xc0\xaf HTTP/1.1'),
        ('relative', b'GET x HTTP/1.1'),
        ('star', b'GET * HTTP/1.1'),
        ('CR in target', b'GET /x\ry HTTP/1.1'),
        ('a TLS hello', b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
        ('an HTTP/2 preface', b'PRI * HTTP/2.0'),
    ]:
        yield bad(f'request line: {name}', line + b'\r\nHost: ' + HOST.encode() + b'\r\n\r\n', 400, 405, 505)
    for name, lines in [('CONNECT', b'CONNECT odd.example.org:443 HTTP/1.1'), ('TRACE', b'TRACE /x HTTP/1.1')]:
        yield bad(name, lines + b'\r\nHost: odd.example.org\r\n\r\n', 405, 400, 501, method=name)
    yield bad('no Host', request(host=None))
    for name, host in [
        ('userinfo', 'user@odd.example.org'),
        ('path', 'odd.example.org/x'),
        ('comma', 'a,b'),
        ('space', 'a b'),
        ('bad port', 'a:b'),
        ('port too large', 'a:99999'),
        ('open bracket', '[::1'),
        ('query', 'a?b'),
        ('hash', 'a#b'),
    ]:
        yield bad(f'Host with {name}', request(host=host))
    yield bad('two Hosts', request(fields=['Host: other.example.org']))
    yield bad('two equal Hosts', request(fields=[f'Host: {HOST}']))
    yield bad('Host with a space before the colon', request(fields=[f'Host : {HOST}'], host=None))
    yield bad('absolute form without host', request('GET', 'http:///x'))
    yield bad('absolute form against an empty Host', request('GET', f'http://{HOST}/x', host=''))
    for name, field in [
        ('folded', b'X-A: 1\r\n  folded'),
        ('folded by tab', b'X-A: 1\r\n\tfolded'),
        ('space before colon', b'X-A : 1'),
        ('tab before colon', b'X-A\t: 1'),
        ('no colon', b'X-A'),
        ('empty name', b': x'),
        ('space in name', b'X A: 1'),
        ('bracket in name', b'X(A): 1'),
        ('name beyond ASCII', b'X-\xc3\xa9: 1'),
        ('NUL in name', b'X\0A: 1'),
        ('NUL in value', b'X-A: a\0b'),
        ('CR in value', b'X-A: a\rb'),
        ('BEL in value', b'X-A: a\x07b'),
        ('DEL in value', b'X-A: a\x7fb'),
        ('ESC in value', b'X-A: \x1b[31m'),
    ]:
        yield bad(f'field: {name}', request(fields=[field]))
    yield bad('white space before the first field', b'GET / HTTP/1.1\r\n Host: odd.example.org\r\n\r\n')
    yield bad('bare LF everywhere', b'GET / HTTP/1.1\nHost: odd.example.org\n\n')
    yield bad('bare LF after a field', b'GET / HTTP/1.1\r\nHost: odd.example.org\nX: y\r\n\r\n')
    yield bad('bare CR everywhere', b'GET / HTTP/1.1\rHost: odd.example.org\r\r')
    for value in [
        '+5',
        '-1',
        '-0',
        '0x5',
        '0o5',
        '1_0',
        '1 0',
        '',
        ' ',
        '5,5',
        '5, 6',
        '5;',
        '5.0',
        '1e1',
        'five',
        '٥',
        '18446744073709551616',
        '99999999999999999999999',
        '5\x0b',
    ]:
        yield bad(
            f'Content-Length {value[:12]!r}',
            b'POST / HTTP/1.1\r\nHost: odd.example.org\r\nContent-Length: ' + value.encode() + b'\r\n\r\nhello',
            400,
            413,
            method='POST',
        )
    yield bad(
        'two Content-Lengths',
        request('POST', '/', ['Content-Length: 5', 'Content-Length: 6'], b'hello!'),
        method='POST',
    )
    yield bad('two equal Content-Lengths', request('POST', '/', ['Content-Length: 5'] * 2, b'hello'), method='POST')
    second = request('GET', '/smuggled')
    for coding in [
        'chunked, gzip',
        'gzip, chunked',
        'gzip',
        'identity',
        'xchunked',
        'chunked, chunked',
        '',
        'chunked;q=1',
        '"chunked"',
        'chunke\0d',
        '\x0bchunked',
        'chunked\x0c',
        'chunked,',
        ', chunked',
        'cow',
    ]:
        yield bad(
            f'Transfer-Encoding {coding!r}',
            b'POST / HTTP/1.1\r\nHost: odd.example.org\r\nTransfer-Encoding: '
            + coding.encode()
            + b'\r\n\r\n0\r\n\r\n'
            + second,
            400,
            501,
            method='POST',
        )
    yield bad(
        'Transfer-Encoding with a space',
        request('POST', '/', ['Transfer-Encoding : chunked'], b'0\r\n\r\n'),
        method='POST',
    )
    yield bad(
        'two Transfer-Encodings',
        request('POST', '/', ['Transfer-Encoding: chunked'] * 2, b'0\r\n\r\n'),
        400,
        501,
        method='POST',
    )
    yield bad(
        'Transfer-Encoding in HTTP/1.0',
        request('POST', '/', ['Transfer-Encoding: chunked'], b'0\r\n\r\n', 'HTTP/1.0'),
        method='POST',
    )
    for order in (0, 1):
        fields = ['Content-Length: 4', 'Transfer-Encoding: chunked']
        yield bad(
            f'both lengths, order {order}',
            request('POST', '/', fields[:: 1 - 2 * order], b'0\r\n\r\n' + second),
            method='POST',
        )
    for name, content in [
        ('bare semicolon', b';\r\n'),
        ('no size', b'\r\nhello\r\n'),
        ('underscore', b'1_0\r\n'),
        ('0x', b'0x5\r\nhello\r\n'),
        ('plus', b'+5\r\nhello\r\n'),
        ('minus', b'-1\r\n'),
        ('leading space', b' 5\r\nhello\r\n'),
        ('trailing space', b'5 \r\nhello\r\n'),
        ('no CRLF after data', b'5\r\nhello0\r\n\r\n'),
        ('too much data', b'3\r\nhello\r\n'),
        ('overflow', b'FFFFFFFFFFFFFFFFF\r\n'),
        ('2^64-1', b'FFFFFFFFFFFFFFFF\r\n'),
        ('bare LF', b'5\nhello\n0\n\n'),
        ('bare CR', b'5\rhello\r0\r\r'),
        ('NUL in extension', b'5;a\0\r\nhello\r\n'),
        ('CR in extension', b'5;a\rb\r\nhello\r\n'),
        ('bad extension', b'5;(=)\r\nhello\r\n'),
        ('LF in extension', b'5;a\nb\r\nhello\r\n'),
        ('not hex', b'G\r\n'),
        ('bad trailer', b'0\r\nX A: 1\r\n\r\n'),
        ('folded trailer', b'0\r\nX: 1\r\n 2\r\n\r\n'),
    ]:
        yield Odd(
            f'chunk: {name}',
            request('POST', '/chunk', ['Transfer-Encoding: chunked'], content + b'0\r\n\r\n'),
            'broken',
            'POST',
            statuses=(400, 413),
        )
    yield bad('a line without an end', b'GET /' + b'x' * 100000, 414, 431, 400)
    yield bad('a target of 100 KB', request('GET', '/' + 'x' * 100000), 414)
    yield bad('a field of 100 KB', request(fields=['X: ' + 'y' * 100000]), 431)
    yield bad('10,000 fields', request(fields=['X: y'] * 10000), 431)
    yield bad('101 fields', request(fields=['X: y'] * 101), 431)
    yield bad(
        'an unknown expectation', request('POST', '/', ['Expect: miracles', 'Content-Length: 0']), 417, method='POST'
    )


def all_of_them(count=300):
    """The fixed ones, then random mixtures of valid parts until there are `count`."""
    source = random.Random(20240607)
    found = list(odd_but_valid(source)) + list(hostile())
    while len(found) < count:
        found.append(mixture(source, len(found)))
    source.shuffle(found)
    return found


def mixture(source, number):
    method = source.choice(['GET', 'POST', 'PUT', 'QUERY', 'DELETE'])
    target = (
        '/mix/' + ''.join(source.choice("abc/._~-%41!$&'()*+,;=:@") for _ in range(source.randrange(60))) + f'/{number}'
    )
    target = target.replace('%', '%41')
    fields = [
        f'X-{index}: ' + ''.join(chr(source.randrange(0x20, 0x7F)) for _ in range(source.randrange(200))).strip()
        for index in range(source.randrange(20))
    ]
    body = source.randbytes(source.choice([0, 0, 10, 3000, 70000])) if method != 'GET' else b''
    if body and source.random() < 0.5:
        size = source.randrange(1, 5000)
        content = chunked([body[at : at + size] for at in range(0, len(body), size)])
        fields.insert(source.randrange(len(fields) + 1), 'Transfer-Encoding: chunked')
    else:
        content = body
        fields.insert(source.randrange(len(fields) + 1), f'Content-Length: {len(body)}')
    return Odd(
        f'mixture {number}',
        request(method, target, fields, content),
        PASSES,
        method,
        body,
        pieces=source.choice([1, 2, 5]),
    )
