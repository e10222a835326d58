"""LoRA through peft, and the trick that makes it quick to sample from: merge, sample, unmerge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from iapo.models.quiet import quiet


def with_lora(model: Any, rank: int, alpha: int) -> Any:
    """Wrap every linear layer but the vocabulary head in a low-rank adapter; only it is trained.

    It computes in the model's number type: two products in float32 beside each in bfloat16 would
    cost more than the adapter saves. Training keeps float32 masters (`iapo.train.masters`).
    """
    from peft import LoraConfig, get_peft_model

    from iapo.models.low_rank import lean

    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    with quiet():
        return lean(get_peft_model(model, config, autocast_adapter_dtype=False))


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
                layer.forward = layer.get_base_layer().__call__  # no detour a layer a token
        yield
    finally:
        with torch.no_grad():
            for layer, weight in kept:
                vars(layer).pop("forward", None)
                if layer.merged:
                    layer.unmerge()
                layer.get_base_layer().weight.copy_(weight)


def _adapted_layers(model: Any) -> list[Any]:
    if not hasattr(model, "peft_config"):
        return []
    from peft.tuners.lora import LoraLayer

    return [m for m in model.modules() if isinstance(m, LoraLayer) and not m.merged]


def folded(model: Any) -> Any:
    """The plain model with adapters folded into its weights for good; itself where it has none."""
    return model.merge_and_unload() if hasattr(model, "peft_config") else model
