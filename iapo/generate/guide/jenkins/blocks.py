"""Groovy's statements: blocks of them, and what a statement begins and ends with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import Local, State
from iapo.generate.guide.jenkins.lexemes import WORD
from iapo.generate.guide.jenkins.operands import NOTHING, STATEMENT
from iapo.generate.guide.jenkins.places import FIRST, Frame, Place, Word
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import LETTERS, NEWLINE
from iapo.verify.jenkinsfile.tokens import KEYWORDS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

_OPERANDS = frozenset({"true", "false", "null", "new", "this", "super"})
SEMICOLON, CLOSING = ord(";"), ord("}")


class Block:
    """Statements in braces, or a whole file.

    Attributes:
        after: what follows the closing brace; None in a file.
        feeds: there may be line feeds.
        fresh: in a closure nothing is written yet, so its parameters may come.
        whole: of a file: it may end.
        piped: of a file: there is a `pipeline`.
        labels: keywords that begin a part of it, of a `switch`.
    """

    __slots__ = ("after", "feeds", "fenced", "fresh", "g", "labels", "piped", "whole")

    def __init__(
        self,
        g: Jenkinsfile,
        after: State | None,
        feeds: bool,
        fresh: bool,
        fenced: bool = False,
        whole: bool = False,
        piped: bool = False,
        labels: tuple[str, ...] = (),
    ) -> None:
        self.g, self.after, self.feeds, self.fresh = g, after, feeds, fresh
        self.fenced, self.whole, self.piped, self.labels = fenced, whole, piped, labels

    def begun(self, *, piped: bool = False) -> Block:
        """The same once a statement is written."""
        file = self.after is None
        parts = (self.after, self.feeds, False, self.fenced, file, self.piped or piped)
        return self.g.pool.make(Block, self.g, *parts, self.labels)

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
        super().__init__(g)
        self.block, self.following = block, following

    @property
    def lines(self) -> bool:
        return self.block.feeds

    @property
    def final(self) -> bool:
        must = bool(self.following) and self.following[0] == "!"
        return self.block.whole and not self.block.fenced and not must

    def begin(self, byte: int) -> State | None:
        g, block = self.g, self.block
        must = bool(self.following) and self.following[0] == "!"
        if byte in LETTERS:
            if must:
                return g.keyword(block, self.following[1:], "").next(byte)
            return g.pool.make(Head, g, block, self.following, "", FIRST).next(byte)
        if must:
            return None
        if byte == SEMICOLON:
            return block.inside() if not self.following else self
        if byte == CLOSING:
            return block.after
        if block.after is None and (byte in b"@`"):
            return g.at_top(block, byte)
        if byte == ord("-") and block.fresh:
            return g.pool.make(Parameters, g, block, ">")
        frame = g.pool.make(Simple, g, block.begun())
        return g.operand(frame, STATEMENT).next(byte) if byte in b"'\"[(!" else None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        if self.following[:1] == ("!",):
            return (b"catch (e) {}\n", b"default: break\n")
        return (b"```", b"node {}\n") if self.block.after is None else (b"}",)


class Ended(Place):
    """After a statement, in its line."""

    __slots__ = ("block", "following")

    def __init__(self, g: Jenkinsfile, block: Block, following: tuple[str, ...]) -> None:
        super().__init__(g)
        self.block, self.following = block, following

    @property
    def lines(self) -> bool:
        return False

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
        super().__init__(g, None, True)
        self.block, self.following = block, following

    @property
    def final(self) -> bool:
        return self.block.begun().inside(self.following).final

    @property
    def feeds(self) -> bool:
        return self.block.feeds

    def over(self, byte: int) -> State | None:
        if byte == ord(",") and self.block.fresh:
            return self.g.pool.make(Parameters, self.g, self.block, "")
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
    """In the parameters of a closure, after the first.

    Args:
        phase: "" before one, `word` in one, `gap` behind it, `>` before the second half of the arrow.
    """

    __slots__ = ("block", "phase")

    def __init__(self, g: Jenkinsfile, block: Block, phase: str) -> None:
        super().__init__(g)
        self.block, self.phase = block, phase

    @property
    def lines(self) -> bool:
        return self.block.feeds and self.phase == ""

    def _at(self, phase: str) -> State:
        return self.g.pool.make(Parameters, self.g, self.block, phase)

    @property
    def spaced(self) -> State:
        return self._at("gap") if self.phase == "word" else self

    def begin(self, byte: int) -> State | None:
        if self.phase == ">":
            return self.block.begun().inside() if byte == ord(">") else None
        if byte in LETTERS or (self.phase == "word" and byte in WORD):
            return self._at("word") if self.phase != "gap" else None
        if self.phase == "":
            return None
        if byte == ord(","):
            return self._at("")
        return self._at(">") if byte == ord("-") else None

    def move(self, byte: int) -> State | None:
        if self.phase == ">":
            return self.begin(byte)
        return None if byte == ord("/") else super().move(byte)


class Head(Word):
    """In the first word of a statement."""

    __slots__ = ("block", "following")

    def __init__(
        self, g: Jenkinsfile, block: Block, following: tuple[str, ...], begun: str, local: Local
    ) -> None:
        super().__init__(g, begun, local)
        self.block, self.following = block, following

    @property
    def final(self) -> bool:
        after = self.named(self.begun, False)
        return after is not None and after.final

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Head, self.g, self.block, self.following, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        g, block = self.g, self.block
        if text in self.following or text in g.statements or text in block.labels:
            return g.keyword(block, (text,), text)
        if text == "import" and block.after is None:
            return g.imported(block)
        if text == "pipeline":
            return g.pipeline(block) if block.after is None and not block.piped else None
        if text in KEYWORDS - _OPERANDS or "$" in text or colon:
            return None
        if text in _OPERANDS:
            frame = g.pool.make(Simple, g, block.begun())
            if text == "new":
                return g.created(frame)
            constant = text in ("true", "false", "null")
            return g.after(frame, "value" if constant else "name", NOTHING)
        return g.after(g.pool.make(Simple, g, block), "name", STATEMENT)


__all__ = ["SEMICOLON", "Block", "Simple"]
