"""The training pass: groups of a prompt and its completions in one row, each token computed once.

A completion's tokens see their prompt and themselves, never their neighbours. Exact, not an
approximation; `iapo.models.shared_prefix` sends a model's attention through it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from iapo.models.grid_attention import GridGroup, grid_attention, grid_group
from iapo.models.segment_attention import Segment, segment_attention


class PackedLayout:
    """Groups of `prompt, completion, completion, ...` in one row.

    Args:
        prompts: token ids of each prompt, at least one token each.
        completions: for each prompt, the token ids of its completions that are *inputs*: the last
            token of a completion is only ever predicted, so callers leave it out.

    Attributes:
        tokens, positions: [N], what to feed the model.
        prompt_ends: place of each prompt's last token in the row.
        starts: for each prompt, place of each completion's first token in the row.
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
        self.prompt_ends: list[int] = []
        self.starts: list[list[int]] = []
        self.longest = 0
        self._segments: list[Segment] = []
        self._grids: list[GridGroup] = []
        on_processor = torch.device(device).type == "cpu"
        for prompt, rows in zip(prompts, completions, strict=True):
            shared = slice(len(tokens), len(tokens) + len(prompt))
            tokens += prompt
            positions += range(len(prompt))
            self.prompt_ends.append(len(tokens) - 1)
            self._segments.append(Segment(slice(shared.start, shared.start), shared))
            starts = []
            for row in rows:
                starts.append(len(tokens))
                tokens += row
                positions += range(len(prompt), len(prompt) + len(row))
                self._segments.append(Segment(shared, slice(starts[-1], len(tokens))))
            self.starts.append(starts)
            lengths = [len(row) for row in rows]
            self.longest = max(self.longest, len(prompt) + max(lengths, default=0))
            if not on_processor:
                self._grids.append(grid_group(shared, starts, lengths, device))
        self.tokens = torch.tensor(tokens, device=device)
        self.positions = torch.tensor(positions, device=device)

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        """Args: query [H, N, D], key and value [H_kv, N, D]. Returns [N, H, D]."""
        if self._grids:
            return grid_attention(query, key, value, self._grids, scale).transpose(0, 1)
        return segment_attention(query, key, value, self._segments, scale).transpose(0, 1)
