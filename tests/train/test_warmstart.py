"""The warm start imitates references: answer only, once each, of like length together."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
import tiny
import torch

from iapo.dataset import create_dataset, load_benchmark
from iapo.train.config import TrainConfig
from iapo.train.data import repeat_written
from iapo.train.learner import Learner
from iapo.train.warmstart import as_groups, batches, examples_of


def examples(count=20, longest=64):
    return examples_of(tiny.tokenizer(), tiny.tasks(count), "", longest)


def test_an_example_is_prompt_and_answer_with_its_end():
    tokenizer = tiny.tokenizer()
    example = examples_of(tokenizer, tiny.tasks(1), "", 64)[0]
    text = tokenizer.decode(example.prompt + example.answer)
    assert text == (
        '<|start|>user\nCreate a bucket named b0<|end|>\n<|start|>assistant\nbucket = "b0"\n<|end|>'
    )
    assert tokenizer.decode(example.answer).startswith("bucket")


def test_references_that_do_not_fit_or_are_withheld_are_left_out():
    assert examples(longest=2) == []
    withheld = [tiny.ToyTask("x", "prompt", "")]
    assert examples_of(tiny.tokenizer(), withheld, "", 64) == []


def test_a_pass_holds_every_example_once():
    all_of_them = examples(20)
    one_pass = [e for batch in islice(batches(all_of_them, 4, seed=1), 5) for e in batch]
    assert sorted(e.prompt for e in one_pass) == sorted(e.prompt for e in all_of_them)


def test_the_packed_loss_is_the_mean_over_answer_tokens():
    model = tiny.model(spread=2.0)
    batch = examples(4)
    nll = []
    for example in batch:
        tokens = torch.tensor([example.prompt + example.answer])
        logprobs = model(input_ids=tokens).logits[0].log_softmax(-1).detach()
        for place, token in enumerate(example.answer):
            nll.append(-float(logprobs[len(example.prompt) - 1 + place, token]))
    learner = Learner(model, None, TrainConfig())
    found = learner.imitate(as_groups(batch), lr=0.0)
    assert found.loss == pytest.approx(sum(nll) / len(nll), rel=1e-5)
    assert found.tokens == len(nll)


def test_what_all_prompts_begin_with_is_computed_once():
    batch = examples(4)
    (group,) = as_groups(batch)
    opening = tiny.tokenizer()("<|start|>user\nCreate a bucket named")["input_ids"]
    assert len(group.prompt) >= len(opening)
    assert group.tokens < sum(len(e) for e in batch)


def test_imitation_lowers_the_loss():
    learner = Learner(tiny.model(), None, TrainConfig())
    drawn = batches(examples(8), 4, seed=0)
    losses = [learner.imitate(as_groups(next(drawn)), lr=1e-2).loss for _ in range(30)]
    assert sum(losses[-5:]) < 0.3 * sum(losses[:5])


def test_hand_written_tasks_may_come_more_often_than_generated_ones():
    tasks = list(create_dataset(370, split="train"))
    written = {task.id for task in load_benchmark()}
    counts = Counter(task.id for task in repeat_written(tasks, 3))
    assert {task.id: 3 if task.id in written else 1 for task in tasks} == counts
    assert set(counts.values()) == {1, 3}
    assert repeat_written(tasks, 1) == tasks
