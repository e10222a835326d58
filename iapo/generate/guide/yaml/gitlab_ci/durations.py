"""Durations as GitLab reads them, told as they are written: "3 hours 30 minutes", "1h30m", "2 weeks", "45 minutes".

As `iapo/verify/gitlab_ci/durations.py` judges them. A text with a variable may be anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

from iapo.generate.guide.yaml import formed
from iapo.verify.gitlab_ci.durations import WEEK, WORDS, seconds

_MOST_CHARACTERS = 60
_WORD = re.compile(r"[a-z]*\Z")
_NEVER = "never"


@dataclass(frozen=True)
class Duration:
    """How far a duration has come.

    Attributes:
        most: seconds, if there is a limit.
        never: it may be the word `never`.
        text: as far as it is written, in lower case; empty where there is a variable in it.
        variable: there is.
    """

    lasting: ClassVar[bool] = False
    most: float | None = None
    never: bool = False
    text: str = ""
    variable: bool = False

    @property
    def whole(self) -> bool:
        """Whether it may end here."""
        never = self.never and self.text.strip() == _NEVER
        return self.variable or never or _fits(self.text, self.most)

    @property
    def shortest(self) -> str:
        """What ends it."""
        return formed.shortest(self) if self.text else "1 day"

    def after(self, char: str) -> Duration | None:
        """The place after a character; None where it may not come."""
        if self.variable or char == "$":
            return replace(self, text="", variable=True)
        text = self.text + char.lower()
        never = self.never and _NEVER.startswith(text)
        if len(text) > _MOST_CHARACTERS or not (never or _begins(text, self.most)):
            return None
        return replace(self, text=text)


def _fits(text: str, most: float | None) -> bool:
    found = seconds(text)
    return found is not None and (most is None or found <= most)


@lru_cache(maxsize=4096)
def _begins(text: str, most: float | None) -> bool:
    """Whether a duration may begin with a text."""
    word = _WORD.search(text)[0]  # type: ignore[index]
    head = text[: len(text) - len(word)]
    if not word:
        return not text.strip() or _fits(f"{text}0" if text.endswith(".") else text, most)
    return any(_fits(head + whole, most) for whole in WORDS if whole.startswith(word))


DURATION = formed.Own(Duration(), ("1 day", "90 minutes"))
DELAY = formed.Own(Duration(most=WEEK), ("1 day", "90 minutes"))
LIFETIME = formed.Own(Duration(never=True), ("1 day", "never"))

__all__ = ["DELAY", "DURATION", "LIFETIME"]
