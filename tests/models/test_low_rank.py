"""Plain adapters computed leanly are peft's; everything else is left to peft."""

from __future__ import annotations

import copy

import pytest
import tiny
import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import Linear

from iapo.models.adapters import merged, with_lora
from iapo.models.low_rank import LeanLinear, lean


def adapted(dtype=torch.float32, **options):
    """peft's own adapters, with something in them, on a tiny model."""
    config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", **options)
    model = get_peft_model(tiny.model().to(dtype), config, autocast_adapter_dtype=False)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
    return model


def logits_and_gradients(model):
    tokens = torch.arange(3, 19).view(2, 8)
    model.zero_grad()
    logits = model(input_ids=tokens).logits
    logits.square().mean().backward()
    return logits.detach(), {n: p.grad for n, p in model.named_parameters() if p.grad is not None}


def lean_layers(model):
    return [m for m in model.modules() if isinstance(m, LeanLinear)]


def test_numbers_and_gradients_are_those_of_peft():
    plain = adapted()
    quick = lean(copy.deepcopy(plain))
    assert lean_layers(quick)
    expected, gradients = logits_and_gradients(plain)
    found, ours = logits_and_gradients(quick)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert ours.keys() == gradients.keys()
    for name, gradient in gradients.items():
        torch.testing.assert_close(ours[name], gradient, atol=1e-6, rtol=1e-4, msg=name)


def test_a_bias_of_the_layer_is_added_once():
    torch.manual_seed(0)
    plain = torch.nn.Sequential(torch.nn.Linear(6, 5))
    plain = get_peft_model(plain, LoraConfig(r=2, target_modules=["0"]))
    with torch.no_grad():
        plain.base_model.model[0].lora_B["default"].weight.fill_(0.3)
    x = torch.randn(3, 4, 6)
    expected = plain(x)
    torch.testing.assert_close(lean(plain)(x), expected)


@pytest.mark.parametrize("options", [{"use_dora": True}, {"lora_dropout": 0.5}])
def test_other_adapters_are_left_to_peft(options):
    plain = adapted(**options).eval()
    quick = lean(copy.deepcopy(plain))
    tokens = torch.arange(3, 11)[None]
    torch.testing.assert_close(
        quick(input_ids=tokens).logits, plain(input_ids=tokens).logits, atol=1e-6, rtol=1e-5
    )
    assert all(layer._plain_adapter() is None for layer in lean_layers(quick))


def test_an_adapter_switched_off_leaves_the_base():
    model = lean(adapted())
    tokens = torch.arange(3, 11)[None]
    with torch.no_grad(), model.disable_adapter():
        off = model(input_ids=tokens).logits
    with torch.no_grad():
        torch.testing.assert_close(off, tiny.model()(input_ids=tokens).logits)
        assert not torch.allclose(off, model(input_ids=tokens).logits)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_merging_rounds_once_and_gives_the_weights_back(dtype):
    model = lean(adapted(dtype))
    layer = lean_layers(model)[0]
    weight = layer.get_base_layer().weight
    before = weight.detach().clone()
    a, b = (x["default"].weight.detach().float() for x in (layer.lora_A, layer.lora_B))
    exact = before.float() + layer.scaling["default"] * (b @ a)
    with merged(model):
        assert layer.merged
        torch.testing.assert_close(weight.detach(), exact.to(dtype), atol=1e-6, rtol=2**-8)
        assert not torch.equal(weight, before)
    assert not layer.merged
    assert torch.equal(weight, before)


def test_new_adapters_are_lean():
    model = with_lora(tiny.model(), 4, 8)
    assert len(lean_layers(model)) == sum(isinstance(m, Linear) for m in model.modules())


def test_merged_layers_compute_with_their_weight_alone():
    model = lean(adapted())
    tokens = torch.arange(3, 11)[None]
    with torch.no_grad():
        expected = model(input_ids=tokens).logits
        with merged(model):
            torch.testing.assert_close(
                model(input_ids=tokens).logits, expected, atol=1e-5, rtol=1e-5
            )
        assert not any("forward" in vars(layer) for layer in lean_layers(model))
        torch.testing.assert_close(model(input_ids=tokens).logits, expected)
