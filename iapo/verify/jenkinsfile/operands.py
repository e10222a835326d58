"""What Groovy's operators stand between: names, strings with `${}`, numbers, lists, maps, closures, `new`."""

from __future__ import annotations

from iapo.verify.jenkinsfile.reader import PRIMITIVES, TokenReader
from iapo.verify.jenkinsfile.syntax_tree import Node, number
from iapo.verify.jenkinsfile.tokens import GroovySyntaxError, Token

OPERAND_KINDS = frozenset(("name", "string", "gstring", "number"))


class OperandReader(TokenReader):
    """Reads one operand at a time."""

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
            if token.value == "@" and self.tokens[self.at - 1].value in ("(", ","):
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
