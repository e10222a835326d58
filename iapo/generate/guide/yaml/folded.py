"""What goes on in further lines: plain texts, and comments aligned with the one in the line above.

YAML lets any line further in go on with a plain text. Here it must begin with an option (`--name`), as in
the long commands that people fold: what looks like a key or an item there is nearly always a mistake in
the indentation, and better not written. Where a text must come and the line after the key holds it, it
may begin with anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import Local, State
from iapo.generate.guide.text import NEWLINE, Remark
from iapo.generate.guide.yaml.frames import Frame, either
from iapo.generate.guide.yaml.scalars import SPACE, plain
from iapo.generate.guide.yaml.shapes import Shape

if TYPE_CHECKING:
    from iapo.generate.guide.yaml.language import Language

_MOST = 100  # spaces
_DASH = ord("-")


class Folding(State):
    """After a plain text that another line may go on with."""

    __slots__ = ("g", "shape", "top")

    def __init__(self, top: Frame, shape: Shape) -> None:
        super().__init__()
        self.top, self.shape, self.g = top, shape, top.g

    @property
    def final(self) -> bool:
        return self.top.done(True).final

    def move(self, byte: int) -> State | None:
        found = self.top.done(True).next(byte)
        if byte != NEWLINE:
            return found
        return either(
            self.g, found, self.g.pool.make(Further, self.top, self.shape, found, False, 0)
        )


class Further(State):
    """In a line that a plain text may go on in.

    Args:
        instead: what such a line is if it is not that; None where it must be.
        first: none of the text is written.
        column: spaces written.
    """

    __slots__ = ("column", "first", "g", "instead", "shape", "top")

    def __init__(
        self, top: Frame, shape: Shape, instead: State | None, first: bool, column: int
    ) -> None:
        super().__init__()
        self.top, self.shape, self.g = top, shape, top.g
        self.instead, self.first, self.column = instead, first, column

    def move(self, byte: int) -> State | None:
        make, top, shape = self.g.pool.make, self.top, self.shape
        if byte == SPACE:
            args = (top, shape, self.instead, self.first, self.column + 1)
            return make(Further, *args) if self.column < _MOST else None
        if byte == NEWLINE and self.first:
            return make(Further, top, shape, self.instead, True, 0)
        if self.column <= top.indent:
            return None
        if byte == ord("#"):
            if not self.first:
                return None if self.instead is None else noted(self.g, self.instead)
            again = make(Further, top, shape, self.instead, True, 0)
            then = either(self.g, self.instead, again)
            assert then is not None
            return make(Remark, self.g, then)
        if byte == _DASH and shape.pattern is None:
            return make(Begun, top, shape, plain("text", "dash", False, shape.strict, self.g.old))
        if not self.first or self.instead is not None or byte in b"\"'|>[{":
            return None
        return make(Begun, top, shape, plain("", "lead", False, shape.strict, self.g.old)).next(
            byte
        )


class Begun(State):
    """At the beginning of a text, or of what goes on with it."""

    __slots__ = ("local", "shape", "top")

    def __init__(self, top: Frame, shape: Shape, local: Local) -> None:
        super().__init__()
        self.top, self.shape, self.local = top, shape, local

    def move(self, byte: int) -> State | None:
        from iapo.generate.guide.yaml.values import Text, marked

        return self.top.g.pool.make(
            Text, self.top, self.shape, marked(self.shape, self.local)
        ).next(byte)


class Aligned(State):
    """In the line after a comment behind a value: a comment further in; `column`: spaces written."""

    __slots__ = ("column", "g", "line")

    def __init__(self, line: State, g: Language, column: int) -> None:
        super().__init__()
        self.line, self.g, self.column = line, g, column

    def move(self, byte: int) -> State | None:
        if byte == SPACE:
            more = self.column < _MOST
            return self.g.pool.make(Aligned, self.line, self.g, self.column + 1) if more else None
        if byte == NEWLINE:
            return self.g.pool.make(Aligned, self.line, self.g, 0)
        return noted(self.g, self.line) if byte == ord("#") and self.column else None


def noted(g: Language, line: State) -> State:
    """After the `#` of a comment behind a value, which comments in further lines may go on with."""
    then = either(g, line, g.pool.make(Aligned, line, g, 0))
    assert then is not None
    return g.pool.make(Remark, g, then)


__all__ = ["Folding", "Further", "noted"]
