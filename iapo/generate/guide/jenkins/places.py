"""What positions in Groovy have in common: blanks and comments between tokens, and what surrounds them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, ClassVar

from iapo.generate.guide.automaton import Event, Lexeme, Local, State
from iapo.generate.guide.jenkins.lexemes import (
    BLANK,
    FIRST,
    LATER,
    LINES,
    WORD,
    apart,
    gap,
)
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import BLOCK, NEWLINE, Remark

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

SLASH = ord("/")
_COMMENTS = frozenset(b"/*")
_NAMING = WORD | {ord(":")}


class Opening(Lexeme):
    """Before a token."""

    __slots__ = ("g",)

    def __init__(self, g: Jenkinsfile, local: Local) -> None:
        super().__init__(local)
        self.g = g

    def begin(self, byte: int) -> State | None:
        """After the first byte of a token."""
        raise NotImplementedError

    def within(self, local: Local, byte: int) -> State:
        state = self.begin(byte)
        assert state is not None
        return state

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if isinstance(label, tuple):
            label, text = label
            state: State | None = self
            for byte in text:
                state = None if state is None else state.next(byte)
            assert isinstance(state, Lexeme)
            return state.leave(label)
        assert isinstance(label, int)
        return self.begin(label), None


class Place(Opening):
    """Between two tokens, where blanks and comments may stand."""

    __slots__ = ()

    @property
    def spaced(self) -> State:
        """The same after a blank."""
        return self

    def slashed(self) -> State | None:
        """After a slash that begins no comment; None where there is none."""
        return None

    def slash(self) -> State | None:
        """After a slash."""
        return self.g.pool.make(Slash, self.g, self)

    def within(self, local: Local, byte: int) -> State:
        return self.spaced if byte in LINES else super().within(local, byte)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if label == "blank":
            return self.spaced, None
        if label == SLASH:
            return self.slash(), None
        return super().leave(label)


def spacing(lines: bool, *, named: bool = False, now: bool = True) -> Local:
    """What is known of a place.

    Args:
        lines: a line feed is a blank.
        named: any name may come. `now`: not only behind a blank.
    """
    blanks = LINES if lines else BLANK
    return gap(blanks, now) if named else apart(blanks)


class Slash(State):
    """After a slash that may begin a comment."""

    __slots__ = ("g", "place")

    def __init__(self, g: Jenkinsfile, place: Place) -> None:
        super().__init__()
        self.g, self.place = g, place

    @property
    def commenting(self) -> bool:
        return self.place.slashed() is None

    def handed(self) -> tuple[State, frozenset[int]] | None:
        other = self.place.slashed()
        return None if other is None else (other, _COMMENTS)

    def move(self, byte: int) -> State | None:
        make, place = self.g.pool.make, self.place
        if byte == SLASH:
            return make(Remark, self.g, place) if place.next(NEWLINE) is not None else None
        if byte == ord("*"):
            return make(Remark, self.g, place.spaced, BLOCK)
        return self.through(byte, place.slashed())


class Frame:
    """What an expression stands in.

    Attributes:
        blocks: closures may come.
        feeds: there may be line feeds.
    """

    __slots__ = ("blocks", "feeds", "g")
    lines: ClassVar[bool] = False

    def __init__(self, g: Jenkinsfile, blocks: bool = True, feeds: bool = True) -> None:
        self.g, self.blocks, self.feeds = g, blocks, feeds

    @property
    def final(self) -> bool:
        """Whether the text may end behind an operand."""
        return False

    @property
    def plain(self) -> bool:
        """Whether an element without a name may come."""
        return True

    @property
    def sole(self) -> bool:
        """Whether the operand that is written must be all."""
        return False

    @property
    def calls(self) -> bool:
        """Whether it must be a call, perhaps of what another returns."""
        return False

    @property
    def declares(self) -> Frame | None:
        """What a value stands in that is assigned to the one name in this: `String name = ...`."""
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """Where an element must have a name: those that there are."""
        return ()

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of elements that must come yet."""
        return ()

    def over(self, byte: int) -> State | None:
        """After a byte that is not of the expression any more."""
        raise NotImplementedError

    def empty(self, byte: int) -> State | None:
        """After a byte where a new element might begin, and none does."""
        return None

    def key(self, text: str) -> State | None:
        """Before the colon of a named element."""
        return None

    def operated(self) -> Frame:
        """The same once it is more than one operand."""
        return self

    def arrow(self, kind: str) -> State | None:
        """After an arrow behind an operand: what was a statement so far are parameters."""
        return None

    def element(self) -> Frame:
        """The same once an unnamed element has begun."""
        return self


class Word(Lexeme):
    """In a name, which what follows depends on."""

    __slots__ = ("begun", "g")

    def __init__(self, g: Jenkinsfile, begun: str, local: Local) -> None:
        super().__init__(local)
        self.g, self.begun = g, begun

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b"}", b")", b"]", b"\n", b" ", b"()", b":", b"(", b"=", b"x")

    def within(self, local: Local, byte: int) -> State:
        return self.again(self.begun + chr(byte), local)

    def handed(self) -> tuple[State, frozenset[int]] | None:
        other = self.named(self.begun, False) if self.local is LATER else None
        return None if other is None else (other, _NAMING)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        text = self.begun
        if isinstance(label, tuple):
            label, more = label
            text += more.decode("latin-1")
        return self.named(text, label == "colon"), None

    def again(self, begun: str, local: Local) -> State:
        """The same with more of it."""
        raise NotImplementedError

    def named(self, text: str, colon: bool) -> State | None:
        """What follows the whole name. `colon`: a colon comes at once."""
        raise NotImplementedError


class Then(Place):
    """Before one of some bytes, with what each leads to.

    Args:
        ways: bytes and states.
        lines: whether a line feed is a blank.
    """

    __slots__ = ("ways",)

    def __init__(self, g: Jenkinsfile, ways: tuple[tuple[int, State], ...], lines: bool) -> None:
        super().__init__(g, spacing(lines))
        self.ways = ways

    def begin(self, byte: int) -> State | None:
        return next((then for one, then in self.ways if one == byte), None)


def then(g: Jenkinsfile, byte: str, state: State, *, lines: bool = True) -> State:
    """Before a byte and what it leads to."""
    return g.pool.make(Then, g, ((ord(byte), state),), lines)


__all__ = ["FIRST", "Frame", "Opening", "Place", "Slash", "Then", "Word", "spacing", "then"]
