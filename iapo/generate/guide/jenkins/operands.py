"""Operands of Groovy's expressions: names, numbers, strings, and what brackets hold.

An expression knows the frame it stands in (a call's arguments, a list, a statement), and how far its
`head` reaches: after the first operand of a statement arguments may follow without parentheses
(`sh 'make'`), and a variable may be assigned.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import OUT, Event, Lexeme, Local, State
from iapo.generate.guide.jenkins.lexemes import WORD, Quoted, digits, quoted
from iapo.generate.guide.jenkins.places import FIRST, Frame, Place, Word, spacing
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import DIGITS, LETTERS
from iapo.verify.jenkinsfile.catalog import BLOCKED_CALLS, UNITS
from iapo.verify.jenkinsfile.tokens import KEYWORDS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

NOTHING, VALUE, STATEMENT = 0, 1, 2
"""What an operand may head: nothing more, a call without parentheses, that or an assignment."""

CLOSING = ord("}")
_CONSTANTS = frozenset({"true", "false", "null"})
_ROTATION = "logRotator"
_NUMBERS = WORD | {ord(".")}


class Operand(Place):
    """Before an operand.

    Args:
        head: see above.
        first: an element of the frame begins here; it may be named, or there may be none.
        feeds: line feeds may stand before it.
        want: `text`, `number`: what a constant must be; "" for anything.
    """

    __slots__ = ("feeds", "first", "frame", "head", "want")

    def __init__(
        self, g: Jenkinsfile, frame: Frame, head: int, first: bool, feeds: bool, want: str
    ) -> None:
        named = want != "string" and (frame.plain or not first)
        super().__init__(g, spacing(frame.lines or (feeds and frame.feeds), named=named))
        self.frame, self.head, self.first = frame, head, first
        self.feeds, self.want = feeds, want

    @property
    def _inner(self) -> Frame:
        return self.frame.element() if self.first else self.frame

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        named = [f"{name}: " for name in (*self.frame.needed, *self.frame.names)]
        return [text.encode() for text in (")", "]", *named, "'x'", "x", "1", "x: x", "MINUTES'")]

    @property
    def _dollar(self) -> bool:
        """Whether a name may begin with a dollar, which that of an argument may (`$class`)."""
        return self.first and self.frame.key("$") is not None

    def slashed(self) -> State | None:
        if self.want == "number" or (self.first and not self.frame.plain):
            return None
        return self.g.pool.make(Text, self.g, self._inner, self.head, quoted("/", "first"))

    def begin(self, byte: int) -> State | None:
        g, frame, make = self.g, self.frame, self.g.pool.make
        if self.first and not frame.plain and byte in LETTERS:
            return make(Key, g, frame, chr(byte)) if _begins(frame.names, chr(byte)) else None
        if (byte in LETTERS and self.want != "string") or (byte == ord("$") and self._dollar):
            word = make(Name, g, frame, self.head, self.first, self.want, "", FIRST)
            return word.next(byte)
        if self.first:
            ended = frame.empty(byte)
            if ended is not None or not frame.plain:
                return ended
        inner = self._inner
        if self.want == "string" and byte not in b"'\"":
            return None
        if self.want == "unit" and byte in b"'\"":
            return make(Unit, g, inner, chr(byte))
        if byte in DIGITS:
            if self.want in ("text", "unit"):
                return None
            return make(Number, g, inner, digits("whole")).next(byte)
        if byte in b"'\"":
            if self.want == "number":
                return None
            return make(Text, g, inner, self.head, quoted(chr(byte), "first"))
        if byte == ord("("):
            return g.grouped(inner)
        if inner.sole:
            return None  # no list and no closure is the key of a map
        if byte == ord("["):
            return g.listed(inner.operated())
        if byte == ord("{") and frame.blocks and self.head != STATEMENT:
            return g.closure(inner.operated(), NOTHING)
        if byte in b"!-+~" and not self.want:
            return make(Operand, g, inner.operated(), NOTHING, False, False, "")
        return None


class Unit(State):
    """After the quote before a unit of time; a string with a variable may be one as well."""

    __slots__ = ("frame", "g", "quote")

    def __init__(self, g: Jenkinsfile, frame: Frame, quote: str) -> None:
        super().__init__()
        self.g, self.frame, self.quote = g, frame, quote

    def move(self, byte: int) -> State | None:
        g, quote = self.g, self.quote
        if byte == ord("$"):
            text = g.pool.make(Text, g, self.frame, NOTHING, quoted(quote, ""))
            return text.next(byte) if quote == '"' else None
        units = tuple(f"{name}{quote}" for name in UNITS)
        return self.through(byte, g.one_of(units, g.after(self.frame, "text", NOTHING)))


def _begins(names: tuple[str, ...], text: str) -> bool:
    return any(name.startswith(text) for name in names)


class Key(State):
    """In the name of an argument, where there must be one."""

    __slots__ = ("begun", "frame", "g")

    def __init__(self, g: Jenkinsfile, frame: Frame, begun: str) -> None:
        super().__init__()
        self.g, self.frame, self.begun = g, frame, begun

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if _begins(self.frame.names, text):
            return self.g.pool.make(Key, self.g, self.frame, text)
        if self.begun not in self.frame.names:
            return None
        return self.through(byte, self.frame.key(self.begun))


class Name(Word):
    """In an operand that is a name."""

    __slots__ = ("first", "frame", "head", "want")

    def __init__(
        self,
        g: Jenkinsfile,
        frame: Frame,
        head: int,
        first: bool,
        want: str,
        begun: str,
        local: Local,
    ) -> None:
        super().__init__(g, begun, local)
        self.frame, self.head, self.first, self.want = frame, head, first, want

    @property
    def final(self) -> bool:
        after = self.named(self.begun, False)
        return after is not None and after.final

    def again(self, begun: str, local: Local) -> State:
        parts = (self.frame, self.head, self.first, self.want, begun, local)
        return self.g.pool.make(Name, self.g, *parts)

    def named(self, text: str, colon: bool) -> State | None:
        g, frame = self.g, self.frame
        if colon and self.first:
            key = frame.key(text)
            if key is not None:
                return key
        if self.first and not frame.plain:
            return None
        frame = frame.element() if self.first else frame
        if text in _CONSTANTS:
            if self.want and text != "null":
                return None
            return g.after(frame, "value", NOTHING)
        if text == "new":
            return None if frame.sole else g.created(frame.operated())
        if not frame.blocks and text in BLOCKED_CALLS:
            return None
        if "$" in text or (text in KEYWORDS and text not in ("this", "super")):
            return None
        if text == _ROTATION:
            return g.rotation(frame)
        return g.after(frame, "name", self.head)


class Number(Lexeme):
    """In a number."""

    __slots__ = ("frame", "g")

    def __init__(self, g: Jenkinsfile, frame: Frame, local: Local) -> None:
        super().__init__(local)
        self.g, self.frame = g, frame

    @property
    def final(self) -> bool:
        return self.frame.final

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Number, self.g, self.frame, local)

    def handed(self) -> tuple[State, frozenset[int]] | None:
        return self.g.after(self.frame, "value", NOTHING), _NUMBERS

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if label == "dot":
            return self.g.dotted(self.frame, "number", NOTHING), None
        return self.g.after(self.frame, "value", NOTHING), None


class Text(Lexeme):
    """In a string."""

    __slots__ = ("frame", "g", "head")

    def __init__(self, g: Jenkinsfile, frame: Frame, head: int, local: Local) -> None:
        super().__init__(local)
        self.g, self.frame, self.head = g, frame, head

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        assert isinstance(self.local, Quoted)
        mark = self.local.mark.encode()
        return (mark, mark[:1], b"x", b"{x}")

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Text, self.g, self.frame, self.head, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if isinstance(label, tuple):
            embedded = self.g.pool.make(Embedded, self.g, self.frame.blocks, False)
            inner = self.g.operand(embedded, STATEMENT)
            return self.g.nested(inner, self.within(label[1], CLOSING)), None
        return self.g.after(self.frame, "text", NOTHING), None


class Embedded(Frame):
    """The `${...}` of a string."""

    __slots__ = ()

    def over(self, byte: int) -> State | None:
        if byte == ord(";"):
            return self.g.operand(self, STATEMENT)
        return OUT if byte == CLOSING else None


__all__ = ["CLOSING", "NOTHING", "STATEMENT", "VALUE", "Name", "Operand"]
