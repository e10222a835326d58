"""No cheat of the corpus scores as much as the weakest honest answer, for any format."""

from __future__ import annotations

import random

import pytest
from cheats import cheats
from honest import TASKS, WEAKEST_HONEST

from iapo.dataset import Task, load_benchmark
from iapo.rewards import IaCReward
from iapo.verify import verify

REWARD = IaCReward()
MARGIN = 0.1


@pytest.mark.parametrize("format", list(TASKS))
def test_every_cheat_is_below_the_weakest_honest_answer(format: str) -> None:
    task = TASKS[format]
    corpus = cheats(task)
    scores = REWARD.score_many_detailed([(text, format, task) for text in corpus.values()])
    for name, score in zip(corpus, scores, strict=True):
        assert score.total < WEAKEST_HONEST - MARGIN, (name, score.total, score.components)


@pytest.mark.parametrize(
    ("format", "names"),
    [
        ("terraform", ["count = 0", "an empty for_each", "duplicated blocks"]),
        ("kubernetes", ["replicas: 0", "duplicated manifests"]),
        ("compose", ["unused profiles", "scaled to nothing"]),
        ("dockerfile", ["everything in a stage that is not built"]),
        ("github-actions", ["if: false", "|| true", "continue-on-error", "echo-only steps"]),
        ("gitlab-ci", ["rules that never hold", "|| true", "allow_failure"]),
        ("jenkins", ["stages that never run", "|| true", "an ignored status"]),
    ],
)
def test_the_cheats_are_real_the_tool_accepts_them(format: str, names: list[str]) -> None:
    corpus = cheats(TASKS[format])
    for name in names:
        assert corpus[name] != TASKS[format].output
        report = verify(corpus[name], TASKS[format].format)
        assert report.valid is True, (name, report.diagnostics)


def test_a_dead_part_is_worth_no_more_than_leaving_it_out() -> None:
    task = TASKS["terraform"]
    head, tail = task.output.split("\n\nresource", 1)
    tail = "resource" + tail
    dead = tail.replace('" "logs" {\n', '" "logs" {\n  count = 0\n')
    without, with_dead = REWARD.score_many_detailed(
        [(head + "\n", "terraform", task), (f"{head}\n\n{dead}", "terraform", task)]
    )
    assert without.report is not None
    assert without.report.plan is not None, without.report.diagnostics
    assert with_dead.components["correctness"] <= without.components["correctness"]


def test_the_corpus_holds_for_every_format_and_task() -> None:
    """No task is left with cheats that change nothing, and none loses the general ones."""
    for task in load_benchmark():
        corpus = cheats(task)
        assert {"empty", "comments only", "prose only", "scanner suppressions"} <= set(corpus), (
            task.id
        )
        assert all(text.strip() != task.output.strip() for text in corpus.values())


def test_handing_the_input_back_earns_nothing_and_half_of_the_change_half() -> None:
    task = next(t for t in load_benchmark() if t.id == "github-actions/permissions/least-privilege")
    half = task.output.replace("      pull-requests: write\n", "").replace("permissions: {}\n", "")
    (_, same), (_, some), (_, whole) = REWARD.score_many(
        [(text, task.format, task) for text in (task.input, half, task.output)]
    )
    assert same["correctness"] == 0
    assert 0 < some["correctness"] < 1
    assert whole["correctness"] == 1


def scored(tasks: list[Task]) -> list[tuple[float, str]]:
    rows = [(name, text, task) for task in tasks for name, text in cheats(task).items()]
    scores = REWARD.score_many([(text, task.format, task) for _, text, task in rows])
    return [
        (total, f"{task.id}: {name}")
        for (total, _), (name, _, task) in zip(scores, rows, strict=True)
    ]


@pytest.mark.parametrize("format", list(TASKS))
def test_every_cheat_is_below_the_floor_for_some_benchmark_tasks(format: str) -> None:
    tasks = [task for task in load_benchmark() if task.format == format]
    assert max(scored(random.Random(7).sample(tasks, 3)))[0] < WEAKEST_HONEST


@pytest.mark.slow
@pytest.mark.parametrize("format", list(TASKS))
def test_every_cheat_is_below_the_floor_for_every_benchmark_task(format: str) -> None:
    best, which = max(scored([task for task in load_benchmark() if task.format == format]))
    assert best < WEAKEST_HONEST, which
