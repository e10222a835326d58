"""The policy-gradient loss and one whole update, against computations from scratch."""

from __future__ import annotations

import copy

import pytest
import tiny
import torch

from iapo.train.config import TrainConfig
from iapo.train.learner import DivergedError, Experience, Learner
from iapo.train.loss import policy_loss, token_weights


def numbers(seed=0, rows=(3, 5, 2)):
    generator = torch.Generator().manual_seed(seed)
    now = [torch.randn(n, generator=generator) for n in rows]
    before = [x + 0.4 * torch.randn(len(x), generator=generator) for x in now]
    return now, before, [0.7, -0.5, -0.2]


def from_scratch(now, before, advantages, normalisation, low, high, max_new_tokens):
    """The papers' formulas, one token at a time."""
    total, tokens = 0.0, sum(len(x) for x in now)
    for new, old, advantage in zip(now, before, advantages, strict=True):
        row = 0.0
        for x, y in zip(new, old, strict=True):
            ratio = torch.exp(x - y)
            bounded = min(max(ratio, torch.tensor(1 - low)), torch.tensor(1 + high))
            row = row + min(ratio * advantage, bounded * advantage)
        if normalisation == "grpo":
            total = total + row / len(new) / len(now)
        elif normalisation == "dr_grpo":
            total = total + row / (len(now) * max_new_tokens)
        else:
            total = total + row / tokens
    return -total


@pytest.mark.parametrize("normalisation", ["grpo", "dr_grpo", "dapo"])
def test_loss_equals_the_formula(normalisation):
    now, before, advantages = numbers()
    lengths = [len(x) for x in now]
    weights = token_weights(lengths, normalisation, 20)
    found = policy_loss(
        torch.cat(now),
        torch.cat(before),
        torch.cat([torch.full((n,), a) for n, a in zip(lengths, advantages, strict=True)]),
        torch.cat([torch.full((n,), w) for n, w in zip(lengths, weights, strict=True)]),
        clip_low=0.2,
        clip_high=0.28,
    )
    expected = from_scratch(now, before, advantages, normalisation, 0.2, 0.28, 20)
    assert float(found.loss) == pytest.approx(float(expected), rel=1e-5)
    assert 0 < found.clipped < 1


def test_the_upper_bound_lets_likely_tokens_rise_further_than_they_may_fall():
    def gradient(shift, advantage):
        logprobs = torch.tensor([shift], requires_grad=True)
        terms = policy_loss(
            logprobs,
            torch.zeros(1),
            torch.tensor([advantage]),
            torch.ones(1),
            clip_low=0.2,
            clip_high=0.28,
        )
        terms.loss.backward()
        return float(logprobs.grad)

    up, down = float(torch.tensor(1.25).log()), float(torch.tensor(0.75).log())
    assert gradient(up, 1.0) != 0
    assert gradient(float(torch.tensor(1.29).log()), 1.0) == 0
    assert gradient(down, -1.0) == 0
    assert gradient(down, 1.0) != 0


def test_cispo_keeps_a_gradient_where_clipping_would_not():
    logprobs = torch.tensor([1.0], requires_grad=True)
    terms = policy_loss(
        logprobs,
        torch.zeros(1),
        torch.ones(1),
        torch.ones(1),
        clip_low=0.2,
        clip_high=0.28,
        objective="cispo",
    )
    terms.loss.backward()
    assert float(logprobs.grad) == pytest.approx(-1.28)


def test_divergence_is_zero_only_where_nothing_changed():
    logprobs = torch.tensor([-1.0, -2.0])
    options = {"clip_low": 0.2, "clip_high": 0.2, "kl": 0.5}
    same = policy_loss(
        logprobs, logprobs, torch.zeros(2), torch.ones(2), reference_logprobs=logprobs, **options
    )
    assert float(same.loss) == 0
    other = policy_loss(
        logprobs,
        logprobs,
        torch.zeros(2),
        torch.ones(2),
        reference_logprobs=logprobs + 1,
        **options,
    )
    k3 = float(torch.exp(torch.tensor(1.0))) - 1 - 1
    assert other.kl == pytest.approx(k3)
    assert float(other.loss) == pytest.approx(0.5 * 2 * k3)


def experience(model, seed=0):
    generator = torch.Generator().manual_seed(seed)
    prompt = tiny.random_tokens(6, generator)
    rows = tuple(tiny.random_tokens(n, generator) for n in (4, 7, 2))
    sampled = []
    for row in rows:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([prompt + row])).logits[0].float().log_softmax(-1)
        chosen = logits[len(prompt) - 1 : -1].gather(1, torch.tensor(row)[:, None])[:, 0]
        sampled.append(tuple(chosen.tolist()))
    return Experience(prompt, rows, tuple(sampled), (0.5, -0.75, 0.25))


@pytest.mark.parametrize("pass_tokens", [8, 4096])
def test_one_update_equals_plain_autograd_and_adamw(pass_tokens):
    model = tiny.model(spread=2.0)
    plain = copy.deepcopy(model)
    config = TrainConfig(pass_tokens=pass_tokens, max_grad_norm=0.05)
    learner = Learner(model, tiny.tokenizer(), config)
    first, second = experience(plain), experience(plain, seed=1)
    update = learner.learn([first, second], lr=1e-3)

    optimizer = torch.optim.AdamW(plain.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.0)
    total = sum(len(row) for group in (first, second) for row in group.completions)
    for group in (first, second):
        for row, advantage in zip(group.completions, group.advantages, strict=True):
            logits = plain(input_ids=torch.tensor([group.prompt + row])).logits[0].log_softmax(-1)
            chosen = logits[len(group.prompt) - 1 : -1].gather(1, torch.tensor(row)[:, None])
            (-(chosen * advantage).sum() / total).backward()
    norm = torch.nn.utils.clip_grad_norm_(plain.parameters(), 0.05)
    before = {name: p.detach().clone() for name, p in plain.named_parameters()}
    optimizer.step()
    assert update.grad_norm == pytest.approx(float(norm), rel=1e-4)
    assert update.gap < 1e-5
    for (name, found), expected in zip(model.named_parameters(), plain.parameters(), strict=True):
        moved, wanted = found.detach() - before[name], expected.detach() - before[name]
        # Adam divides by the gradient's size: only where it is not nearly zero is the step defined.
        assert float((moved - wanted).norm() / wanted.norm()) < 2e-3, name


def test_frozen_parts_do_not_move():
    model = tiny.model()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    learner = Learner(model, tiny.tokenizer(), TrainConfig(train_layers=1))
    learner.learn([experience(model)], lr=1e-2)
    moved = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert any("layers.1." in name for name in moved)
    assert not any("layers.0." in name or "embed_tokens" in name for name in moved)


def test_advantages_that_are_not_numbers_are_skipped_and_then_stop_the_run():
    model = tiny.model()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    learner = Learner(model, tiny.tokenizer(), TrainConfig(max_bad_steps=2))
    good = experience(model)
    bad = Experience(good.prompt, good.completions, good.sampled_logprobs, (float("nan"),) * 3)
    learner.learn([bad], lr=1e-2)
    assert all(torch.equal(p, before[name]) for name, p in model.named_parameters())
    with pytest.raises(DivergedError, match="2 steps in a row"):
        learner.learn([bad], lr=1e-2)


def test_out_of_memory_is_retried_in_smaller_passes_with_the_same_result(monkeypatch):
    from iapo.train import learner as module

    whole, halved = tiny.model(), tiny.model()
    group = experience(whole)
    Learner(whole, None, TrainConfig(pass_tokens=512)).learn([group], lr=1e-3)
    sizes = []
    real = module.completion_logprobs

    def scarce(model, groups, temperature=1.0, guides=None):
        sizes.append(sum(len(g.completions) for g in groups))
        if len(sizes) == 1:
            raise torch.OutOfMemoryError("out of memory")
        return real(model, groups, temperature)

    monkeypatch.setattr(module, "completion_logprobs", scarce)
    Learner(halved, None, TrainConfig(pass_tokens=512)).learn([group], lr=1e-3)
    assert len(sizes) == 2
    for a, b in zip(whole.parameters(), halved.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_kl_to_the_model_without_adapters_is_zero_at_first():
    from iapo.models.adapters import with_lora

    model = with_lora(tiny.model(), rank=2, alpha=4)
    learner = Learner(model, None, TrainConfig(lora_rank=2, kl=0.1))
    assert learner.learn([experience(model)], lr=1e-2).kl == pytest.approx(0, abs=1e-6)
    assert learner.learn([experience(model)], lr=1e-2).kl > 0
