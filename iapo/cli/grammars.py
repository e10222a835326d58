"""`iapo grammar`: a format's grammar as text, for engines that take one."""

from __future__ import annotations

from typing import Annotated

import typer

from iapo.cli import app
from iapo.errors import InputError


@app.command()
def grammar(
    format: Annotated[str, typer.Argument(help="dockerfile: the one that a grammar can say.")],
) -> None:
    """Print a grammar in GBNF, for llama.cpp's --grammar-file and vLLM's structured outputs.

    It knows instructions, flags and the forms of their arguments. Which stages and variables there are
    only the guide knows (iapo generate, iapo bench --guided).
    """
    if format != "dockerfile":
        raise InputError(f"no grammar can say {format}; there is one for: dockerfile")
    from iapo.generate.guide.dockerfile.grammar import grammar as text

    typer.echo(text(), nl=False)
