"""Dockerfiles by convention: instructions in capitals at the margin, continuations indented."""

from __future__ import annotations

import re

_INSTRUCTION = re.compile(r"([A-Za-z]+)(\s+)\S")
_HEREDOC = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w*)[\"']?")


def dockerfile_style(code: str) -> tuple[float, str]:
    """Share of canonical lines, and the first that is not."""
    judged = wrong = 0
    why = ""
    continued = False
    heredoc: str | None = None
    for number, line in enumerate(code.rstrip("\n").split("\n"), start=1):
        if heredoc is not None:
            heredoc = None if line.strip() == heredoc else heredoc
            continue
        if not line:
            continue
        judged += 1
        fault = _fault(line, continued)
        if fault:
            wrong += 1
            why = why or f"line {number} {fault}"
        if not line.lstrip().startswith("#"):
            continued = line.rstrip().endswith("\\")
            opened = _HEREDOC.search(line)
            heredoc = opened[1] if opened else None
    if not judged:
        return 0.0, "there is no code"
    return 1.0 - wrong / judged, why


def _fault(line: str, continued: bool) -> str:
    if line != line.rstrip():
        return "ends in white space"
    if "\t" in line and not continued:
        return "has a tab"
    if line.lstrip().startswith("#"):
        return ""
    if continued:
        return "" if line[0] in " \t" else "continues a line and is not indented"
    if line[0] in " \t":
        return "is indented"
    found = _INSTRUCTION.match(line)
    if found and found[1] != found[1].upper():
        return f"writes {found[1]} in small letters"
    if found and len(found[2]) > 1:
        return f"has more than one space after {found[1]}"
    return ""
