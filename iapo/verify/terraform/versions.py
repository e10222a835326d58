"""Terraform's version constraints (`~> 5.0, != 5.3`): which of several versions a program asks for.

Follows https://developer.hashicorp.com/terraform/language/expressions/version-constraints.
A constraint that cannot be read constrains nothing: Terraform itself reports it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Version = tuple[int, ...]

_CLAUSE = re.compile(r"\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+)*)(?:[-+][\w.+-]+)?\s*\Z")


def parse_version(text: str) -> Version:
    """`"5.100.0"` as `(5, 100, 0)`; what is not a number ends it."""
    found = re.match(r"v?(\d{1,9}(?:\.\d{1,9})*)", text)
    return tuple(int(n) for n in found[1].split(".")) if found else ()


def _padded(version: Version, length: int = 3) -> Version:
    return version + (0,) * (length - len(version))


def satisfies(version: str, constraint: str) -> bool:
    """Whether `version` is one that `constraint` allows."""
    have = _padded(parse_version(version))
    for clause in constraint.split(","):
        found = _CLAUSE.match(clause)
        if found is None:
            continue
        asked = parse_version(found[2])
        want = _padded(asked)
        operator = found[1] or "="
        if operator == "~>":
            # The last number given may rise, those before it may not.
            allowed = (
                have >= want and have[: max(len(asked) - 1, 1)] == asked[: max(len(asked) - 1, 1)]
            )
        else:
            allowed = {
                "=": have == want,
                "!=": have != want,
                ">=": have >= want,
                "<=": have <= want,
                ">": have > want,
                "<": have < want,
            }[operator]
        if not allowed:
            return False
    return True


def choose_version(available: Sequence[str], constraint: str, preferred: str) -> tuple[str, bool]:
    """The version to judge with, and whether the constraint allows it.

    `preferred` wins where it is allowed, then the newest that is; where none is, the one nearest to
    the first version that the constraint names.
    """
    if not constraint.strip() or satisfies(preferred, constraint):
        return preferred, True
    allowed = [v for v in available if satisfies(v, constraint)]
    if allowed:
        return max(allowed, key=parse_version), True
    named = re.search(r"\d+(?:\.\d+)*", constraint)
    if named is None:
        return preferred, True
    aim = _padded(parse_version(named[0]))

    def distance(version: str) -> tuple[int, ...]:
        return tuple(abs(a - b) for a, b in zip(_padded(parse_version(version)), aim, strict=False))

    return min(available, key=distance), False
