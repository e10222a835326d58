"""Scalars of a form: plain, quoted and block texts of which it is known how they may go on.

A `Formed` position goes with one in a scalar (`scalars.py`), which knows where that ends, and with a place in
a form, which is told what the text says: quotes, escapes and indentation are no part of it. `patterns.py` makes
forms of regular expressions; those with more to them have their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from iapo.generate.guide.automaton import Exit, Local
from iapo.generate.guide.text import NEWLINE
from iapo.generate.guide.yaml.scalars import SPACE, Quoted

OTHER = "\xe9"
"""What stands for a character that is written as an escape and is none of those below."""
_ESCAPED = {'"': '"', "\\": "\\", "/": "/", " ": " ", "n": "\n", "t": "\t"}
_MOST_CHARACTERS = 64


class Place(Protocol):
    """How far a text has come; its characters are bytes of UTF-8. Equal places are interchangeable.

    Attributes:
        lasting: every text may have such a form, so what is known of it is worth keeping.
    """

    def __hash__(self) -> int: ...

    @property
    def lasting(self) -> bool: ...

    @property
    def whole(self) -> bool:
        """Whether the text may end here."""
        ...

    @property
    def shortest(self) -> str:
        """What ends it, in few characters."""
        ...

    def after(self, char: str) -> Place | None:
        """The place after a character; None where it may not come."""
        ...


class Form(Protocol):
    """What a text may be.

    Attributes:
        examples: some, the simplest first.
        blocks: what a block scalar may be: of the form, with line feeds for spaces (`formed`), anything at
            all (`any`), or nothing (`none`).
    """

    @property
    def start(self) -> Place:
        """Before the first character."""
        ...

    @property
    def examples(self) -> tuple[str, ...]: ...

    @property
    def blocks(self) -> str: ...


class Formed(Local):
    """A position in a scalar of a form. Exits: those of the scalar.

    Args:
        place: in the form, before the spaces at the end.
        spaced: behind them; None where nothing may come after a space.
    """

    def __init__(self, inner: Local, place: Place, spaced: Place | None) -> None:
        super().__init__()
        self.lasting = place.lasting  # type: ignore[misc]
        self.inner, self.place, self.spaced = inner, place, spaced

    @property
    def quote(self) -> str:
        """The quote that ends it; none for a plain one."""
        return self.inner.quote if isinstance(self.inner, Quoted) else ""

    @property
    def lead(self) -> bool:
        """Of a block scalar: whether it may not end yet."""
        return not self.place.whole or bool(getattr(self.inner, "lead", False))

    @property
    def rest(self) -> str:
        """What makes the text whole, as it is written here."""
        text = self.place.shortest
        if self.quote == "'":
            return text.replace("'", "''")
        if self.quote:
            return text.replace("\\", "\\\\").replace('"', '\\"')
        return text

    def move(self, byte: int) -> Local | Exit | None:
        found, inner = self.inner.next(byte), self.inner
        if found is None:
            return None
        if isinstance(found, Exit):
            # Numbers and nothing have no form: whether they may be there, their place knows.
            other = (
                isinstance(found.label, tuple)
                and found.label[0] == "plain"
                and found.label[1] != "str"
            )
            return found if self.place.whole or other else None
        assert isinstance(found, Local)
        if isinstance(inner, Quoted):
            return self._quoted(found, inner, byte)
        if byte in (SPACE, NEWLINE):
            if getattr(inner, "lead", False) or getattr(inner, "mark", "") in ("gap", "lead"):
                return _formed(found, self.place, self.place)
            return _formed(found, self.place, self.spaced and self.spaced.after(" "))
        return self._said(found, chr(byte))

    def _quoted(self, found: Local, inner: Quoted, byte: int) -> Local | None:
        char, place = chr(byte), self.place
        if inner.phase.startswith("hex"):
            return _formed(found, place, place)
        if inner.phase == "escape":
            return self._said(found, _ESCAPED.get(char, OTHER))
        if inner.phase == "" and char == inner.quote:
            # The end, or the first of two that stand for one.
            ends = place.whole or place.after("'") is not None
            return _formed(found, place, place) if ends else None
        if inner.quote == '"' and char == "\\":
            goes_on = any(place.after(c) is not None for c in (*_ESCAPED.values(), OTHER))
            return _formed(found, place, place) if goes_on else None
        return self._said(found, char)

    def _said(self, found: Local, char: str) -> Local | None:
        """After a character of the text."""
        place = None if self.spaced is None else self.spaced.after(char)
        return None if place is None else _formed(found, place, place)


@lru_cache(maxsize=8192)
def _formed(inner: Local, place: Place, spaced: Place | None) -> Formed:
    return Formed(inner, place, spaced)


def formed(inner: Local, form: Form) -> Formed:
    """Before a scalar of a form, or after its quote."""
    return _formed(inner, form.start, form.start)


@dataclass(frozen=True)
class Own:
    """A form whose places are its own (see `Form`)."""

    start: Place
    examples: tuple[str, ...]
    blocks: str = "none"


_PRINTED = [chr(n) for n in range(32, 127)]
_CLOSING = ")]}>/$abcdefghijklmnopqrstuvwxyz0123456789\"' "
_TRIED = (*_CLOSING, *(c for c in _PRINTED if c not in _CLOSING))


def fits(form: Form, text: str, whole: bool) -> bool:
    """Whether a text has the form, or begins one that has."""
    place: Place | None = form.start
    for char in text:
        place = None if place is None else place.after(char)
    return place is not None and (place.whole or not whole)


def chars(place: Place) -> list[str]:
    """Printable characters that may come."""
    return [char for char in _PRINTED if place.after(char) is not None]


def shortest(place: Place) -> str:
    """What ends a text of a form that has no short way of its own: what closes something is tried first."""
    if place.whole:
        return ""
    seen, trail, text = {place}, [iter(_after(place))], ""
    while trail:
        found = next(trail[-1], None)
        if found is None or len(text) > _MOST_CHARACTERS:
            trail.pop()
            text = text[:-1]
            continue
        char, after = found
        if after.whole:
            return text + char
        if after not in seen:
            seen.add(after)
            trail.append(iter(_after(after)))
            text += char
    return ""


def _after(place: Place) -> list[tuple[str, Place]]:
    """What may come next, and where that leads."""
    found = ((char, place.after(char)) for char in _TRIED)
    return [(char, after) for char, after in found if after is not None]


__all__ = [
    "OTHER",
    "Form",
    "Formed",
    "Own",
    "Place",
    "chars",
    "fits",
    "formed",
    "shortest",
]
