"""Random text under a guide, knowing nothing of the format but what the guide allows.

Where nearly anything may come it writes words and marks, elsewhere any of the bytes that may. Once the
text is long it is ended as a guide ends an answer that would be cut.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import ClassVar

from iapo.generate.guide.closing import ending
from iapo.generate.guide.fence import Fenced
from iapo.generate.guide.ledger import Ledger
from walks.writing import MOST, Writing

MANY = 30  # bytes that may come, beyond which a text is free
WORDS = ("alpha", "bravo", "carol", "delta", "echo", "fox", "8", "42")


class Walk(Writing):
    """One text, piece by piece.

    Attributes:
        marks: what is written between words.
    """

    marks: ClassVar[tuple[str, ...]]

    def __init__(self, g: Fenced, rng: random.Random) -> None:
        super().__init__(g.code(False), rng)
        self.g = g

    def run(self) -> str | None:
        """A whole text; None where it grew too long."""
        while len(self.text) < MOST:
            if self.state.final and (self.tired or self.rng.random() < 0.02):
                return self.text
            end = ending(self.state, Ledger()) if self.tired else None
            if end is None or not self.put(end.decode()):
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

    def interesting(self, allowed: list[str]) -> list[str]:
        """Those of the characters that may come which lead to something, rather than to more of the same."""
        return allowed
