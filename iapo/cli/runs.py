"""`iapo runs show`: the story of a training run in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from iapo.cli import app
from iapo.verify.output import one_line, printable

runs = typer.Typer(help="Look at training runs.", no_args_is_help=True)
app.add_typer(runs, name="runs")

_LINES = 30  # of a completion that are shown
_WIDTH = 48  # of a curve


@runs.command()
def show(
    folder: Annotated[Path, typer.Argument(help="The run's folder (--output of iapo train).")],
    completions: Annotated[
        int, typer.Option(min=0, help="How many of the best and of the worst to print.")
    ] = 2,
) -> None:
    """Curves, held-out results, what still goes wrong, and the best and worst answers of a run."""
    from iapo.train.story import read_story

    story = read_story(folder, completions=completions)
    console = Console(highlight=False)
    stages = ", ".join(f"{name} {count}" for name, count in story.stages.items()) or "no step yet"
    console.print(f"[bold]{escape(story.model)}[/] in {escape(str(folder))}: {stages}")
    if not story.finished:
        console.print(f"not finished; iapo train --resume {folder} goes on", markup=False)
    for warning in story.warnings:
        console.print(Text(f"warning: {warning}", style="bold yellow"))
    if story.judged:
        table = _table("held out", "", "pass rate", "verifies", "mean reward")
        for name, passed, valid, reward in story.judged:
            table.add_row(escape(name), f"{passed:.1%}", f"{valid:.1%}", f"{reward:.3f}")
        console.print(table)
    if story.probe:
        found = story.probe
        console.print(
            f"before GRPO: pass@1 {found['pass_at_1']:.0%}, pass@{found['group_size']} "
            f"{found['pass_at_group']:.0%}, answers differ on {found['spread']:.0%} of "
            f"{found['prompts']} prompts"
        )
    if story.curves:
        _print_curves(console, story)
    if story.troubles:
        table = _table(
            "diagnostics, share of samples", "", "early", "middle", "late", "for example"
        )
        for trouble in story.troubles:
            shares = [f"{share:.0%}" for share in trouble.shares]
            table.add_row(escape(trouble.code), *shares, escape(one_line(trouble.example)[:70]))
        console.print(table)
    for title, records in (("best", story.best), ("worst", story.worst)):
        for record in records:
            _print_completion(console, title, record)


def _print_curves(console: Console, story: Any) -> None:
    from iapo.train.display import sparkline
    from iapo.train.story import Curve

    table = _table("GRPO, means of the first and last five steps", "", "first", "last", "")
    curves: tuple[Curve, ...] = story.curves
    for curve in curves:
        line = sparkline(_thinned(curve.values)) if len(curve.values) > 1 else ""
        table.add_row(curve.name, f"{curve.first:.3f}", f"{curve.last:.3f}", line)
    console.print(table)
    skipped = story.groups - story.used
    share = skipped / story.groups if story.groups else 0.0
    console.print(
        f"{story.groups} groups sampled, {skipped} ({share:.0%}) without spread and skipped; "
        f"{story.left_out} samples left out, {story.retired} tasks retired"
    )
    total = sum(story.seconds.values())
    if total:
        parts = ", ".join(f"{name} {took / total:.0%}" for name, took in story.seconds.items())
        console.print(f"time of a GRPO step: {parts}")


def _thinned(values: tuple[float, ...]) -> list[float]:
    """At most as many values as a curve has columns, each the mean of its share."""
    if len(values) <= _WIDTH:
        return list(values)
    bounds = [round(i * len(values) / _WIDTH) for i in range(_WIDTH + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in pairwise(bounds)]


def _print_completion(console: Console, title: str, record: Mapping[str, Any]) -> None:
    components = "  ".join(f"{name} {value:.2f}" for name, value in record["components"].items())
    console.print()
    console.print(
        Text(
            f"{title}: {record['task']}  reward {record['reward']:.3f}  {components}", style="bold"
        )
    )
    lines = [printable(line.expandtabs()) for line in record["completion"].splitlines()]
    lines = lines or ["(nothing)"]
    shown = lines[:_LINES]
    if len(lines) > _LINES:
        shown.append(f"... {len(lines) - _LINES} more lines")
    console.print(Padding(Text("\n".join(shown)), (0, 0, 0, 2)))
    for code, message in record["diagnostics"]:
        console.print(Text(f"  {code}: {one_line(message)}", style="red"))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for index, column in enumerate(columns):
        last = index == len(columns) - 1 and column in ("", "for example")
        table.add_column(column, justify="left" if index == 0 or last else "right")
    return table
