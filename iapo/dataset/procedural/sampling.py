"""Draw procedural tasks: each item from its own random numbers, whatever was drawn before it."""

from __future__ import annotations

import random
import zlib
from collections.abc import Collection, Mapping

from iapo.dataset.benchmark import category_of
from iapo.dataset.procedural.family import FAMILIES, Family
from iapo.dataset.task import SPLITS, Dataset, DatasetError, Task

_TRIES = 400  # to hit the split and the level of difficulty that were asked for


def procedural_dataset(
    seed: int,
    size: int,
    *,
    categories: Collection[str] | None = None,
    split: str | None = "train",
    difficulty: Collection[int] | None = None,
    families: Collection[str] | None = None,
    config: Mapping[str, Family] | None = None,
) -> Dataset:
    """Make tasks; item `i` depends only on the seed, `i` and the other arguments.

    Categories take turns, so that each has its share however many families it has.

    Args:
        categories: any of terraform, kubernetes, docker, cicd; None for all that have families.
        split: `train` and `test` draw from the same families, and no prompt is in both whatever
            the seeds; `novel` from families that are in neither; None from all of them.
        difficulty: levels to keep to.
        families: names to keep to.
        config: a family's name to a configuration used in place of the registered one.

    Raises:
        DatasetError: nothing fits what was asked for.
    """
    if split is not None and split not in SPLITS:
        raise DatasetError(f"unknown split {split!r}; known: {', '.join(SPLITS)}")
    turns = _turns(categories, split, difficulty, families, config or {})
    return Dataset(_item(seed, i, turns, split, difficulty) for i in range(size))


def _turns(
    categories: Collection[str] | None,
    split: str | None,
    difficulty: Collection[int] | None,
    families: Collection[str] | None,
    config: Mapping[str, Family],
) -> list[list[Family]]:
    """For each category that has any, the families to draw from."""
    for name in families or ():
        if name not in FAMILIES:
            raise DatasetError(f"unknown family {name!r}; known: {', '.join(sorted(FAMILIES))}")
    by_category: dict[str, list[Family]] = {}
    for name in sorted(FAMILIES):
        family = config.get(name, FAMILIES[name])
        category = category_of(family.format)
        if categories is not None and category not in categories:
            continue
        if families is not None and name not in families:
            continue
        if split is not None and (family.split == "novel") != (split == "novel"):
            continue
        if difficulty is not None and not set(difficulty) & set(family.difficulties):
            continue
        by_category.setdefault(category, []).append(family)
    if not by_category:
        raise DatasetError("no procedural family fits what was asked for")
    return [by_category[category] for category in sorted(by_category)]


def _item(
    seed: int,
    index: int,
    turns: list[list[Family]],
    split: str | None,
    difficulty: Collection[int] | None,
) -> Task:
    of_category = turns[index % len(turns)]
    # A string seed is hashed by its bytes: the same on every machine and in every process.
    rng = random.Random(f"{seed}/{index}")
    family = of_category[rng.randrange(len(of_category))]
    where = split or family.split
    id = f"procedural/{family.name}/{where}/{seed}/{index}"
    for _ in range(_TRIES):
        task = family.task(rng, id, where)
        if split in ("train", "test") and is_test_prompt(task.prompt) != (split == "test"):
            continue
        if difficulty is None or task.difficulty in difficulty:
            return task
    raise DatasetError(
        f"{family.name} makes too few tasks of difficulty {sorted(difficulty or ())}"
    )


def is_test_prompt(prompt: str) -> bool:
    """Whether a prompt is kept for test: one in eight, by its text, so under every seed."""
    return zlib.crc32(prompt.encode()) % 8 == 0
