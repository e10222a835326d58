"""Groovy's expressions: operators, calls in parentheses, members and indexes."""

from __future__ import annotations

from collections.abc import Callable

from iapo.verify.jenkinsfile.operands import OperandReader
from iapo.verify.jenkinsfile.reader import PRIMITIVES
from iapo.verify.jenkinsfile.syntax_tree import Node, called, named_first, number
from iapo.verify.jenkinsfile.tokens import GroovySyntaxError

_BINARY: dict[str, int] = {
    "||": 1,
    "&&": 2,
    "|": 3,
    "^": 4,
    "&": 5,
    "==": 6,
    "!=": 6,
    "<=>": 6,
    "===": 6,
    "!==": 6,
    "=~": 6,
    "==~": 6,
    "<": 7,
    "<=": 7,
    ">": 7,
    ">=": 7,
    "in": 7,
    "instanceof": 7,
    "as": 7,
    "<<": 8,
    ">>": 8,
    ">>>": 8,
    "..": 8,
    "..<": 8,
    "+": 9,
    "-": 9,
    "*": 10,
    "/": 10,
    "%": 10,
    "**": 11,
}
ASSIGNMENT = frozenset(
    ("=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^=")
)
_MEMBER = frozenset((".", "?.", "*.", ".&", ".@"))


class ExpressionReader(OperandReader):
    """Reads one expression at a time."""

    def expression(self) -> Node:
        self.deeper()
        before = self.block_may_follow
        try:
            node = self.ternary()
            if self.token.kind == "operator" and self.token.value in ASSIGNMENT:
                if node.kind in ("binary", "constant", "gstring", "call", "closure", "map"):
                    raise GroovySyntaxError(
                        "groovy-syntax", "only a variable or property can be assigned", node.start
                    )
                operator = self.advance().value
                self.skip_newlines()
                self.block_may_follow = True
                value = self.expression()
                if self.starts_argument():
                    value = self.command(value)
                return Node("binary", node.start, value.end, operator, args=[node, value])
            return node
        finally:
            self.block_may_follow = before
            self.depth -= 1

    def ternary(self) -> Node:
        node = self.binary(1)
        here = self.at
        if self.token.kind == "newline":
            self.skip_newlines()
            if not self.is_operator("?"):
                self.seek(here)
                return node
        if self.is_operator("?:"):
            self.advance()
            self.skip_newlines()
            other = self.apart(self.expression)
            return Node("other", node.start, other.end, args=[node, other])
        if self.is_operator("?"):
            self.advance()
            self.skip_newlines()
            yes = self.apart(self.expression)
            self.skip_newlines()
            self.expect(":", "of `? :`")
            self.skip_newlines()
            no = self.apart(self.expression)
            return Node("other", node.start, no.end, args=[node, yes, no])
        return node

    def binary(self, least: int) -> Node:
        node = self.unary()
        while True:
            token = self.token
            if token.kind != "operator" and token.kind != "keyword":
                return node
            power = _BINARY.get(token.value)
            if power is None or power < least:
                return node
            self.advance()
            self.skip_newlines()
            if token.value in ("as", "instanceof"):
                other = self.type_name()
            else:
                before, self.block_may_follow = self.block_may_follow, False
                other = self.binary(power + 1)
                self.block_may_follow = before
            node = Node("binary", node.start, other.end, token.value, args=[node, other])

    def type_name(self) -> Node:
        token = self.token
        if token.kind != "name" and not (token.kind == "keyword" and token.value in PRIMITIVES):
            self.unexpected("a type")
        self.advance()
        self.skip_type_suffix()
        return Node("other", token.start, self.tokens[self.at - 1].end)

    def unary(self) -> Node:
        token = self.token
        if token.kind == "operator" and token.value in ("!", "-", "+", "~", "++", "--", "*"):
            self.deeper()
            self.advance()
            node = self.apart(self.unary)
            self.depth -= 1
            if (
                token.value == "-"
                and node.kind == "constant"
                and isinstance(node.value, int | float)
            ):
                return Node("constant", token.start, node.end, value=-node.value)
            return Node("other", token.start, node.end, token.value, args=[node])
        return self.postfix(self.primary())

    def postfix(self, node: Node) -> Node:
        while True:
            token = self.token
            if token.kind == "operator":
                value = token.value
                if value in _MEMBER:
                    node = self.member_access(node)
                    continue
                if value == "(":
                    arguments = self.arguments()
                    node = called(node, arguments, self.tokens[self.at - 1].end)
                    continue
                if value == "[":
                    node = self.index(node)
                    continue
                if value == "{" and self.takes_closure(node):
                    closure = self.closure()
                    node = called(node, [closure], closure.end)
                    continue
                if value in ("++", "--"):
                    self.advance()
                    node = Node("other", node.start, token.end, value, args=[node])
                    continue
                return node
            if token.kind == "newline":
                here = self.at
                self.skip_newlines()
                following = self.token
                if following.kind == "operator" and following.value in _MEMBER:
                    continue
                if self.is_operator("{") and self.block_may_follow and self.takes_block(node):
                    closure = self.closure()
                    node = called(node, [closure], closure.end)
                    continue
                self.seek(here)
            return node

    @staticmethod
    def takes_closure(node: Node) -> bool:
        return node.kind in ("variable", "property", "call", "constant", "gstring", "other")

    @staticmethod
    def takes_block(node: Node) -> bool:
        """Whether a block on the next line belongs to this operand: to any but `x++` and `this`."""
        return node.name not in ("++", "--", "this", "super")

    def apart(self, read: Callable[[], Node]) -> Node:
        """Read what no block on the next line can belong to: an argument, what follows an operator."""
        before, self.block_may_follow = self.block_may_follow, False
        try:
            return read()
        finally:
            self.block_may_follow = before

    def member_access(self, node: Node) -> Node:
        self.advance()
        self.skip_newlines()
        token = self.token
        if token.kind in ("name", "keyword"):
            self.advance()
            return Node("property", node.start, token.end, token.value, target=node)
        if token.kind in ("string", "gstring"):
            self.advance()
            return Node("property", node.start, token.end, None, target=node)
        if self.is_operator("("):
            self.advance()
            self.expression()
            end = self.expect(")", "").end
            return Node("property", node.start, end, None, target=node)
        if self.is_operator("{"):
            closure = self.closure()
            return Node("property", node.start, closure.end, None, target=node)
        if self.is_operator("@"):
            self.advance()
            return self.member_access_name(node)
        if self.is_operator("<"):
            self.skip_generics()
            return self.member_access_name(node)
        return self.unexpected("a name")

    def member_access_name(self, node: Node) -> Node:
        token = self.token
        if token.kind not in ("name", "keyword"):
            self.unexpected("a name")
        self.advance()
        return Node("property", node.start, token.end, token.value, target=node)

    def index(self, node: Node) -> Node:
        self.advance()
        parts: list[Node] = []
        while not self.is_operator("]"):
            parts.append(self.argument())
            if self.is_operator(","):
                self.advance()
            elif not self.is_operator("]"):
                self.unexpected("`]`")
        end = self.advance().end
        return Node("other", node.start, end, "index", target=node, args=parts)

    def arguments(self) -> list[Node]:
        """What stands in parentheses after a name."""
        self.advance()
        found: list[Node] = []
        while not self.is_operator(")"):
            found.append(self.argument())
            if self.is_operator(","):
                while self.is_operator(","):
                    self.advance()
            elif not self.is_operator(")"):
                self.unexpected("`,` or `)`")
        self.advance()
        return named_first(found)

    def named_ahead(self) -> bool:
        """Whether a `key:` begins here."""
        token = self.token
        if token.kind in ("name", "keyword", "string", "gstring", "number"):
            following = self.peek()
            return following.kind == "operator" and following.value == ":"
        return False

    def argument(self) -> Node:
        """An expression, `key: value`, `*list` or `*: map`."""
        token = self.token
        if token.kind == "operator" and token.value == "*:":
            self.advance()
            node = self.expression()
            return Node("entry", token.start, node.end, args=[node, node])
        if self.named_ahead():
            key = self.key()
            self.advance()
            self.skip_newlines()
            value = self.expression()
            return Node("entry", key.start, value.end, args=[key, value])
        node = self.expression()
        if self.is_operator(":") and token.value == "(":
            self.advance()
            self.skip_newlines()
            value = self.expression()
            return Node("entry", node.start, value.end, args=[node, value])
        return node

    def key(self) -> Node:
        token = self.advance()
        if token.kind in ("name", "keyword", "string"):
            return Node("constant", token.start, token.end, value=token.value)
        if token.kind == "number":
            return Node("constant", token.start, token.end, value=number(token.value))
        return self.gstring(token)
