"""Attention over prompts that several completions share, without padding and without repeats.

GRPO samples a group of completions a prompt. Computed plainly, the prompt is computed once a
completion and everything is padded to the longest row. Here every token is computed once:

- `PackedLayout` is the training pass: all groups lie in one row;
- `DecodeLayout` is the sampling pass: the prompts' keys and values are kept once.

Both are exact, not approximations. They plug into any transformers model that routes attention
through `AttentionInterface`; `supports` tells by comparing numbers, and callers fall back to padded
batches where it says no. Nothing here knows of rewards or losses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers import AttentionInterface

from iapo.models.float32_pass import in_float32
from iapo.models.packed_layout import PackedLayout

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
    """Send the model's attention through the layouts, and back to what it was.

    Once a sampled token: transformers' own way to switch looks through all modules each time, which
    took 4 ms of the 60 of a token with adapters.
    """
    configs = getattr(model, "_iapo_configs", None)
    if configs is None:
        found = (getattr(module, "config", None) for module in model.modules())
        distinct = {id(c): c for c in found if hasattr(c, "_attn_implementation")}
        configs = model._iapo_configs = list(distinct.values())
    before = [config._attn_implementation for config in configs]
    for config in configs:
        config._attn_implementation = ATTENTION_NAME
    try:
        yield
    finally:
        for config, name in zip(configs, before, strict=True):
            config._attn_implementation = name


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


def supports(model: Any) -> bool:
    """Whether the layouts give this model's own numbers; found once by comparing, then remembered.

    Two short prompts with two completions each are computed packed, and each row plainly, in float32
    whatever the model computes in.
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


def _plain_weights(model: Any) -> AbstractContextManager[Any]:
    """Inside, adapters are switched off: they do not change what a model's attention asks for."""
    return model.disable_adapter() if hasattr(model, "disable_adapter") else nullcontext()


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
        whole = [prompt + row for prompt, group in zip(prompts, rows, strict=True) for row in group]
        longest = max(len(row) for row in whole)
        # What comes behind a token does not change it: one padded pass is as plain as one a row.
        padded = torch.tensor([row + row[:1] * (longest - len(row)) for row in whole])
        with _plain_weights(model), in_float32(base):
            packed = logits_of(model, hidden_states(model, layout.tokens, layout.positions, layout))
            plain = iter(model(input_ids=padded.to(device)).logits.float())
        worst = 0.0
        for prompt, group, starts in zip(prompts, rows, layout.starts, strict=True):
            for row, start in zip(group, starts, strict=True):
                inside = slice(len(prompt), len(prompt) + len(row))
                expected = next(plain)[inside].log_softmax(-1)
                found = packed[start : start + len(row)].log_softmax(-1)
                worst = max(worst, float((found - expected).abs().max()))
    except (SharedPrefixError, KeyError, TypeError, ValueError, AttributeError, RuntimeError):
        return False
    finally:
        model.train(was_training)
    return worst < 1e-3
