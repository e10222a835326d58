"""`iapo plan`, `iapo policy` and `iapo schemas`: Terraform plans, rules over them, provider schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from iapo.cli import app
from iapo.errors import InputError

schemas_app = typer.Typer(no_args_is_help=True, help="Provider schemas: list, add.")
app.add_typer(schemas_app, name="schemas")


@app.command()
def plan(
    path: Annotated[Path, typer.Argument(help="A Terraform file or module directory.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="The document that `terraform show -json` prints.")
    ] = False,
) -> None:
    """Plan offline: planned values, references and outputs, without provider or credentials."""
    from iapo.verify import verify_path
    from iapo.verify.output import as_lines

    if not path.exists():
        raise InputError(f"{path}: no such file or directory")
    report = verify_path(path, "terraform", plan=True)
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
    query: Annotated[str, typer.Option(help="What to ask.")] = "data.terraform.deny",
) -> None:
    """Evaluate Rego over the plan in process. Exit 1 where the query yields anything."""
    from iapo.verify import verify_path
    from iapo.verify.discover import read_text
    from iapo.verify.terraform.policy import evaluate_policy

    if not path.exists():
        raise InputError(f"{path}: no such file or directory")
    report = verify_path(path, "terraform", plan=True)
    if report.plan is None:
        raise InputError(f"{path}: no plan can be made; see `iapo verify {path}`")
    sources = {str(file): read_text(file) for file in rego}
    answer = evaluate_policy(report.plan, sources, query)
    print(json.dumps(answer, indent=2))
    raise typer.Exit(1 if answer else 0)


@schemas_app.command("list")
def list_schemas() -> None:
    """The provider versions that programs can be judged with."""
    from iapo.verify.terraform.catalogue import list_schemas as entries

    table = Table("provider", "version", "from")
    for entry in entries():
        table.add_row(entry.source, entry.version, "shipped" if entry.shipped else str(entry.path))
    Console(highlight=False, soft_wrap=True).print(table)


@schemas_app.command()
def add(
    file: Annotated[Path, typer.Argument(help="Output of `terraform providers schema -json`.")],
    version: Annotated[str | None, typer.Option(help="The provider's version, e.g. 1.2.0.")] = None,
) -> None:
    """Add a private or newer provider's schemas to the catalogue of this user."""
    from iapo.verify.terraform.catalogue import add_schemas

    for entry in add_schemas(file, version=version):
        print(f"{entry.source} {entry.version}")
