"""Small positions that many places use: names, fixed words, comments."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Protocol

from iapo.generate.guide.automaton import CLOSERS, Event, Lexeme, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.terraform.grammar import Grammar
from iapo.generate.guide.terraform.lexemes import (
    BLANK,
    NAME_AFTER_BLANK,
    NAME_FIRST,
    Names,
    Opening,
    Quote,
    Spaced,
    Words,
)
from iapo.generate.guide.text import BLOCK, LINE, NAME, NEWLINE, Remark, expect

Named = tuple[State | None, Event | None]


class Naming(Protocol):
    """What a name is for."""

    def named(self, name: str) -> Named:
        """The state after the name, and what the ledger is told."""
        ...


class Referring:
    """A name of what must be declared. `key`: what stands before it in its key."""

    __slots__ = ()
    key: tuple[str, ...]


class AnyName(Lexeme):
    """An identifier of any letters."""

    __slots__ = ("g", "text", "then")

    def __init__(self, g: Grammar, then: Naming, text: str, local: Local) -> None:
        super().__init__(local)
        self.g, self.then, self.text = g, then, text

    def within(self, local: Local, byte: int) -> State:
        text = self.text + chr(byte) if byte in NAME else ""
        return self.g.pool.make(AnyName, self.g, self.then, text, local)

    def leave(self, label: Hashable) -> Named:
        # Of a token that writes more of the name and what comes after it, the label has the name's.
        more = label[1].decode() if isinstance(label, tuple) else ""
        return self.then.named((self.text + more).strip(' \t\r\n"'))

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        if self.text:
            return _BEHIND if isinstance(self.then, Referring) else CLOSERS
        quote = b'"' if isinstance(self.local, Quote) else b""
        known = ledger.names(self.then.key) if isinstance(self.then, Referring) else ()
        return [quote + name.encode() for name in (*known, *_NEW)]


_NEW = ("main", "this", "other", "more")
_BEHIND = (b'"', b"}", b"]", b")", b"\n", b",", b".", *CLOSERS)
"""What ends the name of something that is referred to: a field is read of it rather than it is compared."""


class OneName(Lexeme):
    """An identifier out of some names."""

    __slots__ = ("g", "then")

    def __init__(self, g: Grammar, then: Naming, local: Local) -> None:
        super().__init__(local)
        self.g, self.then = g, then

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(OneName, self.g, self.then, local)

    def leave(self, label: Hashable) -> Named:
        assert isinstance(label, tuple)
        return self.then.named(label[1])

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return ended(self.local)


_FEW = 4  # names to try; the shortest
_WORDS = ("true", "false", "null")  # which are whole values, other than the functions among names


def ended(local: Local) -> Iterable[bytes]:
    """What to try in or before an identifier out of some names."""
    if isinstance(local, Quote):
        return (b'"',)
    if isinstance(local, (Spaced, Opening)):
        names, begun = local.names, ""
    else:
        assert isinstance(local, Words)
        names, begun = local.names, local.begun
    left = [n for n in names.names if n.startswith(begun) and n != begun]
    left.sort(key=lambda name: (name not in _WORDS, len(name)))
    rests = [name[len(begun) :].encode() for name in left[:_FEW]]
    return (*CLOSERS[:_SIGNS], *rests) if begun in names else (*rests, *CLOSERS[:_SIGNS])


_SIGNS = CLOSERS.index(b"x")


def any_name(g: Grammar, then: Naming, before: Local = NAME_FIRST) -> State:
    """Before an identifier of any letters; `before` says what else may stand before it."""
    return g.pool.make(AnyName, g, then, "", before)


def one_name(g: Grammar, then: Naming, names: Names, before: Local | None = None) -> State:
    """Before an identifier out of some names; `before` says what else may stand before it."""
    return g.pool.make(OneName, g, then, before or names.position(""))


class Nothing(State):
    """After which nothing may come."""

    alphabet = frozenset()

    def move(self, byte: int) -> State | None:
        return None


NOTHING = Nothing()


class Slash(State):
    """After a `/` that begins a comment, or, where `division` is, is an operator."""

    __slots__ = ("division", "g", "then")

    def __init__(self, g: Grammar, then: State, division: State | None) -> None:
        super().__init__()
        self.g, self.then, self.division = g, then, division

    @property
    def commenting(self) -> bool:
        return self.division is None

    def move(self, byte: int) -> State | None:
        if byte == ord("/"):
            return line_comment(self.g, self.then)
        if byte == ord("*"):
            return self.g.pool.make(Remark, self.g, self.then, BLOCK)
        return self.through(byte, self.division)


def line_comment(g: Grammar, then: State) -> State | None:
    """After the mark of a comment up to the line's end; None where no line feed may come behind it."""
    return g.pool.make(Remark, g, then, LINE) if then.next(NEWLINE) is not None else None


def comment(g: Grammar, byte: int, then: State, division: State | None = None) -> State | None:
    """The state after a byte that may begin a comment; None for any other byte."""
    if byte == ord("#"):
        return line_comment(g, then)
    return g.pool.make(Slash, g, then, division) if byte == ord("/") else None


class Looping(Protocol):
    """What the names of a `for` are bound in."""

    def over(self, names: tuple[str, ...]) -> State:
        """The state before what the `for` goes through."""
        ...


class LoopNames(State):
    """The names of a `for`: after one, a comma or `in`."""

    __slots__ = ("g", "loop", "names")

    def __init__(self, g: Grammar, loop: Looping, names: tuple[str, ...]) -> None:
        super().__init__()
        self.g, self.loop, self.names = g, loop, names

    def named(self, name: str) -> Named:
        """After a name."""
        return self.g.pool.make(LoopNames, self.g, self.loop, (*self.names, name)), None

    def move(self, byte: int) -> State | None:
        if byte in BLANK:
            return self
        if byte == ord(",") and len(self.names) == 1:
            return any_name(self.g, self, NAME_AFTER_BLANK)
        if byte == ord("i"):
            return expect(self.g, b"n ", self.loop.over(self.names))
        return None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b" in ",)
