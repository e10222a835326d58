"""Where expressions stand: `${{ }}` in a text or as a whole scalar, and the conditions of `if`.

What a place wants is said by its `Expressions`; a `Site` is one expression in it, and knows what comes after
it. Expressions themselves are in `expression.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import CLOSERS, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import DIGITS, LETTERS, expect
from iapo.generate.guide.yaml.block_texts import Lines
from iapo.generate.guide.yaml.embedded import blank
from iapo.generate.guide.yaml.github_actions.expression import begun
from iapo.generate.guide.yaml.github_actions.facts import context
from iapo.generate.guide.yaml.github_actions.sums import CONTAINERS
from iapo.generate.guide.yaml.memory import Facts
from iapo.generate.guide.yaml.scalars import MOST_STEP, SPACE
from iapo.generate.guide.yaml.shapes import TEXT
from iapo.generate.guide.yaml.values import Text
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
)

if TYPE_CHECKING:
    from iapo.generate.guide.yaml.frames import Frame

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
        learn: what is known once a scalar is one, which is of a type.
    """

    def __init__(
        self,
        place: Place,
        wanted: str = "text",
        *,
        script: bool = False,
        bare: bool = False,
        learn: Callable[[Facts, Type], Facts] | None = None,
    ) -> None:
        self.place, self.script, self.bare, self.learn = place, script, bare, learn
        self.wanted, self.use = WANTED[wanted], "shown" if wanted == "text" else wanted
        special = SPECIAL_FUNCTIONS - place.functions
        self.likely = (
            "${{ fromJSON(github.sha) }}",
            "${{ fromJSON('{}') }}",
            "${{ fromJSON('[]') }}",
            "${{ fromJSON('1') }}",
            "${{ secrets.x }}",
            *(("always()",) if bare else ()),
        )
        self.functions = tuple(sorted(set(FUNCTIONS) - special))

    def inside(self, text: Text, local: Local, begins: bool) -> State | None:
        style, indent = "plain", -1
        if isinstance(text, Lines):
            style, indent = "block", local.indent  # type: ignore[attr-defined]
        elif getattr(local, "quote", ""):
            style = local.quote  # type: ignore[attr-defined]
        make = text.g.pool.make
        return begun(make(Site, self, text.top, text, local, style, indent, True, begins))

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
        begins: it is the first of the scalar, so that it may be all of it.
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
        begins: bool,
    ) -> None:
        self.rule, self.top, self.text, self.local = rule, top, text, local
        self.style, self.indent, self.braces, self.g = style, indent, braces, top.g
        self.begins = begins

    def told(self, facts: Facts) -> Site:
        """The same, other facts being known."""
        return self.g.pool.make(
            Site, self.rule, self.top.told(facts), self.text, self.local, self.style, self.indent,
            self.braces, self.begins,
        )  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """Contexts and functions that there are here."""
        facts = self.top.known.facts
        contexts = (n for n in sorted(self.rule.place.contexts) if context(n, facts) is not None)
        return (*contexts, *self.rule.functions)

    @property
    def quote(self) -> str:
        """What begins and ends a text in the expression."""
        return "''" if self.style == "'" else "'"

    @property
    def over(self) -> str:
        """What ends the expression."""
        return " }}" if self.braces else self.style if self.style in "\"'" else "\n"

    def takes(self, kind: Type) -> bool:
        """Whether an expression of a type may stand here. Between other text it is shown."""
        return self.rule.wanted(kind) if self.begins else _shown(kind)

    def after(self, kind: Type) -> State:
        """After an expression of a type and its braces."""
        rule, top = self.rule, self.top
        if self.text is not None and self.local is not None:
            if _shown(kind):
                return self.text.resumed(top, self.local)
            if (heard := self.text.shape.heard) is not None:
                top = top.told(heard.scalar("${{ }}", top.known.facts) or top.known.facts)
        elif rule.learn is not None:
            top = top.told(rule.learn(top.known.facts, kind))
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
            Site, self.rule, self.top, None, None, self.style, self.indent, braces, True
        )

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (*(text.encode() for text in self.rule.likely), b"$", *CLOSERS)

    def move(self, byte: int) -> State | None:
        if byte == SPACE:
            return self if self.style in "\"'" else None
        if byte == ord("$"):
            return expect(self.g, b"{{", begun(self._site(True)))
        if not self.rule.bare or (self.style == "plain" and byte not in _BARE):
            return None
        return begun(self._site(False)).next(byte)


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


__all__ = ["Expressions", "Site"]
