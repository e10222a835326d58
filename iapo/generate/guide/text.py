"""Pieces of text that the guided languages share: characters, fixed bytes, comments, a fence's end.

A language that writes its comments with `Remark` (and calls `commenting` what else belongs to one, such
as the first slash of two) needs nothing else for them to be bounded (`iapo.generate.guide.idle`): that a
comment begins is told where its state is reached, and where comments are used up only what ends one is
let through. Blank lines and spaces are counted byte by byte, whatever the states.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Protocol

from iapo.generate.guide.automaton import CLOSERS, Event, Exit, Lexeme, Local, Pool, State
from iapo.generate.guide.ledger import Ledger

LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
DIGITS = frozenset(b"0123456789")
HEX = frozenset(b"0123456789abcdefABCDEF")
NAME = LETTERS | DIGITS | {ord("-")}
NEWLINE = ord("\n")


class Pooled(Protocol):
    """A language: it keeps the states that were made."""

    pool: Pool


class _Continuation(Local):
    """Inside a character of several bytes (RFC 3629): `left` more, then `then`."""

    def __init__(self, left: int, then: Local, low: int = 0x80, high: int = 0xBF) -> None:
        super().__init__()
        self.left, self.then, self.low, self.high = left, then, low, high

    def move(self, byte: int) -> Local | None:
        if not self.low <= byte <= self.high:
            return None
        return self.then if self.left == 1 else _continuation(self.left - 1, self.then)


@lru_cache(maxsize=4096)
def _continuation(left: int, then: Local, low: int = 0x80, high: int = 0xBF) -> Local:
    return _Continuation(left, then, low, high)


def character(byte: int, then: Local) -> Local | None:
    """The position after a byte of free text, control characters apart."""
    if 0x20 <= byte < 0x7F or byte == 0x09:
        return then
    if 0xC2 <= byte <= 0xDF:
        return _continuation(1, then)
    if 0xE0 <= byte <= 0xEF:
        low, high = {0xE0: (0xA0, 0xBF), 0xED: (0x80, 0x9F)}.get(byte, (0x80, 0xBF))
        return _continuation(2, then, low, high)
    if 0xF0 <= byte <= 0xF4:
        low, high = {0xF0: (0x90, 0xBF), 0xF4: (0x80, 0x8F)}.get(byte, (0x80, 0xBF))
        return _continuation(3, then, low, high)
    return None


def remark(byte: int, then: Local) -> Local | None:
    """The position after a byte of a comment, line feeds apart."""
    return then if byte == 0x0D else character(byte, then)


class Line(Local):
    """A comment up to its line's end. Exit: `end`, before the line feed."""

    lasting = True

    def move(self, byte: int) -> Local | Exit | None:
        return Exit("end", consumed=False) if byte == NEWLINE else remark(byte, self)


LINE = Line()


class Between(Local):
    """A comment between `/*` and `*/`. Exit: `end`."""

    lasting = True

    def __init__(self, star: bool = False) -> None:
        super().__init__()
        self.star = star

    def move(self, byte: int) -> Local | Exit | None:
        if self.star and byte == ord("/"):
            return Exit("end")
        if byte == ord("*"):
            return _BLOCK_STAR
        return BLOCK if byte == NEWLINE else remark(byte, BLOCK)


BLOCK = Between()
_BLOCK_STAR = Between(star=True)


class Remark(Lexeme):
    """A comment; what comes after it is as if it were not there."""

    __slots__ = ("g", "then")

    def __init__(self, g: Pooled, then: State, local: Local = LINE) -> None:
        super().__init__(local)
        self.g, self.then = g, then

    @property
    def commenting(self) -> bool:
        return True

    @property
    def final(self) -> bool:
        return self.local is LINE and self.then.final

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b"\n", b"*/", b"/", *CLOSERS)

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(type(self), self.g, self.then, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        return self.then, None


class Expect(State):
    """Fixed bytes, then something."""

    __slots__ = ("g", "text", "then")

    def __init__(self, g: Pooled, text: bytes, then: State) -> None:
        super().__init__()
        self.g, self.text, self.then = g, text, then

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (self.text,)

    def move(self, byte: int) -> State | None:
        if byte != self.text[0]:
            return None
        return expect(self.g, self.text[1:], self.then)


def expect(g: Pooled, text: bytes, then: State) -> State:
    """Before fixed bytes."""
    return g.pool.make(Expect, g, text, then) if text else then


class Many(State):
    """Any number of bytes out of some, then something else."""

    __slots__ = ("some", "then")

    def __init__(self, some: frozenset[int], then: State) -> None:
        super().__init__()
        self.some, self.then = some, then

    def move(self, byte: int) -> State | None:
        return self if byte in self.some else self.through(byte, self.then)


def many(g: Pooled, some: frozenset[int], then: State) -> State:
    """Before any number of bytes out of some."""
    return g.pool.make(Many, some, then)


class Done(State):
    """After the closing fence; `over`: and after a line feed behind it."""

    __slots__ = ("over",)

    def __init__(self, over: bool) -> None:
        super().__init__()
        self.over = over

    @property
    def final(self) -> bool:
        return True

    def move(self, byte: int) -> State | None:
        return Done(True) if byte == NEWLINE and not self.over else None


__all__ = [
    "BLOCK", "DIGITS", "HEX", "LETTERS", "LINE", "NAME", "NEWLINE", "Done", "Expect", "Line", "Many", "Pooled",
    "Remark", "character", "expect", "many", "remark",
]  # fmt: skip
