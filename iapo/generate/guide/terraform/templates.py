"""Templates: quoted strings and heredocs, with `${ }` inside, and directives.

https://developer.hashicorp.com/terraform/language/expressions/strings
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Protocol

from iapo.generate.guide.automaton import CLOSERS, Event, Lexeme, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.terraform import directives, expression
from iapo.generate.guide.terraform.grammar import Grammar, Scope
from iapo.generate.guide.terraform.lexemes import QUOTE, TEXT_EMPTY, heredoc
from iapo.generate.guide.terraform.pieces import NOTHING, Named, any_name
from iapo.generate.guide.terraform.place import CONSTANT, Ops, Place
from iapo.generate.guide.terraform.shapes import (
    ANY,
    COMPOUND,
    NUMBER,
    STRING,
    WORDS,
    Shape,
    fits,
)
from iapo.generate.guide.text import DIGITS, expect

Nest = tuple[tuple[str, Scope], ...]
"""The directives that are open in a template, outermost first: `if`, `else`, `for`, and the scope
outside of each."""


class Closer(Protocol):
    """What a template is for."""

    def closed(self, value: Shape) -> State | None:
        """The state after its end."""
        ...


def quoted(g: Grammar, closer: Closer, scope: Scope, wanted: Shape) -> State:
    """After an opening quote, where a value of some shape is wanted."""
    if scope.mode in CONSTANT and wanted.kind in COMPOUND:
        return NOTHING
    if wanted.kind in COMPOUND:
        # Only a template that is nothing but a value can be one: "${var.names}".
        then = g.pool.make(OnlyValue, g, closer)
        return expect(g, b"${", value(g, then, scope, wanted))
    if wanted.choices is not None:
        return g.pool.make(Literal, g, closer, scope, wanted, "")
    if wanted.kind == "bool":
        return g.pool.make(Literal, g, closer, scope, _BOOLEAN, "")
    if wanted.kind == "number":
        return g.pool.make(NumberLiteral, g, closer, scope, "")
    return g.pool.make(Quoted, g, closer, scope, (), "none", TEXT_EMPTY)


_BOOLEAN = Shape("bool", choices=("false", "true"))


class Template(Lexeme):
    """What quoted strings and heredocs share: where their templates lead to."""

    __slots__ = ("g", "nest", "scope")

    def __init__(self, g: Grammar, scope: Scope, nest: Nest, local: Local) -> None:
        super().__init__(local)
        self.g, self.scope, self.nest = g, scope, nest

    def resumed(self, scope: Scope, nest: Nest, *, alone: bool) -> State:
        """Back in the text after a `}`; `alone`: nothing else has been written."""
        raise NotImplementedError

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        if not self.nest:
            return CLOSERS
        word = "for" if self.nest[-1][0] == "for" else "if"
        return (f"%{{ end{word} }}".encode(), *CLOSERS)


class Quoted(Template):
    """In a quoted string. `had`: what templates it has: none, one and nothing else, or some."""

    __slots__ = ("closer", "had")

    def __init__(
        self, g: Grammar, closer: Closer, scope: Scope, nest: Nest, had: str, local: Local
    ) -> None:
        super().__init__(g, scope, nest, local)
        self.closer, self.had = closer, had

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Quoted, self.g, self.closer, self.scope, self.nest, self.had, local)

    def resumed(self, scope: Scope, nest: Nest, *, alone: bool) -> State:
        had = "one" if alone else "some"
        return self.g.pool.make(Quoted, self.g, self.closer, scope, nest, had, TEXT_EMPTY)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if label in ("close", "close-empty"):
            if self.nest:
                return None, None
            if self.had == "one" and label == "close-empty":
                return self.closer.closed(ANY), None
            return self.closer.closed(WORDS if self.had == "none" else STRING), None
        if self.scope.mode in CONSTANT:
            return None, None
        if label == "directive":
            return directives.start(self), None
        then = self.g.pool.make(Inside, self, label == "value-first" and self.had == "none")
        return value(self.g, then, self.scope), None


class Inside:
    """Where a `${ }` ends: back in the template."""

    __slots__ = ("alone", "text")

    def __init__(self, text: Template, alone: bool) -> None:
        self.text, self.alone = text, alone

    def closed(self, value: Shape) -> State:
        """After the `}`."""
        return self.text.resumed(self.text.scope, self.text.nest, alone=self.alone)


class OnlyValue:
    """Where a `${ }` ends beside which nothing may stand."""

    __slots__ = ("closer", "g")

    def __init__(self, g: Grammar, closer: Closer) -> None:
        self.g, self.closer = g, closer

    def closed(self, value: Shape) -> State | None:
        """After the `}`: the quote."""
        after = self.closer.closed(value)
        return None if after is None else expect(self.g, b'"', after)


def value(g: Grammar, then: Closer, scope: Scope, wanted: Shape = ANY) -> State:
    """After `${`, where a value of some shape is wanted."""
    after = expression.operand(g, g.pool.make(Value, g, then, scope, wanted))
    return g.pool.make(Strip, g, after)


class Strip(State):
    """Perhaps a `~` that strips the space before."""

    __slots__ = ("after", "g")

    def __init__(self, g: Grammar, after: State) -> None:
        super().__init__()
        self.g, self.after = g, after

    def parts(self) -> tuple[State, ...]:
        return self.after, expect(self.g, b"~", self.after)

    def move(self, byte: int) -> State | None:
        return self.after if byte == ord("~") else self.through(byte, self.after)


class Value(Place):
    """An expression that a `}` ends, perhaps with a `~` before it."""

    __slots__ = ("then",)

    def __init__(self, g: Grammar, then: Closer, scope: Scope, wanted: Shape) -> None:
        super().__init__(g, scope, wanted, True)
        self.then = then

    def end(self, byte: int, value: Shape) -> State | None:
        if byte not in b"}~" or not fits(value, self.wanted):
            return None
        after = self.then.closed(value)
        if after is None or byte == ord("}"):
            return after
        return expect(self.g, b"}", after)


class Literal(State):
    """A quoted string out of some, or a template."""

    __slots__ = ("begun", "closer", "g", "scope", "wanted")

    def __init__(self, g: Grammar, closer: Closer, scope: Scope, wanted: Shape, begun: str) -> None:
        super().__init__()
        self.g, self.closer, self.scope, self.wanted, self.begun = g, closer, scope, wanted, begun

    def move(self, byte: int) -> State | None:
        g, wanted = self.g, self.wanted
        choices = wanted.choices or ()
        if wanted.any_case:
            choices = tuple(choice.lower() for choice in choices)
        if byte == QUOTE:
            if self.begun not in choices:
                return None
            return self.closer.closed(WORDS if wanted.kind == "string" else wanted)
        if byte == ord("$") and not self.begun and self.scope.mode not in CONSTANT:
            return _template(g, self.closer, self.scope)
        begun = self.begun + (chr(byte).lower() if wanted.any_case else chr(byte))
        if not any(choice.startswith(begun) for choice in choices):
            return None
        return g.pool.make(Literal, g, self.closer, self.scope, self.wanted, begun)

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        left = [c for c in self.wanted.choices or () if c.startswith(self.begun)]
        rests = [c[len(self.begun) :].encode() + b'"' for c in sorted(left, key=len)]
        return (*rests, *CLOSERS)


class NumberLiteral(State):
    """A quoted number, or a template. `phase`: "" at first, then "-", "whole", "." and "fraction"."""

    __slots__ = ("closer", "g", "phase", "scope")

    def __init__(self, g: Grammar, closer: Closer, scope: Scope, phase: str) -> None:
        super().__init__()
        self.g, self.closer, self.scope, self.phase = g, closer, scope, phase

    def move(self, byte: int) -> State | None:
        g, phase = self.g, self.phase
        if byte in DIGITS:
            after = "fraction" if phase in (".", "fraction") else "whole"
        elif byte == ord("-") and not phase:
            after = "-"
        elif byte == ord(".") and phase == "whole":
            after = "."
        elif byte == QUOTE and phase in ("whole", "fraction"):
            return self.closer.closed(NUMBER)
        elif byte == ord("$") and not phase and self.scope.mode not in CONSTANT:
            return _template(g, self.closer, self.scope)
        else:
            return None
        return g.pool.make(NumberLiteral, g, self.closer, self.scope, after)


def _template(g: Grammar, closer: Closer, scope: Scope) -> State:
    """After the `$` of a string that begins with a template."""
    text = g.pool.make(Quoted, g, closer, scope, (), "none", TEXT_EMPTY)
    return expect(g, b"{", value(g, g.pool.make(Inside, text, True), scope))


def heredoc_start(g: Grammar, place: Place, ops: Ops) -> State:
    """After `<<`."""
    return g.pool.make(HeredocStart, g, place, ops)


class HeredocStart(State):
    """After `<<`: perhaps a `-`, then the marker and a line feed."""

    __slots__ = ("g", "ops", "place")

    def __init__(self, g: Grammar, place: Place, ops: Ops) -> None:
        super().__init__()
        self.g, self.place, self.ops = g, place, ops

    def parts(self) -> tuple[State, ...]:
        name = any_name(self.g, self)
        return name, expect(self.g, b"-", name)

    def move(self, byte: int) -> State | None:
        name = any_name(self.g, self)
        return name if byte == ord("-") else self.through(byte, name)

    def named(self, name: str) -> Named:
        """After the marker."""
        g = self.g
        text = g.pool.make(
            Heredoc, g, self.place, self.ops, name, self.place.scope, (), heredoc(name, 0, "")
        )
        return expect(g, b"\n", text), None


class Heredoc(Template):
    """In a heredoc."""

    __slots__ = ("marker", "ops", "place")

    def __init__(
        self,
        g: Grammar,
        place: Place,
        ops: Ops,
        marker: str,
        scope: Scope,
        nest: Nest,
        local: Local,
    ) -> None:
        super().__init__(g, scope, nest, local)
        self.place, self.ops, self.marker = place, ops, marker

    def _at(self, scope: Scope, nest: Nest, local: Local) -> State:
        return self.g.pool.make(
            Heredoc, self.g, self.place, self.ops, self.marker, scope, nest, local
        )

    def within(self, local: Local, byte: int) -> State:
        return self._at(self.scope, self.nest, local)

    def resumed(self, scope: Scope, nest: Nest, *, alone: bool) -> State:
        return self._at(scope, nest, heredoc(self.marker, -1, ""))

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (f"\n{self.marker}\n".encode(), *super().ends(ledger))

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if label == "end":
            if self.nest:
                return None, None
            return expression.tail(self.g, self.place, self.ops, STRING), None
        if self.scope.mode in CONSTANT:
            return None, None
        if label == "directive":
            return directives.start(self), None
        return value(self.g, self.g.pool.make(Inside, self, False), self.scope), None
