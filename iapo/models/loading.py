"""From a name to a model and its tokenizer."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from iapo.models.default import SHIPPED, shipped_folder
from iapo.models.device import choose_device, choose_dtype
from iapo.models.embedded import EMBEDDED, embedded_folder
from iapo.models.errors import ModelError
from iapo.models.kernel_caches import bound_kernel_caches
from iapo.models.quiet import quiet


def load(
    name: str | os.PathLike[str], *, device: str = "auto", dtype: str = "auto"
) -> tuple[Any, Any]:
    """A causal language model, in evaluation mode on its device, and its tokenizer.

    Args:
        name: a local folder (a transformers model or a peft adapter), `smollm2-135m` (embedded: it
            comes from the Python package index), `smollm2-135m-iapo` (that one, trained here), or a
            name on the Hugging Face hub.
        device: `auto`, or what torch understands (`cpu`, `cuda:1`, `mps`).
        dtype: `auto`, or `float32`, `bfloat16`, `float16`.

    Raises:
        ModelError: one line: what is missing and what to do instead.
    """
    bound_kernel_caches()
    where = choose_device(device)
    folder = _folder(str(name))
    local = folder.exists()
    if local and not folder.is_dir():
        raise ModelError(f"{folder} is a file; --model wants a folder or a name")
    if not local and _looks_like_a_path(str(name)):
        raise ModelError(f"no model folder at {name}")
    source = str(folder) if local else str(name)
    options: dict[str, Any] = {
        "dtype": choose_dtype(where, dtype),
        "attn_implementation": "sdpa",
        "local_files_only": local or not _hub_answers(str(name)),
    }
    try:
        with quiet():
            if local and (folder / "adapter_config.json").is_file():
                model, tokenizer = _load_adapter(folder, options)
            else:
                model, tokenizer = _load_plain(source, options)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ModelError(_explain(str(name), local, error)) from error
    if str(name) == EMBEDDED:  # what adapters on it name as their base, on whichever machine
        model.name_or_path = model.config._name_or_path = EMBEDDED
    _complete_tokenizer(model, tokenizer, str(name))
    return model.to(where).eval(), tokenizer


def _folder(name: str) -> Path:
    if name == EMBEDDED:
        return embedded_folder()
    shipped = shipped_folder() if name == SHIPPED else None
    return shipped or Path(name).expanduser()


def _load_plain(source: str, options: dict[str, Any]) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=options["local_files_only"])
    return AutoModelForCausalLM.from_pretrained(source, **options), tokenizer


def _load_adapter(folder: Path, options: dict[str, Any]) -> tuple[Any, Any]:
    from peft import PeftModel
    from transformers import AutoTokenizer

    from iapo.models.low_rank import lean

    base = json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"]
    model, tokenizer = load(base, device="cpu", dtype=str(options["dtype"]).removeprefix("torch."))
    if (folder / "tokenizer_config.json").is_file():
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    adapted = PeftModel.from_pretrained(
        model, str(folder), is_trainable=True, autocast_adapter_dtype=False
    )
    return lean(adapted), tokenizer


def _complete_tokenizer(model: Any, tokenizer: Any, name: str) -> None:
    if tokenizer.eos_token_id is None:
        raise ModelError(f"the tokenizer of {name} has no end-of-sequence token")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"


def stop_tokens(model: Any, tokenizer: Any) -> tuple[int, ...]:
    """Every token that ends an answer: the tokenizer's, and those of the generation settings."""
    stops = {int(tokenizer.eos_token_id)}
    listed = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    if listed is not None:
        stops.update(int(t) for t in (listed if isinstance(listed, list | tuple) else [listed]))
    return tuple(sorted(stops))


def _hub_answers(name: str) -> bool:
    """Ask once, with a short limit: the hub client itself retries for most of a minute."""
    from huggingface_hub import constants, get_session

    if constants.HF_HUB_OFFLINE:
        return False
    try:
        get_session().head(f"{constants.ENDPOINT}/{name}/resolve/main/config.json", timeout=10)
    except Exception:  # its HTTP library differs between versions, and so do the classes it raises
        return False
    return True


def _looks_like_a_path(name: str) -> bool:
    return name.startswith((".", "/", "~")) or name.count("/") > 1 or name.endswith(os.sep)


def _explain(name: str, local: bool, error: Exception) -> str:
    said = str(error).strip().splitlines()
    first = said[0] if said else type(error).__name__
    if local:
        return f"{name} does not hold a model that can be loaded: {first}"
    return (
        f"model {name!r} is not a local folder and cannot be had from the Hugging Face hub "
        f"({type(error).__name__}); `{EMBEDDED}` is embedded and needs only the Python package index"
    )
