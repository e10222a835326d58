"""Log-probabilities of sampled tokens, with gradient, at the price of each token once.

A group's prompt and completions go through the model as one row without padding
(`iapo.models.shared_prefix`); the vocabulary head sees completion tokens only. Where an
architecture does not allow that, each completion is a padded row: the same numbers, slower.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from iapo.models.packed_layout import PackedLayout
from iapo.models.shared_prefix import (
    SharedPrefixError,
    decoder_of,
    hidden_states,
    logits_of,
    supports,
)

if TYPE_CHECKING:
    from iapo.generate.guide import Guide

_HEAD_CHUNK = 512  # tokens whose logits are computed together
_HEAD_KEPT = 2**27  # logits kept for the backward pass; beyond, they are computed again


@dataclass(frozen=True)
class TokenGroup:
    """A prompt and completions of it, as token ids; no completion is empty.

    Attributes:
        given: how many leading tokens of each completion are only read, never predicted; none
            where empty. Answers to different prompts share what their prompts begin with so.
        guided: the format of the guide that the completions were written under; empty for none.
    """

    prompt: tuple[int, ...]
    completions: tuple[tuple[int, ...], ...]
    given: tuple[int, ...] = ()
    guided: str = ""

    @property
    def tokens(self) -> int:
        """Tokens that a packed pass computes."""
        return len(self.prompt) + sum(len(c) for c in self.completions)

    def rows(self) -> Iterator[tuple[tuple[int, ...], int]]:
        """Each completion with the number of its tokens that are given."""
        return zip(self.completions, self.given or (0,) * len(self.completions), strict=True)

    def split(self, limit: int) -> list[TokenGroup]:
        """The same completions, in order, as groups of at most `limit` tokens where possible."""
        parts: list[TokenGroup] = []
        rows: list[tuple[tuple[int, ...], int]] = []
        size = len(self.prompt)
        for completion, given in self.rows():
            if rows and size + len(completion) > limit:
                parts.append(self._with(rows))
                rows, size = [], len(self.prompt)
            rows.append((completion, given))
            size += len(completion)
        return [*parts, self._with(rows)]

    def _with(self, rows: list[tuple[tuple[int, ...], int]]) -> TokenGroup:
        return replace(self, completions=tuple(c for c, _ in rows), given=tuple(g for _, g in rows))


def passes(groups: Sequence[TokenGroup], limit: int) -> Iterator[list[TokenGroup]]:
    """Groups that go through the model together, in order, at most `limit` tokens at a time.

    Groups over the limit are split between their completions; one completion is never split.
    """
    batch: list[TokenGroup] = []
    size = 0
    for group in (part for whole in groups for part in whole.split(limit)):
        if batch and size + group.tokens > limit:
            yield batch
            batch, size = [], 0
        batch.append(group)
        size += group.tokens
    if batch:
        yield batch


def completion_logprobs(
    model: Any,
    groups: Sequence[TokenGroup],
    temperature: float = 1.0,
    guides: Mapping[str, Guide] | None = None,
) -> Tensor:
    """[T] log-probability of every completion token not given, groups and completions in order.

    Args:
        guides: by format, those that guided groups were written under. Their log-probabilities are
            those of the distribution that was left, as when they were sampled.
    """
    if supports(model):
        try:
            hidden = _packed_hidden(model, groups)
        except SharedPrefixError:
            hidden = _padded_hidden(model, groups)
    else:
        hidden = _padded_hidden(model, groups)
    targets = [t for group in groups for row, given in group.rows() for t in row[given:]]
    wanted = torch.tensor(targets, device=hidden.device)
    allowed = None
    if guides is not None and any(group.guided for group in groups):
        allowed = _allowed(guides, groups, model.get_output_embeddings().weight.shape[0])
    return token_logprobs(model, hidden, wanted, temperature, allowed)


def _allowed(
    guides: Mapping[str, Guide], groups: Sequence[TokenGroup], size: int
) -> npt.NDArray[np.uint8]:
    """[T, size / 8] bits: which tokens might have come in place of each."""
    everything = np.full((1, -(-size // 8)), 0xFF, np.uint8)
    parts = []
    for group in groups:
        for row, given in group.rows():
            if group.guided:
                allowed = guides[group.guided].along(row, size)
                parts.append(np.packbits(allowed[given:], axis=1))
            else:
                parts.append(everything.repeat(len(row) - given, axis=0))
    return np.concatenate(parts)


def _packed_hidden(model: Any, groups: Sequence[TokenGroup]) -> Tensor:
    """[T, hidden size]: for each completion token, the state that predicts it."""
    layout = PackedLayout(
        [group.prompt for group in groups],
        [[completion[:-1] for completion in group.completions] for group in groups],
        model.device,
    )
    source: list[int] = []
    for group, end, starts in zip(groups, layout.prompt_ends, layout.starts, strict=True):
        for (completion, given), start in zip(group.rows(), starts, strict=True):
            source += [end, *range(start, start + len(completion) - 1)][given:]
    hidden = hidden_states(model, layout.tokens, layout.positions, layout)
    return hidden[torch.tensor(source, device=hidden.device)]


def _padded_hidden(model: Any, groups: Sequence[TokenGroup]) -> Tensor:
    rows = [(g.prompt, c, given) for g in groups for c, given in g.rows()]
    longest = max(len(prompt) + len(completion) - 1 for prompt, completion, _ in rows)
    tokens = torch.zeros(len(rows), longest, dtype=torch.long)
    seen = torch.zeros(len(rows), longest, dtype=torch.long)
    row_of: list[int] = []
    column_of: list[int] = []
    for index, (prompt, completion, given) in enumerate(rows):
        inputs = torch.tensor(prompt + completion[:-1])
        tokens[index, : len(inputs)] = inputs
        seen[index, : len(inputs)] = 1
        row_of += [index] * (len(completion) - given)
        column_of += range(len(prompt) - 1 + given, len(inputs))
    out = decoder_of(model)(
        input_ids=tokens.to(model.device), attention_mask=seen.to(model.device), use_cache=False
    )
    return out.last_hidden_state[row_of, column_of]  # type: ignore[no-any-return]


def token_logprobs(
    model: Any,
    hidden: Tensor,
    targets: Tensor,
    temperature: float,
    allowed: npt.NDArray[np.uint8] | None = None,
) -> Tensor:
    """[T] log-probabilities in float32 of `targets` [T] given states [T, hidden size].

    Args:
        allowed: [T, vocabulary / 8] bits, the tokens there were to choose from; None for all.

    Logits are made a chunk at a time; where all of them together would be large they are made
    again for the gradient instead of being kept.
    """

    def of_chunk(states: Tensor, wanted: Tensor, begin: int) -> Tensor:
        logits = logits_of(model, states)
        if allowed is not None:
            bits = allowed[begin : begin + len(states)]
            mask = np.unpackbits(bits, axis=1, count=logits.shape[1]).view(np.bool_)
            logits = logits.masked_fill(~torch.from_numpy(mask).to(logits.device), -torch.inf)
        if temperature != 1.0:
            logits = logits / temperature
        return -torch.nn.functional.cross_entropy(logits, wanted, reduction="none")

    vocabulary = model.get_output_embeddings().weight.shape[0]
    again = hidden.requires_grad and len(hidden) * vocabulary > _HEAD_KEPT
    parts = []
    for begin in range(0, len(hidden), _HEAD_CHUNK):
        states, wanted = hidden[begin : begin + _HEAD_CHUNK], targets[begin : begin + _HEAD_CHUNK]
        if again:
            parts.append(checkpoint(of_chunk, states, wanted, begin, use_reentrant=False))
        else:
            parts.append(of_chunk(states, wanted, begin))
    return torch.cat(parts) if parts else hidden.new_zeros(0)
