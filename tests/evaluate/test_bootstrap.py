"""Intervals hold the mean, narrow with more tasks, and pairing takes out how hard tasks are."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.evaluate.bootstrap import mean_interval, paired_difference


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_an_interval_holds_its_mean_within_the_values(values):
    found = mean_interval(values)
    assert min(values) - 1e-9 <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= max(values) + 1e-9


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
