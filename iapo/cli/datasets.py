"""`iapo dataset`: list, show, check and export tasks."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from iapo.cli import app
from iapo.errors import InputError

if TYPE_CHECKING:
    from iapo.dataset import Dataset, Task

datasets_app = typer.Typer(no_args_is_help=True, help="Tasks: list, show, check, export.")
app.add_typer(datasets_app, name="dataset")

Category = Annotated[
    list[str] | None,
    typer.Option("--category", help="terraform, kubernetes, docker or cicd; may be repeated."),
]
Family = Annotated[
    list[str] | None,
    typer.Option(
        "--family",
        help="Only this family, e.g. terraform/s3; `benchmark` for those of IaC-Bench; may be repeated.",
    ),
]
Split = Annotated[str | None, typer.Option("--split", help="train, test or novel.")]
Size = Annotated[int | None, typer.Option("--size", help="How many tasks.")]
Seed = Annotated[int, typer.Option("--seed", help="Which tasks are drawn.")]
Procedural = Annotated[
    bool | None,
    typer.Option("--procedural/--written", help="Only generated, or only hand-written tasks."),
]


def task_named(name: str) -> Task:
    """The benchmark task of this id.

    Raises:
        InputError: there is none; the nearest ids are named.
    """
    import difflib

    from iapo.dataset import load_benchmark

    tasks = {task.id: task for task in load_benchmark()}
    if name in tasks:
        return tasks[name]
    near = difflib.get_close_matches(name, tasks, n=3, cutoff=0.4)
    hint = f"; did you mean {' or '.join(near)}?" if near else "; see `iapo dataset list`"
    raise InputError(f"no task {name!r}{hint}")


def _tasks(
    category: list[str] | None,
    family: list[str] | None,
    split: str | None,
    size: int | None,
    seed: int,
    procedural: bool | None,
) -> Dataset:
    from iapo.dataset import create_dataset

    return create_dataset(
        size, category or None, split, seed=seed, procedural=procedural, families=family or None
    )


@datasets_app.command("list")
def list_tasks(
    category: Category = None,
    family: Family = None,
    split: Split = None,
    size: Size = None,
    seed: Seed = 0,
    procedural: Procedural = None,
    counts: Annotated[bool, typer.Option("--counts", help="Only how many of each.")] = False,
) -> None:
    """One line a task: id, format, split, difficulty, and how its prompt begins."""
    tasks = _tasks(category, family, split, size, seed, procedural)
    out = Console(highlight=False, soft_wrap=True)
    if counts:
        table = Table("category", "format", "split", "tasks")
        groups = Counter((t.category, t.format, t.split) for t in tasks)
        for (group, format, part), count in sorted(groups.items()):
            table.add_row(group, format, part, str(count))
        table.add_row("all", "", "", str(len(tasks)))
        out.print(table)
        return
    for task in tasks:
        beginning = " ".join(task.instruction.split())[:70]
        out.print(
            f"{task.id}  {task.format}  {task.split}  {task.difficulty}  {beginning}", markup=False
        )


@datasets_app.command()
def show(name: Annotated[str, typer.Argument(help="Id of a task.")]) -> None:
    """A task whole: prompt, intent and reference."""
    import yaml

    task = task_named(name)
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"{task.id}  {task.format}  {task.split}  difficulty {task.difficulty}", style="bold")
    out.print(f"\n{task.prompt}\n", markup=False)
    if task.intent is not None:
        out.print("intent", style="bold")
        out.print(yaml.safe_dump(dict(task.intent.data), sort_keys=False), markup=False)
    out.print("reference", style="bold")
    out.print(task.output, markup=False)


@datasets_app.command()
def check() -> None:
    """Prove that every benchmark task is sound; exit 1 and a line each where one is not."""
    from iapo.dataset import check as check_benchmark
    from iapo.dataset import load_benchmark

    findings = check_benchmark()
    for finding in findings:
        print(finding)
    tasks = load_benchmark()
    by_category = Counter(task.category for task in tasks)
    parts = ", ".join(f"{count} {name}" for name, count in sorted(by_category.items()))
    errors = Console(stderr=True, highlight=False)
    errors.print(f"{len(tasks)} tasks ({parts}), {len(findings)} findings")
    raise typer.Exit(1 if findings else 0)


@datasets_app.command()
def export(
    path: Annotated[
        Path, typer.Argument(help="What to write: a .jsonl file, or with --hf a folder.")
    ],
    category: Category = None,
    family: Family = None,
    split: Split = None,
    size: Size = None,
    seed: Seed = 0,
    procedural: Procedural = None,
    hf: Annotated[
        bool,
        typer.Option(
            "--hf/--alpaca",
            help="A folder for `datasets.load_from_disk`, or Alpaca records, one JSON object a line.",
        ),
    ] = False,
    outputs: Annotated[
        bool, typer.Option("--outputs/--no-outputs", help="With the references, or without.")
    ] = True,
    intents: Annotated[
        bool,
        typer.Option(
            "--intents/--no-intents",
            help="Alpaca records with id, format, family, difficulty and intent.",
        ),
    ] = False,
) -> None:
    """Write tasks as Alpaca records (instruction, input, output) or as a `datasets.Dataset`.

    With --intents a file holds all of a task, and `--data` and `--dataset` read it back.
    """
    if hf and intents:
        raise InputError("--intents is for Alpaca records; take away --hf or --intents")
    tasks = _tasks(category, family, split, size, seed, procedural)
    try:
        if hf:
            if path.is_file():
                raise InputError(f"{path}: is a file; --hf writes a folder")
            tasks.to_hf(output=outputs).save_to_disk(str(path))
        else:
            records = [
                task.to_record(output=outputs) if intents else task.to_alpaca(output=outputs)
                for task in tasks
            ]
            lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None
    Console(stderr=True, highlight=False).print(f"{len(tasks)} records in {path}", markup=False)


@datasets_app.command()
def gallery(path: Annotated[Path, typer.Argument(help="A .md file to write.")]) -> None:
    """Write one task of each family of the benchmark, with prompt, intent and reference."""
    from iapo.dataset import load_benchmark
    from iapo.dataset.gallery import gallery_of

    try:
        path.write_text(gallery_of(load_benchmark()), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
