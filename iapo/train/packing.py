"""Log-probabilities of sampled tokens, with gradient, at the price of each token once.

A group's prompt and completions go through the model as one row without padding
(`iapo.models.shared_prefix`); the vocabulary head sees completion tokens only. Where an
architecture does not allow that, each completion is a padded row: the same numbers, slower.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

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

_HEAD_CHUNK = 512  # tokens whose logits are computed together
_HEAD_KEPT = 2**27  # logits kept for the backward pass; beyond, they are computed again


@dataclass(frozen=True)
class TokenGroup:
    """A prompt and completions of it, as token ids; no completion is empty.

    Attributes:
        given: how many leading tokens of each completion are only read, never predicted; none
            where empty. Answers to different prompts share what their prompts begin with so.
    """

    prompt: tuple[int, ...]
    completions: tuple[tuple[int, ...], ...]
    given: tuple[int, ...] = ()

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
                parts.append(_regroup(self.prompt, rows))
                rows, size = [], len(self.prompt)
            rows.append((completion, given))
            size += len(completion)
        return [*parts, _regroup(self.prompt, rows)]


def _regroup(prompt: tuple[int, ...], rows: list[tuple[tuple[int, ...], int]]) -> TokenGroup:
    return TokenGroup(prompt, tuple(c for c, _ in rows), tuple(g for _, g in rows))


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
    model: Any, groups: Sequence[TokenGroup], temperature: float = 1.0
) -> Tensor:
    """[T] log-probability of every completion token not given, groups and completions in order."""
    if supports(model):
        try:
            hidden = _packed_hidden(model, groups)
        except SharedPrefixError:
            hidden = _padded_hidden(model, groups)
    else:
        hidden = _padded_hidden(model, groups)
    targets = [t for group in groups for row, given in group.rows() for t in row[given:]]
    return token_logprobs(model, hidden, torch.tensor(targets, device=hidden.device), temperature)


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


def token_logprobs(model: Any, hidden: Tensor, targets: Tensor, temperature: float) -> Tensor:
    """[T] log-probabilities in float32 of `targets` [T] given states [T, hidden size].

    Logits are made a chunk at a time; where all of them together would be large they are made
    again for the gradient instead of being kept.
    """

    def of_chunk(states: Tensor, wanted: Tensor) -> Tensor:
        logits = logits_of(model, states)
        if temperature != 1.0:
            logits = logits / temperature
        return -torch.nn.functional.cross_entropy(logits, wanted, reduction="none")

    vocabulary = model.get_output_embeddings().weight.shape[0]
    again = hidden.requires_grad and len(hidden) * vocabulary > _HEAD_KEPT
    parts = []
    for begin in range(0, len(hidden), _HEAD_CHUNK):
        states, wanted = hidden[begin : begin + _HEAD_CHUNK], targets[begin : begin + _HEAD_CHUNK]
        if again:
            parts.append(checkpoint(of_chunk, states, wanted, use_reentrant=False))
        else:
            parts.append(of_chunk(states, wanted))
    return torch.cat(parts) if parts else hidden.new_zeros(0)
