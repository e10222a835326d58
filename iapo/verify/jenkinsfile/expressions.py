"""Groovy's expressions: operators, calls, closures, lists and maps, strings with `${}`."""

from __future__ import annotations

from iapo.verify.jenkinsfile.reader import PRIMITIVES, TokenReader
from iapo.verify.jenkinsfile.syntax_tree import Node, called, named_first, number
from iapo.verify.jenkinsfile.tokens import GroovySyntaxError, Token

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
OPERAND_KINDS = frozenset(("name", "string", "gstring", "number"))


class ExpressionReader(TokenReader):
    """Reads one expression at a time."""

    def expression(self) -> Node:
        self.deeper()
        try:
            node = self.ternary()
            if self.token.kind == "operator" and self.token.value in ASSIGNMENT:
                if node.kind in ("binary", "constant", "gstring", "call", "closure", "map"):
                    raise GroovySyntaxError(
                        "groovy-syntax", "only a variable or property can be assigned", node.start
                    )
                operator = self.advance().value
                self.skip_newlines()
                value = self.expression()
                if self.starts_argument():
                    value = self.command(value)
                return Node("binary", node.start, value.end, operator, args=[node, value])
            return node
        finally:
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
            other = self.expression()
            return Node("other", node.start, other.end, args=[node, other])
        if self.is_operator("?"):
            self.advance()
            self.skip_newlines()
            yes = self.expression()
            self.skip_newlines()
            self.expect(":", "of `? :`")
            self.skip_newlines()
            no = self.expression()
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
                other = self.binary(power + 1)
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
            node = self.unary()
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
                if (
                    following.kind == "operator"
                    and following.value == "{"
                    and node.kind in ("call", "variable")
                    and not self.closed_call(node)
                ):
                    continue
                self.seek(here)
            return node

    @staticmethod
    def takes_closure(node: Node) -> bool:
        return node.kind in ("variable", "property", "call", "constant", "gstring", "other")

    @staticmethod
    def closed_call(node: Node) -> bool:
        return node.kind == "call" and bool(node.args) and node.args[-1].kind == "closure"

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

    def primary(self) -> Node:
        token = self.token
        kind = token.kind
        if kind == "name":
            self.advance()
            return Node("variable", token.start, token.end, token.value)
        if kind == "string":
            self.advance()
            return Node("constant", token.start, token.end, value=token.value)
        if kind == "gstring":
            self.advance()
            return self.gstring(token)
        if kind == "number":
            self.advance()
            return Node("constant", token.start, token.end, value=number(token.value))
        if kind == "keyword":
            return self.keyword_value()
        if kind == "operator":
            if token.value == "[":
                return self.list_or_map()
            if token.value == "{":
                return self.closure()
            if token.value == "(":
                return self.parenthesized()
            if token.value == "@":
                self.annotations()
                return self.primary()
        return self.unexpected()

    def keyword_value(self) -> Node:
        token = self.token
        if token.value in ("true", "false", "null"):
            self.advance()
            value = {"true": True, "false": False, "null": None}[token.value]
            return Node("constant", token.start, token.end, value=value)
        if token.value in ("this", "super"):
            self.advance()
            return Node("variable", token.start, token.end, token.value)
        if token.value in PRIMITIVES:
            self.advance()
            self.skip_type_suffix()
            return Node("variable", token.start, self.tokens[self.at - 1].end, token.value)
        if token.value == "new":
            return self.creation()
        return self.unexpected()

    def creation(self) -> Node:
        start = self.advance().start
        self.annotations()
        self.type_name()
        parts: list[Node] = []
        if self.is_operator("("):
            parts = self.arguments()
            if self.is_operator("{"):
                self.advance()
                while True:
                    while self.token.kind == "newline" or self.is_operator(";"):
                        self.advance()
                    if self.is_operator("}"):
                        break
                    parts.append(self.member())
                self.advance()
        elif self.is_operator("["):
            pass  # `new int[3]`: the size is read as an index
        elif self.tokens[self.at - 1].value != "]":
            self.unexpected("`(`")
        return Node("other", start, self.tokens[self.at - 1].end, "new", args=parts)

    def gstring(self, token: Token) -> Node:
        """Parse what stands in the `${}` of a string."""
        parts: list[Node] = []
        for tokens in token.value:
            inner = type(self)(self.source, tokens, self.depth + 1)
            if inner.tokens[0].kind == "operator" and inner.token.value == "->":
                inner.advance()
            parts.extend(inner.statements("}"))
        return Node(
            "gstring",
            token.start,
            token.end,
            value=self.source[token.start : token.end],
            args=parts,
        )

    def parenthesized(self) -> Node:
        start = self.advance().start
        node = self.expression_statement()
        if self.is_operator(","):
            while self.is_operator(","):
                self.advance()
                self.expression()
            end = self.expect(")", "").end
            return Node("list", start, end)
        end = self.expect(")", "").end
        token = self.token
        castable = node.kind in ("variable", "property") or (
            node.kind == "other" and node.name == "index"
        )
        if castable and (
            token.kind in OPERAND_KINDS
            or (
                token.kind == "keyword"
                and token.value in ("new", "this", "super", "true", "false", "null")
            )
        ):
            value = self.unary()
            return Node("other", start, value.end, "cast", args=[value])
        if node.kind == "variable" and node.name in PRIMITIVES:
            value = self.unary()
            return Node("other", start, value.end, "cast", args=[value])
        return Node(node.kind, start, end, node.name, node.value, node.target, node.args)

    def list_or_map(self) -> Node:
        start = self.advance().start
        if self.is_operator(":"):
            self.advance()
            end = self.expect("]", "").end
            return Node("map", start, end)
        found: list[Node] = []
        while not self.is_operator("]"):
            found.append(self.argument())
            if self.is_operator(","):
                self.advance()
            elif not self.is_operator("]"):
                self.unexpected("`,` or `]`")
        end = self.advance().end
        entries = sum(item.kind == "entry" for item in found)
        if entries and entries != len(found):
            loose = next(item for item in found if item.kind != "entry")
            raise GroovySyntaxError(
                "groovy-syntax", "a map needs `key: value` for every element", loose.start
            )
        return Node("map" if entries else "list", start, end, args=found)

    def closure(self) -> Node:
        start = self.expect("{", "").start
        here = self.at
        count = self.closure_parameters()
        if count is None:
            self.seek(here)
        statements = self.statements("}")
        end = self.expect("}", "").end
        return Node("closure", start, end, value=count, args=statements)

    def closure_parameters(self) -> int | None:
        """Read `a, String b = 1 ->`; None where the closure declares none."""
        self.skip_newlines()
        at = self.at
        level = 0
        while True:  # is there an arrow before anything that cannot stand in parameters?
            token = self.tokens[at]
            if token.kind == "operator":
                if token.value == "->" and level == 0:
                    break
                if token.value in ("(", "[", "{"):
                    level += 1
                elif token.value in (")", "]", "}"):
                    level -= 1
                    if level < 0:
                        return None
                elif token.value == ";" and level == 0:
                    return None
            elif token.kind == "end" or (
                token.kind == "keyword"
                and level == 0
                and token.value not in PRIMITIVES
                and token.value not in ("def", "final", "true", "false", "null", "new")
            ):
                return None
            elif token.kind == "newline" and level == 0:
                previous = self.tokens[at - 1]
                following = self.tokens[at + 1]
                if previous.value != "," and following.value not in (",", "->"):
                    return None
            at += 1
        count = 0
        while not self.is_operator("->"):
            self.skip_newlines()
            while self.is_operator("@") or self.is_keyword("final") or self.is_keyword("def"):
                if self.is_operator("@"):
                    self.annotations()
                else:
                    self.advance()
            if self.is_operator("->"):
                break
            self.typed_name()
            count += 1
            if self.is_operator("="):
                self.advance()
                self.expression()
            self.skip_newlines()
            if self.is_operator(","):
                self.advance()
                self.skip_newlines()
            elif not self.is_operator("->"):
                self.unexpected("`->`")
        self.advance()
        return count
