"""Who may include whom: DESIGN.md section 1 as a table. docs/ARCHITECTURE.md shows the same to people."""

import re

# Folder -> folders it may include directly. What those may include, it may include too.
FOLDERS = {
    'base/core': [],
    'base/async': ['base/core'],
    'base/schema': ['base/core'],
    'base/observe': ['base/core', 'base/async'],
    'base/net': ['base/async', 'base/observe'],
    'base/http': ['base/net'],
    'base/store': ['base/net', 'base/observe'],
    'wire': ['base/core'],
    'routes': ['base/core', 'base/schema'],
    'gateway': ['base/*', 'routes'],
    'acme': ['base/*'],
    'engine': ['base/*', 'wire'],
    'runner': ['base/core', 'base/async', 'base/http', 'wire'],
    'app': ['base/*', 'wire', 'routes', 'gateway', 'acme', 'engine'],
    'tests/kit': ['app'],
}

# Folder -> libraries it may include directly, by the names of LIBRARIES; inherited like folders.
MAY_USE = {
    'base/core': ['simdjson', 'fmt'],
    'base/async': ['libevent'],
    'base/schema': ['yaml-cpp'],
    'base/net': ['OpenSSL'],
    'base/http': ['nghttp2', 'wslay', 'libcurl', 'zlib'],
    'base/store': ['libpq', 'sqlite3', 'hiredis'],
    'routes': ['RE2'],
    'gateway': ['zlib', 'zstd', 'brotli', 'libmaxminddb', 'libxcrypt'],
    'engine': ['zlib', 'zstd', 'RE2'],
    'runner': ['V8', 'CPython', 'libseccomp'],
    'app': ['CLI11'],
}

# Start of an included path -> library.
LIBRARIES = {
    'simdjson': 'simdjson',
    'fmt/': 'fmt',
    'event2/': 'libevent',
    'event.h': 'libevent',
    'evhttp.h': 'libevent',
    'yaml-cpp/': 'yaml-cpp',
    'openssl/': 'OpenSSL',
    'nghttp2/': 'nghttp2',
    'wslay/': 'wslay',
    'curl/': 'libcurl',
    'zlib.h': 'zlib',
    'zstd': 'zstd',
    'brotli/': 'brotli',
    'maxminddb.h': 'libmaxminddb',
    'crypt.h': 'libxcrypt',
    'libpq': 'libpq',
    'postgresql/': 'libpq',
    'sqlite3.h': 'sqlite3',
    'hiredis/': 'hiredis',
    're2/': 'RE2',
    'v8': 'V8',
    'node': 'V8',
    'Python.h': 'CPython',
    'seccomp.h': 'libseccomp',
    'CLI/': 'CLI11',
    'gtest/': 'GoogleTest',
    'gmock/': 'GoogleTest',
    'benchmark/': 'Google Benchmark',
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path):
    """The row of FOLDERS that a file belongs to, or None."""
    parts = path.split('/')
    for depth in (2, 1):
        name = '/'.join(parts[:depth])
        if name in FOLDERS and len(parts) > depth:
            return name
    return None


def reachable(folder):
    """folder itself and all folders it may include, also through others."""
    seen, queue = set(), [folder]
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        for other in FOLDERS[name]:
            expanded = [f for f in FOLDERS if f.startswith('base/')] if other == 'base/*' else [other]
            queue += expanded
    return seen


def usable(folder):
    return {library for name in reachable(folder) for library in MAY_USE.get(name, [])}


def library_of(included):
    for start, library in LIBRARIES.items():
        if included.startswith(start):
            return library
    return None


def check(source):
    """Yields (line number, what, what instead)."""
    folder = folder_of(source.path)
    if not source.is_cpp or folder is None:
        return
    folders, libraries = reachable(folder), usable(folder)
    for number, line in enumerate(source.lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        included = match[2]
        target = folder_of(included)
        if target is not None and target not in folders:
            others = ', '.join(sorted(folders - {folder})) or 'nothing'
            yield (
                number,
                f"{folder} includes '{included}'",
                f'{folder} may see {others}: meet in an interface there, or join the two in app/',
            )
        elif target is None and match[1] == '"' and '/' not in included and not is_generated(included):
            yield number, f"'{included}' is included by a relative path", 'name it from the root of the project'
        elif target is None and (library := library_of(included)) and library not in libraries:
            yield (number, f"{folder} includes '{included}' of {library}", f'wrap it in the folder that owns {library}')


def is_generated(included):
    return included.endswith(('.def', '.inc', '.gen.h'))
