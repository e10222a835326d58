"""Proof of what the benchmark is made of: how many tasks of what, in which splits and levels.

It looks at the set as a whole; `iapo.dataset.check` judges each task.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from iapo.dataset.task import Task

COUNTS: Mapping[str, int] = {"terraform": 225, "kubernetes": 138, "docker": 70, "cicd": 96}
LEAST_HELD_OUT = 120  # tasks in test and novel together
_PROPORTION = 0.03  # how far a category's share of them may be from its share of all
LEAST_RELATED = 0.4  # share of the tasks that ask for several related parts
_LEVELS = {1, 2, 3, 4, 5}


def composition(tasks: Sequence[Task]) -> Iterator[str]:
    """What is wrong with the make-up of the benchmark, a sentence each."""
    counts = Counter(task.category for task in tasks)
    for category, wanted in COUNTS.items():
        if counts[category] != wanted:
            yield f"{counts[category]} tasks of {category}, not {wanted}"
    held_out = Counter(task.category for task in tasks if task.split != "train")
    total = sum(held_out.values())
    if total < LEAST_HELD_OUT:
        yield f"{total} tasks are held out, fewer than {LEAST_HELD_OUT}"
    for category, wanted in COUNTS.items():
        share, whole = held_out[category] / max(total, 1), wanted / sum(COUNTS.values())
        if abs(share - whole) > _PROPORTION:
            yield f"{category} is {share:.0%} of what is held out and {whole:.0%} of all"
    related = sum(task.intent is not None and len(task.intent.patterns) > 1 for task in tasks)
    if related < LEAST_RELATED * len(tasks):
        yield f"only {related} of {len(tasks)} tasks ask for several parts"
    missing = _LEVELS - {task.difficulty for task in tasks}
    if missing:
        yield f"no task of difficulty {min(missing)}"
