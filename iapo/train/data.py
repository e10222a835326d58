"""Which tasks a run trains on, and which it is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from iapo.train.config import TrainConfig

if TYPE_CHECKING:
    from iapo.dataset import Task

_EVAL_SEED = 0  # the same held-out tasks whatever the run's seed, so that runs compare


def training_tasks(config: TrainConfig) -> Sequence[Task]:
    """The user's own records, or the benchmark's training split and what fills it up.

    Raises:
        DatasetError: an unknown category, an unreadable file, no tasks.
    """
    from iapo.dataset import create_dataset, load_alpaca, load_benchmark, variations

    if config.data:
        records = load_alpaca(config.data)
        return [t for t in records if not config.categories or t.category in config.categories]
    categories = list(config.categories) or None
    size = config.dataset_size or None
    if size is None and config.procedural:
        fewest = len(load_benchmark().filter(split="train"))
        size = max(fewest, config.warmstart_steps * config.warmstart_batch)
    tasks = create_dataset(
        size,
        categories,
        split="train",
        difficulty=range(1, config.max_difficulty + 1),
        seed=config.seed,
        procedural=None if config.procedural else False,
        families=config.families,
        balance=config.balance,
    )
    if not config.variations:
        return tasks
    written = _written()
    return tasks + variations(
        tasks.filter(lambda task: task.id in written), config.variations, config.seed
    )


def _written() -> set[str]:
    """The ids of tasks that are written by hand."""
    from iapo.dataset import load_benchmark

    return {task.id for task in load_benchmark()}


def repeat_written(tasks: Sequence[Task], times: int) -> Sequence[Task]:
    """The tasks, those that are written by hand `times` times."""
    if times == 1:
        return tasks
    written = _written()
    return [task for task in tasks for _ in range(times if task.id in written else 1)]


def held_out_tasks(config: TrainConfig, trained: Sequence[Task]) -> Sequence[Task]:
    """Tasks to be judged by, none of them a training task; none where evaluation is left out."""
    if not config.eval_tasks:
        return []
    from iapo.dataset import create_dataset

    categories = list(config.categories) or sorted({task.category for task in trained})
    tasks = create_dataset(
        config.eval_tasks,
        categories,
        split=config.eval_split,
        difficulty=range(1, config.max_difficulty + 1),
        seed=_EVAL_SEED,
        families=config.families,
    )
    known = {(task.instruction, task.input) for task in trained}
    return [task for task in tasks if (task.instruction, task.input) not in known]
