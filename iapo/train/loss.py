"""The policy gradient: raise the log-probability of what did better than its group.

    L = - sum_t w_t * min(r_t A_t, clip(r_t, 1 - low, 1 + high) A_t)  +  kl * sum_t w_t r_t k3_t

with r_t the ratio of the token's probability now to when it was sampled, and w_t the weight that
the normalisation gives it. On the first update of a batch r_t is 1 and this is plain policy
gradient; clipping matters for further updates on the same batch. Tokens are flat: no padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Normalisation = Literal["dapo", "dr_grpo", "grpo"]
Objective = Literal["clip", "cispo"]


def token_weights(
    lengths: Sequence[int], normalisation: Normalisation, max_new_tokens: int
) -> list[float]:
    """The weight of every token of each completion of a batch; one number a completion.

    Args:
        lengths: tokens of each completion of the whole batch, those without gradient included.

    Returns:
        `dapo`: 1 / tokens of the batch. `grpo`: 1 / (completions * own length).
        `dr_grpo`: 1 / (completions * max_new_tokens), so that length earns nothing.
    """
    count, total = len(lengths), max(sum(lengths), 1)
    if normalisation == "dapo":
        return [1.0 / total] * count
    if normalisation == "dr_grpo":
        return [1.0 / (count * max_new_tokens)] * count
    return [1.0 / (count * max(length, 1)) for length in lengths]


@dataclass(frozen=True)
class LossTerms:
    """The loss of a pass, and what is worth watching; every share is weighted like the loss.

    Attributes:
        loss: scalar with gradient.
        clipped: share of tokens held back by the clip.
        kl: mean k3 divergence from the reference, in nats; 0 without one.
    """

    loss: Tensor
    clipped: float
    kl: float


def policy_loss(
    logprobs: Tensor,
    sampled_logprobs: Tensor,
    advantages: Tensor,
    weights: Tensor,
    *,
    clip_low: float,
    clip_high: float,
    objective: Objective = "clip",
    kl: float = 0.0,
    reference_logprobs: Tensor | None = None,
) -> LossTerms:
    """Loss over a flat row of tokens.

    Args:
        logprobs: [T] of the policy now, with gradient.
        sampled_logprobs: [T] of the policy that sampled.
        advantages, weights: [T], those of the token's completion.
        reference_logprobs: [T], needed where `kl` is above 0.
    """
    ratio = torch.exp(logprobs - sampled_logprobs)
    if objective == "cispo":
        bounded = ratio.clamp(max=1 + clip_high).detach()
        gain = bounded * advantages * logprobs
        held = ratio.detach() > 1 + clip_high
    else:
        bounded = ratio.clamp(1 - clip_low, 1 + clip_high)
        gain = torch.minimum(ratio * advantages, bounded * advantages)
        held = (bounded * advantages < ratio * advantages).detach()
    loss = -(weights * gain).sum()
    divergence = 0.0
    if kl > 0:
        if reference_logprobs is None:
            raise ValueError("a divergence needs the reference's log-probabilities")
        apart = reference_logprobs - logprobs
        k3 = torch.exp(apart) - apart - 1
        # Without the ratio the gradient is not that of the divergence, not even on the first
        # update, where the ratio's value is 1 (DeepSeek-V3.2, arXiv 2512.02556).
        loss = loss + kl * (weights * ratio * k3).sum()
        divergence = float(k3.detach().mean()) if len(k3) else 0.0
    clipped = float(held.float().mean()) if len(held) else 0.0
    return LossTerms(loss, clipped, divergence)
