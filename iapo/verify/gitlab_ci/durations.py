"""Durations as GitLab reads them: "3 hours 30 minutes", "1h30m", "2 weeks", "45"."""

from __future__ import annotations

import re

_UNITS: dict[str, int] = {
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), 1),
    **dict.fromkeys(("minute", "minutes", "min", "mins", "m"), 60),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), 3600),
    **dict.fromkeys(("day", "days", "d"), 86_400),
    **dict.fromkeys(("week", "weeks", "wk", "wks", "w"), 7 * 86_400),
    **dict.fromkeys(("month", "months", "mo", "mos", "mth", "mths"), 30 * 86_400),
    **dict.fromkeys(("year", "years", "yr", "yrs", "y"), 365 * 86_400),
}
_NUMBERS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
} | {"a": 1, "an": 1, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60}
WORDS = (*_UNITS, *_NUMBERS, "and")
_PART = re.compile(r"\s*(?:(\d{1,9}(?:\.\d{1,9})?)|([A-Za-z]+)|([,:]))")
WEEK = 7 * 86_400


def seconds(text: str) -> float | None:
    """A duration in seconds, or None if it is none."""
    position = 0
    total, number = 0.0, None
    clock: list[float] = []
    text = text.strip()
    if not text:
        return None
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            return None
        position = match.end()
        if match[1]:
            if number is not None:
                return None
            number = float(match[1])
        elif match[2]:
            word = match[2].lower()
            if word == "and":
                continue
            if word in _UNITS:
                if number is None:
                    return None
                total, number = total + number * _UNITS[word], None
            elif word in _NUMBERS and number is None:
                number = float(_NUMBERS[word])
            else:
                return None
        elif match[3] == ":" and number is not None:
            clock.append(number)
            number = None
    if clock and number is not None:
        for part in (*clock, number):
            total = total * 60 + part
        return total
    return total + (number or 0.0)
