"""A parser of the Groovy 2.4 that Jenkinsfiles are written in.

Builds the few node kinds that a check of pipelines needs, and everything else as `other`, so that
a broken expression is found wherever it stands. Where Groovy's own grammar is loose (command
expressions such as `a b c`), so is this one; it must not reject what Groovy accepts. Classes,
generics and annotations are read without being understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

from iapo.verify.jenkinsfile.tokens import GroovySyntaxError, Token, tokenize

MAX_DEPTH = 90


@dataclass(slots=True)
class Node:
    """One expression or statement.

    Attributes:
        kind: `constant` (value), `gstring`, `variable` (name), `property` (target, name),
            `call` (target or None, name or None, args), `closure` (args are its statements,
            value its number of parameters), `list`, `map` (args are entries), `entry` (key,
            value as args), `binary` (name is the operator, args both sides), `block`
            (statements), `other`.
        start: offset of its first character.
        end: offset after its last.
    """

    kind: str
    start: int
    end: int
    name: str | None = None
    value: Any = None
    target: Node | None = None
    args: list[Node] = field(default_factory=list)


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
_ASSIGNMENT = frozenset(
    ("=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^=")
)
_MODIFIERS = frozenset(
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
_PRIMITIVES = frozenset(
    ("boolean", "byte", "char", "double", "float", "int", "long", "short", "void")
)
_MEMBER = frozenset((".", "?.", "*.", ".&", ".@"))
_OPERAND_KINDS = frozenset(("name", "string", "gstring", "number"))
_OPERAND_KEYWORDS = frozenset(("new", "this", "super", "true", "false", "null")) | _PRIMITIVES


def parse(source: str) -> list[Node]:
    """The statements of a script.

    Raises:
        GroovySyntaxError: the text is not Groovy.
    """
    parser = _Parser(source, tokenize(source), 0)
    return parser.statements("end")


class _Parser:
    def __init__(self, source: str, tokens: list[Token], depth: int) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.depth = depth
        self.token = tokens[0]

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

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise GroovySyntaxError(
                "too-deep", f"nested more than {MAX_DEPTH} deep", self.token.start
            )

    # Statements.

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
        try:
            return self.one_statement()
        finally:
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
            if token.value in _MODIFIERS or token.value in ("class", "interface", "enum"):
                return self.declaration()
            if token.value in _PRIMITIVES:
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
                return self.statement()
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
        node = _called(node, arguments, self.tokens[self.at - 1].end)
        while self.starts_argument():
            more = self.command_arguments()
            node = Node("other", node.start, more[-1].end, args=[node, *more])
        if self.token.kind == "operator" and self.token.value in _ASSIGNMENT:
            self.advance()
            self.skip_newlines()
            value = self.expression_statement()
            node = Node("other", node.start, value.end, args=[node, value])
        return node

    def starts_argument(self) -> bool:
        token = self.token
        if token.kind in _OPERAND_KINDS:
            return True
        if token.kind == "keyword":
            return token.value in _OPERAND_KEYWORDS or self.named_ahead()
        return token.kind == "operator" and token.value in ("{", "!", "~", "*:", "@")

    def command_arguments(self) -> list[Node]:
        found: list[Node] = []
        while True:
            found.append(self.argument())
            if not self.is_operator(","):
                break
            self.advance()
            self.skip_newlines()
        return _named_first(found)

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
            elif self.token.kind == "keyword" and self.token.value in _MODIFIERS | _PRIMITIVES:
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
        value = self.expression()
        node.args.append(value)
        node.end = value.end
        return node

    def read_assert(self) -> Node:
        start = self.advance().start
        parts = [self.expression()]
        if self.token.kind == "operator" and self.token.value in (":", ","):
            self.advance()
            self.skip_newlines()
            parts.append(self.expression())
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

    def at_statement_end(self) -> bool:
        token = self.token
        return token.kind in ("newline", "end") or (
            token.kind == "operator" and token.value in (";", "}")
        )

    # Declarations.

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
                token.value in _MODIFIERS or token.value == "synchronized"
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
            self.token.kind == "keyword" and self.token.value in _PRIMITIVES
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

    # Expressions.

    def expression(self) -> Node:
        self.deeper()
        try:
            node = self.ternary()
            if self.token.kind == "operator" and self.token.value in _ASSIGNMENT:
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
        if token.kind != "name" and not (token.kind == "keyword" and token.value in _PRIMITIVES):
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
                    node = _called(node, arguments, self.tokens[self.at - 1].end)
                    continue
                if value == "[":
                    node = self.index(node)
                    continue
                if value == "{" and self.takes_closure(node):
                    closure = self.closure()
                    node = _called(node, [closure], closure.end)
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
        return _named_first(found)

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
            return Node("constant", token.start, token.end, value=_number(token.value))
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
            return Node("constant", token.start, token.end, value=_number(token.value))
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
        if token.value in _PRIMITIVES:
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
            inner = _Parser(self.source, tokens, self.depth + 1)
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
            token.kind in _OPERAND_KINDS
            or (
                token.kind == "keyword"
                and token.value in ("new", "this", "super", "true", "false", "null")
            )
        ):
            value = self.unary()
            return Node("other", start, value.end, "cast", args=[value])
        if node.kind == "variable" and node.name in _PRIMITIVES:
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
                and token.value not in _PRIMITIVES
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


def _called(node: Node, arguments: list[Node], end: int) -> Node:
    """`node` called with arguments; a closure after a call becomes its last argument."""
    if node.kind == "variable":
        return Node("call", node.start, end, node.name, args=arguments)
    if node.kind == "property":
        return Node("call", node.start, end, node.name, target=node.target, args=arguments)
    if node.kind == "constant" and isinstance(node.value, str):
        return Node("call", node.start, end, node.value, args=arguments)
    if node.kind == "call" and len(arguments) == 1 and arguments[0].kind == "closure":
        return Node("call", node.start, end, node.name, None, node.target, [*node.args, *arguments])
    return Node("call", node.start, end, None, target=node, args=arguments)


def _named_first(found: list[Node]) -> list[Node]:
    """Gather `key: value` arguments into one map in front, as Groovy does."""
    entries = [node for node in found if node.kind == "entry"]
    if not entries:
        return found
    seen: set[Any] = set()
    for entry in entries:
        key = entry.args[0]
        if key.kind == "constant" and isinstance(key.value, str):
            if key.value in seen:
                raise GroovySyntaxError(
                    "duplicate-argument", f"the argument `{key.value}` is given twice", key.start
                )
            seen.add(key.value)
    gathered = Node("map", entries[0].start, entries[-1].end, "named", args=entries)
    return [gathered, *(node for node in found if node.kind != "entry")]


def _number(text: str) -> int | float:
    text = text.replace("_", "")
    lower = text.lower()
    if lower.startswith("0x"):
        return int(lower.rstrip("gli"), 16)
    if lower.startswith("0b"):
        return int(lower.rstrip("gli"), 2)
    digits = lower.rstrip("glifd")
    if "." in digits or "e" in digits:
        return float(digits)
    if len(digits) > 400:
        return float("inf")
    if len(digits) > 1 and digits[0] == "0" and digits.isdigit() and not set(digits) & {"8", "9"}:
        return int(digits, 8)
    return int(digits)
