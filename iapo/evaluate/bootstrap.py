"""How sure a mean is: percentile bootstrap over tasks (Efron 1979)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_RESAMPLES = 2000
_TOGETHER = 2_000_000  # drawn values in memory at a time


class Interval(NamedTuple):
    """A mean and the bounds that hold it with the asked confidence."""

    mean: float
    low: float
    high: float


def mean_interval(values: Sequence[float], confidence: float = 0.95, seed: int = 0) -> Interval:
    """The mean of one number a task. Tasks are resampled, not samples: tasks are what varies."""
    import numpy as np  # the reward, and all that needs no interval, does without

    if not len(values):
        raise ValueError("no values to take the mean of")
    given = np.asarray(values, dtype=np.float64)
    drawn = np.random.default_rng(seed)
    chunk = max(1, _TOGETHER // len(given))
    means = np.concatenate(
        [
            given[drawn.integers(0, len(given), (min(chunk, _RESAMPLES - begin), len(given)))].mean(
                axis=1
            )
            for begin in range(0, _RESAMPLES, chunk)
        ]
    )
    means.sort()
    tail = (1.0 - confidence) / 2.0
    low, high = means[int(tail * _RESAMPLES)], means[int((1.0 - tail) * _RESAMPLES) - 1]
    return Interval(float(given.mean()), float(low), float(high))


def paired_difference(
    before: Sequence[float], after: Sequence[float], confidence: float = 0.95, seed: int = 0
) -> Interval:
    """The mean gain over the same tasks in the same order.

    Pairing takes out how hard each task is, which varies far more than what training changed.
    """
    gains = [b - a for a, b in zip(before, after, strict=True)]
    return mean_interval(gains, confidence, seed)
