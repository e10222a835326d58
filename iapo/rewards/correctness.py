"""Correctness: how much of what was asked holds, in the plan or the parsed document.

With an intent: its share of leaves that hold (of those that had to change, where the task hands over
code), times what unrequested parts leave of it:
`(requested / (requested + unrequested)) ** 2`. An answer in several fenced blocks is several
answers, of which the first is judged and divided by the square of their number. An answer many
times longer than the reference loses too. Without an intent: the share of declared parts whose type
and fields exist.
"""

from __future__ import annotations

import re
from typing import Protocol

from iapo.intent import IntentResult
from iapo.rewards.score import Loss
from iapo.rewards.substance import top_blocks
from iapo.verify.report import Report

# Times the reference's length that costs nothing, and at which nothing is left.
FREE_LENGTH, LOST_LENGTH = 4.0, 8.0
_SHORT = 400  # characters that are never too long
_DECLARING = {"resource", "data", "module"}
_DOES_NOT_EXIST = {
    "invalid-resource-type", "invalid-data-source", "unsupported-argument",
    "unsupported-block-type", "unknown-provider", "module-not-installed",
}  # fmt: skip


class _Referenced(Protocol):
    @property
    def output(self) -> str: ...


def correctness(
    code: str,
    blocks: int,
    report: Report,
    substance: bool,
    result: IntentResult | None,
    share: float | None,
    task: _Referenced | None,
    losses: list[Loss],
) -> float:
    """The component, in [0, 1]; what is missing is added to `losses`.

    Args:
        share: of the intent, beyond what the task's input already met; None without an intent.
    """
    if result is None or share is None:
        value = (declared_share(code, report) if substance else 0.0) / max(blocks, 1) ** 2
        if value < 1.0:
            losses.append(Loss("correctness", 1.0 - value, _undeclared(report, substance)))
        return value
    earned = share
    missing = [leaf for leaf in result.parts if not leaf.met]
    losses.extend(
        Loss("correctness", (1.0 - earned) / len(missing), f"{leaf.name}: {leaf.why_not}")
        for leaf in missing
    )
    pure = purity(result) / max(blocks, 1) ** 2
    if pure < 1.0 and earned:
        why = f"{result.unrequested} parts that nobody asked for"
        if blocks > 1:
            why = f"{blocks} answers instead of one"
        losses.append(Loss("correctness", earned * (1.0 - pure), why))
    length = length_factor(code, task, FREE_LENGTH, LOST_LENGTH)
    if length < 1.0 and earned:
        why = "the answer is many times longer than it need be"
        losses.append(Loss("correctness", earned * pure * (1.0 - length), why))
    return earned * pure * length


def purity(result: IntentResult) -> float:
    """What unrequested parts leave, in (0, 1]."""
    requested = max(result.requested, 1)
    return (requested / (requested + result.unrequested)) ** 2


def declared_share(code: str, report: Report) -> float:
    """Share of the parts whose type and fields exist.

    What nothing offline can tell is not known to exist: such a Terraform block counts as none, such
    a document of another format as half.
    """
    if report.valid is True:
        return 1.0
    if report.format == "terraform":
        declared = [block for block in top_blocks(code) if block.type in _DECLARING]
        doubtful = [d.line for d in report.diagnostics if d.code in _DOES_NOT_EXIST and d.line]
        known = sum(
            not any(block.line <= line <= block.last_line for line in doubtful)
            for block in declared
        )
        return known / len(declared) if declared and report.parses else 0.0
    if report.valid is None:
        return 0.5 * report.sound
    return report.sound


def length_factor(code: str, task: _Referenced | None, free: float, lost: float) -> float:
    """1 up to `free` times the reference's length, falling to 0 at `lost` times; blanks aside."""
    if task is None or not task.output:
        return 1.0
    mine = len(re.sub(r"\s+", "", code))
    reference = max(len(re.sub(r"\s+", "", task.output)), _SHORT / free)
    return min(1.0, max(0.0, (lost - mine / reference) / (lost - free)))


def _undeclared(report: Report, substance: bool) -> str:
    if not substance:
        return "nothing is declared"
    if report.diagnostics:
        return report.diagnostics[0].message
    return "not all that is declared is known to exist"
