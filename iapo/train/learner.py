"""The model being trained and its optimiser: what a batch of experience or references does to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from iapo.generate.guide import Guides
from iapo.models import stop_tokens
from iapo.models.errors import ModelError
from iapo.models.memory import OutOfMemoryError, free_memory, is_out_of_memory
from iapo.train.loss import policy_loss, token_weights
from iapo.train.masters import MasterWeights
from iapo.train.packing import TokenGroup, completion_logprobs, passes

if TYPE_CHECKING:
    from iapo.train.config import TrainConfig

_LEAST_TOKENS = 64  # a pass of fewer tokens holds one completion anyway


class DivergedError(ModelError):
    """Loss or gradients were not finite so many steps in a row that the model is lost."""


@dataclass(frozen=True)
class Experience:
    """One group, ready for an update; only completions that count.

    Attributes:
        sampled_logprobs: for each completion, one number a token.
        advantages: one a completion.
        shares: for each completion, what part of its advantage each token carries, in [0, 1];
            empty where every token carries all of it.
        guided: the format of the guide that the completions were written under; empty for none.
    """

    prompt: tuple[int, ...]
    completions: tuple[tuple[int, ...], ...]
    sampled_logprobs: tuple[tuple[float, ...], ...]
    advantages: tuple[float, ...]
    shares: tuple[tuple[float, ...], ...] = ()
    guided: str = ""


@dataclass(frozen=True)
class Update:
    """What an update did.

    Attributes:
        loss: before the update; NaN where the step was skipped because it was not finite.
        grad_norm: before clipping.
        clipped: share of tokens held back by the clip, in the last pass over the batch.
        kl: nats a token from the reference.
        gap: largest difference between a token's log-probability when sampled and in the first
            training pass; above 0.01 in float32 something is wrong.
        tokens: completion tokens that carried gradient.
    """

    loss: float
    grad_norm: float
    clipped: float = 0.0
    kl: float = 0.0
    gap: float = 0.0
    tokens: int = 0


class Learner:
    """Holds model, tokenizer and optimiser.

    Attributes:
        model: the transformers or peft model.
        pass_tokens: tokens a forward and backward pass, less than configured once memory ran out.
        bad_steps: steps in a row that were skipped because they were not finite.
        weights: what is trained of it, in float32.
        guides: those that rollouts are written under; None where they are not.
    """

    def __init__(self, model: Any, tokenizer: Any, config: TrainConfig) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.config = config
        self.reference: Any = None
        self.bad_steps = 0
        self.pass_tokens = config.pass_tokens
        self.guides = (
            Guides(tokenizer, stop_tokens(model, tokenizer), wanted=0.0) if config.guide else None
        )
        _freeze(model, config)
        self.weights = MasterWeights(model.named_parameters())
        self.optimizer = self._new_optimizer()

    def _new_optimizer(self) -> torch.optim.AdamW:
        config = self.config
        return torch.optim.AdamW(
            self.weights.named.values(),
            lr=config.lr,
            betas=(config.beta1, config.beta2),
            weight_decay=config.weight_decay,
            fused=self.model.device.type in ("cpu", "cuda"),
        )

    def begin_policy_steps(self) -> None:
        """Forget the momentum of the stage before: its gradients were of another loss.

        With `keep_scales` the second moments stay. A fresh Adam moves every weight by the full
        learning rate in its first steps, whatever the gradient says of it, and a short run has
        little but first steps.
        """
        if not self.config.keep_scales:
            self.optimizer = self._new_optimizer()
            return
        for moments in self.optimizer.state.values():
            moments["exp_avg"].zero_()

    def learn(self, batch: Sequence[Experience], lr: float) -> Update:
        """Policy-gradient updates on a batch of groups at a learning rate."""
        config = self.config
        lengths = [len(row) for group in batch for row in group.completions]
        useful = [_without_zeros(group) for group in batch] if config.kl == 0 else list(batch)
        useful = [group for group in useful if group.completions]
        if not useful:
            return Update(0.0, 0.0)
        per_length = dict(
            zip(
                lengths,
                token_weights(lengths, config.normalisation, config.max_new_tokens),
                strict=True,
            )
        )
        spread = _spread(useful, per_length, self.model.device)
        groups = [TokenGroup(g.prompt, g.completions, guided=g.guided) for g in useful]
        reference = self._reference_logprobs(groups) if config.kl > 0 else None
        update = Update(0.0, 0.0)
        for round_ in range(config.updates_per_batch):
            update = self._retrying(lambda: self._policy_pass(groups, spread, reference))
            if round_ == 0:
                gap = update.gap
            self._step(update, lr)
        return Update(
            update.loss, update.grad_norm, update.clipped, update.kl, gap, len(spread.advantages)
        )

    def imitate(self, groups: Sequence[TokenGroup], lr: float) -> Update:
        """One supervised step: the mean negative log-likelihood of the tokens not given."""
        total = sum(len(row) - given for group in groups for row, given in group.rows())

        def one_pass() -> Update:
            loss = 0.0
            self.model.train()
            for chosen in passes(groups, self.pass_tokens):
                part = -completion_logprobs(self.model, chosen).sum() / total
                part.backward()  # type: ignore[no-untyped-call]
                loss += float(part.detach())
            return Update(loss, self._clip(), tokens=total)

        update = self._retrying(one_pass)
        self._step(update, lr)
        return update

    def _policy_pass(
        self, groups: list[TokenGroup], spread: _Spread, reference: Tensor | None
    ) -> Update:
        config = self.config
        loss = clipped = kl = gap = 0.0
        begin = 0
        self.model.train()
        for chosen in passes(groups, self.pass_tokens):
            logprobs = completion_logprobs(self.model, chosen, config.temperature, self.guides)
            part = slice(begin, begin + len(logprobs))
            begin += len(logprobs)
            terms = policy_loss(
                logprobs,
                spread.sampled[part],
                spread.advantages[part],
                spread.weights[part],
                clip_low=config.clip_low,
                clip_high=config.clip_high,
                objective=config.objective,
                kl=config.kl,
                reference_logprobs=None if reference is None else reference[part],
            )
            terms.loss.backward()  # type: ignore[no-untyped-call]
            share = len(logprobs) / len(spread.advantages)
            loss += float(terms.loss.detach())
            clipped += terms.clipped * share
            kl += terms.kl * share
            gap = max(gap, float((logprobs.detach() - spread.sampled[part]).abs().max()))
        return Update(loss, self._clip(), clipped, kl, gap)

    def _clip(self) -> float:
        weights = self.weights.named.values()
        return float(torch.nn.utils.clip_grad_norm_(weights, self.config.max_grad_norm))

    def _step(self, update: Update, lr: float) -> None:
        if math.isfinite(update.loss) and math.isfinite(update.grad_norm):
            for settings in self.optimizer.param_groups:
                settings["lr"] = lr
            self.optimizer.step()
            self.weights.write_back()
            self.bad_steps = 0
        else:
            self.bad_steps += 1
        self.optimizer.zero_grad(set_to_none=True)
        self.model.eval()
        if self.bad_steps >= self.config.max_bad_steps:
            raise DivergedError(
                f"loss or gradients were not finite {self.bad_steps} steps in a row; "
                "the last checkpoint is from before; try a lower learning rate"
            )

    def _retrying(self, work: Any) -> Update:
        """Run passes; out of memory halves their size and starts the step again."""
        while True:
            try:
                return work()  # type: ignore[no-any-return]
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if self.pass_tokens <= _LEAST_TOKENS:
                    raise OutOfMemoryError(
                        "out of memory even with one completion at a time; lower max_new_tokens, "
                        "train fewer layers (train_layers) or use adapters (lora_rank)"
                    ) from error
            self.optimizer.zero_grad(set_to_none=True)
            free_memory(self.model.device)
            self.pass_tokens //= 2

    @torch.no_grad()
    def _reference_logprobs(self, groups: list[TokenGroup]) -> Tensor:
        if self.reference is not None:
            model, switched = self.reference, nullcontext()
        else:
            model, switched = self.model, self.model.disable_adapter()
        with switched:
            parts = [
                completion_logprobs(model, chosen, self.config.temperature, self.guides)
                for chosen in passes(groups, self.pass_tokens)
            ]
        return torch.cat(parts)


@dataclass(frozen=True)
class _Spread:
    """Per-token tensors of a batch, flat, [T] each."""

    sampled: Tensor
    advantages: Tensor
    weights: Tensor


def _spread(
    batch: Sequence[Experience], per_length: dict[int, float], device: torch.device
) -> _Spread:
    sampled = [x for g in batch for row in g.sampled_logprobs for x in row]
    advantages, weights = [], []
    for group in batch:
        for place, (row, advantage) in enumerate(
            zip(group.completions, group.advantages, strict=True)
        ):
            shares = group.shares[place] if group.shares else (1.0,) * len(row)
            advantages += [advantage * share for share in shares]
            weights += [per_length[len(row)]] * len(row)
    return _Spread(
        torch.tensor(sampled, device=device),
        torch.tensor(advantages, device=device),
        torch.tensor(weights, device=device),
    )


def _without_zeros(group: Experience) -> Experience:
    """Without a divergence term, a completion of advantage 0 has no gradient: do not compute it."""
    kept = [i for i, advantage in enumerate(group.advantages) if advantage != 0.0]
    return replace(
        group,
        completions=tuple(group.completions[i] for i in kept),
        sampled_logprobs=tuple(group.sampled_logprobs[i] for i in kept),
        advantages=tuple(group.advantages[i] for i in kept),
        shares=tuple(group.shares[i] for i in kept) if group.shares else (),
    )


def _freeze(model: Any, config: TrainConfig) -> None:
    """Leave out of training what the configuration leaves out. Adapters are always trained."""
    if config.lora_rank:
        return
    model.requires_grad_(True)
    if not config.train_embeddings:
        model.get_input_embeddings().requires_grad_(False)
        model.get_output_embeddings().requires_grad_(False)
    layers = model.get_decoder().layers
    if config.train_layers:
        for layer in list(layers)[: max(0, len(layers) - config.train_layers)]:
            layer.requires_grad_(False)
        model.get_input_embeddings().requires_grad_(False)
