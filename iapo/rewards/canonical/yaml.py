"""YAML as its readers expect it: two-space steps, no tabs, no trailing blanks, `key: value`.

A line is canonical when it is indented in steps of two (a block scalar's own text is free), has no
trailing white space or tab, one space after `key:` and after `-`. Whether it parses is not asked
here.
"""

from __future__ import annotations

import re

_BLOCK_SCALAR = re.compile(r"(?:^|[\s:-])[|>][+-]?[1-9]?[+-]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^(?:- )*(?:"[^"]*"|'[^']*'|[^\s#:'"\[\]{},][^:#]*?)(\s*):(\s+|$)""")
_DASHES = re.compile(r"^(?:-\s+)+")


def yaml_style(code: str) -> tuple[float, str]:
    """Share of canonical lines, and the first that is not."""
    judged = wrong = 0
    why = ""
    scalar_above: int | None = None  # indentation of the line that opened a block scalar
    for number, line in enumerate(code.rstrip("\n").split("\n"), start=1):
        if not line.strip():
            if line:
                judged, wrong = judged + 1, wrong + 1
                why = why or f"line {number} is blank but not empty"
            continue
        indent = len(line) - len(line.lstrip(" "))
        if scalar_above is not None and indent > scalar_above:
            continue
        scalar_above = None
        judged += 1
        fault = _fault(line, indent)
        if fault:
            wrong += 1
            why = why or f"line {number} {fault}"
        if _BLOCK_SCALAR.search(line):
            scalar_above = indent
    if not judged:
        return 0.0, "there is no code"
    return 1.0 - wrong / judged, why


def _fault(line: str, indent: int) -> str:
    if "\t" in line:
        return "has a tab"
    if line != line.rstrip():
        return "ends in white space"
    if indent % 2:
        return f"is indented by {indent} spaces, not in steps of two"
    body = line[indent:]
    if body.startswith("#"):
        return ""
    dashes = _DASHES.match(body)
    if dashes and re.search(r"-\s{2,}", dashes[0]):
        return "has more than one space after a dash"
    key = _KEY.match(body)
    if key and key[1]:
        return "has a space before a colon"
    if key and len(key[2]) > 1:
        return "has more than one space after a colon"
    return ""
