"""Credit: how much better a completion did than the others of its group.

The simplest is the default: reward minus the group's mean (Dr. GRPO, arXiv 2503.20783). Dividing by
the group's deviation weighs groups in which nearly all agree most, which is noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Method = Literal["centred", "standardised", "leave_one_out"]
_EPSILON = 1e-4  # keeps a group with hardly any spread from dividing by nothing; TRL's value


def advantages(rewards: Sequence[float], method: Method = "centred") -> list[float]:
    """The advantage of each completion of one group.

    Args:
        rewards: one a completion; at least one, all finite.
        method: `centred` r - mean; `standardised` (r - mean) / (deviation + 1e-4), the deviation
            with Bessel's correction; `leave_one_out` r - mean of the others.

    Returns:
        Same length. A group of one has an advantage of 0: there is nothing to compare with.
    """
    count = len(rewards)
    mean = sum(rewards) / count
    centred = [reward - mean for reward in rewards]
    if method == "centred":
        return centred
    if count == 1:
        return [0.0]
    if method == "leave_one_out":
        return [value * count / (count - 1) for value in centred]
    deviation = (sum(value * value for value in centred) / (count - 1)) ** 0.5
    return [value / (deviation + _EPSILON) for value in centred]


def has_spread(rewards: Sequence[float], passed: Sequence[bool], least: float) -> bool:
    """Whether a group prefers anything: some pass and some do not, or rewards differ enough.

    Args:
        least: rewards that differ by no more are taken for equal.
    """
    if len(rewards) < 2:
        return False
    return len(set(passed)) > 1 or max(rewards) - min(rewards) > least
