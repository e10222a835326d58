"""A GitLab pipeline's jobs as parts, with everything that a job inherits in it.

Hidden jobs are templates; `extends` and `default` are followed where they still stand. A job's
`script` is its `before_script` and `script`. Jobs that can never run (`when: never`, only `never`
rules) are dead, and so are jobs under `allow_failure: true` unless the intent asks about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iapo.intent.parts import Part, Parts, Path
from iapo.intent.pattern import Intent
from iapo.intent.readers.shapes import lines, mapping, names, sequence
from iapo.verify.report import Report

_NOT_JOBS = {
    "stages", "variables", "default", "include", "workflow", "image", "services", "cache",
    "before_script", "after_script", "spec",
}  # fmt: skip
_INHERITED = (
    "image", "services", "cache", "before_script", "after_script", "tags", "artifacts", "retry",
    "timeout", "interruptible", "id_tokens",
)  # fmt: skip
_MAX_EXTENDS = 10  # GitLab's own limit is 11 levels


def read_gitlab_ci(intent: Intent, report: Report) -> Parts:
    """Parts of a pipeline."""
    pipeline = mapping(report.documents[0]) if report.documents else {}
    alive = [Part("pipeline", "pipeline", pipeline, "pipeline", counted=False)]
    dead = 0
    for name, raw in pipeline.items():
        if name in _NOT_JOBS or str(name).startswith(".") or not isinstance(raw, Mapping):
            continue
        job = _job(_extended(raw, pipeline, _MAX_EXTENDS), pipeline)
        if _is_dead(job, intent):
            dead += 1
        else:
            alive.append(Part("job", name, job, f"job {name}", address=str(name)))
    return Parts("gitlab-ci", tuple(alive), dead, _refers, _uses)


def _extended(job: Mapping[str, Any], pipeline: Mapping[str, Any], left: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if left:
        for base in names(job.get("extends")):
            out = _merged(out, _extended(mapping(pipeline.get(base)), pipeline, left - 1))
    return _merged(out, job)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(out.get(key), Mapping):
            out[key] = _merged(out[key], value)
        else:
            out[key] = value
    return out


def _job(job: dict[str, Any], pipeline: Mapping[str, Any]) -> dict[str, Any]:
    defaults = mapping(pipeline.get("default"))
    for key in _INHERITED:
        if key not in job and (key in defaults or key in pipeline):
            job[key] = defaults.get(key, pipeline.get(key))
    job["variables"] = {**mapping(pipeline.get("variables")), **mapping(job.get("variables"))}
    job.setdefault("stage", "test")
    job["script"] = lines(job.get("before_script")) + lines(job.get("script"))
    if isinstance(job.get("image"), str):
        job["image"] = {"name": job["image"]}
    if isinstance(job.get("environment"), str):
        job["environment"] = {"name": job["environment"]}
    if "needs" in job:
        job["needs"] = names(job["needs"])
    job["services"] = [
        mapping(item).get("name") if isinstance(item, Mapping) else item
        for item in sequence(job.get("services"))
    ]
    return job


def _is_dead(job: Mapping[str, Any], intent: Intent) -> bool:
    if job.get("when") == "never":
        return True
    rules = [mapping(rule) for rule in sequence(job.get("rules"))]
    if rules and all(rule.get("when") == "never" for rule in rules):
        return True
    return job.get("allow_failure") is True and not _may_fail(intent)


def _may_fail(intent: Intent) -> bool:
    """Whether some job is to be allowed to fail whatever happens."""
    return any(
        leaf.path.endswith(".allow_failure") and (leaf.value is True or leaf.matcher == "one_of")
        and leaf.value != (False,)
        for leaf in intent.leaves()
    )  # fmt: skip


def _refers(part: Part, path: Path, value: Any, target: Part) -> bool:
    if isinstance(value, (list, Mapping)):
        return target.address in names(value)
    return isinstance(value, str) and value == target.address


def _uses(part: Part, target: Part) -> bool:
    if target.kind != "job":
        return False
    named = names(part.value.get("needs")) + names(part.value.get("dependencies"))
    return target.address in named
