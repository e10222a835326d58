"""`iapo generate` as a user runs it: code on standard output, the rest elsewhere, files whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from iapo.cli.generation import write_whole
from iapo.errors import InputError


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import tiny

    from iapo.models.saving import save_model

    folder = tmp_path_factory.mktemp("model")
    save_model(tiny.model(), tiny.tokenizer(), folder)
    return folder


def generate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = "from iapo.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, "generate", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=180,
    )


def test_an_answer_that_does_not_verify_is_printed_and_exits_three(model: Path) -> None:
    done = generate("a Jenkinsfile", "--model", model, "-n", "2", "--max-new-tokens", "4")
    assert done.returncode == 3, done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


def test_terraform_is_written_under_the_guide_unless_told_otherwise(model: Path) -> None:
    arguments = ("a Terraform S3 bucket", "--model", model, "-n", "1", "--max-new-tokens", "8")
    guided, free = generate(*arguments), generate(*arguments, "--no-guide")
    assert free.returncode == 3, free.stderr
    # A block of Terraform's own, a comment or a fence: not the nonsense an untrained model writes.
    assert guided.stdout.lstrip()[:1] in {"", *"cdelmoprtvi#/`"}
    assert free.stdout != guided.stdout


def test_a_file_is_written_instead_of_standard_output(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "main.tf"
    done = generate(
        "a Jenkinsfile", "--model", model, "-n", "1", "--max-new-tokens", "4", "--out", out
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert out.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a bucket", "--model", "no/such-model-anywhere"], "smollm2-135m"),
        (["a bucket", "--format", "cobol"], "unknown format 'cobol'"),
        (["a bucket", "-n", "0"], "-n"),
    ],
)
def test_a_mistake_is_one_clear_line_and_exit_two(arguments: list[str], says: str) -> None:
    done = generate(*arguments)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    there = tmp_path / "main.tf"
    there.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(there, "new \ud800")
    assert there.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["main.tf"]
    with pytest.raises(InputError, match="cannot be written"):
        write_whole(tmp_path / "missing" / "main.tf", "new")
