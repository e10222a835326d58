"""From lines to what they say: an escape at a line's end joins it to the next one.

BuildKit joins lines before it looks at what they say, so a line may go on anywhere, and comments and
empty lines may stand between. What the joined line says is a `Logical`, which knows nothing of that.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Protocol

from iapo.generate.guide.automaton import Exit, Local
from iapo.generate.guide.dockerfile.expanding import BLANK
from iapo.generate.guide.text import NEWLINE, character

SPACE = ord(" ")
OTHER = 0x80
"""Stands for any character beyond ASCII."""


class Logical(Protocol):
    """A place in a joined line. Hashable, and equal where the same may follow."""

    @property
    def over(self) -> bool:
        """Whether nothing but the line's end may come: then it cannot go on in the next line."""
        ...

    def __hash__(self) -> int: ...

    def step(self, byte: int, escape: int) -> Logical | Exit | None:
        """The place after a byte; a line feed is the joined line's end."""
        ...


class Physical(Local):
    """A place in a line.

    An exit that was due before bytes that are written already has the label ("first", byte, label):
    whatever comes then gets that byte first. A comment between two lines is an exit, too, ("remark",
    the place behind it).

    Args:
        text: what the joined line says so far.
        place: `escape` after that character and `gap` after blanks behind it, which may still end the
            line; `twice` after two of them, which do not. At the beginning of the next line: `line`,
            `blank` after blanks; `hollow` after an escape alone in its line; `empty` after a line with
            nothing in it, behind which no other comes, `bare` after blanks there, `only` after an
            escape there. `comment` behind one. Else "".
    """

    lasting = True

    @property
    def between(self) -> bool:
        """Whether this is the beginning of a line, in which nothing is said yet."""
        return self.place in ("line", "blank", "empty", "bare")

    def __init__(self, text: Logical, place: str, escape: int) -> None:
        super().__init__()
        self.text, self.place, self.escape = text, place, escape

    def move(self, byte: int) -> Local | Exit | None:
        place = self.place
        if place == "comment":
            return self._at("line") if byte == NEWLINE else None
        if self.between:
            return self._next_line(byte)
        if place in ("escape", "gap", "hollow", "only"):
            return self._escaped(byte)
        if byte == self.escape and place == "":
            return None if self.text.over else self._at("escape")
        return self._say(self.text, byte, "twice" if byte == self.escape else "")

    def _at(self, place: str) -> Local:
        return physical(self.text, place, self.escape)

    def _next_line(self, byte: int) -> Local | Exit | None:
        fresh = self.place in ("line", "blank")
        if byte in BLANK:
            return self._at("blank" if fresh else "bare")
        if byte == NEWLINE:
            return self._at("empty") if fresh else None
        if byte == ord("#"):
            return Exit(("remark", self._at("comment")))
        if self.place in ("line", "empty"):
            return self._on(self.text, byte, fresh)
        found = self.text.step(SPACE, self.escape)
        if isinstance(found, Exit):
            return Exit(("first", SPACE, found.label), consumed=False)
        return self._on(found, byte, fresh)

    def _on(self, text: Logical | None, byte: int, fresh: bool) -> Local | Exit | None:
        if text is not None and byte == self.escape and not text.over:
            literal = text.step(byte, byte)
            if not fresh and (literal is None or isinstance(literal, Exit)):
                return None  # it cannot end this line, and is nothing else here
            return physical(text, "hollow" if fresh else "only", self.escape)
        return self._say(text, byte, "")

    def _escaped(self, byte: int) -> Local | Exit | None:
        place = self.place
        if byte == NEWLINE:
            after = {"hollow": "empty", "only": ""}.get(place, "line")
            return self._at(after) if after else None
        if byte in BLANK:
            return self._at("gap") if place in ("escape", "gap") else None
        found = self.text.step(self.escape, self.escape)
        if isinstance(found, Exit):
            if place == "gap":
                return None
            return Exit(("first", self.escape, found.label), consumed=False)
        if found is not None and place == "gap":
            found = found.step(SPACE, self.escape)
            if isinstance(found, Exit):
                return Exit(("first", SPACE, found.label), consumed=False)
        return self._say(found, byte, "twice" if byte == self.escape else "")

    def _say(self, text: Logical | None, byte: int, place: str) -> Local | Exit | None:
        if text is None:
            return None
        found = text.step(min(byte, OTHER), self.escape)
        if found is None or isinstance(found, Exit):
            return found
        return character(byte, physical(found, place, self.escape))


@lru_cache(maxsize=16_384)
def physical(text: Logical, place: str, escape: int) -> Physical:
    """A place in a line."""
    return Physical(text, place, escape)


def end(label: Hashable = "end") -> Exit:
    """An exit before the byte that ends a piece."""
    return Exit(label, consumed=False)


__all__ = ["OTHER", "SPACE", "Logical", "Physical", "end", "physical"]
