"""The `jobs:` section: what jobs and their steps are made of, and how they refer to each other.

Facts from https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobs.
Runner labels are no errors: anyone may name a runner of their own as they like.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from iapo.verify.github_actions import contexts
from iapo.verify.github_actions.contexts import Place
from iapo.verify.github_actions.events import Triggers
from iapo.verify.github_actions.expressions import is_constant
from iapo.verify.github_actions.matrix import check_strategy, systems_of
from iapo.verify.github_actions.semantics import Scope, named
from iapo.verify.github_actions.steps import check_steps
from iapo.verify.github_actions.types import (
    ANY,
    LOOSE,
    STRING,
    STRINGS,
    ArrayType,
    ObjectType,
    Type,
)
from iapo.verify.github_actions.walk import Walk, is_expression, scalar_text
from iapo.verify.github_actions.workflow import (
    check_concurrency,
    check_defaults,
    check_env,
    check_permissions,
)
from iapo.verify.yaml_source import Path

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_BOTH = ("name", "needs", "permissions", "concurrency", "if", "strategy")
_STEPS_ONLY = (
    "runs-on",
    "environment",
    "outputs",
    "env",
    "defaults",
    "steps",
    "timeout-minutes",
    "continue-on-error",
    "container",
    "services",
    "snapshot",
)
_CALL_ONLY = ("uses", "with", "secrets")
JOB_KEYS = (*_BOTH, *_STEPS_ONLY, *_CALL_ONLY)
_LOCAL_CALL = re.compile(r"\./\.github/workflows/[^/@\s]+\.ya?ml\Z")
_REMOTE_CALL = re.compile(r"[^/\s@]+/[^/\s@]+/\.github/workflows/[^/@\s]+\.ya?ml@\S+\Z")


def check_jobs(walk: Walk, value: Any, triggers: Triggers, common: dict[str, Type]) -> int:
    """Check every job, then the outputs of a called workflow.

    Args:
        common: contexts that are the same in all jobs.

    Returns:
        How many jobs there are.
    """
    path: Path = ("jobs",)
    jobs = {
        scalar_text(name): (name, job)
        for name, job in walk.mapping(value, path, '"jobs"', fold=True).items()
    }
    outputs = {name.lower(): _outputs_type(job) for name, (_, job) in jobs.items()}
    needs: dict[str, list[tuple[str, Path]]] = {}
    for name, (key, job) in jobs.items():
        walk.part = name
        at = (*path, key)
        if not IDENTIFIER.match(name):
            walk.problem(
                "bad-id",
                f'"{name[:60]}" cannot be a job id: a letter or _ first, then letters, digits, - and _',
                at,
                key=True,
            )
        _job(walk, name, job, at, triggers, common, outputs, needs)
    _needs(walk, jobs, needs)
    walk.part = None
    called = ObjectType({name: ObjectType({"outputs": kind}) for name, kind in outputs.items()})
    walk.scope = Scope({**common, "jobs": called})
    for output, where in triggers.outputs:
        walk.string(output, where, '"value"', contexts.CALL_OUTPUT)
    return len(jobs)


def _outputs_type(job: Any) -> Type:
    if not isinstance(job, dict):
        return LOOSE
    if "uses" in job:
        return STRINGS
    outputs = job.get("outputs")
    if not isinstance(outputs, dict):
        return LOOSE if outputs is not None else ObjectType({})
    return ObjectType({scalar_text(name).lower(): STRING for name in outputs})


def _job(
    walk: Walk,
    name: str,
    value: Any,
    path: Path,
    triggers: Triggers,
    common: dict[str, Type],
    outputs: dict[str, Type],
    needs: dict[str, list[tuple[str, Path]]],
) -> None:
    walk.scope = Scope(common)
    job = walk.mapping(value, path, f'job "{name}"')
    if not job:
        return
    walk.keys(job, path, "a job", JOB_KEYS)
    if "needs" in job:
        needs[name] = walk.texts(job["needs"], (*path, "needs"), '"needs"')
    needed = {
        other.lower(): ObjectType({"outputs": outputs[other.lower()], "result": STRING})
        for other, _ in needs.get(name, ())
        if other.lower() in outputs
    }
    scoped: dict[str, Type] = {**common, "needs": ObjectType(needed)}
    missing: dict[str, str | Callable[[], str]] = {
        "needs": "add the job to this job's needs:"
        if not needed
        else f"needs: lists {named(needed)}",
        "matrix": "the job's strategy has no such matrix value",
    }
    walk.scope = Scope(scoped, missing)
    if "strategy" in job:
        scoped["matrix"] = check_strategy(walk, job["strategy"], (*path, "strategy"))
        walk.scope = Scope(scoped, missing)
    _shared(walk, job, path)
    if "uses" in job:
        _call(walk, job, path)
    else:
        _runs(walk, name, job, path, scoped, missing)


def _shared(walk: Walk, job: dict[Any, Any], path: Path) -> None:
    if "name" in job:
        walk.string(job["name"], (*path, "name"), '"name"', contexts.JOB_NAME, empty=True)
    if "if" in job:
        check_condition(walk, job["if"], (*path, "if"), contexts.JOB_IF)
    if "permissions" in job:
        check_permissions(walk, job["permissions"], (*path, "permissions"))
    if "concurrency" in job:
        at = (*path, "concurrency")
        check_concurrency(walk, job["concurrency"], at, contexts.JOB_CONCURRENCY)


def _call(walk: Walk, job: dict[Any, Any], path: Path) -> None:
    """A job that calls a reusable workflow."""
    for key in _STEPS_ONLY:
        if key in job:
            walk.problem(
                "key-not-allowed",
                f'a job that calls a workflow by uses: cannot have "{key}"',
                (*path, key),
                key=True,
            )
    uses = walk.string(job["uses"], (*path, "uses"), '"uses"')
    if uses is not None and not (_LOCAL_CALL.match(uses) or _REMOTE_CALL.match(uses)):
        walk.problem(
            "bad-workflow-reference",
            f'"{uses[:80]}" names no workflow: write owner/repo/.github/workflows/file.yml@ref'
            " or ./.github/workflows/file.yml",
            (*path, "uses"),
        )
    if "with" in job:
        at: Path = (*path, "with")
        for name, value in walk.mapping(job["with"], at, '"with"', fold=True).items():
            walk.string(value, (*at, name), f'input "{name}"', contexts.JOB_WITH, empty=True)
    if "secrets" in job:
        at = (*path, "secrets")
        secrets = job["secrets"]
        if secrets != "inherit":
            for name, value in walk.mapping(secrets, at, '"secrets"', fold=True).items():
                walk.string(value, (*at, name), f'secret "{name}"', contexts.JOB_SECRET, empty=True)


def _runs(
    walk: Walk,
    name: str,
    job: dict[Any, Any],
    path: Path,
    scoped: dict[str, Type],
    missing: dict[str, str | Callable[[], str]],
) -> None:
    """A job with steps of its own."""
    for key in ("steps", "runs-on"):
        if key not in job:
            walk.problem("missing-key", f'job "{name}" needs "{key}:"', path, key=True)
    for key in _CALL_ONLY[1:]:
        if key in job:
            walk.problem(
                "key-not-allowed",
                f'"{key}" of a job is for calling a workflow by uses:; steps have their own',
                (*path, key),
                key=True,
            )
    system = None
    if "runs-on" in job:
        _runs_on(walk, job["runs-on"], (*path, "runs-on"))
        system = systems_of(job["runs-on"])
    if "env" in job:
        check_env(walk, job["env"], (*path, "env"), contexts.JOB_ENV)
    if "defaults" in job:
        at = (*path, "defaults")
        check_defaults(walk, job["defaults"], at, contexts.JOB_DEFAULTS, system)
    if "timeout-minutes" in job:
        at = (*path, "timeout-minutes")
        walk.number(job["timeout-minutes"], at, '"timeout-minutes"', contexts.JOB_TIMEOUT)
    if "continue-on-error" in job:
        at = (*path, "continue-on-error")
        walk.boolean(job["continue-on-error"], at, '"continue-on-error"', contexts.JOB_CONTINUE)
    if "container" in job:
        check_container(walk, job["container"], (*path, "container"), contexts.JOB_CONTAINER)
    if "services" in job:
        _services(walk, job["services"], (*path, "services"))
    steps: dict[str, Type] = {}
    loose = False
    if "steps" in job:
        steps, loose = check_steps(walk, job["steps"], (*path, "steps"), scoped, missing, system)
    walk.scope = Scope(
        {**scoped, "steps": ObjectType(steps, ANY if loose else None)},
        {
            **missing,
            "steps": f"the steps with an id are {named(steps)}" if steps else "no step has an id",
        },
    )
    if "environment" in job:
        _environment(walk, job["environment"], (*path, "environment"))
    if "outputs" in job:
        at = (*path, "outputs")
        for output, value in walk.mapping(job["outputs"], at, '"outputs"', fold=True).items():
            walk.string(value, (*at, output), f'output "{output}"', contexts.JOB_OUTPUT, empty=True)


def check_condition(walk: Walk, value: Any, path: Path, place: Place) -> None:
    """An `if:`, with or without `${{ }}`."""
    text = walk.text(value, path, '"if"')
    if text is None:
        return
    if "${{" in text and "}}" in text:
        walk.expressions(text, path, place, shown=not is_expression(text))
        if not is_expression(text):
            walk.problem(
                "constant-condition",
                "this if is always true: text around ${{ }} makes it a text; put all of it inside",
                path,
            )
        return
    node = walk.bare(text, path, place)
    if node is not None and is_constant(node):
        walk.problem(
            "constant-condition",
            f'this if is always the same ("{text.strip()[:40]}"); remove it, or what it guards',
            path,
            severity="warning",  # GitHub takes it: `if: false` is how people switch a job off
        )


def _runs_on(walk: Walk, value: Any, path: Path) -> None:
    place = contexts.JOB_RUNS_ON
    if is_expression(value):
        kind = walk.whole(value, path, place)
        if kind is not None and not (
            kind in (STRING, ANY) or isinstance(kind, (ArrayType, ObjectType))
        ):
            walk.problem(
                "wrong-expression-type",
                f'"runs-on" needs a label or a list of labels, this expression is {kind}',
                path,
            )
    elif isinstance(value, dict):
        fields = walk.mapping(value, path, '"runs-on"')
        walk.keys(fields, path, '"runs-on"', ("group", "labels"))
        if "group" in fields:
            walk.string(fields["group"], (*path, "group"), '"group"', place)
        if "labels" in fields:
            labels = fields["labels"]
            if is_expression(labels):
                walk.whole(labels, (*path, "labels"), place)
            else:
                walk.texts(labels, (*path, "labels"), '"labels"', place)
    else:
        walk.texts(value, path, '"runs-on"', place)


def _services(walk: Walk, value: Any, path: Path) -> None:
    if is_expression(value):
        walk.whole(value, path, contexts.JOB_SERVICES)
        return
    for name, service in walk.mapping(value, path, '"services"', fold=True).items():
        check_container(walk, service, (*path, name), contexts.JOB_SERVICES, service=True)


def check_container(
    walk: Walk, value: Any, path: Path, place: Place, *, service: bool = False
) -> None:
    """The container of a job or a service: an image, or a mapping with one."""
    what = "a service" if service else '"container"'
    if is_expression(value):
        walk.whole(value, path, place)
        return
    if not isinstance(value, dict):
        walk.string(value, path, what, place, empty=service)
        return
    keys: tuple[str, ...] = ("image", "credentials", "env", "ports", "volumes", "options")
    if service:
        keys = (*keys, "entrypoint", "command")
    fields = walk.mapping(value, path, what)
    walk.keys(fields, path, what, keys)
    if "image" in fields:
        walk.string(fields["image"], (*path, "image"), '"image"', place, empty=service)
    elif fields:
        walk.problem("missing-key", f'{what} needs "image:"', path, key=True)
    if "credentials" in fields:
        _credentials(walk, fields["credentials"], (*path, "credentials"))
    if "env" in fields:
        check_env(walk, fields["env"], (*path, "env"), contexts.CONTAINER_ENV)
    for key in ("ports", "volumes"):
        if key in fields and not is_expression(fields[key]):
            at = (*path, key)
            for index, item in enumerate(walk.sequence(fields[key], at, f'"{key}"', empty=True)):
                walk.string(item, (*at, index), f"an entry of {key}", place)
    for key in ("options", "entrypoint", "command"):
        if key in fields and key in keys:
            walk.string(fields[key], (*path, key), f'"{key}"', place, empty=True)


def _credentials(walk: Walk, value: Any, path: Path) -> None:
    if is_expression(value):
        walk.whole(value, path, contexts.CREDENTIALS)
        return
    fields = walk.mapping(value, path, '"credentials"')
    walk.keys(fields, path, '"credentials"', ("username", "password"))
    for key in ("username", "password"):
        if key not in fields:
            walk.problem("missing-key", f'"credentials" needs "{key}:"', path, key=True)
            continue
        text = walk.string(fields[key], (*path, key), f'"{key}"', contexts.CREDENTIALS)
        if key == "password" and text is not None and "${{" not in text:
            walk.problem(
                "plain-password",
                "a password must come from secrets: ${{ secrets.NAME }}",
                (*path, key),
            )


def _environment(walk: Walk, value: Any, path: Path) -> None:
    if not isinstance(value, dict):
        walk.string(value, path, '"environment"', contexts.JOB_ENVIRONMENT)
        return
    fields = walk.mapping(value, path, '"environment"')
    walk.keys(fields, path, '"environment"', ("name", "url", "deployment"))
    if "name" in fields:
        walk.string(fields["name"], (*path, "name"), '"name"', contexts.JOB_ENVIRONMENT)
    elif fields:
        walk.problem("missing-key", '"environment" needs "name:"', path, key=True)
    if "url" in fields:
        walk.string(fields["url"], (*path, "url"), '"url"', contexts.JOB_ENVIRONMENT_URL)
    if "deployment" in fields:
        at = (*path, "deployment")
        walk.boolean(fields["deployment"], at, '"deployment"', contexts.JOB_ENVIRONMENT)


def _needs(
    walk: Walk,
    jobs: dict[str, tuple[Any, Any]],
    needs: dict[str, list[tuple[str, Path]]],
) -> None:
    """Every needed job exists, is named once, and waits for nobody who waits for it."""
    by_id = {name.lower(): name for name in jobs}
    graph: dict[str, list[str]] = {}
    for name, others in needs.items():
        walk.part = name
        edges: list[str] = []
        for other, at in others:
            target = by_id.get(other.lower())
            if target is None:
                walk.problem(
                    "undefined-job",
                    f'needs: there is no job "{other[:60]}"; there are {named(jobs)}',
                    at,
                )
            elif target in edges:
                walk.problem("duplicate-need", f'needs: job "{other}" is listed twice', at)
            else:
                edges.append(target)
        graph[name] = edges
    for cycle in find_cycles(graph):
        walk.part = cycle[0]
        walk.problem(
            "cyclic-needs",
            "jobs wait for each other: " + " -> ".join((*cycle[:10], cycle[0])),
            ("jobs", jobs[cycle[0]][0], "needs"),
            key=True,
        )
        walk.faulty.update(cycle)


def find_cycles(graph: dict[str, list[str]]) -> list[list[str]]:
    """One cycle for each knot of nodes that can reach themselves; no recursion."""
    state: dict[str, int] = {}  # 1 while on the trail, 2 when done
    cycles: list[list[str]] = []
    for root in graph:
        if root in state:
            continue
        state[root] = 1
        trail = [root]
        ahead = [iter(graph[root])]
        while trail:
            following = next(ahead[-1], None)
            if following is None:
                state[trail.pop()] = 2
                ahead.pop()
            elif state.get(following) == 1:
                cycles.append(trail[trail.index(following) :])
            elif following not in state:
                state[following] = 1
                trail.append(following)
                ahead.append(iter(graph.get(following, ())))
    return cycles
