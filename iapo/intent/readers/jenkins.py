"""A declarative Jenkins pipeline's stages as parts, nested and parallel ones included.

Steps, options, triggers and conditions become mappings of a name to its argument or arguments
(`{sh: npm test}`, `{timeout: {time: 1, unit: HOURS}}`, `{branch: main}`), steps inside blocks (`dir`,
`withCredentials`) included; a stage's `script` holds everything that its shells run, those called
in `script { }` included. Stages whose `when` is literally false are dead, and so are shells whose
exit status is only returned.
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
_NEVER = re.compile(r"\A[\s{]*(?:return\s+)?false\s*;?[\s}]*\Z")
_CALL = re.compile(
    r"""(?:^|[\s;{=(])(?:sh|bat|powershell|pwsh)[\s(]+(?:script\s*:\s*)?('{3}|"{3}|'|")(.*?)\1""",
    re.DOTALL,
)
_MAX_DEPTH = 20
_MAX_CHARACTERS = 20_000


def read_jenkins(intent: Intent, report: Report) -> Parts:
    """Parts of a Jenkinsfile."""
    file = mapping(report.documents[0]) if report.documents else {}
    whole = {
        **file,
        "options": _named(file.get("options")),
        "triggers": _named(file.get("triggers")),
        "parameters": _parameters(file.get("parameters")),
        "post": _post(file.get("post")),
    }
    alive = [Part("pipeline", "pipeline", whole, "pipeline", counted=False)]
    dead = 0
    forgiven = intent.asks_about("catchError") or intent.asks_about("warnError")
    for stage, stopped in _stages(file.get("stages"), False, 0):
        if stopped:
            dead += 1
            continue
        name = stage.get("name")
        value = _stage(stage, forgiven)
        alive.append(Part("stage", name, value, f"stage {name}", address=str(name)))
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
    return any(
        mapping(condition).get("name") == "expression"
        and _NEVER.match(str(mapping(condition).get("script", ""))[:200]) is not None
        for condition in sequence(mapping(when).get("conditions"))
    )


def _stage(stage: Mapping[str, Any], forgiven: bool) -> dict[str, Any]:
    steps = list(_steps(stage.get("steps"), forgiven, 0))
    script = [
        text
        for step in steps
        for name, argument in step.items()
        for text in _scripts(name, argument)
    ]
    return {
        **stage,
        "steps": steps,
        "script": script,
        "when": _named(mapping(stage.get("when")).get("conditions")),
        "options": _named(stage.get("options")),
        "post": _post(stage.get("post")),
        "parallel": [mapping(inner).get("name") for inner in sequence(stage.get("parallel"))],
    }


def _scripts(name: str, argument: Any) -> list[str]:
    if name in _SHELLS and isinstance(argument, str):
        return [argument]
    if name == "script" and isinstance(argument, str):
        return [found[2] for found in _CALL.finditer(argument[:_MAX_CHARACTERS])]
    return []


def _steps(value: Any, forgiven: bool, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _MAX_DEPTH:
        return
    for raw in sequence(value):
        step = mapping(raw)
        name = str(step.get("name", ""))
        if name in _FORGIVING and not forgiven:
            continue
        if name in _SHELLS and mapping(step.get("named")).get("returnStatus") is True:
            continue
        yield {name: _argument(step)}
        yield from _steps(step.get("steps"), forgiven, depth + 1)


def _argument(call: Mapping[str, Any]) -> Any:
    """What a call is given: its named arguments, its only argument, all of them, or True."""
    named, given = mapping(call.get("named")), sequence(call.get("arguments"))
    if call.get("name") in _SHELLS and given:
        return given[0]
    if named:
        return dict(named)
    if "script" in call:
        return call["script"]
    if "conditions" in call:
        return _named(call["conditions"])
    if len(given) == 1:
        return given[0]
    return given or True


def _named(value: Any) -> dict[str, Any]:
    """A list of calls as a mapping of name to argument."""
    if isinstance(value, Mapping):
        return dict(value)
    calls = [mapping(call) for call in sequence(value)]
    return {str(call.get("name")): _argument(call) for call in calls}


def _parameters(value: Any) -> list[dict[str, Any]]:
    return [
        {"kind": mapping(call).get("name"), **mapping(mapping(call).get("named"))}
        for call in sequence(value)
    ]


def _post(value: Any) -> dict[str, Any]:
    return {str(when): list(_steps(steps, True, 0)) for when, steps in mapping(value).items()}


def _refers(part: Part, path: Path, value: Any, target: Part) -> bool:
    if isinstance(value, list):
        return target.address in [str(item) for item in value]
    return isinstance(value, str) and value == target.address
