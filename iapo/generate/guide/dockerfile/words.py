"""What stands behind an instruction where it is words: paths, name=value, one text, one word."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from iapo.generate.guide.automaton import Exit
from iapo.generate.guide.dockerfile.expanding import BLANK, Expanding
from iapo.generate.guide.dockerfile.lines import Logical, end
from iapo.generate.guide.text import DIGITS, LETTERS, NAME, NEWLINE

_REMOTE = ("http://", "https://", "git@", "git://", "ssh://")
_LABEL = NAME | frozenset(b"./:")
_WORD = Expanding()


@dataclass(frozen=True, slots=True)
class Blanks:
    """Blanks between two pieces. Exit: ("on", whether there are any) or, at the line's end, `end`.

    Attributes:
        some: there are some.
        over: there is no second piece.
    """

    some: bool
    over: bool = False

    def step(self, byte: int, escape: int) -> Logical | Exit | None:
        if byte in BLANK:
            return Blanks(True, self.over)
        return end() if byte == NEWLINE else end(("on", self.some))


@dataclass(frozen=True, slots=True)
class Anything:
    """Any text. Exit: `end`."""

    over: ClassVar[bool] = False

    def step(self, byte: int, escape: int) -> Logical | Exit | None:
        return end() if byte == NEWLINE else self


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is left of the line, as one text with variables. Exit: `end`."""

    over: ClassVar[bool] = False
    word: Expanding = _WORD

    def step(self, byte: int, escape: int) -> Logical | Exit | None:
        if byte == NEWLINE:
            return end() if self.word.closed else None
        word = self.word.step(byte, escape)
        return None if word is None else Whole(word)


@dataclass(frozen=True, slots=True)
class One:
    """One word with variables. Exit: ("end", whether it is empty), before a blank or the line's end.

    Attributes:
        quotes: quotes and escapes may come.
        stops: what else ends it.
    """

    over: ClassVar[bool] = False
    quotes: bool
    stops: bytes = b""
    empty: bool = True
    word: Expanding = _WORD

    def step(self, byte: int, escape: int) -> Logical | Exit | None:
        ends = byte in BLANK and not self.word.quoted
        if ends or byte == NEWLINE or (byte in self.stops and self.word.closed):
            return end(("end", self.empty)) if self.word.closed else None
        word = self.word.step(byte, escape, quotes=self.quotes)
        quote = self.empty and byte in b"'\""
        return None if word is None else replace(self, word=word, empty=quote)


def remote(begun: str, byte: int) -> str | None:
    """What is written of an address, "" where it is none; None once it is one. At first `^`."""
    if not begun or byte in b"'\"":
        return begun
    text = begun.removeprefix("^") + chr(byte)
    if text in _REMOTE:
        return None
    return text if any(address.startswith(text) for address in _REMOTE) else ""


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths between blanks (COPY, ADD, VOLUME). Exit: `end`, ("heredoc", what follows its name, None).

    Blanks separate even in quotes here, so no path has any.

    Attributes:
        least, most: how many there must and may be.
        local: none may be an address.
        heredocs: a here-document may stand for any but the last.
        count: written so far, with this one.
        place: `gap` between two, `word`, `<` after the first of two, `after` a here-document.
        begun: see `remote`.
    """

    least: int
    most: int = 1_000
    local: bool = False
    heredocs: bool = False
    count: int = 0
    place: str = "gap"
    begun: str = "^"
    word: Expanding = _WORD

    @property
    def over(self) -> bool:
        return self.place == "gap" and self.count == self.most

    def step(self, byte: int, escape: int) -> Logical | Exit | None:
        closed = self.place != "<" and self.word.closed
        if byte == NEWLINE:
            return end() if closed and self.count >= self.least else None
        if byte in BLANK:
            return replace(self, place="gap", begun="^", word=_WORD) if closed else None
        if self.place == "<":
            if byte != ord("<"):
                return None
            least = max(self.least, self.count + 1)
            return Exit(("heredoc", replace(self, place="after", least=least), None))
        if byte == ord("<"):
            starts = self.place == "gap" and self.heredocs and self.count < self.most
            return replace(self, place="<", count=self._more) if starts else None
        if self.place == "after" or (self.place == "gap" and self.count == self.most):
            return None
        word = self.word.step(byte, escape)
        begun = remote(self.begun, byte) if self.local else ""
        if word is None or begun is None:
            return None
        count = self._more if self.place == "gap" else self.count
        return replace(self, place="word", count=count, word=word, begun=begun)

    @property
    def _more(self) -> int:
        # Beyond what matters they are not counted: what may follow is the same.
        return self.count + 1 if self.count < max(self.least, 2) or self.most < 3 else self.count


@dataclass(frozen=True, slots=True)
class Pairs:
    """name=value between blanks, or the old form `name value` (ENV, LABEL). Exit: `end`.

    Attributes:
        label: names are those of labels.
        first: no pair is written.
        place: `gap` between two, `name`, `quoted` in a name and `named` after it, `value`, `old`
            before the value of the old form.
    """

    over: ClassVar[bool] = False
    label: bool
    first: bool = True
    place: str = "gap"
    word: Expanding = _WORD

    def step(self, byte: int, escape: int) -> Logical | Exit | None:
        place = self.place
        if place == "value":
            return self._value(byte, escape)
        if byte == NEWLINE:
            return end() if place == "gap" and not self.first else None
        if byte in BLANK:
            if place in ("gap", "old"):
                return self
            old = place in ("name", "named") and self.first
            return replace(self, place="old") if old else None
        if place == "old":
            return Whole().step(byte, escape)
        if place == "gap":
            if byte == ord('"') and self.label:
                return replace(self, place="quoted")
            return replace(self, place="name") if byte in LETTERS else None
        if place == "quoted":
            if byte == ord('"'):
                return replace(self, place="named")
            return self if byte in _LABEL else None
        if byte == ord("="):
            return replace(self, place="value", word=_WORD)
        return self if place == "name" and byte in _LABEL else None

    def _value(self, byte: int, escape: int) -> Logical | Exit | None:
        word = self.word
        if byte == NEWLINE:
            return end() if word.closed else None
        if byte in BLANK and not word.quoted:
            return Pairs(self.label, first=False) if word.closed else None
        after = word.step(byte, escape)
        return None if after is None else replace(self, word=after)


VARIABLE = LETTERS | DIGITS
"""The letters of a variable's name."""

__all__ = ["VARIABLE", "Anything", "Blanks", "One", "Pairs", "Paths", "Whole", "remote"]
