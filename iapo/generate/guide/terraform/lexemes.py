"""The insides of HCL's free text: identifiers, quoted strings, heredocs, comments.

Positions here know nothing of what stands around them (`iapo.generate.guide.automaton.Local`).
Grammar: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

from iapo.generate.guide.automaton import Exit, Local
from iapo.generate.guide.text import DIGITS, HEX, LETTERS, NAME, NEWLINE, character

BLANK = frozenset(b" \t\r")
SPACE = BLANK | {NEWLINE}
QUOTE = ord('"')


class AnyName(Local):
    """An identifier of any letters.

    Args:
        before: what may stand before its first letter; None once that is written.
    """

    textual = True
    lasting = True

    def __init__(self, before: frozenset[int] | None) -> None:
        super().__init__()
        self.before = before

    def move(self, byte: int) -> Local | Exit | None:
        if self.before is None:
            return self if byte in NAME else Exit("end", consumed=False)
        if byte in self.before:
            return self
        return NAME_REST if byte in LETTERS else None


NAME_REST = AnyName(None)
NAME_FIRST = AnyName(frozenset())
NAME_AFTER_BLANK = AnyName(BLANK)
NAME_AFTER_SPACE = AnyName(SPACE)


class Names:
    """A set of names, in which one is found by its beginning. Compared by identity.

    Args:
        open: beginnings after which a name may go on in any way (`datadog_`).
        base: names that are nearly the same; what both say of a beginning is worked out once.
    """

    __slots__ = ("_base", "_differing", "_positions", "names", "open")

    def __init__(
        self, names: Iterable[str], open: tuple[str, ...] = (), base: Names | None = None
    ) -> None:
        self.names = tuple(sorted(names))
        self.open = open
        self._positions: dict[str, Local] = {}
        self._base = base
        self._differing = () if base is None else tuple({*self.names} ^ {*base.names})

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or not name:
            return False
        place = bisect_left(self.names, name)
        return self.names[place : place + 1] == (name,) or any(
            name.startswith(o) and len(name) > len(o) for o in self.open
        )

    def following(self, begun: str) -> frozenset[int]:
        """The bytes with which some name goes on."""
        if any(begun.startswith(o) for o in self.open):
            return NAME
        size = len(begun)
        after = {ord(o[size]) for o in self.open if o.startswith(begun)}
        for place in range(bisect_left(self.names, begun), len(self.names)):
            name = self.names[place]
            if not name.startswith(begun):
                break
            if len(name) > size:
                after.add(ord(name[size]))
        return frozenset(after)

    def position(self, begun: str) -> Local:
        """The position after the beginning of one of the names."""
        found = self._positions.get(begun)
        if found is None:
            base = self._base
            if base is None or any(name.startswith(begun) for name in self._differing):
                found = Words(self, begun)
            else:
                found = base.position(begun)
            self._positions[begun] = found
        return found


class Words(Local):
    """An identifier out of some names, its beginning written. Exit: ("name", the name)."""

    __slots__ = ("begun", "following", "names", "over")

    def __init__(self, names: Names, begun: str) -> None:
        super().__init__()
        self.names, self.begun = names, begun
        self.over = Exit(("name", begun), consumed=False) if begun in names else None
        self.following = names.following(begun)

    def next(self, byte: int) -> Local | Exit | None:
        if byte in self.moves:
            return self.moves[byte]
        if byte in self.following:
            found = self.moves[byte] = self.names.position(self.begun + chr(byte))
            return found
        return None if byte in NAME else self.over


class Spaced(Local):
    """Before an identifier out of some names: blanks, and perhaps line feeds."""

    __slots__ = ("before", "first", "names")

    def __init__(self, names: Names, newlines: bool) -> None:
        super().__init__()
        self.names = names
        self.before = SPACE if newlines else BLANK
        self.first = names.following("")

    def move(self, byte: int) -> Local | None:
        if byte in self.before:
            return self
        return self.names.position(chr(byte)) if byte in self.first else None


class Quote(Local):
    """Before a quoted identifier: blanks and the quote."""

    __slots__ = ("then",)

    def __init__(self, then: Local) -> None:
        super().__init__()
        self.then = then

    def move(self, byte: int) -> Local | None:
        if byte in BLANK:
            return self
        return self.then if byte == QUOTE else None


class QuoteAnyName(Quote):
    """Before a quoted identifier of any letters."""

    __slots__ = ()
    textual = True


QUOTE_ANY_NAME = QuoteAnyName(NAME_FIRST)


class Opening(Local):
    """Before an operand. Exits: the byte, of whatever is no space and no identifier."""

    def __init__(self, names: Names, newlines: bool) -> None:
        super().__init__()
        self.names, self.newlines = names, newlines
        self.first = names.following("")

    def move(self, byte: int) -> Local | Exit | None:
        if byte in BLANK or (byte == NEWLINE and self.newlines):
            return self
        if byte in LETTERS:
            return self.names.position(chr(byte)) if byte in self.first else None
        return Exit(byte) if byte < 0x80 else None


class Text(Local):
    """A quoted template. Exits: `close`, `value` (after `${`), `directive` (after `%{`).

    With `empty`, nothing has been written yet, and the exits say so: `close-empty`, `value-first`.
    """

    lasting = True

    def __init__(self, phase: str, empty: bool = False) -> None:
        super().__init__()
        self.phase, self.empty = phase, empty

    def move(self, byte: int) -> Local | Exit | None:
        char = chr(byte)
        if self.phase == "escape":
            if char in 'nrt"\\':
                return TEXT
            return {"u": _HEX[4], "U": _HEX[8]}.get(char)
        if self.phase in ("$", "%"):
            if char == "{":
                if self.phase == "%":
                    return Exit("directive")
                return Exit("value-first" if self.empty else "value")
            if char == self.phase:
                return _TWICE[char]
        elif self.phase in ("$$", "%%"):
            if char == "{":
                return TEXT
            if char == self.phase[0]:
                return self
        if char == '"':
            return Exit("close-empty" if self.empty and self.phase == "" else "close")
        if char == "\\":
            return _ESCAPE
        if char in "$%":
            return _ONCE_FIRST[char] if self.empty and self.phase == "" else _ONCE[char]
        return character(byte, TEXT)


class _Hex(Local):
    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def move(self, byte: int) -> Local | None:
        if byte not in HEX:
            return None
        return TEXT if self.left == 1 else _HEX[self.left - 1]


TEXT = Text("")
TEXT_EMPTY = Text("", empty=True)
_ESCAPE = Text("escape")
_ONCE = {c: Text(c) for c in "$%"}
_ONCE_FIRST = {c: Text(c, empty=True) for c in "$%"}
_TWICE = {c: Text(c * 2) for c in "$%"}
_HEX = {left: _Hex(left) for left in range(1, 9)}


class Heredoc(Local):
    """The lines of a heredoc. Exits: `end` before the line feed after the marker, and a template's.

    Args:
        matched: bytes of the marker written at the beginning of this line; -1 elsewhere in a line.
        mark: `$` or `%` where that was the last byte, twice where twice.
    """

    def __init__(self, marker: str, matched: int, mark: str) -> None:
        super().__init__()
        self.marker, self.matched, self.mark = marker, matched, mark

    def move(self, byte: int) -> Local | Exit | None:
        char = chr(byte)
        if char == "\n":
            if self.matched == len(self.marker):
                return Exit("end", consumed=False)
            return heredoc(self.marker, 0, "")
        if char == "{" and len(self.mark) == 1:
            return Exit("value" if self.mark == "$" else "directive")
        if char in "$%":
            return heredoc(self.marker, -1, char * 2 if self.mark[:1] == char else char)
        if self.matched in (0, len(self.marker)) and byte in BLANK:
            return self
        if 0 <= self.matched < len(self.marker) and self.marker[self.matched] == char:
            return heredoc(self.marker, self.matched + 1, "")
        if byte == 0x0D:
            return heredoc(self.marker, -1, "")
        return character(byte, heredoc(self.marker, -1, ""))


@lru_cache(maxsize=4096)
def heredoc(marker: str, matched: int, mark: str) -> Heredoc:
    """A position in a heredoc."""
    return Heredoc(marker, matched, mark)


class Number(Local):
    """A decimal number; its exponent has at most two digits. Exit: `end`."""

    __slots__ = ("phase",)

    def __init__(self, phase: str) -> None:
        super().__init__()
        self.phase = phase

    def move(self, byte: int) -> Local | Exit | None:
        char, phase = chr(byte), self.phase
        if byte in DIGITS:
            after = _AFTER_DIGIT[phase]
            return NUMBERS[after] if after else None
        if phase in ("e", "sign", "."):
            return NUMBERS["sign"] if phase == "e" and char in "+-" else None
        if char in "eE" and phase in ("whole", "fraction"):
            return NUMBERS["e"]
        if char == "." and phase == "whole":
            return NUMBERS["."]
        return None if byte in LETTERS else Exit("end", consumed=False)


_AFTER_DIGIT = {"whole": "whole", ".": "fraction", "fraction": "fraction", "e": "exponent",
                "sign": "exponent", "exponent": "full", "full": ""}  # fmt: skip
NUMBERS = {phase: Number(phase) for phase in _AFTER_DIGIT}
