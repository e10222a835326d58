"""The steps of a job: run or uses, never both; ids, conditions, and what later steps may read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from iapo.verify.github_actions import contexts
from iapo.verify.github_actions.actions import check_uses, outputs_type
from iapo.verify.github_actions.semantics import Scope, named
from iapo.verify.github_actions.types import ANY, STRING, STRINGS, ObjectType, Type
from iapo.verify.github_actions.walk import Walk, is_expression, scalar_text
from iapo.verify.github_actions.workflow import check_env, check_shell
from iapo.verify.yaml_source import Path

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_COMMON = ("id", "if", "name", "env", "continue-on-error", "timeout-minutes")
# Steps that run beside the others and those that wait for them, GitHub Actions 2026.
_PARALLEL = ("wait", "wait-all", "cancel", "parallel")
STEP_KEYS = (
    *_COMMON,
    "uses",
    "with",
    "run",
    "working-directory",
    "shell",
    "background",
    *_PARALLEL,
)
_DEPRECATED = re.compile(r"::(set-output|save-state|set-env|add-path)\b")
_INSTEAD = {
    "set-output": "$GITHUB_OUTPUT",
    "save-state": "$GITHUB_STATE",
    "set-env": "$GITHUB_ENV",
    "add-path": "$GITHUB_PATH",
}


def check_steps(
    walk: Walk,
    value: Any,
    path: Path,
    scoped: dict[str, Type],
    missing: dict[str, str | Callable[[], str]],
    system: str | None,
) -> tuple[dict[str, Type], bool]:
    """Check the steps in order.

    Returns:
        The type of each entry of the `steps` context after the last, and whether there may be more.
    """
    known: dict[str, Type] = {}
    loose = False
    stack = [
        ((*path, index), step) for index, step in enumerate(walk.sequence(value, path, '"steps"'))
    ]
    stack.reverse()
    while stack:
        at, step = stack.pop()
        hints = {**missing, "steps": lambda: _hint(known)}
        walk.scope = Scope({**scoped, "steps": ObjectType(known, ANY if loose else None)}, hints)
        fields = walk.mapping(step, at, "a step")
        if not fields:
            continue
        _step(walk, fields, at, system)
        if isinstance(fields.get("parallel"), list) and len(at) < 8:
            inner = [((*at, "parallel", i), s) for i, s in enumerate(fields["parallel"])]
            stack.extend(reversed(inner))
        if "id" in fields:
            identifier = walk.text(fields["id"], (*at, "id"), '"id"')
            if identifier is None:
                continue
            if "${{" in identifier:
                loose = True
                continue
            known[identifier.lower()] = _remember(walk, identifier, fields, at, known)
    return known, loose


def _hint(known: dict[str, Type]) -> str:
    if not known:
        return "no earlier step has an id"
    return f"the earlier steps with an id are {named(known)}"


def _remember(
    walk: Walk, identifier: str, fields: dict[Any, Any], at: Path, known: dict[str, Type]
) -> Type:
    if not _IDENTIFIER.match(identifier):
        walk.problem(
            "bad-id",
            f'"{identifier[:60]}" cannot be a step id: a letter or _ first, then letters, digits, - and _',
            (*at, "id"),
        )
    elif identifier.lower() in known:
        walk.problem(
            "duplicate-id",
            f'id "{identifier}" is taken by an earlier step of this job (case does not count)',
            (*at, "id"),
        )
    outputs = STRINGS if "run" in fields else outputs_type(scalar_text(fields.get("uses")))
    return ObjectType({"outputs": outputs, "conclusion": STRING, "outcome": STRING})


def _step(walk: Walk, step: dict[Any, Any], path: Path, system: str | None) -> None:
    from iapo.verify.github_actions.jobs import check_condition

    walk.keys(step, path, "a step", STEP_KEYS)
    place = contexts.STEP
    if "name" in step:
        walk.string(step["name"], (*path, "name"), '"name"', place, empty=True)
    if "if" in step:
        check_condition(walk, step["if"], (*path, "if"), contexts.STEP_IF)
    if "env" in step:
        check_env(walk, step["env"], (*path, "env"), place)
    for key in ("continue-on-error", "background"):
        if key in step:
            walk.boolean(step[key], (*path, key), f'"{key}"', place)
    if "timeout-minutes" in step:
        at = (*path, "timeout-minutes")
        walk.number(step["timeout-minutes"], at, '"timeout-minutes"', place)
    if "run" in step and "uses" in step:
        walk.problem(
            "run-and-uses", "a step either runs a script or uses an action; split it in two", path
        )
    elif "run" in step or ("shell" in step and "uses" not in step):
        _run(walk, step, path, system)
    elif "uses" in step or "with" in step:
        _uses(walk, step, path)
    elif not any(key in step for key in _PARALLEL):
        walk.problem("missing-key", 'a step needs "run:" or "uses:"', path)


def _run(walk: Walk, step: dict[Any, Any], path: Path, system: str | None) -> None:
    if "run" not in step:
        walk.problem("missing-key", '"shell" is for a step with "run:"', path)
    else:
        at: Path = (*path, "run")
        script = walk.text(step["run"], at, '"run"')
        if script is not None:
            if "${{" in script:
                walk.expressions(script, at, contexts.STEP, script=True)
            for command in dict.fromkeys(_DEPRECATED.findall(script)):
                walk.problem(
                    "deprecated-command",
                    f"workflow command {command} is deprecated; append to {_INSTEAD[command]} instead",
                    at,
                    severity="warning",
                )
    if "with" in step:
        walk.problem(
            "key-not-allowed", '"with" is for a step with "uses:"', (*path, "with"), key=True
        )
    if "shell" in step:
        check_shell(walk, step["shell"], (*path, "shell"), contexts.STEP, system)
    if "working-directory" in step:
        at = (*path, "working-directory")
        walk.string(step["working-directory"], at, '"working-directory"', contexts.STEP)


def _uses(walk: Walk, step: dict[Any, Any], path: Path) -> None:
    for key in ("shell", "working-directory"):
        if key in step:
            walk.problem(
                "key-not-allowed", f'"{key}" is for a step with "run:"', (*path, key), key=True
            )
    inputs: dict[Any, Any] | None = {}
    if "with" in step:
        at: Path = (*path, "with")
        value = step["with"]
        if is_expression(value):
            walk.whole(value, at, contexts.STEP)
            inputs = None
        else:
            inputs = walk.mapping(value, at, '"with"', fold=True)
            script = scalar_text(step.get("uses")).startswith("actions/github-script@")
            for name, item in inputs.items():
                where = (*at, name)
                text = walk.text(item, where, f'input "{name}"', empty=True)
                if text is not None and "${{" in text:
                    runs = script and name == "script"
                    walk.expressions(text, where, contexts.STEP, script=runs)
    if "uses" not in step:
        walk.problem("missing-key", '"with" is for a step with "uses:"', path)
        return
    uses = walk.string(step["uses"], (*path, "uses"), '"uses"')
    if uses is not None:
        check_uses(walk, uses, inputs, path)
