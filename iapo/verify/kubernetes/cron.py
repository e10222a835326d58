"""Whether a CronJob's schedule can be read: five fields, or a macro such as @hourly.

The grammar is that of https://pkg.go.dev/github.com/robfig/cron/v3 (ParseStandard), which the
CronJob controller uses.
"""

from __future__ import annotations

import re

_MACROS = frozenset(
    {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
)
_EVERY = re.compile(r"@every (?:[0-9.]+(?:ns|us|µs|ms|s|m|h))+\Z")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, {name: i for i, name in enumerate(_MONTHS, 1)}),
    ("day of week", 0, 6, {name: i for i, name in enumerate(_DAYS)}),
)


def cron_problem(schedule: str) -> str | None:
    """What is wrong with a schedule, or None."""
    if len(schedule) > 1000:
        return "the schedule is too long"
    if "TZ" in schedule:
        return "a schedule takes no TZ=; use timeZone beside it"
    if schedule.startswith("@"):
        if schedule in _MACROS or _EVERY.match(schedule):
            return None
        return (
            f'"{schedule[:60]}" is no schedule; known are {", ".join(sorted(_MACROS))}, @every 5m'
        )
    fields = schedule.split()
    if len(fields) != 5:
        return f'schedule "{schedule[:60]}" has {len(fields)} fields instead of 5: minute hour day month weekday'
    for field, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            problem = _part_problem(part, low, high, words)
            if problem:
                return f'{name} "{field[:40]}" of the schedule {problem}'
    return None


def _part_problem(part: str, low: int, high: int, words: dict[str, int]) -> str | None:
    span, slash, step = part.partition("/")
    if slash and (not step.isdecimal() or len(step) > 9 or int(step) == 0):
        return "has a step that is not a number above 0"
    if span in ("*", "?"):
        return None
    first, dash, last = span.partition("-")
    start = _number(first, words)
    end = _number(last, words) if dash else (high if slash else start)
    if start is None or end is None:
        return "is not a number, range, list, * or */step"
    if start < low or end > high:
        return f"must be within {low}-{high}"
    return "has a range that ends before it begins" if start > end else None


def _number(text: str, words: dict[str, int]) -> int | None:
    if text.lower() in words:
        return words[text.lower()]
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else None
