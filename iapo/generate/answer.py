"""From what a model wrote to the code that is printed: no fences, no prose, and where it ends.

It takes away what stands around the code and never changes the code itself.
"""

from __future__ import annotations

import re

from iapo.verify.extract import extract_code, fits_fence
from iapo.verify.report import Format

# A line of prose: it begins like a sentence and is not code in any of the formats.
_SENTENCE = re.compile(
    r"(?:[-*] |\d+\. |#+ )?\**[A-Z][a-z']*(?: [\w'`\"/-]+){3,}[^{}=]*[.:!]\**\s*$"
)


def code_in(text: str, format: Format) -> tuple[str, bool]:
    """The code, and whether it is whole (False: a fence was opened and never closed)."""
    extraction = extract_code(text, format)
    return _trimmed(extraction.code), not extraction.truncated


def without_closing_prose(code: str) -> str:
    """The code up to a paragraph of prose behind it; unchanged where there is none.

    A heredoc may hold such a paragraph too: whoever asks has to see whether the rest still stands.
    """
    lines = code.split("\n")
    for at in range(1, len(lines)):
        if not lines[at - 1].strip() and _SENTENCE.match(lines[at]):
            return _trimmed("\n".join(lines[:at]))
    return code


def is_over(text: str, format: Format) -> bool:
    """Whether a fenced block that can hold the format has been closed: what follows is prose."""
    if "```" not in text and "~~~" not in text:
        return False
    extraction = extract_code(text, format)
    if not extraction.blocks or extraction.truncated:
        return False
    return extraction.language is None or fits_fence(extraction.language, format)


def _trimmed(code: str) -> str:
    """Without blank lines around it, one line feed at the end."""
    kept = re.sub(r"\A(?:[ \t]*\n)+", "", code).rstrip()
    return f"{kept}\n" if kept else ""
