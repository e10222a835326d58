"""Data sets by a name that fits on a command line."""

from __future__ import annotations

import json

import pytest

from iapo.dataset import DatasetError, load_benchmark
from iapo.dataset.named import dataset_named


def test_the_benchmark_whole_and_by_split():
    assert dataset_named("iac-bench") == load_benchmark()
    novel = dataset_named("iac-bench:novel")
    assert novel == load_benchmark().filter(split="novel")
    docker = dataset_named("iac-bench:test", categories=["docker"])
    assert {(t.category, t.split) for t in docker} == {("docker", "test")}


def test_procedural_tasks_have_a_number_and_a_seed():
    tasks = dataset_named("procedural:seen:6:3")
    assert len(tasks) == 6
    assert {t.split for t in tasks} == {"test"}
    assert tasks == dataset_named("procedural:test:6:3")
    assert tasks != dataset_named("procedural:seen:6:4")
    assert {t.split for t in dataset_named("procedural:unseen:4")} == {"novel"}
    assert len(dataset_named("procedural:novel")) == 100


def test_a_limit_draws_the_same_tasks_and_fewer_are_among_more():
    some = dataset_named("iac-bench:test", limit=10)
    more = dataset_named("iac-bench:test", limit=30)
    assert len(some) == 10
    assert some == dataset_named("iac-bench:test", limit=10)
    assert {t.id for t in some} < {t.id for t in more}
    assert len({t.category for t in more}) == 4


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "own.jsonl"
    record = {"instruction": "an image", "output": "FROM scratch\n", "format": "dockerfile"}
    path.write_text(json.dumps(record) + "\n")
    assert [t.instruction for t in dataset_named(str(path))] == ["an image"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("humaneval", "no data set 'humaneval'"),
        ("iac-bench:tset", "no split 'tset'"),
        ("procedural", "no data set 'procedural'"),
        ("procedural:seen:many", "'many' is not a whole number"),
        ("procedural:seen:0", "positive number"),
        ("procedural:seen:1:2:3", "no data set"),
        ("missing.jsonl", "missing.jsonl"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(name, says):
    with pytest.raises(DatasetError, match=says) as error:
        dataset_named(name)
    assert "\n" not in str(error.value)
