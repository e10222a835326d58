"""Groovy by convention: one step of two or four spaces a brace, no tabs, no trailing blanks."""

from __future__ import annotations

import re

_TRIPLE = re.compile(r"'''|\"\"\"")
_STRINGS = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|//.*$|/\*.*?\*/")


def braces_style(code: str) -> tuple[float, str]:
    """Share of canonical lines, and the first that is not; the better of the two steps counts."""
    return max(_with_step(code, 2), _with_step(code, 4), key=lambda result: result[0])


def _with_step(code: str, step: int) -> tuple[float, str]:
    judged = wrong = depth = 0
    why = ""
    inside_triple = False
    for number, line in enumerate(code.rstrip("\n").split("\n"), start=1):
        triples = len(_TRIPLE.findall(line))
        if inside_triple:
            inside_triple = triples % 2 == 0
            continue
        if not line:
            continue
        bare = _STRINGS.sub("", _TRIPLE.sub("", line) if triples else line).strip()
        closing = len(bare) - len(bare.lstrip("})]"))
        expected = max(0, depth - (1 if closing else 0)) * step
        judged += 1
        indent = len(line) - len(line.lstrip(" "))
        if "\t" in line or line != line.rstrip() or indent != expected:
            wrong += 1
            why = why or f"line {number} is not indented by {expected} spaces, or has stray blanks"
        # Several brackets opened on one line are one step.
        change = sum(bare.count(c) for c in "{([") - sum(bare.count(c) for c in "})]")
        depth = max(0, depth + (change > 0) - (change < 0))
        inside_triple = triples % 2 == 1
    if not judged:
        return 0.0, "there is no code"
    return 1.0 - wrong / judged, why
