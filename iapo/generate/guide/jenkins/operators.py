"""What comes after an operand of Groovy's expressions: operators, members, calls, or the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import Local, State
from iapo.generate.guide.jenkins.lexemes import LATER, WORD, digits, gap
from iapo.generate.guide.jenkins.operands import NOTHING, STATEMENT, VALUE, Name, Number, Operand
from iapo.generate.guide.jenkins.places import FIRST, Frame, Opening, Place, Word, spacing
from iapo.generate.guide.jenkins.types import Type
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import DIGITS, LETTERS, NEWLINE
from iapo.verify.jenkinsfile.tokens import KEYWORDS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

_BINARY = frozenset(
    ("+", "-", "*", "/", "%", "**", "==", "!=", "===", "!==", "<", ">", "<=", ">=", "<=>", "&&",
     "||", "&", "|", "^", "<<", ">>", ">>>", "=~", "==~", "?:")
)  # fmt: skip
_ASSIGNING = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "<<=", "|=", "&="))
_WORDS = ("in", "as", "instanceof")
_LESS = frozenset(b"<")
_MARKS = frozenset(b"+-*/%=!<>&|^?.:~")
_ASSIGNED = frozenset({"="})
_NAMED = frozenset({"name", "property", "keyword"})
_CALLED = _NAMED | {"call"}


class After(Place):
    """After an operand.

    Args:
        kind: of it: `name`, `property`, `keyword` for one that is such a word, `call`, `index`, `text`, `type`, `value`.
        gap: there is a blank behind it.
    """

    __slots__ = ("frame", "gap", "head", "kind")

    def __init__(
        self, g: Jenkinsfile, frame: Frame, kind: str, head: int, gap: bool = False
    ) -> None:
        # Whatever word follows is an argument, or must be an operator.
        named = head != NOTHING and kind in _NAMED and not frame.sole
        super().__init__(g, spacing(frame.lines, named=named, now=gap))
        self.frame, self.kind, self.head, self.gap = frame, kind, head, gap

    @property
    def final(self) -> bool:
        return self.frame.final

    @property
    def spaced(self) -> State:
        return self.g.pool.make(After, self.g, self.frame, self.kind, self.head, True)

    def slashed(self) -> State | None:
        if self.frame.sole or self.frame.calls or self.kind == "keyword":
            return None
        return self.g.pool.make(Operator, self.g, self.frame, self.kind, self.head, "/")

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        needed = [f", {name}: ".encode() for name in self.frame.needed]
        return (b"}", b")", b"]", b"\n", b":", *needed, b"()", b".x")

    @property
    def _heads(self) -> bool:
        """Whether arguments may follow without parentheses."""
        return self.gap and self.head != NOTHING and self.kind in _NAMED

    def begin(self, byte: int) -> State | None:
        g, frame, kind, head = self.g, self.frame, self.kind, self.head
        make = g.pool.make
        if frame.calls and kind != "call" and byte not in b".([":
            argument = byte in LETTERS or byte in DIGITS or byte in b"'\""
            if not (self._heads and argument):
                return None
        if kind == "type" and byte in b".?*<\n":
            # All but the line's end would go on with the type.
            return frame.over(byte) if byte == NEWLINE and frame.feeds else None
        if byte == NEWLINE:
            other = frame.over(NEWLINE) if frame.feeds else None
            return make(Fed, g, frame, head, other) if isinstance(other, Place) else None
        over = frame.over(byte)
        if over is not None or frame.sole:
            return over
        rest = frame.operated()
        if frame.calls and kind == "call" and byte not in b".([{":
            return None
        if byte == ord("."):
            return make(Dotted, g, frame, kind, head)
        if byte == ord("(") and kind in _CALLED | {"index"}:
            # Two names, arguments and a brace would be a method.
            typed = frame.declares is not None and kind == "name"
            return g.called(rest, head, "value" if typed else "call")
        if byte == ord("[") and kind in _CALLED | {"index"}:
            return g.indexed(rest, head)
        if byte == ord("{") and kind in _CALLED and frame.blocks:
            return g.closure(rest, head)
        if byte in LETTERS and self.gap:
            if self._heads:
                return make(Follower, g, frame, "", FIRST).next(byte)
            return make(Infix, g, rest, "").next(byte)
        if self._heads and (byte in DIGITS or byte in b"'\""):
            return g.command(frame).next(byte)
        if byte in b"+-*%=!<>&|^?":
            return make(Operator, g, frame, kind, head, "").next(byte)
        return None


class Fed(Place):
    """After an operand and a line feed: its members may follow, or something else altogether."""

    __slots__ = ("frame", "head", "other")

    def __init__(self, g: Jenkinsfile, frame: Frame, head: int, other: Place) -> None:
        super().__init__(g, other.local)
        self.frame, self.head, self.other = frame, head, other

    @property
    def final(self) -> bool:
        return self.frame.final

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return self.other.ends(ledger)

    def begin(self, byte: int) -> State | None:
        if byte == ord(".") and not self.frame.sole:
            return self.g.dotted(self.frame, "fed", self.head)
        return self.other.begin(byte)


class Infix(State):
    """In a word after an operand that must be an operator."""

    __slots__ = ("begun", "frame", "g")

    def __init__(self, g: Jenkinsfile, frame: Frame, begun: str) -> None:
        super().__init__()
        self.g, self.frame, self.begun = g, frame, begun

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if any(word.startswith(text) for word in _WORDS):
            return self.g.pool.make(Infix, self.g, self.frame, text)
        if self.begun not in _WORDS or byte in WORD:
            return None
        return self.through(byte, _operated(self.g, self.frame, self.begun))

    def handed(self) -> tuple[State, frozenset[int]] | None:
        whole = self.begun in _WORDS
        return (_operated(self.g, self.frame, self.begun), WORD) if whole else None


class Follower(Word):
    """In a word after an operand: an operator, or the first argument of a call without parentheses."""

    __slots__ = ("frame",)

    def __init__(self, g: Jenkinsfile, frame: Frame, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.frame = frame

    @property
    def final(self) -> bool:
        after = self.named(self.begun, False)
        return after is not None and after.final

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Follower, self.g, self.frame, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        g = self.g
        if text in _WORDS:
            return None if self.frame.calls else _operated(g, self.frame.operated(), text)
        command = g.command(self.frame)
        assert isinstance(command, Operand)
        parts = (command.frame, command.head, True, command.want, text, LATER)
        return g.pool.make(Name, g, *parts).named(text, colon)


def _operated(g: Jenkinsfile, frame: Frame, word: str) -> State:
    """After an operator that is a word."""
    return g.operand(frame, feeds=True) if word == "in" else g.pool.make(Type, g, frame, "")


class Dotted(Opening):
    """After the dot behind an operand: a member, or the second dot of a range; or a fraction."""

    __slots__ = ("frame", "head", "kind")

    def __init__(self, g: Jenkinsfile, frame: Frame, kind: str, head: int) -> None:
        super().__init__(g, gap(frozenset(), not frame.sole))
        self.frame, self.kind, self.head = frame, kind, head

    def begin(self, byte: int) -> State | None:
        g, make = self.g, self.g.pool.make
        if byte in LETTERS and not self.frame.sole:
            return make(Member, g, self.frame.operated(), self.head, "", FIRST).next(byte)
        if self.kind == "number" and byte in DIGITS:
            return make(Number, g, self.frame, digits("fraction")).next(byte)
        if byte == ord(".") and self.kind != "fed" and not self.frame.sole:
            return make(Ranged, g, self.frame.operated())
        return None


class Ranged(State):
    """After the two dots of a range."""

    __slots__ = ("frame", "g")

    def __init__(self, g: Jenkinsfile, frame: Frame) -> None:
        super().__init__()
        self.g, self.frame = g, frame

    def move(self, byte: int) -> State | None:
        operand = self.g.operand(self.frame)
        return operand if byte == ord("<") else self.through(byte, operand)

    def handed(self) -> tuple[State, frozenset[int]] | None:
        return self.g.operand(self.frame), _LESS


class Member(Word):
    """In the name of a member."""

    __slots__ = ("frame", "head")

    def __init__(self, g: Jenkinsfile, frame: Frame, head: int, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.frame, self.head = frame, head

    @property
    def final(self) -> bool:
        return self.frame.final

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Member, self.g, self.frame, self.head, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        # Behind a keyword a slash opens a string, whatever stands before it.
        kind = "keyword" if text in KEYWORDS else "property"
        return self.g.after(self.frame, kind, self.head)


class Operator(State):
    """In an operator behind an operand."""

    __slots__ = ("begun", "frame", "g", "head", "kind")

    def __init__(self, g: Jenkinsfile, frame: Frame, kind: str, head: int, begun: str) -> None:
        super().__init__()
        self.g, self.frame, self.kind, self.head = g, frame, kind, head
        self.begun = begun

    @property
    def _assigning(self) -> frozenset[str]:
        able = self.head == STATEMENT and self.kind in _NAMED | {"index"}
        if self.frame.declares is not None and self.kind == "name":
            return _ASSIGNED
        return _ASSIGNING if able else frozenset()

    def move(self, byte: int) -> State | None:
        g, text = self.g, self.begun + chr(byte)
        frame = self.frame.operated()
        if text in ("++", "--") and self.kind in _NAMED | {"index"}:
            return g.after(frame, "value", NOTHING)
        if text in ("++", "--"):
            return None
        if text == "->":
            return self.frame.arrow(self.kind)
        if text in ("?.", "*."):
            return g.pool.make(Dotted, g, self.frame, self.kind, self.head)
        if any(known.startswith(text) for known in _BINARY | self._assigning):
            return g.pool.make(Operator, g, self.frame, self.kind, self.head, text)
        return self.through(byte, self._whole)

    @property
    def _whole(self) -> State | None:
        """What may follow, where this is an operator."""
        g, frame = self.g, self.frame.operated()
        if self.begun == "?":
            return g.chosen(frame)
        if self.begun in self._assigning:
            return g.operand(self.frame.declares or frame, VALUE, feeds=True)
        return g.operand(frame, feeds=True) if self.begun in _BINARY else None

    def handed(self) -> tuple[State, frozenset[int]] | None:
        other = self._whole
        return None if other is None else (other, _MARKS)


__all__ = ["After", "Dotted"]
