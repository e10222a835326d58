"""What must hold of every procedural family and benchmark task, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from iapo.dataset import FAMILIES, Dataset, Task, check_tasks, load_benchmark, procedural_dataset
from iapo.rewards import IaCReward

ITEMS = 20
MUTATED = 4  # items a family whose literals are changed one by one


def families(*formats: str) -> list[str]:
    """Names of the procedural families of these formats."""
    return sorted(name for name, family in FAMILIES.items() if family.format in formats)


def items(family: str, size: int = ITEMS) -> Dataset:
    return procedural_dataset(29, size, families=[family], split=None)


def prove_family(family: str) -> None:
    """Items verify, meet their intent, score, differ, and depend on (seed, i) only."""
    tasks = items(family)
    findings = [str(finding) for finding in check_tasks(tasks, unique=False)]
    assert not findings, findings
    assert len({task.prompt for task in tasks}) == ITEMS
    assert items(family, 5) == tasks[:5]
    assert procedural_dataset(30, 5, families=[family], split=None) != tasks[:5]
    levels = FAMILIES[family].difficulties
    assert {task.difficulty for task in tasks} <= set(levels)


def prove_literals_count(tasks: Iterable[Task]) -> None:
    """A reference with one literal of its intent changed scores less than the reference."""
    pairs = [(task, leaf, text) for task in tasks for leaf, text in mutants(task)]
    assert pairs
    references = {task.id: task for task, _, _ in pairs}
    scores = IaCReward().score_many([(t.output, t.format, t) for t in references.values()])
    whole = {name: score for name, (score, _) in zip(references, scores, strict=True)}
    rewards = IaCReward().score_many([(text, task.format, task) for task, _, text in pairs])
    survivors = [
        f"{task.id}: {leaf}"
        for (task, leaf, _), (reward, _) in zip(pairs, rewards, strict=True)
        if reward >= whole[task.id]
    ]
    assert not survivors, survivors


def mutants(task: Task) -> Iterator[tuple[str, str]]:
    """(leaf, text) for each literal of the intent that stands in the reference."""
    assert task.intent is not None
    for leaf in task.intent.leaves():
        if leaf.matcher != "equal" or isinstance(leaf.value, (list, dict)):
            continue
        literal = str(leaf.value).lower() if isinstance(leaf.value, bool) else str(leaf.value)
        if not re.search(r"\w", literal):
            continue
        pattern = rf"(?<![\w.-]){re.escape(literal)}(?![\w-]|\.\w)"
        other = changed(leaf.value)
        text = other.join(re.split(pattern, task.output))
        if text != task.output:
            yield leaf.path, text


def changed(value: Any) -> str:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return str(not value).lower()
    if isinstance(value, (int, float)):
        return str(value + 1)
    last = list(re.finditer(r"[A-Za-z0-9]", value))[-1]
    old = last[0]
    new = str((int(old) + 1) % 10) if old.isdigit() else ("q" if old != "q" else "z")
    return str(value[: last.start()] + new + value[last.end() :])


def prove_benchmark(*formats: str) -> list[Task]:
    """The benchmark's tasks of these formats are sound and their literals count."""
    tasks = list(load_benchmark().filter(format=formats))
    findings = [str(finding) for finding in check_tasks(tasks)]
    assert not findings, findings
    prove_literals_count(tasks)
    return tasks
