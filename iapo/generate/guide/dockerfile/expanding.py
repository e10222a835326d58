"""Words in which quotes are closed and `${...}` has a modifier that exists, byte by byte.

The grammar is that of BuildKit's `frontend/dockerfile/shell`, as `iapo.verify.dockerfile.words` reads
it. Quotes inside `${...}` are not written: where they end depends on who splits the line.
"""

from __future__ import annotations

from dataclasses import dataclass

from iapo.generate.guide.text import DIGITS, LETTERS

BLANK = frozenset(b" \t")
_MOST_NESTED = 3
_MODIFIERS = frozenset(b"+-?#%")
_QUOTES = frozenset(b"'\"")


@dataclass(frozen=True, slots=True)
class Expanding:
    """A place in a word.

    Attributes:
        open: what is open, the innermost last: a quote, `{` of a variable, `/` of a pattern in one.
        phase: `escape` and `$` after these, `brace` after `${`, `name` or `number` in the name
            there, `colon` and `replace` after these operators.
    """

    open: str = ""
    phase: str = ""

    @property
    def closed(self) -> bool:
        """Whether the word may end."""
        return not self.open and self.phase in ("", "$")

    @property
    def quoted(self) -> bool:
        """Whether a blank here is of the word."""
        return self.open[:1] in ("'", '"') or (not self.open and self.phase == "escape")

    def step(self, byte: int, escape: int, *, quotes: bool = True) -> Expanding | None:
        """The place after a byte. `quotes`: quotes and escapes may come."""
        phase, open = self.phase, self.open
        if phase == "escape":
            return Expanding(open)
        if phase == "$":
            if byte == ord("{"):
                return Expanding(open + "{", "brace") if len(open) < _MOST_NESTED else None
        elif phase in ("brace", "name", "number"):
            if byte in DIGITS or (byte in LETTERS and phase != "number"):
                named = "number" if byte in DIGITS else "name"
                return Expanding(open, named if phase == "brace" else phase)
            return None if phase == "brace" else self._operator(byte)
        elif phase == "colon":
            return Expanding(open) if byte in b"+-?" else None
        elif phase == "replace" and byte == ord("/"):
            return Expanding(open)  # the second of `//`, which replaces everywhere
        return self._plain(byte, escape, quotes)

    def _operator(self, byte: int) -> Expanding | None:
        if byte == ord("}"):
            return Expanding(self.open[:-1])
        if byte == ord(":"):
            return Expanding(self.open, "colon")
        if byte == ord("/"):
            return Expanding(self.open + "/", "replace")
        return Expanding(self.open) if byte in _MODIFIERS else None

    def _plain(self, byte: int, escape: int, quotes: bool) -> Expanding | None:
        open, top = self.open, self.open[-1:]
        if top == "'":
            return Expanding(open[:-1] if byte == ord("'") else open)
        if top == '"' and byte == ord('"'):
            return Expanding(open[:-1])
        if top in ("{", "/"):
            return self._inside(byte, escape)
        if byte == escape:
            return Expanding(open, "escape") if quotes else None
        if byte in _QUOTES and not top:
            return Expanding(open + chr(byte)) if quotes else None
        return Expanding(open, "$" if byte == ord("$") else "")

    def _inside(self, byte: int, escape: int) -> Expanding | None:
        open, top = self.open, self.open[-1]
        if byte == (ord("}") if top == "{" else ord("/")):
            return Expanding(open[:-1])
        if byte == escape or byte in _QUOTES or (byte in BLANK and open[0] != '"'):
            return None
        return Expanding(open, "$" if byte == ord("$") else "")


__all__ = ["BLANK", "Expanding"]
