"""Which families are novel: the one place that both the sampler and the generators ask.

The benchmark decides for every family that it has. A resource type or Kubernetes kind that only its
novel tasks ask for is novel as well, in whatever family a generator would use it. Of the families
that the benchmark does not have, some are set aside, so that fresh tasks of families that were never
trained on can be made in any number.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from functools import cache

from iapo.dataset.benchmark import load_benchmark
from iapo.dataset.task import Task

_SET_ASIDE = 6  # one in so many of the families that the benchmark does not have


@cache
def benchmark_splits() -> dict[str, str]:
    """Each family of the benchmark: `novel`, or `train` where it is in train or test."""
    return {t.family: "novel" if t.split == "novel" else "train" for t in load_benchmark()}


@cache
def novel_parts() -> frozenset[str]:
    """Resource types and Kubernetes kinds that novel tasks of the benchmark ask for and no others do."""
    return _parts(True) - _parts(False)


@cache
def trained_parts() -> frozenset[str]:
    """Resource types and Kubernetes kinds that the benchmark's train and test tasks ask for."""
    return _parts(False)


def split_of(family: str, parts: Iterable[str] = (), *, own: str = "train") -> str:
    """`novel` or `train` for a generator's family.

    Args:
        family: the family that its tasks belong to.
        parts: the resource types that it draws from, where that is what it does.
        own: what the generator says itself; `novel` stands where the benchmark knows no better.
    """
    known = benchmark_splits().get(family)
    if known is not None:
        return known
    parts = frozenset(parts)
    if own == "novel" or parts & novel_parts():
        return "novel"
    if parts and not parts & trained_parts() and zlib.crc32(family.encode()) % _SET_ASIDE == 0:
        return "novel"
    return "train"


def usable(features: Mapping[str, str]) -> list[str]:
    """The features that a training task may have.

    Args:
        features: each with the family of the benchmark whose subject it is.
    """
    splits = benchmark_splits()
    return [feature for feature, family in features.items() if splits.get(family) != "novel"]


def _parts(novel: bool) -> frozenset[str]:
    return frozenset(
        part
        for task in load_benchmark()
        if (task.split == "novel") is novel
        for part in asked_for(task)
    )


def asked_for(task: Task) -> set[str]:
    """The resource types or Kubernetes kinds that a task's intent asks for."""
    if task.intent is None:
        return set()
    found: set[str] = set()
    for pattern in task.intent.data.values():
        for selector in ("resource", "kind"):
            value = pattern.get(selector)
            if isinstance(value, str):
                found.add(value)
    return found
