"""Training on guided rollouts: the policy is what the guide left of the model, on both sides."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import tiny
import torch

from iapo.generate.guide import Guide, PromptGuide
from iapo.generate.sampling import sample
from iapo.train.config import TrainConfig
from iapo.train.learner import Experience, Learner
from iapo.train.packing import TokenGroup, completion_logprobs

TOKENIZER = tiny.tokenizer()
PROMPT = (5, 6, 7)


@pytest.fixture(scope="module")
def guide():
    return Guide(TOKENIZER, wanted=0.0)


def rollouts(model, guide, count=3):
    """Completions of a guided and of an unguided prompt."""
    chosen = PromptGuide({"terraform": guide}, ["terraform", "jenkins"], count)
    options = {"group_size": count, "max_new_tokens": 24, "stop": guide.stop, "guide": chosen}
    return sample(model, [PROMPT, PROMPT], **options)


def plain_logprobs(model, guide, row, guided):
    """[T] as one would write it down."""
    logits = model(input_ids=torch.tensor([PROMPT + row])).logits[0, len(PROMPT) - 1 : -1]
    if guided:
        allowed = torch.from_numpy(guide.along(row, logits.shape[1]))
        assert not bool(allowed.all())
        logits = torch.where(allowed, logits, torch.tensor(-torch.inf))
    return logits.log_softmax(-1).gather(1, torch.tensor(row)[:, None])[:, 0]


def test_only_the_prompts_of_its_format_are_guided(guide):
    guided, free = rollouts(tiny.model(spread=4.0), guide)
    size = len(guide.vocabulary)

    def follows(completion):
        allowed = guide.along(completion.tokens, size)
        return bool(allowed[np.arange(len(allowed)), list(completion.tokens)].all())

    assert all(follows(completion) for completion in guided)
    assert not any(follows(completion) for completion in free)


def test_training_finds_the_log_probabilities_that_sampling_told(guide):
    model = tiny.model(spread=4.0)
    guided, free = rollouts(model, guide)
    groups = [
        TokenGroup(PROMPT, tuple(c.tokens for c in guided), guided="terraform"),
        TokenGroup(PROMPT, tuple(c.tokens for c in free)),
    ]
    told = torch.tensor([x for c in (*guided, *free) for x in c.logprobs])
    with torch.no_grad():
        found = completion_logprobs(model, groups, guides={"terraform": guide})
        unmasked = completion_logprobs(model, groups)
    assert float((found - told).abs().max()) < 1e-4
    assert float((unmasked - told).abs().max()) > 0.1


@pytest.mark.parametrize("pass_tokens", [8, 4096])
def test_a_guided_update_equals_plain_autograd(guide, pass_tokens):
    model = tiny.model(spread=4.0)
    plain = copy.deepcopy(model)
    guided, free = rollouts(model, guide)
    advantages = (0.5, -0.75, 0.25)
    batch = [
        Experience(
            PROMPT,
            tuple(c.tokens for c in group),
            tuple(c.logprobs for c in group),
            advantages,
            guided="terraform" if group is guided else "",
        )
        for group in (guided, free)
    ]
    learner = Learner(model, TOKENIZER, TrainConfig(guide=True, pass_tokens=pass_tokens))
    gradients = {}
    step = learner.optimizer.step

    def remember():
        gradients.update({n: p.grad.clone() for n, p in model.named_parameters()})
        return step()

    learner.optimizer.step = remember
    update = learner.learn(batch, lr=1e-3)

    total = sum(len(c.tokens) for c in (*guided, *free))
    for group in (guided, free):
        for completion, advantage in zip(group, advantages, strict=True):
            row = plain_logprobs(plain, guide, completion.tokens, group is guided)
            (-(row * advantage).sum() / total).backward()
    torch.nn.utils.clip_grad_norm_(plain.parameters(), learner.config.max_grad_norm)
    assert update.gap < 1e-4
    for name, parameter in plain.named_parameters():
        apart = float((gradients[name] - parameter.grad).norm() / parameter.grad.norm())
        assert apart < 1e-3, name
