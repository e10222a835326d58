"""A GitHub workflow's jobs and triggers as parts.

Jobs and steps under `if: false` are dead, and so are jobs that need a dead one, and steps and jobs
under `continue-on-error: true` unless the intent asks about it. A step's `uses` is also split into
`action` and `version`; a job's `script` holds everything that its steps run; workflow-wide `env`
and `permissions` are those of each job that has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iapo.intent.parts import Part, Parts, Path
from iapo.intent.pattern import Intent
from iapo.intent.readers.shapes import closure, is_false, mapping, names, sequence
from iapo.verify.report import Report


def read_github_actions(intent: Intent, report: Report) -> Parts:
    """Parts of a workflow."""
    workflow = mapping(report.documents[0]) if report.documents else {}
    alive = [Part("workflow", workflow.get("name"), workflow, "workflow", counted=False)]
    alive.extend(_triggers(workflow.get("on")))
    jobs = {str(name): mapping(job) for name, job in mapping(workflow.get("jobs")).items()}
    forgiven = intent.asks_about("continue-on-error")
    stopped = [name for name, job in jobs.items() if _is_dead(job, forgiven)]
    needed_by: dict[str, list[str]] = {}
    for name, job in jobs.items():
        if "if" not in job:  # a condition may let it run after one that did not
            for needed in names(job.get("needs")):
                needed_by.setdefault(needed, []).append(name)
    dead = closure(stopped, needed_by) & jobs.keys()
    for name, job in jobs.items():
        if name not in dead:
            value = _job(job, workflow, forgiven)
            alive.append(Part("job", name, value, f"job {name}", address=name))
    return Parts("github-actions", tuple(alive), len(dead), _refers, _uses)


def _triggers(value: Any) -> list[Part]:
    if not isinstance(value, Mapping):
        value = {str(event): {} for event in sequence(value)}
    return [
        Part("on", event, mapping(one), f"on {event}", counted=False)
        for event, settings in value.items()
        for one in (settings if isinstance(settings, list) else [settings])
    ]


def _is_dead(job: Mapping[str, Any], forgiven: bool) -> bool:
    return is_false(job.get("if")) or (job.get("continue-on-error") is True and not forgiven)


def _job(job: Mapping[str, Any], workflow: Mapping[str, Any], forgiven: bool) -> dict[str, Any]:
    steps = []
    for raw in sequence(job.get("steps")):
        step = dict(mapping(raw))
        if _is_dead(step, forgiven):
            continue
        action, _, version = str(step.get("uses", "")).partition("@")
        if action:
            step |= {"action": action, "version": version}
        steps.append(step)
    out = {**job, "steps": steps, "needs": names(job.get("needs"))}
    out["script"] = [str(step["run"]) for step in steps if "run" in step]
    for shared in ("env", "permissions", "defaults", "concurrency"):
        if shared in workflow and shared not in job:
            out[shared] = workflow[shared]
    if isinstance(workflow.get("env"), Mapping) and isinstance(job.get("env"), Mapping):
        out["env"] = {**workflow["env"], **job["env"]}
    if isinstance(job.get("environment"), str):
        out["environment"] = {"name": job["environment"]}
    if isinstance(job.get("container"), str):
        out["container"] = {"image": job["container"]}
    return out


def _refers(part: Part, path: Path, value: Any, target: Part) -> bool:
    """A job's name, alone, in a list, or as `needs.NAME` inside an expression."""
    if isinstance(value, list):
        return any(_refers(part, path, item, target) for item in value[:100])
    if not isinstance(value, str):
        return False
    return value == target.address or f"needs.{target.address}." in value


def _uses(part: Part, target: Part) -> bool:
    return target.kind == "job" and target.address in names(part.value.get("needs"))
