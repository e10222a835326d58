"""What may come next, as a lazily built automaton over bytes, and the tokens that it lets through.

A `State` is a position in the grammar: two positions from which the same may follow are one object,
so what was worked out for one is known for all. Inside free text (a string, a comment, the name of a
function) what is allowed does not depend on what stands around it, only where it may end: such a
state is a `Lexeme`, whose tokens are found once for all places. What a token writes beyond the
lexeme's end is a short rest, and only those rests are looked at again in each place.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from iapo.generate.guide.vocabulary import Trie, Vocabulary

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

Ids = npt.NDArray[np.int32]


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


@dataclass(frozen=True, slots=True)
class Mask:
    """The tokens a state lets through.

    Attributes:
        inside: [V] bool shared by all places of a lexeme, or None.
        ids: more of them.
        conditional: tokens that tell the ledger something, by what they tell it, in order.
    """

    inside: npt.NDArray[np.bool_] | None
    ids: Ids
    conditional: tuple[tuple[tuple[Event, ...], Ids], ...] = ()


@dataclass(frozen=True, slots=True)
class _Summary:
    """Of a local position: tokens that stay inside, and those that do not, by exit.

    Attributes:
        direct: exits on a token's first byte, with that byte's node.
        rests: exits further on, with what the tokens write from there.
    """

    inside: npt.NDArray[np.bool_] | None
    ids: Ids
    direct: tuple[tuple[Exit, int], ...]
    rests: tuple[tuple[Hashable, Trie], ...]


class Masks:
    """The masks of one vocabulary, each worked out when first asked for."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._trie = vocabulary.trie
        self._size = len(vocabulary)
        self._summaries: dict[Local, _Summary] = {}
        self._masks: dict[State, Mask] = {}

    def forget(self) -> None:
        """Drop all but what is known of lexemes that every text has."""
        self._masks.clear()
        self._summaries = {local: s for local, s in self._summaries.items() if local.lasting}

    def mask(self, state: State) -> Mask:
        """The tokens that may come after `state`."""
        found = self._masks.get(state)
        if found is None:
            found = self._masks[state] = self._make(state)
        return found

    def _make(self, state: State) -> Mask:
        plain: list[int] = []
        told: dict[tuple[Event, ...], list[int]] = {}
        if parts := state.parts():
            return _united([self.mask(part) for part in parts])
        if not isinstance(state, Lexeme):
            _collect(self._trie, state, plain, told, ())
            return self._mask(None, np.asarray(plain, np.int32), told)
        summary = self.summary(state.local)
        whole = self._trie
        left: dict[Hashable, tuple[State | None, Event | None]] = {}
        for found, node in summary.direct:
            if found.label not in left:
                left[found.label] = state.leave(found.label)
            after, event = left[found.label]
            if after is not None:
                events = () if event is None else (event,)
                if found.consumed and after.commenting and not state.commenting:
                    events = (*events, REMARK)
                out = told.setdefault(events, []) if events else plain
                if found.consumed and whole.group[node] >= 0:
                    out.extend(whole.groups[whole.group[node]])
                begin = node + 1 if found.consumed else node
                _collect(whole, after, out, told, events, begin, whole.skip[node])
        for label, trie in summary.rests:
            after, event = state.leave(label)
            if after is not None:
                events = () if event is None else (event,)
                out = plain if event is None else told.setdefault(events, [])
                if trie.group[0] >= 0:
                    out.extend(trie.groups[trie.group[0]])
                _collect(trie, after, out, told, events)
        if summary.inside is None:
            ids = np.concatenate([summary.ids, np.asarray(plain, np.int32)])
            return self._mask(None, ids, told)
        return self._mask(summary.inside, np.asarray(plain, np.int32), told)

    @staticmethod
    def _mask(
        inside: npt.NDArray[np.bool_] | None, ids: Ids, told: dict[tuple[Event, ...], list[int]]
    ) -> Mask:
        conditional = tuple((k, np.asarray(v, np.int32)) for k, v in told.items() if v)
        return Mask(inside, ids, conditional)

    def summary(self, local: Local) -> _Summary:
        """What is known of a position inside a lexeme."""
        found = self._summaries.get(local)
        if found is None:
            found = self._summaries[local] = self._summarise(local)
        return found

    def _summarise(self, local: Local) -> _Summary:
        trie = self._trie
        byte, depth, skip, group, groups = trie.byte, trie.depth, trie.skip, trie.group, trie.groups
        states: list[Local] = [local] * (trie.height + 1)
        path = bytearray(trie.height + 1)
        inside: list[int] = []
        direct: list[tuple[Exit, int]] = []
        rests: dict[Hashable, dict[bytes, list[int]]] = {}
        at, end = 1, len(trie)
        while at < end:
            level = depth[at]
            before, one = states[level - 1], byte[at]
            found = before.next(one)
            if found is None:
                at = skip[at]
                continue
            if isinstance(found, Local):
                if group[at] >= 0:
                    inside.extend(groups[group[at]])
                states[level] = found
                path[level - 1] = one
                at += 1
                continue
            if level == 1:
                direct.append((found, at))
            else:
                first = b"" if found.consumed else bytes([one])
                label = found.label
                if local.textual:
                    label = (label, bytes(path[: level - 1]))
                entries = rests.setdefault(label, {})
                for rest, ids in trie.below(at):
                    entries.setdefault(first + rest, []).extend(ids)
            at = skip[at]
        many: Ids = np.asarray(inside, np.int32)
        whole = None
        if len(many) > self._size // 32:
            whole = np.zeros(self._size, np.bool_)
            whole[many] = True
            many = many[:0]
        tries = tuple((label, Trie(e)) for label, e in rests.items())
        return _Summary(whole, many, tuple(direct), tries)


def _united(masks: list[Mask]) -> Mask:
    """Everything that one of the masks lets through."""
    insides = [m.inside for m in masks if m.inside is not None]
    inside = None if not insides else insides[0]
    if len(insides) > 1:
        inside = np.logical_or.reduce(insides)
    ids = np.concatenate([m.ids for m in masks])
    return Mask(inside, ids, tuple(c for m in masks for c in m.conditional))


def _collect(
    trie: Trie,
    state: State,
    out: list[int],
    told: dict[tuple[Event, ...], list[int]],
    events: tuple[Event, ...],
    begin: int = 1,
    end: int | None = None,
) -> None:
    """Append the tokens of nodes `begin` to `end` that `state` lets through."""
    byte, depth, skip, group, groups = trie.byte, trie.depth, trie.skip, trie.group, trie.groups
    end = len(trie) if end is None else end
    if begin >= end:
        return
    base = depth[begin] - 1
    states: list[State] = [state] * (trie.height + 1 - base)
    at = begin
    while at < end:
        level = depth[at] - base
        before = states[level - 1]
        one = byte[at]
        moves = before.moves
        found = moves[one] if one in moves else before.next(one)
        if found is None:
            at = skip[at]
            continue
        if before.events is not None and one in before.events:
            more = (*events, *before.events[one])
            bucket = told.setdefault(more, [])
            if group[at] >= 0:
                bucket.extend(groups[group[at]])
            _collect(trie, found, bucket, told, more, at + 1, skip[at])
            at = skip[at]
            continue
        if group[at] >= 0:
            out.extend(groups[group[at]])
        states[level] = found
        at += 1


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
