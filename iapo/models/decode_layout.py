"""The sampling pass: the prompts' keys and values once, each live row only its own.

One token a live row a step; a row that ends is dropped at once. Exact, not an approximation;
`iapo.models.shared_prefix` sends a model's attention through it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from iapo.models.packed_layout import PackedLayout


class DecodeLayout:
    """Keys and values while a batch of groups is sampled, one token a live row a step.

    First the prompts go through `hidden_states` with `self` in its prefill state, then `begin`,
    then one call a step with the tokens of the live rows. `keep` drops rows.

    Args:
        prompts: token ids of each prompt.
        group_size: rows a prompt.
        max_new_tokens: room for that many tokens a row.
    """

    def __init__(
        self,
        prompts: Sequence[Sequence[int]],
        group_size: int,
        max_new_tokens: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self.prefill = PackedLayout(prompts, [[] for _ in prompts], device)
        lengths = torch.tensor([len(p) for p in prompts])
        self.device = device
        self.longest = int(lengths.max()) + max_new_tokens
        self.room = max_new_tokens
        self.step = -1  # -1: prefill
        self.live = len(prompts) * group_size
        self.group = torch.arange(len(prompts)).repeat_interleave(group_size)
        self.lengths = lengths
        self._keys: dict[int, Tensor] = {}
        self._values: dict[int, Tensor] = {}
        self._own_keys: dict[int, Tensor] = {}
        self._own_values: dict[int, Tensor] = {}
        spread = torch.arange(int(lengths.max()))
        inside = spread < lengths[:, None]
        ends = torch.tensor(self.prefill.prompt_ends)[:, None] - lengths[:, None] + 1
        self._spread = torch.where(inside, ends + spread, ends).to(device)
        hidden = torch.zeros(len(prompts), int(lengths.max())).masked_fill(~inside, -torch.inf)
        self._hidden: Tensor | None = None if bool(inside.all()) else hidden.to(device)
        self._index_rows()

    @property
    def positions(self) -> Tensor:
        """[live rows] position of the token that each live row is about to be fed."""
        return (self.lengths[self.group] + self.step).to(self.device)

    def begin(self) -> None:
        """End the prefill; the next pass decodes."""
        self.step = 0

    def advance(self) -> None:
        """One token a live row has been computed."""
        self.step += 1

    def keep(self, alive: Tensor) -> Tensor:
        """Drop rows. The last live rows move into the places of the dead ones.

        Args:
            alive: [live rows] booleans.

        Returns:
            [rows left] for each row from now on, the row it was before.
        """
        count = int(alive.sum())
        order = torch.arange(self.live)
        holes = (~alive[:count]).nonzero()[:, 0]
        movers = alive[count:].nonzero()[:, 0] + count
        order[holes] = movers
        order = order[:count]
        if len(holes) and count:
            to, source = holes.to(self.device), movers.to(self.device)
            for store in (self._own_keys, self._own_values):
                for buffer in store.values():
                    buffer[to, :, : self.step] = buffer[source, :, : self.step]
        self.group = self.group[order]
        self.live = count
        if count:
            self._index_rows()
        return order

    def _index_rows(self) -> None:
        """Where each live row sits in a [groups alive, widest group] grid, for the prompts' share."""
        groups, within = torch.unique(self.group, return_inverse=True)
        counts = torch.bincount(within)
        order = torch.argsort(within, stable=True)
        rank = torch.empty_like(order)
        firsts = counts.cumsum(0) - counts
        rank[order] = torch.arange(self.live) - firsts[within[order]]
        self._widest = int(counts.max())
        self._cell = (within * self._widest + rank).to(self.device)
        self._regular = bool(
            (self._cell == torch.arange(self.live, device=self.device)).all()
        ) and (self.live == len(groups) * self._widest)
        self._alive_groups = groups.to(self.device)
        self._all_groups = len(groups) == len(self.lengths)

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        if self.step < 0:
            self._keys[layer] = key[:, self._spread].transpose(0, 1).contiguous()
            self._values[layer] = value[:, self._spread].transpose(0, 1).contiguous()
            return self.prefill.attend(layer, query, key, value, scale)
        if layer not in self._own_keys:
            shape = (self.live, key.shape[0], self.room, key.shape[2])
            self._own_keys[layer] = key.new_empty(shape)
            self._own_values[layer] = value.new_empty((*shape[:3], value.shape[2]))
        rows, step = self.live, self.step
        self._own_keys[layer][:rows, :, step] = key.transpose(0, 1)
        self._own_values[layer][:rows, :, step] = value.transpose(0, 1)
        own_keys = self._own_keys[layer][:rows, :, : step + 1]
        own_values = self._own_values[layer][:rows, :, : step + 1]
        prompt_keys, prompt_values = self._keys[layer], self._values[layer]
        if not self._all_groups:
            prompt_keys = prompt_keys[self._alive_groups]
            prompt_values = prompt_values[self._alive_groups]
        _, kv_heads, length, width = prompt_keys.shape
        repeat = query.shape[0] // kv_heads
        # [rows, kv heads, queries sharing them, D]
        q = (query.transpose(0, 1) * scale).view(rows, kv_heads, repeat, width)
        prompt_scores = self._gather(
            torch.matmul(self._scatter(q), prompt_keys.transpose(2, 3)), repeat
        )
        # The keys first: the product takes them as they lie, and half the time.
        own_scores = torch.matmul(own_keys, q.transpose(2, 3)).transpose(2, 3)
        if self._hidden is not None:
            hidden = self._hidden[self.group][:, None, None]
            prompt_scores = prompt_scores + hidden.to(prompt_scores.dtype)
        weights = torch.cat([prompt_scores, own_scores], -1).softmax(-1)
        prompt_weights, own_weights = weights[..., :length], weights[..., length:]
        out = torch.matmul(own_weights, own_values)
        out += self._gather(torch.matmul(self._scatter(prompt_weights), prompt_values), repeat)
        return out.reshape(rows, kv_heads * repeat, value.shape[2])

    def _scatter(self, x: Tensor) -> Tensor:
        """[rows, kv heads, repeat, X] to [groups alive, kv heads, widest*repeat, X]."""
        _, heads, repeat, width = x.shape
        groups = len(self._alive_groups)
        if not self._regular:
            grid = x.new_zeros((groups * self._widest, heads, repeat, width))
            x = grid.index_copy_(0, self._cell, x)
        x = x.reshape(groups, self._widest, heads, repeat, width).transpose(1, 2)
        return x.reshape(groups, heads, self._widest * repeat, width)

    def _gather(self, x: Tensor, repeat: int) -> Tensor:
        """The inverse of `_scatter`."""
        groups, heads, _, width = x.shape
        x = x.view(groups, heads, self._widest, repeat, width).transpose(1, 2)
        x = x.reshape(groups * self._widest, heads, repeat, width)
        return x if self._regular else x[self._cell]
