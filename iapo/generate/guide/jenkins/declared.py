"""Declarations of variables and methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from iapo.generate.guide.automaton import Local, State
from iapo.generate.guide.jenkins.blocks import Block, Simple
from iapo.generate.guide.jenkins.operands import VALUE
from iapo.generate.guide.jenkins.places import FIRST, Frame, Place, Word, spacing, then
from iapo.generate.guide.text import LETTERS
from iapo.verify.jenkinsfile.tokens import KEYWORDS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile


class Declared(Word):
    """In a name that is declared. `form`: `typed` once its type is written, `method` where it is one."""

    __slots__ = ("block", "form")

    def __init__(self, g: Jenkinsfile, block: Block, form: str, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.block, self.form = block, form

    @property
    def final(self) -> bool:
        after = self.named(self.begun, False)
        return after is not None and after.final

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Declared, self.g, self.block, self.form, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        if text in KEYWORDS or "$" in text:
            return None
        return self.g.pool.make(AfterDeclared, self.g, self.block, self.form, False)


class AfterDeclared(Place):
    """After a declared name: its value, or a method's parameters and body.

    Args:
        form: see `Declared`.
        gap: there is a blank.
    """

    __slots__ = ("block", "form", "gap")

    def __init__(self, g: Jenkinsfile, block: Block, form: str, gap: bool) -> None:
        super().__init__(g, spacing(False, named=not form, now=gap))
        self.block, self.form, self.gap = block, form, gap

    @property
    def spaced(self) -> State:
        return self.g.pool.make(AfterDeclared, self.g, self.block, self.form, True)

    @property
    def final(self) -> bool:
        return self.form != "method" and self.block.ended().final

    def begin(self, byte: int) -> State | None:
        g, block = self.g, self.block
        if byte in LETTERS and self.gap and not self.form:
            return g.pool.make(Declared, g, block, "typed", "", FIRST).next(byte)
        if byte == ord("("):
            method = g.block(block.ended(), feeds=block.feeds)
            return g.pool.make(Method, g, then(g, "{", method, lines=block.feeds), True, 0, True)
        if self.form == "method":
            return None
        if byte == ord("="):
            return g.operand(g.pool.make(Simple, g, block), VALUE, feeds=True)
        return self.through(byte, block.ended()) if byte in b"\n;}" else None


class Method(Place):
    """In the parameters of a method.

    Args:
        after: what follows them.
        defaults: they may have values.
        words: of a parameter that are written: none, its type or name, both.
        first: there is no parameter yet.
    """

    __slots__ = ("after", "defaults", "first", "words")

    def __init__(
        self, g: Jenkinsfile, after: State, defaults: bool, words: int, first: bool
    ) -> None:
        super().__init__(g, spacing(words == 0, named=words < 2))
        self.after, self.defaults, self.words, self.first = after, defaults, words, first

    def at(self, words: int) -> Method:
        """The same with so many words of a parameter."""
        return self.g.pool.make(Method, self.g, self.after, self.defaults, words, False)

    def begin(self, byte: int) -> State | None:
        if byte in LETTERS:
            word = self.g.pool.make(Parameter, self.g, self, "", FIRST)
            return word.next(byte) if self.words < 2 else None
        if byte == ord(")"):
            return self.after if self.words or self.first else None
        if byte == ord(","):
            return self.at(0) if self.words else None
        if byte == ord("=") and self.defaults and self.words:
            return self.g.operand(self.g.pool.make(Default, self.g, self.at(2)))
        return None


class Parameter(Word):
    """In a word of a method's parameter."""

    __slots__ = ("method",)

    def __init__(self, g: Jenkinsfile, method: Method, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.method = method

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Parameter, self.g, self.method, "", local)

    def named(self, text: str, colon: bool) -> State | None:
        return self.method.at(self.method.words + 1)


class Default(Frame):
    """The value of a parameter for which none is given. `method`: what follows it."""

    __slots__ = ("method",)
    lines: ClassVar[bool] = True

    def __init__(self, g: Jenkinsfile, method: Method) -> None:
        super().__init__(g)
        self.method = method

    def over(self, byte: int) -> State | None:
        return self.method.begin(byte) if byte in b",)" else None


__all__ = ["Declared", "Method"]
