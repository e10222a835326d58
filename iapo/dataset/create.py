"""`create_dataset`: the benchmark, or the part of it that was asked for, or procedural tasks."""

from __future__ import annotations

import difflib
import functools
import random
from collections.abc import Collection, Iterable

from iapo.dataset.benchmark import load_benchmark
from iapo.dataset.procedural import FAMILIES, Balance, procedural_dataset
from iapo.dataset.task import SPLITS, Dataset, DatasetError
from iapo.verify.report import CATEGORIES

LEVELS = (1, 2, 3, 4, 5)
BENCHMARK_FAMILIES = "benchmark"
"""Among the names of families: every one that IaC-Bench has tasks of."""


def create_dataset(
    size: int | None = None,
    categories: Iterable[str] | str | None = None,
    split: str | None = None,
    difficulty: int | Collection[int] | None = None,
    seed: int = 0,
    procedural: bool | None = None,
    families: Collection[str] | None = None,
    balance: Balance = "categories",
) -> Dataset:
    """Tasks with executable intents.

    Args:
        size: how many; None for every benchmark task that fits (100 when procedural).
        categories: any of terraform, kubernetes, docker, cicd; None for all.
        split: train, test or novel; None for all.
        difficulty: a level from 1 to 5, or several.
        seed: which tasks are drawn, and in which order, when `size` asks for a part of them.
        procedural: False: only the benchmark; True: only procedural tasks; None: the benchmark,
            filled up with procedural tasks where it has fewer than `size`.
        families: names of families to keep to, e.g. `terraform/s3`; `benchmark` stands for those
            that IaC-Bench has tasks of; None for all.
        balance: of procedural tasks: as many of each of the `categories`, or of each of the
            `families` by its weight.

    Raises:
        DatasetError: an unknown category, split, level or family, or nothing fits.
    """
    wanted = known_categories(categories)
    if split is not None and split not in SPLITS:
        raise DatasetError(f"unknown split {split!r}; known: {', '.join(SPLITS)}")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
        raise DatasetError(f"size must be a positive number, not {size!r}")
    levels = _levels(difficulty)
    kept = known_families(families)
    draw = functools.partial(
        procedural_dataset,
        categories=wanted,
        split=split,
        difficulty=levels,
        families=None if kept is None else [name for name in kept if name in FAMILIES],
        balance=balance,
    )
    if procedural:
        size = 100 if size is None else size
        return draw(seed, size)
    tasks = load_benchmark().filter(category=wanted)
    if kept is not None:
        tasks = tasks.filter(family=kept)
    if split is not None:
        tasks = tasks.filter(split=split)
    if levels is not None:
        tasks = tasks.filter(difficulty=levels)
    if size is None:
        if not tasks:
            raise DatasetError("no benchmark task fits what was asked for")
        return tasks
    drawn = list(tasks)
    random.Random(seed).shuffle(drawn)
    chosen = Dataset(drawn[:size])
    missing = size - len(chosen)
    if missing and procedural is None:
        chosen = chosen + draw(seed, missing)
    if not chosen:
        raise DatasetError("no benchmark task fits what was asked for")
    return chosen


def known_families(families: Collection[str] | None) -> Collection[str] | None:
    """The families asked for, checked: hand-written, procedural or both.

    Raises:
        DatasetError: one is unknown; the nearest are named.
    """
    if not families:
        return None
    written = {task.family for task in load_benchmark()}
    known = sorted({*FAMILIES, *written, BENCHMARK_FAMILIES})
    for family in families:
        if family not in known:
            near = difflib.get_close_matches(family, known, n=3, cutoff=0.4)
            hint = (
                f"did you mean {' or '.join(near)}?"
                if near
                else "`sorted(iapo.dataset.FAMILIES)` names them"
            )
            raise DatasetError(f"unknown family {family!r}; {hint}")
    if BENCHMARK_FAMILIES in families:
        return sorted(written.union(families) - {BENCHMARK_FAMILIES})
    return families


def known_categories(categories: Iterable[str] | str | None) -> tuple[str, ...]:
    """The categories asked for, checked; all of them for None.

    Raises:
        DatasetError: one is unknown, or none was given.
    """
    if categories is None:
        return tuple(CATEGORIES)
    wanted = (categories,) if isinstance(categories, str) else tuple(categories)
    for category in wanted:
        if category not in CATEGORIES:
            raise DatasetError(f"unknown category {category!r}; known: {', '.join(CATEGORIES)}")
    if not wanted:
        raise DatasetError(f"no category was given; known: {', '.join(CATEGORIES)}")
    return tuple(category for category in CATEGORIES if category in wanted)


def _levels(difficulty: int | Collection[int] | None) -> tuple[int, ...] | None:
    if difficulty is None:
        return None
    levels = (difficulty,) if isinstance(difficulty, int) else tuple(difficulty)
    for level in levels:
        if level not in LEVELS:
            raise DatasetError(f"unknown difficulty {level!r}; levels are 1 to 5")
    return levels
