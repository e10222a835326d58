"""Programs that are more than resources: each feature is asked for, written, and judged."""

from __future__ import annotations

import random
import re

import pytest

from iapo.dataset import FAMILIES, check_tasks, procedural_dataset
from iapo.dataset.procedural.providers.structured import Structured
from iapo.intent import match
from iapo.verify import verify

FEATURES = [name for name, family in FAMILIES.items() if isinstance(family, Structured)]


@pytest.mark.parametrize("family", FEATURES)
def test_every_feature_is_sound(family: str) -> None:
    assert check_tasks(procedural_dataset(41, 12, families=[family]), unique=False) == []


@pytest.mark.parametrize(
    ("family", "written", "instead"),
    [
        ("terraform/outputs", r'(?ms)^output ".*?^\}\n', ""),
        ("terraform/variables", r"^  default( +)= .*", r"  default\1= null"),
        ("terraform/for-each", r"\beach\.key\b", r'"${each.key}-x"'),
        ("terraform/count", r"^  count( +)= \d", r"  count\1= 1"),
        ("terraform/provider-block", r"^  region( +)= .*", r'  region\1= "sa-east-1"'),
    ],
)
def test_a_feature_stands_in_the_reference_and_counts_for_the_intent(
    family: str, written: str, instead: str
) -> None:
    for task in procedural_dataset(42, 4, families=[family]):
        otherwise, places = re.subn(written, instead, task.output, flags=re.MULTILINE)
        assert places and task.intent is not None
        assert match(task.intent, verify(otherwise, "terraform", plan=True)).share < 1


@pytest.mark.parametrize("family", FEATURES)
def test_a_task_can_be_drawn_from_any_seed(family: str) -> None:
    for seed in (*range(100), 1980):  # of 1980 the 78th type fits an extension
        FAMILIES[family].make(random.Random(seed))


def test_copies_are_asked_for_by_name() -> None:
    for task in procedural_dataset(43, 10, families=["terraform/for-each", "terraform/count"]):
        assert task.intent is not None
        several = [key for key in task.intent.data if re.search(r"_\d$", key)]
        assert len(several) >= 2
        assert task.output.count('resource "') == len(task.intent.data) - len(several) + 1


@pytest.mark.parametrize("family", ["terraform/extended", "terraform/changed"])
def test_code_that_is_there_does_not_do_what_is_asked_yet(family: str) -> None:
    for task in procedural_dataset(44, 8, families=[family]):
        assert task.input and task.intent is not None
        report = verify(task.input, "terraform", plan=True)
        assert match(task.intent, report).share < 1
        assert task.input.split("\n", 1)[0] == task.output.split("\n", 1)[0]
