"""Texts in expressions: in single quotes, and in those of the scalar they stand in.

The first argument of `format()` and `fromJSON()` says how the call goes on (`texts.py`), if it is a mere text.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache

from iapo.generate.guide.automaton import CLOSERS, Event, Exit, Lexeme, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import NEWLINE, character, expect
from iapo.generate.guide.yaml.github_actions.expression import After, Operand
from iapo.generate.guide.yaml.github_actions.sums import EMPTY, Level
from iapo.generate.guide.yaml.github_actions.texts import Json, Template
from iapo.generate.guide.yaml.scalars import SPACE
from iapo.verify.github_actions.types import STRING


class Quoted(Local):
    """A text in single quotes, in a scalar of a style. Exits: `close`, before what comes after it;
    `ended`, before what comes after the quote of the scalar, too.

    In a scalar in single quotes each of them is written twice, so that four of them are one in the text,
    two end it, and three end the scalar as well.
    """

    lasting = True

    def __init__(self, style: str, phase: str) -> None:
        super().__init__()
        self.style, self.phase = style, phase

    def move(self, byte: int) -> Local | Exit | None:
        style, phase, quote = self.style, self.phase, byte == ord("'")
        if style == "'" and phase.startswith("q"):
            if quote:
                return quoted(style, {"q": "qq", "qq": "qqq", "qqq": ""}[phase])
            return {"q": None, "qq": _CLOSE, "qqq": _ENDED}[phase]
        if phase == "q":
            return quoted(style, "") if quote else _CLOSE
        if quote:
            return quoted(style, "q")
        if byte in (NEWLINE, 0x09) or (style == '"' and byte in b'"\\'):
            return None
        if style == "plain":
            if (phase == "colon" and byte == SPACE) or (phase == "space" and byte == ord("#")):
                return None
            phase = {SPACE: "space", ord(":"): "colon"}.get(byte, "")
        return character(byte, quoted(style, phase))


_CLOSE, _ENDED = Exit("close", consumed=False), Exit("ended", consumed=False)


@lru_cache(maxsize=64)
def quoted(style: str, phase: str) -> Quoted:
    """A position in a text in quotes."""
    return Quoted(style, phase)


class Saying(Local):
    """A text in quotes that says something: how far it has come is `place`. Exits: those of the text."""

    textual = True

    def __init__(self, inner: Local, place: Template | Json) -> None:
        super().__init__()
        self.inner, self.place = inner, place

    @property
    def rest(self) -> bytes:
        """What makes it whole, and ends it."""
        doubled = isinstance(self.inner, Quoted) and self.inner.style == "'"
        quote = "''" if doubled else "'"
        return (self.place.shortest.replace("'", 2 * quote) + quote).encode()

    def move(self, byte: int) -> Local | Exit | None:
        found = self.inner.next(byte)
        if isinstance(found, Exit):
            return found if self.place.whole else None
        place = self.place if found is None else self._said(found, byte)
        return None if found is None or place is None else saying(found, place)

    def _said(self, found: Local, byte: int) -> Template | Json | None:
        """The place after a byte that stays in the text."""
        if isinstance(found, Quoted) and found.phase.startswith("q"):
            # What does not end the text must become a quote in it.
            ends = self.place.whole or self.place.after("'") is not None
            return self.place if ends else None
        return self.place.after(chr(byte))


@lru_cache(maxsize=4096)
def saying(inner: Local, place: Template | Json) -> Saying:
    """A position in a text that says something."""
    return Saying(inner, place)


class Literal(Lexeme):
    """A text in quotes. `raw`: what is written of it, if that says something."""

    __slots__ = ("before", "raw")

    def __init__(self, before: Operand, local: Local, raw: str = "") -> None:
        super().__init__(local)
        self.before, self.raw = before, raw

    @property
    def final(self) -> bool:
        found = self.next(NEWLINE)
        return found is not None and found.final

    def within(self, local: Local, byte: int) -> State:
        raw = self.raw + chr(byte) if local.textual else ""
        return self.before.g.pool.make(Literal, self.before, local, raw)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        at, make = self.before, self.before.g.pool.make
        level, raw = at.level, self.raw
        if isinstance(label, tuple):
            label, more = label
            raw += more.decode("latin-1")
        if isinstance(self.local, Saying):
            text = raw.rstrip("'").replace(2 * at.site.quote, "'")
            given = self.local.place.says(text)
            level = make(Level, level.up, level.outer, level.role, (), level.depth, given)
        after = make(After, at.site, level, at.sum, STRING, (), False)
        return (after if label == "close" else after.next(ord("'"))), None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        if isinstance(self.local, Saying) and not self.local.place.whole:
            return (self.local.rest, *CLOSERS)
        phase, quote = self._phase, self.before.site.quote.encode()
        if not phase:
            return (quote, *CLOSERS)
        if len(phase) < len(quote):
            return (b"'",)
        after, _ = self.leave("close" if len(phase) == len(quote) else "ended")
        return (*(after.ends(ledger) if after is not None else ()), b"'")

    @property
    def _phase(self) -> str:
        """The quotes that are written of its end."""
        local = self.local.inner if isinstance(self.local, Saying) else self.local
        return local.phase if isinstance(local, Quoted) and local.phase.startswith("q") else ""


_FORMS: dict[str, Template | Json] = {"format": Template(), "fromjson": Json()}


def literal(before: Operand) -> State:
    """After the first quote of a text."""
    style, level = before.site.style, before.level
    local: Local = quoted(style, "")
    if level.role in _FORMS and not level.kinds and before.sum == EMPTY:
        local = saying(local, _FORMS[level.role])
    found = before.g.pool.make(Literal, before, local, "")
    return expect(before.g, b"'", found) if style == "'" else found


__all__ = ["Literal", "Quoted", "Saying", "literal"]
