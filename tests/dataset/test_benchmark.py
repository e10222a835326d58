"""IaC-Bench: its data files, its proofs, and that the proofs can fail."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from iapo.dataset import DatasetError, Task, check_tasks, load_benchmark
from iapo.dataset.benchmark import read_tasks
from iapo.dataset.check import is_said, literals
from iapo.intent import Intent, Leaf


@pytest.fixture(scope="module")
def terraform() -> list[Task]:
    return list(load_benchmark().filter(format="terraform"))


def test_terraform_tasks_cover_services_splits_and_levels(terraform: list[Task]) -> None:
    assert len(terraform) >= 40
    assert len({task.family for task in terraform}) >= 25
    assert {task.split for task in terraform} == {"train", "test", "novel"}
    assert {task.difficulty for task in terraform} == {1, 2, 3, 4, 5}
    several = sum(len(task.intent.patterns) > 1 for task in terraform if task.intent)
    assert several / len(terraform) >= 0.4


def resource_types(task: Task) -> set[str]:
    return set(re.findall(r'^(?:resource|data) "(\w+)"', task.output, re.MULTILINE))


def test_aws_tasks_keep_the_types_of_novel_services_out_of_training(terraform: list[Task]) -> None:
    aws = [task for task in terraform if any(t.startswith("aws_") for t in resource_types(task))]
    assert len(aws) >= 150
    novel = {t for task in aws if task.split == "novel" for t in resource_types(task)}
    others = {t for task in terraform if task.split != "novel" for t in resource_types(task)}
    assert len(novel) >= 20
    assert not novel & others


def test_every_terraform_task_is_sound(terraform: list[Task]) -> None:
    assert check_tasks(terraform) == []


def test_ids_name_their_family() -> None:
    for task in load_benchmark():
        assert task.id.startswith(task.family + "/"), task.id


def test_no_family_is_in_novel_and_elsewhere() -> None:
    splits: dict[str, set[str]] = {}
    for task in load_benchmark():
        splits.setdefault(task.family, set()).add(task.split)
    assert not [family for family, where in splits.items() if "novel" in where and len(where) > 1]
    assert max(Counter(task.id for task in load_benchmark()).values()) == 1


def broken(task: Task, **changes: object) -> str:
    return " | ".join(str(finding) for finding in check_tasks([replace(task, **changes)]))  # type: ignore[arg-type]


def test_check_finds_what_is_wrong(terraform: list[Task]) -> None:
    task = next(t for t in terraform if t.id == "terraform/s3/versioned-audit-bucket")
    assert check_tasks([task]) == []
    assert "does not verify" in broken(task, output=task.output.replace("bucket  ", "bucketx "))
    assert "does not meet bucket.bucket" in broken(
        task, output=task.output.replace("acme-audit-trail", "other")
    )
    assert "the prompt does not say 'acme-audit-trail'" in broken(task, instruction="A bucket.")
    assert "nobody asked for" in broken(
        task, output=task.output + '\nresource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'
    )
    assert "scores 0.9" in broken(task, output=task.output.replace(" = ", "  = "))
    assert "says 'on a whim'" in broken(task, says={"Enabled": "on a whim"})
    twice = [str(finding) for finding in check_tasks([task, replace(task, id="terraform/s3/b")])]
    assert any("has the prompt of" in text for text in twice)
    same = [str(finding) for finding in check_tasks([task, task])]
    assert any("the id is given twice" in text for text in same)
    leaking = replace(task, id="terraform/s3/n", instruction=task.instruction + " x", split="novel")
    assert any("is novel and must not" in str(finding) for finding in check_tasks([task, leaking]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- id: a\n  b: [\n", ":3: "),
        ("a: b\n", ":1: expected a list of tasks"),
        ("- id: a\n", ":1: the task has no family"),
        ("\n- {id: a, family: f, split: x, instruction: i, output: o, intent: {}}\n", "has no intent"),
        ("- {id: a, family: f, split: x, instruction: i, output: o, intent: {p: {resource: q}}}\n", "split 'x' is none of"),
        ("- {id: a, family: f, split: test, instruction: i, output: o, intent: {p: {x: q}}}\n", ":1: intent: p: needs one of"),
        ("- {id: a, family: f, split: test, instruction: i, output: o, intent: {p: {resource: q}}, lvl: 3}\n", "unknown field 'lvl'"),
        ("- {id: a, family: f, split: test, difficulty: 9, instruction: i, output: o, intent: {p: {resource: q}}}\n", "difficulty is 1 to 5"),
    ],
)  # fmt: skip
def test_a_broken_data_file_names_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    folder = tmp_path / "terraform"
    folder.mkdir()
    path = folder / "x.yaml"
    path.write_text(text)
    with pytest.raises(DatasetError) as error:
        list(read_tasks(path))
    assert str(error.value).startswith(f"{path}:")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("literal", "path", "prompt", "expected"),
    [
        ("Enabled", "v.status", "with versioning enabled", True),
        ("Enabled", "v.status", "a bucket", False),
        ("aws:kms", "e.sse_algorithm", "encrypt with aws:kms", True),
        (3, "d.replicas", "three replicas", True),
        (3, "d.replicas", "30 replicas", False),
        (30, "q.timeout", "a timeout of 30s", True),
        (8080, "s.port", "port 80801", False),
        (True, "v.encrypted", "an encrypted volume", True),
        (True, "v.encrypted", "a volume", False),
    ],
)
def test_what_counts_as_said(literal: object, path: str, prompt: str, expected: bool) -> None:
    assert is_said(literal, Leaf(path, "equal", literal), prompt) is expected


def test_literals_of_patterns_are_their_plain_words() -> None:
    assert literals(Leaf("a.image", "matches", r"^postgres:16(\.[0-9]+)?$")) == ["postgres", "16"]
    assert literals(Leaf("a.role", "refers", "role")) == []


def test_a_task_reads_as_a_record(terraform: list[Task]) -> None:
    task = terraform[0]
    assert task["instruction"] == task.instruction
    assert dict(task)["id"] == task.id
    assert task.to_alpaca(output=False)["output"] == ""
    with pytest.raises(KeyError):
        task["nothing"]
    assert isinstance(task.intent, Intent)
