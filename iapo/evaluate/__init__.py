"""Run tasks on a model: mean reward, share that verifies, pass rate, each with its spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iapo.evaluate.bootstrap import Interval, mean_interval, paired_difference

if TYPE_CHECKING:
    from iapo.evaluate.evaluation import Evaluation, TaskResult, evaluate

__all__ = [
    "Evaluation",
    "Interval",
    "TaskResult",
    "evaluate",
    "mean_interval",
    "paired_difference",
]


def __getattr__(name: str) -> Any:
    if name in ("Evaluation", "TaskResult", "evaluate"):
        from iapo.evaluate import evaluation

        return getattr(evaluation, name)
    raise AttributeError(f"module 'iapo.evaluate' has no attribute {name!r}")
