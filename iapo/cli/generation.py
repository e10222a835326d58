"""`iapo generate`: ask a model for infrastructure code, verify what it writes, print the best."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from iapo.cli import app
from iapo.cli.verification import format_option
from iapo.errors import InputError


@app.command()
def generate(
    request: Annotated[str, typer.Argument(help="What to write, in words.")],
    format: Annotated[
        str | None,
        typer.Option(help="Told from the request if left out; see `iapo verify --help`."),
    ] = None,
    samples: Annotated[int, typer.Option("-n", "--samples", min=1, max=64, help="Candidates.")] = 4,
    out: Annotated[Path | None, typer.Option("--out", help="Write the code to this file.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Name or folder, e.g. iapo-model; the one that comes with IAPO if left out."
        ),
    ] = None,
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest answer, in tokens.")] = 400,
    seed: Annotated[int, typer.Option(help="Of the sampled candidates.")] = 0,
    guide: Annotated[
        bool,
        typer.Option(
            "--guide/--no-guide",
            help="Let the model write only what can still become valid code (Terraform).",
        ),
    ] = True,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say how the candidates fared.")
    ] = False,
) -> None:
    """Print code only; everything else goes to standard error.

    Exit 0: the code verifies; 3: none of the candidates does, and the best attempt is printed with
    its diagnostics.
    """
    from iapo.generate import generate as write
    from iapo.verify.output import as_lines

    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    ranked = write(
        request,
        model=model,
        format=format_option(format),
        samples=samples,
        max_new_tokens=max_new_tokens,
        seed=seed,
        guided=guide,
    )
    best = ranked[0]
    if explain:
        for place, candidate in enumerate(ranked, start=1):
            verdict = {True: "verifies", False: "invalid", None: "cannot be judged"}
            errors.print(
                f"{place}. {verdict[candidate.report.valid]}, reward {candidate.score:.3f}"
            )
    for line in as_lines(str(out or best.report.format or "answer"), best.report):
        errors.print(line)
    code = best.code if best.code.endswith("\n") else best.code + "\n"
    if out is None:
        sys.stdout.write(code)
    else:
        write_whole(out, code)
    raise typer.Exit(0 if best.report.valid else 3)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees a half of it: aside, then renamed.

    Raises:
        InputError: it cannot be written.
    """
    try:
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(aside).chmod(0o644)
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
