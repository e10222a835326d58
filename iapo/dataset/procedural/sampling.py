"""Draw procedural tasks: each item from its own random numbers, whatever was drawn before it."""

from __future__ import annotations

import difflib
import random
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, get_args

from iapo.dataset.benchmark import category_of
from iapo.dataset.procedural.family import FAMILIES, Family
from iapo.dataset.task import SPLITS, Dataset, DatasetError, Task

_TRIES = 60  # of one family, to hit the split and the level of difficulty that were asked for
_FAMILIES_TRIED = 40  # before the request is given up: not every family makes every level often

Levels = Collection[int] | Callable[[int], Collection[int]]
"""Levels to keep to: for all items, or by an item's index (a curriculum)."""

Balance = Literal["categories", "families"]
"""What is drawn equally often: categories, or families by their weights."""


def procedural_dataset(
    seed: int,
    size: int,
    config: Mapping[str, Family] | None = None,
    *,
    categories: Collection[str] | None = None,
    split: str | None = "train",
    difficulty: Levels | None = None,
    families: Collection[str] | None = None,
    weights: Mapping[str, float] | None = None,
    balance: Balance = "categories",
) -> Dataset:
    """Make tasks; item `i` depends only on the seed, `i` and the other arguments, not on `size`.

    Args:
        config: a family's name to a configuration used in place of the registered one.
        categories: any of terraform, kubernetes, docker, cicd; None for all that have families.
        split: `train` and `test` draw from the same families, and no prompt is in both whatever
            the seeds; `novel` from families that are in neither; None from all of them.
        difficulty: levels to keep to, or a curriculum: a function of the item's index that gives
            its levels, `lambda i: range(1, 2 + i // 1000)`.
        families: names to keep to.
        weights: a family's name to how often it is drawn, in place of its own weight; 0 for never.
        balance: `categories` take turns, so that each has the same share however many families it
            has; or all `families` stand in one list, so that each is drawn by its weight and most
            tasks are of the category with most families (Terraform).

    Raises:
        DatasetError: nothing fits what was asked for.
    """
    if split is not None and split not in SPLITS:
        raise DatasetError(f"unknown split {split!r}; known: {', '.join(SPLITS)}")
    if balance not in get_args(Balance):
        known = " or ".join(get_args(Balance))
        raise DatasetError(f"balance is {known}, not {balance!r}")
    for name in (*(families or ()), *(weights or ()), *(config or ())):
        if name not in FAMILIES:
            near = difflib.get_close_matches(name, FAMILIES, n=3, cutoff=0.4)
            hint = f"did you mean {' or '.join(near)}?" if near else "see FAMILIES"
            raise DatasetError(f"unknown family {name!r}; {hint}")
    turns: dict[frozenset[int] | None, list[_Turn]] = {}
    tasks = []
    for index in range(size):
        levels = difficulty(index) if callable(difficulty) else difficulty
        key = None if levels is None else frozenset(levels)
        if key not in turns:
            turns[key] = _turns(
                categories, split, key, families, weights or {}, config or {}, balance
            )
        tasks.append(_item(seed, index, turns[key], split, key))
    return Dataset(tasks)


@dataclass(frozen=True)
class _Turn:
    """Families that are drawn from together, with their weights added up."""

    families: tuple[Family, ...]
    weights: tuple[float, ...]

    def draw(self, rng: random.Random) -> Family:
        return rng.choices(self.families, cum_weights=self.weights)[0]


def _turns(
    categories: Collection[str] | None,
    split: str | None,
    difficulty: frozenset[int] | None,
    families: Collection[str] | None,
    weights: Mapping[str, float],
    config: Mapping[str, Family],
    balance: Balance,
) -> list[_Turn]:
    """The families to draw from: of each category that has any, or all of them together."""
    together: dict[str, list[Family]] = {}
    for name in sorted(FAMILIES):
        family = config.get(name, FAMILIES[name])
        category = category_of(family.format)
        if categories is not None and category not in categories:
            continue
        if families is not None and name not in families:
            continue
        if split is not None and (family.effective_split == "novel") != (split == "novel"):
            continue
        if not family.levels or (difficulty is not None and not difficulty & set(family.levels)):
            continue
        if weights.get(name, family.weight) > 0:
            together.setdefault(category if balance == "categories" else "", []).append(family)
    if not together:
        raise DatasetError("no procedural family fits what was asked for")
    return [
        _Turn(tuple(found), tuple(accumulate(weights.get(f.name, f.weight) for f in found)))
        for _, found in sorted(together.items())
    ]


def _item(
    seed: int, index: int, turns: list[_Turn], split: str | None, levels: frozenset[int] | None
) -> Task:
    # A string seed is hashed by its bytes: the same on every machine and in every process.
    rng = random.Random(f"{seed}/{index}")
    for _ in range(_FAMILIES_TRIED):
        family = turns[index % len(turns)].draw(rng)
        where = split or family.effective_split
        id = f"procedural/{family.name}/{where}/{seed}/{index}"
        for _ in range(_TRIES):
            task = family.task(rng, id, where, levels)
            if split in ("train", "test") and is_test_prompt(task.prompt) != (split == "test"):
                continue
            if levels is None or task.difficulty in levels:
                return task
    raise DatasetError(f"too few procedural tasks of difficulty {sorted(levels or ())}")


def is_test_prompt(prompt: str) -> bool:
    """Whether a prompt is kept for test: one in eight, by its text, so under every seed."""
    return zlib.crc32(prompt.encode()) % 8 == 0
