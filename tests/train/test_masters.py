"""Weights that compute in bfloat16 are trained in float32."""

from __future__ import annotations

import pytest
import tiny
import torch

from iapo.generate.sampling import sample
from iapo.models.adapters import with_lora
from iapo.train import checkpoint as checkpoints
from iapo.train.config import TrainConfig
from iapo.train.learner import Experience, Learner
from iapo.train.masters import MasterWeights
from iapo.train.packing import TokenGroup

PROMPT = (5, 6, 7, 8)
ROWS = ((9, 10, 11), (12, 13, 14, 15))


def learner(dtype=torch.bfloat16, **changes):
    model = tiny.model(spread=2.0).to(dtype)
    return Learner(model, tiny.tokenizer(), TrainConfig(max_grad_norm=1e9, **changes))


def batch():
    return [Experience(PROMPT, ROWS, tuple((-5.0,) * len(row) for row in ROWS), (0.5, -0.5))]


def test_steps_too_small_for_bfloat16_add_up():
    model = torch.nn.Linear(1, 1, bias=False).to(torch.bfloat16)
    with torch.no_grad():
        model.weight.fill_(1.0)
    weights = MasterWeights(model.named_parameters())
    optimizer = torch.optim.SGD(weights.named.values(), lr=1e-3)
    for _ in range(100):
        model(torch.ones(1, 1, dtype=torch.bfloat16)).sum().backward()
        optimizer.step()
        weights.write_back()
        optimizer.zero_grad()
    assert float(weights.named["weight"].detach()) == pytest.approx(0.9, abs=1e-4)
    assert float(model.weight.detach()) == pytest.approx(0.9, abs=0.004), (
        "and the model has them, rounded"
    )


def test_gradients_of_several_passes_add_up_in_float32():
    whole, parts = learner(pass_tokens=4096), learner(pass_tokens=8)
    for one in (whole, parts):
        one.imitate([TokenGroup(PROMPT, ROWS)], 1e-3)
    for name, weight in whole.weights.named.items():
        assert weight.dtype == torch.float32
        torch.testing.assert_close(weight, parts.weights.named[name], atol=2e-3, rtol=0)


@pytest.mark.parametrize("kind", ["imitate", "learn"])
def test_a_step_in_bfloat16_goes_where_the_float32_step_goes(kind):
    exact, rounded = learner(torch.float32), learner()
    moved = []
    for one in (exact, rounded):
        before = {name: weight.detach().clone() for name, weight in one.weights.named.items()}
        if kind == "imitate":
            one.imitate([TokenGroup(PROMPT, ROWS)], 1e-5)
        else:
            one.learn(batch(), 1e-5)
        moved.append(
            torch.cat([(w.detach() - before[n]).flatten() for n, w in one.weights.named.items()])
        )
    for name, parameter in rounded.model.named_parameters():
        assert torch.equal(parameter, rounded.weights.named[name].bfloat16())
    agreement = float(torch.nn.functional.cosine_similarity(*moved, dim=0))
    assert agreement > 0.8, "Adam's first step is all signs, of which few are rounded over"


def test_float32_weights_are_their_own_masters():
    model = tiny.model()
    weights = MasterWeights(model.named_parameters())
    assert all(weights.named[name] is p for name, p in model.named_parameters())


def test_adapters_compute_in_the_type_of_their_model_and_have_masters():
    model = with_lora(tiny.model().to(torch.bfloat16), rank=2, alpha=4)
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    assert trained and {p.dtype for p in trained.values()} == {torch.bfloat16}
    weights = MasterWeights(model.named_parameters())
    assert weights.named.keys() == trained.keys()
    assert {master.dtype for master in weights.named.values()} == {torch.float32}


def test_a_checkpoint_holds_what_rounding_would_lose(tmp_path):
    before = learner()
    for _ in range(3):
        before.learn(batch(), 1e-5)
    checkpoints.save_checkpoint(tmp_path, 1, before, {}, keep=1)
    after = learner()
    checkpoints.restore_tensors(checkpoints.latest_checkpoint(tmp_path), after)
    for name, weight in before.weights.named.items():
        assert torch.equal(weight, after.weights.named[name])
    for one in (before, after):
        one.learn(batch(), 1e-5)
    for (name, left), right in zip(
        before.model.named_parameters(), after.model.parameters(), strict=True
    ):
        assert torch.equal(left, right), name
    rounded = sum(int((w != w.bfloat16().float()).sum()) for w in before.weights.named.values())
    assert rounded > 1000


def test_a_checkpoint_of_another_configuration_is_refused(tmp_path):
    checkpoints.save_checkpoint(tmp_path, 1, learner(), {}, keep=1)
    with pytest.raises(checkpoints.CheckpointError, match="another model or configuration"):
        checkpoints.restore_tensors(
            checkpoints.latest_checkpoint(tmp_path), learner(train_embeddings=False)
        )


def test_prompts_of_unlike_length_are_sampled_in_bfloat16():
    model = tiny.model(spread=2.0).to(torch.bfloat16)
    done = sample(model, [PROMPT, PROMPT[:2]], group_size=2, max_new_tokens=6, stop=(2,), seed=1)
    for prompt, group in zip((PROMPT, PROMPT[:2]), done, strict=True):
        for completion in group:
            row = torch.tensor([prompt + completion.tokens])
            logits = model(input_ids=row).logits[0, len(prompt) - 1 : -1].float()
            found = logits.log_softmax(-1).gather(1, torch.tensor(completion.tokens)[:, None])[:, 0]
            torch.testing.assert_close(found, torch.tensor(completion.logprobs), atol=0.15, rtol=0)
