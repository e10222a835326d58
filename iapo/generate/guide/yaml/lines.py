"""Where a line begins in a YAML text that is written by indentation.

A line's indentation says what it belongs to: the mapping or sequence whose keys or dashes stand in that
column. Those further in are closed by it, which they must be ready for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iapo.generate.guide.automaton import State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import NEWLINE
from iapo.generate.guide.yaml import closing
from iapo.generate.guide.yaml.block import Mapping, Sequence, begun_key, collection, free_parts
from iapo.generate.guide.yaml.flow import opened
from iapo.generate.guide.yaml.folded import noted
from iapo.generate.guide.yaml.frames import Frame, either, over
from iapo.generate.guide.yaml.keys import FreeKey, free_key
from iapo.generate.guide.yaml.scalars import MOST_STEP, SPACE
from iapo.generate.guide.yaml.shapes import Shape

_DASH = ord("-")


class Line(State):
    """At the beginning of a line.

    Args:
        pending: what the value is that has yet to be written; None where none has.
        column: spaces written.
        bare: but for free keys, which are another part.
    """

    __slots__ = ("bare", "column", "g", "pending", "top")

    def __init__(self, top: Frame, pending: Shape | None, column: int, bare: bool) -> None:
        super().__init__()
        self.top, self.pending, self.column, self.bare, self.g = (
            top, pending, column, bare, top.g,
        )  # fmt: skip

    @property
    def final(self) -> bool:
        whole = self.pending is None or self.pending.null or self.top.up is None
        return whole and over(self.top)

    def _frames(self) -> Iterator[Frame]:
        """What a line may go on with, from the inside out."""
        if self.pending is not None and not self.pending.null and self.top.up is not None:
            return
        here: Frame = self.top
        while here.up is not None:
            if here.more:
                yield here
            if not here.closable:
                return
            here = here.outer
        yield here

    def _most(self) -> int:
        """The furthest column in which something may stand."""
        if self.pending is not None and self.pending.nested:
            return self.top.indent + MOST_STEP if self.top.up is not None else 0
        return max((frame.indent for frame in (self.top, *self._frames())), default=-1)

    def parts(self) -> tuple[State, ...]:
        if self.bare:
            return ()
        found: list[State] = []
        make = self.g.pool.make
        for frame in self._frames():
            spaces = frame.indent - self.column
            if isinstance(frame, Mapping) and frame.fields.free and spaces >= 0:
                local = free_key(frame.fields, "", spaces, True, False)
                found.append(make(FreeKey, self.g, frame, "", self.column, local))
        if self.pending is not None and self.pending.nested:
            spaces = max(0, self.top.indent + 1 - self.column)
            column = self.column + spaces
            found += free_parts(self.top.filled, self.pending, column, "", spaces, False)
        if not found:
            return ()
        return make(Line, self.top, self.pending, self.column, True), *found

    def move(self, byte: int) -> State | None:
        top, pending, column, make = self.top, self.pending, self.column, self.g.pool.make
        if byte == SPACE:
            return (
                make(Line, top, pending, column + 1, self.bare) if column <= self._most() else None
            )
        if byte == NEWLINE:
            return make(Line, top, pending, 0, False)
        if byte == ord("#"):
            return noted(self.g, make(Line, top, pending, 0, False))
        begun = None
        if pending is not None and pending.nested:
            if column > top.indent:
                begun = self._nested(byte)
            elif byte == _DASH and column == top.indent and isinstance(top, Mapping):
                begun = collection(top, pending, column, byte, self.bare)
        return either(self.g, begun, self._resumed(byte))

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        out, pending = [], self.pending
        if pending is not None and pending.nested and (not pending.null or self.top.up is None):
            column = self.top.indent + 2 if self.top.up is not None else 0
            facts, fields = self.top.known.facts, pending.fields
            begun = [] if fields is None else closing.keys(fields, frozenset(), facts)
            begun += ["- "] if pending.each is not None else []
            out += [self._at(column) + text for text in begun]
        for frame in self._frames():
            if frame.up is None:
                out.append(self._at(0) + "```")
            elif isinstance(frame, Mapping) and not frame.closable:
                keys = closing.keys(frame.fields, frame.used, frame.known.facts)
                out += [self._at(frame.indent) + key for key in keys]
            elif not frame.closable:
                out.append(self._at(frame.indent) + "-")
        return [text.encode() for text in out]

    def _at(self, column: int) -> str:
        """What leads to a column, in this line or the next."""
        return " " * (column - self.column) if column >= self.column else "\n" + " " * column

    def _nested(self, byte: int) -> State | None:
        assert self.pending is not None
        if byte in b"[{":
            return opened(self.top.filled, self.pending, byte)
        return collection(self.top.filled, self.pending, self.column, byte, self.bare)

    def _resumed(self, byte: int) -> State | None:
        """After the first byte of what goes on with something that is open already."""
        found: list[State | None] = []
        for frame in self._frames():
            if frame.up is None:
                found.append(self.g.outside(frame, byte) if self.column == 0 else None)
            elif frame.indent != self.column:
                continue
            elif isinstance(frame, Sequence):
                found.append(frame.dashed() if byte == _DASH else None)
            elif isinstance(frame, Mapping) and byte != _DASH:
                begun = begun_key(frame, frame, frame.fields, frame.used, self.column, byte)
                apart = self.bare and frame.fields.free and byte not in b"\"'"
                found.append(None if apart else begun)
        return either(self.g, *found)


__all__ = ["Line"]
