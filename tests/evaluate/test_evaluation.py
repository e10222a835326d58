"""Evaluation answers every task in order and is the same for the same seed."""

from __future__ import annotations

import pytest
import tiny

from iapo.evaluate import evaluate
from iapo.train.scoring import Scored


def has_e(texts, tasks):
    return [Scored(float("e" in text), valid="e" in text, passed="e" in text) for text in texts]


def options(**changes):
    return {"max_new_tokens": 10, "reward": has_e, **changes}


def test_results_are_in_the_order_of_the_tasks_whatever_the_batches():
    model, tokenizer, tasks = tiny.model(spread=3.0), tiny.tokenizer(), tiny.tasks(7)
    found = evaluate(model, tokenizer, tasks, **options(rows=2))
    assert [r.task for r in found.results] == [t.id for t in tasks]
    assert found == evaluate(model, tokenizer, tasks, **options(rows=64))


def test_samples_are_counted_a_task():
    found = evaluate(
        tiny.model(spread=2.0), tiny.tokenizer(), tiny.tasks(3), **options(samples=4, seed=1)
    )
    assert all(len(r.scored) == 4 for r in found.results)
    shares = [r.pass_rate for r in found.results]
    assert found.pass_rate.mean == pytest.approx(sum(shares) / 3)


def test_a_sample_that_cannot_be_scored_counts_as_a_failure():
    def only_with_e(texts, tasks):
        passed = Scored(1.0, valid=True, passed=True)
        return [passed if "e" in text else float("nan") for text in texts]

    found = evaluate(
        tiny.model(spread=2.0),
        tiny.tokenizer(),
        tiny.tasks(3),
        **options(samples=4, seed=1, reward=only_with_e),
    )
    shares = [len(r.scored) / 4 for r in found.results]
    assert any(0 < share < 1 for share in shares)
    for measure in ("reward", "pass_rate", "valid_rate"):
        assert [getattr(r, measure) for r in found.results] == shares


def test_a_task_is_answered_alike_whichever_tasks_are_asked_with_it():
    model, tokenizer, tasks = tiny.model(spread=3.0), tiny.tokenizer(), tiny.tasks(6)
    every = evaluate(model, tokenizer, tasks, **options(samples=3, seed=5))
    two = evaluate(model, tokenizer, tasks[3:5], **options(samples=3, seed=5))
    assert [s.answer.text for r in two.results for s in r.samples] == [
        s.answer.text for r in every.results[3:5] for s in r.samples
    ]
    assert len({s.answer.text for s in every.results[0].samples}) > 1


def test_progress_ends_at_all_tasks():
    seen = []
    evaluate(
        tiny.model(),
        tiny.tokenizer(),
        tiny.tasks(5),
        **options(rows=2, progress=lambda done, total: seen.append((done, total))),
    )
    assert seen[-1] == (5, 5)
    assert seen == sorted(seen)


def test_no_tasks_is_an_error():
    with pytest.raises(ValueError, match="no tasks"):
        evaluate(tiny.model(), tiny.tokenizer(), [], **options())
