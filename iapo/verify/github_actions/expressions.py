"""The expression language of `${{ }}`: text to a syntax tree.

Lexer and parser of https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions
(literals, operators and their precedence, dereference, index, `.*` filter, calls). What names and
types mean is `semantics.py`'s business. Nodes are tuples, so that a parsed expression can be cached
and shared: `(kind, offset, ...)`, offset in characters from the start of the expression.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

Node = tuple[Any, ...]

MAX_LENGTH = 21_000  # both are limits of the runner's own expression parser
MAX_DEPTH = 50

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<end>\}\})
    | (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
    | (?P<string>'(?:[^']|'')*')
    | (?P<number>-?0x[0-9A-Fa-f]+|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)
    | (?P<op>&&|\|\||==|!=|<=|>=|[()\[\].,!<>*])
    )""",
    re.VERBOSE,
)
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
_WORD = re.compile(r"[A-Za-z0-9_]")


class ExpressionError(Exception):
    """The text is not an expression. `offset` counts characters from its start."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@lru_cache(maxsize=4096)
def parse_until_end(text: str) -> tuple[Node, int] | ExpressionError:
    """Parse what follows `${{`, up to and including `}}`.

    Returns:
        The tree and the offset just after `}}`; or the error (returned, not raised, so that it is
        cached too).
    """
    try:
        parser = _Parser(text)
        node = parser.expression()
        if parser.kind != "end":
            raise parser.unexpected("an operator or }}")
    except ExpressionError as error:
        return error
    return node, parser.after


def parse_whole(text: str) -> Node | ExpressionError:
    """Parse a text that is one expression, as `if:` takes it without `${{ }}`."""
    parsed = parse_until_end(text + "}}")
    if isinstance(parsed, ExpressionError):
        return parsed
    node, after = parsed
    if after != len(text) + 2:
        return ExpressionError('unexpected "}}" inside the expression', after - 2)
    return node


class _Parser:
    """Recursive descent with one token of look-ahead; depth is limited."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.kind = ""
        self.value = ""
        self.offset = 0
        self.after = 0
        self.depth = 0
        self.advance()

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.after)
        if match is None:
            rest = self.text[self.after :]
            at = self.after + len(rest) - len(rest.lstrip())
            raise self._lexical(at)
        if match.end() > MAX_LENGTH:
            raise ExpressionError(
                f"an expression is limited to {MAX_LENGTH} characters", self.offset
            )
        self.kind = match.lastgroup or ""
        self.value = match[self.kind]
        self.offset = match.start(self.kind)
        self.after = match.end()
        if self.kind == "number" and _WORD.match(self.text, self.after):
            raise ExpressionError(
                f'"{self.text[self.offset : self.after + 1]}" is not a number', self.offset
            )

    def _lexical(self, at: int) -> ExpressionError:
        if at >= len(self.text):
            return ExpressionError('the expression is not closed; add "}}"', at)
        char = self.text[at]
        if char == '"':
            return ExpressionError("strings take single quotes in expressions: 'text'", at)
        if char == "'":
            return ExpressionError("the string is not closed; add a single quote", at)
        hints = {"&": "; use &&", "|": "; use ||", "=": "; use ==", "+": "; there is no arithmetic"}
        return ExpressionError(f'unexpected character "{char}"{hints.get(char, "")}', at)

    def unexpected(self, wanted: str) -> ExpressionError:
        found = "the end of the expression" if self.kind == "end" else f'"{self.value}"'
        return ExpressionError(f"unexpected {found}, expected {wanted}", self.offset)

    def deeper(self, by: int = 1) -> None:
        self.depth += by
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH} levels", self.offset)

    def take(self, op: str) -> bool:
        if self.kind == "op" and self.value == op:
            self.advance()
            return True
        return False

    def expression(self) -> Node:
        self.deeper()
        node = self.chain("||", "or")
        self.depth -= 1
        return node

    def chain(self, op: str, kind: str) -> Node:
        def operand() -> Node:
            return self.chain("&&", "and") if op == "||" else self.comparison()

        offset = self.offset
        first = operand()
        if not (self.kind == "op" and self.value == op):
            return first
        operands = [first]
        while self.take(op):
            operands.append(operand())
        return (kind, offset, tuple(operands))

    def comparison(self) -> Node:
        left = self.prefix()
        added = 0
        while self.kind == "op" and self.value in _COMPARISONS:
            op, offset = self.value, self.offset
            self.advance()
            self.deeper()
            added += 1
            left = ("compare", offset, op, left, self.prefix())
        self.depth -= added
        return left

    def prefix(self) -> Node:
        if self.kind == "op" and self.value == "!":
            offset = self.offset
            self.advance()
            self.deeper()
            operand = self.prefix()
            self.depth -= 1
            return ("not", offset, operand)
        return self.postfix()

    def postfix(self) -> Node:
        node = self.primary()
        added = 0
        while self.kind == "op":
            offset = self.offset
            if self.value == ".":
                self.advance()
                if self.take("*"):
                    node = ("filter", offset, node)
                elif self.kind == "name":
                    node = ("member", offset, node, self.value.lower())
                    self.advance()
                else:
                    raise self.unexpected('a property name or "*" after "."')
            elif self.value == "[":
                self.advance()
                if self.take("*"):
                    node = ("filter", offset, node)
                else:
                    node = ("index", offset, node, self.expression())
                if not self.take("]"):
                    raise self.unexpected('"]"')
            else:
                break
            self.deeper()
            added += 1
        self.depth -= added
        return node

    def primary(self) -> Node:
        kind, value, offset = self.kind, self.value, self.offset
        if kind == "name":
            self.advance()
            if self.kind == "op" and self.value == "(":
                return self.call(value, offset)
            if value in ("true", "false"):
                return ("bool", offset, value == "true")
            if value == "null":
                return ("null", offset)
            return ("name", offset, value.lower(), value)
        if kind == "string":
            self.advance()
            return ("string", offset, value[1:-1].replace("''", "'"))
        if kind == "number":
            self.advance()
            return ("number", offset, value)
        if kind == "op" and value == "(":
            self.advance()
            node = self.expression()
            if not self.take(")"):
                raise self.unexpected('")"')
            return node
        raise self.unexpected("a value")

    def call(self, name: str, offset: int) -> Node:
        self.advance()
        arguments: list[Node] = []
        if not self.take(")"):
            while True:
                arguments.append(self.expression())
                if self.take(")"):
                    break
                if not self.take(","):
                    raise self.unexpected('"," or ")"')
        return ("call", offset, name, tuple(arguments))


def is_constant(node: Node) -> bool:
    """Whether the value can be told without running anything: no context, no state function."""
    kind = node[0]
    if kind in ("null", "bool", "number", "string"):
        return True
    if kind in ("and", "or"):
        return all(is_constant(part) for part in node[2])
    if kind == "not":
        return is_constant(node[2])
    if kind == "compare":
        return is_constant(node[3]) and is_constant(node[4])
    if kind == "call":
        constant = ("contains", "startswith", "endswith", "format", "join", "tojson", "case")
        return node[2].lower() in constant and all(is_constant(part) for part in node[3])
    return False
