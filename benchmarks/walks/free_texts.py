"""Random text under a guide, knowing nothing of the format but what the guide allows.

Where nearly anything may come it writes words and marks, elsewhere any of the bytes that may.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import ClassVar

from iapo.generate.guide.fence import Fenced
from walks.writing import MOST, Writing

MANY = 30  # bytes that may come, beyond which a text is free
WORDS = ("alpha", "bravo", "carol", "delta", "echo", "fox", "8", "42")


class Walk(Writing):
    """One text, piece by piece.

    Attributes:
        marks: what is written between words.
        endings: what may end something, tried in order once the text is long.
    """

    marks: ClassVar[tuple[str, ...]]
    endings: ClassVar[tuple[str, ...]]

    def __init__(self, g: Fenced, rng: random.Random) -> None:
        super().__init__(g.code(False), rng)
        self.g = g

    def run(self) -> str | None:
        """A whole text; None where it grew too long."""
        while len(self.text) < MOST:
            if self.state.final and (self.tired or self.rng.random() < 0.02):
                return self.text
            if not self.tired or not any(self.put(ending) for ending in self.closing()):
                self.step()
        return None

    def step(self) -> None:
        """One piece."""
        rng = self.rng
        allowed = [chr(b) for b in (10, *range(32, 127)) if self.state.next(b) is not None]
        if not allowed:
            state = type(self.state).__name__
            raise AssertionError(f"nothing may come in {state} after\n{self.text[-600:]}")
        allowed = self.interesting(allowed)
        pieces: Sequence[str] = rng.sample(allowed, len(allowed))
        if len(allowed) > MANY:
            kinds = rng.choices((WORDS, self.marks, allowed), (6, 4, 1), k=8)
            pieces = [*map(rng.choice, kinds), *pieces]
        next(piece for piece in pieces if self.put(piece))

    def closing(self) -> Sequence[str]:
        """What might end what is open."""
        return self.endings

    def interesting(self, allowed: list[str]) -> list[str]:
        """Those of the characters that may come which lead to something, rather than to more of the same."""
        return allowed
