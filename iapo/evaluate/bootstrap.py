"""How sure a mean is: percentile bootstrap over tasks (Efron 1979)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

_RESAMPLES = 2000


class Interval(NamedTuple):
    """A mean and the bounds that hold it with the asked confidence."""

    mean: float
    low: float
    high: float


def mean_interval(values: Sequence[float], confidence: float = 0.95, seed: int = 0) -> Interval:
    """The mean of one number a task. Tasks are resampled, not samples: tasks are what varies."""
    if not values:
        raise ValueError("no values to take the mean of")
    drawn = random.Random(seed)
    count = len(values)
    means = sorted(sum(drawn.choices(values, k=count)) / count for _ in range(_RESAMPLES))
    tail = (1.0 - confidence) / 2.0
    low, high = means[int(tail * _RESAMPLES)], means[int((1.0 - tail) * _RESAMPLES) - 1]
    return Interval(sum(values) / count, low, high)


def paired_difference(
    before: Sequence[float], after: Sequence[float], confidence: float = 0.95, seed: int = 0
) -> Interval:
    """The mean gain over the same tasks in the same order.

    Pairing takes out how hard each task is, which varies far more than what training changed.
    """
    gains = [b - a for a, b in zip(before, after, strict=True)]
    return mean_interval(gains, confidence, seed)
