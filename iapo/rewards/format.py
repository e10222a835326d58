"""Format: nothing but the code asked for, complete, canonically written, no placeholders.

A product of factors, so that each fault costs whatever else is right:

- prose around the code, several fenced blocks, one fence: the answer is more than code;
- text that breaks off: an open fence, string or bracket, or text that does not parse;
- placeholders that a person would have to fill in;
- the share of lines that the format's formatter would change;
- length beyond what the task needs;
- with an intent, relevance: code that meets less than half of what was asked is not the code asked
  for, and its layout counts in proportion.
"""

from __future__ import annotations

import re
from typing import Protocol

from iapo.intent import Intent, IntentResult
from iapo.rewards.canonical import canonical_share
from iapo.rewards.correctness import length_factor
from iapo.rewards.score import Loss
from iapo.rewards.substance import top_blocks
from iapo.verify.extract import Extraction
from iapo.verify.report import Format, Report

PROSE = 0.6
ONE_FENCE = 0.9
SEVERAL_FENCES = 0.4
BROKEN_OFF = 0.3
PLACEHOLDER = 0.6
UNCANONICAL = 0.5  # what is left when no line at all is canonical
FREE_LENGTH, LOST_LENGTH = 2.5, 6.0

_PLACEHOLDERS = re.compile(
    r"<\s*(?:your|my|insert|replace|enter|add|put|change|fill)[\w\s./-]{0,60}>"
    r"|<[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+>"
    r"|\b(?:your|insert|replace)[-_](?:[a-z0-9]+[-_])*(?:here|name|id|key|arn|token|password|secret|bucket|domain|image|value|account|region)\b"
    r"|\b(?:CHANGE[-_]?ME|REPLACE[-_]?ME|FIXME|TODO|TBD|XXX+|FILL[-_]?ME)\b"
    r"|^\s*(?:#|//)?\s*\.\.\.\s*$",
    re.IGNORECASE | re.MULTILINE,
)


class _Asked(Protocol):
    @property
    def prompt(self) -> str: ...
    @property
    def output(self) -> str: ...
    @property
    def intent(self) -> Intent | None: ...


def format_component(
    text: str,
    extraction: Extraction,
    format: Format,
    report: Report,
    substance: bool,
    result: IntentResult | None,
    correct: float,
    task: _Asked | None,
    losses: list[Loss],
) -> float:
    """The component, in [0, 1]; what is missing is added to `losses`."""
    code = extraction.code
    if not substance:
        losses.append(Loss("format", 1.0, "there is nothing but an empty frame"))
        return 0.0
    factors: list[tuple[float, str]] = []
    if extraction.blocks > 1:
        factors.append((SEVERAL_FENCES, f"the answer has {extraction.blocks} fenced blocks"))
    elif extraction.blocks == 1:
        factors.append((ONE_FENCE, "the code stands in a fence"))
    if extraction.prose:
        factors.append((PROSE, "the answer has more than code in it"))
    if extraction.truncated or not report.parses:
        factors.append((BROKEN_OFF, "the code is not complete"))
    held = placeholders(code, task.prompt if task is not None else "")
    if held:
        factors.append((PLACEHOLDER ** min(len(held), 3), f"placeholder {held[0]!r}"))
    share, why = canonical_share(code, format)
    factors.append((UNCANONICAL + (1.0 - UNCANONICAL) * share, why))
    length = length_factor(text, task, FREE_LENGTH, LOST_LENGTH)
    factors.append((length, "the answer is much longer than it need be"))
    if result is not None:
        factors.append(
            (_relevance(code, format, report, task, correct), "little of what was asked is in it")
        )
    value = 1.0
    for factor, reason in factors:
        if factor < 1.0:
            losses.append(Loss("format", value * (1.0 - factor), reason))
            value *= factor
    return value


def placeholders(code: str, prompt: str) -> list[str]:
    """Placeholders in the code that the prompt did not give, in order."""
    found = dict.fromkeys(match[0].strip() for match in _PLACEHOLDERS.finditer(code[:100_000]))
    return [text for text in found if text.lower() not in prompt.lower()]


def _relevance(
    code: str, format: Format, report: Report, task: _Asked | None, correct: float
) -> float:
    """1 from half of the task on, in proportion below.

    A Terraform program that cannot be planned is known by the kinds of its blocks alone, which is
    worth at most half.
    """
    if format != "terraform" or report.plan is not None or task is None or task.intent is None:
        return min(1.0, 2.0 * correct)
    if report.valid is not False:
        return min(1.0, 2.0 * correct)
    declared = [block.labels[0] for block in top_blocks(code) if block.labels]
    wanted = [
        getattr(pattern.selector, "value", None)
        for pattern in task.intent.patterns
        if pattern.kind in ("resource", "data")
    ]
    if not wanted:
        return 0.5 if declared else 0.0
    met = 0
    for type in wanted:
        if type in declared:
            declared.remove(type)
            met += 1
    return 0.5 * met / (len(wanted) + len(declared))
