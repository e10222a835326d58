"""Groovy's declarations: variables, methods, classes, annotations. Read, not understood."""

from __future__ import annotations

from iapo.verify.jenkinsfile.expressions import ExpressionReader
from iapo.verify.jenkinsfile.reader import MODIFIERS, PRIMITIVES
from iapo.verify.jenkinsfile.syntax_tree import Node
from iapo.verify.jenkinsfile.tokens import GroovySyntaxError


class DeclarationReader(ExpressionReader):
    """Reads declarations, and tells them from commands that look like them."""

    def annotations(self) -> None:
        while self.is_operator("@"):
            self.advance()
            if self.is_keyword("interface"):
                return
            if self.token.kind != "name":
                self.unexpected("the name of an annotation")
            self.advance()
            while self.is_operator("."):
                self.advance()
                self.advance()
            if self.is_operator("("):
                self.arguments()
            self.skip_newlines()

    def skip_type_suffix(self) -> None:
        """`<...>`, `[]`, `.Name` and `...` after the name of a type."""
        while True:
            if self.is_operator("<"):
                self.skip_generics()
            elif (self.is_operator("[") and self.peek().value == "]") or (
                self.is_operator(".") and self.peek().kind == "name"
            ):
                self.advance()
                self.advance()
            elif self.is_operator("..."):
                self.advance()
            else:
                return

    def skip_generics(self) -> None:
        level = 0
        while True:
            token = self.token
            if token.kind == "operator" and token.value in ("<", ">", ">>", ">>>"):
                level += 1 if token.value == "<" else -len(token.value)
            elif token.kind not in ("name", "keyword", "newline") and token.value not in (
                ",", "?", ".", "[", "]", "&",
            ):  # fmt: skip
                self.unexpected("`>`")
            self.advance()
            if level <= 0:
                return

    def looks_like_declaration(self) -> bool:
        """`Type name`, `a.b.Type name`, `List<String> name`, `int[] name`, `Type name(...) {`."""
        here = self.at
        try:
            self.advance()
            self.skip_type_suffix()
            if self.at == here + 1 and self.token.kind == "name":
                # Two names side by side read the same as a command, except for a method.
                self.advance()
                return self.is_operator("(") and self.declares_method()
            if self.token.kind != "name":
                return False
            following = self.peek()
            return following.kind in ("newline", "end") or following.value in (
                "=", ";", ",", "(", "}",
            )  # fmt: skip
        except GroovySyntaxError:
            return False
        finally:
            self.seek(here)

    def declares_method(self) -> bool:
        """Whether the parentheses here are followed by the body of a method."""
        here = self.at
        level = 0
        while self.token.kind != "end":
            if self.token.kind == "operator":
                if self.token.value in ("(", "[", "{"):
                    level += 1
                elif self.token.value in (")", "]", "}"):
                    level -= 1
            self.advance()
            if level == 0:
                break
        closing = self.at
        self.skip_newlines()
        result = self.is_operator("{") or self.is_keyword("throws")
        if result and self.is_operator("{"):
            # `String foo('a') { ... }` could be a call with a closure; parameters are names.
            result = all(
                token.kind in ("name", "keyword", "operator", "string", "number")
                for token in self.tokens[here:closing]
            )
        self.seek(here)
        return result

    def declaration(self) -> Node:
        start = self.token.start
        parts: list[Node] = []
        while True:
            token = self.token
            if token.kind == "keyword" and (
                token.value in MODIFIERS or token.value == "synchronized"
            ):
                self.advance()
                self.skip_newlines()
            elif self.is_operator("@"):
                self.annotations()
            else:
                break
        if self.token.kind == "keyword" and self.token.value in ("class", "interface", "enum"):
            return self.type_declaration(start)
        if self.token.value == "trait" and self.peek().kind == "name":
            return self.type_declaration(start)
        if self.is_operator("("):
            self.names_in_parentheses()
        elif self.is_operator("<"):
            self.skip_generics()
            return self.declaration()
        else:
            self.typed_name()
        if self.is_operator("("):
            return self.method(start)
        while True:
            if self.is_operator("="):
                self.advance()
                self.skip_newlines()
                parts.append(self.expression_statement())
            if not self.is_operator(","):
                break
            self.advance()
            self.skip_newlines()
            if self.token.kind != "name":
                self.unexpected("a name")
            self.advance()
        end = self.tokens[self.at - 1].end
        return Node("other", start, end, name="declaration", args=parts)

    def typed_name(self) -> None:
        """An optional type, then a name."""
        if self.token.kind == "string":
            self.advance()
            return
        if self.token.kind != "name" and not (
            self.token.kind == "keyword" and self.token.value in PRIMITIVES
        ):
            self.unexpected("a name")
        primitive = self.token.kind == "keyword"
        here = self.at
        self.advance()
        self.skip_type_suffix()
        if self.token.kind in ("name", "string"):
            self.advance()
        elif primitive:
            self.unexpected("a name")
        else:
            self.seek(here)
            self.advance()

    def names_in_parentheses(self) -> None:
        """`def (a, b) = ...`."""
        self.advance()
        while not self.is_operator(")"):
            if self.token.kind in ("name", "keyword") or (
                self.token.kind == "operator" and self.token.value in (",", "<", ">", "[", "]", ".")
            ):
                self.advance()
            else:
                self.unexpected("`)`")
        self.advance()

    def method(self, start: int) -> Node:
        parts = self.parameters()
        if self.is_keyword("throws"):
            while not (self.is_operator("{") or self.at_statement_end()):
                self.advance()
        if self.is_keyword("default"):  # of an annotation's member
            self.advance()
            self.expression()
        here = self.at
        self.skip_newlines()
        if self.is_operator("{"):
            parts.append(self.block())
        else:
            self.seek(here)
        end = self.tokens[self.at - 1].end
        return Node("other", start, end, name="method", args=parts)

    def parameters(self) -> list[Node]:
        """`(String a, int b = 2, Object... rest)`; defaults are expressions."""
        self.expect("(", "")
        defaults: list[Node] = []
        while not self.is_operator(")"):
            while self.is_operator("@") or self.is_keyword("final") or self.is_keyword("def"):
                if self.is_operator("@"):
                    self.annotations()
                else:
                    self.advance()
            self.typed_name()
            if self.is_operator("="):
                self.advance()
                defaults.append(self.expression())
            if self.is_operator(","):
                self.advance()
            elif not self.is_operator(")"):
                self.unexpected("`,` or `)`")
        self.advance()
        return defaults

    def type_declaration(self, start: int) -> Node:
        keyword = self.advance().value
        if self.token.kind != "name":
            self.unexpected(f"the name of the {keyword}")
        self.advance()
        while not self.is_operator("{"):
            if self.token.kind not in ("name", "keyword", "newline") and self.token.value not in (
                ",", "<", ">", ">>", "?", ".", "&",
            ):  # fmt: skip
                self.unexpected("`{`")
            self.advance()
        self.advance()
        members: list[Node] = []
        if keyword == "enum":
            self.enum_constants()
        while True:
            while self.token.kind == "newline" or self.is_operator(";"):
                self.advance()
            if self.is_operator("}"):
                break
            members.append(self.member())
        end = self.advance().end
        return Node("other", start, end, name="class", args=members)

    def enum_constants(self) -> None:
        self.skip_newlines()
        while self.token.kind == "name" or self.is_operator("@"):
            following = self.peek()
            if following.kind == "name":
                return
            self.annotations()
            self.advance()
            if self.is_operator("("):
                self.arguments()
            if self.is_operator("{"):
                self.block()
            self.skip_newlines()
            if not self.is_operator(","):
                return
            self.advance()
            self.skip_newlines()

    def member(self) -> Node:
        """A field, method, constructor, initializer or nested type."""
        start = self.token.start
        if self.is_operator("@"):
            self.annotations()
        if self.is_operator("{"):
            return self.block()
        if self.is_keyword("static") and self.peek().value == "{":
            self.advance()
            return self.block()
        if self.token.kind == "name" and self.peek().value == "(":
            self.advance()
            return self.method(start)
        return self.declaration()
