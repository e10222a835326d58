"""Expressions: operands, operators and calls, and of what type they are.

The language, the types and the names are those of `iapo/verify/github_actions`, by
https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions. A position
knows of what type the operand before it is, so that what is compared, called or shown fits. Where
expressions stand is in `sites.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import CLOSERS, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import DIGITS, LETTERS, NEWLINE, expect
from iapo.generate.guide.yaml.frames import either
from iapo.generate.guide.yaml.github_actions.early import USES, Early, argument, hoped
from iapo.generate.guide.yaml.github_actions.sums import CONTAINERS, EMPTY, Level, Sum, indexed
from iapo.generate.guide.yaml.scalars import MOST_STEP, SPACE
from iapo.verify.github_actions.contexts import FUNCTIONS
from iapo.verify.github_actions.types import (
    ANY,
    BOOL,
    NULL,
    NUMBER,
    STRING,
    ArrayType,
    ObjectType,
    Type,
    merge,
)

if TYPE_CHECKING:
    from iapo.generate.guide.yaml.github_actions.sites import Site

MOST_LEVELS = 8
_ORDER = ("<", "<=", ">", ">=")
_OUTSIDE = Level(None, EMPTY, "", (), 0)


def begun(site: Site) -> State:
    """Where an expression begins."""
    return site.g.pool.make(Operand, site, _OUTSIDE, EMPTY)


class _Position(State):
    """Between the words of an expression."""

    __slots__ = ("g", "level", "site", "sum")

    def __init__(self, site: Site, level: Level, sum: Sum) -> None:
        super().__init__()
        self.site, self.level, self.sum, self.g = site, level, sum, site.g

    def operand(self, level: Level, sum: Sum) -> State:
        """Before the next operand."""
        return self.g.pool.make(Operand, self.site, level, sum)

    def inner(self, role: str, kinds: tuple[Type, ...]) -> State | None:
        """Before the first operand inside a bracket."""
        if self.level.depth >= MOST_LEVELS:
            return None
        make = self.g.pool.make
        level = make(Level, self.level, self.sum, role, kinds, self.level.depth + 1)
        return make(Operand, self.site, level, EMPTY)

    def may_be(self, kind: Type) -> bool:
        """Whether a literal or the result of a function may come."""
        if self.sum.op:
            return self.sum.may_be(kind)
        return self.level.leads(BOOL if self.sum.negated else kind)

    def wrapped(self, byte: int) -> State | None:
        """After a line feed in a block scalar."""
        if byte != NEWLINE or self.site.style != "block":
            return None
        return self.g.pool.make(Wrapped, self.site, self, 0)


class Operand(_Position):
    """Before an operand."""

    __slots__ = ()

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        quote = self.site.quote
        found = (f"{quote}x{quote}", "1", "true", quote, "fromJSON(github.sha)", "null")
        return (*(text.encode() for text in found), *CLOSERS)

    def move(self, byte: int) -> State | None:
        from iapo.generate.guide.yaml.github_actions.literals import literal
        from iapo.generate.guide.yaml.github_actions.operands import Number, Word

        make, site, level, sum = self.g.pool.make, self.site, self.level, self.sum
        if byte == SPACE:
            return self
        if byte == NEWLINE:
            return self.wrapped(byte)
        if byte == ord("!"):
            return self.operand(level, sum._replace(negated=True)) if sum.op not in _ORDER else None
        if byte == ord("("):
            return self.inner("(", ())
        if byte == ord("'"):
            return literal(self) if self.may_be(STRING) else None
        if byte in DIGITS or byte == ord("-"):
            return make(Number, site, level, sum, "").next(byte) if self.may_be(NUMBER) else None
        return make(Word, site, level, sum, "").next(byte) if byte in LETTERS else None


class After(_Position):
    """After an operand.

    Args:
        kind: its type.
        path: the names it was read by, where they matter.
        spaced: a space stands before.
    """

    __slots__ = ("kind", "path", "spaced")

    def __init__(
        self, site: Site, level: Level, sum: Sum, kind: Type, path: tuple[str, ...], spaced: bool
    ) -> None:
        super().__init__(site, level, sum)
        self.kind, self.path, self.spaced = kind, path, spaced

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        site = self.site
        text = f"{site.quote}x{site.quote}"
        # What is either of two types is good for anything where one of them is that of `null`.
        more = (f", {text}", " || null", f" == {text}", f" || {text}", " || 1", ".x", ".")
        return [end.encode() for end in (site.over, ")", "]", *more)]

    @property
    def final(self) -> bool:
        site = self.site
        whole = not site.braces and site.style in ("plain", "block")
        if isinstance(self.kind, Early):
            return whole and self._used(NEWLINE).final
        return whole and self._ended is not None and self._ended.final

    @property
    def _ended(self) -> State | None:
        """What comes after the expression and its braces, where it may end here."""
        total = self.sum.total(self.kind) if self.level is _OUTSIDE else None
        return None if total is None or not self.site.takes(total) else self.site.after(total)

    def _used(self, byte: int) -> After:
        """The same, it being known by what comes next what a value that is read early is used for."""
        site, level, sum, char = self.site, self.level, self.sum, chr(byte)
        assert isinstance(self.kind, Early)
        rule, alone, use = site.rule, sum == EMPTY, "shown"
        if char in "<>" or sum.op in _ORDER:
            use = "text"
        elif sum.negated and not sum.op:
            use = "any"
        elif level is _OUTSIDE and not sum.op and char not in "=!":
            if alone and char not in "&|":
                use = rule.use if site.begins else "shown"
            elif rule.use in ("boolean", "number"):
                use = rule.use
        elif alone and char in ",)" and level.role in FUNCTIONS:
            use = argument(level.role, len(level.kinds))
        told = site.told(hoped(site.top.known.facts, use, self.kind))
        return self.g.pool.make(After, told, level, sum, USES[use], (), self.spaced)

    def move(self, byte: int) -> State | None:
        if byte == SPACE:
            return self.g.pool.make(
                After, self.site, self.level, self.sum, self.kind, self.path, True
            )
        if isinstance(self.kind, Early) and byte != ord("."):
            if byte != NEWLINE or self.site.style != "block":
                return self.through(byte, self._used(byte))
            over = None if self.site.braces else self._used(byte).next(byte)
            return either(self.g, over, self.wrapped(byte))
        if not self.site.braces and (found := self._over(byte)) is not None:
            return found
        if byte == NEWLINE:
            return self.wrapped(byte)
        if byte in b".[":
            return self._deeper(byte)
        if byte in b"),]":
            return self._closed(byte)
        if byte == ord("}") and self.site.braces:
            return None if (after := self._ended) is None else expect(self.g, b"}", after)
        value = self.sum.value(self.kind)
        return None if value is None else self._joined(byte, value)

    def _over(self, byte: int) -> State | None:
        """After the first byte of what ends an expression without braces."""
        style, after = self.site.style, self._ended
        if after is None:
            return None
        if style == "plain":
            ends = byte == NEWLINE or (byte == ord("#") and self.spaced)
            return after.next(byte) if ends else None
        if style == "block":
            return either(self.g, after.next(byte), self.wrapped(byte))
        return after.next(byte)

    def _deeper(self, byte: int) -> State | None:
        from iapo.generate.guide.yaml.github_actions.operands import member

        if byte == ord("."):
            return member(self)
        free = (
            isinstance(self.kind, ObjectType) and type(self.kind) is ObjectType and self.kind.rest
        )
        if not (self.kind is ANY or isinstance(self.kind, ArrayType) or free):
            return None
        return self.inner("[", (self.kind,))

    def _closed(self, byte: int) -> State | None:
        """After what ends a bracket or an argument."""
        level, make = self.level, self.g.pool.make
        total = self.sum.total(self.kind)
        if total is None or level.up is None:
            return None
        if byte == ord(",") and level.role in FUNCTIONS:
            kinds = (*level.kinds, total)
            if not level.fits(kinds, whole=False):
                return None
            parts = (level.up, level.outer, level.role, kinds, level.depth, level.given)
            return self.operand(make(Level, *parts), EMPTY)
        found: Type | None = None
        if byte == ord("]") and level.role == "[":
            found = indexed(level.kinds[0], total)
        elif byte == ord(")") and level.role == "(":
            found = total
        elif byte == ord(")") and level.role in FUNCTIONS:
            kinds = (*level.kinds, total)
            if level.fits(kinds, whole=True):
                given = level.given
                found = given if isinstance(given, Type) else FUNCTIONS[level.role][0].returns
        if found is None:
            return None
        return make(After, self.site, level.up, level.outer, found, (), False)

    def _joined(self, byte: int, value: Type) -> State | None:
        """After the first byte of an operator."""
        g, level, sum, char = self.g, self.level, self.sum, chr(byte)
        if level.given is not None and not level.kinds:
            # The first argument is no longer a mere text.
            level = g.pool.make(Level, level.up, level.outer, level.role, (), level.depth)
        if char in "=!<>" and not level.leads(BOOL):
            return None
        if char in "=!":
            if isinstance(value, CONTAINERS):
                return None
            after = self.operand(level, Sum(sum.ors, sum.ands, char + "=", value))
            return expect(g, b"=", after)
        if char in "<>":
            if isinstance(value, CONTAINERS) or value in (NULL, BOOL):
                return None
            return g.pool.make(Order, self.site, level, sum, char, value)
        if char == "&":
            ands = value if sum.ands is None else merge(sum.ands, value)
            return expect(g, b"&", self.operand(level, Sum(sum.ors, ands)))
        if char == "|":
            ors = value if sum.ors is None else merge(sum.ors, value)
            return expect(g, b"|", self.operand(level, Sum(ors)))
        return None


class Order(_Position):
    """After `<` or `>`, which a `=` may follow."""

    __slots__ = ("char", "value")

    def __init__(self, site: Site, level: Level, sum: Sum, char: str, value: Type) -> None:
        super().__init__(site, level, sum)
        self.char, self.value = char, value

    def move(self, byte: int) -> State | None:
        op = self.char + "=" if byte == ord("=") else self.char
        after = self.operand(self.level, Sum(self.sum.ors, self.sum.ands, op, self.value))
        return after if byte == ord("=") else self.through(byte, after)


class Wrapped(State):
    """At the beginning of a line of a block scalar, inside an expression; `column`: spaces written."""

    __slots__ = ("column", "g", "site", "then")

    def __init__(self, site: Site, then: _Position, column: int) -> None:
        super().__init__()
        self.site, self.then, self.column, self.g = site, then, column, site.g

    def move(self, byte: int) -> State | None:
        make = self.g.pool.make
        if byte == SPACE and self.column < self.site.indent + MOST_STEP:
            return make(Wrapped, self.site, self.then, self.column + 1)
        if byte in (SPACE, NEWLINE) or self.column < self.site.indent:
            return None
        return self.through(byte, self.then)


__all__ = ["MOST_LEVELS", "After", "Level", "Operand", "Sum", "begun"]
