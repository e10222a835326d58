"""The outline of a Dockerfile: stages and instructions."""

from __future__ import annotations

import re

from .outline import Entry, Outline, Span

_FROM = re.compile(r"FROM\s+(?:--\S+\s+)*\S+(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_HEREDOC = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w*)[\"']?")


def outline(text: str) -> Outline:
    """Every instruction, with the lines that continue it."""
    entries: list[Entry] = []
    parts: list[Span] = []
    stage, stages = "", 0
    opened = 0
    for start, end in _instructions(text):
        words = text[start:end]
        keyword = words.split(None, 1)[0].upper()
        if keyword == "FROM":
            if stage:
                parts.append(Span(stage, opened, start))
            found = _FROM.match(words)
            name = found[1] if found and found[1] else str(stages)
            stage, stages, opened = f"stage {name}", stages + 1, start
        if keyword == "ARG" and not stage:
            own = "ARG " + re.split(r"[\s=]", words.strip())[1]
        else:
            own = f"{keyword} in {stage}"
        value = start + len(keyword)
        entries.append(Entry((stage, own), (keyword,), start, end, value, end))
    parts.append(Span(stage, opened, len(text)))
    return Outline("dockerfile", text, tuple(entries), tuple(parts))


def _instructions(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = 0
    start: int | None = None
    heredoc: str | None = None
    for line in text.splitlines(keepends=True):
        begin, at = at, at + len(line)
        if heredoc is not None:
            if line.strip() == heredoc:
                heredoc = None
                found.append((start or 0, at))
                start = None
            continue
        if start is None and (not line.strip() or line.lstrip().startswith("#")):
            continue
        start = begin if start is None else start
        if line.rstrip().endswith("\\"):
            continue
        opened = _HEREDOC.search(line)
        if opened:
            heredoc = opened[1]
            continue
        found.append((start, at))
        start = None
    return found
