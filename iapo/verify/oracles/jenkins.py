"""Groovy itself, as the oracle of Jenkinsfiles: parsed to the CONVERSION phase, never executed.

Needs the `groovy` command (2.4, the version inside Jenkins; Debian's package has it) and a Java
that it runs on (8 to 17). The structure of Declarative Pipeline is checked on Groovy's own syntax
tree by `declarative.groovy` beside this file. Jenkins and its plugins are not asked: names of
options, triggers, parameters and tools are not judged.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from iapo.verify.report import Diagnostic, Report, verdict

TOOL = "groovy"
TIMEOUT_SECONDS = 600
_SCRIPT = Path(__file__).with_name("declarative.groovy")


@dataclass(frozen=True)
class Judged:
    """One text's report and how long Groovy took for it, in milliseconds, in a warm process."""

    report: Report
    milliseconds: float


@cache
def _program() -> tuple[str, str] | None:
    """The groovy command and the home of a Java for it, or None."""
    groovy = shutil.which("groovy")
    java = shutil.which("java")
    if groovy is None or java is None:
        return None
    home = os.environ.get("JAVA_HOME")
    if home is None or not Path(home, "bin", "java").exists():
        home = str(Path(java).resolve().parents[1])
    asked = subprocess.run(
        [groovy, "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "JAVA_HOME": home},
        check=False,
    )
    return (groovy, home) if asked.returncode == 0 and " 2." in asked.stdout else None


def available() -> bool:
    """Whether Groovy 2 and a Java for it are installed."""
    return _program() is not None


def oracle(text: str) -> Report | None:
    """What Groovy says of a Jenkinsfile; None where it is not installed."""
    judged = judge([text])
    return None if judged is None else judged[0].report


def judge(texts: Iterable[str]) -> list[Judged] | None:
    """What Groovy says of many texts, in order, in one process; None where it is not installed.

    Raises:
        RuntimeError: it is installed but does not answer.
    """
    program = _program()
    if program is None:
        return None
    groovy, home = program
    wanted = list(texts)
    asked = subprocess.run(
        [groovy, str(_SCRIPT)],
        input="".join(json.dumps(text) + "\n" for text in wanted),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env={**os.environ, "JAVA_HOME": home, "JAVA_OPTS": "-Xss8m"},
        check=False,
    )
    answers = asked.stdout.splitlines()
    if len(answers) != len(wanted):
        raise RuntimeError(f"groovy said: {asked.stderr.strip()[-300:]}")
    return [_judged(json.loads(answer)) for answer in answers]


def _judged(answer: dict[str, object]) -> Judged:
    faults = answer["faults"]
    assert isinstance(faults, list)
    code = "groovy-syntax" if answer["phase"] == "groovy" else "declarative-structure"
    diagnostics = [
        Diagnostic("error", code, str(message), line if line and line > 0 else None, None, TOOL)
        for line, message in faults
    ]
    report = verdict("jenkins", diagnostics, parses=answer["phase"] != "groovy")
    return Judged(report, float(str(answer["ms"])))
