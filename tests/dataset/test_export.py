"""Tasks as Alpaca records, as a `datasets.Dataset`, and as a page to look at."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from iapo.cli import app, datasets  # noqa: F401 - registers the commands
from iapo.dataset import DatasetError, create_dataset, load_benchmark
from iapo.dataset.gallery import gallery_of
from iapo.dataset.named import dataset_named

RUN = CliRunner()
DOCS = Path(__file__).resolve().parents[2] / "docs"
SOME = create_dataset(size=5, categories=["docker"], seed=1)


def test_alpaca_records_are_one_object_a_line(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    result = RUN.invoke(app, ["dataset", "export", "--alpaca", str(path), "--category", "docker", "--size", "5", "--seed", "1"])  # fmt: skip
    assert result.exit_code == 0, result.output
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert records == SOME.to_alpaca()
    assert all(record["output"] for record in records)


def test_outputs_can_be_withheld(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    arguments = ["dataset", "export", str(path), "--category", "docker", "--size", "5"]
    assert RUN.invoke(app, [*arguments, "--no-outputs"]).exit_code == 0
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(records) == 5 and not any(record["output"] for record in records)


def test_tasks_with_their_intents_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    arguments = ["dataset", "export", str(path), "--category", "docker", "--size", "5"]
    assert RUN.invoke(app, [*arguments, "--seed", "1", "--intents"]).exit_code == 0
    read = dataset_named(str(path))
    assert [(t.id, t.intent, t.output) for t in read] == [(t.id, t.intent, t.output) for t in SOME]
    both = RUN.invoke(app, [*arguments, "--intents", "--hf"])
    assert "--intents is for Alpaca records" in str(both.exception)


def test_tasks_of_some_families_are_listed_and_exported(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    asked = ["--family", "kubernetes/cronjob", "--family", "compose/cache", "--procedural"]
    listed = RUN.invoke(app, ["dataset", "list", *asked, "--size", "6", "--split", "test"])
    assert listed.exit_code == 0, listed.output
    exported = RUN.invoke(
        app, ["dataset", "export", str(path), *asked, "--size", "6", "--split", "test", "--intents"]
    )
    assert exported.exit_code == 0, exported.output
    families = [task.family for task in dataset_named(str(path))]
    assert len(families) == 6 and set(families) == {"kubernetes/cronjob", "compose/cache"}
    assert [line.split("/test/")[0] for line in listed.output.splitlines()] == [
        f"procedural/{family}" for family in families
    ]
    unknown = RUN.invoke(app, ["dataset", "list", "--family", "kubernetes/cronjobs"])
    assert "did you mean kubernetes/cronjob" in str(unknown.exception)


def test_a_dataset_of_hugging_face_has_the_alpaca_fields_and_where_they_belong() -> None:
    pytest.importorskip("datasets")
    found = SOME.to_hf()
    assert set(found.column_names) == {
        "instruction", "input", "output", "id", "category", "format", "family", "split", "difficulty",
    }  # fmt: skip
    assert found["id"] == [task.id for task in SOME]
    assert found[0]["output"] == SOME[0].output
    assert not any(SOME.to_hf(output=False)["output"])


def test_a_folder_for_load_from_disk(tmp_path: Path) -> None:
    hugging_face = pytest.importorskip("datasets")
    folder = tmp_path / "tasks"
    arguments = ["dataset", "export", "--hf", str(folder), "--category", "docker", "--size", "5"]
    result = RUN.invoke(app, [*arguments, "--seed", "1"])
    assert result.exit_code == 0, result.output
    assert hugging_face.load_from_disk(str(folder))["id"] == [task.id for task in SOME]


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DatasetError, match=r"pip install 'iapo\[hf\]'"):
        SOME.to_hf()


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    for flag in ("--alpaca", "--hf"):
        target = tmp_path if flag == "--alpaca" else tmp_path / "file"
        (tmp_path / "file").write_text("")
        result = RUN.invoke(app, ["dataset", "export", flag, str(target), "--size", "2"])
        assert result.exit_code != 0
        assert str(target) in str(result.exception)


def test_the_gallery_in_the_docs_is_what_the_command_makes(tmp_path: Path) -> None:
    path = tmp_path / "gallery.md"
    assert RUN.invoke(app, ["dataset", "gallery", str(path)]).exit_code == 0
    made = path.read_text(encoding="utf-8")
    assert made == (DOCS / "gallery.md").read_text(encoding="utf-8"), "run `iapo dataset gallery docs/gallery.md`"  # fmt: skip


def test_the_gallery_shows_each_family_once() -> None:
    page = gallery_of(load_benchmark())
    families = {(task.format, task.family) for task in load_benchmark()}
    assert sum(line.startswith("### ") for line in page.splitlines()) == len(families)
