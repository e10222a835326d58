"""The known word that a misspelt one was probably meant to be, in bounded time.

Comparing words is slow beside all else a check does, and a hostile text can ask for it thousands of
times: `fresh_budget`, called as a verdict begins, allows for as many searches as a reader could use.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterable

_MOST = 40  # candidates compared; a hostile text may offer thousands
_LONGEST = 80
_SEARCHES = 60
_budget = threading.local()


def fresh_budget() -> None:
    """Allow for the searches of another verdict in this thread."""
    _budget.left = _SEARCHES


def closest(word: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The known word nearest to `word`, or None where none is near. Letter case counts least."""
    if not word or len(word) > _LONGEST or getattr(_budget, "left", 1) <= 0:
        return None
    lowered = word.lower()
    near: list[str] = []
    for candidate in known:
        if candidate.lower() == lowered:
            return candidate
        if len(near) < _MOST and candidate and abs(len(candidate) - len(word)) <= 4:
            first, last = candidate[0].lower() == lowered[0], candidate[-1].lower() == lowered[-1]
            if first or last:
                near.append(candidate)
    left: int = getattr(_budget, "left", _SEARCHES)
    if not near or left <= 0:
        return None
    _budget.left = left - 1
    found = difflib.get_close_matches(word, near, n=1, cutoff=cutoff)
    return found[0] if found else None
