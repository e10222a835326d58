"""The `iapo` command. Thin: each subcommand reads its arguments, calls one room, prints.

Exit codes: 0 success, 1 something is invalid, 2 bad usage or input, 3 no candidate verified
(`generate`), 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from iapo import __version__
from iapo.errors import InputError
from iapo.verify.output import one_line

app = typer.Typer(
    name="iapo",
    help="Teach small language models to write infrastructure code that real tools accept.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


# Typer carries its own copy of click in some releases: ask it for the class.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"iapo {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    pass


class StoppedError(Exception):
    """A command was stopped. Not a KeyboardInterrupt: Typer would keep what those say to itself.

    Attributes:
        exit_code: 128 and the signal: 130 or 143.
    """

    def __init__(self, message: str, exit_code: int = 130) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def main() -> None:
    """Run the command line: a user's mistake ends in one line and exit code 2, never a traceback."""
    from iapo.cli import (  # noqa: F401
        benchmarking,
        datasets,
        exporting,
        generation,
        grammars,
        infrastructure,
        runs,
        training,
        verification,
    )

    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        code = app(standalone_mode=False)
    except _UsageError as error:
        error.show()  # type: ignore[attr-defined]
        code = 2
    except InputError as error:
        errors.print(Text.assemble(("error", "bold red"), f": {one_line(str(error))}"))
        code = 2
    except StoppedError as stopped:
        errors.print(str(stopped), markup=False)
        code = stopped.exit_code
    except (KeyboardInterrupt, typer.Abort):
        errors.print("interrupted")
        code = 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
