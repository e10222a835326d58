"""A whole Jenkinsfile: what stands before and after a pipeline, and how the pieces hang together.

A file is Groovy. It holds one `pipeline { ... }`, or is a scripted pipeline and holds none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from iapo.generate.guide.automaton import Local, Pool, State
from iapo.generate.guide.fence import TICK, Start, closing
from iapo.generate.guide.jenkins import brackets, operands, operators
from iapo.generate.guide.jenkins.blocks import Block
from iapo.generate.guide.jenkins.calls import NONE, boolean
from iapo.generate.guide.jenkins.keywords import Keyword
from iapo.generate.guide.jenkins.kinds import PIPELINE
from iapo.generate.guide.jenkins.operands import NOTHING
from iapo.generate.guide.jenkins.places import FIRST, Frame, Place, Word, then
from iapo.generate.guide.jenkins.sections import opened
from iapo.generate.guide.jenkins.types import Created
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import DIGITS, LETTERS, NEWLINE, Remark, expect
from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.reader import PRIMITIVES


class Jenkinsfile:
    """The language."""

    fences: ClassVar[tuple[str, ...]] = ("groovy", "jenkinsfile", "Jenkinsfile", "jenkins")
    statements: ClassVar[frozenset[str]] = PRIMITIVES | frozenset(
        ("if", "while", "for", "switch", "try", "return", "throw", "break", "continue", "assert", "def",
         "final")
    )  # fmt: skip
    """Keywords with which a statement begins."""

    def __init__(self) -> None:
        self.pool = Pool()

    def start(self) -> State:
        """Before an answer."""
        return self.pool.make(Start, self)

    def forget(self) -> None:
        """Drop all that can be made again. What was made before stays usable."""
        self.pool.clear()

    def code(self, fenced: bool) -> State:
        """Before the first statement."""
        return self.pool.make(Top, self, self.pool.make(Block, self, None, True, False, fenced))

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
        return self.pool.make(Created, self, frame)

    def one_of(self, words: tuple[str, ...], after: State) -> State:
        """Before one of some words."""
        return self.pool.make(Words, self, words, after, "")

    def truth(self, after: State) -> State:
        """Before `true` or `false`."""
        return boolean(self, after)

    def called(self, frame: Frame, head: int, kind: str = "call") -> State:
        """After the opening parenthesis of a call. `kind`: what it is then."""
        after = self.after(frame, kind, head)
        parts = (frame.blocks, after, None, "", NONE, "")
        return self.pool.make(brackets.Call, self, frame, *parts).begin()

    def rotation(self, frame: Frame) -> State:
        """After `logRotator`, which passes over arguments that it does not know."""
        parts = (False, self.after(frame, "call", NOTHING), catalog.LOG_ROTATOR, "", NONE, "")
        arguments = self.pool.make(brackets.Call, self, frame, *parts)
        return then(self, "(", arguments.begin(), lines=False)

    def command(self, frame: Frame) -> State:
        """Before the arguments of a call without parentheses."""
        after = self.pool.make(Over, frame)
        parts = (frame.blocks, after, None, "", NONE, "")
        return self.pool.make(brackets.Command, self, frame, *parts).begin()

    def listed(self, frame: Frame) -> State:
        """After the bracket of a list or map."""
        after = self.after(frame, "value", NOTHING)
        inner = self.pool.make(brackets.Listed, self, frame, frame.blocks, after, "")
        return self.operand(inner, first=True)

    def indexed(self, frame: Frame, head: int) -> State:
        """After the bracket of an index."""
        return self.operand(
            self.pool.make(brackets.Indexed, self, frame, self.after(frame, "index", head))
        )

    def grouped(self, frame: Frame) -> State:
        """After a parenthesis that is no call's."""
        after = self.after(frame, "value", NOTHING)
        return self.operand(self.pool.make(brackets.Grouped, self, frame, after))

    def chosen(self, frame: Frame) -> State:
        """After the question mark of a choice."""
        return self.operand(self.pool.make(brackets.Chosen, self, frame), feeds=True)

    def closure(self, frame: Frame, head: int) -> State:
        """After the brace of a closure."""
        after = self.after(frame, "call", head)
        return self.pool.make(Block, self, after, frame.feeds, True).inside()

    def block(self, after: State) -> State:
        """After the brace of a section that holds Groovy."""
        return self.pool.make(Block, self, after, True, False).inside()

    def keyword(self, block: Block, words: tuple[str, ...], begun: str) -> State:
        """In one of some keywords."""
        return self.pool.make(Keyword, self, block, words, begun)

    def pipeline(self, block: Block) -> State:
        """After the word `pipeline`."""
        return opened(self, PIPELINE, block.begun(piped=True).ended())

    def imported(self, block: Block) -> State:
        """After the word `import`."""
        return self.pool.make(Imported, self, block, " ")

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
        ended = self.begun in self.words and byte not in LETTERS | DIGITS
        return self.through(byte, self.after) if ended else None


class Imported(State):
    """In the name of what is imported.

    Args:
        last: what was written last: a blank, a letter, a dot or a star.
    """

    __slots__ = ("block", "g", "last")

    def __init__(self, g: Jenkinsfile, block: Block, last: str) -> None:
        super().__init__()
        self.g, self.block, self.last = g, block, last

    def move(self, byte: int) -> State | None:
        last = self.last
        if byte in LETTERS or (byte in DIGITS and last == "a"):
            return self.g.pool.make(Imported, self.g, self.block, "a") if last != "*" else None
        if byte == ord(" ") and last == " ":
            return self
        if (byte == ord(".") and last == "a") or (byte == ord("*") and last == "."):
            return self.g.pool.make(Imported, self.g, self.block, chr(byte))
        ended = byte in (NEWLINE, ord(";")) and last in "a*"
        return self.through(byte, self.block.ended()) if ended else None


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
        super().__init__(g)
        self.block = block

    def begin(self, byte: int) -> State | None:
        g, inside = self.g, self.block.inside()
        if byte == ord("("):
            parts = (True, inside, None, "", NONE, "")
            return g.pool.make(brackets.Call, g, None, *parts).begin()
        return self.through(byte, inside)


__all__ = ["Jenkinsfile"]
