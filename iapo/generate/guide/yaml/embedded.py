"""Where another language begins inside a scalar, `${{`, and what is left of the scalar behind it.

Positions here know nothing of what stands around them, as those of `scalars.py`, which they go with.
"""

from __future__ import annotations

from functools import lru_cache

from iapo.generate.guide.automaton import Exit, Local
from iapo.generate.guide.text import NEWLINE
from iapo.generate.guide.yaml.scalars import SPACE

_OPENING = b"${{"
_BLANK = b" \n"


class Watched(Local):
    """A position in a free text that the opening is watched for; `seen`: bytes of it; `blank`: nothing stands
    before. Exits: those of the text, and ("embedded", (position in the text, blank)) after the opening."""

    lasting = True

    def __init__(self, inner: Local, seen: int, blank: bool) -> None:
        super().__init__()
        self.inner, self.seen, self.blank = inner, seen, blank

    @property
    def lead(self) -> bool:
        """Of a block scalar: whether nothing is written of it."""
        return bool(getattr(self.inner, "lead", False))

    def move(self, byte: int) -> Local | Exit | None:
        found = self.inner.next(byte)
        if not isinstance(found, Local):
            return found
        seen = self.seen + 1 if byte == _OPENING[self.seen] else int(byte == _OPENING[0])
        blank = self.blank and (byte in _BLANK or 0 < seen == self.seen + 1)
        if seen == len(_OPENING):
            return Exit(("embedded", (found, blank)))
        return watched(found, seen, blank)


@lru_cache(maxsize=4096)
def watched(inner: Local, seen: int = 0, blank: bool = True) -> Watched:
    """A position in a free text in which something may be embedded."""
    return Watched(inner, seen, blank)


class Blank(Local):
    """Nothing but empty lines. Exit: ("dedent", column), before the line that is not of the scalar.

    Args:
        indent: of the scalar's lines.
        column: spaces written; -1 in the line that something stands in.
    """

    lasting = True
    lead = False

    def __init__(self, indent: int, column: int) -> None:
        super().__init__()
        self.indent, self.column = indent, column

    def move(self, byte: int) -> Local | Exit | None:
        if byte == NEWLINE:
            return blank(self.indent, 0)
        if byte == SPACE:
            column = self.column + 1 if self.column >= 0 else -1
            return blank(self.indent, column) if column < self.indent else None
        return Exit(("dedent", self.column), consumed=False) if self.column >= 0 else None


@lru_cache(maxsize=1024)
def blank(indent: int, column: int) -> Blank:
    """After the last of a block scalar."""
    return Blank(indent, column)


__all__ = ["Blank", "Watched", "blank", "watched"]
