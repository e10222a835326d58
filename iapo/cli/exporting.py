"""`iapo export`: a trained model as one plain folder, and as GGUF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from iapo.cli import app
from iapo.errors import InputError

_DTYPES = ("float32", "bfloat16", "float16")


@app.command()
def export(
    model: Annotated[
        str, typer.Argument(help="A folder with a model or an adapter, or a model's name.")
    ],
    output: Annotated[Path, typer.Option("--output", help="The folder to write.")],
    gguf: Annotated[
        bool,
        typer.Option("--gguf", help="Also write model-f16.gguf into it, for llama.cpp and Ollama."),
    ] = False,
    dtype: Annotated[
        str, typer.Option(help="Of the folder's weights: float32, bfloat16 or float16.")
    ] = "float32",
) -> None:
    """Write a model that needs no IAPO: adapters folded in, with tokenizer and chat template.

    Prints what was written.
    """
    if dtype not in _DTYPES:
        raise InputError(f"unknown dtype {dtype!r}; one of {', '.join(_DTYPES)}")
    from iapo.models.export import export as write

    for path in write(model, output, dtype=dtype, gguf=gguf):
        typer.echo(path)
