"""Advantages: what they add up to, and what leaves them unchanged."""

from __future__ import annotations

import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo.train.advantage import advantages, has_spread

REWARDS = st.lists(st.floats(-10, 10), min_size=2, max_size=16)
METHODS = ["centred", "standardised", "leave_one_out"]


@pytest.mark.parametrize("method", METHODS)
@given(rewards=REWARDS)
def test_advantages_of_a_group_sum_to_zero(method, rewards):
    assert sum(advantages(rewards, method)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
@given(rewards=REWARDS)
def test_a_better_answer_never_has_a_lower_advantage(method, rewards):
    found = advantages(rewards, method)
    ranked = [a for _, a in sorted(zip(rewards, found, strict=True))]
    assert all(a <= b + 1e-9 for a, b in pairwise(ranked))


@pytest.mark.parametrize("method", METHODS)
@given(rewards=REWARDS, shift=st.floats(-100, 100))
def test_what_is_added_to_every_reward_changes_nothing(method, rewards, shift):
    moved = advantages([r + shift for r in rewards], method)
    assert moved == pytest.approx(advantages(rewards, method), abs=1e-5, rel=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_equal_rewards_have_no_advantage(method):
    assert advantages([0.5] * 4, method) == pytest.approx([0] * 4)


@given(rewards=REWARDS)
def test_leave_one_out_compares_with_the_others(rewards):
    for i, found in enumerate(advantages(rewards, "leave_one_out")):
        others = rewards[:i] + rewards[i + 1 :]
        assert found == pytest.approx(rewards[i] - statistics.fmean(others), abs=1e-6)


def test_standardised_has_deviation_one():
    assert statistics.stdev(advantages([0.0, 1.0, 5.0], "standardised")) == pytest.approx(1, 1e-3)


def test_a_group_of_one_has_nothing_to_compare_with():
    assert [advantages([3.0], method) for method in METHODS] == [[0.0]] * 3


def test_spread_is_judged_on_the_outcome_first():
    assert has_spread([0.50, 0.505], [True, False], 0.01)
    assert has_spread([0.2, 0.4], [False, False], 0.01)
    assert not has_spread([0.50, 0.505], [False, False], 0.01)
    assert not has_spread([0.5], [True], 0.01)
    assert not has_spread([], [], 0.01)
