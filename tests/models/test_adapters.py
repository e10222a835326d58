"""Passes through adapters: the quick way gives what peft's plain way gives."""

from __future__ import annotations

from typing import Any

import pytest
import tiny
import torch

from iapo.models.adapters import fused, with_lora


def adapted(dropout: float = 0.0) -> Any:
    torch.manual_seed(3)
    model = with_lora(tiny.model(), rank=3, alpha=6, dropout=dropout)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.1)
    return model


def loss(model: Any) -> torch.Tensor:
    tokens = torch.tensor([[5, 6, 7, 8], [9, 5, 4, 3]])
    logits = model(input_ids=tokens).logits
    return torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())


def gradients(model: Any) -> dict[str, torch.Tensor]:
    found = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    return found


def test_loss_and_every_gradient_are_the_plain_ones() -> None:
    model = adapted()
    plain = loss(model)
    plain.backward()
    expected = gradients(model)
    with fused(model):
        quick = loss(model)
        quick.backward()
    found = gradients(model)
    torch.testing.assert_close(quick, plain)
    assert found.keys() == expected.keys()
    assert all("lora_" in name for name in found)
    assert all(bool(gradient.abs().max() > 0) for gradient in expected.values())
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-7)


def test_no_thin_product_is_made_forward() -> None:
    model = adapted()
    calls = []
    for name, module in model.named_modules():
        if name.endswith(("lora_A.default", "lora_B.default")):
            module.register_forward_hook(lambda *_: calls.append(1))
    with fused(model):
        loss(model)
    assert not calls
    loss(model)
    assert calls


def test_afterwards_weights_and_passes_are_as_before_even_after_an_error() -> None:
    model = adapted()
    before = {name: w.clone() for name, w in model.state_dict().items()}
    expected = loss(model)
    with pytest.raises(RuntimeError, match="in between"), fused(model):
        raise RuntimeError("in between")
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, before[name]), name
    assert not any("forward" in module.__dict__ for module in model.modules())
    assert torch.equal(loss(model), expected)


def test_adapters_with_dropout_and_models_without_adapters_are_left_alone() -> None:
    for model in (adapted(dropout=0.5), tiny.model()):
        with fused(model):
            assert not any("forward" in module.__dict__ for module in model.modules())
