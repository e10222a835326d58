"""The small languages of `on:`: cron schedules and the glob patterns of filters.

Cron as https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
has it (POSIX, five fields, names for months and days, no `@daily`); globs as the filter pattern
cheat sheet of the workflow syntax, with git's rules for names of branches and tags.
"""

from __future__ import annotations

import itertools
import re

_MONTHS = {
    n: i + 1
    for i, n in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    )
}
_DAYS = {n: i for i, n in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
CRON_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 6, _DAYS),
)
_DIGITS = re.compile(r"[0-9]{1,9}\Z")
SHORTEST_MINUTES = 5


def cron_problem(text: str) -> str | None:
    """What is wrong with a cron schedule, or None."""
    fields = text.split()
    if text.startswith("@"):
        return f'shorthands such as "{text[:20]}" are not understood; write five fields'
    if len(fields) != len(CRON_FIELDS):
        return f"it has {len(fields)} fields; there must be five: minute hour day month weekday"
    problems = (cron_field_problem(field, number) for number, field in enumerate(fields))
    return next((problem for problem in problems if problem), None)


def cron_field_problem(field: str, number: int) -> str | None:
    """What is wrong with one of the five fields of a schedule, or None."""
    name, low, high, names = CRON_FIELDS[number]
    values = _cron_field(field, name, low, high, names)
    if isinstance(values, str):
        return values
    if number:
        return None
    ordered = sorted(values)
    around = [*ordered, ordered[0] + 60]
    gap = min(b - a for a, b in itertools.pairwise(around))
    if gap < SHORTEST_MINUTES:
        return f"it runs every {gap} minutes; the shortest interval is {SHORTEST_MINUTES} minutes"
    return None


def _cron_field(
    field: str, name: str, low: int, high: int, names: dict[str, int]
) -> set[int] | str:
    values: set[int] = set()
    for part in field.split(","):
        span, slash, step_text = part.partition("/")
        step = 1
        if slash:
            if not _DIGITS.match(step_text) or int(step_text) == 0:
                return f'"{part[:30]}" is no {name}: after "/" comes a number from 1'
            step = int(step_text)
        if span in ("*", "?"):
            first, last = low, high
        else:
            start, dash, end = span.partition("-")
            bounds = []
            for bound in (start, end) if dash else (start,):
                value = names.get(bound.lower())
                if value is None and _DIGITS.match(bound):
                    value = int(bound)
                if value is None:
                    return f'"{part[:30]}" is no {name}'
                if not low <= value <= high:
                    return f"{name} {value} is outside {low}-{high}"
                bounds.append(value)
            first, last = bounds[0], bounds[-1]
            if slash and not dash:
                last = high
            if first > last:
                return f'range "{span}" of {name} ends before it begins'
        values.update(range(first, last + 1, step))
    return values


_REF_FORBIDDEN = frozenset(" \t~^:")


def glob_problem(pattern: str, *, ref: bool) -> str | None:
    """What is wrong with a filter pattern, or None.

    Args:
        ref: the pattern is for branches or tags, whose names git restricts; otherwise for paths.
    """
    if not pattern:
        return "an empty pattern matches nothing; remove it"
    if ref:
        if pattern.startswith("/"):
            return 'a branch or tag does not begin with "/"'
    elif pattern != pattern.strip():
        return "the pattern begins or ends with a space"
    elif pattern.lstrip("!").startswith(("./", "../")) or pattern in (".", ".."):
        return 'paths are matched from the root of the repository; leave out "./"'
    position = 1 if pattern.startswith("!") else 0
    if position == len(pattern):
        return 'a pattern must follow "!"'
    return _scan_glob(pattern, position, ref)


def _scan_glob(pattern: str, position: int, ref: bool) -> str | None:
    repeatable = False  # whether ? or + may follow
    end = len(pattern)
    char = ""
    while position < end:
        char = pattern[position]
        position += 1
        if char in "\r\n":
            return "a pattern is one line"
        if char == "\\":
            following = pattern[position : position + 1]
            if following and following in "[?*+\\!":
                position += 1
                if ref and following in "[?*":
                    return f'a branch or tag name cannot contain "{following}"'
                char = following
            elif ref:
                return 'only [ ? + * \\ ! can be escaped with "\\"'
            repeatable = True
        elif char in "?+":
            if not repeatable:
                return f'"{char}" must follow an ordinary character'
            repeatable = False
        elif char == "*":
            repeatable = False
        elif char == "[":
            closing = _scan_class(pattern, position)
            if isinstance(closing, str):
                return closing
            position = closing
            char = "]"
            repeatable = True
        else:
            if ref and char in _REF_FORBIDDEN:
                return (
                    f'a branch or tag name cannot contain "{char}"'
                    " (patterns are globs, not regular expressions)"
                )
            repeatable = True
    if ref and char in "/.":
        return f'a branch or tag does not end with "{char}"'
    return None


def _scan_class(pattern: str, position: int) -> int | str:
    """The position after `]` of a `[...]` that begins before `position`, or what is wrong with it."""
    close = pattern.find("]", position)
    if close < 0:
        return '"[" is not closed; add "]"'
    body = pattern[position:close]
    if not body:
        return '"[]" is empty'
    if len(body) == 1:
        return f'"[{body}]" is simply "{body}"'
    index = 0
    while index < len(body):
        if body[index + 1 : index + 2] == "-":
            last = body[index + 2 : index + 3]
            if not last:
                return f'the range "{body[index:]}" has no end'
            if body[index] > last:
                return f'the range "{body[index : index + 3]}" ends before it begins'
            index += 3
        else:
            index += 1
    return close + 1
