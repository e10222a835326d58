"""Procedural tasks: addressable, varied, split by family, and all of them sound."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from iapo.dataset import FAMILIES, DatasetError, check_tasks, procedural_dataset
from iapo.dataset.benchmark import category_of
from iapo.dataset.procedural import novelty
from iapo.dataset.procedural.providers.families import AnyResource
from iapo.dataset.procedural.sampling import is_test_prompt

WRITTEN = [
    name
    for name, family in FAMILIES.items()
    if family.format == "terraform" and not isinstance(family, AnyResource)
]
OTHERS = [name for name, family in FAMILIES.items() if family.format != "terraform"]


def test_item_i_depends_on_seed_and_i_only() -> None:
    long = procedural_dataset(7, 60)
    assert procedural_dataset(7, 20) == long[:20]
    assert procedural_dataset(7, 60) == long
    assert procedural_dataset(8, 20) != long[:20]


def test_item_i_does_not_depend_on_the_size_in_any_split() -> None:
    for split in ("train", "test", "novel", None):
        assert procedural_dataset(3, 5, split=split) == procedural_dataset(3, 9, split=split)[:5]


def test_a_curriculum_gives_levels_by_index() -> None:
    tasks = procedural_dataset(2, 24, difficulty=lambda i: [1] if i < 12 else [2, 3])
    assert {task.difficulty for task in tasks[:12]} == {1}
    assert {task.difficulty for task in tasks[12:]} <= {2, 3}
    assert procedural_dataset(2, 12, difficulty=[1]) == tasks[:12]


def test_weights_say_how_often_a_family_is_drawn() -> None:
    families = ["terraform/sqs", "terraform/sns", "terraform/s3"]
    weights = {"terraform/sqs": 0.0, "terraform/sns": 9.0}
    drawn = [t.family for t in procedural_dataset(2, 60, families=families, weights=weights)]
    assert "terraform/sqs" not in drawn
    assert drawn.count("terraform/sns") > 40
    with pytest.raises(DatasetError, match="unknown family 'terraform/nothing'"):
        procedural_dataset(2, 1, weights={"terraform/nothing": 1.0})


def test_balance_by_family_gives_the_category_with_most_families_most_tasks() -> None:
    equal = [task.category for task in procedural_dataset(2, 80)]
    assert {equal.count(category) for category in set(equal)} == {20}
    drawn = [task.category for task in procedural_dataset(2, 400, balance="families")]
    weight = dict.fromkeys(set(drawn), 0.0)
    for family in FAMILIES.values():
        if family.effective_split != "novel":
            weight[category_of(family.format)] += family.weight
    for category, share in weight.items():
        expected = share / sum(weight.values())
        assert drawn.count(category) / 400 == pytest.approx(expected, abs=0.07)
    assert (
        procedural_dataset(2, 20, balance="families")
        == procedural_dataset(2, 400, balance="families")[:20]
    )
    with pytest.raises(DatasetError, match="balance is categories or families, not 'family'"):
        procedural_dataset(2, 1, balance="family")


def test_a_family_can_be_configured() -> None:
    config = {"terraform/sqs": replace(FAMILIES["terraform/sqs"], receive_counts=(77,))}
    tasks = procedural_dataset(2, 40, config, families=["terraform/sqs"])
    counts = {
        line for task in tasks for line in task.output.split("\n") if "maxReceiveCount" in line
    }
    assert len(counts) == 1 and "77" in counts.pop()


def test_every_core_kubernetes_kind_has_a_family() -> None:
    kinds = {
        kind
        for name in OTHERS
        if name.startswith("kubernetes/")
        for task in procedural_dataset(1, 2, split=None, families=[name])
        for kind in novelty.asked_for(task)
    }
    assert kinds >= {
        "Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Service",
        "ConfigMap", "Secret", "PersistentVolume", "PersistentVolumeClaim", "ServiceAccount",
        "Namespace", "ResourceQuota", "LimitRange", "Endpoints", "EndpointSlice", "Ingress",
        "IngressClass", "NetworkPolicy", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding",
        "PodDisruptionBudget", "HorizontalPodAutoscaler", "StorageClass", "PriorityClass", "Lease",
        "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "RuntimeClass",
        "CustomResourceDefinition", "APIService",
    }  # fmt: skip


@pytest.mark.parametrize("family", OTHERS)
def test_two_items_of_every_other_family_are_sound(family: str) -> None:
    tasks = procedural_dataset(12, 2, split=None, families=[family])
    assert check_tasks(tasks, unique=False) == []


@pytest.mark.parametrize("family", WRITTEN)
def test_every_item_of_a_family_is_sound(family: str) -> None:
    tasks = procedural_dataset(11, 8, split=None, families=[family])
    assert check_tasks(tasks, unique=False) == []


def test_novel_families_never_appear_elsewhere() -> None:
    novel = {f.shared or f.name for f in FAMILIES.values() if f.effective_split == "novel"}
    assert novel
    for split in ("train", "test"):
        assert not novel & {task.family for task in procedural_dataset(1, 500, split=split)}
    assert {task.family for task in procedural_dataset(1, 200, split="novel")} <= novel


def test_no_prompt_is_in_train_and_test_under_any_seed() -> None:
    train = {task.prompt for seed in range(3) for task in procedural_dataset(seed, 400)}
    test = {
        task.prompt for seed in range(3) for task in procedural_dataset(seed, 100, split="test")
    }
    assert not train & test
    assert all(map(is_test_prompt, test)) and not any(map(is_test_prompt, train))


def test_prompts_are_worded_in_many_ways() -> None:
    tasks = procedural_dataset(3, 600, families=WRITTEN, split=None)
    assert len({task.prompt for task in tasks}) > 590
    openings = {tuple(task.prompt.split()[:3]) for task in tasks}
    assert len(openings) > 150


def test_most_references_are_short_and_several_levels_exist() -> None:
    tasks = procedural_dataset(3, 300, families=WRITTEN, split=None)
    words = sorted(len(task.output) for task in tasks)
    assert words[len(words) // 2] < 350  # about 120 tokens
    assert {task.difficulty for task in tasks} >= {1, 2, 3}
    assert all(task.difficulty in (1, 2) for task in procedural_dataset(3, 60, difficulty=[1, 2]))


def test_more_than_a_hundred_a_second() -> None:
    procedural_dataset(5, 1)  # the benchmark is read once, to know what is novel
    start = time.process_time()
    procedural_dataset(5, 200)
    assert time.process_time() - start < 2


def test_bad_requests_are_named() -> None:
    with pytest.raises(DatasetError, match="unknown family 'terraform/x'"):
        procedural_dataset(0, 1, families=["terraform/x"])
    with pytest.raises(DatasetError, match="no procedural family fits"):
        procedural_dataset(0, 1, families=["terraform/sqs"], split="novel")
