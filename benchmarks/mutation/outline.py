"""Where the parts and entries of a reference stand in its text, and edits of it that keep its layout.

An entry is what a person would take out as a whole: an argument, a key with its value, an item of a
list, an instruction, a statement. One module a format makes the outline; nothing here knows intents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from iapo.rewards.canonical import format_terraform
from iapo.verify.report import Format

COMMENT = {"jenkins": "// "}


@dataclass(frozen=True)
class Entry:
    """Something with a place in a part.

    Attributes:
        parts: labels of the parts that it stands in, as `IntentResult.claimed` gives them.
        path: the keys above it and its own; items of lists add none.
        start, end: its text, as it is taken out.
        value_start, value_end: the text of its value.
    """

    parts: tuple[str, ...]
    path: tuple[str, ...]
    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(frozen=True)
class Span:
    """A whole part (a resource, manifest, service, job, stage): its label and its text."""

    label: str
    start: int
    end: int


@dataclass(frozen=True)
class Outline:
    """Entries, outer before inner, and parts of one text."""

    format: Format
    text: str
    entries: tuple[Entry, ...]
    parts: tuple[Span, ...]

    def innermost(self, start: int, end: int) -> Entry | None:
        """The smallest entry that the text from `start` to `end` stands in."""
        # An only child is taken out with what it stands in: of equal spans the inner is last.
        around = [e for e in reversed(self.entries) if e.start <= start and end <= e.end]
        return min(around, key=lambda e: e.end - e.start) if around else None

    def replaced(self, start: int, end: int, new: str) -> str:
        """The text with other words from `start` to `end`, laid out as before."""
        return self._tidy(self.text[:start] + new + self.text[end:])

    def without(self, span: Entry | Span) -> str:
        """The text without an entry or a part."""
        return self.replaced(span.start, span.end, "")

    def commented(self, entry: Entry) -> str:
        """The text in which an entry is only a comment, on a line of its own."""
        words = " ".join(self.text[entry.start : entry.end].split())
        mark = COMMENT.get(self.format, "# ")
        line = self.text.rfind("\n", 0, entry.start) + 1
        indent = re.match(r" *", self.text[line:])
        assert indent is not None
        comment = f"{indent[0]}{mark}{words}\n"
        rest = self.text[line : entry.start] + self.text[entry.end :]
        return self._tidy(self.text[:line] + comment + rest)

    def _tidy(self, text: str) -> str:
        """Layout is not what a mutant is to be found by."""
        text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
        return format_terraform(text) if self.format == "terraform" else text


def whole_lines(text: str, start: int, end: int) -> tuple[int, int]:
    """The lines of a span where it has them to itself, else the span and the comma after it."""
    line = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop + 1
    after = text[end:stop].strip()
    if not text[line:start].strip() and after in ("", ","):
        return line, stop
    found = re.match(r"\s*,[ ]*", text[end:])
    if found:
        return start, end + found.end()
    comma = re.search(r",\s*\Z", text[:start])
    return (comma.start(), end) if comma else (start, end)


def occurrences(text: str, literal: str, *, loose: bool = False) -> Iterator[tuple[int, int]]:
    """Where a literal stands as a word of its own; `loose`: letters and digits aside, anywhere."""
    if not re.search(r"\w", literal):
        return
    before, after = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])")
    if not loose:
        before, after = r"(?<![\w.-])", r"(?![\w-]|\.\w)"
    before = before if re.match(r"\w", literal) else ""
    after = after if re.search(r"\w\Z", literal) else ""
    for found in re.finditer(before + re.escape(literal) + after, text):
        yield found.span()
