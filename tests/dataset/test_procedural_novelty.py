"""What is set aside as novel stays out of train and test, in whatever form."""

from __future__ import annotations

import re

from iapo.dataset import FAMILIES, load_benchmark, procedural_dataset
from iapo.dataset.procedural import novelty
from iapo.dataset.procedural.providers.families import SERVICES, service_split

_RESOURCE = re.compile(r'^resource "(\w+)"', re.MULTILINE)
_KIND = re.compile(r"^kind: (\w+)", re.MULTILINE)


def test_the_benchmark_decides_for_every_family_that_it_has() -> None:
    benchmark = {task.family: task.split == "novel" for task in load_benchmark()}
    shared = {family.shared or name: family for name, family in FAMILIES.items()}
    both = benchmark.keys() & shared.keys()
    assert len(both) > 50
    for name in both:
        assert (shared[name].effective_split == "novel") == benchmark[name], name


def test_two_generators_of_one_family_have_one_split() -> None:
    assert FAMILIES["terraform/sqs/any"].shared == "terraform/sqs"
    for family in FAMILIES.values():
        if family.shared in FAMILIES:
            assert family.effective_split == FAMILIES[family.shared].effective_split


def test_no_novel_family_type_or_kind_is_in_train_or_test() -> None:
    novel = {f.shared or f.name for f in FAMILIES.values() if f.effective_split == "novel"}
    novel |= {name for name, split in novelty.benchmark_splits().items() if split == "novel"}
    types = {t for name in SERVICES if service_split(name) == "novel" for t in SERVICES[name]}
    parts = novelty.novel_parts() | types
    for split in ("train", "test"):
        for task in procedural_dataset(4, 300, split=split):
            assert task.family not in novel
            written = {*_RESOURCE.findall(task.output), *_KIND.findall(task.output)}
            assert not written & parts, task.id


def test_fresh_tasks_of_many_unseen_families_can_be_made() -> None:
    novel = {f.name for f in FAMILIES.values() if f.effective_split == "novel"}
    assert len(novel) >= 50
    types = {t for name in SERVICES if service_split(name) == "novel" for t in SERVICES[name]}
    assert len(types) >= 50
    tasks = procedural_dataset(4, 200, split="novel")
    assert {task.split for task in tasks} == {"novel"}
    assert len({task.category for task in tasks}) == 4


def test_what_is_set_aside_is_not_what_the_benchmark_trains_on() -> None:
    for name, types in SERVICES.items():
        if name not in novelty.benchmark_splits() and service_split(name) == "novel":
            assert not set(types) & novelty.trained_parts(), name


def test_a_family_that_becomes_novel_in_the_benchmark_is_novel_here(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    assert FAMILIES["terraform/sqs"].effective_split == "train"
    monkeypatch.setattr(novelty, "benchmark_splits", lambda: {"terraform/sqs": "novel"})
    assert FAMILIES["terraform/sqs"].effective_split == "novel"
    assert novelty.usable({"queue": "terraform/sqs", "topic": "terraform/sns"}) == ["topic"]
