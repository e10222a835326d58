"""What a reward is made of: the number, its components, and where each point went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from iapo.intent import IntentResult
from iapo.verify.report import Report

COMPONENTS = ("syntax", "correctness", "format")


class Loss(NamedTuple):
    """Some of a component that was not earned.

    Attributes:
        component: syntax | correctness | format.
        points: how much of the component, in (0, 1], before its weight.
        why: one line for a person.
    """

    component: str
    points: float
    why: str


@dataclass(frozen=True)
class Score:
    """The reward of one answer.

    Attributes:
        total: the weighted sum of the components.
        components: syntax, correctness and format, each in [0, 1].
        losses: why each component is below 1, the largest loss first.
        report: the verdict on the code.
        intent: how much of the task's intent holds; None without an intent.
        code: the code that was judged, as it was found in the answer.
    """

    total: float
    components: dict[str, float]
    losses: tuple[Loss, ...]
    report: Report
    intent: IntentResult | None
    code: str
