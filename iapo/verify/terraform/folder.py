"""A Terraform program's files: from one text, or from a folder on disk."""

from __future__ import annotations

import os
from pathlib import Path

from iapo.errors import InputError
from iapo.verify.terraform.program import is_configuration

MAX_FILES = 2000
MAX_BYTES = 8_000_000
_SKIPPED = frozenset({".git", ".terraform", "node_modules", "__pycache__", ".venv"})


def single_program(text: str, path: str | None = None) -> dict[str, str]:
    """One text as a program of one file."""
    name = Path(path).name if path else ""
    if name.endswith(".tf.json") or (not name.endswith(".tf") and text.lstrip()[:1] == "{"):
        return {"main.tf.json": text}
    return {"main.tf": text}


def read_folder(folder: Path) -> dict[str, str]:
    """The text files of a module's folder and below, by relative path with forward slashes.

    Links are not followed and what is not UTF-8 is left out, so nothing outside is read.

    Raises:
        OSError: the folder cannot be read.
        InputError: no configuration in it, or more than `MAX_FILES` files or `MAX_BYTES` bytes.
    """
    files: dict[str, str] = {}
    size = 0
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in _SKIPPED)
        for name in sorted(names):
            path = Path(here) / name
            if path.is_symlink() or not path.is_file():
                continue
            size += path.stat().st_size
            if len(files) >= MAX_FILES or size > MAX_BYTES:
                raise InputError(
                    f"{folder}: more than {MAX_FILES} files or {MAX_BYTES} bytes; "
                    "name the folder of one module"
                )
            try:
                text = path.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                continue
            files[path.relative_to(folder).as_posix()] = text
    if not any("/" not in f and is_configuration(f) for f in files):
        raise InputError(f"{folder}: no .tf or .tf.json file in it")
    return files
