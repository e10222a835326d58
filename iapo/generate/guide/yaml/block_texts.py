"""Block scalars: the header, `|` or `>`, and the lines below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import NEWLINE, Remark, expect, many
from iapo.generate.guide.yaml.embedded import Watched, watched
from iapo.generate.guide.yaml.formed import Formed
from iapo.generate.guide.yaml.frames import Frame
from iapo.generate.guide.yaml.scalars import SPACE, Block, block
from iapo.generate.guide.yaml.shapes import Shape
from iapo.generate.guide.yaml.told import Told
from iapo.generate.guide.yaml.values import Text, marked

if TYPE_CHECKING:
    from iapo.generate.guide.yaml.language import Language

_SPACES = frozenset({SPACE})


class Header(State):
    """After the `|` or `>` of a block scalar."""

    __slots__ = ("chomped", "g", "shape", "top")

    def __init__(self, top: Frame, shape: Shape, chomped: bool) -> None:
        super().__init__()
        self.top, self.shape, self.chomped, self.g = top, shape, chomped, top.g

    def move(self, byte: int) -> State | None:
        make = self.g.pool.make
        if byte in b"+-":
            return None if self.chomped else make(Header, self.top, self.shape, True)
        if byte == SPACE:
            return many(self.g, _SPACES, make(HeaderEnd, self.g, self._lines))
        return self._lines if byte == NEWLINE else None

    @property
    def _lines(self) -> State:
        shape, embedded = self.shape, self.shape.embedded
        if not shape.text and embedded is not None:
            return embedded.lines(self.top)
        lines = block(self.top.indent + 1, 0, True)
        free = shape.pattern is not None and shape.pattern.blocks == "any"
        local = lines if free else marked(shape, lines)
        return self.g.pool.make(Lines, self.top, shape, local)


class HeaderEnd(State):
    """After the spaces behind a header: perhaps a comment."""

    __slots__ = ("g", "lines")

    def __init__(self, g: Language, lines: State) -> None:
        super().__init__()
        self.g, self.lines = g, lines

    def move(self, byte: int) -> State | None:
        if byte == ord("#"):
            return self.g.pool.make(Remark, self.g, expect(self.g, b"\n", self.lines))
        return self.lines if byte == NEWLINE else None


class Lines(Text):
    """The lines of a block scalar."""

    __slots__ = ()

    def parts(self) -> tuple[State, ...]:
        # Where a line begins it is of the scalar or not, and what is known of either holds for all places.
        local = self.local
        inner = local.inner if isinstance(local, Watched) else local
        if not isinstance(inner, Block) or not inner.doubtful:
            return ()
        inside: Local = inner.unending
        if isinstance(local, Watched):
            inside = watched(inside, local.seen, local.blank)
        own = self.g.pool.make(Lines, self.top, self.shape, inside)
        return own, self.g.line(self.top, inner.column)

    @property
    def final(self) -> bool:
        return not self.local.lead and self.top.done(True).final  # type: ignore[attr-defined]

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        found = tuple(super().ends(ledger))
        if self.local.lead:  # type: ignore[attr-defined]
            return found
        local = self.local
        while isinstance(local, Watched | Formed | Told):
            local = local.inner
        first = b"" if getattr(local, "column", -1) == 0 else b"\n"
        return (*(first + text for text in self.g.line(self.top, 0).ends(ledger)), *found)


__all__ = ["Header", "Lines"]
