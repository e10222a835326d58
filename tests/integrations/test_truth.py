"""A packed task is judged as the task itself is, and tells no one the reference."""

from __future__ import annotations

import pytest

from iapo.dataset import create_dataset, load_alpaca
from iapo.errors import InputError
from iapo.integrations.truth import last_text, pack, passes, scores, unpack
from iapo.rewards import IaCReward


def some_tasks():
    tasks = create_dataset(split="train").filter(format=["dockerfile", "kubernetes", "compose"])
    return list(tasks)[::17][:6]


def test_rewards_through_the_packed_task_are_those_of_the_task():
    reward, tasks = IaCReward(), some_tasks()
    texts = [
        task.output if n % 2 else task.output[: len(task.output) // 2]
        for n, task in enumerate(tasks)
    ]
    direct = reward.score_many([(x, t.category, t) for x, t in zip(texts, tasks, strict=True)])
    found = scores(reward, texts, [pack(task) for task in tasks])
    assert [(s.total, s.components) for s in found] == direct
    assert {passes(s) for s in found} == {True, False}


def test_the_reference_is_withheld():
    for task in some_tasks():
        assert task.output not in unpack(pack(task)).prompt
        assert unpack(pack(task)).output == ""
        assert unpack(pack(task)).intent == task.intent


def test_a_record_without_intent_survives(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text(
        '{"instruction": "Write a Dockerfile", "input": "", "output": "FROM alpine:3.20\\n"}\n'
    )
    (task,) = load_alpaca(path)
    assert unpack(pack(task)).intent is None
    assert unpack(pack(task)).format == task.format


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"intent": 3, "format": "x"}'])
def test_what_is_no_packed_task_is_one_line(text):
    with pytest.raises(InputError, match="not a packed task"):
        unpack(text)


def test_answers_come_as_text_or_as_messages():
    assert last_text("FROM a") == "FROM a"
    assert last_text([{"role": "assistant", "content": "FROM a"}]) == "FROM a"
    assert last_text([]) == ""
    assert last_text([{"role": "assistant", "content": None}]) == ""
