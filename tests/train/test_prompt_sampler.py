"""Prompts near one half are drawn most, and the state is everything."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from iapo.train.sampler import PromptSampler


def test_every_task_is_seen_once_before_any_is_seen_twice():
    sampler = PromptSampler(10, seed=0)
    drawn = []
    for _ in range(5):
        for index in sampler.draw(2):
            drawn.append(index)
            sampler.record(index, [True, False])
    assert sorted(drawn) == list(range(10))


def test_uncertain_tasks_are_drawn_more_often_than_mastered_and_hopeless_ones():
    sampler = PromptSampler(3, seed=0)
    for _ in range(20):
        sampler.record(0, [True] * 8)
        sampler.record(1, [True, False] * 4)
        sampler.record(2, [False] * 8)
    drawn = Counter(index for _ in range(400) for index in sampler.draw(1))
    assert drawn[1] > 3 * drawn[0]
    assert drawn[1] > 3 * drawn[2]
    assert min(drawn[0], drawn[2]) > 0, "nothing is ever given up"


def test_a_draw_holds_no_task_twice_while_there_are_enough():
    sampler = PromptSampler(8, seed=1)
    for _ in range(20):
        drawn = sampler.draw(8)
        assert sorted(drawn) == list(range(8))
        for index in drawn:
            sampler.record(index, [True, False])
    assert len(sampler.draw(19)) == 19


@pytest.mark.parametrize("prefer", [True, False])
def test_restored_state_draws_what_the_original_would_have(prefer):
    sampler = PromptSampler(20, seed=2, prefer_uncertain=prefer)
    for index in sampler.draw(7):
        sampler.record(index, [True, False, False])
    state = json.loads(json.dumps(sampler.state()))
    other = PromptSampler(20, seed=99, prefer_uncertain=prefer)
    other.restore(state)
    assert [other.draw(5) for _ in range(9)] == [sampler.draw(5) for _ in range(9)]


def test_state_of_other_tasks_is_refused():
    with pytest.raises(ValueError, match="other training tasks"):
        PromptSampler(3, seed=0).restore(PromptSampler(4, seed=0).state())


@pytest.mark.parametrize("prefer", [True, False])
def test_a_mastered_task_is_retired_until_it_fails_or_nothing_else_is_left(prefer):
    sampler = PromptSampler(3, seed=0, prefer_uncertain=prefer, retire_after=2)
    for index in range(3):
        sampler.record(index, [True, False])
    sampler.record(0, [True, True])
    assert sampler.retired == 0
    sampler.record(0, [True, True])
    assert sampler.retired == 1
    assert 0 not in {index for _ in range(300) for index in sampler.draw(2)}
    assert sorted(sampler.draw(3))[-2:] == [1, 2], "a draw of all tasks has to take it"
    state = json.loads(json.dumps(sampler.state()))
    other = PromptSampler(3, seed=5, prefer_uncertain=prefer, retire_after=2)
    other.restore(state)
    assert other.retired == 1
    for index in (1, 2):
        sampler.record(index, [True, True])
        sampler.record(index, [True, True])
    assert sampler.retired == 3
    assert {index for _ in range(9) for index in sampler.draw(3)} == {0, 1, 2}
    sampler.record(0, [True, False])
    assert sampler.retired == 2
