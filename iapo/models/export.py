"""A trained model as others take it: one plain Hugging Face folder, adapters folded in; or GGUF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from iapo.models import ModelError, load
from iapo.models.adapters import folded
from iapo.models.saving import save_model

GGUF_NAME = "model-f16.gguf"


def export(name: str, output: Path, *, dtype: str = "float32", gguf: bool = False) -> list[Path]:
    """Write a model with its tokenizer, chat template and generation settings.

    Args:
        name: what `iapo.models.load` takes.
        output: a folder; made if it is not there.
        dtype: of the weights: float32, bfloat16 or float16.
        gguf: also write `model-f16.gguf` into it.

    Returns:
        What was written.

    Raises:
        ModelError: the model cannot be loaded, the folder holds an adapter or cannot be written, or
            the architecture has no GGUF writer here.
    """
    if (output / "adapter_config.json").exists():
        raise ModelError(f"{output} holds an adapter; name another folder for the whole model")
    model, tokenizer = load(name, device="cpu", dtype="float32")
    whole = folded(model)
    written = [output]
    if gguf:
        from iapo.models.gguf_file import write_gguf

        # First: the cast below is in place, and bfloat16 has fewer digits than the file's floats.
        written.append(write_gguf(whole, tokenizer, output / GGUF_NAME))
    save_model(_cast(whole, dtype), tokenizer, output)
    return written


def _cast(model: Any, dtype: str) -> Any:
    import torch

    return model.to(getattr(torch, dtype))
