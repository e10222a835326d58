"""What jobs say of each other: needs, dependencies, the job that stops an environment, and circles.

Rules from https://docs.gitlab.com/ci/yaml/#needs, #dependencies and #environmenton_stop.
"""

from __future__ import annotations

import re
from typing import Any

from iapo.verify.gitlab_ci.pipeline import Pipeline
from iapo.verify.yaml_source import Path

MAX_NEEDS = 50
_MATRIX_NAME = re.compile(r"(.+?)(?:: \[.*\]| \d+/\d+)\Z", re.DOTALL)


def stage_of(job: dict[str, Any]) -> str | None:
    """A job's stage, None when it is no text."""
    stage = job.get("stage", "test")
    return stage if isinstance(stage, str) else None


def _named_needs(job: dict[str, Any]) -> list[tuple[str, int, bool]]:
    """Jobs of this pipeline that a job needs: name, index, whether it may be absent."""
    needs = job.get("needs")
    found = []
    for index, need in enumerate(needs if isinstance(needs, list) else ()):
        if isinstance(need, str):
            found.append((need, index, False))
        elif not isinstance(need, dict) or "pipeline" in need or "project" in need:
            continue
        elif isinstance(need.get("job"), str):
            found.append((need["job"], index, need.get("optional") is True))
    return found


def check_relations(
    pipeline: Pipeline, jobs: dict[str, dict[str, Any]], stages: list[str] | None
) -> None:
    """Report needs, dependencies and stops that lead nowhere, to later stages, or in circles."""
    order = {stage: index for index, stage in enumerate(stages or ())}
    graph: dict[str, list[str]] = {}
    for name, job in jobs.items():
        graph[name] = _needs(pipeline, name, job, jobs, order)
        _dependencies(pipeline, name, job, jobs, order)
        _on_stop(pipeline, name, job, jobs)
        rules = job.get("rules")
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and "needs" in rule:
                for other, at, optional in _named_needs(rule):
                    path = (name, "rules", index, "needs", at)
                    _target(pipeline, other, jobs, path, "needs", optional)
    _cycles(pipeline, graph)


def _target(
    pipeline: Pipeline,
    other: str,
    jobs: dict[str, dict[str, Any]],
    path: Path,
    keyword: str,
    optional: bool = False,
) -> str | None:
    """The job that a name means, or None after saying that there is none."""
    if other in jobs:
        return other
    if "$[[" in other:
        return None
    match = _MATRIX_NAME.match(other)
    if match and match[1] in jobs and "parallel" in jobs[match[1]]:
        return match[1]
    if optional:
        return None
    if pipeline.included:
        pipeline.unjudged = True
        return None
    hidden = " (hidden jobs never run)" if other.startswith(".") and other in pipeline.data else ""
    pipeline.problem("undefined-job", f'{keyword}: there is no job "{other[:80]}"{hidden}', path)
    return None


def _needs(
    pipeline: Pipeline,
    name: str,
    job: dict[str, Any],
    jobs: dict[str, dict[str, Any]],
    order: dict[str, int],
) -> list[str]:
    needs = job.get("needs")
    if isinstance(needs, list) and len(needs) > MAX_NEEDS:
        pipeline.problem("too-many", f"a job needs at most {MAX_NEEDS} others", (name, "needs"))
    targets: list[str] = []
    for other, index, optional in _named_needs(job):
        path: Path = (name, "needs", index)
        target = _target(pipeline, other, jobs, path, "needs", optional)
        if target is None:
            continue
        targets.append(target)
        mine, theirs = order.get(stage_of(job) or ""), order.get(stage_of(jobs[target]) or "")
        if mine is not None and theirs is not None and theirs > mine:
            pipeline.problem(
                "need-in-later-stage",
                f'needs: job "{other[:60]}" is in stage "{stage_of(jobs[target])}", after this one\'s',
                path,
            )
    return targets


def _dependencies(
    pipeline: Pipeline,
    name: str,
    job: dict[str, Any],
    jobs: dict[str, dict[str, Any]],
    order: dict[str, int],
) -> None:
    dependencies = job.get("dependencies")
    if not isinstance(dependencies, list):
        return
    needed = {other for other, _, _ in _named_needs(job)}
    for index, other in enumerate(dependencies):
        path: Path = (name, "dependencies", index)
        if not isinstance(other, str):
            continue
        target = _target(pipeline, other, jobs, path, "dependencies")
        if target is None:
            continue
        mine, theirs = order.get(stage_of(job) or ""), order.get(stage_of(jobs[target]) or "")
        if isinstance(job.get("needs"), list) and job["needs"]:
            if other not in needed and target not in needed:
                pipeline.problem(
                    "dependency-not-needed",
                    f'dependencies: "{other[:60]}" must be among needs: too',
                    path,
                )
        elif mine is not None and theirs is not None and theirs >= mine:
            pipeline.problem(
                "dependency-in-later-stage",
                f'dependencies: job "{other[:60]}" is not in an earlier stage',
                path,
            )


def _on_stop(
    pipeline: Pipeline, name: str, job: dict[str, Any], jobs: dict[str, dict[str, Any]]
) -> None:
    environment = job.get("environment")
    if not isinstance(environment, dict) or not isinstance(environment.get("on_stop"), str):
        return
    path: Path = (name, "environment", "on_stop")
    target = _target(pipeline, environment["on_stop"], jobs, path, "on_stop")
    if target is None:
        return
    theirs = jobs[target].get("environment")
    if not isinstance(theirs, dict) or theirs.get("action") != "stop":
        if target not in pipeline.incomplete:
            pipeline.problem(
                "bad-on-stop",
                f'on_stop: job "{target[:60]}" must have environment: action: stop',
                path,
            )
    elif theirs.get("name") != environment.get("name"):
        pipeline.problem(
            "bad-on-stop", f'on_stop: job "{target[:60]}" has another environment name', path
        )


def _cycles(pipeline: Pipeline, graph: dict[str, list[str]]) -> None:
    """One problem for each circle of needs; no recursion."""
    state: dict[str, int] = {}  # 1 while on the trail, 2 when done
    for root in graph:
        if root in state:
            continue
        state[root] = 1
        trail, ahead = [root], [iter(graph[root])]
        while trail:
            following = next(ahead[-1], None)
            if following is None:
                state[trail.pop()] = 2
                ahead.pop()
            elif state.get(following) == 1:
                circle = trail[trail.index(following) :]
                pipeline.problem(
                    "cyclic-needs",
                    "jobs need each other: " + " -> ".join((*circle[:10], following))[:200],
                    (following, "needs"),
                    key=True,
                )
                pipeline.faulty.update(circle)
            elif following not in state:
                state[following] = 1
                trail.append(following)
                ahead.append(iter(graph.get(following, ())))
