"""The structure of HCL native syntax: blocks, labels, arguments, and where each stands.

For what has to be known about a program around Terraform's own judgement: which providers and
modules it names, which block a diagnostic falls in, what its variables look like. It never judges:
text that is no HCL still gives whatever blocks can be made out. Linear in the text, no recursion.
Grammar: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(
    r"[ \t\r\ufeff]*(?:"
    r"(?P<newline>\n)"
    r"|(?P<comment>(?:\#|//)[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<word>[^\W\d][\w-]*)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    r"|(?P<heredoc><<-?[^\W\d][\w-]*[^\n]*\n)"
    r'|(?P<quote>")'
    r"|(?P<mark>==|!=|<=|>=|&&|\|\||=>|\.\.\.|::|[^ \t\r\ufeff]))",
    re.DOTALL,
)
_IN_STRING = re.compile(r'\\.|\$\$\{|%%\{|\$\{|%\{|"|\n', re.DOTALL)
_IN_TEMPLATE = re.compile(r'"|\{|\}')
_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")


class Token(NamedTuple):
    """A lexeme. `kind` is word, number, string, heredoc, newline or mark."""

    kind: str
    text: str
    start: int


@dataclass(slots=True)
class Argument:
    """`name = expression`. The expression is `tokens`, and the text from `start` to `end`."""

    name: str
    line: int
    start: int
    end: int
    tokens: list[Token]

    @property
    def literal(self) -> str | None:
        """The value of a plain quoted string, None for any other expression."""
        if len(self.tokens) == 1 and self.tokens[0].kind == "string":
            return string_value(self.tokens[0].text)
        return None


@dataclass(slots=True)
class Block:
    """`type "label" { ... }`.

    Attributes:
        line, last_line: 1-based, from the type to the closing brace.
        start, end: offsets in the text, the closing brace included.
    """

    type: str
    labels: tuple[str, ...]
    line: int
    start: int
    end: int = 0
    last_line: int = 0
    arguments: dict[str, Argument] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def argument(self, name: str) -> str | None:
        """The value of an argument that is a plain quoted string, else None."""
        found = self.arguments.get(name)
        return found.literal if found is not None else None

    def children(self, type: str) -> Iterator[Block]:
        """The nested blocks of a type."""
        return (block for block in self.blocks if block.type == type)


def is_identifier(text: str) -> bool:
    """Whether a text may name a block, an argument or a variable."""
    return re.fullmatch(r"[^\W\d][\w-]*", text) is not None


def string_value(quoted: str) -> str | None:
    """What a quoted string stands for, or None if it holds a template or is not closed."""
    inner = quoted[1:-1]
    if len(quoted) < 2 or quoted[-1] != '"':
        return None
    if "\\" not in inner and "{" not in inner:
        return inner
    if re.search(r"(?<!\$)\$\{|(?<!%)%\{", inner):
        return None
    inner = inner.replace("$${", "${").replace("%%{", "%{")

    def escape(found: re.Match[str]) -> str:
        code = found[1]
        if len(code) > 1:
            number = int(code[1:], 16)
            return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
        return {"n": "\n", "r": "\r", "t": "\t"}.get(code, code)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", escape, inner, flags=re.DOTALL)


def _end_of_string(text: str, at: int) -> int:
    """Where a string that opens at `at` ends, templates and the strings in them included."""
    # What is open: "s" a string, "t" a template in it, "b" a brace in that.
    nest = ["s"]
    at += 1
    while nest:
        if nest[-1] == "s":
            found = _IN_STRING.search(text, at)
            if found is None:
                return len(text)
            mark = found[0]
            if mark == "\n":
                return found.start()  # strings do not span lines; templates in them may
            at = found.end()
            if mark == '"':
                nest.pop()
            elif mark in ("${", "%{"):
                nest.append("t")
        else:
            found = _IN_TEMPLATE.search(text, at)
            if found is None:
                return len(text)
            at = found.end()
            if found[0] == '"':
                nest.append("s")
            elif found[0] == "{":
                nest.append("b")
            else:
                nest.pop()
    return at


def tokens(text: str) -> Iterator[Token]:
    """The lexemes of a text, without white space and comments."""
    at = 0
    size = len(text)
    while at < size:
        found = _TOKEN.match(text, at)
        if found is None:
            return
        kind = found.lastgroup or "mark"
        start, at = found.span(kind)
        if kind == "comment":
            # A line comment leaves its newline; a newline inside /* */ ends no line.
            continue
        if kind == "quote":
            at = _end_of_string(text, start)
            yield Token("string", text[start:at], start)
        elif kind == "heredoc":
            name = re.match(r"<<-?([^\W\d][\w-]*)", found[kind])
            assert name is not None
            last = re.compile(rf"^[ \t]*{re.escape(name[1])}[ \t\r]*$", re.MULTILINE).search(
                text, at
            )
            at = last.end() if last is not None else size
            yield Token("heredoc", text[start:at], start)
        else:
            yield Token(kind, found[kind], start)


def parse(text: str) -> Block:
    """The blocks of a text, as the body of one nameless block. Never raises."""
    starts = [0]
    starts.extend(found.end() for found in re.finditer("\n", text))
    line = 1

    def line_of(offset: int) -> int:
        nonlocal line
        while line < len(starts) and starts[line] <= offset:
            line += 1
        return line

    root = Block("", (), 1, 0, len(text), len(starts))
    stack = [root]
    stream = list(tokens(text))
    at = 0
    count = len(stream)
    while at < count:
        token = stream[at]
        if token.kind == "mark" and token.text == "}":
            if len(stack) > 1:
                closed = stack.pop()
                closed.end, closed.last_line = token.start + 1, line_of(token.start)
            at += 1
            continue
        is_name = token.kind == "word"
        if not is_name or at + 1 >= count:
            at += 1
            continue
        following = stream[at + 1]
        if following.kind == "mark" and following.text in ("=", ":"):
            begin = line_of(token.start)
            at, argument = _argument(text, stream, at, begin)
            stack[-1].arguments.setdefault(argument.name, argument)
            continue
        labels: list[str] = []
        ahead = at + 1
        while ahead < count and stream[ahead].kind in ("word", "string"):
            label = stream[ahead]
            labels.append(
                label.text
                if label.kind == "word"
                else string_value(label.text) or label.text.strip('"')
            )
            ahead += 1
        if ahead < count and stream[ahead].text == "{" and stream[ahead].kind == "mark":
            block = Block(token.text, tuple(labels), line_of(token.start), token.start)
            stack[-1].blocks.append(block)
            stack.append(block)
            at = ahead + 1
        else:
            at += 1
    for block in stack[1:]:
        block.end, block.last_line = len(text), len(starts)
    return root


def _argument(text: str, stream: list[Token], at: int, line: int) -> tuple[int, Argument]:
    """Read `name = expression` from token `at`; answers the next token's index as well."""
    name = stream[at]
    first = at = at + 2
    depth = 0
    while at < len(stream):
        token = stream[at]
        if token.kind == "mark":
            if token.text in _OPEN:
                depth += 1
            elif token.text in _CLOSE:
                if depth == 0:
                    break
                depth -= 1
        elif token.kind == "newline" and depth == 0:
            break
        at += 1
    inside = [t for t in stream[first:at] if t.kind != "newline"]
    start = inside[0].start if inside else name.start + len(name.text)
    end = inside[-1].start + len(inside[-1].text) if inside else start
    return at, Argument(name.text, line, start, end, inside)
