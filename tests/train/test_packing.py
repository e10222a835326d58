"""Packed log-probabilities and gradients equal the plain ones, row by row."""

from __future__ import annotations

import pytest
import tiny
import torch

from iapo.train.packing import TokenGroup, completion_logprobs, passes

KINDS = sorted(tiny.CONFIGS)


def some_groups():
    generator = torch.Generator().manual_seed(4)

    def row(count):
        return tiny.random_tokens(count, generator)

    return [
        TokenGroup(row(5), (row(4), row(1), row(7))),
        TokenGroup(row(9), (row(3), row(9))),
        TokenGroup(row(3), (row(6), row(5)), (2, 4)),
    ]


def plain_logprobs(model, groups, temperature=1.0):
    """One forward pass a completion, nothing shared."""
    parts = []
    for group in groups:
        for completion, given in group.rows():
            tokens = group.prompt + completion
            logits = model(input_ids=torch.tensor([tokens])).logits[0, :-1].float() / temperature
            logprobs = logits.log_softmax(-1).gather(1, torch.tensor(tokens[1:])[:, None])[:, 0]
            parts.append(logprobs[len(group.prompt) - 1 + given :])
    return torch.cat(parts)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_logprobs_and_every_gradient_equal_the_plain_ones(kind, temperature):
    model = tiny.model(kind, spread=3.0)
    groups = some_groups()
    weights = torch.linspace(-1, 1, sum(len(c) - g for x in groups for c, g in x.rows()))

    def gradients(logprobs):
        model.zero_grad()
        (logprobs * weights).sum().backward()
        return {name: p.grad.clone() for name, p in model.named_parameters()}

    expected = plain_logprobs(model, groups, temperature)
    found = completion_logprobs(model, groups, temperature)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    plain = gradients(expected)
    for name, gradient in gradients(found).items():
        error = (gradient - plain[name]).norm() / plain[name].norm().clamp(min=1e-6)
        assert error < 1e-5, name


def test_recomputed_head_gives_the_same_gradient(monkeypatch):
    model, groups = tiny.model(spread=3.0), some_groups()

    def gradient():
        model.zero_grad()
        completion_logprobs(model, groups).square().sum().backward()
        return model.get_output_embeddings().weight.grad.clone()

    kept = gradient()
    monkeypatch.setattr("iapo.train.packing._HEAD_KEPT", 0)
    monkeypatch.setattr("iapo.train.packing._HEAD_CHUNK", 5)
    torch.testing.assert_close(gradient(), kept, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("limit", [1, 12, 20, 30, 1000])
def test_passes_keep_every_completion_in_order_within_the_limit(limit):
    groups = some_groups()
    done = list(passes(groups, limit))
    flat = [(g.prompt, *row) for chosen in done for g in chosen for row in g.rows()]
    assert flat == [(g.prompt, *row) for g in groups for row in g.rows()]
    for chosen in done:
        alone = len(chosen) == 1 and len(chosen[0].completions) == 1
        assert alone or sum(g.tokens for g in chosen) <= limit


def test_the_shared_prompt_is_computed_once(monkeypatch):
    from iapo.train import packing

    seen = []
    real = packing.hidden_states
    monkeypatch.setattr(
        packing,
        "hidden_states",
        lambda m, tokens, *a: seen.append(len(tokens)) or real(m, tokens, *a),
    )
    group = some_groups()[0]
    completion_logprobs(tiny.model(), [group])
    assert seen == [len(group.prompt) + sum(len(c) - 1 for c in group.completions)]
