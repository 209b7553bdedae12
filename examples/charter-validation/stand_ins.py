"""Stand-ins for GitHub and ocapistaine on loopback: real HTTP servers that answer in the shapes of the real ones.

    python3 stand_ins.py [--record FILE] [--slow SECONDS]

Prints 'github http://127.0.0.1:PORT' and 'ocapistaine http://127.0.0.1:PORT', then serves until it is stopped. With
--record, every request is appended to FILE as one line of JSON {server, method, path, headers, body}.
"""

import argparse
import http.server
import json
import threading
import time

TOKEN = 'Bearer example-token'

ISSUES = {
    42: {'title': '[Culture] A library that opens on Sundays', 'body': 'Families would come.', 'labels': []},
    43: {'title': 'Cheaper moorings', 'body': 'Category: economie\n\nFor fishing boats.', 'labels': [{'name': 'port'}]},
    44: {
        'title': 'Homes for young people',
        'body': None,
        'labels': [{'name': 'logement'}, {'name': 'conforme charte'}],
    },
    45: {'title': 'The mayor is a fool', 'body': 'Everybody says "so".', 'labels': []},
}


class Recorder:
    def __init__(self, file):
        self._file = file
        self._lock = threading.Lock()

    def note(self, server, handler, body):
        if self._file is None:
            return
        line = json.dumps(
            {
                'server': server,
                'method': handler.command,
                'path': handler.path,
                'headers': dict(handler.headers),
                'body': body,
            }
        )
        with self._lock, open(self._file, 'a', encoding='utf-8') as out:
            out.write(line + '\n')


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server_name = ''
    recorder = Recorder(None)
    slow = 0.0

    def body(self):
        text = self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode()
        body = json.loads(text) if text else None
        self.recorder.note(self.server_name, self, body)
        return body

    def answer(self, status, value):
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json; charset=utf-8')
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


class GitHub(Handler):
    server_name = 'github'

    def issue(self):
        number = self.path.removeprefix('/repos/example/charter/issues/').split('/')[0]
        return int(number) if number.isdigit() and int(number) in ISSUES else None

    def do_GET(self):
        self.body()
        number = self.issue()
        if self.headers.get('Authorization') != TOKEN:
            self.answer(401, {'message': 'Bad credentials'})
        elif number is None:
            self.answer(404, {'message': 'Not Found'})
        else:
            address = f'https://github.example.org/example/charter/issues/{number}'
            self.answer(200, {'number': number, 'html_url': address, **ISSUES[number]})

    def do_POST(self):
        body = self.body()
        number = self.issue()
        if self.headers.get('Authorization') != TOKEN:
            self.answer(401, {'message': 'Bad credentials'})
        elif number is None or not self.path.endswith('/labels'):
            self.answer(404, {'message': 'Not Found'})
        else:
            self.answer(200, ISSUES[number]['labels'] + [{'name': name} for name in body['labels']])


class Ocapistaine(Handler):
    server_name = 'ocapistaine'

    def do_POST(self):
        body = self.body()
        if self.path != '/validate':
            self.answer(404, {'detail': 'Not Found'})
            return
        time.sleep(self.slow)  # the real one asks a language model
        rude = 'fool' in body['title']
        self.answer(
            200,
            {
                'is_valid': not rude,
                'category': body['category'] or 'culture',
                'violations': ['personal attack'] if rude else [],
                'encouraged_aspects': [] if rude else ['concrete', 'for everybody'],
                'reasoning': 'It attacks a person.' if rude else 'It is a proposal and hurts nobody.',
                'confidence': 0.93,
            },
        )


def main():
    options = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    options.add_argument('--record', help='file to append every request to')
    options.add_argument('--slow', type=float, default=0.2, help='seconds that ocapistaine thinks')
    options = options.parse_args()
    Handler.recorder = Recorder(options.record)
    Handler.slow = options.slow
    for handler in (GitHub, Ocapistaine):
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f'{handler.server_name} http://127.0.0.1:{server.server_port}', flush=True)
    threading.Event().wait()


if __name__ == '__main__':
    main()
