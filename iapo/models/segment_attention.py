"""Attention over a flat row of segments on a processor: exact products, nothing padded.

1. A segment is a prompt, or one answer to it: its tokens see the prompt and what is before them in
   the segment.
2. A block of queries at a time; the query heads that share a key head are rows of one product.
3. Scores and their softmax are float32, whatever the model computes in.
4. Nothing is kept for the gradient but the sum of each softmax; the rest is computed again
   (Dao et al. 2022, arXiv 2205.14135, section 3.1).

PyTorch's own attention is written for accelerators and long rows: here, on short rows of a padded
batch with a mask, its gradient in bfloat16 took more than twice as long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

_BLOCK = 256  # queries whose scores are computed together: small enough for the caches


@dataclass(frozen=True)
class Segment:
    """Where tokens lie in the flat row that see `prefix` and, up to themselves, each other."""

    prefix: slice
    own: slice


def segment_attention(
    query: Tensor, key: Tensor, value: Tensor, segments: Sequence[Segment], scale: float
) -> Tensor:
    """Causal attention inside segments that together are the whole row, and to their prefixes.

    Args:
        query: [H, N, D].
        key, value: [H_kv, N, D], each head for H / H_kv heads of `query`.

    Returns:
        [H, N, D].
    """
    out: Tensor = _SegmentAttention.apply(  # type: ignore[no-untyped-call]
        query, key, value, segments, scale
    )
    return out


class _SegmentAttention(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        segments: Sequence[Segment],
        scale: float,
    ) -> Tensor:
        heads, length, width = query.shape
        grouped = query.reshape(key.shape[0], -1, length, width)
        out = torch.empty((*grouped.shape[:3], value.shape[2]), dtype=value.dtype)
        sums = torch.empty(grouped.shape[:3], dtype=torch.float32)
        for block in _blocks(segments):
            scores = block.scores(grouped, key, scale)
            total = torch.logsumexp(scores, -1, keepdim=True)
            weights = scores.sub_(total).exp_().to(value.dtype)
            block.put(out, torch.bmm(weights, block.seen(value)))
            block.put(sums[..., None], total)
        ctx.save_for_backward(grouped, key, value, out, sums)
        ctx.segments, ctx.scale = segments, scale
        return out.view(heads, length, -1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        query, key, value, out, sums = ctx.saved_tensors
        grad = grad.reshape(out.shape)
        inner = (grad.float() * out.float()).sum(-1)
        to_query = torch.empty_like(query)
        to_key = torch.zeros(key.shape, dtype=torch.float32)
        to_value = torch.zeros(value.shape, dtype=torch.float32)
        for block in _blocks(ctx.segments):
            keys = block.seen(key)
            rows = block.rows(grad)
            weights = block.scores(query, key, ctx.scale)
            weights.sub_(block.rows(sums[..., None])).exp_()
            block.add(to_value, torch.bmm(weights.to(value.dtype).transpose(1, 2), rows))
            to_scores = torch.bmm(rows, block.seen(value).transpose(1, 2)).float()
            to_scores.sub_(block.rows(inner[..., None])).mul_(weights).mul_(ctx.scale)
            rounded = to_scores.to(query.dtype)
            block.put(to_query, torch.bmm(rounded, keys))
            block.add(to_key, torch.bmm(rounded.transpose(1, 2), block.rows(query)))
        return to_query.flatten(0, 1), to_key.to(key.dtype), to_value.to(value.dtype), None, None


@dataclass(frozen=True)
class _Block:
    """Some queries of a segment, and the keys that one of them or more may see."""

    prefix: slice
    own: slice
    queries: slice

    def seen(self, per_key: Tensor) -> Tensor:
        """[H_kv, N, D] to [H_kv, keys, D]."""
        if self.prefix.start == self.prefix.stop:
            return per_key[:, self.own]
        return torch.cat([per_key[:, self.prefix], per_key[:, self.own]], 1)

    def rows(self, per_query: Tensor) -> Tensor:
        """[H_kv, shared by, N, D] to [H_kv, shared by * queries, D]."""
        return per_query[:, :, self.queries].flatten(1, 2)

    def scores(self, query: Tensor, key: Tensor, scale: float) -> Tensor:
        """[H_kv, shared by * queries, keys] in float32; what is not seen is -inf."""
        rows = self.rows(query).float() * scale
        scores = torch.bmm(rows, self.seen(key).float().transpose(1, 2))
        count = self.queries.stop - self.queries.start
        later = torch.ones(count, count, dtype=torch.bool).triu_(1)
        own = scores.view(len(key), -1, count, scores.shape[2])[..., -count:]
        own.masked_fill_(later, -torch.inf)
        return scores

    def put(self, per_query: Tensor, rows: Tensor) -> None:
        """The inverse of `rows`: write [H_kv, shared by * queries, D] to its place."""
        place = per_query[:, :, self.queries]
        place.copy_(rows.view(place.shape))

    def add(self, total: Tensor, per_seen: Tensor) -> None:
        """Add [H_kv, keys, D] where the keys lie in [H_kv, N, D]."""
        count = self.prefix.stop - self.prefix.start
        total[:, self.prefix] += per_seen[:, :count]
        total[:, self.own] += per_seen[:, count:]


def _blocks(segments: Sequence[Segment]) -> Iterator[_Block]:
    for segment in segments:
        begin, end = segment.own.start, segment.own.stop
        for first in range(begin, end, _BLOCK):
            last = min(first + _BLOCK, end)
            yield _Block(segment.prefix, slice(begin, last), slice(first, last))
