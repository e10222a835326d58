"""A whole Jenkinsfile: what stands before and after a pipeline, and how the pieces hang together.

A file is Groovy. It holds one `pipeline { ... }`, or is a scripted pipeline and holds none.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar

from iapo.generate.guide.automaton import Event, Lexeme, Local, State, nested
from iapo.generate.guide.fence import TICK, Fenced, closing
from iapo.generate.guide.jenkins import brackets, operands, operators
from iapo.generate.guide.jenkins.blocks import Block
from iapo.generate.guide.jenkins.calls import boolean
from iapo.generate.guide.jenkins.keywords import Keyword
from iapo.generate.guide.jenkins.kinds import PIPELINE
from iapo.generate.guide.jenkins.lexemes import DOTS, WORD
from iapo.generate.guide.jenkins.operands import NOTHING
from iapo.generate.guide.jenkins.places import FIRST, Frame, Place, Word, spacing, then
from iapo.generate.guide.jenkins.sections import opened
from iapo.generate.guide.jenkins.types import Type
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import Remark, expect
from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.reader import PRIMITIVES


class Jenkinsfile(Fenced):
    """The language."""

    fences: ClassVar[tuple[str, ...]] = ("groovy", "jenkinsfile", "Jenkinsfile", "jenkins")
    statements: ClassVar[frozenset[str]] = PRIMITIVES | frozenset(
        ("if", "while", "for", "switch", "try", "return", "throw", "break", "continue", "assert", "def",
         "final")
    )  # fmt: skip
    """Keywords with which a statement begins."""

    def code(self, fenced: bool) -> State:
        """Before the first statement."""
        return self.pool.make(Top, self, self.pool.make(Block, self, True, False, (), True, fenced))

    # What the pieces need of one another.

    def operand(
        self,
        frame: Frame,
        head: int = NOTHING,
        *,
        first: bool = False,
        feeds: bool = False,
        want: str = "",
    ) -> State:
        """Before an operand (see `operands.Operand`)."""
        return self.pool.make(operands.Operand, self, frame, head, first, feeds, want)

    def after(self, frame: Frame, kind: str, head: int) -> State:
        """After an operand."""
        return self.pool.make(operators.After, self, frame, kind, head)

    def dotted(self, frame: Frame, kind: str, head: int) -> State:
        """After the dot behind an operand."""
        return self.pool.make(operators.Dotted, self, frame, kind, head)

    def created(self, frame: Frame) -> State:
        """After `new`."""
        return self.pool.make(Type, self, frame, "new")

    def one_of(self, words: tuple[str, ...], after: State) -> State:
        """Before one of some words."""
        return self.pool.make(Words, self, words, after, "")

    def truth(self, after: State) -> State:
        """Before `true` or `false`."""
        return boolean(self, after)

    def nested(self, inner: State, outer: State) -> State:
        """In brackets, and what follows them."""
        return nested(self.pool, inner, outer)

    def called(self, frame: Frame, head: int, kind: str = "call") -> State:
        """After the opening parenthesis of a call. `kind`: what it is then."""
        call = self.pool.make(brackets.Call, self, frame.blocks, frame.feeds, None, "")
        return self.nested(call.begin(), self.after(frame, kind, head))

    def rotation(self, frame: Frame) -> State:
        """After `logRotator`, which passes over arguments that it does not know."""
        call = self.pool.make(brackets.Call, self, False, frame.feeds, catalog.LOG_ROTATOR, "")
        inner = self.nested(call.begin(), self.after(frame, "call", NOTHING))
        return then(self, "(", inner, lines=False)

    def command(self, frame: Frame) -> State:
        """Before the arguments of a call without parentheses."""
        after = self.pool.make(Over, frame)
        return self.pool.make(brackets.Command, self, frame, after, frame.blocks, None, "").begin()

    def listed(self, frame: Frame) -> State:
        """After the bracket of a list or map."""
        inner = self.pool.make(brackets.Listed, self, frame.blocks, frame.feeds)
        return self.nested(self.operand(inner, first=True), self.after(frame, "value", NOTHING))

    def indexed(self, frame: Frame, head: int) -> State:
        """After the bracket of an index."""
        inner = self.pool.make(brackets.Indexed, self, frame.blocks, frame.feeds)
        return self.nested(self.operand(inner), self.after(frame, "index", head))

    def grouped(self, frame: Frame) -> State:
        """After a parenthesis that is no call's."""
        inner = self.pool.make(brackets.Grouped, self, frame.blocks, frame.feeds)
        return self.nested(self.operand(inner), self.after(frame, "value", NOTHING))

    def chosen(self, frame: Frame) -> State:
        """After the question mark of a choice."""
        return self.operand(self.pool.make(brackets.Chosen, self, frame), feeds=True)

    def closure(self, frame: Frame, head: int) -> State:
        """After the brace of a closure."""
        inside = self.pool.make(Block, self, frame.feeds, True).inside()
        return self.nested(inside, self.after(frame, "call", head))

    def block(self, after: State, *, feeds: bool = True) -> State:
        """After the brace of what holds Groovy. `feeds`: there may be line feeds."""
        return self.nested(self.pool.make(Block, self, feeds, False).inside(), after)

    def keyword(self, block: Block, words: tuple[str, ...], begun: str) -> State:
        """In one of some keywords."""
        return self.pool.make(Keyword, self, block, words, begun)

    def pipeline(self, block: Block) -> State:
        """After the word `pipeline`."""
        return opened(self, PIPELINE, block.begun(piped=True).ended())

    def imported(self, block: Block) -> State:
        """After the word `import`."""
        return self.pool.make(Imported, self, block, DOTS[" "])

    def at_top(self, block: Block, byte: int) -> State | None:
        """After what begins only in a file: an annotation, the closing fence."""
        if byte == TICK:
            return closing(self) if block.fenced and block.whole else None
        return self.pool.make(Annotated, self, block, "", FIRST)


class Top(State):
    """Before a file: perhaps a line that names its interpreter."""

    __slots__ = ("block", "g")

    def __init__(self, g: Jenkinsfile, block: Block) -> None:
        super().__init__()
        self.g, self.block = g, block

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return self.block.inside().ends(ledger)

    def move(self, byte: int) -> State | None:
        inside = self.block.inside()
        if byte == ord("#"):
            return expect(self.g, b"!", self.g.pool.make(Remark, self.g, inside))
        return self.through(byte, inside)

    def handed(self) -> tuple[State, frozenset[int]] | None:
        return self.block.inside(), frozenset(b"#")


class Over(State):
    """What ends an expression, whatever stood in it."""

    __slots__ = ("frame",)

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame

    @property
    def final(self) -> bool:
        return self.frame.final

    def move(self, byte: int) -> State | None:
        return self.frame.over(byte)


class Words(State):
    """In one of some words."""

    __slots__ = ("after", "begun", "g", "words")

    def __init__(self, g: Jenkinsfile, words: tuple[str, ...], after: State, begun: str) -> None:
        super().__init__()
        self.g, self.words, self.after, self.begun = g, words, after, begun

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if any(word.startswith(text) for word in self.words):
            return self.g.pool.make(Words, self.g, self.words, self.after, text)
        ended = self.begun in self.words and byte not in WORD
        return self.through(byte, self.after) if ended else None

    def handed(self) -> tuple[State, frozenset[int]] | None:
        return (self.after, WORD) if self.begun in self.words else None


class Imported(Lexeme):
    """In the name of what is imported."""

    __slots__ = ("block", "g")

    def __init__(self, g: Jenkinsfile, block: Block, local: Local) -> None:
        super().__init__(local)
        self.g, self.block = g, block

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Imported, self.g, self.block, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        return self.block.ended(), None


class Annotated(Word):
    """In the name of an annotation."""

    __slots__ = ("block",)

    def __init__(self, g: Jenkinsfile, block: Block, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.block = block

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Annotated, self.g, self.block, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        return None if "$" in text else self.g.pool.make(Annotation, self.g, self.block)


class Annotation(Place):
    """After the name of an annotation: its arguments, or what it belongs to."""

    __slots__ = ("block",)

    def __init__(self, g: Jenkinsfile, block: Block) -> None:
        super().__init__(g, spacing(block.feeds, named=True))
        self.block = block

    def begin(self, byte: int) -> State | None:
        g, inside = self.g, self.block.inside()
        if byte == ord("("):
            return g.nested(g.pool.make(brackets.Call, g, True, True, None, "").begin(), inside)
        return self.through(byte, inside)


__all__ = ["Jenkinsfile"]
