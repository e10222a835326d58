"""Lists, objects, and `for` expressions.

https://developer.hashicorp.com/terraform/language/expressions/types
"""

from __future__ import annotations

from iapo.generate.guide.automaton import State
from iapo.generate.guide.terraform import expression, templates
from iapo.generate.guide.terraform.grammar import Grammar, Scope
from iapo.generate.guide.terraform.lexemes import (
    BLANK,
    DIGITS,
    LETTERS,
    NAME_AFTER_BLANK,
    NAME_AFTER_SPACE,
    NEWLINE,
    QUOTE,
    Names,
)
from iapo.generate.guide.terraform.pieces import (
    NOTHING,
    Named,
    any_name,
    comment,
    expect,
    one_name,
)
from iapo.generate.guide.terraform.place import STATIC, Ops, Place
from iapo.generate.guide.terraform.shapes import ANY, BOOL, LIST, MAP, STRING, Shape, fits


def list_start(g: Grammar, place: Place, ops: Ops, wanted: Shape) -> State | None:
    """After a `[` that begins a list."""
    if wanted.kind not in ("any", "list", "set", "iterable"):
        return None
    element = wanted.element or ANY
    items = g.pool.make(Items, g, place, ops, element, True)
    if place.scope.mode in STATIC:
        return expression.operand(g, items)
    return g.pool.make(OrFor, g, expression.operand(g, items), place, ops, element, "]")


class OrFor(State):
    """After an opening bracket: a `for` expression, or something else."""

    __slots__ = ("bracket", "element", "g", "ops", "other", "place")

    def __init__(
        self,
        g: Grammar,
        other: State,
        place: Place,
        ops: Ops,
        element: Shape,
        bracket: str,
    ) -> None:
        super().__init__()
        self.g, self.other, self.place, self.ops = g, other, place, ops
        self.element, self.bracket = element, bracket

    def parts(self) -> tuple[State, ...]:
        if self.other is NOTHING:
            return ()
        alone = self.g.pool.make(
            OrFor, self.g, NOTHING, self.place, self.ops, self.element, self.bracket
        )
        return self.other, alone

    def move(self, byte: int) -> State | None:
        if byte in BLANK or byte == NEWLINE:
            return self
        other = self.through(byte, self.other)
        if byte == ord("f"):
            loop = self.g.pool.make(
                Loop, self.g, self.place, self.ops, self.element, self.bracket, ()
            )
            return self.g.pool.make(ForWord, self.g, "f", loop, other)
        return other


class ForWord(State):
    """In the word `for`, unless it becomes another."""

    __slots__ = ("begun", "g", "loop", "other")

    def __init__(self, g: Grammar, begun: str, loop: Loop, other: State | None) -> None:
        super().__init__()
        self.g, self.begun, self.loop, self.other = g, begun, loop, other

    def move(self, byte: int) -> State | None:
        g = self.g
        other = self.through(byte, self.other)
        if self.begun == "for":
            if byte in BLANK:
                return any_name(g, self.loop, NAME_AFTER_BLANK)
            return other
        begun = self.begun + chr(byte)
        if "for".startswith(begun):
            return g.pool.make(ForWord, g, begun, self.loop, other)
        return other


class Loop(State):
    """The names of a `for`: after one, a comma or `in`."""

    __slots__ = ("bracket", "element", "g", "names", "ops", "place")

    def __init__(
        self,
        g: Grammar,
        place: Place,
        ops: Ops,
        element: Shape,
        bracket: str,
        names: tuple[str, ...],
    ) -> None:
        super().__init__()
        self.g, self.place, self.ops = g, place, ops
        self.element, self.bracket, self.names = element, bracket, names

    def named(self, name: str) -> Named:
        """After a name."""
        names = (*self.names, name)
        make = self.g.pool.make
        return make(Loop, self.g, self.place, self.ops, self.element, self.bracket, names), None

    def move(self, byte: int) -> State | None:
        g = self.g
        if byte in BLANK:
            return self
        if byte == ord(",") and len(self.names) == 1:
            return any_name(g, self, NAME_AFTER_BLANK)
        if byte == ord("i"):
            return expect(g, b"n ", expression.operand(g, g.pool.make(Collection, self)))
        return None


class Collection(Place):
    """What a `for` goes through."""

    __slots__ = ("loop",)

    def __init__(self, loop: Loop) -> None:
        super().__init__(loop.g, loop.place.scope, ANY, True)
        self.loop = loop

    def end(self, byte: int, value: Shape) -> State | None:
        if byte != ord(":") or not _iterable(value):
            return None
        g, loop = self.g, self.loop
        scope = self.scope.with_names(*loop.names)
        if loop.bracket == "]":
            return expression.operand(g, g.pool.make(Result, loop, scope, loop.element))
        return expression.operand(g, g.pool.make(ResultKey, loop, scope))


def _iterable(value: Shape) -> bool:
    return value.kind in ("any", "list", "set", "map", "object")


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
        result = g.pool.make(Result, loop, self.scope, loop.element)
        return expect(g, b">", expression.operand(g, result))


class Result(Place):
    """What a `for` makes of each element."""

    __slots__ = ("loop",)

    def __init__(self, loop: Loop, scope: Scope, wanted: Shape) -> None:
        super().__init__(loop.g, scope, wanted, True)
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
    return finished(loop) if byte == ord(loop.bracket) else None


def finished(loop: Loop) -> State:
    """After a whole `for` expression."""
    made = LIST if loop.bracket == "]" else MAP
    return expression.tail(loop.g, loop.place, loop.ops, made)


class Grouped(State):
    """After the `...` that groups a `for` expression's results."""

    __slots__ = ("loop", "scope")

    def __init__(self, loop: Loop, scope: Scope) -> None:
        super().__init__()
        self.loop, self.scope = loop, scope

    def move(self, byte: int) -> State | None:
        if byte in BLANK or byte == NEWLINE:
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
        return finished(self.loop) if right else None


_INSIDE = {"ignore": "ignored", "listed": "references"}
"""What the scope of a list's elements is, where it is not that of the list."""


class Items(Place):
    """An element of a list."""

    __slots__ = ("element", "first", "ops", "outer")

    def __init__(
        self,
        g: Grammar,
        outer: Place,
        ops: Ops,
        element: Shape,
        first: bool,
    ) -> None:
        scope = outer.scope
        inner = _INSIDE.get(scope.mode)
        if inner is not None:
            scope = Scope(inner, scope.bound, scope.target)
        super().__init__(g, scope, element, True)
        self.outer, self.ops, self.element, self.first = outer, ops, element, first

    def end(self, byte: int, value: Shape) -> State | None:
        if not fits(value, self.wanted):
            return None
        if byte == ord(","):
            more = self.g.pool.make(Items, self.g, self.outer, self.ops, self.element, False)
            return expression.operand(self.g, more)
        return self._closed() if byte == ord("]") else None

    def empty(self, byte: int) -> State | None:
        return self._closed() if byte == ord("]") else None

    def _closed(self) -> State:
        made = self.g.pool.make(_ListOf, self.element)
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
    return g.pool.make(OrFor, g, keys, place, ops, wanted.element or ANY, "}")


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
        if byte in BLANK or byte == NEWLINE:
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
            return g.pool.make(NumberKey, self)
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


class NumberKey(State):
    """A key that is a whole number."""

    __slots__ = ("after", "keys")

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self.after = keys.g.pool.make(AfterKey, keys, keys.given, "")

    def move(self, byte: int) -> State | None:
        return self if byte in DIGITS else self.through(byte, self.after)


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
