"""Is this a Dockerfile that BuildKit builds, and what image does it describe?

`check` parses the text as BuildKit does (directives, continuation lines, heredocs, flags, shell
and JSON forms), judges every instruction and what holds between stages, and adds the build checks
and the common hadolint rules as warnings. Nothing is built, fetched or executed; files that COPY
names are not looked for.

The parsed data, `Report.documents`, is one dictionary:

    {"args": {"VERSION": "3.12"},            # ARGs before the first FROM; None without a default
     "stages": [{
        "name": "build" | None, "index": 0, "line": 1,
        "base": "python:3.12-slim",          # variables replaced where their values are known
        "base_stage": 0 | None,              # the stage of this file that it starts from
        "platform": "linux/amd64" | None,
        "instructions": [{
            "instruction": "RUN", "line": 3,
            "value": "pip install flask",    # as written after the flags, lines joined
            "form": "shell" | "exec" | "heredoc",
            "flags": {"mount": ["type=cache,target=/c"], "link": True, "from": "build"},
            ...}],                           # and the fields below
        "config": {                          # the image after the stage, bases included
            "user", "workdir", "entrypoint": [..], "cmd": [..], "env": {}, "labels": {},
            "ports": ["8080/tcp"], "volumes": [], "healthcheck", "stopsignal", "shell"}}]}

Fields by instruction: RUN, CMD, ENTRYPOINT `command` (text) and, in exec form, `cmd` (list); RUN
`mounts`, `heredocs`; COPY, ADD `sources`, `dest`, `from`, `chown`, `chmod`, `heredocs`; ENV `env`;
LABEL `labels`; ARG `args`; EXPOSE `ports`; USER `user`; WORKDIR `path`; VOLUME `volumes`;
STOPSIGNAL `signal`; SHELL `shell`; HEALTHCHECK `healthcheck` (None or {"test": [..], options}) and
`command`; ONBUILD `trigger`. The image that is built is the last stage.
"""

from __future__ import annotations

from typing import Any

from iapo.verify.dockerfile.lint import lint
from iapo.verify.dockerfile.parser import DockerfileSyntaxError, Instruction, parse
from iapo.verify.dockerfile.stages import Build, build
from iapo.verify.report import Report, verdict

__all__ = ["check"]

MAX_DIAGNOSTICS = 200


def check(text: str, *, path: str | None = None) -> Report:
    """Judge one Dockerfile. `path` is not needed to judge it; diagnostics carry none.

    The parts that `Report.sound` counts are the instructions.
    """
    try:
        file = parse(text)
    except DockerfileSyntaxError as fault:
        return verdict("dockerfile", [fault.diagnostic], parses=False)
    found = build(file)
    lint(file, found)
    known = any(instruction.name == "FROM" for instruction in file.instructions)
    return verdict(
        "dockerfile",
        _within_limit(file.diagnostics),
        parses=known,
        parts=len(file.instructions),
        faulty_parts=sum(instruction.faults > 0 for instruction in file.instructions),
        documents=(_document(found),),
    )


def _within_limit(diagnostics: list[Any]) -> list[Any]:
    """Errors first where there are too many: a verdict needs them, warnings can be left out."""
    if len(diagnostics) <= MAX_DIAGNOSTICS:
        return diagnostics
    return sorted(diagnostics, key=lambda d: d.severity != "error")[:MAX_DIAGNOSTICS]


def _document(found: Build) -> dict[str, Any]:
    return {
        "args": found.args,
        "stages": [
            {
                "name": stage.name,
                "index": stage.index,
                "line": stage.origin.line,
                "base": stage.base,
                "base_stage": stage.parent.index if stage.parent else None,
                "platform": stage.platform,
                "instructions": [_entry(*entry) for entry in stage.entries],
                "config": stage.config,
            }
            for stage in found.stages
        ],
    }


def _entry(instruction: Instruction, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "instruction": instruction.name,
        "line": instruction.line,
        "value": instruction.value,
        "form": instruction.form,
        "flags": {},
        **fields,
    }
