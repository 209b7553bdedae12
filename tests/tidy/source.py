"""A source file as the checks see it: its lines, and the same without comments and without what stands in quotes."""

import re
import subprocess

RAW_STRING = re.compile(r'R"([^()\\\s]{0,16})\(')


class Source:
    def __init__(self, path, text):
        self.path = path  # relative to the root, with forward slashes
        self.text = text
        self.lines = text.split('\n')
        if self.lines and self.lines[-1] == '':
            self.lines.pop()
        raw_strings = []
        self.code = blank(text, raw_strings) if path.endswith(('.h', '.cpp', '.def')) else text
        self._raw = {line for first, last in raw_strings for line in range(first, last + 1)}
        self.code_lines = self.code.split('\n')

    def in_raw_string(self, number):
        """Whether a line is a part of a raw string: text that no formatter may break."""
        return number in self._raw

    @property
    def is_cpp(self):
        return self.path.endswith(('.h', '.cpp'))

    @property
    def is_python(self):
        return self.path.endswith('.py')


def blank(text, raw_strings=None):
    """C++ text of the same length and the same lines, with comments and the insides of quotes replaced by spaces.

    Appends (first line, last line) of every raw string to raw_strings.
    """
    out = []
    at, end = 0, len(text)
    while at < end:
        two = text[at : at + 2]
        if two == '//':
            stop = text.find('\n', at)
            stop = end if stop < 0 else stop
        elif two == '/*':
            stop = text.find('*/', at + 2)
            stop = end if stop < 0 else stop + 2
        elif text[at] == 'R' and (match := RAW_STRING.match(text, at)) and not _in_word(text, at):
            stop = text.find(f'){match[1]}"', match.end())
            stop = end if stop < 0 else stop + len(match[1]) + 2
            if raw_strings is not None:
                raw_strings.append((text.count('\n', 0, at) + 1, text.count('\n', 0, stop) + 1))
        elif text[at] == '"' or (text[at] == "'" and not _in_word(text, at)):
            stop = _closing_quote(text, at)
            out.append(text[at])
            out.append(_spaces(text[at + 1 : stop - 1]))
            out.append(text[at] if stop <= end else '')
            at = stop
            continue
        else:
            out.append(text[at])
            at += 1
            continue
        out.append(_spaces(text[at:stop]))
        at = stop
    return ''.join(out)


def _spaces(text):
    return re.sub(r'[^\n]', ' ', text)


def _in_word(text, at):
    # 1'000 is a number and u8R is a prefix: a quote or an R behind a word character opens nothing by itself.
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] == '_')


def _closing_quote(text, at):
    quote, at = text[at], at + 1
    while at < len(text) and text[at] != '\n':
        if text[at] == '\\':
            at += 2
        elif text[at] == quote:
            return at + 1
        else:
            at += 1
    return at


def read_tree(root):
    """Every text file of the tree that git keeps or would keep."""
    listed = (
        subprocess.run(
            ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
            cwd=root,
            check=True,
            capture_output=True,
        )
        .stdout.decode()
        .split('\0')
    )
    sources = []
    for path in sorted(set(filter(None, listed))):
        file = root / path
        if not file.is_file() or file.is_symlink():
            continue
        content = file.read_bytes()
        if b'\0' not in content[:8000] and not path.startswith('tests/fuzz/corpus/'):
            sources.append(Source(path, content.decode('utf-8', 'replace')))
    return sources
