"""Schedules, `cron: "30 5 * * 1-5"`, told as they are written.

As `iapo.verify.github_actions.filters.cron_problem` judges them, by
https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from iapo.generate.guide.yaml.formed import Own
from iapo.verify.github_actions.filters import CRON_FIELDS, cron_field_problem

_MOST_CHARACTERS = 40
_WORD = re.compile(r"[a-z0-9]*\Z")
_RESTS = ("", "/5", "/10", "/15", "/20", "/30", "-59/5", "-59/10")


@dataclass(frozen=True)
class Schedule:
    """How far a schedule has come.

    Attributes:
        fields: whole ones before this.
        text: of this one, in lower case.
    """

    lasting: ClassVar[bool] = False
    fields: int = 0
    text: str = ""

    @property
    def whole(self) -> bool:
        """Whether it may end here."""
        last = len(CRON_FIELDS) - 1
        return self.fields > last or (self.fields == last and _fits(self.text, last))

    @property
    def shortest(self) -> str:
        """What ends it."""
        if self.whole:
            return ""
        rests = ["0", "0", "*", "*", "*"][self.fields :]
        if self.text:
            rests[0] = _rest(self.text, self.fields) or ""
        return " ".join(rests)

    def after(self, char: str) -> Schedule | None:
        """The place after a character; None where it may not come."""
        if char == " ":
            if not self.text:
                return self
            return Schedule(self.fields + 1) if _fits(self.text, self.fields) else None
        text = self.text + char.lower()
        if self.fields >= len(CRON_FIELDS) or len(text) > _MOST_CHARACTERS:
            return None
        return None if _rest(text, self.fields) is None else Schedule(self.fields, text)


def _fits(text: str, number: int) -> bool:
    return cron_field_problem(text, number) is None


@lru_cache(maxsize=4096)
def _rest(text: str, number: int) -> str | None:
    """What makes a field of a text; None where nothing does."""
    _, low, high, names = CRON_FIELDS[number]
    begun = _WORD.search(text)[0]  # type: ignore[index]
    numbers = range(low, high + 1)
    words = ("", "*", *names, *map(str, numbers), *(f"0{n}" for n in numbers if n < 10))
    for word in words:
        if word.startswith(begun) or not word:
            for rest in _RESTS:
                more = word[len(begun) :] + rest
                if _fits(text + more, number):
                    return more
    return None


SCHEDULE = Own(Schedule(), ("0 0 * * *", "*/15 9-17 * * 1-5"))

__all__ = ["SCHEDULE"]
