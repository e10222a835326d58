"""Attention over prompts that several completions share, without padding and without repeats.

GRPO samples a group of completions a prompt. Computed plainly, the prompt is computed once a
completion and everything is padded to the longest row. Here every token is computed once:

- `PackedLayout` is the training pass: all groups lie in one row, `prompt, completion 1, completion
  2, ...`, and a completion's tokens see their prompt and themselves, never their neighbours;
- `DecodeLayout` is the sampling pass: the prompts' keys and values are kept once, each live row
  keeps only its own, and a row that ends is dropped at once.

Both are exact, not approximations. They plug into any transformers model that routes attention
through `AttentionInterface`; `supports` tells by comparing numbers, and callers fall back to padded
batches where it says no. Nothing here knows of rewards or losses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers import AttentionInterface

ATTENTION_NAME = "iapo_shared_prefix"
_LAYOUT_ARGUMENT = "iapo_layout"
# What a model may hand to its attention that these layouts do not implement.
_UNSUPPORTED_ARGUMENTS = ("softcap", "s_aux", "position_bias")


class SharedPrefixError(RuntimeError):
    """The model asks its attention for something the shared-prefix layouts do not compute."""


class Layout(Protocol):
    """Says which key each query of a flat row of tokens may see."""

    longest: int

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        """Args: query [H, N, D], key and value [H_kv, N, D]. Returns [N, H, D]."""
        ...


def _attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    layout: Layout = kwargs[_LAYOUT_ARGUMENT]
    for name in _UNSUPPORTED_ARGUMENTS:
        if kwargs.get(name) is not None:
            raise SharedPrefixError(f"attention argument {name}")
    if sliding_window is not None and layout.longest > sliding_window:
        raise SharedPrefixError(f"sliding window of {sliding_window} tokens")
    scale = float(scaling) if scaling is not None else float(query.shape[-1]) ** -0.5
    layer = int(module.layer_idx)  # type: ignore[arg-type]
    return layout.attend(layer, query[0], key[0], value[0], scale).unsqueeze(0), None


AttentionInterface.register(ATTENTION_NAME, _attention)


@contextmanager
def _routed(model: Any) -> Iterator[None]:
    """Send the model's attention through the layouts, and back to what it was."""
    before = model.config._attn_implementation
    model.set_attn_implementation(ATTENTION_NAME)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def decoder_of(model: Any) -> Any:
    """The part of a causal model that ends before the vocabulary head, adapters included."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return base.get_decoder()


def hidden_states(model: Any, tokens: Tensor, positions: Tensor, layout: Layout) -> Tensor:
    """Last hidden states of a flat row of tokens under a layout.

    Args:
        tokens, positions: [N] integers.

    Returns:
        [N, hidden size].

    Raises:
        SharedPrefixError: the architecture needs something the layout cannot give.
    """
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    with _routed(base):
        out = base.get_decoder()(
            input_ids=tokens[None],
            position_ids=positions[None],
            use_cache=False,
            **{_LAYOUT_ARGUMENT: layout},
        )
    return out.last_hidden_state[0]  # type: ignore[no-any-return]


def logits_of(model: Any, hidden: Tensor) -> Tensor:
    """Vocabulary logits [N, V] in float32 of hidden states [N, hidden size]."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    logits: Tensor = base.get_output_embeddings()(hidden).float()
    cap = getattr(base.config, "final_logit_softcapping", None)
    return torch.tanh(logits / cap) * cap if cap else logits


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
        own_scores = torch.matmul(q, own_keys.transpose(2, 3))
        if self._hidden is not None:
            prompt_scores = prompt_scores + self._hidden[self.group][:, None, None]
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


def supports(model: Any) -> bool:
    """Whether the layouts give this model's own numbers; found once by comparing, then remembered.

    Two short prompts with two completions each are computed packed, and each row plainly.
    """
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    known = getattr(base, "_iapo_shared_prefix", None)
    if known is None:
        known = _agrees(model)
        base._iapo_shared_prefix = known
    return bool(known)


def shortest_window(model: Any) -> int:
    """Tokens that the model's shortest sliding window spans; 0 where every layer sees everything."""
    config = decoder_of(model).config
    window = getattr(config, "sliding_window", None)
    if not window or getattr(config, "use_sliding_window", True) is False:
        return 0
    kinds = getattr(config, "layer_types", None)
    return int(window) if kinds is None or "sliding_attention" in kinds else 0


@torch.no_grad()
def _agrees(model: Any) -> bool:
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    was_training = model.training
    model.eval()
    generator = torch.Generator().manual_seed(0)
    device = model.device

    def some(count: int) -> list[int]:
        drawn = torch.randint(0, base.config.vocab_size, (count,), generator=generator)
        return [int(t) for t in drawn]

    prompts = [some(5), some(7)]
    rows = [[some(4), some(3)], [some(2), some(4)]]
    try:
        layout = PackedLayout(prompts, rows, device)
        packed = logits_of(model, hidden_states(model, layout.tokens, layout.positions, layout))
        worst = 0.0
        for prompt, group, starts in zip(prompts, rows, layout.starts, strict=True):
            for row, start in zip(group, starts, strict=True):
                plain = model(input_ids=torch.tensor([prompt + row], device=device)).logits[0]
                expected = plain[len(prompt) :].float().log_softmax(-1)
                found = packed[start : start + len(row)].log_softmax(-1)
                worst = max(worst, float((found - expected).abs().max()))
    except (SharedPrefixError, KeyError, TypeError, ValueError, AttributeError, RuntimeError):
        return False
    finally:
        model.train(was_training)
    tolerance = 1e-3 if base.dtype == torch.float32 else 0.25
    return worst < tolerance
