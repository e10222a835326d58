"""`iapo verify` and `iapo score`: judge files, judge an answer against a task."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from iapo.cli import app
from iapo.errors import InputError
from iapo.verify.report import CATEGORIES, FORMATS, Format, Report

if TYPE_CHECKING:
    from iapo.verify.discover import Target


def format_option(name: str | None) -> Format | None:
    """The format a user named.

    Raises:
        InputError: there is no such format; the message names those there are.
    """
    if name is None:
        return None
    for known in FORMATS:
        if name == known:
            return known
    raise InputError(f"unknown format {name!r}; one of {', '.join(FORMATS)}")


@app.command()
def verify(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Files, or directories to walk; - for standard input. This directory if left out.",
            show_default=False,
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(help="Pattern of files or folders to pass over on a walk; may be repeated."),
    ] = None,
    format: Annotated[
        str | None, typer.Option(help=f"Judge as this format: {', '.join(FORMATS)}.")
    ] = None,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
    sarif: Annotated[
        bool, typer.Option("--sarif", help="A SARIF 2.1.0 log for code scanning.")
    ] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Ask the real tool too, where it is installed.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="What cannot be judged offline counts as invalid.")
    ] = False,
    kubernetes_version: Annotated[
        str | None,
        typer.Option(help="Version of the cluster that manifests are for; the newest if left out."),
    ] = None,
    crds: Annotated[
        list[Path] | None,
        typer.Option(help="CustomResourceDefinitions to know; a file or folder, may be repeated."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Errors only.")] = False,
) -> None:
    """Judge infrastructure files offline. Exit 0: all valid; 1: some invalid; 2: bad usage.

    A directory that holds .tf files is judged as one Terraform module.
    """
    from iapo.verify.discover import find_targets
    from iapo.verify.judge import judge_targets, missing_oracles

    known = format_option(format)
    named = paths or [Path()]
    files = [path for path in named if str(path) != "-"]
    targets = [_standard_input(known)] if len(files) < len(named) else []
    targets += find_targets(files, known, exclude or ())
    if not targets:
        raise InputError(f"nothing to judge below {', '.join(map(str, named))}")
    reports = judge_targets(
        targets, thorough=thorough, kubernetes_version=kubernetes_version, crds=crds or ()
    )
    if thorough:
        for advice in missing_oracles(reports):
            typer.echo(f"not asked for {advice}", err=True)
    judged = [(target.path, report) for target, report in zip(targets, reports, strict=True)]
    _print(judged, json_lines=json_lines, sarif=sarif, quiet=quiet)
    failed = any(r.valid is False or (strict and r.valid is None) for r in reports)
    raise typer.Exit(1 if failed else 0)


def _standard_input(format: Format | None) -> Target:
    from iapo.verify.detect import detect_format
    from iapo.verify.discover import Target

    text = sys.stdin.buffer.read().decode("utf-8", errors="surrogateescape")
    return Target("-", format or detect_format(text), text)


def _print(
    judged: Sequence[tuple[str, Report]], *, json_lines: bool, sarif: bool, quiet: bool
) -> None:
    from iapo.verify.output import as_annotation, as_json_line, as_lines, as_sarif

    if sarif:
        print(json.dumps(as_sarif(judged), indent=2))
        return
    if json_lines:
        for path, report in judged:
            print(as_json_line(path, report))
        return
    out = Console(highlight=False, soft_wrap=True)
    in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
    for path, report in judged:
        if in_actions:
            for diagnostic in report.diagnostics:
                print(as_annotation(path, diagnostic))
        for line, severe in zip(as_lines(path, report), _severities(report), strict=True):
            if severe or not quiet:
                out.print(line)
    if not quiet:
        Console(stderr=True, highlight=False).print(_summary([r for _, r in judged]))


def _severities(report: Report) -> list[bool]:
    return [d.severity == "error" for d in report.diagnostics] or [False] * (report.valid is None)


def _summary(reports: Sequence[Report]) -> str:
    valid = sum(r.valid is True for r in reports)
    invalid = sum(r.valid is False for r in reports)
    unjudged = len(reports) - valid - invalid
    parts = [f"[green]{valid} valid[/]"]
    if invalid:
        parts.append(f"[red]{invalid} invalid[/]")
    if unjudged:
        parts.append(f"[yellow]{unjudged} not judged[/]")
    return ", ".join(parts)


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="What a model wrote; - for standard input.")],
    category: Annotated[
        str | None,
        typer.Option(
            help=f"{', '.join(CATEGORIES)}, or a format. Told by the task or the file if left out."
        ),
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="Id of a benchmark task (see `iapo dataset list`).")
    ] = None,
    alpha: Annotated[float, typer.Option(help="Weight of the syntax component.")] = 0.4,
    beta: Annotated[float, typer.Option(help="Weight of the correctness component.")] = 0.3,
    gamma: Annotated[float, typer.Option(help="Weight of the format component.")] = 0.3,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Score an answer with the training reward, and say why each point was lost."""
    from iapo.cli.datasets import task_named
    from iapo.rewards import IaCReward
    from iapo.verify.detect import detect_format
    from iapo.verify.output import one_line

    text, path = _answer(file)
    chosen = task_named(task) if task else None
    judged_as = category or (chosen.format if chosen else detect_format(text, path))
    if judged_as is None:
        raise InputError(f"{file}: the format cannot be told; name it with --category")
    result = IaCReward(alpha, beta, gamma).score_detailed(text, judged_as, chosen)
    if as_json:
        losses = [loss._asdict() for loss in result.losses]
        record = {"path": str(file), "score": result.total, "components": result.components}
        print(json.dumps({**record, "losses": losses, **result.report.as_dict()}))
        return
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"score {result.total:.3f}")
    for name, value in result.components.items():
        out.print(f"  {name:<12} {value:.3f}")
        for loss in result.losses:
            if loss.component == name:
                out.print(f"    -{loss.points:.3f}  {one_line(loss.why)}", markup=False)


def _answer(file: Path) -> tuple[str, str | None]:
    """The text to score, and its name where it has one."""
    from iapo.verify.discover import read_text

    if str(file) == "-":
        return sys.stdin.buffer.read().decode("utf-8", errors="surrogateescape"), None
    return read_text(file), str(file)
