"""GitHub, GitLab and Jenkins tasks: every family and every benchmark task is sound, and its literals count."""

from __future__ import annotations

from collections import Counter

import pytest
from task_proofs import (
    MUTATED,
    families,
    items,
    prove_benchmark,
    prove_family,
    prove_literals_count,
)

FORMATS = (
    "github-actions",
    "gitlab-ci",
    "jenkins",
)


@pytest.mark.parametrize("family", families(*FORMATS))
def test_every_item_of_a_family_is_sound(family: str) -> None:
    prove_family(family)


@pytest.mark.parametrize("family", families(*FORMATS))
def test_a_changed_literal_loses_reward(family: str) -> None:
    prove_literals_count(items(family, MUTATED))


def test_the_benchmark_is_sound_and_covers_splits_and_levels() -> None:
    tasks = prove_benchmark(*FORMATS)
    assert {task.split for task in tasks} == {"train", "test", "novel"}
    assert {task.difficulty for task in tasks} == {1, 2, 3, 4, 5}
    counts = Counter(task.format for task in tasks)
    assert counts == {"github-actions": 32, "gitlab-ci": 32, "jenkins": 32}
    assert sum(bool(task.input) for task in tasks) >= 5
