"""Keywords with which a statement begins or goes on, their conditions and bodies."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, ClassVar

from iapo.generate.guide.automaton import Event, Lexeme, Local, State
from iapo.generate.guide.jenkins.blocks import SEMICOLON, Block, FirstWord, Simple
from iapo.generate.guide.jenkins.brackets import Grouped
from iapo.generate.guide.jenkins.declared import Declared, Method
from iapo.generate.guide.jenkins.lexemes import CAUGHT, WORD
from iapo.generate.guide.jenkins.operands import STATEMENT, VALUE
from iapo.generate.guide.jenkins.places import FIRST, Frame, Place, Word, spacing, then
from iapo.generate.guide.text import LETTERS, NEWLINE
from iapo.verify.jenkinsfile.reader import PRIMITIVES
from iapo.verify.jenkinsfile.tokens import KEYWORDS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

_HANDLERS = ("catch", "finally")
_LABELS = ("case", "default")
_NAMELESS = frozenset(
    ("if", "while", "switch", "default", "for", "try", "finally", "catch", "break", "continue")
)
"""Keywords behind which no name comes."""


class Keyword(State):
    """In a keyword, of which there are some."""

    __slots__ = ("begun", "block", "g", "words")

    def __init__(self, g: Jenkinsfile, block: Block, words: tuple[str, ...], begun: str) -> None:
        super().__init__()
        self.g, self.block, self.words, self.begun = g, block, words, begun

    @property
    def final(self) -> bool:
        return self.begun in self.words and self._after.final

    @property
    def _after(self) -> State:
        return self.g.pool.make(AfterKeyword, self.g, self.block, self.begun)

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if any(word.startswith(text) for word in self.words):
            return self.g.pool.make(Keyword, self.g, self.block, self.words, text)
        if self.begun not in self.words or byte in WORD:
            return None
        return self.through(byte, self._after)

    def handed(self) -> tuple[State, frozenset[int]] | None:
        return (self._after, WORD) if self.begun in self.words else None


class AfterKeyword(Place):
    """After a keyword that begins a statement, or goes on with one."""

    __slots__ = ("block", "word")

    def __init__(self, g: Jenkinsfile, block: Block, word: str) -> None:
        lines = word in ("else", "try", "finally") and block.feeds
        super().__init__(g, spacing(lines, named=word not in _NAMELESS))
        self.block, self.word = block, word

    @property
    def final(self) -> bool:
        ends = self.word in ("return", "break", "continue")
        return ends and self.block.ended().final

    def slashed(self) -> State | None:
        frame = _BEFORE_OPERANDS.get(self.word)
        if frame is None:
            return None
        place = self.g.operand(self.g.pool.make(frame, self.g, self.block))
        return place.slashed() if isinstance(place, Place) else None

    def begin(self, byte: int) -> State | None:
        g, block, word = self.g, self.block, self.word
        make = g.pool.make
        simple = make(Simple, g, block)
        if word in ("break", "continue", "return") and byte in b"\n;}":
            return self.through(byte, block.ended())
        if word in ("break", "continue"):
            return None
        if word in ("return", "throw", "assert"):
            return self.through(byte, g.operand(simple)) if byte != NEWLINE else None
        if word in ("if", "while", "switch"):
            if byte != ord("("):
                return None
            after = body(g, block, ("else",) if word == "if" else ())
            return g.nested(
                g.operand(make(Grouped, g)), _cases(g, block) if word == "switch" else after
            )
        if word == "case":
            return self.through(byte, g.operand(make(Case, g, block)))
        if word == "default":
            return block.begun().inside() if byte == ord(":") else None
        if word == "for":
            return make(Loop, g, block, "", FIRST) if byte == ord("(") else None
        if word == "else":
            return self.through(byte, body(g, block, ()))
        if word in ("try", "finally"):
            following = ("!", *_HANDLERS) if word == "try" else ()
            return _braces(g, block, following) if byte == ord("{") else None
        if word == "catch":
            return make(Catch, g, block, CAUGHT[False]) if byte == ord("(") else None
        if byte == ord("(") and word == "def":
            value = g.operand(simple, VALUE, feeds=True)
            return make(Method, g, then(g, "=", value, lines=False), False, 0, True)
        if byte in LETTERS:  # def, final, int and their like
            form = "method" if word == "void" else ""
            return make(Declared, g, block, form, "", FIRST).next(byte)
        return None


def _braces(g: Jenkinsfile, block: Block, following: tuple[str, ...]) -> State:
    """After the opening brace of a body."""
    return g.block(block.ended(following), feeds=block.feeds)


def _cases(g: Jenkinsfile, block: Block) -> State:
    """Before the brace of a `switch`."""
    cases = g.pool.make(Block, g, block.feeds, False, _LABELS).inside(("!", *_LABELS))
    return then(g, "{", g.nested(cases, block.ended()), lines=block.feeds)


class Case(Frame):
    """What is compared, between `case` and its colon."""

    __slots__ = ("block",)

    def __init__(self, g: Jenkinsfile, block: Block) -> None:
        super().__init__(g, feeds=block.feeds)
        self.block = block

    def over(self, byte: int) -> State | None:
        return self.block.begun().inside() if byte == ord(":") else None


_BEFORE_OPERANDS: dict[str, type[Frame]] = {"case": Case, "return": Simple}


def body(g: Jenkinsfile, block: Block, following: tuple[str, ...]) -> State:
    """Before the body of a condition."""
    return g.pool.make(Body, g, block, following)


class Body(Place):
    """Before a body: statements in braces, or one."""

    __slots__ = ("block", "following")

    def __init__(self, g: Jenkinsfile, block: Block, following: tuple[str, ...]) -> None:
        super().__init__(g, spacing(block.feeds, named=True))
        self.block, self.following = block, following

    def begin(self, byte: int) -> State | None:
        g, block = self.g, self.block
        if byte == ord("{"):
            return _braces(g, block, self.following)
        if byte in LETTERS:
            return g.pool.make(Sole, g, block, self.following, "", FIRST).next(byte)
        return None


class Sole(FirstWord):
    """In the first word of a statement that is a body."""

    __slots__ = ()

    def named(self, text: str, colon: bool) -> State | None:
        g, block = self.g, self.block
        if text in ("return", "throw", "break", "continue", "if"):
            return g.keyword(block, (text,), text)
        if text in KEYWORDS - {"this", "super"} or "$" in text or colon:
            return None
        return g.after(g.pool.make(Simple, g, block, self.following), "name", STATEMENT)


class Catch(Lexeme):
    """In the parentheses of `catch`."""

    __slots__ = ("block", "g")

    def __init__(self, g: Jenkinsfile, block: Block, local: Local) -> None:
        super().__init__(local)
        self.g, self.block = g, block

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Catch, self.g, self.block, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        g, block = self.g, self.block
        handled = g.block(block.ended(_HANDLERS), feeds=block.feeds)
        return then(g, "{", handled, lines=block.feeds), None


class Loop(Word):
    """The first word in the parentheses of `for`."""

    __slots__ = ("block",)

    def __init__(self, g: Jenkinsfile, block: Block, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.block = block

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Loop, self.g, self.block, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        g = self.g
        frame, after = g.pool.make(Looped, g, 0), body(g, self.block, ())
        if text in PRIMITIVES or text in ("def", "final"):
            return g.nested(g.operand(frame, STATEMENT), after)
        if text in KEYWORDS or "$" in text:
            return None
        return g.nested(g.after(frame, "name", STATEMENT), after)


class Looped(Grouped):
    """The parentheses of `for`. `parts`: semicolons or colons that are written."""

    __slots__ = ("parts",)
    lines: ClassVar[bool] = True

    def __init__(self, g: Jenkinsfile, parts: int) -> None:
        super().__init__(g)
        self.parts = parts

    def over(self, byte: int) -> State | None:
        if byte in b";:" and self.parts < 2:
            parts = self.parts + (1 if byte == SEMICOLON else 2)
            return self.g.operand(self.g.pool.make(Looped, self.g, parts), STATEMENT)
        return super().over(byte)


__all__ = ["Keyword"]
