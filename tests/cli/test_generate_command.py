"""`iapo generate` as a user runs it: code on standard output, the rest elsewhere, files whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from iapo.cli import main

ASKED = "an S3 bucket named acme-logs"
BUCKET = 'resource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n}\n'
REJECTED = "an S3 bucket that does not exist"
INVENTED = 'resource "aws_s3_buckets" "logs" {\n  bucket = "acme-logs"\n}\n'
CHANGE = "Call the S3 bucket acme-logs"
OLD = 'resource "aws_s3_bucket" "logs" {\n  bucket = "old"\n}\n'
COMMAND = "from iapo.cli import main; main()"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows three answers by heart: to a request, a wrong one, and to a change."""
    import parrot
    import tiny

    from iapo.models.saving import save_model

    tokenizer = tiny.tokenizer()
    lessons = {
        ASKED: f"```hcl\n{BUCKET}```\nThis bucket has the name you gave.",
        REJECTED: INVENTED,
        f"{CHANGE}\n\n{OLD}": BUCKET,
    }
    folder = tmp_path_factory.mktemp("model")
    save_model(parrot.parrot(tokenizer, lessons), tokenizer, folder)
    return folder


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def generate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """The command as a function, in this process: loading torch once is enough."""

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["iapo", "generate", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit:
            main()
        printed = capsys.readouterr()
        assert isinstance(exit.value.code, int)
        return Done(exit.value.code, printed.out, printed.err)

    return run


def test_code_that_verifies_is_all_that_is_printed_and_exits_zero(
    generate: Callable[..., Done], model: Path
) -> None:
    done = generate(ASKED, "--model", model, "-n", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout == BUCKET
    assert done.stderr == ""


def test_the_best_attempt_is_printed_with_its_diagnostics_and_exits_three(
    generate: Callable[..., Done], model: Path
) -> None:
    done = generate(REJECTED, "--model", model, "-n", "1", "--repairs", "0", "--no-guide")
    assert done.returncode == 3, done.stderr
    assert done.stdout == INVENTED
    assert "terraform:1:10: error" in done.stderr and "aws_s3_buckets" in done.stderr
    assert "none of 1 candidates can be used: the best is invalid" in done.stderr


def test_the_guide_keeps_terraform_from_naming_what_does_not_exist(
    generate: Callable[..., Done], model: Path
) -> None:
    done = generate(REJECTED, "--model", model, "-n", "1", "--repairs", "0")
    assert 'resource "aws_s3_bucket' in done.stdout
    assert "aws_s3_buckets" not in done.stdout


def test_the_explanation_goes_to_standard_error(generate: Callable[..., Done], model: Path) -> None:
    options = ("-n", "2", "--repairs", "1", "--max-new-tokens", "80", "--explain", "--no-guide")
    done = generate(REJECTED, "--model", model, *options)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("resource")
    for said in ("format: terraform", "greedy", "after repair round 1", "first token after"):
        assert said in done.stderr


def test_an_answer_cut_at_the_limit_is_said(generate: Callable[..., Done], model: Path) -> None:
    done = generate(ASKED, "--model", model, "-n", "1", "--repairs", "0", "--max-new-tokens", "9")
    assert done.returncode == 3, done.stderr
    assert "raise --max-new-tokens" in done.stderr


def test_a_file_is_written_only_if_the_code_verifies(
    generate: Callable[..., Done], model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "main.tf"
    done = generate(
        REJECTED, "--model", model, "-n", "1", "--repairs", "0", "--no-guide", "--out", out
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout == INVENTED, "the attempt is not lost"
    assert not out.exists() and "is left alone" in done.stderr
    done = generate(ASKED, "--model", model, "-n", "1", "--out", out)
    assert done.returncode == 0, done.stderr
    assert (done.stdout, out.read_text()) == ("", BUCKET)


def test_a_file_is_changed_in_place(
    generate: Callable[..., Done], model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "main.tf"
    file.write_text(OLD)
    file.chmod(0o640)
    done = generate(CHANGE, "--edit", file, "--out", file, "--model", model, "-n", "1")
    assert done.returncode == 0, done.stderr
    assert (done.stdout, file.read_text()) == ("", BUCKET)
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["main.tf"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["an S3 bucket", "--model", "no/such-model-anywhere"], "smollm2-135m"),
        (["a bucket", "--format", "cobol"], "unknown format 'cobol'"),
        (["a bucket", "-n", "0"], "-n"),
        (["make it nicer"], "add --format"),
        ([""], "nothing is asked"),
        (["tag it", "--edit", "no-such-file.tf"], "no-such-file.tf: cannot be read"),
        (["a bucket", "--out", "no-such-folder/main.tf"], "there is no folder"),
        (["a bucket", "--out", "/"], "is a folder"),
    ],
)
def test_a_mistake_is_one_clear_line_and_exit_two(
    generate: Callable[..., Done], arguments: list[str], says: str
) -> None:
    done = generate(*arguments)
    assert done.returncode == 2, done.stderr
    assert says in " ".join(done.stderr.split())
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_file_too_large_for_the_model_is_a_mistake(
    generate: Callable[..., Done], model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "main.tf"
    file.write_text(OLD * 40)
    done = generate(CHANGE, "--edit", file, "--model", model, "-n", "1")
    assert done.returncode == 2, done.stderr
    assert "too large for the model" in done.stderr and "its window has 512" in done.stderr


@pytest.mark.parametrize(
    "command", [["generate", "an S3 bucket"], ["export", "x", "--output", "y"]]
)
def test_without_torch_the_extra_that_has_it_is_named(command: list[str]) -> None:
    missing = "import sys; sys.modules['torch'] = None\n"
    done = subprocess.run(
        [sys.executable, "-c", missing + COMMAND, *command],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert 'needs the package torch: pip install "iapo[train]"' in " ".join(done.stderr.split())


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_leaves_the_file_as_it_was_and_exits_130(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "main.tf"
    file.write_text(OLD)
    # Stop at the worst moment: the new text is written aside, and not yet in its place.
    hold = (
        "import pathlib, signal, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job behind & ignores it
        "def hold(self, target):\n"
        "    pathlib.Path('held').touch()\n"
        "    time.sleep(120)\n"
        "pathlib.Path.replace = hold\n"
    )
    options = ["-n", "1", "--model", model, "--edit", file, "--out", file]
    running = subprocess.Popen(
        [sys.executable, "-c", hold + COMMAND, "generate", CHANGE, *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 300
    while not (tmp_path / "held").exists():
        assert running.poll() is None and time.monotonic() < deadline, running.stderr
        time.sleep(0.1)
    assert len(list(tmp_path.iterdir())) == 3, "main.tf, the mark, and the text aside"
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert "Traceback" not in said
    assert file.read_text() == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held", "main.tf"]
