"""`iapo bench` as a user runs it: a table, results.json, a report; stopped and taken up again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import tiny

sys.path.insert(0, str(Path(__file__).parents[1] / "evaluate"))

from fake_endpoint import Fake, completion, endpoint

from iapo.dataset import load_benchmark
from iapo.evaluate.folder import read_run

# A shell that starts the tests in the background has them ignore Ctrl-C.
START = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
COMMAND = [sys.executable, "-c", START + "from iapo.cli import main; main()", "bench"]
TASKS = ("--dataset", "iac-bench:test", "--category", "docker")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from iapo.models.saving import save_model

    folder = tmp_path_factory.mktemp("model")
    save_model(tiny.model(spread=2.0), tiny.tokenizer(), folder)
    return folder


def bench(*arguments: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=900, cwd=folder
    )


def reference(body: dict) -> tuple:
    """The benchmark's own answer to every other task, nonsense to the others."""
    prompt = body["messages"][-1]["content"]
    task = next(t for t in load_benchmark() if t.prompt == prompt)
    return completion(task.output if len(prompt) % 2 else "FROM scratch\nRUNN x\n")


def test_a_folder_of_a_model_from_start_to_end(model: Path, tmp_path: Path) -> None:
    options = (*TASKS, "--limit", 4, "-k", 3, "--max-new-tokens", 8, "--rows", 6)
    done = bench("--model", model, *options, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "pass@1" in done.stdout
    assert "report.html" in done.stderr
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    assert (results["tasks"], results["answers"], results["finished"]) == (4, 12, True)
    assert set(results["overall"]) == {
        "pass@1", "pass@2", "pass@3", "verifies", "reward", "syntax", "correctness", "format",
    }  # fmt: skip
    assert results["settings"]["temperature"] == 1.0
    assert (tmp_path / "run" / "report.html").read_text().startswith("<!doctype html>")

    # Said again, it has nothing to do; with a line lost, it writes the very same line.
    file = tmp_path / "run" / "samples.jsonl"
    before = file.read_bytes()
    assert bench("--model", model, *options, "--out", tmp_path / "run").returncode == 0
    assert file.read_bytes() == before
    lines = before.splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:5] + lines[6:]))
    assert bench("--model", model, *options, "--out", tmp_path / "run").returncode == 0
    assert sorted(file.read_bytes().splitlines(keepends=True)) == sorted(lines)


def test_an_adapter_is_benched(model: Path, tmp_path: Path) -> None:
    from iapo.models import load
    from iapo.models.adapters import with_lora
    from iapo.models.saving import save_model

    base, tokenizer = load(model, device="cpu")
    save_model(with_lora(base, 2, 4), tokenizer, tmp_path / "adapter")
    done = bench(
        "--model",
        tmp_path / "adapter",
        *TASKS,
        "--limit",
        2,
        "--max-new-tokens",
        4,
        "--out",
        tmp_path / "run",
    )
    assert done.returncode == 0, done.stderr
    assert read_run(tmp_path / "run").settings["model"] == "adapter"


def test_an_endpoint_and_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "s3cret")
    with endpoint(reference) as fake:
        done = bench(
            "--endpoint",
            fake.url,
            "--model",
            "big",
            *TASKS,
            "--api-key-env",
            "SOME_KEY",
            folder=tmp_path,
        )
    assert done.returncode == 0, done.stderr
    assert fake.headers[0]["authorization"] == "Bearer s3cret"
    folder = tmp_path / "iapo-bench" / "big_iac-bench-test_k1"
    results = json.loads((folder / "results.json").read_text())
    tasks = [t for t in load_benchmark() if t.split == "test" and t.category == "docker"]
    odd = sum(len(t.prompt) % 2 for t in tasks) / len(tasks)
    assert results["overall"]["pass@1"]["mean"] == pytest.approx(odd, abs=1e-4)
    assert 0 < odd < 1
    assert "s3cret" not in "".join(p.read_text() for p in folder.iterdir())


def stopped(fake: Fake, out: Path, after: int, number: int) -> subprocess.Popen[str]:
    """A run that gets a signal once the endpoint was asked `after` times."""
    command = [*COMMAND, "--endpoint", fake.url, "--model", "big", *TASKS, "--parallel", "1"]
    process = subprocess.Popen(
        [*command, "--out", str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 900
    while len(fake.bodies) < after and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    return process


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "run"
    with endpoint(reference) as fake:
        done = bench("--endpoint", fake.url, "--model", "big", *TASKS, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_was_stopped_half_way_goes_on(
    tmp_path: Path, uninterrupted: Path, number: int
) -> None:
    sent, gate = threading.Event(), threading.Event()

    def slowly(body: dict) -> tuple:
        if len(fake.bodies) >= 8:
            gate.wait(0.5)
        if len(fake.bodies) >= 10:  # however late the signal is on a busy machine
            sent.wait(600)
        return reference(body)

    with endpoint(slowly) as fake:
        process = stopped(fake, tmp_path / "run", 10, number)
        sent.set()
        _, said = process.communicate(timeout=600)
        if number == signal.SIGKILL:
            assert process.returncode == -signal.SIGKILL
        else:
            assert process.returncode == 128 + number, said
            assert "the same command goes on" in said.splitlines()[-1]
            assert "Traceback" not in said
        kept = sum(map(len, read_run(tmp_path / "run").samples))
        assert 0 < kept < 15
        gate.set()
        asked = len(fake.bodies)
        options = ("--endpoint", fake.url, "--model", "big", *TASKS)
        done = bench(*options, "--out", tmp_path / "run")
        assert done.returncode == 0, done.stderr
        assert f"going on: {kept} answers are there already" in done.stderr
        assert len(fake.bodies) - asked == 15 - kept
    resumed = json.loads((tmp_path / "run" / "results.json").read_text())
    whole = json.loads((uninterrupted / "results.json").read_text())
    address = resumed["settings"].pop("weights"), whole["settings"].pop("weights")
    assert resumed == whole, address


def test_two_runs_are_compared(tmp_path: Path) -> None:
    with endpoint(reference) as fake:
        for name, options in (("a", ()), ("b", ("--limit", "6"))):
            done = bench(
                "--endpoint", fake.url, "--model", name, *TASKS, *options, "--out", tmp_path / name
            )
            assert done.returncode == 0, done.stderr
    done = bench("compare", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "gain.json")
    assert done.returncode == 0, done.stderr
    assert "0 tasks gained, 0 lost" in done.stdout
    found = json.loads((tmp_path / "gain.json").read_text())
    assert (found["tasks"], found["left_out"], found["p_value"]) == (6, 9, 1.0)
    gain = found["changes"]["pass@1"]["gain"]
    assert gain["mean"] == 0.0
    assert gain["low"] < 0.0 < gain["high"]


def test_figures_are_shown_again(tmp_path: Path) -> None:
    with endpoint(lambda _: completion("FROM scratch\nRUN\x1b[31mX x\n")) as fake:
        first = bench(
            "--endpoint",
            fake.url,
            "--model",
            "big",
            *TASKS,
            "--limit",
            3,
            "--out",
            tmp_path / "run",
        )
    (tmp_path / "run" / "report.html").unlink()
    again = bench("show", tmp_path / "run")
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout
    assert first.returncode == 0, first.stderr
    assert "\ufffd[31m" in first.stdout
    assert "\x1b" not in first.stdout
    assert (tmp_path / "run" / "report.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--model", "no/such-model-anywhere"], "smollm2-135m"),
        (["--dataset", "iac-bench:tset"], "no split 'tset'"),
        (["--endpoint", "http://127.0.0.1:9"], "--endpoint needs --model"),
        (["--endpoint", "nowhere", "--model", "m"], "not 'nowhere'"),
        (["--endpoint", "http://127.0.0.1:9", "--model", "m", "--tries", "1"], "ConnectError"),
        (["-k", "4", "--temperature", "0"], "temperature above 0"),
        (["--top-p", "0"], "top_p"),
        (["-k", "0"], "-k"),
        (["compare", "here", "there"], "no benchmark run here"),
        (["show", "here"], "no benchmark run here"),
    ],
)
def test_bad_input_ends_in_one_line_and_exit_code_two(arguments, says, tmp_path) -> None:
    done = bench(*arguments, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert says in (done.stderr if "Usage" in done.stderr else done.stderr.splitlines()[-1])
    assert "Traceback" not in done.stderr


def test_an_endpoint_that_does_not_guide_is_one_line(tmp_path: Path) -> None:
    with endpoint(reference) as fake:
        done = bench("--endpoint", fake.url, "--model", "m", "--guided", *TASKS, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "does not guide" in done.stderr.splitlines()[-1]
    assert "--logits-processors" in done.stderr.splitlines()[-1]
    assert len(fake.bodies) == 1


def test_a_gguf_file_names_the_extra_where_its_engine_is_missing(tmp_path: Path) -> None:
    import importlib.util

    if importlib.util.find_spec("llama_cpp") is not None:
        pytest.skip("llama-cpp-python is installed")
    done = bench("--model", "model.gguf", "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "iapo[gguf]" in done.stderr


def test_another_run_in_the_folder_is_refused(tmp_path: Path) -> None:
    with endpoint(reference) as fake:
        options = (
            "--endpoint",
            fake.url,
            "--model",
            "big",
            *TASKS,
            "--limit",
            2,
            "--out",
            tmp_path / "run",
        )
        assert bench(*options).returncode == 0
        done = bench(*options, "--max-new-tokens", 9)
    assert done.returncode == 2
    assert "another max_new_tokens (512, now 9)" in done.stderr
