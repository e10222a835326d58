"""Comparing two runs, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench_runs import run

from iapo.errors import InputError
from iapo.evaluate.comparison import compare, sign_test


def test_gains_losses_and_the_mean_difference():
    first = run({"a": [True], "b": [False], "c": [False], "d": [False], "e": [True]})
    second = run({"a": [False], "b": [True], "c": [True], "d": [True], "e": [True]})
    found = compare(first, second)
    assert (found.gained, found.lost) == (("b", "c", "d"), ("a",))
    change = found.changes["pass@1"]
    assert (change.before.mean, change.after.mean) == (pytest.approx(0.4), pytest.approx(0.8))
    assert change.gain.mean == pytest.approx(0.4)
    assert change.gain.low < 0.4 < change.gain.high
    # 3 against 1 of 4: 2 * (C(4,0) + C(4,1)) / 2^4
    assert found.p_value == pytest.approx(10 / 16)


@pytest.mark.parametrize(
    ("gained", "lost", "p"), [(0, 0, 1.0), (5, 0, 2 / 32), (10, 2, 2 * 79 / 4096), (3, 3, 1.0)]
)
def test_the_exact_test(gained, lost, p):
    assert sign_test(gained, lost) == pytest.approx(p)
    assert sign_test(lost, gained) == pytest.approx(p)


def test_several_samples_are_compared_by_pass_rate_and_by_the_k_they_share():
    first = run({"a": [True, False, False, False], "b": [True, True, True, True]})
    second = run({"a": [True, True], "b": [True, False]})
    found = compare(first, second)
    assert (found.gained, found.lost) == (("a",), ("b",))
    assert {"pass@1", "pass@2"} <= set(found.changes)
    assert "pass@4" not in found.changes
    assert found.changes["pass@1"].gain.mean == pytest.approx((0.75 - 0.5) / 2)


def test_pairing_takes_out_how_hard_tasks_are():
    hard, easy = {f"h{n}": [False] for n in range(50)}, {f"e{n}": [True] for n in range(50)}
    better = {**{id: [n < 10] for n, id in enumerate(hard)}, **easy}
    found = compare(run({**hard, **easy}), run(better))
    gain = found.changes["pass@1"].gain
    assert gain.low > 0
    assert found.changes["pass@1"].before.high > found.changes["pass@1"].after.low


def test_tasks_that_one_run_has_not_done_are_left_out():
    found = compare(
        run({"a": [True], "b": [True], "x": []}), run({"a": [True], "c": [True], "x": [True]})
    )
    assert (found.tasks, found.left_out) == (1, 3)


def test_runs_without_a_task_in_common_cannot_be_compared():
    with pytest.raises(InputError, match="no finished task in common"):
        compare(run({"a": [True]}), run({"b": [True]}))


def test_a_task_that_was_asked_differently_is_an_error():
    second = run({"a": [True]})
    other = replace(second, tasks=(replace(second.tasks[0], prompt="other words"),))
    with pytest.raises(InputError, match="asked differently for a"):
        compare(run({"a": [True]}), other)
