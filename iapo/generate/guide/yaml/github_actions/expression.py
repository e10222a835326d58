"""Expressions, `${{ }}` and the conditions of `if`: operands, operators, calls, and what they are of.

The language, the types and the names are those of `iapo/verify/github_actions`, by
https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions. A position
knows of what type the operand before it is, so that what is compared, called or shown fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import CLOSERS, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import DIGITS, LETTERS, NEWLINE, expect
from iapo.generate.guide.yaml.embedded import blank, watched
from iapo.generate.guide.yaml.frames import Frame, either
from iapo.generate.guide.yaml.github_actions.facts import context
from iapo.generate.guide.yaml.github_actions.sums import CONTAINERS, EMPTY, Level, Sum, indexed
from iapo.generate.guide.yaml.memory import Facts
from iapo.generate.guide.yaml.scalars import MOST_STEP, SPACE
from iapo.generate.guide.yaml.shapes import TEXT
from iapo.generate.guide.yaml.values import Lines, Text
from iapo.verify.github_actions.contexts import FUNCTIONS, SPECIAL_FUNCTIONS, Place
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
    pass

MOST_LEVELS = 8
_ORDER = ("<", "<=", ">", ">=")
_BARE = LETTERS | DIGITS | {ord("(")}
"""What a condition without braces and quotes may begin with: a plain scalar has no `!` or quote there."""


def _shown(kind: Type) -> bool:
    return kind is not NULL and not isinstance(kind, CONTAINERS)


WANTED: dict[str, Callable[[Type], bool]] = {
    "text": _shown,
    "any": lambda kind: True,
    "boolean": lambda kind: kind in (BOOL, ANY),
    "number": lambda kind: kind in (NUMBER, ANY),
    "object": lambda kind: kind is ANY or isinstance(kind, ObjectType),
    "array": lambda kind: kind is ANY or isinstance(kind, ArrayType),
    "label": lambda kind: kind in (STRING, ANY) or isinstance(kind, CONTAINERS),
}
"""What an expression must be of where it stands."""


class Expressions:
    """The expressions of a place (see `iapo.generate.guide.yaml.memory.Embedded`).

    Args:
        place: what may be used there.
        wanted: a key of `WANTED`, for expressions inside a text and for those that are a whole scalar.
        script: it becomes part of a program, in which no text of an outsider may stand.
        bare: they stand without braces, too.
        learn: what is known once a scalar is one.
    """

    def __init__(
        self,
        place: Place,
        wanted: str = "text",
        *,
        script: bool = False,
        bare: bool = False,
        learn: Callable[[Facts], Facts] | None = None,
    ) -> None:
        self.place, self.script, self.bare, self.learn = place, script, bare, learn
        self.wanted = WANTED[wanted]
        special = SPECIAL_FUNCTIONS - place.functions
        self.likely = (
            "${{ fromJSON(github.sha) }}",
            "${{ secrets.x }}",
            *(("always()",) if bare else ()),
        )
        self.functions = tuple(sorted(set(FUNCTIONS) - special))

    def inside(self, text: Text, local: Local) -> State | None:
        style, indent = "plain", -1
        if isinstance(text, Lines):
            style, indent = "block", local.indent  # type: ignore[attr-defined]
        elif getattr(local, "quote", ""):
            style = local.quote  # type: ignore[attr-defined]
        return _begun(text.g.pool.make(Site, self, text.top, text, local, style, indent, True))

    def whole(self, top: Frame, byte: int) -> State | None:
        make, style = top.g.pool.make, chr(byte) if byte in b"\"'" else "plain"
        if style == "plain" and top.flow:
            return None  # a brace would end it
        begin = make(Begin, self, top, style, -1)
        return begin if style != "plain" else begin.next(byte)

    def lines(self, top: Frame) -> State:
        return top.g.pool.make(Lead, self, top, 0)


class Site:
    """Where an expression is.

    Args:
        rule: of the place.
        top: what the scalar stands in.
        text: the free text around it, `local`: where that goes on; None where there is none.
        style: `plain`, `block` or the quote of the scalar.
        indent: of the lines of a block scalar.
        braces: whether braces end it.
    """

    def __init__(
        self,
        rule: Expressions,
        top: Frame,
        text: Text | None,
        local: Local | None,
        style: str,
        indent: int,
        braces: bool,
    ) -> None:
        self.rule, self.top, self.text, self.local = rule, top, text, local
        self.style, self.indent, self.braces, self.g = style, indent, braces, top.g

    def told(self, facts: Facts) -> Site:
        """The same, other facts being known."""
        return self.g.pool.make(
            Site, self.rule, self.top.told(facts), self.text, self.local, self.style, self.indent,
            self.braces,
        )  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """Contexts and functions that there are here."""
        facts = self.top.known.facts
        contexts = (n for n in sorted(self.rule.place.contexts) if context(n, facts) is not None)
        return (*contexts, *self.rule.functions)

    @property
    def after(self) -> State:
        """After the expression and its braces."""
        if self.text is not None and self.local is not None:
            kind, shape = type(self.text), self.text.shape
            return self.g.pool.make(kind, self.top, shape, watched(self.local))
        rule, top = self.rule, self.top
        if rule.learn is not None:
            top = top.told(rule.learn(top.known.facts))
        if self.style == "plain":
            return top.done(True)
        if self.style == "block":
            return self.g.pool.make(Lines, top, TEXT, blank(self.indent, -1))
        return expect(self.g, self.style.encode(), top.done(False))


class Begin(State):
    """Where a scalar begins that is one expression."""

    __slots__ = ("g", "indent", "rule", "style", "top")

    def __init__(self, rule: Expressions, top: Frame, style: str, indent: int) -> None:
        super().__init__()
        self.rule, self.top, self.style, self.indent, self.g = rule, top, style, indent, top.g

    def _site(self, braces: bool) -> Site:
        return self.g.pool.make(
            Site, self.rule, self.top, None, None, self.style, self.indent, braces
        )

    def move(self, byte: int) -> State | None:
        if byte == SPACE:
            return self if self.style in "\"'" else None
        if byte == ord("$"):
            return expect(self.g, b"{{", _begun(self._site(True)))
        if not self.rule.bare or (self.style == "plain" and byte not in _BARE):
            return None
        return _begun(self._site(False)).next(byte)


class Lead(State):
    """Before the first line of a block scalar that is one expression; `column`: spaces written."""

    __slots__ = ("column", "g", "rule", "top")

    def __init__(self, rule: Expressions, top: Frame, column: int) -> None:
        super().__init__()
        self.rule, self.top, self.column, self.g = rule, top, column, top.g

    def move(self, byte: int) -> State | None:
        make, least = self.g.pool.make, self.top.indent + 1
        if byte == SPACE:
            more = self.column < least + MOST_STEP
            return make(Lead, self.rule, self.top, self.column + 1) if more else None
        if self.column < least:
            return None
        return make(Begin, self.rule, self.top, "block", self.column).next(byte)


_OUTSIDE = Level(None, EMPTY, "", (), 0)


def _begun(site: Site) -> State:
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
        return (b"'x'", b"''x''", b"1", b"true", *CLOSERS)

    def move(self, byte: int) -> State | None:
        from iapo.generate.guide.yaml.github_actions.operands import Number, Word, literal

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


_MORE = (b", 'x'", b", ''x''", b" == 'x'", b" == ''x''", b" || 'x'", b" || ''x''", b".x", b".")


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
        return (b" }}", b")", b"]", b"\n", b"'", b'"', *_MORE, *CLOSERS)

    @property
    def final(self) -> bool:
        site = self.site
        whole = not site.braces and site.style in ("plain", "block")
        return whole and self._ended and site.after.final

    @property
    def _ended(self) -> bool:
        """Whether the expression may end here."""
        total = self.sum.total(self.kind) if self.level is _OUTSIDE else None
        return total is not None and self.site.rule.wanted(total)

    def move(self, byte: int) -> State | None:
        if byte == SPACE:
            return self.g.pool.make(
                After, self.site, self.level, self.sum, self.kind, self.path, True
            )
        if not self.site.braces and (found := self._over(byte)) is not None:
            return found
        if byte == NEWLINE:
            return self.wrapped(byte)
        if byte in b".[":
            return self._deeper(byte)
        if byte in b"),]":
            return self._closed(byte)
        if byte == ord("}") and self.site.braces and self._ended:
            return expect(self.g, b"}", self.site.after)
        value = self.sum.value(self.kind)
        return None if value is None else self._joined(byte, value)

    def _over(self, byte: int) -> State | None:
        """After the first byte of what ends an expression without braces."""
        site = self.site
        if not self._ended:
            return None
        if site.style == "plain":
            ends = byte == NEWLINE or (byte == ord("#") and self.spaced)
            return site.after.next(byte) if ends else None
        if site.style == "block":
            return either(self.g, site.after.next(byte), self.wrapped(byte))
        return site.after.next(byte)

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
            again = make(Level, level.up, level.outer, level.role, kinds, level.depth)
            return self.operand(again, EMPTY)
        found: Type | None = None
        if byte == ord("]") and level.role == "[":
            found = indexed(level.kinds[0], total)
        elif byte == ord(")") and level.role == "(":
            found = total
        elif byte == ord(")") and level.role in FUNCTIONS:
            kinds = (*level.kinds, total)
            if level.fits(kinds, whole=True):
                found = FUNCTIONS[level.role][0].returns
        if found is None:
            return None
        return make(After, self.site, level.up, level.outer, found, (), False)

    def _joined(self, byte: int, value: Type) -> State | None:
        """After the first byte of an operator."""
        g, level, sum, char = self.g, self.level, self.sum, chr(byte)
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


__all__ = ["MOST_LEVELS", "After", "Expressions", "Level", "Operand", "Site", "Sum"]
