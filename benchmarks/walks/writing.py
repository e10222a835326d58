"""What random walks share: a text that is written as a guide lets it."""

from __future__ import annotations

import random

from iapo.generate.guide.automaton import State

MOST = 12_000  # bytes
TIRED = 1_500  # bytes after which only what must be written is


class Writing:
    """A text, and where its guide is.

    Attributes:
        text: as far as it is written.
    """

    def __init__(self, start: State, rng: random.Random) -> None:
        self.rng = rng
        self.state = start
        self.text = ""

    @property
    def tired(self) -> bool:
        """Whether to bring things to an end."""
        return len(self.text) > TIRED

    def put(self, text: str) -> bool:
        """Write a text if the guide lets all of it through."""
        state = self.state
        for byte in text.encode():
            after = state.next(byte)
            if after is None:
                return False
            state = after
        self.state, self.text = state, self.text + text
        return True
