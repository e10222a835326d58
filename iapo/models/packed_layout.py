"""The training pass: groups of a prompt and its completions in one row, each token computed once.

A completion's tokens see their prompt and themselves, never their neighbours. Exact, not an
approximation; `iapo.models.shared_prefix` sends a model's attention through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class PackedGroup:
    """Where one prompt and its completions lie in the row, and how to spread them for attention."""

    prompt: slice
    rows: Tensor | None  # [G, C] index into the flat row, padded with the row's first token
    flat: Tensor | None  # [sum of lengths] index into G*C that undoes the padding
    completions: slice
    mask: Tensor | None  # [C, P + C] True where a completion's query may look


class PackedLayout:
    """Groups of `prompt, completion, completion, ...` in one row.

    Args:
        prompts: token ids of each prompt, at least one token each.
        completions: for each prompt, the token ids of its completions that are *inputs*: the last
            token of a completion is only ever predicted, so callers leave it out.

    Attributes:
        tokens, positions: [N], what to feed the model.
        longest: tokens of the longest prompt and completion together.
    """

    def __init__(
        self,
        prompts: Sequence[Sequence[int]],
        completions: Sequence[Sequence[Sequence[int]]],
        device: torch.device | str = "cpu",
    ) -> None:
        tokens: list[int] = []
        positions: list[int] = []
        self.groups: list[PackedGroup] = []
        self.prompt_ends: list[int] = []
        self.starts: list[list[int]] = []
        self.longest = 0
        for prompt, rows in zip(prompts, completions, strict=True):
            begin = len(tokens)
            tokens += prompt
            positions += range(len(prompt))
            self.prompt_ends.append(len(tokens) - 1)
            first = len(tokens)
            starts = []
            for row in rows:
                starts.append(len(tokens))
                tokens += row
                positions += range(len(prompt), len(prompt) + len(row))
            self.starts.append(starts)
            lengths = [len(row) for row in rows]
            self.longest = max(self.longest, len(prompt) + max(lengths, default=0))
            self.groups.append(_group(begin, first, len(tokens), starts, lengths, device))
        self.tokens = torch.tensor(tokens, device=device)
        self.positions = torch.tensor(positions, device=device)

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        repeat = query.shape[0] // key.shape[0]
        if repeat > 1:
            key = key.repeat_interleave(repeat, 0)
            value = value.repeat_interleave(repeat, 0)
        parts: list[Tensor] = []
        for group in self.groups:
            q, k, v = (x[:, group.prompt] for x in (query, key, value))
            parts.append(_sdpa(q[None], k[None], v[None], None, scale, causal=True)[0])
            if group.rows is None or group.flat is None:
                continue
            rows = group.rows
            q2, k2, v2 = (x[:, rows].transpose(0, 1) for x in (query, key, value))
            k2 = torch.cat([k.expand(len(rows), -1, -1, -1), k2], 2)
            v2 = torch.cat([v.expand(len(rows), -1, -1, -1), v2], 2)
            out = _sdpa(q2, k2, v2, group.mask, scale)  # [G, H, C, D]
            parts.append(out.transpose(1, 2).flatten(0, 1)[group.flat].transpose(0, 1))
        return torch.cat(parts, 1).transpose(0, 1)


def _group(
    begin: int,
    first: int,
    end: int,
    starts: list[int],
    lengths: list[int],
    device: torch.device | str,
) -> PackedGroup:
    prompt, completions = slice(begin, first), slice(first, end)
    kept = [(start, length) for start, length in zip(starts, lengths, strict=True) if length]
    if not kept:
        return PackedGroup(prompt, None, None, completions, None)
    widest = max(length for _, length in kept)
    column = torch.arange(widest)
    start = torch.tensor([s for s, _ in kept])[:, None]
    inside = column < torch.tensor([length for _, length in kept])[:, None]
    rows = torch.where(inside, start + column, start)
    own = column[None] <= column[:, None]
    mask = torch.cat([torch.ones(widest, first - begin, dtype=torch.bool), own], 1)
    flat = inside.flatten().nonzero()[:, 0]
    return PackedGroup(prompt, rows.to(device), flat.to(device), completions, mask.to(device))


def _sdpa(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    scale: float,
    causal: bool = False,
) -> Tensor:
    return torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, scale=scale, is_causal=causal
    )
