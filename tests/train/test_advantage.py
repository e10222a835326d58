"""Advantages: what they add up to, and what leaves them unchanged."""

from __future__ import annotations

import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo.generate.sampling import Completion
from iapo.train.advantage import advantages, component_advantages, has_spread
from iapo.train.config import TrainConfig
from iapo.train.loop import experiences
from iapo.train.rollout import Group, Sample
from iapo.train.scoring import Scored

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


def test_components_are_standardised_in_the_group_then_summed_then_over_the_batch_like_trl_does():
    torch = pytest.importorskip("torch")
    utils = pytest.importorskip("trl.trainer.utils")
    weights = {"syntax": 0.4, "correctness": 0.3, "format": 0.3}
    torch.manual_seed(0)
    rewards = torch.rand(3, 4, 3)
    rewards[1, :, 2] = 0.5  # one component on which a group agrees
    groups = [[dict(zip(weights, row, strict=True)) for row in group] for group in rewards.tolist()]
    # GRPOTrainer with multi_objective_aggregation="normalize_then_sum".
    deviation = utils.nanstd(rewards, dim=1, keepdim=True)
    scaled = (rewards - rewards.mean(1, keepdim=True)) / (deviation + 1e-4)
    summed = (scaled.view(-1, 3) * torch.tensor(list(weights.values()))).sum(1)
    expected = (summed - summed.mean()) / (utils.nanstd(summed) + 1e-4)
    found = [a for group in component_advantages(groups, weights) for a in group]
    assert found == pytest.approx(expected.tolist(), abs=1e-4)


def test_a_component_that_hardly_varies_counts_as_much_as_one_that_varies_much():
    much_better = {"correctness": 1.0, "format": 0.50}
    little_better = {"correctness": 0.0, "format": 0.60}
    neither = {"correctness": 0.0, "format": 0.50}
    weights = {"correctness": 0.5, "format": 0.5}
    (found,) = component_advantages([[much_better, little_better, neither]], weights)
    assert found[0] == pytest.approx(found[1], rel=0.02)
    assert found[2] < 0 < found[1]


def credits(config, *scored):
    answer = Completion((1, 2), (-0.5, -0.5), stopped=True)
    group = Group(0, None, (1,), tuple(Sample(answer, "", one) for one in scored))
    return experiences([group], config, None)[0].advantages


def test_a_bonus_sets_an_answer_that_does_everything_apart_from_one_that_leaves_something_out():
    whole = Scored(1.0, {"syntax": 1.0, "correctness": 1.0, "format": 1.0}, passed=True)
    less = Scored(0.97, {"syntax": 1.0, "correctness": 0.9, "format": 1.0})
    wrong = Scored(0.1, {"syntax": 0.1, "correctness": 0.1, "format": 0.1})
    plain = credits(TrainConfig(), whole, less, wrong)
    assert plain == pytest.approx([0.31, 0.28, -0.59])
    bonus = credits(TrainConfig(pass_bonus=1.0), whole, less, wrong)
    assert bonus == pytest.approx([2.0 - 3.07 / 3, 0.97 - 3.07 / 3, 0.1 - 3.07 / 3])
    assert bonus[1] < 0 < bonus[0]


def test_a_bonus_is_a_component_of_its_own_where_components_are_normalised():
    some = {"syntax": 1.0, "correctness": 1.0, "format": 1.0}
    answers = [Scored(1.0, some, passed=True), Scored(1.0, some), Scored(1.0, some)]
    per_component = TrainConfig(advantage="per_component")
    assert credits(per_component, *answers) == pytest.approx([0.0, 0.0, 0.0])
    found = credits(TrainConfig(advantage="per_component", pass_bonus=0.5), *answers)
    assert found[0] > 0 > found[1] == pytest.approx(found[2])
