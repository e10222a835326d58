"""`iapo plan`, `iapo policy` and `iapo schemas`: Terraform plans, rules over them, provider schemas."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from iapo.cli import app
from iapo.errors import InputError
from iapo.verify.report import Report

schemas_app = typer.Typer(no_args_is_help=True, help="Provider schemas: list, add.")
app.add_typer(schemas_app, name="schemas")


def _planned(path: Path) -> Report:
    """The report on a file or directory, with its plan where there is one."""
    from iapo.verify import verify_path

    if not path.exists():
        raise InputError(f"{path}: no such file or directory")
    try:
        return verify_path(path, "terraform", plan=True)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None


@app.command()
def plan(
    path: Annotated[Path, typer.Argument(help="A Terraform file or module directory.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="The document that `terraform show -json` prints.")
    ] = False,
) -> None:
    """Plan offline: planned values, references and outputs, without provider or credentials."""
    from iapo.verify.output import as_lines

    report = _planned(path)
    if report.plan is None:
        errors = Console(stderr=True, highlight=False, soft_wrap=True)
        for line in as_lines(str(path), report):
            errors.print(line)
        raise typer.Exit(1)
    if as_json:
        print(json.dumps(report.plan.json))
        return
    out = Console(highlight=False, soft_wrap=True)
    for resource in report.plan.resources:
        out.print(f"{'/'.join(resource.actions):<8} {resource.address}", markup=False)
    for name, value in report.plan.outputs.items():
        shown = "(known after apply)" if value is None else json.dumps(value)
        out.print(f"output   {name} = {shown}", markup=False)


@app.command()
def policy(
    path: Annotated[Path, typer.Argument(help="A Terraform file or module directory.")],
    rego: Annotated[list[Path], typer.Option("--rego", help="A Rego file; may be repeated.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Evaluate Rego over the plan in process. Exit 0: it passes; 1: something denies."""
    from iapo.verify.discover import read_text
    from iapo.verify.output import one_line
    from iapo.verify.terraform.policy import check_policy

    report = _planned(path)
    if report.plan is None:
        raise InputError(f"{path}: no plan can be made; see `iapo verify {path}`")
    try:
        result = check_policy(report.plan, [read_text(file) for file in rego])
    except ImportError as error:
        raise InputError(str(error)) from None
    if as_json:
        print(json.dumps(asdict(result)))
    else:
        for denial in result.denials:
            print(f"{path}: denied: {one_line(denial)}")
        for warning in result.warnings:
            print(f"{path}: warning: {one_line(warning)}")
    raise typer.Exit(0 if result.passed else 1)


@schemas_app.command("list")
def list_schemas() -> None:
    """The provider versions that programs can be judged with."""
    from iapo.verify.terraform.catalogue import list_schemas as entries

    rows = [
        (entry.source, entry.version, "shipped" if entry.shipped else str(entry.path))
        for entry in entries()
    ]
    # Plain columns: a table would be cut to the width of a terminal that a pipe does not have.
    wide, narrow = (max(len(row[at]) for row in rows) for at in (0, 1))
    for source, version, origin in rows:
        print(f"{source:<{wide}}  {version:<{narrow}}  {origin}")


@schemas_app.command()
def add(
    file: Annotated[Path, typer.Argument(help="Output of `terraform providers schema -json`.")],
    version: Annotated[str | None, typer.Option(help="The provider's version, e.g. 1.2.0.")] = None,
) -> None:
    """Add a private or newer provider's schemas to the catalogue of this user."""
    from iapo.verify.terraform.catalogue import add_schemas

    for entry in add_schemas(file, version=version):
        print(f"{entry.source} {entry.version}")
