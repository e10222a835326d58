"""How far a guide lets a text come, and what comes of it: for the tests of every guided format."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from iapo.generate.guide import Guide, Position
from iapo.generate.guide.automaton import State, write
from iapo.generate.guide.closing import ending
from iapo.generate.guide.ledger import Ledger

_WALKS = 20


def followed(guide: Guide, text: str) -> tuple[State, Ledger, int]:
    """Where a guide is after a text, and how many of its bytes that took: all, or up to a refusal."""
    state, ledger = guide.first.state, Ledger()
    assert state is not None
    written = text.encode()
    for at, byte in enumerate(written):
        after, events = write(state, bytes([byte]))
        told = ledger.follow(events)
        if after is None or told is None:
            return state, ledger, at
        state, ledger = after, told
    return state, ledger, len(written)


def refused(guide: Guide, text: str) -> str | None:
    """The text up to where the guide refuses the next byte; None where it takes all and the end."""
    state, ledger, taken = followed(guide, text)
    if taken < len(text.encode()):
        return text.encode()[:taken].decode()
    return None if state.final and ledger.settled else text + "<end>"


def assert_refused(guide: Guide, text: str, until: str) -> None:
    """The guide refuses a text, right behind `until`."""
    found = refused(guide, text)
    assert found is not None and found.endswith(until), found


def assert_exact(guide: Guide, position: Position) -> None:
    """What a guide lets through is just what its states take, byte by byte."""
    allowed = np.zeros(len(guide.vocabulary), np.bool_)
    guide.allow(position, allowed)
    assert position.state is not None
    for token, piece in enumerate(guide.vocabulary.pieces):
        if piece:
            state, events = write(position.state, piece)
            expected = state is not None and position.ledger.follow(events) is not None
            assert bool(allowed[token]) == expected, (piece, type(position.state).__name__)
    assert allowed[list(guide.stop)].all() == (position.state.final and position.ledger.settled)


def closed(guide: Guide, text: str) -> str:
    """What a guide closes a text with that it takes."""
    state, ledger, taken = followed(guide, text)
    assert taken == len(text.encode()), text.encode()[:taken]
    found = ending(state, ledger)
    assert found is not None, text
    return found.decode()


def random_text(walk: Any, guide: Guide, seed: object) -> str:
    """What a random walk under a guide writes, the first that comes to an end."""
    for attempt in range(_WALKS):
        rng = random.Random(f"{seed}/{attempt}" if attempt else seed)  # type: ignore[arg-type]
        text: str | None = walk(guide._language, rng).run()
        if text is not None:
            return text
    raise AssertionError(f"none of {_WALKS} walks came to an end")
