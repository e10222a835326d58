"""The insides of Groovy's free text: names, numbers, strings, comments.

The lexical grammar is that of `iapo.verify.jenkinsfile.tokens` (https://groovy-lang.org/syntax.html).
"""

from __future__ import annotations

from functools import lru_cache

from iapo.generate.guide.automaton import Exit, Local
from iapo.generate.guide.text import DIGITS, HEX, LETTERS, NEWLINE, character

BLANK = frozenset(b" \t")
LINES = BLANK | {NEWLINE}
NAMED = LETTERS | DIGITS
WORD = LETTERS | DIGITS | {ord("$")}
_ESCAPES = frozenset(b"btnfr\"'\\$01234567")
_MOST_DIGITS = 9


class Letters(Local):
    """A name, in which a dollar is the first letter or none. Exits, before what is not of it: `colon` before a colon, else `end`.

    Args:
        begun: there is a letter.
    """

    textual = True
    lasting = True

    def __init__(self, begun: bool) -> None:
        super().__init__()
        self.begun = begun

    def move(self, byte: int) -> Local | Exit | None:
        if self.begun:
            if byte in NAMED:
                return self
            if byte == ord("$"):
                return None
            return Exit("colon" if byte == ord(":") else "end", consumed=False)
        return LATER if byte in LETTERS or byte == ord("$") else None


FIRST, LATER = Letters(False), Letters(True)


class Gap(Local):
    """Before a token that may be any name: blanks, and the name. Exit: the first byte of another token.

    Args:
        blanks: what are blanks.
        now: the name may begin here; else only behind a blank.
    """

    textual = True
    lasting = True

    def __init__(self, blanks: frozenset[int], now: bool) -> None:
        super().__init__()
        self.blanks, self.now = blanks, now

    def move(self, byte: int) -> Local | Exit | None:
        if byte in self.blanks:
            return gap(self.blanks)
        if byte in LETTERS:
            return LATER if self.now else None
        return Exit(byte)


@lru_cache(maxsize=8)
def gap(blanks: frozenset[int], now: bool = True) -> Gap:
    """Before a token that may be any name."""
    return Gap(blanks, now)


class Apart(Local):
    """Before a token out of few: no token is let through everywhere. Exits: `blank`, or the byte."""

    lasting = True

    def __init__(self, blanks: frozenset[int]) -> None:
        super().__init__()
        self.blanks = blanks

    def move(self, byte: int) -> Exit:
        return Exit("blank" if byte in self.blanks else byte)


@lru_cache(maxsize=4)
def apart(blanks: frozenset[int]) -> Apart:
    """Before a token out of few."""
    return Apart(blanks)


class Caught(Local):
    """What `catch` takes: types and a name. Exit: `close`, after its parenthesis. `some`: there is a letter."""

    lasting = True

    def __init__(self, some: bool) -> None:
        super().__init__()
        self.some = some

    def move(self, byte: int) -> Local | Exit | None:
        if byte == ord(")"):
            return Exit("close") if self.some else None
        return CAUGHT[self.some or byte in LETTERS] if byte in _CAUGHT else None


_CAUGHT = NAMED | frozenset(b" .|")
CAUGHT = (Caught(False), Caught(True))


class Dots(Local):
    """Names joined by dots (`import`), the last perhaps a star. Exit: `end`, before what is not of them.

    Args:
        last: what was written last: a blank, a letter, a dot or a star.
    """

    lasting = True

    def __init__(self, last: str) -> None:
        super().__init__()
        self.last = last

    def move(self, byte: int) -> Local | Exit | None:
        last = self.last
        if byte in LETTERS or (byte in DIGITS and last == "a"):
            return DOTS["a"] if last != "*" else None
        if byte == ord(" ") and last == " ":
            return self
        if (byte == ord(".") and last == "a") or (byte == ord("*") and last == "."):
            return DOTS[chr(byte)]
        return Exit("end", consumed=False) if last in "a*" else None


DOTS = {last: Dots(last) for last in " a.*"}


class Digits(Local):
    """A number. Exits: `end`, before what is not of it; `dot`, after a dot that may begin a fraction."""

    lasting = True

    def __init__(self, phase: str, left: int) -> None:
        super().__init__()
        self.phase, self.left = phase, left

    def move(self, byte: int) -> Local | Exit | None:
        if byte in DIGITS:
            return digits(self.phase, self.left - 1) if self.left and self.phase != "L" else None
        if byte == ord(".") and self.phase == "whole":
            return Exit("dot")
        if byte in b"LlGg" and self.phase == "whole":
            return digits("L", 0)
        return None if byte in WORD else Exit("end", consumed=False)


@lru_cache(maxsize=64)
def digits(phase: str, left: int = _MOST_DIGITS) -> Digits:
    """A position in a number. `left`: how many digits there may be."""
    return Digits(phase, left)


class Quoted(Local):
    """A string. Exits: `close`, after its end, or before what follows an empty one; ("open", the
    position after a `${...}`).

    Args:
        mark: how it is closed; at first, when only a quote is written, that.
        phase: `first` after the opening quote and `second` after one more, `escape`, `uN` in one, `$`
            after it, `'` and `''` after as many quotes; else "".
    """

    lasting = True

    def __init__(self, mark: str, phase: str) -> None:
        super().__init__()
        self.mark, self.phase = mark, phase

    def move(self, byte: int) -> Local | Exit | None:
        mark, phase, char = self.mark, self.phase, chr(byte)
        if phase == "first" and mark + char == "/=":
            return None  # an operator
        if phase == "first" and char == mark:
            return quoted(mark, "second")
        if phase == "second":
            return quoted(mark * 3, "") if char == mark else Exit("close", consumed=False)
        if phase == "escape" and mark == "/":
            return quoted(mark, "") if char == "/" else quoted(mark, "").next(byte)
        if phase == "escape":
            return self._escaped(byte)
        if phase[:1] == "u":
            left = int(phase[1]) - 1
            return quoted(mark, f"u{left}" if left else "") if byte in HEX else None
        if phase == "$":
            if char == "{":
                return Exit(("open", quoted(mark, "")))
            if byte not in LETTERS and mark[0] == '"':
                return None
        if char == mark[0] and mark != "/":
            return self._quote()
        if char == "/" and mark == "/":
            return Exit("close")
        if char == "\\":
            return quoted(mark, "escape")
        if char == "$" and mark[0] != "'":
            return quoted(mark, "$")
        if byte == NEWLINE:
            return quoted(mark, "") if len(mark) == 3 or mark == "/" else None
        return character(byte, quoted(mark, ""))

    def _quote(self) -> Local | Exit:
        if len(self.mark) == 1 or self.phase == "''":
            return Exit("close")
        return quoted(self.mark, "''" if self.phase == "'" else "'")

    def _escaped(self, byte: int) -> Local | None:
        mark = self.mark
        if byte == ord("u"):
            return quoted(mark, "u4")
        return quoted(mark, "") if byte in _ESCAPES or byte == NEWLINE else None


@lru_cache(maxsize=128)
def quoted(mark: str, phase: str) -> Quoted:
    """A position in a string."""
    return Quoted(mark, phase)


class Plain(Local):
    """A string on one line without variables, whose text matters. Exit: `close`, after its quote."""

    textual = True
    lasting = True

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = mark

    def move(self, byte: int) -> Local | Exit | None:
        if byte == ord(self.mark):
            return Exit("close")
        return None if byte in b"\\$" else character(byte, self)


PLAIN = {"'": Plain("'"), '"': Plain('"')}

__all__ = [
    "BLANK", "CAUGHT", "DOTS", "FIRST", "LATER", "LINES", "PLAIN", "WORD", "Digits", "Letters", "Quoted", "apart",
    "digits", "gap", "quoted",
]  # fmt: skip
