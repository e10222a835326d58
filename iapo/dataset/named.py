"""Tasks by a name that fits on a command line: `iac-bench:test`, `procedural:novel:500:7`, a file."""

from __future__ import annotations

import random
from collections.abc import Collection
from pathlib import Path

from iapo.dataset.alpaca import load_alpaca
from iapo.dataset.create import create_dataset
from iapo.dataset.task import SPLITS, Dataset, DatasetError

_SEEN = {"seen": "test", "unseen": "novel"}  # of families, in other words
_USUAL = ("100", "0")  # number and seed of procedural tasks


def dataset_named(
    name: str, *, categories: Collection[str] = (), limit: int | None = None
) -> Dataset:
    """The tasks that a name stands for, in the same order whenever it is asked.

    Args:
        name: `iac-bench`, or `iac-bench:SPLIT`; `procedural:SPLIT`, `procedural:SPLIT:NUMBER` or
            `procedural:SPLIT:NUMBER:SEED`, where `seen` is `test` (fresh tasks of the families that
            training draws from) and `unseen` is `novel` (families it never draws from); or a file of
            Alpaca records, .jsonl or .json.
        categories: to keep to; empty for all.
        limit: at most that many, drawn by chance but always the same; fewer are among more.

    Raises:
        DatasetError: there is nothing of that name, or nothing fits.
    """
    kind, *details = name.split(":")
    if kind == "iac-bench" and len(details) <= 1:
        split = _split(details[0], name) if details else None
        tasks = create_dataset(None, categories or None, split, procedural=False)
    elif kind == "procedural" and 1 <= len(details) <= 3:
        split, size, seed = (*details, *_USUAL[len(details) - 1 :])
        tasks = create_dataset(
            _number(size, name),
            categories or None,
            _split(split, name),
            seed=_number(seed, name),
            procedural=True,
        )
    elif name.endswith((".jsonl", ".json")):
        tasks = load_alpaca(Path(name), split="test")
        if categories:
            tasks = tasks.filter(category=list(categories))
    else:
        raise DatasetError(
            f"no data set {name!r}; there are iac-bench:SPLIT, procedural:SPLIT:NUMBER:SEED "
            f"(splits: {', '.join(SPLITS)}) and files (.jsonl, .json)"
        )
    if limit is not None:
        places = list(range(len(tasks)))
        random.Random(0).shuffle(places)
        tasks = Dataset(tasks[place] for place in sorted(places[:limit]))
    if not tasks:
        raise DatasetError(f"{name}: no task fits what was asked for")
    return tasks


def _split(name: str, whole: str) -> str:
    split = _SEEN.get(name, name)
    if split not in SPLITS:
        known = ", ".join([*SPLITS, *_SEEN])
        raise DatasetError(f"{whole}: there is no split {name!r}; there are {known}")
    return split


def _number(text: str, whole: str) -> int:
    if not text.isdecimal() or not text.isascii():
        raise DatasetError(f"{whole}: {text!r} is not a whole number")
    return int(text)
