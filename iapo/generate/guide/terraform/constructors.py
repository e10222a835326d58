"""Lists and objects.

https://developer.hashicorp.com/terraform/language/expressions/types
"""

from __future__ import annotations

from collections.abc import Iterable

from iapo.generate.guide.automaton import State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.terraform import expression, loops, templates
from iapo.generate.guide.terraform.grammar import Grammar, Scope
from iapo.generate.guide.terraform.lexemes import BLANK, NAME_AFTER_SPACE, QUOTE, SPACE, Names
from iapo.generate.guide.terraform.pieces import Named, any_name, comment, one_name
from iapo.generate.guide.terraform.place import STATIC, Ops, Place
from iapo.generate.guide.terraform.shapes import ANY, MAP, STRING, Shape, fits
from iapo.generate.guide.text import DIGITS, LETTERS, expect, many


def list_start(g: Grammar, place: Place, ops: Ops, wanted: Shape) -> State | None:
    """After a `[` that begins a list."""
    if wanted.kind not in ("any", "list", "set", "iterable"):
        return None
    element = wanted.element or ANY
    items = g.pool.make(Items, g, place, ops, element)
    if place.scope.mode in STATIC:
        return expression.operand(g, items)
    loop = g.pool.make(loops.Loop, g, place, ops, element, "]")
    return g.pool.make(loops.OrFor, loop, expression.operand(g, items))


_INSIDE = {"ignore": "ignored", "listed": "references"}
"""What the scope of a list's elements is, where it is not that of the list."""


class Items(Place):
    """An element of a list."""

    __slots__ = ("ops", "outer")

    def __init__(self, g: Grammar, outer: Place, ops: Ops, element: Shape) -> None:
        scope = outer.scope
        inner = _INSIDE.get(scope.mode)
        if inner is not None:
            scope = Scope(inner, scope.bound, scope.target)
        super().__init__(g, scope, element, True)
        self.outer, self.ops = outer, ops

    def end(self, byte: int, value: Shape) -> State | None:
        if not fits(value, self.wanted):
            return None
        if byte == ord(","):
            return expression.operand(self.g, self)
        return self._closed() if byte == ord("]") else None

    def empty(self, byte: int) -> State | None:
        return self._closed() if byte == ord("]") else None

    def _closed(self) -> State:
        made = self.g.pool.make(_ListOf, self.wanted)
        return expression.tail(self.g, self.outer, self.ops, made)


class _ListOf(Shape):
    def __init__(self, element: Shape) -> None:
        super().__init__("list", element)


def object_start(g: Grammar, place: Place, ops: Ops, wanted: Shape) -> State | None:
    """After a `{` that begins an object."""
    if wanted.kind not in ("any", "map", "object", "iterable", "keys"):
        return None
    keys = g.pool.make(Keys, g, place, ops, wanted, frozenset())
    if wanted.fields is not None or place.scope.mode in STATIC:
        return keys
    loop = g.pool.make(loops.Loop, g, place, ops, wanted.element or ANY, "}")
    return g.pool.make(loops.OrFor, loop, keys)


class Keys(State):
    """In an object, where a key may stand.

    Args:
        given: those there are, where they are known ones.
        bare: leaves identifiers out, which are then another part of the same position.
    """

    __slots__ = ("bare", "g", "given", "ops", "place", "wanted")

    def __init__(
        self,
        g: Grammar,
        place: Place,
        ops: Ops,
        wanted: Shape,
        given: frozenset[str],
        bare: bool = False,
    ) -> None:
        super().__init__()
        self.g, self.place, self.ops, self.wanted, self.given = g, place, ops, wanted, given
        self.bare = bare

    def parts(self) -> tuple[State, ...]:
        if self.bare or self.wanted.fields is not None:
            return ()
        bare = self.g.pool.make(Keys, self.g, self.place, self.ops, self.wanted, self.given, True)
        return bare, any_name(self.g, self, NAME_AFTER_SPACE)

    def move(self, byte: int) -> State | None:
        g = self.g
        if byte in SPACE:
            return self
        if byte == ord("}"):
            return self.closed()
        if byte in LETTERS:
            return None if self.bare else self.through(byte, self._name())
        if byte == QUOTE:
            if self.wanted.fields is not None:
                return one_name(g, g.pool.make(QuotedField, self), self._left())
            return templates.quoted(g, g.pool.make(QuotedKey, self), self.place.scope, ANY)
        if byte == ord("(") and self.place.scope.mode not in STATIC and self.wanted.fields is None:
            return expression.operand(g, g.pool.make(ComputedKey, self))
        if byte in DIGITS and self.wanted.fields is None:
            return many(g, DIGITS, g.pool.make(AfterKey, self, self.given, ""))
        return comment(g, byte, self)

    def _left(self) -> Names:
        fields = self.wanted.fields or {}
        return self.g.pool.make(Names, tuple(f for f in fields if f not in self.given))

    def _name(self) -> State:
        if self.wanted.fields is None:
            return any_name(self.g, self)
        return one_name(self.g, self, self._left())

    def named(self, name: str) -> Named:
        """After a key that is an identifier."""
        given = self.given | {name} if self.wanted.fields is not None else self.given
        return self.g.pool.make(AfterKey, self, given, name), None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        missing = sorted(self.wanted.required - self.given)
        return [f" {missing[0]} = ".encode()] if missing else (b"}",)

    def closed(self) -> State | None:
        """After the closing brace, if all that must be there is."""
        if not self.wanted.required <= self.given:
            return None
        made = self.wanted if self.wanted.kind in ("map", "object") else MAP
        return expression.tail(self.g, self.place, self.ops, made)


class QuotedField:
    """A quoted key out of known ones."""

    __slots__ = ("keys",)

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def named(self, name: str) -> Named:
        """Before its closing quote."""
        after, event = self.keys.named(name)
        return (None if after is None else expect(self.keys.g, b'"', after)), event


class QuotedKey:
    """A quoted key."""

    __slots__ = ("keys",)

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def closed(self, value: Shape) -> State:
        """After its closing quote."""
        return self.keys.g.pool.make(AfterKey, self.keys, self.keys.given, "")


class ComputedKey(Place):
    """A key in parentheses."""

    __slots__ = ("keys",)

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys.g, keys.place.scope, STRING, True)
        self.keys = keys

    def end(self, byte: int, value: Shape) -> State | None:
        if byte != ord(")") or not fits(value, STRING):
            return None
        return self.g.pool.make(AfterKey, self.keys, self.keys.given, "")


class AfterKey(State):
    """After a key: `=` or `:`."""

    __slots__ = ("given", "keys", "name")

    def __init__(self, keys: Keys, given: frozenset[str], name: str) -> None:
        super().__init__()
        self.keys, self.given, self.name = keys, given, name

    def move(self, byte: int) -> State | None:
        g, keys = self.keys.g, self.keys
        if byte in BLANK:
            return self
        if byte == ord(".") and keys.place.scope.mode == "providers":
            return any_name(g, keys)
        if byte not in b"=:":
            return None
        fields = keys.wanted.fields
        wanted = fields[self.name] if fields is not None else keys.wanted.element or ANY
        return expression.operand(g, g.pool.make(Entry, keys, self.given, wanted))


class Entry(Place):
    """The value of a key."""

    __slots__ = ("given", "keys")

    def __init__(self, keys: Keys, given: frozenset[str], wanted: Shape) -> None:
        super().__init__(keys.g, keys.place.scope, wanted, False)
        self.keys, self.given = keys, given

    def end(self, byte: int, value: Shape) -> State | None:
        if byte not in b",}\n" or not fits(value, self.wanted):
            return None
        keys = self.keys
        after = keys.g.pool.make(Keys, keys.g, keys.place, keys.ops, keys.wanted, self.given)
        return after.closed() if byte == ord("}") else after
