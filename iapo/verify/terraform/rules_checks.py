"""What each kind of validator accepts: enums, ranges, lengths, patterns and formats, of one value.

Which validators an argument has is data; where and when they are asked is `rules_apply`'s matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .rules_items import item_fault
from .rules_values import (
    FORMATS,
    arn_faults,
    cidr_fault,
    duration_fault,
    json_fault,
    network_fault,
    policy_fault,
    timestamp_fault,
)

Text = tuple[str, str]  # summary and detail, as templates
# Longer text is not put through a regular expression: Python's backtracking takes up to the cube of
# the length for some of the provider's patterns, which Go matches in linear time.
LONGEST_MATCHED = 512


@dataclass(frozen=True, slots=True)
class Rule:
    """One validator: `faults` gives the templates of the errors a value deserves."""

    op: str
    argument: Any
    summary: str = ""
    detail: str = ""

    def faults(self, value: Any) -> list[Text]:
        if self.op in FAMILIES:
            return FAMILIES[self.op](self, value) if isinstance(value, str) else []
        holds = CHECKS.get(self.op)
        if holds is None or holds(self.argument, value):
            return []
        return [(self.summary, self.detail)]


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _in_range(bounds: tuple[float | None, float | None], value: Any) -> bool:
    low, high = bounds
    return not _number(value) or ((low is None or value >= low) and (high is None or value <= high))


def _length(bounds: tuple[int | None, int | None], size: int) -> bool:
    low, high = bounds
    return (low is None or size >= low) and (high is None or size <= high)


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _is_enum(choices: list[Any], value: Any) -> bool:
    if isinstance(value, str) or _number(value):
        return value in choices or not isinstance(value, type(choices[0]))
    return True


CHECKS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": _is_enum,
    "enum-any-case": lambda a, v: not isinstance(v, str) or v.lower() in {c.lower() for c in a},
    "bytes": lambda a, v: not isinstance(v, str) or _length(a, _size(v)),
    "chars": lambda a, v: not isinstance(v, str) or _length(a, len(v)),
    "range": _in_range,
    "over": lambda a, v: not _number(v) or v > a,
    "whole": lambda a, v: not isinstance(v, float) or v.is_integer(),
    "multiple": lambda a, v: not isinstance(v, int) or v % a == 0,
    "match": lambda a, v: not isinstance(v, str) or len(v) > LONGEST_MATCHED or _matches(a, v),
    "no-match": lambda a, v: (
        not isinstance(v, str) or len(v) > LONGEST_MATCHED or not _matches(a, v)
    ),
    "format": lambda a, v: not isinstance(v, str) or FORMATS[a](v),
    "filled": lambda a, v: v != "",
    "blank": lambda a, v: not isinstance(v, str) or v == "",
}


def _one(fault: str | None) -> list[Text]:
    return [(fault, "")] if fault else []


def _json(rule: Rule, value: str) -> list[Text]:
    fault = json_fault(value) if value else None  # the provider takes "" for no JSON at all
    return [(f"{rule.summary}{fault[0]}", rule.detail)] if fault else []


# Validators whose error explains what is wrong with the value: the wording is computed.
FAMILIES: dict[str, Callable[[Rule, str], list[Text]]] = {
    "arn": lambda r, v: [(s, "") for s in arn_faults(v)],
    "cidr": lambda r, v: _one(cidr_fault(v, r.argument)),
    "network": lambda r, v: _one(network_fault(v, *r.argument)),
    "item": lambda r, v: [(r.summary + f, r.detail) for f in [item_fault(v)] if f is not None],
    "policy": lambda r, v: _one(policy_fault(v, r.argument)),
    "json": _json,
    "timestamp": lambda r, v: [
        (r.summary + f, r.detail) for f in [timestamp_fault(v, r.argument)] if f is not None
    ],
    "duration": lambda r, v: [
        (r.summary + f, r.detail) for f in [duration_fault(v)] if f is not None
    ],
}
