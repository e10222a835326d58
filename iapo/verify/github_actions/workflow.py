"""The top of a workflow and its sections that jobs have too: env, permissions, defaults, concurrency.

Facts from https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax.
"""

from __future__ import annotations

from typing import Any

from iapo.verify.github_actions import contexts
from iapo.verify.github_actions.contexts import Place
from iapo.verify.github_actions.semantics import named
from iapo.verify.github_actions.types import ANY, ObjectType
from iapo.verify.github_actions.walk import Walk, is_expression, scalar_text
from iapo.verify.yaml_source import Path

WORKFLOW_KEYS = ("name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs")
_READ_WRITE = frozenset(("read", "write", "none"))
SCOPES: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        [
            "actions",
            "artifact-metadata",
            "attestations",
            "checks",
            "contents",
            "deployments",
            "discussions",
            "id-token",
            "issues",
            "packages",
            "pages",
            "pull-requests",
            "repository-projects",
            "security-events",
            "statuses",
        ],
        _READ_WRITE,
    ),
    "models": frozenset(("read", "none")),
}
_SHELLS = ("bash", "pwsh", "python", "sh", "cmd", "powershell")
_SHELLS_OF = {"windows": ("bash", "pwsh", "python", "cmd", "powershell"), "unix": _SHELLS[:4]}


def check_top(walk: Walk, value: dict[Any, Any]) -> None:
    """Everything but `on` and `jobs`."""
    walk.keys(value, (), "a workflow", WORKFLOW_KEYS)
    if "name" in value:
        walk.string(value["name"], ("name",), '"name"', empty=True)
    if "run-name" in value:
        walk.string(value["run-name"], ("run-name",), '"run-name"', contexts.RUN_NAME)
    if "env" in value:
        check_env(walk, value["env"], ("env",), contexts.ENV)
    if "permissions" in value:
        check_permissions(walk, value["permissions"], ("permissions",))
    if "defaults" in value:
        check_defaults(walk, value["defaults"], ("defaults",), None, None)
    if "concurrency" in value:
        check_concurrency(walk, value["concurrency"], ("concurrency",), contexts.CONCURRENCY)
    for needed in ("on", "jobs"):
        if needed not in value:
            walk.problem("missing-key", f'a workflow needs "{needed}:"', ())


def check_env(walk: Walk, value: Any, path: Path, place: Place) -> None:
    """An `env` mapping, or one expression that gives one."""
    if is_expression(value):
        kind = walk.whole(value, path, place)
        if kind is not None and kind is not ANY and not isinstance(kind, ObjectType):
            walk.problem(
                "wrong-expression-type", f'"env" needs an object, this expression is {kind}', path
            )
        return
    for name, text in walk.mapping(value, path, '"env"', fold=True).items():
        key = scalar_text(name)
        if any(char in key for char in "&= ") or not key:
            walk.problem(
                "bad-variable-name",
                f'"{key}" cannot be the name of a variable: no spaces, "=" or "&"',
                (*path, name),
                key=True,
            )
        walk.string(text, (*path, name), f'variable "{key}"', place, empty=True)


def check_permissions(walk: Walk, value: Any, path: Path) -> None:
    """`read-all`, `write-all` or a mapping of scopes."""
    if not isinstance(value, dict):
        text = walk.text(value, path, '"permissions"')
        if text is not None and text not in ("read-all", "write-all"):
            walk.problem(
                "bad-permission",
                f'"{text[:40]}" is no permission: give read-all, write-all or a mapping of scopes',
                path,
            )
        return
    for scope, level in walk.mapping(value, path, '"permissions"', empty=True, fold=True).items():
        name = scalar_text(scope)
        if name == "<<":
            walk.keys(value, path, '"permissions"', tuple(SCOPES))
            continue
        levels = SCOPES.get(name)
        text = walk.text(level, (*path, scope), f'permission "{name}"')
        if levels is None:
            walk.problem(
                "unknown-permission",
                f'there is no permission "{name[:40]}"; there are {", ".join(SCOPES)}',
                (*path, scope),
                key=True,
            )
        elif text is not None and text not in levels:
            walk.problem(
                "bad-permission",
                f'"{text[:40]}" is no level of permission "{name}", only {named(levels)}',
                (*path, scope),
            )


def check_defaults(
    walk: Walk, value: Any, path: Path, place: Place | None, system: str | None
) -> None:
    """`defaults` with its only entry `run`."""
    fields = walk.mapping(value, path, '"defaults"')
    walk.keys(fields, path, '"defaults"', ("run",))
    if "run" not in fields:
        if fields:
            walk.problem("missing-key", '"defaults" needs "run:"', path, key=True)
        return
    at = (*path, "run")
    run = walk.mapping(fields["run"], at, '"defaults.run"')
    walk.keys(run, at, '"defaults.run"', ("shell", "working-directory"))
    if "shell" in run:
        check_shell(walk, run["shell"], (*at, "shell"), place, system)
    if "working-directory" in run:
        walk.string(
            run["working-directory"], (*at, "working-directory"), '"working-directory"', place
        )


def check_shell(
    walk: Walk, value: Any, path: Path, place: Place | None, system: str | None
) -> None:
    """A shell by name, or a command with `{0}` for the script."""
    shell = walk.string(value, path, '"shell"', place)
    if shell is None or "${{" in shell or "{0}" in shell:
        return
    known = _SHELLS_OF.get(system or "", _SHELLS)
    if shell.lower() not in known:
        where = f" on {system}" if shell in _SHELLS else ""
        walk.problem(
            "unknown-shell",
            f'there is no shell "{shell[:40]}"{where}; there are {named(known)},'
            " or a command with {0} for the script",
            path,
        )


def check_concurrency(walk: Walk, value: Any, path: Path, place: Place) -> None:
    """A group by name, or with `cancel-in-progress`."""
    if not isinstance(value, dict):
        walk.string(value, path, '"concurrency"', place)
        return
    fields = walk.mapping(value, path, '"concurrency"')
    walk.keys(fields, path, '"concurrency"', ("group", "cancel-in-progress", "queue"))
    if "group" in fields:
        walk.string(fields["group"], (*path, "group"), '"group"', place)
    elif fields:
        walk.problem("missing-key", '"concurrency" needs "group:"', path, key=True)
    if "cancel-in-progress" in fields:
        at = (*path, "cancel-in-progress")
        walk.boolean(fields["cancel-in-progress"], at, '"cancel-in-progress"', place)
