"""`iapo generate`: ask a model for infrastructure code, verify what it writes, print the best."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.status import Status

from iapo.cli import app
from iapo.cli.verification import format_option
from iapo.whole_file import check_place, write_whole

if TYPE_CHECKING:
    from iapo.generate import Generation


@app.command()
def generate(
    request: Annotated[str, typer.Argument(help="What to write, in words.")],
    format: Annotated[
        str | None,
        typer.Option(
            help="Told from the file or the request if left out; see `iapo verify --help`."
        ),
    ] = None,
    samples: Annotated[
        int, typer.Option("-n", "--samples", min=1, max=64, help="Candidates a round.")
    ] = 8,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the code to this file, if it verifies, not to stdout."),
    ] = None,
    edit: Annotated[
        Path | None,
        typer.Option("--edit", help="A file to change; the whole changed file is the answer."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Name or folder, e.g. iapo-model; the one that comes with IAPO if left out."
        ),
    ] = None,
    repairs: Annotated[
        int,
        typer.Option(min=0, max=8, help="Rounds in which the errors of the best are given back."),
    ] = 2,
    max_new_tokens: Annotated[
        int | None,
        typer.Option(
            min=1, help="Longest answer, in tokens; 400, or by the length of the file, if left out."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the drawn candidates.")] = 0,
    guide: Annotated[
        bool,
        typer.Option(
            "--guide/--no-guide",
            help="Let the model write only what can still become valid code (Terraform).",
        ),
    ] = True,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say what was understood, how candidates fared, and why."),
    ] = False,
) -> None:
    """Write infrastructure code that verifies: only code on stdout, all else on stderr.

    Asks the model for several candidates at once, verifies and ranks them, gives the errors of the
    best one back while none verifies, and prints the best.

    Exit 0: it verifies. 3: none does; the best attempt is on stdout, its diagnostics on stderr, and
    --out is not written. 2: bad input.
    """
    from iapo.generate import generate as write
    from iapo.generate.explaining import as_explained
    from iapo.verify.output import as_lines

    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    begin = time.perf_counter()
    if out is not None:
        check_place(out)
    status = Status("understanding the request", console=errors)
    with status if errors.is_terminal else nullcontext():
        done = write(
            request,
            model,
            format=format_option(format),
            edit=edit,
            samples=samples,
            repairs=repairs,
            max_new_tokens=max_new_tokens,
            seed=seed,
            guided=guide,
            watch=status.update,
        )
    best = done.best
    if explain:
        for line in as_explained(done, time.perf_counter() - begin):
            errors.print(line, markup=False)
    for diagnostic in as_lines(str(out or best.report.format), best.report):
        errors.print(diagnostic)
    if not best.accepted:
        errors.print(_verdict(done, out), markup=False)
    if out is not None and best.accepted:
        write_whole(out, best.code)
    else:
        sys.stdout.buffer.write(best.code.encode())
        sys.stdout.flush()
    raise typer.Exit(0 if best.accepted else 3)


def _verdict(done: Generation, out: Path | None) -> str:
    """What is wrong with the best attempt, in a line."""
    best, count = done.best, len(done.candidates)
    what = f"the best {best.standing}"
    if not best.whole:
        what += " (if not by a loop, raise --max-new-tokens)"
    kept = f"; {out} is left alone" if out is not None else ""
    return f"none of {count} candidates can be used: {what}{kept}"
