"""A parser of the Groovy 2.4 that Jenkinsfiles are written in.

Builds the few node kinds that a check of pipelines needs, and everything else as `other`, so that
a broken expression is found wherever it stands. Where Groovy's own grammar is loose (command
expressions such as `a b c`), so is this one; it must not reject what Groovy accepts. Classes,
generics and annotations are read without being understood.
"""

from __future__ import annotations

from typing import Any

from iapo.verify.jenkinsfile.declarations import DeclarationReader
from iapo.verify.jenkinsfile.expressions import ASSIGNMENT
from iapo.verify.jenkinsfile.operands import OPERAND_KINDS
from iapo.verify.jenkinsfile.reader import MODIFIERS, PRIMITIVES
from iapo.verify.jenkinsfile.syntax_tree import Node, called, named_first
from iapo.verify.jenkinsfile.tokens import GroovySyntaxError, tokenize

_NOT_LABELLED = frozenset(("import", "package", "class", "interface", "enum"))
_OPERAND_KEYWORDS = frozenset(("new", "this", "super", "true", "false", "null")) | PRIMITIVES


def parse(source: str) -> list[Node]:
    """The statements of a script.

    Raises:
        GroovySyntaxError: the text is not Groovy.
    """
    parser = _Parser(source, tokenize(source), 0)
    try:
        return parser.statements("end")
    except RecursionError:  # many operators a level, so that the limit on levels is not enough
        raise GroovySyntaxError("too-deep", "nested too deeply", parser.token.start) from None


class _Parser(DeclarationReader):
    """Reads statements."""

    def statements(self, closing: str) -> list[Node]:
        """Statements up to `}` or the end of the text, which is not consumed."""
        found: list[Node] = []
        while True:
            while self.token.kind == "newline" or self.is_operator(";"):
                self.advance()
            if self.token.kind == "end" or (closing == "}" and self.is_operator("}")):
                return found
            found.append(self.statement())
            token = self.token
            if token.kind in ("newline", "end") or (
                token.kind == "operator" and token.value in (";", "}")
            ):
                continue
            self.unexpected()

    def statement(self) -> Node:
        self.deeper()
        before, self.block_may_follow = self.block_may_follow, True
        try:
            return self.one_statement()
        finally:
            self.block_may_follow = before
            self.depth -= 1

    def one_statement(self) -> Node:
        token = self.token
        if token.kind == "keyword":
            read = _STATEMENTS.get(token.value)
            if read is not None:
                start = token.start
                node: Node = read(self)
                node.start = start
                return node
            if token.value in MODIFIERS or token.value in ("class", "interface", "enum"):
                return self.declaration()
            if token.value in PRIMITIVES:
                return self.declaration()
        elif token.kind == "operator":
            if token.value == "@":
                self.annotations()
                if self.token.kind == "end":
                    return Node("other", token.start, token.end)
                return self.statement()
            if token.value == "{":
                return self.open_block()
        elif token.kind == "name":
            following = self.peek()
            if following.kind == "operator" and following.value == ":":
                self.advance()
                self.advance()
                self.skip_newlines()
                if self.token.kind == "end" or self.is_operator("}"):
                    self.unexpected("a statement")
                if self.token.kind == "keyword" and self.token.value in _NOT_LABELLED:
                    self.unexpected("a statement")
                return self.block() if self.is_operator("{") else self.statement()
            if token.value == "trait" and following.kind == "name":
                return self.declaration()
            if self.looks_like_declaration():
                return self.declaration()
        return self.expression_statement()

    def expression_statement(self) -> Node:
        node = self.expression()
        return self.command(node)

    def command(self, node: Node) -> Node:
        """`sh 'make'`, `timeout time: 5`, `a b c d`: arguments without parentheses."""
        if not self.starts_argument():
            return node
        arguments = self.command_arguments()
        node = called(node, arguments, self.tokens[self.at - 1].end)
        while self.starts_argument():
            more = self.command_arguments()
            node = Node("other", node.start, more[-1].end, args=[node, *more])
        if self.token.kind == "operator" and self.token.value in ASSIGNMENT:
            self.advance()
            self.skip_newlines()
            value = self.expression_statement()
            node = Node("other", node.start, value.end, args=[node, value])
        return node

    def starts_argument(self) -> bool:
        token = self.token
        if token.kind in OPERAND_KINDS:
            return True
        if token.kind == "keyword":
            return token.value in _OPERAND_KEYWORDS or self.named_ahead()
        return token.kind == "operator" and token.value in ("{", "!", "~", "*:")

    def command_arguments(self) -> list[Node]:
        found: list[Node] = []
        while True:
            found.append(self.apart(self.argument))
            if not self.is_operator(","):
                break
            self.advance()
            self.skip_newlines()
        return named_first(found)

    def open_block(self) -> Node:
        """A `{` where a statement begins: Groovy takes a closure with `->`, no bare block."""
        start = self.token.start
        node = self.closure()
        if node.value is None and not self.is_operator("("):
            raise GroovySyntaxError(
                "groovy-syntax",
                "a block in braces must follow something, such as `stage('name')`",
                start,
            )
        return self.command(self.postfix(node))

    def body(self) -> Node:
        """The statement, or block in braces, under `if`, `for` and their like."""
        self.skip_newlines()
        if self.is_operator("{"):
            return self.block()
        if self.is_operator(";"):
            token = self.token
            return Node("block", token.start, token.start)
        return self.statement()

    def block(self) -> Node:
        self.skip_newlines()
        start = self.expect("{", "").start
        statements = self.statements("}")
        end = self.expect("}", "").end
        return Node("block", start, end, args=statements)

    def condition(self, what: str) -> Node:
        self.expect("(", f"after `{what}`")
        node = self.expression_statement()
        self.expect(")", f"after the condition of `{what}`")
        return node

    def read_if(self) -> Node:
        parts: list[Node] = []
        start = self.token.start
        while True:
            self.advance()
            parts.append(self.condition("if"))
            parts.append(self.body())
            here = self.at
            while self.token.kind == "newline" or self.is_operator(";"):
                self.advance()
            if not self.is_keyword("else"):
                self.seek(here)
                break
            self.advance()
            self.skip_newlines()
            if self.is_keyword("if"):
                continue
            parts.append(self.body())
            break
        return Node("other", start, self.tokens[self.at - 1].end, name="if", args=parts)

    def read_while(self) -> Node:
        start = self.advance().start
        parts = [self.condition("while"), self.body()]
        return Node("other", start, parts[-1].end, name="while", args=parts)

    def read_for(self) -> Node:
        start = self.advance().start
        self.expect("(", "after `for`")
        parts: list[Node] = []
        while not self.is_operator(")"):
            if (
                self.token.kind == "operator" and self.token.value in (";", ",", ":")
            ) or self.is_keyword("in"):
                self.advance()
            elif self.token.kind == "keyword" and self.token.value in MODIFIERS | PRIMITIVES:
                self.advance()
                self.skip_type_suffix()
            elif self.token.kind == "end":
                self.unexpected("`)`")
            else:
                parts.append(self.expression_statement())
        self.advance()
        parts.append(self.body())
        return Node("other", start, parts[-1].end, name="for", args=parts)

    def read_switch(self) -> Node:
        start = self.advance().start
        parts = [self.condition("switch")]
        self.skip_newlines()
        self.expect("{", "after `switch (...)`")
        while True:
            while self.token.kind == "newline" or self.is_operator(";"):
                self.advance()
            if self.is_operator("}"):
                break
            if self.is_keyword("case"):
                self.advance()
                parts.append(self.expression())
                self.expect(":", "after `case`")
            elif self.is_keyword("default"):
                self.advance()
                self.expect(":", "after `default`")
            elif len(parts) == 1:
                self.unexpected("`case` or `default`")
            else:
                parts.append(self.statement())
                if not (
                    self.token.kind == "newline" or self.is_operator(";") or self.is_operator("}")
                ):
                    self.unexpected()
        end = self.advance().end
        return Node("other", start, end, name="switch", args=parts)

    def read_try(self) -> Node:
        start = self.advance().start
        parts = [self.block()]
        handlers = 0
        while True:
            here = self.at
            self.skip_newlines()
            if self.is_keyword("catch"):
                self.advance()
                self.expect("(", "after `catch`")
                while not self.is_operator(")"):
                    if self.token.kind in ("end", "newline") or self.is_operator("{"):
                        self.unexpected("`)`")
                    self.advance()
                self.advance()
                parts.append(self.block())
            elif self.is_keyword("finally"):
                self.advance()
                parts.append(self.block())
            else:
                self.seek(here)
                break
            handlers += 1
        if not handlers:
            self.skip_newlines()
            self.unexpected("`catch` or `finally`")
        return Node("other", start, parts[-1].end, name="try", args=parts)

    def read_jump(self) -> Node:
        """return, throw, break, continue."""
        keyword = self.advance()
        node = Node("other", keyword.start, keyword.end, name=keyword.value)
        if self.at_statement_end():
            if keyword.value == "throw":
                self.unexpected("an exception")
            return node
        if keyword.value in ("break", "continue"):
            if self.token.kind != "name":
                self.unexpected("the end of the line")
            node.end = self.advance().end
            return node
        value = self.apart(self.expression)
        node.args.append(value)
        node.end = value.end
        return node

    def read_assert(self) -> Node:
        start = self.advance().start
        parts = [self.apart(self.expression)]
        if self.token.kind == "operator" and self.token.value in (":", ","):
            self.advance()
            self.skip_newlines()
            parts.append(self.apart(self.expression))
        return Node("other", start, parts[-1].end, name="assert", args=parts)

    def read_import(self) -> Node:
        start = self.advance().start
        if self.is_keyword("static"):
            self.advance()
        if self.token.kind not in ("name", "keyword"):
            self.unexpected("a name")
        end = start
        while not self.at_statement_end():
            token = self.token
            if token.kind not in ("name", "keyword") and not (
                token.kind == "operator" and token.value in (".", "*")
            ):
                self.unexpected("the end of the line")
            end = self.advance().end
        return Node("other", start, end, name="import")

    def read_synchronized(self) -> Node:
        start = self.advance().start
        if not self.is_operator("("):
            return self.statement()
        parts = [self.condition("synchronized"), self.block()]
        return Node("other", start, parts[-1].end, name="synchronized", args=parts)

    def read_misplaced(self) -> Node:
        return self.unexpected()


_STATEMENTS: dict[str, Any] = {
    "if": _Parser.read_if,
    "while": _Parser.read_while,
    "for": _Parser.read_for,
    "switch": _Parser.read_switch,
    "try": _Parser.read_try,
    "return": _Parser.read_jump,
    "throw": _Parser.read_jump,
    "break": _Parser.read_jump,
    "continue": _Parser.read_jump,
    "assert": _Parser.read_assert,
    "import": _Parser.read_import,
    "package": _Parser.read_import,
    "synchronized": _Parser.read_synchronized,
    "else": _Parser.read_misplaced,
    "catch": _Parser.read_misplaced,
    "finally": _Parser.read_misplaced,
    "case": _Parser.read_misplaced,
    "default": _Parser.read_misplaced,
    "do": _Parser.read_misplaced,
}
