"""Shared prompts give each architecture's own numbers, or say that they cannot."""

from __future__ import annotations

import pytest
import tiny
import torch
from transformers import AutoModelForCausalLM, Gemma2Config

from iapo.models.packed_layout import PackedLayout
from iapo.models.shared_prefix import hidden_states, logits_of, supports

ARCHITECTURES = sorted(tiny.CONFIGS)


def plain_logits(model, tokens):
    with torch.no_grad():
        return model(input_ids=torch.tensor([list(tokens)])).logits[0].float()


@pytest.mark.parametrize("kind", ["llama", "smollm", "qwen2", "qwen3", "mistral"])
def test_packed_row_gives_the_plain_logits_of_every_token(kind):
    model = tiny.model(kind, spread=4.0)
    generator = torch.Generator().manual_seed(1)
    prompts = [tiny.random_tokens(n, generator) for n in (6, 3)]
    rows = [[tiny.random_tokens(n, generator) for n in lengths] for lengths in ((4, 0, 7), (1, 5))]
    layout = PackedLayout(prompts, rows)
    with torch.no_grad():
        packed = logits_of(model, hidden_states(model, layout.tokens, layout.positions, layout))
    for prompt, group, end, starts in zip(
        prompts, rows, layout.prompt_ends, layout.starts, strict=True
    ):
        first = end - len(prompt) + 1
        expected = plain_logits(model, prompt)
        torch.testing.assert_close(packed[first : end + 1], expected, atol=1e-5, rtol=1e-4)
        for row, start in zip(group, starts, strict=True):
            expected = plain_logits(model, prompt + row)[len(prompt) :]
            found = packed[start : start + len(row)]
            torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_a_completion_never_sees_its_neighbour():
    model = tiny.model(spread=4.0)
    generator = torch.Generator().manual_seed(2)
    prompt, own = tiny.random_tokens(4, generator), tiny.random_tokens(5, generator)

    def states(neighbour):
        layout = PackedLayout([prompt], [[neighbour, own]])
        with torch.no_grad():
            found = hidden_states(model, layout.tokens, layout.positions, layout)
        return found[layout.starts[0][1] :]

    some, other = (tiny.random_tokens(3, generator) for _ in range(2))
    torch.testing.assert_close(states(some), states(other), atol=0, rtol=0)


@pytest.mark.parametrize("kind", ["llama", "smollm", "qwen2", "qwen3", "mistral"])
def test_usual_architectures_are_supported(kind):
    assert supports(tiny.model(kind))


def test_softcapped_attention_is_detected_as_unsupported():
    config = Gemma2Config(
        vocab_size=320,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
    )
    torch.manual_seed(0)
    assert not supports(AutoModelForCausalLM.from_config(config).eval())


def test_attention_implementation_is_given_back():
    model = tiny.model()
    before = model.config._attn_implementation
    assert supports(model)
    assert model.config._attn_implementation == before
