"""Signs that a run goes wrong while its reward looks fine, or stands still: gaming and collapse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_STEPS = 3  # steps in a row without anything to prefer before a word is said
_WINDOW = 5  # steps whose mean is compared, so that one lucky step says nothing
_RISE = 0.02  # of the training reward, and
_FALL = 0.02  # of the held-out pass rate, that are more than noise of a mean
_QUIET = 0.1  # entropy below this share of where it began: the model has stopped trying things


def collapse(metrics: Sequence[Mapping[str, Any]]) -> str | None:
    """Whether the last GRPO steps had nothing to prefer, or the answers became all alike.

    Args:
        metrics: records of metrics.jsonl.
    """
    steps = [r for r in metrics if r.get("stage") == "grpo"]
    last = steps[-_STEPS:]
    if len(last) == _STEPS and not any(r["groups_used"] for r in last):
        passing = sum(r["pass_rate"] for r in last) / _STEPS
        if passing > 0.9:
            return f"{_STEPS} steps in which every group passed: these tasks are mastered"
        return (
            f"{_STEPS} steps without a group that has both better and worse answers: nothing to "
            "prefer; a longer warm start or easier tasks would help"
        )
    if len(steps) >= 2 * _WINDOW:
        began, now = (_mean(part, "entropy") for part in (steps[:_WINDOW], steps[-_WINDOW:]))
        if now < _QUIET * began:
            return (
                f"entropy fell from {began:.2f} to {now:.3f} nats a token: all answers are alike "
                "and exploration has ended; a lower learning rate or a KL term keeps it going"
            )
    return None


def gaming(metrics: Sequence[Mapping[str, Any]]) -> str | None:
    """Whether the training reward rose while the held-out pass rate fell.

    Compared are the first judgement of the model that GRPO began with and the last one.
    """
    steps = [r for r in metrics if r.get("stage") == "grpo"]
    judged = [r for r in metrics if str(r.get("stage", "")).startswith("judge:")]
    during = [r for r in judged if r["step"] > 0]
    before = [r for r in judged if r["step"] == 0]
    if not (during and before and len(steps) >= 2 * _WINDOW):
        return None
    rise = _mean(steps[-_WINDOW:], "mean_reward") - _mean(steps[:_WINDOW], "mean_reward")
    fall = before[-1]["pass_rate"] - during[-1]["pass_rate"]
    if rise < _RISE or fall < _FALL:
        return None
    return (
        f"the training reward rose by {rise:.3f} while the held-out pass rate fell by "
        f"{100 * fall:.1f} points: the reward may be gamed; look at `iapo runs show` for how"
    )


def _mean(records: Sequence[Mapping[str, Any]], name: str) -> float:
    return float(sum(r[name] for r in records)) / len(records)
