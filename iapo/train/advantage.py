"""Credit: how much better a completion did than the others of its group.

The simplest is the default: reward minus the group's mean (Dr. GRPO, arXiv 2503.20783). Dividing by
the group's deviation weighs groups in which nearly all agree most, which is noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

Method = Literal["centred", "standardised", "leave_one_out", "per_component"]
_EPSILON = 1e-4  # keeps a group with hardly any spread from dividing by nothing; TRL's value


def advantages(rewards: Sequence[float], method: Method = "centred") -> list[float]:
    """The advantage of each completion of one group.

    Args:
        rewards: one a completion; at least one, all finite.
        method: `centred` r - mean; `standardised` (r - mean) / (deviation + 1e-4), the deviation
            with Bessel's correction; `leave_one_out` r - mean of the others. `per_component`
            without components is `centred`; see `component_advantages`.

    Returns:
        Same length. A group of one has an advantage of 0: there is nothing to compare with.
    """
    count = len(rewards)
    mean = sum(rewards) / count
    centred = [reward - mean for reward in rewards]
    if method in ("centred", "per_component"):
        return centred
    if count == 1:
        return [0.0]
    if method == "leave_one_out":
        return [value * count / (count - 1) for value in centred]
    deviation = (sum(value * value for value in centred) / (count - 1)) ** 0.5
    return [value / (deviation + _EPSILON) for value in centred]


def component_advantages(
    groups: Sequence[Sequence[Mapping[str, float]]], weights: Mapping[str, float]
) -> list[list[float]]:
    """Each component standardised within its group, then summed, then standardised over the batch.

    A component on which the group differs little counts as much as one on which it differs much,
    which a sum of rewards would drown (GDPO, arXiv 2601.05242).

    Args:
        groups: for each group of the batch, the components of each completion.
        weights: of each component; one that is not named counts nothing.

    Returns:
        One advantage a completion, grouped as given.
    """
    summed: list[list[float]] = []
    for group in groups:
        totals = [0.0] * len(group)
        for name, weight in weights.items():
            parts = advantages([components[name] for components in group], "standardised")
            totals = [total + weight * part for total, part in zip(totals, parts, strict=True)]
        summed.append(totals)
    flat = iter(advantages([total for group in summed for total in group], "standardised"))
    return [[next(flat) for _ in group] for group in summed]


def has_spread(rewards: Sequence[float], passed: Sequence[bool], least: float) -> bool:
    """Whether a group prefers anything: some pass and some do not, or rewards differ enough.

    Args:
        least: rewards that differ by no more are taken for equal.
    """
    if len(rewards) < 2:
        return False
    return len(set(passed)) > 1 or max(rewards) - min(rewards) > least
