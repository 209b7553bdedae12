"""Configurations for tests: one service behind plain HTTP, the way a Traefik file says it."""

MAIN = '''
entryPoints:
  web: {{ address: "127.0.0.1:0" }}
  websecure: {{ address: "127.0.0.1:0", http: {{ tls: {{}} }} }}
accessLog: {{}}
providers: {{ file: {{ directory: routes }} }}
'''

ROUTES = '''
http:
  routers:
    everything: {{ rule: "PathPrefix(`/`)", service: origin, entryPoints: [web]{middlewares} }}
    star: {{ rule: "Method(`OPTIONS`)", priority: 1, service: origin, entryPoints: [web] }}
  services:
    origin: {{ loadBalancer: {{ servers: [ {{ url: "{url}" }} ] }} }}
'''


def proxy_to(url, middlewares='', more=''):
    """Options of a House that sends everything on `web` to one service."""
    using = f', middlewares: [{middlewares}]' if middlewares else ''
    return {'config': MAIN.format(), 'files': {'routes/all.yml': ROUTES.format(url=url, middlewares=using) + more}}
