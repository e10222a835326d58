"""`for` expressions: lists and objects made of what something else holds.

https://developer.hashicorp.com/terraform/language/expressions/for
"""

from __future__ import annotations

from collections.abc import Iterable

from iapo.generate.guide.automaton import State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.terraform import expression
from iapo.generate.guide.terraform.grammar import Grammar, Scope
from iapo.generate.guide.terraform.lexemes import BLANK, NAME_AFTER_BLANK, SPACE
from iapo.generate.guide.terraform.pieces import NOTHING, LoopNames, any_name
from iapo.generate.guide.terraform.place import Ops, Place
from iapo.generate.guide.terraform.shapes import (
    ANY,
    BOOL,
    LIST,
    MAP,
    STRING,
    Shape,
    fits,
    may_be_compound,
)
from iapo.generate.guide.text import expect


class OrFor(State):
    """After an opening bracket: a `for` expression, or something else."""

    __slots__ = ("loop", "other")

    def __init__(self, loop: Loop, other: State) -> None:
        super().__init__()
        self.loop, self.other = loop, other

    def parts(self) -> tuple[State, ...]:
        if self.other is NOTHING:
            return ()
        return self.other, self.loop.g.pool.make(OrFor, self.loop, NOTHING)

    def move(self, byte: int) -> State | None:
        if byte in SPACE:
            return self
        other = self.through(byte, self.other)
        if byte == ord("f"):
            return self.loop.g.pool.make(ForWord, self.loop, "f", other)
        return other

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return self.other.ends(ledger)


class ForWord(State):
    """In the word `for`, unless it becomes another."""

    __slots__ = ("begun", "loop", "other")

    def __init__(self, loop: Loop, begun: str, other: State | None) -> None:
        super().__init__()
        self.loop, self.begun, self.other = loop, begun, other

    def move(self, byte: int) -> State | None:
        g = self.loop.g
        other = self.through(byte, self.other)
        if self.begun == "for":
            if byte in BLANK:
                return any_name(g, g.pool.make(LoopNames, g, self.loop, ()), NAME_AFTER_BLANK)
            return other
        begun = self.begun + chr(byte)
        if "for".startswith(begun):
            return g.pool.make(ForWord, self.loop, begun, other)
        return other


class Loop:
    """A `for` expression.

    Attributes:
        element: what is wanted of each result.
        bracket: what closes it: `]` where it makes a list, `}` where it makes an object.
    """

    __slots__ = ("bracket", "element", "g", "ops", "place")

    def __init__(self, g: Grammar, place: Place, ops: Ops, element: Shape, bracket: str) -> None:
        self.g, self.place, self.ops = g, place, ops
        self.element, self.bracket = element, bracket

    def over(self, names: tuple[str, ...]) -> State:
        """Before what it goes through."""
        return expression.operand(self.g, self.g.pool.make(Collection, self, names))

    def finished(self) -> State:
        """After its closing bracket."""
        made = LIST if self.bracket == "]" else MAP
        return expression.tail(self.g, self.place, self.ops, made)


class Collection(Place):
    """What a `for` goes through."""

    __slots__ = ("loop", "names")

    def __init__(self, loop: Loop, names: tuple[str, ...]) -> None:
        super().__init__(loop.g, loop.place.scope, ANY, True)
        self.loop, self.names = loop, names

    def end(self, byte: int, value: Shape) -> State | None:
        if byte != ord(":") or not may_be_compound(value):
            return None
        g, loop = self.g, self.loop
        scope = self.scope.with_names(*self.names)
        if loop.bracket == "]":
            return expression.operand(g, g.pool.make(Result, loop, scope))
        return expression.operand(g, g.pool.make(ResultKey, loop, scope))


class ResultKey(Place):
    """The key before a `=>`."""

    __slots__ = ("loop",)

    def __init__(self, loop: Loop, scope: Scope) -> None:
        super().__init__(loop.g, scope, STRING, True)
        self.loop = loop

    def end(self, byte: int, value: Shape) -> State | None:
        if byte != ord("=") or not fits(value, STRING):
            return None
        g, loop = self.g, self.loop
        result = g.pool.make(Result, loop, self.scope)
        return expect(g, b">", expression.operand(g, result))


class Result(Place):
    """What a `for` makes of each element."""

    __slots__ = ("loop",)

    def __init__(self, loop: Loop, scope: Scope) -> None:
        super().__init__(loop.g, scope, loop.element, True)
        self.loop = loop

    def end(self, byte: int, value: Shape) -> State | None:
        g, loop = self.g, self.loop
        if byte == ord("."):
            if loop.bracket != "}":
                return None
            return expect(g, b".", g.pool.make(Grouped, loop, self.scope))
        if not fits(value, self.wanted):
            return None
        return after_result(loop, self.scope, byte)


def after_result(loop: Loop, scope: Scope, byte: int) -> State | None:
    """After the result of a `for`: an `if`, or the closing bracket."""
    g = loop.g
    if byte == ord("i"):
        return expect(g, b"f ", expression.operand(g, g.pool.make(Filter, loop, scope)))
    return loop.finished() if byte == ord(loop.bracket) else None


class Grouped(State):
    """After the `...` that groups a `for` expression's results."""

    __slots__ = ("loop", "scope")

    def __init__(self, loop: Loop, scope: Scope) -> None:
        super().__init__()
        self.loop, self.scope = loop, scope

    def move(self, byte: int) -> State | None:
        if byte in SPACE:
            return self
        return after_result(self.loop, self.scope, byte)


class Filter(Place):
    """The condition of a `for`."""

    __slots__ = ("loop",)

    def __init__(self, loop: Loop, scope: Scope) -> None:
        super().__init__(loop.g, scope, BOOL, True)
        self.loop = loop

    def end(self, byte: int, value: Shape) -> State | None:
        right = byte == ord(self.loop.bracket) and fits(value, BOOL)
        return self.loop.finished() if right else None
