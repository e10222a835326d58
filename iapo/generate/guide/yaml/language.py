"""A whole YAML text: its documents, perhaps inside a Markdown fence."""

from __future__ import annotations

from typing import ClassVar

from iapo.generate.guide.automaton import State
from iapo.generate.guide.fence import TICK, Fenced, closing
from iapo.generate.guide.text import NEWLINE, Remark, expect
from iapo.generate.guide.yaml.block import Tail
from iapo.generate.guide.yaml.frames import Frame, Known
from iapo.generate.guide.yaml.lines import Line
from iapo.generate.guide.yaml.scalars import SPACE
from iapo.generate.guide.yaml.shapes import Shape

_MOST_PARTED = 3  # a model without an idea writes dashes for ever


class Language(Fenced):
    """YAML with a schema.

    Args:
        root: what a document is.
        old: of version 1.1, in which `on` is a truth value.
        several: there may be several documents.
        merges: mappings may be merged into others with the key `<<`.
        folds: plain texts may go on in further lines (`folded.py`).
        reference: what the first step of a `!reference [...]` names, and the others, if there are any.
    """

    fences: ClassVar[tuple[str, ...]] = ("yaml", "yml")

    def __init__(
        self,
        root: Shape,
        *,
        old: bool,
        several: bool,
        merges: bool,
        folds: bool = False,
        reference: tuple[Shape, Shape] | None = None,
    ) -> None:
        super().__init__()
        self.root, self.old, self.several, self.merges = root, old, several, merges
        self.folds, self.reference = folds, reference

    def line(self, top: Frame, column: int, pending: Shape | None = None) -> State:
        """At the beginning of a line, some spaces written; `pending`: the value that has yet to come."""
        return self.pool.make(Line, top, pending, column, False)

    def code(self, fenced: bool) -> State:
        """Before the first document."""
        text = self.pool.make(Text, self, fenced, False, 0, Known())
        return self.line(text, 0, self.root)

    def ended(self, text: Frame) -> bool:
        """Whether an answer may end, all that is open in the document being ready for it."""
        assert isinstance(text, Text)
        return text.begun and not text.fenced

    def outside(self, text: Frame, byte: int) -> State | None:
        """After the first byte of what stands between documents or behind them."""
        assert isinstance(text, Text)
        if byte == TICK and text.fenced and text.begun:
            return closing(self)
        more = text.parted < _MOST_PARTED and (self.several or not text.begun)
        if byte == ord(".") and text.begun and text.parted < _MOST_PARTED:
            ended = self.pool.make(Text, self, text.fenced, True, text.parted + 1, Known())
            return expect(self, b"..", self.pool.make(Tail, ended, False))
        if byte == ord("-") and more:
            return expect(self, b"--", self.pool.make(Parted, self, text, False))
        return None


class Text(Frame):
    """The whole text.

    Attributes:
        begun: there is a document.
        parted: lines of dashes, or of dots, since the last document.
    """

    __slots__ = ("begun", "fenced", "parted")

    def __init__(self, g: Language, fenced: bool, begun: bool, parted: int, known: Known) -> None:
        super().__init__(g, None, -1, known)
        self.fenced, self.begun, self.parted = fenced, begun, parted

    def done(self, spaced: bool) -> State:
        return self.g.pool.make(Tail, self.filled, spaced)

    @property
    def filled(self) -> Frame:
        return self.g.pool.make(Text, self.g, self.fenced, True, 0, self.known)

    def knowing(self, known: Known) -> Frame:
        return self.g.pool.make(Text, self.g, self.fenced, self.begun, self.parted, known)


class Parted(State):
    """After the dashes between documents."""

    __slots__ = ("g", "spaced", "text")

    def __init__(self, g: Language, text: Text, spaced: bool) -> None:
        super().__init__()
        self.g, self.text, self.spaced = g, text, spaced

    @property
    def final(self) -> bool:
        return self.g.ended(self.text)

    def move(self, byte: int) -> State | None:
        make, old = self.g.pool.make, self.text
        text = make(Text, self.g, old.fenced, old.begun, old.parted + 1, Known())
        line = self.g.line(text, 0, self.g.root)
        if byte == SPACE:
            return make(Parted, self.g, old, True)
        if byte == ord("#") and self.spaced:
            return make(Remark, self.g, line)
        return line if byte == NEWLINE else None


__all__ = ["Language"]
