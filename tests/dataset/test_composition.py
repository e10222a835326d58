"""The make-up of IaC-Bench is proven, and the proof fails where a task is missing."""

from __future__ import annotations

from dataclasses import replace

from iapo.dataset import load_benchmark
from iapo.dataset.composition import composition


def test_the_benchmark_has_529_tasks_in_the_proportions_promised() -> None:
    tasks = load_benchmark()
    assert len(tasks) == 529
    assert list(composition(tasks)) == []


def test_what_is_wrong_with_the_whole_is_said() -> None:
    tasks = list(load_benchmark())
    assert "69 tasks of docker, not 70" in list(
        composition([t for t in tasks if t != next(t for t in tasks if t.category == "docker")])
    )
    trained = list(composition([replace(task, split="train") for task in tasks]))
    assert "0 tasks are held out, fewer than 120" in trained
    assert any(line.startswith("cicd is 0%") for line in trained)
    level = [replace(task, difficulty=2, intent=None) for task in tasks]
    assert {"only 0 of 529 tasks ask for several parts", "no task of difficulty 1"} <= set(
        composition(level)
    )
