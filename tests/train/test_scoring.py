"""A reward that misbehaves costs its own samples, and never the run."""

from __future__ import annotations

import math
import threading
import time

import pytest
import tiny

from iapo.train.scoring import RewardError, Scored, Scoring, require_enough

TEXTS = ["good", "bad", "fine"]
TASKS = tiny.tasks(3)


def numbers(texts):
    return [float(len(text)) for text in texts]


def test_numbers_become_scores():
    results = Scoring(lambda texts, tasks: numbers(texts), 5)(TEXTS, TASKS)
    assert [r.reward for r in results] == [4, 3, 4]


def test_a_sample_that_makes_the_reward_raise_is_left_out_alone():
    def reward(texts, tasks):
        if "bad" in texts:
            raise ZeroDivisionError("cannot\ndivide")
        return numbers(texts)

    scoring = Scoring(reward, 5)
    results = scoring(TEXTS, TASKS)
    assert [r and r.reward for r in results] == [4, None, 4]
    assert scoring.failures == {"ZeroDivisionError: cannot": 1}


@pytest.mark.parametrize("value", [math.nan, math.inf, None, "much", Scored(math.nan)])
def test_what_is_no_finite_number_is_left_out(value):
    def reward(texts, tasks):
        return [value if text == "bad" else 1.0 for text in texts]

    scoring = Scoring(reward, 5)
    assert [r is None for r in scoring(TEXTS, TASKS)] == [False, True, False]
    assert sum(scoring.failures.values()) == 1


def test_a_wrong_number_of_results_is_scored_one_by_one():
    scoring = Scoring(lambda texts, tasks: numbers(texts[:1]), 5)
    assert [r.reward for r in scoring(TEXTS, TASKS)] == [4, 3, 4]


def test_a_sample_on_which_the_reward_hangs_is_left_out():
    release = threading.Event()

    def reward(texts, tasks):
        if "bad" in texts:
            release.wait(20)
        return numbers(texts)

    scoring = Scoring(reward, 0.2)
    begin = time.monotonic()
    results = scoring(TEXTS, TASKS)
    release.set()
    assert [r is None for r in results] == [False, True, False]
    assert time.monotonic() - begin < 5
    assert scoring.failures == {"no answer within 0.2 s": 1}


def test_a_reward_that_always_hangs_stops_the_run_with_a_clear_line():
    release = threading.Event()
    scoring = Scoring(lambda texts, tasks: release.wait(20), 0.05)
    with pytest.raises(RewardError, match="did not answer within"):
        for _ in range(5):
            scoring(TEXTS, TASKS)
    release.set()


def test_a_step_where_most_failed_stops_the_run():
    scored = Scored(1.0)
    require_enough([scored, None, scored], 0.5, "it hung")
    with pytest.raises(RewardError, match=r"2 of 3 samples .* \(it hung\)"):
        require_enough([scored, None, None], 0.5, "it hung")
