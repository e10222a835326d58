"""Credit within a completion: an error that the verifier finds in a line is that line's."""

from __future__ import annotations

from dataclasses import replace

import pytest
import tiny
import torch

from iapo.dataset import load_benchmark
from iapo.train.blame import shares, token_lines
from iapo.train.config import TrainConfig
from iapo.train.learner import Experience, Learner
from iapo.train.scoring import infrastructure_reward


def test_every_token_stands_in_the_line_it_begins_in():
    tokenizer = tiny.tokenizer()
    text = 'resource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n}\n'
    tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
    lines = token_lines(tokenizer, tokens)
    assert lines[0] == 1 and max(lines) == 3 and lines == sorted(lines)
    second = tokenizer.decode([t for t, line in zip(tokens, lines, strict=True) if line == 2])
    assert "bucket =" in second and "resource" not in second


def test_a_worse_completion_is_lowered_mostly_in_its_wrong_lines():
    assert shares([1, 2, 3, 3, 4], (3,), -0.5, 0.2) == (0.2, 1.0, 1.0, 1.0, 0.2)


def test_a_better_completion_is_not_raised_in_its_wrong_lines():
    assert shares([1, 2, 3, 4], (3,), 0.5, 0.2) == (1.0, 0.0, 0.0, 1.0)


def test_an_error_behind_the_end_is_of_the_last_lines():
    assert shares([1, 2, 3], (9,), -0.5, 0.2) == (0.2, 1.0, 1.0)


def test_without_a_known_line_the_whole_completion_carries_the_advantage():
    assert shares([1, 2, 3], (), -0.5, 0.2) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("before", "after", "shift"),
    [("", "", 0), ("```hcl\n", "```\n", 1), ("Here is the bucket you asked for.\n\n", "", 2)],
)
def test_the_lines_of_errors_are_counted_in_the_answer_as_it_was_written(before, after, shift):
    task = next(t for t in load_benchmark() if t.id == "terraform/s3/versioned-audit-bucket")
    wrong = task.output.replace("  bucket ", "  bukcet ", 1)
    assert wrong != task.output
    place = wrong[: wrong.index("bukcet")].count("\n") + 1
    (scored,) = infrastructure_reward()([before + wrong + after], [task])
    assert place + shift in scored.wrong_lines
    (right,) = infrastructure_reward()([task.output], [task])
    assert right.wrong_lines == ()


def test_shares_weigh_the_gradient_of_each_token():
    model = tiny.model(spread=2.0)
    learner = Learner(model, tiny.tokenizer(), TrainConfig(max_grad_norm=1e9))
    generator = torch.Generator().manual_seed(0)
    prompt, row = tiny.random_tokens(6, generator), tiny.random_tokens(4, generator)
    logits = model(input_ids=torch.tensor([prompt + row])).logits[0].float().log_softmax(-1)
    chosen = logits[len(prompt) - 1 : -1].gather(1, torch.tensor(row)[:, None])[:, 0]
    sampled = tuple(chosen.detach().tolist())
    weights = (1.0, 0.0, 0.25, 1.0)
    (-(chosen * torch.tensor(weights)).sum() * -0.5 / 4).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1e9)
    model.zero_grad()
    whole = Experience(prompt, (row,), (sampled,), (-0.5,))
    update = learner.learn([replace(whole, shares=(weights,))], lr=0.0)
    assert update.grad_norm == pytest.approx(float(norm), rel=1e-4)
    assert learner.learn([whole], lr=0.0).grad_norm != pytest.approx(float(norm), rel=1e-3)


@pytest.mark.parametrize("keep", [True, False])
def test_second_moments_stay_where_they_are_to_be_kept(keep):
    model = tiny.model()
    learner = Learner(model, tiny.tokenizer(), TrainConfig(keep_scales=keep))
    generator = torch.Generator().manual_seed(0)
    prompt, row = tiny.random_tokens(6, generator), tiny.random_tokens(4, generator)
    learner.learn([Experience(prompt, (row,), ((-1.0,) * 4,), (1.0,))], lr=1e-3)
    learner.begin_policy_steps()
    moments = list(learner.optimizer.state.values())
    assert bool(moments) is keep
    assert all(not m["exp_avg"].any() and m["exp_avg_sq"].any() for m in moments)
