"""The outline of a declarative pipeline: blocks, and statements of a line each."""

from __future__ import annotations

import re

from .outline import Entry, Outline, Span

_STAGE = re.compile(r"stage\s*\(\s*['\"](.*?)['\"]\s*\)")
_WORD = re.compile(r"\w+")


def outline(text: str) -> Outline:
    """Every statement; a block reaches to the line of its closing brace."""
    entries: list[Entry] = []
    parts: list[Span] = []
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    above: list[tuple[int, str, str]] = []  # last line, word and stage of each open block
    index = 0
    while index < len(lines):
        line = lines[index]
        while above and index >= above[-1][0]:
            above.pop()
        if not line.strip() or line.strip() in ("}", ")", "])"):
            index += 1
            continue
        last = _last_line(lines, index)
        found = _WORD.search(line)
        word = found[0] if found else line.strip()
        stage = _STAGE.search(line)
        stages = [name for _, _, name in above if name]
        label = f"stage {stage[1]}" if stage else (stages[-1] if stages else "pipeline")
        start, end = starts[index], starts[last + 1]
        path = (*(word for _, word, _ in above), word)
        indent = len(line) - len(line.lstrip())
        entries.append(Entry((label,), path, start, end, start + indent, end))
        if stage:
            parts.append(Span(label, start, end))
        block = line.rstrip().endswith("{")
        if block:
            above.append((last, word, f"stage {stage[1]}" if stage else ""))
        index = index + 1 if block else last + 1
    return Outline("jenkins", text, tuple(entries), tuple(parts))


def _last_line(lines: list[str], index: int) -> int:
    line = lines[index].rstrip()
    indent = len(line) - len(line.lstrip())
    for quote in ("'''", '"""'):
        if line.count(quote) == 1:
            return next(i for i in range(index + 1, len(lines)) if quote in lines[i])
    if line.endswith(("{", "(", "[")):
        for later in range(index + 1, len(lines)):
            body = lines[later].rstrip()
            if body and len(body) - len(body.lstrip()) <= indent:
                return later
    return index
