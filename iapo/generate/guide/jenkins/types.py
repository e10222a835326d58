"""Names of types in Groovy's expressions: after `new`, `as` and `instanceof`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import Local, State
from iapo.generate.guide.jenkins.operands import NOTHING
from iapo.generate.guide.jenkins.places import FIRST, Frame, Place, Word, spacing
from iapo.generate.guide.text import LETTERS
from iapo.verify.jenkinsfile.reader import PRIMITIVES
from iapo.verify.jenkinsfile.tokens import KEYWORDS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile


class Type(Place):
    """Before the name of a type: of `new` an argument list follows.

    Args:
        after: `new`, or "" after `as`.
    """

    __slots__ = ("after", "frame")

    def __init__(self, g: Jenkinsfile, frame: Frame, after: str) -> None:
        super().__init__(g, spacing(False, named=True))
        self.frame, self.after = frame, after

    def begin(self, byte: int) -> State | None:
        word = self.g.pool.make(TypeName, self.g, self.frame, self.after, "", FIRST)
        return word.next(byte) if byte in LETTERS else None


class TypeName(Word):
    """In the name of a type."""

    __slots__ = ("after", "frame")

    def __init__(self, g: Jenkinsfile, frame: Frame, after: str, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.frame, self.after = frame, after

    @property
    def final(self) -> bool:
        return not self.after and self.named(self.begun, False) is not None and self.frame.final

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(TypeName, self.g, self.frame, self.after, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        if text in KEYWORDS - PRIMITIVES or "$" in text:
            return None
        return self.g.pool.make(Typed, self.g, self.frame, self.after)


class Typed(State):
    """After the name of a type."""

    __slots__ = ("after", "frame", "g")

    def __init__(self, g: Jenkinsfile, frame: Frame, after: str) -> None:
        super().__init__()
        self.g, self.frame, self.after = g, frame, after

    def move(self, byte: int) -> State | None:
        if byte == ord("."):
            return self.g.pool.make(Type, self.g, self.frame, self.after)
        if not self.after:
            return self.through(byte, self.g.after(self.frame, "type", NOTHING))
        # No closure follows: behind the arguments of `new` braces hold a class.
        return self.g.called(self.frame, NOTHING, "value") if byte == ord("(") else None


__all__ = ["Type"]
