"""The reward: the verifier's verdict and a task's intent, folded into one number."""

from __future__ import annotations

from iapo.rewards.reward import IaCReward
from iapo.rewards.score import Loss, Score

__all__ = ["IaCReward", "Loss", "Score"]
