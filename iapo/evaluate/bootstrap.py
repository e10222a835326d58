"""How sure a mean is: percentile bootstrap over tasks (Efron 1979).

Where all tasks end alike there is nothing to resample, and an interval without width would claim
certainty of three tasks as of three hundred: it gets the exact binomial bound instead (Clopper and
Pearson 1934), which for `0 of n` is about `3.7 / n`.
"""

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
    """The mean of one number in [0, 1] a task. Tasks are resampled, not samples: tasks are what varies."""
    if len(values) and (values[0] in (0, 1)) and all(value == values[0] for value in values):
        mean, room = float(values[0]), _room(len(values), confidence)
        return Interval(mean, max(mean - room, 0.0), min(mean + room, 1.0))
    return _resampled(values, confidence, seed)


def _room(tasks: int, confidence: float) -> float:
    """The largest share of tasks that may well end otherwise although none of these did."""
    return float(1.0 - ((1.0 - confidence) / 2.0) ** (1.0 / tasks))


def _resampled(values: Sequence[float], confidence: float, seed: int) -> Interval:
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
    if gains and not any(gains):
        room = _room(len(gains), confidence)
        return Interval(0.0, -room, room)
    return _resampled(gains, confidence, seed)
