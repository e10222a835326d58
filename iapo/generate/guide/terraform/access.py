"""What is asked of a value: references, fields, indexes, splats.

https://developer.hashicorp.com/terraform/language/expressions/references
"""

from __future__ import annotations

from collections.abc import Iterable

from iapo.generate.guide.automaton import CLOSERS, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.terraform import expression
from iapo.generate.guide.terraform.grammar import Grammar, Scope
from iapo.generate.guide.terraform.pieces import Named, Referring, any_name, one_name
from iapo.generate.guide.terraform.place import FRESH, STATIC, Ops, Place
from iapo.generate.guide.terraform.shapes import ANY, STRING, Shape, fits, instance_of
from iapo.generate.guide.text import DIGITS, LETTERS, expect, many


class Referred(Referring):
    """A name of something that must be declared."""

    __slots__ = ("g", "key", "ops", "place", "shape")

    def __init__(
        self, g: Grammar, place: Place, ops: Ops, key: tuple[str, ...], shape: Shape
    ) -> None:
        self.g, self.place, self.ops, self.key, self.shape = g, place, ops, key, shape

    def named(self, name: str) -> Named:
        after = expression.tail(self.g, self.place, self.ops, self.shape)
        told = self.place.scope.mode != "address"
        return after, ("refer", *self.key, name) if told else None


class Typed:
    """The type of a data source or an ephemeral resource, before its name."""

    __slots__ = ("g", "kind", "ops", "place")

    def __init__(self, g: Grammar, place: Place, ops: Ops, kind: str) -> None:
        self.g, self.place, self.ops, self.kind = g, place, ops, kind

    def named(self, name: str) -> Named:
        g = self.g
        shape = g.instance(self.kind, name)
        then = g.pool.make(Referred, g, self.place, self.ops, (self.kind, name), shape)
        return expect(g, b".", any_name(g, then)), None


class Field:
    """A field of a value."""

    __slots__ = ("g", "ops", "place", "value")

    def __init__(self, g: Grammar, place: Place, ops: Ops, value: Shape) -> None:
        self.g, self.place, self.ops, self.value = g, place, ops, value

    def named(self, name: str) -> Named:
        return expression.tail(
            self.g, self.place, self.ops, field_of(self.g, self.value, name)
        ), None


def field_of(g: Grammar, value: Shape, name: str) -> Shape:
    """What `.name` makes of a value."""
    if value.each:
        inner = field_of(g, value.element, name) if value.element is not None else ANY
        return g.each(inner)
    if value.fields is not None:
        return value.fields[name]
    return value.element or ANY if value.kind == "map" else ANY


class ProviderName(State):
    """After a provider's name: perhaps a dot and an alias."""

    __slots__ = ("after", "g", "name", "ops", "place")

    def __init__(self, g: Grammar, place: Place, ops: Ops, name: str) -> None:
        super().__init__()
        self.g, self.place, self.ops, self.name = g, place, ops, name
        self.after = expression.tail(g, place, ops, ANY)

    def move(self, byte: int) -> State | None:
        if byte == ord("."):
            return any_name(self.g, self)
        return self.through(byte, self.after)

    def named(self, name: str) -> Named:
        """The alias, of which nothing more can be asked."""
        after = expression.tail(self.g, self.place, self.ops, STRING)
        return after, ("refer", "provider", self.name, name)


class Dot(State):
    """After a dot behind a value; `bare`: without the fields, another part of this position."""

    __slots__ = ("bare", "g", "ops", "place", "value", "whole")

    def __init__(self, whole: expression.Tail, bare: bool = False) -> None:
        super().__init__()
        self.g, self.place, self.ops, self.value = whole.g, whole.place, whole.ops, whole.value
        self.whole, self.bare = whole, bare

    def parts(self) -> tuple[State, ...]:
        field = self._field()
        if self.bare or field is None:
            return ()
        return self.g.pool.make(Dot, self.whole, True), field

    def _field(self) -> State | None:
        g = self.g
        named = g.pool.make(Field, g, self.place, self.ops, self.value)
        asked = self.value
        while asked.each and asked.element is not None:
            asked = asked.element
        if asked.fields is not None:
            # What is asked of a splat's elements makes a list, whatever it is.
            wanted = self.place.wanted if self.ops == FRESH and not self.value.each else ANY
            return one_name(g, named, g.fields(asked, wanted))
        return any_name(g, named) if asked.kind in ("any", "map", "object") else None

    def move(self, byte: int) -> State | None:
        g, place, ops, value = self.g, self.place, self.ops, self.value
        if byte in LETTERS:
            return None if self.bare else self.through(byte, self._field())
        if byte == ord("."):
            ended = self.whole.result()
            return None if ended is None else place.end(byte, ended)
        if byte == ord("*"):
            inner = splatted(g, value)
            return None if inner is None else expression.tail(g, place, ops, inner)
        element = indexed(g, value)
        if byte in DIGITS and element is not None:
            return many(g, DIGITS, expression.tail(g, place, ops, element))
        return None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        field = self._field()
        return CLOSERS if field is None else field.ends(ledger)


def indexed(g: Grammar, value: Shape) -> Shape | None:
    """What an index makes of a value; None where it has none."""
    if value.kind in ("any", "list", "map", "object"):
        return ANY if value.each else value.element or ANY
    return None


def splatted(g: Grammar, value: Shape) -> Shape | None:
    """What `[*]` makes of a value; None where Terraform refuses."""
    if value.kind == "any":
        return g.each(ANY)
    if value.kind in ("list", "set") and not value.each:
        return g.each(value.element or ANY)
    instance = instance_of(value)
    return None if instance is None else g.each(instance)


class Index(Place):
    """Between the brackets of an index."""

    __slots__ = ("element", "ops", "outer", "value")

    def __init__(self, g: Grammar, outer: Place, ops: Ops, value: Shape, element: Shape) -> None:
        scope = outer.scope
        if scope.mode in STATIC:
            scope = Scope("constant", scope.bound, scope.target)
        super().__init__(g, scope, ANY, True)
        self.outer, self.ops, self.value, self.element = outer, ops, value, element

    def end(self, byte: int, value: Shape) -> State | None:
        if byte != ord("]") or not fits(value, STRING):
            return None
        return expression.tail(self.g, self.outer, self.ops, self.element)

    def empty(self, byte: int) -> State | None:
        inner = splatted(self.g, self.value)
        if byte != ord("*") or inner is None:
            return None
        return expect(self.g, b"]", expression.tail(self.g, self.outer, self.ops, inner))
