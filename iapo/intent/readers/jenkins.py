"""A declarative Jenkins pipeline's stages as parts, nested and parallel ones included.

A stage's steps are mappings of step name to its argument (`{sh: npm test}`), steps inside blocks
(`dir`, `withCredentials`) included; `script` holds everything that its shells run. Stages whose
`when` is literally false are dead, and so are shells whose exit status is only returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from iapo.intent.parts import Part, Parts, Path
from iapo.intent.pattern import Intent
from iapo.intent.readers.shapes import mapping, sequence
from iapo.verify.report import Report

_SHELLS = {"sh", "bat", "powershell", "pwsh"}
_FORGIVING = {"catchError", "warnError"}
_NEVER = re.compile(r"\A\s*(?:return\s+)?false\s*;?\s*\Z")
_MAX_DEPTH = 20


def read_jenkins(intent: Intent, report: Report) -> Parts:
    """Parts of a Jenkinsfile."""
    pipeline = mapping(report.documents[0]) if report.documents else {}
    alive = [Part("pipeline", "pipeline", pipeline, "pipeline", counted=False)]
    dead = 0
    forgiven = intent.asks_about("catchError")
    for stage, stopped in _stages(pipeline.get("stages"), False, 0):
        name = stage.get("name")
        if stopped:
            dead += 1
        else:
            alive.append(
                Part("stage", name, _stage(stage, forgiven), f"stage {name}", address=str(name))
            )
    return Parts("jenkins", tuple(alive), dead, _refers, lambda part, target: False)


def _stages(value: Any, stopped: bool, depth: int) -> Iterator[tuple[Mapping[str, Any], bool]]:
    if depth > _MAX_DEPTH:
        return
    for raw in sequence(value):
        stage = mapping(raw)
        off = stopped or _never(stage.get("when"))
        yield stage, off
        for inner in ("stages", "parallel"):
            yield from _stages(stage.get(inner), off, depth + 1)
        yield from _stages(mapping(stage.get("matrix")).get("stages"), off, depth + 1)


def _never(when: Any) -> bool:
    for condition in sequence(when) if not isinstance(when, Mapping) else [when]:
        if not isinstance(condition, Mapping):
            continue
        given = condition.get("expression")
        if condition.get("name") == "expression":
            given = condition.get("arguments")
        for text in sequence(given):
            if text is False or (isinstance(text, str) and _NEVER.match(text.strip("{} \n"))):
                return True
    return False


def _stage(stage: Mapping[str, Any], forgiven: bool) -> dict[str, Any]:
    steps = [{name: argument} for name, argument in _steps(stage.get("steps"), forgiven, 0)]
    script = [
        str(argument)
        for step in steps
        for name, argument in step.items()
        if name in _SHELLS and isinstance(argument, str)
    ]
    parallel = [mapping(inner).get("name") for inner in sequence(stage.get("parallel"))]
    return {**stage, "steps": steps, "script": script, "parallel": parallel}


def _steps(value: Any, forgiven: bool, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _MAX_DEPTH:
        return
    for raw in sequence(value):
        step = mapping(raw)
        name = str(step.get("name", ""))
        argument = step.get("arguments")
        if name in _FORGIVING and not forgiven:
            continue
        if name in _SHELLS and mapping(argument).get("returnStatus") is True:
            continue
        yield name, _argument(name, argument)
        for inner in ("steps", "body"):
            yield from _steps(step.get(inner), forgiven, depth + 1)


def _argument(name: str, argument: Any) -> Any:
    """A step's only positional argument, or its named ones."""
    if isinstance(argument, list) and len(argument) == 1:
        argument = argument[0]
    if name in _SHELLS and isinstance(argument, Mapping):
        return argument.get("script", argument)
    return argument


def _refers(part: Part, path: Path, value: Any, target: Part) -> bool:
    if isinstance(value, list):
        return target.address in [str(item) for item in value]
    return isinstance(value, str) and value == target.address
