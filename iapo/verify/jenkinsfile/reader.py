"""Moving through the tokens of Groovy, and what the readers of its grammar share."""

from __future__ import annotations

from typing import NoReturn

from iapo.verify.jenkinsfile.syntax_tree import Node
from iapo.verify.jenkinsfile.tokens import GroovySyntaxError, Token

MAX_DEPTH = 90

MODIFIERS = frozenset(
    [
        "def",
        "final",
        "static",
        "public",
        "private",
        "protected",
        "abstract",
        "transient",
        "volatile",
        "native",
        "strictfp",
        "threadsafe",
    ]
)
PRIMITIVES = frozenset(
    ("boolean", "byte", "char", "double", "float", "int", "long", "short", "void")
)


class TokenReader:
    """A place in a list of tokens.

    The grammar is read by subclasses that stand on each other: expressions, declarations, statements.
    """

    def __init__(self, source: str, tokens: list[Token], depth: int) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.depth = depth
        self.token = tokens[0]
        # Whether a block on a line of its own may belong to the operand before it.
        self.block_may_follow = True

    # Moving through the tokens.

    def advance(self) -> Token:
        token = self.token
        if self.at < len(self.tokens) - 1:
            self.at += 1
        self.token = self.tokens[self.at]
        return token

    def seek(self, at: int) -> None:
        self.at = at
        self.token = self.tokens[at]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def is_operator(self, value: str) -> bool:
        return self.token.kind == "operator" and self.token.value == value

    def is_keyword(self, value: str) -> bool:
        return self.token.kind == "keyword" and self.token.value == value

    def skip_newlines(self) -> None:
        while self.token.kind == "newline":
            self.advance()

    def expect(self, value: str, what: str) -> Token:
        if not self.is_operator(value):
            self.unexpected(f"`{value}` {what}")
        return self.advance()

    def unexpected(self, wanted: str = "") -> NoReturn:
        token = self.token
        shown = {"end": "the end of the text", "newline": "the end of the line"}.get(
            token.kind, f"`{self.source[token.start : min(token.end, token.start + 30)]}`"
        )
        message = f"{shown} is not expected here"
        raise GroovySyntaxError(
            "groovy-syntax",
            f"{message}; {wanted} should follow" if wanted else message,
            token.start,
        )

    def at_statement_end(self) -> bool:
        token = self.token
        return token.kind in ("newline", "end") or (
            token.kind == "operator" and token.value in (";", "}")
        )

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise GroovySyntaxError(
                "too-deep", f"nested more than {MAX_DEPTH} deep", self.token.start
            )

    # Read by the subclasses, needed by those below them.

    def statements(self, closing: str) -> list[Node]:
        raise NotImplementedError

    def expression_statement(self) -> Node:
        raise NotImplementedError

    def expression(self) -> Node:
        raise NotImplementedError

    def unary(self) -> Node:
        raise NotImplementedError

    def argument(self) -> Node:
        raise NotImplementedError

    def arguments(self) -> list[Node]:
        raise NotImplementedError

    def type_name(self) -> Node:
        raise NotImplementedError

    def command(self, node: Node) -> Node:
        raise NotImplementedError

    def starts_argument(self) -> bool:
        raise NotImplementedError

    def annotations(self) -> None:
        raise NotImplementedError

    def skip_type_suffix(self) -> None:
        raise NotImplementedError

    def skip_generics(self) -> None:
        raise NotImplementedError

    def typed_name(self) -> None:
        raise NotImplementedError

    def member(self) -> Node:
        raise NotImplementedError

    def block(self) -> Node:
        raise NotImplementedError
