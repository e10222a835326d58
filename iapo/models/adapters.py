"""LoRA through peft, and the trick that makes it quick to sample from: merge, sample, unmerge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


def with_lora(model: Any, rank: int, alpha: int, dropout: float = 0.0) -> Any:
    """Wrap every linear layer but the vocabulary head in a low-rank adapter; only it is trained."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


@contextmanager
def merged(model: Any) -> Iterator[None]:
    """Inside, adapters are folded into the weights, so that sampling costs what full weights cost.

    The weights come back bit for bit: the originals are kept aside, not subtracted again. A model
    without adapters is left alone.
    """
    layers = _adapted_layers(model)
    kept: list[tuple[Any, torch.Tensor]] = []
    try:
        with torch.no_grad():
            for layer in layers:
                weight = layer.get_base_layer().weight
                kept.append((layer, weight.detach().clone()))
                layer.merge(safe_merge=False)
        yield
    finally:
        with torch.no_grad():
            for layer, weight in kept:
                if layer.merged:
                    layer.unmerge()
                layer.get_base_layer().weight.copy_(weight)


@contextmanager
def fused(model: Any) -> Iterator[None]:
    """Inside, passes with gradients through adapters cost less than through full weights.

    Plainly, an adapter adds two thin products and a sum to every layer, forward and backward: on a
    processor more time than the gradients of the full weights would take. Here the layer's product is
    with weights that hold the adapter, once for the whole context, and only the gradients of the two
    thin matrices are worked out. Outputs and gradients are the plain ones but for rounding. It takes
    the memory of the adapted weights once more, so on a GPU, where thin products cost little, nothing
    is changed; nor are layers with dropout or another kind of adapter.
    """
    layers = [layer for layer in _adapted_layers(model) if _fusible(layer)]
    try:
        for layer in layers:
            layer.forward = _fused_forward(layer)
        yield
    finally:
        for layer in layers:
            layer.__dict__.pop("forward", None)


def _fused_forward(layer: Any) -> Callable[..., torch.Tensor]:
    (name,) = layer.active_adapters
    base = layer.get_base_layer()
    with torch.no_grad():
        weight = base.weight + layer.get_delta_weight(name)
    a, b, scale = layer.lora_A[name].weight, layer.lora_B[name].weight, layer.scaling[name]

    def forward(x: torch.Tensor) -> torch.Tensor:
        return _Fused.apply(x, weight, base.bias, a, b, scale)  # type: ignore[no-untyped-call,no-any-return]

    return forward


class _Fused(torch.autograd.Function):
    """x W' + bias with W' = W + scale B A, and gradients for x, A [r, in] and B [out, r] alone."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        a: torch.Tensor,
        b: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        ctx.save_for_backward(x, weight, a, b)
        ctx.scale = scale
        return torch.nn.functional.linear(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | float | None, ...]:
        x, weight, a, b = ctx.saved_tensors
        (gradient,) = gradients
        rows, out = x.flatten(0, -2), gradient.flatten(0, -2)
        for_a = (out @ b).T @ rows * ctx.scale
        for_b = out.T @ (rows @ a.T) * ctx.scale
        for_x = gradient @ weight if ctx.needs_input_grad[0] else None
        return for_x, None, None, for_a, for_b, None


def _fusible(layer: Any) -> bool:
    from peft.tuners.lora import Linear

    if not isinstance(layer, Linear) or len(layer.active_adapters) != 1 or layer.disable_adapters:
        return False
    (name,) = layer.active_adapters
    return (
        name in layer.lora_A
        and layer.lora_A[name].weight.device.type == "cpu"
        and layer.lora_A[name].weight.dtype == layer.get_base_layer().weight.dtype
        and not layer.fan_in_fan_out
        and not layer.lora_bias[name]
        and name not in layer.lora_variant
        and isinstance(layer.lora_dropout[name], torch.nn.Identity)
    )


def _adapted_layers(model: Any) -> list[Any]:
    if not hasattr(model, "peft_config"):
        return []
    from peft.tuners.lora import LoraLayer

    return [m for m in model.modules() if isinstance(m, LoraLayer) and not m.merged]


def folded(model: Any) -> Any:
    """The plain model with adapters folded into its weights for good; itself where it has none."""
    return model.merge_and_unload() if hasattr(model, "peft_config") else model
