"""Attention over a flat row of groups on an accelerator: padded, for the kernels that come with it.

Prompts and completions go through PyTorch's fused attention, each group's completions as a grid
that is padded to the longest. Large kernels matter more there than a third of needless work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class GridGroup:
    """Where one prompt and its completions lie in the row, and how to spread them for attention."""

    prompt: slice
    rows: Tensor | None  # [G, C] index into the flat row, padded with the row's first token
    flat: Tensor | None  # [sum of lengths] index into G*C that undoes the padding
    mask: Tensor | None  # [C, P + C] True where a completion's query may look


def grid_group(
    prompt: slice, starts: Sequence[int], lengths: Sequence[int], device: torch.device | str
) -> GridGroup:
    """The grid of completions that start at `starts` in the row."""
    kept = [(start, length) for start, length in zip(starts, lengths, strict=True) if length]
    if not kept:
        return GridGroup(prompt, None, None, None)
    widest = max(length for _, length in kept)
    column = torch.arange(widest)
    start = torch.tensor([s for s, _ in kept])[:, None]
    inside = column < torch.tensor([length for _, length in kept])[:, None]
    rows = torch.where(inside, start + column, start)
    own = column[None] <= column[:, None]
    prompts = torch.ones(widest, prompt.stop - prompt.start, dtype=torch.bool)
    mask = torch.cat([prompts, own], 1)
    flat = inside.flatten().nonzero()[:, 0]
    return GridGroup(prompt, rows.to(device), flat.to(device), mask.to(device))


def grid_attention(
    query: Tensor, key: Tensor, value: Tensor, groups: Sequence[GridGroup], scale: float
) -> Tensor:
    """Causal attention inside prompts, and of each completion to its prompt and itself.

    Args:
        query: [H, N, D].
        key, value: [H_kv, N, D], each head for H / H_kv heads of `query`.

    Returns:
        [H, N, D].
    """
    repeat = query.shape[0] // key.shape[0]
    if repeat > 1:
        key = key.repeat_interleave(repeat, 0)
        value = value.repeat_interleave(repeat, 0)
    parts: list[Tensor] = []
    for group in groups:
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
    return torch.cat(parts, 1)


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
