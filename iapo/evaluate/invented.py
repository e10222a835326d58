"""Names that a model made up: types and arguments that the tools say do not exist.

They are read out of the verifier's diagnostics, never guessed from the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from iapo.verify.report import Diagnostic

_TYPES = {
    "invalid-data-source",
    "invalid-resource-type",
    "unknown-activity-type",
    "unknown-agent",
    "unknown-condition",
    "unknown-context",
    "unknown-event",
    "unknown-function",
    "unknown-instruction",
    "unknown-kind",
    "unknown-option",
    "unknown-post-condition",
    "unknown-shell",
    "unknown-tool",
    "unknown-trigger",
}
_ARGUMENTS = {
    "misspelt-field",
    "unknown-argument",
    "unknown-field",
    "unknown-flag",
    "unknown-input",
    "unknown-key",
    "unknown-parameter",
    "unknown-permission",
    "unknown-section",
    "unsupported-argument",
    "unsupported-block-type",
}
# Tried in turn: a message may quote what something was looked for in before what is missing.
_NAMED = (
    re.compile(r"has no (?:[\w ]+ )?[\"`](.+?)[\"`]"),
    re.compile(r"no flag (--[\w-]+)"),
    re.compile(r"no kind (\S+)"),
    re.compile(r"[\"`](.+?)[\"`]"),
)
_BLOCK = re.compile(r'^\s*(?:resource|data)\s+"([^"]+)"')
_PATH = re.compile(r"^(?:.*?: )?([\w.\[\]-]+) has no field ")
_WORD = re.compile(r"[A-Za-z]+")
_LONGEST = 80


class Invented(NamedTuple):
    """A name that does not exist.

    Attributes:
        kind: `type` or `argument`.
        name: as the model wrote it.
        within: what it was written in, where that can be told: `aws_s3_bucket`, `spec.ports`.
    """

    kind: str
    name: str
    within: str


def invented(text: str, errors: Iterable[Diagnostic]) -> list[Invented]:
    """The names in one answer, each once, in order.

    Args:
        text: the answer.
        errors: the verifier's, with the answer's lines.
    """
    found: dict[Invented, None] = {}
    for error in errors:
        kind = "type" if error.code in _TYPES else "argument" if error.code in _ARGUMENTS else None
        named = next((m for pattern in _NAMED if (m := pattern.search(error.message))), None)
        # Prose or YAML in a Dockerfile begins lines with what nobody meant as an instruction.
        if error.code == "unknown-instruction" and named and not _WORD.fullmatch(named[1]):
            continue
        if kind and named:
            found[Invented(kind, named[1][:_LONGEST], _within(text, error, kind))] = None
    return list(found)


def _within(text: str, error: Diagnostic, kind: str) -> str:
    if kind == "type":
        return ""
    if error.tool == "terraform" and error.line:
        for line in reversed(text.splitlines()[: error.line]):
            if block := _BLOCK.match(line):
                return block[1][:_LONGEST]
    if error.tool == "kubernetes" and (path := _PATH.match(error.message)):
        return re.sub(r"\[\d+\]", "", path[1])[:_LONGEST]
    return ""
