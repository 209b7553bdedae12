"""Small n8n workflow files for tests."""


def node(name, kind, version, parameters=None, **more):
    return {
        'id': name.lower().replace(' ', '-'),
        'name': name,
        'type': f'n8n-nodes-base.{kind}',
        'typeVersion': version,
        'position': [0, 0],
        'parameters': parameters or {},
        **more,
    }


def webhook(path, method='GET', response='responseNode', **options):
    return node(
        'Webhook',
        'webhook',
        2,
        {'httpMethod': method, 'path': path, 'responseMode': response, 'options': options},
        webhookId=f'hook-{path}',
    )


def assign(name, include=True, **fields):
    """A Set node; the type of each field is that of its Python value, text for expressions."""
    kinds = {bool: 'boolean', int: 'number', float: 'number', str: 'string', list: 'array', dict: 'object'}
    assignments = [
        {'id': field, 'name': field, 'type': kinds[type(value)], 'value': value} for field, value in fields.items()
    ]
    return node(
        name, 'set', 3.4, {'assignments': {'assignments': assignments}, 'includeOtherFields': include, 'options': {}}
    )


def request(name, url, method='GET', body=None, timeout=10000):
    parameters = {'method': method, 'url': url, 'options': {'timeout': timeout}}
    if body is not None:
        parameters.update(sendBody=True, specifyBody='json', jsonBody=body)
    return node(name, 'httpRequest', 4.2, parameters)


def respond(name='Respond', body=None, code=None):
    options = {'responseCode': code} if code else {}
    parameters = {'respondWith': 'json', 'responseBody': body, 'options': options} if body else {'options': options}
    return node(name, 'respondToWebhook', 1.1, parameters)


def chain(name, *nodes, **settings):
    """A workflow whose nodes follow each other."""
    links = {
        before['name']: {'main': [[{'node': after['name'], 'type': 'main', 'index': 0}]]}
        for before, after in zip(nodes, nodes[1:])
    }
    return {
        'id': name.replace(' ', '').ljust(16, '0')[:16],
        'name': name,
        'active': True,
        'nodes': list(nodes),
        'connections': links,
        'settings': {'executionOrder': 'v1', **settings},
    }
