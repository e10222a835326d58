"""The Markdown fence that an answer may stand in.

It is the answer's, not the code's: a model may begin with ```` ```yaml ```` and must then close it,
after which nothing more may come.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from iapo.generate.guide.automaton import Pool, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import NEWLINE, Done, expect

TICK = ord("`")


class Fenced(ABC):
    """A language whose code may stand in a fence.

    Attributes:
        pool: the states made so far.
        fences: what may stand behind the opening fence.
    """

    fences: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        self.pool = Pool()

    def start(self) -> State:
        """Before an answer."""
        return self.pool.make(Start, self)

    def forget(self) -> None:
        """Drop all that can be made again. What was made before stays usable."""
        self.pool.clear()

    @abstractmethod
    def code(self, fenced: bool) -> State:
        """Before the code."""


class Start(State):
    """Before everything: a fence or the code."""

    __slots__ = ("g",)

    def __init__(self, g: Fenced) -> None:
        super().__init__()
        self.g = g

    def move(self, byte: int) -> State | None:
        if byte == NEWLINE:
            return self
        if byte == TICK:
            return expect(self.g, b"``", self.g.pool.make(_Opening, self.g, ""))
        return self.through(byte, self.g.code(False))

    def handed(self) -> tuple[State, frozenset[int]] | None:
        return self.g.code(False), frozenset((NEWLINE, TICK))

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return self.g.code(False).ends(ledger)


class _Opening(State):
    """After the opening fence: perhaps a language, then the line's end."""

    __slots__ = ("begun", "g")

    def __init__(self, g: Fenced, begun: str) -> None:
        super().__init__()
        self.g, self.begun = g, begun

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if byte == NEWLINE:
            return self.g.code(True) if self.begun in ("", *self.g.fences) else None
        if any(word.startswith(text) for word in self.g.fences):
            return self.g.pool.make(_Opening, self.g, text)
        return None


def closing(g: Fenced) -> State:
    """After the first byte of the closing fence."""
    return expect(g, b"``", g.pool.make(Done, False))


__all__ = ["TICK", "Fenced", "Start", "closing"]
