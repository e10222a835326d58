"""TRL's loss on the same batch: the same number and the same gradient of every weight."""

from __future__ import annotations

import copy

import pytest
import tiny
import torch

from iapo.train.config import TrainConfig
from iapo.train.learner import Experience, Learner

trl = pytest.importorskip("trl", minversion="1.0", reason="the oracle TRL is not installed")

MAX_NEW_TOKENS = 8
PROMPT = (5, 17, 40, 41)
ROWS = ((7, 9, 11, 200, 31), (8, 120, 2), (44, 45, 46, 47, 48, 49, 50))
ADVANTAGES = (0.6, -0.9, 0.3)


def trl_loss(model, old, reference, tmp_path, normalisation, kl):
    from datasets import Dataset

    arguments = trl.GRPOConfig(
        output_dir=str(tmp_path),
        loss_type=normalisation,
        beta=kl,
        epsilon=0.2,
        epsilon_high=0.28,
        max_completion_length=MAX_NEW_TOKENS,
        per_device_train_batch_size=3,
        num_generations=3,
        report_to="none",
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        disable_dropout=True,
    )
    # With a divergence TRL loads its reference by name; its log-probabilities are given below.
    model.save_pretrained(tmp_path / "model")
    model.config._name_or_path = str(tmp_path / "model")
    trainer = trl.GRPOTrainer(
        model=model,
        reward_funcs=lambda completions, **_: [0.0] * len(completions),
        args=arguments,
        train_dataset=Dataset.from_dict({"prompt": ["x"]}),
        processing_class=tiny.tokenizer(),
    )
    trainer.current_gradient_accumulation_steps = 1
    mask = pad([[1] * len(row) for row in ROWS])
    inputs = {
        "prompt_ids": torch.tensor([PROMPT] * 3),
        "prompt_mask": torch.ones(3, len(PROMPT), dtype=torch.long),
        "completion_ids": pad(ROWS),
        "completion_mask": mask,
        "advantages": torch.tensor(ADVANTAGES),
        "old_per_token_logps": pad(old, 0.0),
        "ref_per_token_logps": pad(reference, 0.0),
        "num_items_in_batch": mask.sum(),
    }
    trainer.model.train()
    loss = trainer._compute_loss(trainer.model, inputs)
    loss.backward()
    return float(loss.detach()), {n: p.grad for n, p in trainer.model.named_parameters()}


def pad(rows, filling=0):
    longest = max(len(row) for row in rows)
    return torch.tensor([list(row) + [filling] * (longest - len(row)) for row in rows])


def logprobs(model):
    found = []
    for row in ROWS:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([PROMPT + row])).logits[0].log_softmax(-1)
        chosen = logits[len(PROMPT) - 1 : -1].gather(1, torch.tensor(row)[:, None])[:, 0]
        found.append(tuple(chosen.tolist()))
    return tuple(found)


@pytest.mark.parametrize("kl", [0.0, 0.05])
@pytest.mark.parametrize("normalisation", ["grpo", "dr_grpo", "dapo"])
def test_loss_and_every_gradient_equal_those_of_trl(tmp_path, normalisation, kl):
    model = tiny.model(spread=2.0)
    reference = tiny.model(seed=1, spread=2.0)
    old = tuple(tuple(x + 0.3 * (-1) ** i for i, x in enumerate(row)) for row in logprobs(model))
    config = TrainConfig(
        normalisation=normalisation, kl=kl, max_new_tokens=MAX_NEW_TOKENS, max_grad_norm=1e9
    )
    expected, gradients = trl_loss(
        copy.deepcopy(model), old, logprobs(reference), tmp_path, normalisation, kl
    )
    learner = Learner(model, None, config)
    learner.reference = reference
    kept = {}
    learner.optimizer.step = lambda: kept.update(
        {name: p.grad.clone() for name, p in model.named_parameters()}
    )
    update = learner.learn([Experience(PROMPT, ROWS, old, ADVANTAGES)], lr=1e-3)
    assert update.loss == pytest.approx(expected, rel=1e-5)
    assert kept.keys() == gradients.keys()
    for name, gradient in kept.items():
        error = (gradient - gradients[name]).norm() / gradients[name].norm().clamp(min=1e-8)
        assert float(error) < 1e-5, name
