"""Figures of a run: pass@k against its definition, shares that add up, failures that count."""

from __future__ import annotations

from itertools import combinations

import pytest
from bench_runs import facts, run, sample
from hypothesis import given
from hypothesis import strategies as st

from iapo.evaluate.folder import Run
from iapo.evaluate.statistics import ks, measures, pass_at_k, statistics
from iapo.verify.report import Diagnostic


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_pass_at_k_is_the_share_of_all_choices_of_k_samples_that_hold_a_passing_one(drawn):
    n, passed = drawn
    samples = [True] * passed + [False] * (n - passed)
    for k in range(1, n + 1):
        choices = list(combinations(samples, k))
        expected = sum(any(choice) for choice in choices) / len(choices)
        assert pass_at_k(n, passed, k) == pytest.approx(expected)


def test_pass_at_k_is_not_defined_beyond_the_samples():
    with pytest.raises(ValueError, match="pass@5"):
        pass_at_k(4, 1, 5)


@pytest.mark.parametrize(("samples", "told"), [(1, [1]), (4, [1, 2, 4]), (6, [1, 2, 4, 6])])
def test_powers_of_two_and_all_samples_are_told(samples, told):
    assert ks(samples) == told


def test_figures_are_means_over_tasks():
    found = statistics(run({"a": [True, True], "b": [True, False], "c": [False, False]}))
    assert found.overall["pass@1"].mean == pytest.approx(0.5)
    assert found.overall["pass@2"].mean == pytest.approx(2 / 3)
    assert found.overall["reward"].mean == pytest.approx(0.5)
    assert found.overall["format"].mean == pytest.approx(0.5)


def test_a_sample_that_could_not_be_scored_counts_as_a_failure():
    own = (sample(0, 0, passed=True), sample(0, 1, scored=False))
    assert measures(own, 2)["pass@1"] == 0.5
    assert measures(own, 2)["verifies"] == 0.5
    found = statistics(Run({"samples": 2}, (facts("a"),), (own,)))
    assert found.unscored == 1


def test_a_task_without_all_its_samples_is_left_out():
    found = statistics(run({"a": [True, True], "b": [False]}, asked=2))
    assert (found.tasks, found.answers) == (1, 2)
    assert found.overall["pass@1"].mean == 1.0
    with pytest.raises(ValueError, match="no task"):
        statistics(run({"a": [True]}, asked=2))


def test_every_answer_ends_in_one_way():
    ends = (
        sample(0, passed=True),
        sample(1, valid=True),
        sample(2, valid=None),
        sample(3, valid=False),
        sample(4, valid=False, stopped=False),
        sample(5, scored=False),
    )
    tasks = tuple(facts(str(n)) for n in range(6))
    found = statistics(Run({"samples": 1}, tasks, tuple((end,) for end in ends)))
    assert [o.answers for o in found.outcomes] == [1] * 6
    assert sum(o.share.mean for o in found.outcomes) == pytest.approx(1.0)
    assert found.overall["verifies"].mean == pytest.approx(2 / 6)
    assert found.cut == pytest.approx(1 / 6)


def test_groups_hold_the_tasks_they_are_named_after():
    tasks = (facts("a"), facts("b", "terraform", difficulty=3), facts("c", "terraform"))
    samples = tuple((sample(n, passed=n == 1),) for n in range(3))
    found = statistics(Run({"samples": 1}, tasks, samples))
    by_format = {g.name: (g.tasks, g.figures["pass@1"].mean) for g in found.groups["format"]}
    assert by_format == {"dockerfile": (1, 0.0), "terraform": (2, 0.5)}
    by_level = {g.name: g.figures["pass@1"].mean for g in found.groups["difficulty"]}
    assert by_level == {"1": 0.0, "3": 1.0}
    assert "split" not in found.groups  # there is one only


def test_codes_count_answers_and_tasks_once_each():
    twice = tuple(Diagnostic("error", "unknown-flag", f"COPY has no flag --x{n}") for n in (1, 2))
    other = (Diagnostic("error", "unknown-instruction", "unknown instruction `RUNN`; x"),)
    own = (
        (sample(0, 0, errors=twice), sample(0, 1, errors=twice)),
        (sample(1, 0, errors=other), sample(1, 1)),
    )
    found = statistics(Run({"samples": 2}, (facts("a"), facts("b")), own))
    first, second = found.codes
    assert (first.code, first.answers, first.tasks, first.share.mean) == ("unknown-flag", 2, 1, 0.5)
    assert (second.code, second.answers, second.share.mean) == ("unknown-instruction", 1, 0.25)
    names = {(i.name.kind, i.name.name): i.answers for i in found.invented}
    assert names == {("argument", "--x1"): 2, ("argument", "--x2"): 2, ("type", "RUNN"): 1}
