"""Finds function bodies in C++ text that clang-format has laid out, by counting braces. A lambda is part of its own."""

import re

TYPE = re.compile(r'\b(class|struct|union|enum)\b')
NOT_A_FUNCTION = re.compile(r'^\s*(if|for|while|switch|catch|else|do|return|co_return|co_await)\b')
PREPROCESSOR = re.compile(r'^[ \t]*#(?:[^\n\\]|\\[^\n]|\\\n)*', re.M)
LABEL = re.compile(r'\s*(public|private|protected)$')
NAME = re.compile(r'(~?\w+(?:::~?\w+)*|operator\s*\S{1,3})\s*\(')


def bodies(code):
    """Yields (name, first line, last line) of every function body in blanked code."""
    stack = []  # (kind, name, first line)
    head, head_line, line = '', None, 1
    for character in PREPROCESSOR.sub(lambda match: re.sub(r'[^\n]', ' ', match[0]), code):
        if character == '\n':
            line += 1
        inside = any(kind == 'function' for kind, _, _ in stack)
        if character == '{':
            kind = 'block' if inside else kind_of(head)
            stack.append((kind, name_of(head), head_line or line))
            head, head_line = '', None
        elif character == '}':
            if stack:
                kind, name, first = stack.pop()
                if kind == 'function':
                    yield name, first, line
            head, head_line = '', None
        elif character == ';' and not inside and head.count('(') <= head.count(')'):
            head, head_line = '', None
        elif character == ':' and LABEL.match(head):
            head, head_line = '', None
        elif not inside:
            if head_line is None and not character.isspace():
                head_line = line
            head += character


def kind_of(head):
    text = head.strip()
    before = text.split('(')[0]
    if re.search(r'\bnamespace\b|\bextern\b\s*"', text):
        return 'namespace'
    if TYPE.search(re.sub(r'template\s*<[^{]*?>\s', ' ', before)) and '(' not in text:
        return 'type'
    if TYPE.match(before) or '(' not in text or NOT_A_FUNCTION.match(text) or before.rstrip().endswith('='):
        return 'type' if TYPE.match(before) else 'block'
    return 'function'


def name_of(head):
    match = NAME.search(head)
    return match[1] if match else '(unnamed)'
