"""Scalars of a form: plain and quoted texts of which a pattern knows how they may go on.

A `Formed` position goes with one in a plain or quoted scalar (`scalars.py`), which knows where that ends, and
with a place in a pattern. Escapes count as they are written. Block scalars are not looked into.
"""

from __future__ import annotations

from functools import lru_cache

from iapo.generate.guide.automaton import Exit, Local
from iapo.generate.guide.yaml.patterns import Pattern, Place
from iapo.generate.guide.yaml.scalars import SPACE, Plain, Quoted, plain, quoted


class Formed(Local):
    """A position in a plain or quoted scalar of a form. Exits: those of the scalar.

    Args:
        place: in the pattern, before the spaces at the end.
        spaced: behind them; None where nothing may come after a space.
    """

    def __init__(self, inner: Local, place: Place, spaced: Place | None) -> None:
        super().__init__()
        self.lasting = place.pattern.lasting  # type: ignore[misc]
        self.inner, self.place, self.spaced = inner, place, spaced

    @property
    def quote(self) -> str:
        """The quote that ends it; none for a plain one."""
        return self.inner.quote if isinstance(self.inner, Quoted) else ""

    def move(self, byte: int) -> Local | Exit | None:
        found, inner = self.inner.next(byte), self.inner
        if found is None:
            return None
        if isinstance(found, Exit):
            # Numbers and nothing have no form: whether they may be there, their place knows.
            other = isinstance(found.label, tuple) and found.label[1] != "str"
            return found if self.place.whole or other else None
        assert isinstance(found, Local)
        if isinstance(inner, Plain) and byte == SPACE:
            if inner.mark in ("gap", "lead"):
                return self._with(found, self.place, self.place)
            return self._with(found, self.place, self.spaced and self.spaced.after(" "))
        if isinstance(inner, Quoted) and chr(byte) == inner.quote and inner.phase == "":
            # The end, or the first of two that stand for one.
            ends = self.place.whole or self.place.after("'") is not None
            return self._with(found, self.place, self.place) if ends else None
        if self.spaced is None:
            return None
        place = self.spaced.after(chr(byte))
        return None if place is None else self._with(found, place, place)

    def _with(self, inner: Local, place: Place, spaced: Place | None) -> Local:
        return _formed(inner, place, spaced)


class Told(Formed):
    """The same where what is written matters. Exits: `close` after its quote, `end` before what ends it."""

    textual = True

    def _with(self, inner: Local, place: Place, spaced: Place | None) -> Local:
        return _told(inner, place, spaced)

    def move(self, byte: int) -> Local | Exit | None:
        found = super().move(byte)
        if not isinstance(found, Exit) or found.label == "close":
            return found
        return Exit("end", consumed=False) if found.label == ("plain", "str") else None


@lru_cache(maxsize=8192)
def _formed(inner: Local, place: Place, spaced: Place | None) -> Formed:
    return Formed(inner, place, spaced)


@lru_cache(maxsize=8192)
def _told(inner: Local, place: Place, spaced: Place | None) -> Told:
    return Told(inner, place, spaced)


def formed(inner: Local, pattern: Pattern) -> Formed:
    """Before a scalar of a form, or after its quote."""
    return _formed(inner, pattern.start, pattern.start)


def told(pattern: Pattern, quote: str, mark: str, flow: bool, *, old: bool) -> Formed:
    """The same where what is written matters. `old`: YAML 1.1, in which it may not begin like a number."""
    inner = quoted(quote) if quote else plain("", mark, flow, old, old)
    return _told(inner, pattern.start, pattern.start)


__all__ = ["Formed", "Told", "formed", "told"]
