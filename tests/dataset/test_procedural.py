"""Procedural tasks: addressable, varied, split by family, and all of them sound."""

from __future__ import annotations

import time

import pytest

from iapo.dataset import FAMILIES, DatasetError, check_tasks, load_benchmark, procedural_dataset
from iapo.dataset.procedural.sampling import is_test_prompt

TERRAFORM = [name for name, family in FAMILIES.items() if family.format == "terraform"]


def test_item_i_depends_on_seed_and_i_only() -> None:
    long = procedural_dataset(7, 60)
    assert procedural_dataset(7, 20) == long[:20]
    assert procedural_dataset(7, 60) == long
    assert procedural_dataset(8, 20) != long[:20]


def test_there_are_many_terraform_families() -> None:
    assert len(TERRAFORM) >= 20


@pytest.mark.parametrize("family", TERRAFORM)
def test_every_item_of_a_family_is_sound(family: str) -> None:
    tasks = procedural_dataset(11, 8, split=None, families=[family])
    assert check_tasks(tasks, unique=False) == []


def test_novel_families_never_appear_elsewhere() -> None:
    novel = {name for name, family in FAMILIES.items() if family.split == "novel"}
    assert novel
    for split in ("train", "test"):
        assert not novel & {task.family for task in procedural_dataset(1, 500, split=split)}
    assert {task.family for task in procedural_dataset(1, 200, split="novel")} <= novel


def test_novel_families_agree_with_the_benchmark() -> None:
    benchmark = {task.family: task.split == "novel" for task in load_benchmark()}
    for name, family in FAMILIES.items():
        if name in benchmark:
            assert (family.split == "novel") == benchmark[name], name


def test_no_prompt_is_in_train_and_test_under_any_seed() -> None:
    train = {task.prompt for seed in range(3) for task in procedural_dataset(seed, 400)}
    test = {
        task.prompt for seed in range(3) for task in procedural_dataset(seed, 100, split="test")
    }
    assert not train & test
    assert all(map(is_test_prompt, test)) and not any(map(is_test_prompt, train))


def test_prompts_are_worded_in_many_ways() -> None:
    tasks = procedural_dataset(3, 600, families=TERRAFORM, split=None)
    assert len({task.prompt for task in tasks}) > 590
    openings = {tuple(task.prompt.split()[:3]) for task in tasks}
    assert len(openings) > 150


def test_most_references_are_short_and_several_levels_exist() -> None:
    tasks = procedural_dataset(3, 300, families=TERRAFORM, split=None)
    words = sorted(len(task.output) for task in tasks)
    assert words[len(words) // 2] < 350  # about 120 tokens
    assert {task.difficulty for task in tasks} >= {1, 2, 3}
    assert all(task.difficulty in (1, 2) for task in procedural_dataset(3, 60, difficulty=[1, 2]))


def test_more_than_a_hundred_a_second() -> None:
    start = time.perf_counter()
    procedural_dataset(5, 200)
    assert time.perf_counter() - start < 2


def test_bad_requests_are_named() -> None:
    with pytest.raises(DatasetError, match="unknown family 'terraform/x'"):
        procedural_dataset(0, 1, families=["terraform/x"])
    with pytest.raises(DatasetError, match="no procedural family fits"):
        procedural_dataset(0, 1, families=["terraform/sqs"], split="novel")
