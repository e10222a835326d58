"""Intervals hold the mean, narrow with more tasks, and pairing takes out how hard tasks are."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.evaluate.bootstrap import mean_interval, paired_difference


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_an_interval_holds_its_mean_within_what_is_possible(values):
    found = mean_interval(values)
    alike = len(set(values)) == 1
    assert (0 if alike else min(values) - 1e-9) <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= (1 if alike else max(values) + 1e-9)


@pytest.mark.parametrize(("tasks", "bound"), [(10, 0.3085), (57, 0.0627), (108, 0.0336)])
def test_where_all_tasks_end_alike_the_bound_is_the_exact_binomial_one(tasks, bound):
    none, every = mean_interval([0.0] * tasks), mean_interval([1.0] * tasks)
    assert (none.mean, none.low) == (0, 0)
    assert none.high == pytest.approx(bound, abs=1e-4)
    assert (every.mean, every.high) == (1, 1)
    assert every.low == pytest.approx(1 - bound, abs=1e-4)
    unchanged = paired_difference([0.5] * tasks, [0.5] * tasks)
    assert unchanged == pytest.approx((0, -bound, bound), abs=1e-4)


def test_more_tasks_narrow_the_interval():
    drawn = random.Random(0)
    many = [drawn.random() for _ in range(400)]
    few, wide = mean_interval(many), mean_interval(many[:20])
    assert few.high - few.low < 0.5 * (wide.high - wide.low)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    drawn = random.Random(1)
    hits = 0
    for trial in range(100):
        low, high = mean_interval([drawn.random() for _ in range(40)], seed=trial)[1:]
        hits += low <= 0.5 <= high
    assert 85 <= hits <= 100


def test_pairing_sees_a_small_gain_on_tasks_of_very_different_difficulty():
    drawn = random.Random(2)
    before = [drawn.random() for _ in range(50)]
    after = [b + 0.05 + drawn.gauss(0, 0.02) for b in before]
    assert paired_difference(before, after).low > 0
    assert mean_interval(after).low < mean_interval(before).mean


def test_no_values_is_an_error():
    with pytest.raises(ValueError, match="no values"):
        mean_interval([])
