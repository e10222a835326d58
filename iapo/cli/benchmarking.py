"""`iapo bench`: a model on tasks, with figures, intervals and a report; `bench compare`, `bench show`."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from iapo.cli import StoppedError, app
from iapo.errors import InputError
from iapo.train.interrupt import Stopped
from iapo.whole_file import write_whole

bench_app = typer.Typer(
    invoke_without_command=True,
    help="Measure a model on tasks: pass@k, share that verifies, reward, what goes wrong.",
)
app.add_typer(bench_app, name="bench")

_RESULTS, _REPORT = "results.json", "report.html"


@bench_app.callback()
def bench(
    context: typer.Context,
    model: Annotated[
        str | None,
        typer.Option(
            help="Hugging Face name, folder, adapter folder or .gguf file; with --endpoint its name "
            "there. The one that comes with IAPO if left out."
        ),
    ] = None,
    dataset: Annotated[
        str,
        typer.Option(
            help="iac-bench:SPLIT, procedural:SPLIT:NUMBER:SEED (splits: train, test or seen, novel "
            "or unseen), or a .jsonl file of Alpaca records."
        ),
    ] = "iac-bench:test",
    category: Annotated[
        list[str] | None,
        typer.Option(help="Only terraform, kubernetes, docker or cicd; may be repeated."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many tasks, always the same ones.")
    ] = None,
    samples: Annotated[
        int, typer.Option("-k", "--samples", min=1, help="Answers a task, for pass@k.")
    ] = 1,
    temperature: Annotated[
        float | None,
        typer.Option(help="0 (greedy) for one sample and 1 for several if left out."),
    ] = None,
    top_p: Annotated[
        float, typer.Option(help="Draw from the likeliest tokens with this share.")
    ] = 1.0,
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest answer, in tokens.")] = 512,
    system_prompt: Annotated[str, typer.Option(help="System message.")] = "",
    seed: Annotated[int, typer.Option(help="Of sampled answers.")] = 0,
    guided: Annotated[
        bool,
        typer.Option(
            "--guided",
            help="Let only code through that can be valid, in the formats that there is a guide for. "
            "Of endpoints only vLLM does so, with iapo.integrations.vllm:InfrastructureGuide loaded.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the run; named after model and data set if left out."),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Answers written together.")] = 64,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda:0, mps.")] = "auto",
    dtype: Annotated[str, typer.Option(help="auto, float32, bfloat16, float16.")] = "auto",
    endpoint: Annotated[
        str | None,
        typer.Option(help="OpenAI-compatible address, e.g. http://127.0.0.1:8000/v1."),
    ] = None,
    api_key_env: Annotated[
        str, typer.Option(help="Environment variable with the endpoint's key, if it wants one.")
    ] = "IAPO_API_KEY",
    parallel: Annotated[
        int, typer.Option(min=1, max=512, help="Requests to the endpoint under way at once.")
    ] = 8,
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds that the endpoint may take for an answer.")
    ] = 120.0,
    tries: Annotated[
        int, typer.Option(min=1, help="Tries of a request that fails for a while.")
    ] = 6,
) -> None:
    """Answer tasks with a model, judge the answers, and say how well it does.

    An answer passes when it verifies and meets every part of the task's intent. A run that was
    stopped goes on when the same command is given again. The folder of the run gets samples.jsonl,
    results.json and report.html.
    """
    if context.invoked_subcommand is not None:
        return
    from iapo.evaluate.bench import Bench
    from iapo.evaluate.bench import bench as run_bench
    from iapo.evaluate.engines.endpoint import Endpoint, key_from
    from iapo.evaluate.engines.engine import Decoding, EngineError
    from iapo.evaluate.evaluation import usual_temperature
    from iapo.models.default import default_model
    from iapo.train.display import choose_display
    from iapo.train.scoring import RewardError

    if endpoint is not None and model is None:
        raise InputError("--endpoint needs --model: the model's name there")
    decoding = Decoding(
        samples=samples,
        temperature=usual_temperature(samples) if temperature is None else temperature,
        top_p=top_p,
        max_new_tokens=max_new_tokens,
        system_prompt=system_prompt,
        seed=seed,
    )
    asked = Bench(
        model=model or default_model(),
        dataset=dataset,
        categories=tuple(category or ()),
        limit=limit,
        decoding=decoding,
        endpoint=Endpoint(endpoint, model or "", key_from(api_key_env), parallel, timeout, tries)
        if endpoint is not None
        else None,
        guided=guided,
        rows=rows,
        device=device,
        dtype=dtype,
    )
    folder = out or _usual_folder(asked.model, dataset, samples, guided)
    _require_report()
    display = choose_display(True, stderr=True)
    before = signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        run_bench(asked, folder, display)
    except KeyboardInterrupt as stopped:
        kept = (
            f"stopped; {done}; the same command goes on" if (done := _done(folder)) else "stopped"
        )
        raise StoppedError(kept, getattr(stopped, "exit_code", 130)) from None
    except (EngineError, RewardError) as error:
        if not (done := _done(folder)):
            raise
        raise InputError(f"{error}; {done}; the same command goes on") from error
    finally:
        signal.signal(signal.SIGTERM, before)
        display.close()
    _show(folder)


def _as_interrupt(number: int, _: FrameType | None) -> None:
    raise Stopped("", 128 + number)


def _output() -> Console:
    """Standard output; a file or a pipe has room for lines of 110 characters."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=110)


def _usual_folder(model: str, dataset: str, samples: int, guided: bool) -> Path:
    def plain(text: str) -> str:
        return re.sub(r"[^\w.-]+", "-", text).strip("-.") or "model"

    name = model.rstrip("/").rpartition("/")[2] if "/" in model else model
    return Path("iapo-bench") / "_".join(
        [plain(name), plain(Path(dataset).name), f"k{samples}", *(["guided"] if guided else [])]
    )


def _require_report() -> None:
    """Before hours of answering, not after.

    Raises:
        InputError: a package that the figures and the report need is not installed.
    """
    import importlib.util

    for package in ("numpy", "jinja2"):
        if importlib.util.find_spec(package) is None:
            raise InputError(f"this needs the package `{package}`: pip install 'iapo[bench]'")


def _done(folder: Path) -> str:
    """How many answers a folder has, in words; "" for none."""
    from iapo.evaluate.folder import has_answers, read_run

    if not has_answers(folder):
        return ""
    run = read_run(folder)
    done = sum(map(len, run.samples))
    return f"{done} of {len(run.tasks) * run.asked} answers are kept in {folder}"


@bench_app.command()
def show(folder: Annotated[Path, typer.Argument(help="A run's folder.")]) -> None:
    """Print a run's figures again, and write its results.json and report.html anew."""
    _require_report()
    _show(folder)


def _show(folder: Path) -> None:
    from iapo.cli.bench_tables import print_run
    from iapo.evaluate.folder import read_run
    from iapo.evaluate.report import report_html
    from iapo.evaluate.results import results_json
    from iapo.evaluate.statistics import statistics

    run = read_run(folder)
    if not any(len(own) == run.asked for own in run.samples):
        raise InputError(f"{folder}: no task has all its samples yet; run the same command again")
    found = statistics(run)
    write_whole(folder / _RESULTS, json.dumps(results_json(run, found), indent=1) + "\n")
    write_whole(folder / _REPORT, report_html(run, found))
    print_run(_output(), run, found)
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"{folder / _RESULTS}\n{folder / _REPORT}", markup=False
    )


@bench_app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="Folder of the run to compare with.")],
    second: Annotated[Path, typer.Argument(help="Folder of the run that is compared.")],
    out: Annotated[Path | None, typer.Option(help="Write the figures to this .json file.")] = None,
) -> None:
    """What the second run gains over the first, paired by task."""
    from iapo.cli.bench_tables import print_comparison
    from iapo.evaluate.comparison import compare as compare_runs
    from iapo.evaluate.folder import read_run
    from iapo.evaluate.results import comparison_json

    _require_report()
    one, other = read_run(first), read_run(second)
    found = compare_runs(one, other)
    if out is not None:
        write_whole(out, json.dumps(comparison_json(one, other, found), indent=1) + "\n")
    print_comparison(_output(), str(first), str(second), found)
