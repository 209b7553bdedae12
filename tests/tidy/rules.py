"""The rules of style that a program can check. Each yields (line number, what, what instead) for one source file."""

import re

import functions
import includes

COLUMNS = 100
PYTHON_COLUMNS = 120
FUNCTION_LINES = 70
LONG_FILE = 400
TOO_LONG_FILE = 800

VAGUE_NAMES = {'util', 'utils', 'common', 'helper', 'helpers', 'manager', 'managers', 'misc'}

# What people write for the word behind it. Not all of the language: those that come back again and again.
ABBREVIATIONS = {
    'addr': 'address',
    'buf': 'buffer',
    'cb': 'callback',
    'cfg': 'config',
    'cnt': 'count',
    'conn': 'connection',
    'evt': 'event',
    'hdr': 'header',
    'hdrs': 'headers',
    'idx': 'index',
    'mgr': 'what it does',
    'msg': 'message',
    'pkt': 'packet',
    'req': 'request',
    'resp': 'response',
    'srv': 'server',
    'svc': 'service',
    'usr': 'user',
    'wf': 'workflow',
}
# Names that a library or the system gives are not ours to spell.
FOREIGN = re.compile(r'(::|\.|->)\s*$')
IDENTIFIER = re.compile(r'\b[A-Za-z_][A-Za-z0-9_]*\b')
# The coroutine machinery's own names stay as the standard spells them.
GETTER = re.compile(
    r'^(?!.*\b(?:return|co_return|co_await|throw|new)\b)[\w:<>&*,\s\[\]]*[\w>&*\]]\s+[&*]?(?:\w+::)*'
    r'(get_(?!return_object)\w+)\s*\('
)
UNFINISHED = re.compile(r'\b(' + '|'.join(('TO' + 'DO', 'FIX' + 'ME', 'X' * 3)) + r')\b')
LONG_REASON = re.compile(r'^(//|#) long because \S')


def include_rule(source):
    yield from includes.check(source)


def file_length(source):
    if not (source.is_cpp or source.is_python):
        return
    count = len(source.lines)
    if count > TOO_LONG_FILE:
        yield 1, f'{count} lines', f'split it: no file has more than {TOO_LONG_FILE}'
    elif count > LONG_FILE and not LONG_REASON.match(source.lines[0]):
        yield 1, f'{count} lines', f"split it, or begin it with '// long because ...' (above {LONG_FILE} lines)"


def function_length(source):
    if not source.is_cpp:
        return
    for name, first, last in functions.bodies(source.code):
        if last - first + 1 > FUNCTION_LINES:
            yield first, f"'{name}' has {last - first + 1} lines", f'split it: at most {FUNCTION_LINES} fit on a screen'


def columns(source):
    if not (source.is_cpp or source.is_python):
        return
    limit = COLUMNS if source.is_cpp else PYTHON_COLUMNS
    for number, line in enumerate(source.lines, 1):
        if len(line) > limit and '://' not in line and not is_text(source, number):
            yield number, f'{len(line)} columns', f'at most {limit}: run ./scripts/format'


def is_text(source, number):
    """Whether a line is one piece of text: of a raw string, or a test's input that reads best unbroken."""
    line = source.lines[number - 1].strip()
    return source.in_raw_string(number) or (source.path.startswith('tests/') and source.is_cpp and line.startswith('"'))


def vague_names(source):
    if not re.match(r'(base|wire|routes|gateway|acme|engine|runner|app|tests|bench|scripts|web)/', source.path):
        return
    for part in source.path.split('/'):
        words = set(re.split(r'[_.\-]', part.lower()))
        if words & VAGUE_NAMES:
            yield 1, f"'{part}' says nothing about what is in it", 'name the file or folder after its one idea'


def file_names(source):
    name = source.path.rsplit('/', 1)[-1]
    if source.is_cpp and not re.fullmatch(r'[a-z0-9]+(_[a-z0-9]+)*(\.gen)?\.(h|cpp)', name):
        yield 1, f"'{name}' is not snake_case", 'lower-case words joined by _'


def getters(source):
    if not source.is_cpp:
        return
    for number, line in enumerate(source.code_lines, 1):
        if match := GETTER.match(line):
            yield number, f"'{match[1]}'", f"a value is a noun: '{match[1][4:]}'"


def abbreviations(source):
    if not source.is_cpp:
        return
    for number, line in enumerate(source.code_lines, 1):
        if line.lstrip().startswith('#'):
            continue
        for match in IDENTIFIER.finditer(line):
            word = match[0].rstrip('_')
            if word in ABBREVIATIONS and not FOREIGN.search(line[: match.start()]):
                yield number, f"'{match[0]}'", f"write '{ABBREVIATIONS[word]}'"


def header_opening(source):
    if source.path.endswith('.h') and not source.path.endswith('.gen.h'):
        if source.lines and not source.lines[0].startswith('//'):
            instead = 'say what it is, who owns it, which thread, how it ends'
            yield 1, 'the header does not open with a comment', instead


def unfinished(source):
    for number, line in enumerate(source.lines, 1):
        if match := UNFINISHED.search(line):
            yield number, f"'{match[1]}'", 'do it, or file an issue'


def detached(source):
    if not source.is_cpp:
        return
    for number, line in enumerate(source.code_lines, 1):
        if re.search(r'\bdetach\s*\(', line):
            yield number, 'detach', 'spawn it on a Scope (or the loop\'s janitor): everything that runs has an owner'


RULES = [
    include_rule,
    file_length,
    function_length,
    columns,
    vague_names,
    file_names,
    getters,
    abbreviations,
    header_opening,
    unfinished,
    detached,
]
