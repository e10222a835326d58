"""A model in bfloat16 can be asked what it computes without rounding, and is itself again."""

from __future__ import annotations

import pytest
import tiny
import torch
from peft.tuners.lora import LoraLayer

from iapo.models.adapters import merged, with_lora
from iapo.models.float32_pass import in_float32
from iapo.models.shared_prefix import supports

TOKENS = torch.arange(3, 11)[None]


@torch.no_grad()
def test_logits_are_those_of_the_same_weights_in_float32():
    narrow = tiny.model(spread=4.0).to(torch.bfloat16)
    wide = tiny.model(spread=4.0).to(torch.bfloat16).float()
    with in_float32(narrow):
        found = narrow(input_ids=TOKENS).logits
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, wide(input_ids=TOKENS).logits)


@torch.no_grad()
def test_weights_are_the_same_tensors_afterwards_even_if_a_pass_fails():
    model = tiny.model().to(torch.bfloat16)
    before = {name: p.data_ptr() for name, p in model.named_parameters()}
    with in_float32(model):
        model(input_ids=TOKENS)
        with pytest.raises(IndexError):
            model(input_ids=TOKENS + 10**6)
    assert {name: p.data_ptr() for name, p in model.named_parameters()} == before
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


@pytest.mark.parametrize("rank", [0, 4])
def test_shared_prefixes_are_found_in_bfloat16_too(rank):
    model = tiny.model("smollm", spread=4.0).to(torch.bfloat16)
    assert supports(with_lora(model, rank, 8) if rank else model)


def test_shared_prefixes_are_found_while_adapters_are_merged():
    model = with_lora(tiny.model("smollm", spread=4.0).to(torch.bfloat16), 4, 8)
    with merged(model):
        assert supports(model)
        assert all(layer.merged for layer in model.modules() if isinstance(layer, LoraLayer))
