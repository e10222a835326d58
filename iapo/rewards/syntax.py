"""Syntax: the format's real tool accepts it.

1 where it does. Below, graded by what still stands: 0.1 for text that parses and up to 0.5 more by
the share of its parts that are sound, so that any accepted text is above any rejected one. Text
that nothing offline can judge (an unknown CRD, a registry module) gives 0.5: it is no way around
the check. Text that declares nothing gives 0: there was nothing to accept. With a task, text that
has no part of any kind that was asked for gives half: being accepted is easy for what is beside the
point, and must not pay more than an honest attempt that fails.
"""

from __future__ import annotations

from iapo.rewards.score import Loss
from iapo.verify.report import Report

UNJUDGED = 0.5
PARSES = 0.1
SOUND = 0.5
BESIDE_THE_POINT = 0.5


def syntax(
    report: Report, substance: bool, to_the_point: bool, extras: int, losses: list[Loss]
) -> float:
    """The component, in [0, 1]; what is missing is added to `losses`.

    Args:
        extras: parts that nobody asked for; sound ones do not raise the share of sound parts.
    """
    value = _accepted(report, substance, extras, losses)
    if to_the_point or not value:
        return value
    why = "no part of any kind that was asked for"
    losses.append(Loss("syntax", value * (1.0 - BESIDE_THE_POINT), why))
    return value * BESIDE_THE_POINT


def _accepted(report: Report, substance: bool, extras: int, losses: list[Loss]) -> float:
    if not substance:
        value, why = 0.0, "nothing is declared"
    elif report.valid is True:
        return 1.0
    elif report.valid is None:
        value, why = UNJUDGED, "it cannot be judged offline"
        if report.diagnostics:
            why = f"{why}: {report.diagnostics[0].message}"
    elif not report.parses:
        value, why = 0.0, _first(report, "it does not parse")
    else:
        value, why = PARSES + SOUND * _sound(report, extras), _first(report, "it is not accepted")
    losses.append(Loss("syntax", 1.0 - value, why))
    return value


def _sound(report: Report, extras: int) -> float:
    """The share of sound parts among those that were asked for, faults counted wherever they are."""
    faulty = (1.0 - report.sound) * report.parts
    return max(0.0, 1.0 - faulty / max(1, report.parts - extras))


def _first(report: Report, otherwise: str) -> str:
    errors = report.errors
    if not errors:
        return otherwise
    line = f"line {errors[0].line}: " if errors[0].line is not None else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{line}{errors[0].message}{more}"
