"""The values of arguments: where each ends, and what the block is once it is written."""

from __future__ import annotations

from dataclasses import replace

from iapo.generate.guide.automaton import Event, State
from iapo.generate.guide.terraform import blocks, expression
from iapo.generate.guide.terraform.grammar import Scope
from iapo.generate.guide.terraform.lexemes import BLANK, NAME_AFTER_BLANK
from iapo.generate.guide.terraform.pieces import Named, any_name
from iapo.generate.guide.terraform.place import Place
from iapo.generate.guide.terraform.shapes import ANY, Shape, fits
from iapo.generate.guide.terraform.spec import Item
from iapo.generate.guide.text import NEWLINE, expect, many


def argument(body: blocks.Body, name: str, item: Item, alone: bool) -> State | None:
    """After the `=` of an argument."""
    g = body.g
    assert item.shape is not None
    if item.mode == "iterator":
        return any_name(g, g.pool.make(Iterator, body, name), NAME_AFTER_BLANK)
    if item.mode == "alias":
        alias = any_name(g, g.pool.make(Alias, body, name))
        return many(g, BLANK, expect(g, b'"', alias))
    scope = body.inner_scope
    wanted = item.shape
    if item.mode == "type" and body.typed is not None:
        scope = Scope("declared", g.types_of(body.typed))
    elif item.mode != "values":
        scope = Scope(item.mode, frozenset(), scope.target)
    if name == "default" and body.typed is not None:
        wanted = body.typed
    place = g.pool.make(Value, body, name, scope, wanted, alone)
    return expression.operand(g, place)


class Value(Place):
    """The value of an argument."""

    __slots__ = ("alone", "body", "name")

    def __init__(
        self, body: blocks.Body, name: str, scope: Scope, wanted: Shape, alone: bool
    ) -> None:
        super().__init__(body.g, scope, wanted, False)
        self.body, self.name, self.alone = body, name, alone

    def end(self, byte: int, value: Shape) -> State | None:
        if not fits(value, self.wanted):
            return None
        after = blocks.interned(self.body.with_argument(self.name, value))
        if not self.alone:
            return self.g.pool.make(blocks.Line, after, "line") if byte == NEWLINE else None
        return (
            self.g.pool.make(blocks.Line, after, "closing").next(byte) if byte == ord("}") else None
        )

    def mention(self, byte: int) -> Event | None:
        return self.body.mention if byte == NEWLINE and self.name == "condition" else None


class Iterator:
    """The name that a `dynamic` block gives its iterator."""

    __slots__ = ("body", "name")

    def __init__(self, body: blocks.Body, name: str) -> None:
        self.body, self.name = body, name

    def named(self, name: str) -> Named:
        """After it."""
        after = replace(self.body.with_argument(self.name, ANY), label=name)
        line = self.body.g.pool.make(blocks.Line, blocks.interned(after), "line")
        return self.body.g.pool.make(blocks.EndOfLine, self.body.g, line), None


class Alias:
    """The alias of a provider's configuration."""

    __slots__ = ("body", "name")

    def __init__(self, body: blocks.Body, name: str) -> None:
        self.body, self.name = body, name

    def named(self, name: str) -> Named:
        """Before the closing quote."""
        body, g = self.body, self.body.g
        line = g.pool.make(blocks.Line, blocks.interned(body.with_argument(self.name, ANY)), "line")
        event: Event = ("declare", "provider", body.label, name)
        return expect(g, b'"', g.pool.make(blocks.EndOfLine, g, line)), event
