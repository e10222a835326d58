"""A run's folder: written as it comes, taken up where it was, never mixed with another."""

from __future__ import annotations

import pytest
import tiny
from bench_runs import sample

from iapo.dataset.named import dataset_named
from iapo.evaluate.folder import FolderError, RunFolder, read_run, tasks_digest
from iapo.models.identity import weights_digest
from iapo.verify.report import Diagnostic

SETTINGS = {"model": "m", "dataset": "d", "samples": 2, "temperature": 1.0}


@pytest.fixture(scope="module")
def tasks():
    return dataset_named("iac-bench:test", categories=["docker"], limit=3)


def test_what_was_written_is_read_back(tmp_path, tasks):
    error = Diagnostic("error", "unknown-flag", 'no "flag"\n', 3, tool="dockerfile")
    told = [
        sample(1, 1, valid=False, errors=(error,), text="a\n\u2028é\ud800", stopped=False),
        sample(0, 0, scored=False),
    ]
    with RunFolder(tmp_path / "run", SETTINGS, tasks) as folder:
        folder.append(told)
    run = read_run(tmp_path / "run")
    assert run.settings == SETTINGS
    assert [t.id for t in run.tasks] == [t.id for t in tasks]
    assert run.samples == ((told[1],), (told[0],), ())
    assert not run.finished


def test_a_run_knows_what_is_missing(tmp_path, tasks):
    with RunFolder(tmp_path, SETTINGS, tasks) as folder:
        folder.append([sample(0, 0), sample(0, 1), sample(2, 1)])
    with RunFolder(tmp_path, SETTINGS, tasks) as folder:
        assert folder.missing == {0: [], 1: [0, 1], 2: [0]}
        folder.append([sample(2, 0), sample(0, 1), sample(1, 0), sample(1, 1)])
    run = read_run(tmp_path)
    assert run.finished
    assert (tmp_path / "samples.jsonl").read_text().count("\n") == 6


def test_half_a_line_is_cut_off_and_answered_again(tmp_path, tasks):
    with RunFolder(tmp_path, SETTINGS, tasks) as folder:
        folder.append([sample(0, 0), sample(0, 1)])
    file = tmp_path / "samples.jsonl"
    file.write_bytes(file.read_bytes()[:-9])
    assert len(read_run(tmp_path).samples[0]) == 1
    with RunFolder(tmp_path, SETTINGS, tasks) as folder:
        assert folder.missing[0] == [1]
        folder.append([sample(0, 1)])
    assert len(read_run(tmp_path).samples[0]) == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"temperature": 0.5}, "another temperature .1.0, now 0.5"),
        ({"model": "n"}, "another model"),
    ],
)
def test_another_run_is_refused_in_one_line(tmp_path, tasks, changes, says):
    with RunFolder(tmp_path, SETTINGS, tasks) as folder:
        folder.append([sample(0, 0)])
    with pytest.raises(FolderError, match=says) as error:
        RunFolder(tmp_path, {**SETTINGS, **changes}, tasks)
    assert "\n" not in str(error.value)


def test_a_run_that_wrote_nothing_can_be_another(tmp_path, tasks):
    with RunFolder(tmp_path, SETTINGS, tasks):
        pass
    with RunFolder(tmp_path, {**SETTINGS, "model": "right"}, tasks[:2]) as folder:
        assert set(folder.missing) == {0, 1}
    assert read_run(tmp_path).settings["model"] == "right"


def test_a_folder_with_other_things_is_left_alone(tmp_path, tasks):
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(FolderError, match="holds no run"):
        RunFolder(tmp_path, SETTINGS, tasks)


@pytest.mark.parametrize("line", ["not JSON", "{}", '{"task": "nobody"}', "[1]"])
def test_a_damaged_file_is_named_with_its_line(tmp_path, tasks, line):
    with RunFolder(tmp_path, SETTINGS, tasks) as folder:
        folder.append([sample(0, 0)])
    with (tmp_path / "samples.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(FolderError, match=r"samples\.jsonl:2"):
        read_run(tmp_path)


def test_no_run_is_said(tmp_path):
    with pytest.raises(FolderError, match="no benchmark run here"):
        read_run(tmp_path)


def test_tasks_that_differ_in_anything_judged_have_another_digest(tasks):
    assert tasks_digest(tasks) == tasks_digest(list(tasks))
    assert tasks_digest(tasks) != tasks_digest(tasks[:2])


def test_weights_that_differ_have_another_digest(tmp_path):
    digests = []
    for seed in (0, 0, 1):
        folder = tmp_path / f"{len(digests)}"
        tiny.model(seed=seed).save_pretrained(folder)
        digests.append(weights_digest(folder))
    assert digests[0] == digests[1] != digests[2]
