"""How an open text comes to a whole end, in few bytes: what is open is closed, what is needed is written.

An answer has so many tokens and no more. One that is cut is worth nothing; so when those that are left
are hardly enough, the guide stops asking what is likely and lets the text be ended as it can be
(`Guide`, `limit`). What that writes is whole and means nothing: some text for an argument that must be
there, a bare block for a name that is owed.

Where the model itself wants to end, and something is missing, only the first of it is written: the name
that is owed (`Guide`, `wanted`).

The way is searched for depth first. Each state says what to try from it, the best first (`State.ends`):
brackets and quotes that close, unless a language knows better.
"""

from __future__ import annotations

from collections.abc import Iterator

from iapo.generate.guide.automaton import State, write
from iapo.generate.guide.ledger import Ledger

_MOST_STEPS = 4_000
_MOST_BYTES = 1_200
_LATELY = 24  # pieces, of which but a few may be one and the same text:
_MOST_ALIKE = 8  # one more `x` does not help where eight did not; brackets may close by the dozen
_BRACKETS = (b")", b"]", b"}", b"\n", b" ", b'"', b"'")


def ending(state: State, ledger: Ledger) -> bytes | None:
    """What brings a text to a whole end; None where no way was found."""
    pieces = way_out(state, ledger)
    return None if pieces is None else b"".join(pieces)


def way_out(state: State, ledger: Ledger) -> list[bytes] | None:
    """The same piece by piece: a bracket, a name, a value."""
    if state.final and ledger.settled:
        return []
    seen = {(state, ledger.owed, ledger.mentioned)}
    path: list[bytes] = []
    waiting = [_ways(state, ledger)]
    length = 0
    for _ in range(_MOST_STEPS):
        if not waiting:
            return None
        step = next(waiting[-1], None)
        if step is None or length > _MOST_BYTES:
            waiting.pop()
            if path:
                length -= len(path.pop())
            continue
        text, after, known = step
        key = (after, known.owed, known.mentioned)
        again = text not in _BRACKETS and path[-_LATELY:].count(text) >= _MOST_ALIKE
        if key in seen or again:
            continue
        seen.add(key)
        path.append(text)
        length += len(text)
        if after.final and known.settled:
            return path
        waiting.append(_ways(after, known))
    return None


def _ways(state: State, ledger: Ledger) -> Iterator[tuple[bytes, State, Ledger]]:
    """What may be written of what the state would try, and where that leads."""
    for text in state.ends(ledger):
        after, events = write(state, text)
        known = ledger.follow(events)
        if after is not None and known is not None:
            yield text, after, known
