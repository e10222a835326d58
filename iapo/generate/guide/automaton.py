"""What may come next, as a lazily built automaton over bytes.

A `State` is a position in the grammar: two positions from which the same may follow are one object,
so what was worked out for one is known for all. Inside free text (a string, a comment, the name of a
function) what is allowed does not depend on what stands around it, only where it may end: such a
state is a `Lexeme`. What stands in brackets may be one automaton wherever they stand, which comes to
its end in `OUT`: such a state is `Nested`. The tokens that states let through are found in `masks.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

if TYPE_CHECKING:
    from iapo.generate.guide.ledger import Ledger

Event = tuple[str, ...]
"""Something the ledger must know of and may refuse: a declaration, a reference, the end."""

REMARK: Event = ("remark",)
"""A comment begins."""

_CLOSING = (
    b'"',
    b"}",
    b"]",
    b")",
    b"\n",
    b"'",
    b",",
    b":",
    b"=>",
    b"=",
    b"{",
    b"[",
    b"(",
    b"0",
    b".",
    b"x",
)
CLOSERS = (
    *_CLOSING,
    *(b for b in (bytes([n]) for n in (*range(32, 127), *range(128, 192))) if b not in _CLOSING),
)
"""What closes something or goes on with it; then whatever else a byte may be."""


class State:
    """A position. Subclasses say in `move` what a byte leads to; None where it may not come."""

    __slots__ = ("events", "moves")
    alphabet: ClassVar[frozenset[int]] = frozenset(range(256))
    """Bytes that may come at all in states of this class."""

    @property
    def commenting(self) -> bool:
        """Whether what is written here is a comment. That one begins is told by itself."""
        return False

    @property
    def final(self) -> bool:
        """Whether the text may end here, if the ledger has nothing against it."""
        return False

    def __init__(self) -> None:
        self.moves: dict[int, State] = {}
        self.events: dict[int, tuple[Event, ...]] | None = None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        """What to try, the best first, where the text should come to an end (`closing.py`)."""
        return CLOSERS

    def parts(self) -> tuple[State, ...]:
        """States that together let through what this one does; none where it stands for itself."""
        return ()

    def handed(self) -> tuple[State, frozenset[int]] | None:
        """A state that lets through the same but for tokens that begin with some bytes; None: none does.

        What follows a name does not depend on the name but for what goes on with it: what is worked out
        for the one state holds behind all names.
        """
        return None

    def move(self, byte: int) -> State | None:
        raise NotImplementedError

    def next(self, byte: int) -> State | None:
        """`move`, worked out once."""
        if byte in self.moves:
            return self.moves[byte]
        if byte not in self.alphabet:
            return None
        found = self.move(byte)
        if found is not None:
            self.moves[byte] = found
            if found.commenting and not self.commenting:
                self.tell(byte, REMARK)
        return found

    def through(self, byte: int, state: State | None) -> State | None:
        """What `state` makes of the byte; what it tells the ledger, this state tells as well."""
        if state is None:
            return None
        found = state.next(byte)
        if found is not None and state.events and byte in state.events:
            for event in state.events[byte]:
                self.tell(byte, event)
        return found

    def tell(self, byte: int, event: Event | None) -> None:
        """Have the ledger know when this byte is written here, after what it is told already."""
        if event is not None:
            if self.events is None:
                self.events = {}
            known = self.events.get(byte, ())
            if event not in known:
                self.events[byte] = (*known, event)


class Exit(NamedTuple):
    """A byte that ends a lexeme, or, where it is not `consumed`, the first one that is not of it."""

    label: Hashable
    consumed: bool = True


class Local:
    """A position inside a lexeme, whatever is around it.

    Attributes:
        textual: what the lexeme says matters to what comes after it. A token that writes some of it
            and ends it then leaves with the label (label, what the token wrote of it).
        lasting: there are only some, which every text has: what is known of them is worth keeping.
    """

    __slots__ = ("moves",)
    textual: ClassVar[bool] = False
    lasting: ClassVar[bool] = False

    def __init__(self) -> None:
        self.moves: dict[int, Local | Exit] = {}

    def move(self, byte: int) -> Local | Exit | None:
        raise NotImplementedError

    def next(self, byte: int) -> Local | Exit | None:
        """`move`, worked out once."""
        if byte in self.moves:
            return self.moves[byte]
        found = self.move(byte)
        if found is not None:
            self.moves[byte] = found
        return found


class Lexeme(State):
    """A position inside a lexeme, and what is around it."""

    __slots__ = ("local",)

    def __init__(self, local: Local) -> None:
        super().__init__()
        self.local = local

    def within(self, local: Local, byte: int) -> State:
        """The state after a byte that stays inside."""
        raise NotImplementedError

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        """The state after an exit, and what the ledger is told."""
        raise NotImplementedError

    def move(self, byte: int) -> State | None:
        found = self.local.next(byte)
        if found is None:
            return None
        if isinstance(found, Local):
            return self.within(found, byte)
        state, event = self.leave(found.label)
        if found.consumed:
            if state is not None:
                self.tell(byte, event)
            return state
        self.tell(byte, event)
        return self.through(byte, state)


_T = TypeVar("_T")


class Pool:
    """Makes each state once. Everything in it may be forgotten at any time: states stay usable."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Any] = {}

    def __len__(self) -> int:
        return len(self._made)

    def make(self, kind: type[_T], *parts: Any) -> _T:
        """The one object of a class with these arguments."""
        key = (kind, *parts)
        try:
            return self._made[key]  # type: ignore[no-any-return]
        except KeyError:
            found = self._made[key] = kind(*parts)
            return found

    def clear(self) -> None:
        """Forget what was made."""
        self._made.clear()


class _Out(State):
    """Behind the end of what is nested."""

    __slots__ = ()

    def move(self, byte: int) -> State | None:
        return None


OUT = _Out()


class Nested(State):
    """A position in something that is closed, and where that leads.

    Args:
        pool: the language's.
        inner: the position, that knows nothing of what is around: at its end it is `OUT`.
        outer: what follows then.
    """

    __slots__ = ("inner", "outer", "pool")

    def __init__(self, pool: Pool, inner: State, outer: State) -> None:
        super().__init__()
        self.pool, self.inner, self.outer = pool, inner, outer

    @property
    def commenting(self) -> bool:
        return self.inner.commenting

    @property
    def final(self) -> bool:
        return self.inner.final

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return self.inner.ends(ledger)

    def move(self, byte: int) -> State | None:
        found = self.through(byte, self.inner)
        return None if found is None else nested(self.pool, found, self.outer)


def nested(pool: Pool, inner: State, outer: State) -> State:
    """A position in something, and what follows that."""
    if inner is OUT:
        return outer
    if isinstance(inner, Nested):
        return pool.make(Nested, pool, inner.inner, nested(pool, inner.outer, outer))
    return pool.make(Nested, pool, inner, outer)


def write(state: State, text: bytes) -> tuple[State | None, list[Event]]:
    """The state after some bytes, None where they may not come, and what the ledger is told."""
    events: list[Event] = []
    here: State | None = state
    for one in text:
        if here is None:
            break
        after = here.next(one)
        if after is not None and here.events is not None and one in here.events:
            events.extend(here.events[one])
        here = after
    return here, events
