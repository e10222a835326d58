"""`create_dataset`, `Dataset` and a user's own Alpaca records."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from iapo.dataset import Dataset, DatasetError, create_dataset, load_alpaca
from iapo.dataset.create import known_families


def test_everything_by_default_and_parts_by_request() -> None:
    everything = create_dataset()
    assert {task.category for task in everything} >= {"terraform"}
    terraform = create_dataset(categories=["terraform"], split="test")
    assert terraform and all(
        task.category == "terraform" and task.split == "test" for task in terraform
    )
    assert all(task.difficulty in (3, 4) for task in create_dataset(difficulty=[3, 4]))
    assert create_dataset(categories="terraform") == create_dataset(categories=["terraform"])


def test_size_draws_by_seed_and_fills_up_with_procedural_tasks() -> None:
    small = create_dataset(size=10, categories=["terraform"], seed=1)
    assert len(small) == 10
    assert small == create_dataset(size=10, categories=["terraform"], seed=1)
    assert small != create_dataset(size=10, categories=["terraform"], seed=2)
    large = create_dataset(size=300, categories=["terraform"])
    assert len(large) == 300
    assert any(task.id.startswith("procedural/") for task in large)
    only = create_dataset(size=300, categories=["terraform"], procedural=False)
    assert not any(task.id.startswith("procedural/") for task in only)
    made = create_dataset(size=5, categories=["terraform"], procedural=True)
    assert all(task.id.startswith("procedural/") for task in made)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"categories": ["helm"]}, "unknown category 'helm'; known: terraform, kubernetes, docker, cicd"),
        ({"categories": []}, "no category was given"),
        ({"split": "dev"}, "unknown split 'dev'; known: train, test, novel"),
        ({"size": 0}, "size must be a positive number"),
        ({"size": "ten"}, "size must be a positive number"),
        ({"difficulty": 7}, "unknown difficulty 7"),
    ],
)  # fmt: skip
def test_bad_requests_say_what_is_known(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(DatasetError) as error:
        create_dataset(**arguments)  # type: ignore[arg-type]
    assert said in str(error.value)
    assert isinstance(error.value, ValueError)


def test_filter_slices_and_sums() -> None:
    tasks = create_dataset(size=20, categories=["terraform"])
    assert isinstance(tasks[:5], Dataset) and len(tasks[:5]) == 5
    assert len(tasks[:5] + tasks[5:]) == 20
    assert all(task.difficulty > 2 for task in tasks.filter(lambda task: task.difficulty > 2))
    assert tasks.filter(split=["train", "test", "novel"]) == tasks
    with pytest.raises(DatasetError, match="no field 'level'"):
        tasks.filter(level=3)
    assert tasks.to_alpaca()[0].keys() == {"instruction", "input", "output"}
    assert not any(record["output"] for record in tasks.to_alpaca(output=False))


def test_benchmark_stands_for_the_families_of_the_benchmark() -> None:
    written = {task.family for task in create_dataset(procedural=False)}
    tasks = create_dataset(60, split="train", procedural=True, families=["benchmark"])
    assert {task.family for task in tasks} <= written
    assert len(tasks) == 60
    both = known_families(["benchmark", "terraform/ec2/any"])
    assert set(both or ()) == written | {"terraform/ec2/any"}


def test_families_can_be_named_and_a_wrong_one_names_the_right() -> None:
    wanted = ("terraform/s3", "kubernetes/pvc")
    tasks = create_dataset(60, split="train", families=wanted)
    assert {task.family for task in tasks} == set(wanted)
    assert any(task.id.startswith("procedural/") for task in tasks)
    assert any(not task.id.startswith("procedural/") for task in tasks)
    with pytest.raises(
        DatasetError, match=r"unknown family 'terraform/s33'; did you mean .*terraform/s3"
    ):
        create_dataset(5, families=["terraform/s33"])


def write(tmp_path: Path, text: str, name: str = "own.jsonl") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_alpaca_records_become_tasks_without_intent(tmp_path: Path) -> None:
    records = [
        {"instruction": "A queue", "input": "", "output": 'resource "aws_sqs_queue" "q" {}\n'},
        {"instruction": "A pod", "format": "kubernetes"},
        {"instruction": "A bucket", "output": "", "category": "terraform"},
    ]
    text = "\n".join(json.dumps(record) for record in records)
    tasks = load_alpaca(write(tmp_path, text))
    assert [task.format for task in tasks] == ["terraform", "kubernetes", "terraform"]
    assert all(task.intent is None and task.split == "train" for task in tasks)
    whole = load_alpaca(write(tmp_path, json.dumps(records), "own.json"))
    assert whole.to_alpaca() == tasks.to_alpaca()


def test_records_with_intent_are_the_tasks_they_were_written_from(tmp_path: Path) -> None:
    tasks = create_dataset(size=12, split="test", seed=7, procedural=True)
    assert all(task.intent for task in tasks)
    lines = "\n".join(json.dumps(task.to_record()) for task in tasks)
    read = load_alpaca(write(tmp_path, lines), split="test")
    assert [replace(task, says={}) for task in tasks] == list(read)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no records in it"),
        ('{"instruction": "a"\n', ":1: not JSON"),
        (
            '{"instruction": "a", "format": "terraform"}\n[1]\n',
            ":2: a record is an object, not list",
        ),
        ('{"output": "x"}\n', ":1: the record has no instruction"),
        (
            '{"instruction": "a", "format": "terraform", "intent": {"q": {"resorce": "x"}}}',
            ":1: intent: q: needs one of resource",
        ),
        ('{"instruction": "a", "format": "terraform", "intent": [1]}', ":1: intent: an intent is"),
        (
            '{"instruction": "a", "format": "terraform", "difficulty": 9}',
            ":1: difficulty is a whole",
        ),
        ('{"instruction": "a", "format": "terraform", "id": 7}', ":1: id is not a string"),
        (
            '{"instruction": "a", "format": "terraform", "id": "x"}\n' * 2,
            ":2: another record has the id 'x' already",
        ),
        ('{"instruction": 3}\n', ":1: instruction is not a string"),
        ('{"instruction": "a", "format": "helm"}\n', ":1: unknown format 'helm'"),
        ('{"instruction": "a", "output": "hello"}\n', ":1: cannot tell the format"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_a_bad_file_ends_in_one_line_that_names_it(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(DatasetError) as error:
        load_alpaca(path)
    assert str(path) in str(error.value) and said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_or_binary_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"absent\.jsonl: No such file"):
        load_alpaca(tmp_path / "absent.jsonl")
    (tmp_path / "b.jsonl").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(DatasetError, match="not UTF-8"):
        load_alpaca(tmp_path / "b.jsonl")
