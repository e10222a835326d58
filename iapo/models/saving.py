"""Write a model so that transformers (or peft, for adapters) loads it; never half of one."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from iapo.models.errors import ModelError
from iapo.models.quiet import quiet
from iapo.whole_file import usual_mode


def save_model(model: Any, tokenizer: Any, folder: str | os.PathLike[str]) -> Path:
    """Write model (or adapter) and tokenizer into a folder, beside what is in it already.

    Everything is written aside first, then renamed file by file.

    Raises:
        ModelError: the folder cannot be written, a full disk for one.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".model-", dir=target) as aside, quiet():
            # Whether to keep embeddings beside an adapter peft would ask the hub.
            adapter = {"save_embedding_layers": False} if hasattr(model, "peft_config") else {}
            model.save_pretrained(aside, **adapter)
            tokenizer.save_pretrained(aside)
            Path(aside, "README.md").unlink(missing_ok=True)  # a form to fill in, from peft
            for file in sorted(Path(aside).iterdir()):
                for part in (file, *file.rglob("*")):  # made for this process alone
                    part.chmod(usual_mode(folder=part.is_dir()))
                if file.is_dir():
                    shutil.rmtree(target / file.name, ignore_errors=True)
                file.replace(target / file.name)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ModelError(f"cannot save the model in {target}: {reason.splitlines()[0]}") from error
    return target
