"""What holds of every answer to every task: no cut, addition, layout or local name is worth anything.

A few tasks of each format by default, all of them in the slow version.
"""

from __future__ import annotations

import random

import pytest
from variations import (
    cuts,
    laid_out_badly,
    renamed,
    same_style,
    with_something_unrequested,
)

from iapo.dataset import Task, load_benchmark
from iapo.rewards import IaCReward
from iapo.verify.report import FORMATS

REWARD = IaCReward()
FEW, CUTS = 3, 6
MANY_CUTS = 20
SAME = 1e-6
NOTHING = 0.2  # what text without anything that was asked for can earn by parsing


def tasks_of(format: str, size: int | None) -> list[Task]:
    tasks = [task for task in load_benchmark() if task.format == format]
    return tasks if size is None else random.Random(format).sample(tasks, size)


def scores(rows: list[tuple[Task, str]]) -> list[tuple[float, dict[str, float]]]:
    return REWARD.score_many([(text, task.format, task) for task, text in rows])


def some_cuts(task: Task, size: int) -> list[str]:
    every = cuts(task.output)
    return random.Random(task.id).sample(every, min(size, len(every)))


def check_cuts(tasks: list[Task], size: int) -> None:
    rows = [(task, text) for task in tasks for text in some_cuts(task, size)]
    whole = {task.id: total for task, (total, _) in zip(tasks, scores([(t, t.output) for t in tasks]), strict=True)}  # fmt: skip
    better = [
        (task.id, len(text))
        for (task, text), (total, _) in zip(rows, scores(rows), strict=True)
        if total > whole[task.id] + SAME
    ]
    assert not better


def check_additions(tasks: list[Task], size: int) -> None:
    """Of references, of faulty ones, and of cut programs of Terraform that have some of what was asked.

    Elsewhere an answer that lacks a part may have the new one in its place: a job of any name has the
    image that all jobs have. What has nothing of the task may earn by becoming accepted.
    """
    bases = [(t, same_style(t.output, t.format)) for t in tasks]
    if tasks[0].format in ("terraform", "kubernetes"):
        bases += [(task, task.output.replace("name", "nmae", 1)) for task in tasks]
    if tasks[0].format == "terraform":
        bases += [(task, text) for task in tasks for text in some_cuts(task, size) if text.strip()]
    more = [(task, with_something_unrequested(text, task.format)) for task, text in bases]
    raised = [
        (task.id, text, before, after)
        for (task, text), (before, _), (after, _) in zip(bases, scores(bases), scores(more), strict=True)
        if after > before + SAME and before > NOTHING
    ]  # fmt: skip
    assert not raised


def check_layout(tasks: list[Task]) -> None:
    other = [(task, laid_out_badly(task.output, task.format)) for task in tasks]
    before = scores([(task, task.output) for task in tasks])
    lower = 0
    for (task, text), (_, was), (_, now) in zip(other, before, scores(other), strict=True):
        assert text != task.output, task.id
        assert now["syntax"] == was["syntax"], task.id
        assert now["correctness"] == pytest.approx(was["correctness"]), task.id
        assert now["format"] <= was["format"] + SAME, task.id
        lower += now["format"] < was["format"]
    assert lower


def check_names(tasks: list[Task]) -> None:
    other = [(task, renamed(task)) for task in tasks]
    before = scores([(task, task.output) for task in tasks])
    for (task, _), (was, _), (now, parts) in zip(other, before, scores(other), strict=True):
        assert now == pytest.approx(was), (task.id, parts)


@pytest.mark.parametrize("format", FORMATS)
def test_a_cut_reference_scores_no_more_than_the_whole(format: str) -> None:
    check_cuts(tasks_of(format, FEW), CUTS)


@pytest.mark.parametrize("format", FORMATS)
def test_an_unrequested_part_never_raises_a_score(format: str) -> None:
    check_additions(tasks_of(format, FEW), CUTS // 2)


@pytest.mark.parametrize("format", FORMATS)
def test_another_layout_changes_only_the_format_component(format: str) -> None:
    check_layout(tasks_of(format, FEW))


@pytest.mark.parametrize("format", FORMATS)
def test_local_names_change_nothing(format: str) -> None:
    check_names(tasks_of(format, FEW))


def test_the_variations_are_real() -> None:
    """Some tasks of each format that has local names get other ones."""
    for format in ("terraform", "kubernetes", "compose", "gitlab-ci"):
        assert any(renamed(task) != task.output for task in tasks_of(format, None)), format


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_no_cut_of_any_task_scores_more_than_the_whole(format: str) -> None:
    check_cuts(tasks_of(format, None), MANY_CUTS)


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_no_unrequested_part_of_any_task_raises_a_score(format: str) -> None:
    check_additions(tasks_of(format, None), CUTS)


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_layout_and_local_names_of_no_task_matter(format: str) -> None:
    check_layout(tasks_of(format, None))
    check_names(tasks_of(format, None))
