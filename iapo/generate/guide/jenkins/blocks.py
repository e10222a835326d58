"""Groovy's statements: blocks of them, and what a statement begins and ends with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import OUT, Local, State
from iapo.generate.guide.jenkins.operands import CLOSING, NOTHING, STATEMENT
from iapo.generate.guide.jenkins.places import FIRST, Frame, Place, Word, spacing
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import LETTERS, NEWLINE, expect
from iapo.verify.jenkinsfile.tokens import KEYWORDS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

_OPERANDS = frozenset({"true", "false", "null", "new", "this", "super"})
SEMICOLON = ord(";")


class Block:
    """Statements in braces, or a whole file.

    Attributes:
        feeds: there may be line feeds.
        fresh: in a closure nothing is written yet, so its parameters may come.
        labels: keywords that begin a part of it, of a `switch`.
        file: it is a whole file.
        fenced: a fence must be closed behind the file.
        whole: the file may end.
        piped: there is a `pipeline` in the file.
    """

    __slots__ = ("feeds", "fenced", "file", "fresh", "g", "labels", "piped", "whole")

    def __init__(
        self,
        g: Jenkinsfile,
        feeds: bool,
        fresh: bool,
        labels: tuple[str, ...] = (),
        file: bool = False,
        fenced: bool = False,
        whole: bool = False,
        piped: bool = False,
    ) -> None:
        self.g, self.feeds, self.fresh, self.labels = g, feeds, fresh, labels
        self.file, self.fenced, self.whole, self.piped = file, fenced, whole, piped

    def begun(self, *, piped: bool = False) -> Block:
        """The same once a statement is written."""
        parts = (self.feeds, False, self.labels, self.file, self.fenced, self.file)
        return self.g.pool.make(Block, self.g, *parts, self.piped or piped)

    def inside(self, following: tuple[str, ...] = ()) -> State:
        """Before a statement."""
        return self.g.pool.make(Inside, self.g, self, following)

    def ended(self, following: tuple[str, ...] = ()) -> State:
        """After a statement."""
        return self.g.pool.make(Ended, self.g, self.begun(), following)


class Inside(Place):
    """Before a statement.

    Args:
        following: keywords that go on with the statement before.
    """

    __slots__ = ("block", "following")

    def __init__(self, g: Jenkinsfile, block: Block, following: tuple[str, ...]) -> None:
        super().__init__(g, spacing(block.feeds, named=following[:1] != ("!",)))
        self.block, self.following = block, following

    @property
    def final(self) -> bool:
        return self.block.whole and not self.block.fenced and self.following[:1] != ("!",)

    def begin(self, byte: int) -> State | None:
        g, block = self.g, self.block
        must = self.following[:1] == ("!",)
        if byte in LETTERS:
            if must:
                return g.keyword(block, self.following[1:], "").next(byte)
            return g.pool.make(Head, g, block, self.following, "", FIRST).next(byte)
        if must:
            return None
        if byte == SEMICOLON:
            return block.inside() if not self.following else self
        if byte == CLOSING:
            return None if block.file else OUT
        if block.file and byte in b"@`":
            return g.at_top(block, byte)
        if byte == ord("-") and block.fresh:
            return expect(g, b">", block.begun().inside())
        frame = g.pool.make(Simple, g, block.begun())
        return g.operand(frame, STATEMENT).next(byte) if byte in b"'\"[(!" else None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        if self.following[:1] == ("!",):
            return (b"catch (e) {}\n", b"default: break\n")
        return (b"```", b"node {}\n") if self.block.file else (b"}",)


class Ended(Place):
    """After a statement, in its line."""

    __slots__ = ("block", "following")

    def __init__(self, g: Jenkinsfile, block: Block, following: tuple[str, ...]) -> None:
        super().__init__(g, spacing(False))
        self.block, self.following = block, following

    @property
    def final(self) -> bool:
        return self.block.inside(self.following).final

    def begin(self, byte: int) -> State | None:
        if byte == NEWLINE:
            return self.block.inside(self.following) if self.block.feeds else None
        inside = self.block.inside(self.following)
        if byte in LETTERS and self.following:
            words = tuple(word for word in self.following if word != "!")
            return self.through(byte, self.g.keyword(self.block, words, ""))
        return self.through(byte, inside) if byte in b";}" else None


class Simple(Frame):
    """A statement that is an expression.

    Args:
        following: keywords that may go on with what it is the body of.
    """

    __slots__ = ("block", "following")

    def __init__(self, g: Jenkinsfile, block: Block, following: tuple[str, ...] = ()) -> None:
        super().__init__(g, feeds=block.feeds)
        self.block, self.following = block, following

    @property
    def final(self) -> bool:
        return self.block.begun().inside(self.following).final

    def over(self, byte: int) -> State | None:
        if byte == ord(",") and self.block.fresh:
            return self.g.pool.make(Parameters, self.g, self.block, False)
        if byte in b"\n;}":
            return self.block.ended(self.following).next(byte)
        return None

    def operated(self) -> Frame:
        if not self.block.fresh:
            return self
        return self.g.pool.make(Simple, self.g, self.block.begun(), self.following)

    def arrow(self, kind: str) -> State | None:
        if not self.block.fresh or kind != "name":
            return None
        return self.block.begun().inside()


class Parameters(Place):
    """In the parameters of a closure, after the first. `named`: after one, not before."""

    __slots__ = ("block", "named")

    def __init__(self, g: Jenkinsfile, block: Block, named: bool) -> None:
        super().__init__(g, spacing(block.feeds and not named, named=not named))
        self.block, self.named = block, named

    def begin(self, byte: int) -> State | None:
        g, make = self.g, self.g.pool.make
        if not self.named:
            return make(Parameter, g, self.block, "", FIRST).next(byte) if byte in LETTERS else None
        if byte == ord(","):
            return make(Parameters, g, self.block, False)
        return expect(g, b">", self.block.begun().inside()) if byte == ord("-") else None

    def slash(self) -> State | None:
        return None


class Parameter(Word):
    """In the name of a parameter of a closure."""

    __slots__ = ("block",)

    def __init__(self, g: Jenkinsfile, block: Block, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.block = block

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Parameter, self.g, self.block, "", local)

    def named(self, text: str, colon: bool) -> State | None:
        return self.g.pool.make(Parameters, self.g, self.block, True)


class FirstWord(Word):
    """In the first word of a statement. `following`: keywords that go on with the one before."""

    __slots__ = ("block", "following")

    def __init__(
        self, g: Jenkinsfile, block: Block, following: tuple[str, ...], begun: str, local: Local
    ) -> None:
        super().__init__(g, begun, local)
        self.block, self.following = block, following

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(type(self), self.g, self.block, self.following, begun, local)


class Head(FirstWord):
    """In the first word of a statement among others."""

    __slots__ = ()

    @property
    def final(self) -> bool:
        after = self.named(self.begun, False)
        return after is not None and after.final

    def named(self, text: str, colon: bool) -> State | None:
        g, block = self.g, self.block
        if text in self.following or text in g.statements or text in block.labels:
            return g.keyword(block, (text,), text)
        if text == "import" and block.file:
            return g.imported(block)
        if text == "pipeline":
            return g.pipeline(block) if block.file and not block.piped else None
        if text in KEYWORDS - _OPERANDS or "$" in text or colon:
            return None
        if text in _OPERANDS:
            frame = g.pool.make(Simple, g, block.begun())
            if text == "new":
                return g.created(frame)
            constant = text in ("true", "false", "null")
            return g.after(frame, "value" if constant else "name", NOTHING)
        return g.after(g.pool.make(Simple, g, block), "name", STATEMENT)


__all__ = ["SEMICOLON", "Block", "FirstWord", "Simple"]
