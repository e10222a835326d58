"""The shape of a configuration: GitLab's own JSON schema, its refusals in words.

`schema.json.gz` is built by `scripts/build_gitlab_ci_schema.py`, see NOTICE for where it comes from.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib import resources
from typing import Any

import jsonschema_rs

from iapo.verify.gitlab_ci.jobs import mirrors_pipeline
from iapo.verify.gitlab_ci.pipeline import Pipeline
from iapo.verify.gitlab_ci.resolve import UNRESOLVED
from iapo.verify.suggest import closest
from iapo.verify.yaml_source import Path

_INTERPOLATION = "$[["
_MAX_SHOWN = 12
# Reasons that GitLab takes in retry: beyond those its schema lists: every reason a job can fail for.
MORE_REASONS = frozenset(
    [
        "missing_dependency_failure",
        "forward_deployment_failure",
        "user_blocked",
        "project_deleted",
        "insufficient_bridge_permissions",
        "downstream_bridge_project_not_found",
        "invalid_bridge_trigger",
        "upstream_bridge_project_not_found",
        "insufficient_upstream_permissions",
        "bridge_pipeline_is_child_pipeline",
        "downstream_pipeline_creation_failed",
        "secrets_provider_not_found",
        "reached_max_descendant_pipelines_depth",
        "ci_quota_exceeded",
        "pipeline_loop_detected",
        "no_matching_runner",
        "trace_size_exceeded",
        "builds_disabled",
        "environment_creation_failure",
        "deployment_rejected",
        "failed_outdated_deployment_job",
        "protected_environment_failure",
        "ip_restriction_failure",
    ]
)
_TYPE_NAMES = {
    "string": "text",
    "array": "a list",
    "object": "a mapping",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


@cache
def schema() -> dict[str, Any]:
    """GitLab's JSON schema."""
    data = resources.files("iapo.verify.gitlab_ci").joinpath("schema.json.gz").read_bytes()
    loaded: dict[str, Any] = json.loads(gzip.decompress(data))
    return loaded


@cache
def _validator() -> Any:
    return jsonschema_rs.Draft7Validator(schema(), validate_formats=False)


def check_structure(pipeline: Pipeline) -> None:
    """Report where the resolved data is not of the shape that GitLab's schema demands."""
    validator = _validator()
    if validator.is_valid(pipeline.data):
        return
    told: set[tuple[str, Path]] = set()
    for count, error in enumerate(validator.iter_errors(pipeline.data)):
        if count >= 50:
            break
        cause = _cause(error, 0)
        path = _written_path(pipeline.data, cause.instance_path)
        if _interpolated(pipeline.data, path) or _taken_all_the_same(cause, path, pipeline.data):
            continue
        code, message, at = _words(cause, path)
        if (code, at) in told:
            continue
        told.add((code, at))
        pipeline.problem(code, message, at, key=code in ("unknown-key", "missing-key"))


def _written_path(data: Any, steps: Any) -> Path:
    """The path with the keys that the data has: the validator takes the key "2" for an index."""
    path: list[str | int] = []
    here = data
    for step in steps:
        real = str(step) if isinstance(here, dict) and step not in here else step
        if isinstance(here, dict):
            here = here.get(real)
        else:
            here = here[real] if isinstance(here, list) and isinstance(real, int) else None
        path.append(real)
    return tuple(path)


def _interpolated(data: Any, path: Path) -> bool:
    """Whether the refused value is only known once inputs or references are filled in."""
    here = data
    for step in path:
        if isinstance(here, dict):
            here = here.get(str(step))
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step]
        else:
            return False
    return isinstance(here, str) and (_INTERPOLATION in here or here.startswith(UNRESOLVED))


def _taken_all_the_same(error: Any, path: Path, data: Any) -> bool:
    """What GitLab takes though its schema does not list it."""
    value = error.instance
    if len(path) >= 2 and path[1] == "needs":
        return mirrors_pipeline(data[path[0]])
    return "retry" in path and isinstance(value, str) and value in MORE_REASONS


def _cause(error: Any, depth: int) -> Any:
    """The refusal that says most: of the alternative that was most likely meant, the deepest."""
    branches = getattr(error.kind, "context", None)
    if not branches or depth > 10:
        return error
    best = None
    for branch in branches:
        for inner in branch[:1]:
            cause = _cause(inner, depth + 1)
            here = len(cause.instance_path)
            kind = cause.kind.name
            # "is of another type at all" is the least likely to be what was meant.
            score = (kind != "not", here, kind != "type", kind == "enum")
            if best is None or score > best[0]:
                best = (score, cause)
    if best is None:
        return error
    if best[1].kind.name == "type" and best[1].instance_path == error.instance_path:
        return error if _all_types(branches) else best[1]
    return best[1]


def _all_types(branches: Any) -> bool:
    return all(branch and branch[0].kind.name == "type" for branch in branches)


def _words(error: Any, path: Path) -> tuple[str, str, Path]:
    """Code, message and place of a refusal."""
    kind = error.kind
    name = kind.name
    what = _called(path)
    if name == "additionalProperties":
        extra = [str(key) for key in kind.unexpected]
        at = (*path, extra[0]) if extra else path
        meant = closest(extra[0], _keywords(error.schema_path)) if extra else None
        hint = f'; did you mean "{meant}"?' if meant else ""
        return "unknown-key", f'"{", ".join(extra)[:80]}" is no keyword of {what}{hint}', at
    if name == "required":
        return "missing-key", f'{what} needs "{kind.property}:"', path
    if name == "enum":
        options = ", ".join(str(option) for option in kind.options[:_MAX_SHOWN])
        return "bad-value", f"{what} must be one of {options}, not {_shown(error.instance)}", path
    if name == "const":
        return "bad-value", f"{what} cannot be {_shown(error.instance)}; {_form(path)}", path
    if name == "type":
        names = _types(kind)
        wanted = " or ".join(dict.fromkeys(_TYPE_NAMES.get(n, n) for n in names if n != "null"))
        return "wrong-type", f"{what} must be {wanted}, not {_shown(error.instance)}", path
    if name in ("anyOf", "oneOf"):
        types = [
            _TYPE_NAMES.get(n, n)
            for branch in getattr(kind, "context", ())
            if branch and branch[0].kind.name == "type"
            for n in _types(branch[0].kind)
            if n != "null"
        ]
        wanted = " or ".join(dict.fromkeys(types)) or "of another shape"
        return "wrong-type", f"{what} must be {wanted}, not {_shown(error.instance)}", path
    if name in ("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"):
        return "out-of-range", f"{what}: {error.message[:160]}", path
    if name in ("minItems", "minLength", "minProperties"):
        return "empty", f"{what} is empty; fill it or remove it", path
    if name in ("maxItems", "maxLength", "maxProperties"):
        return "too-many", f"{what}: {error.message[-120:]}", path
    if name == "uniqueItems":
        return "duplicate-entry", f"{what} lists an entry twice", path
    if name == "pattern":
        return "bad-value", f"{what} cannot be {_shown(error.instance)}: {_form(path)}", path
    if name == "not":
        return "bad-value", f"{what} cannot be {_shown(error.instance)} here", path
    return "wrong-shape", f"{what}: {error.message[:160]}", path


def _keywords(schema_path: Any) -> list[str]:
    """What the mapping may hold that a schema's `additionalProperties` refused a key of."""
    here: Any = schema()
    for step in list(schema_path)[:-1]:
        here = here[step]
    return list(here.get("properties", ()))


def _types(kind: Any) -> list[str]:
    types = kind.types
    return [str(t) for t in types] if isinstance(types, (list, tuple)) else [str(types)]


def _form(path: Path) -> str:
    last = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    forms = {
        "coverage": "a regular expression between slashes, /.../",
        "include": "a file ending in .yml or .yaml, or a URL of one",
        "local": "a file ending in .yml or .yaml",
        "template": "a file ending in .yml or .yaml",
        "file": "a file ending in .yml or .yaml",
        "remote": "a URL of a .yml or .yaml file",
        "project": "group/project",
        "trigger": "group/project",
        "key": 'no "/" and not only dots',
        "when": "write always, or a reason such as runner_system_failure or script_failure",
        "url": "a URL",
        "released_at": "a date and time such as 2030-01-31T10:00:00Z",
    }
    return forms.get(last, "it is of another form")


def _called(path: Path) -> str:
    if not path:
        return "the configuration"
    return '"' + ":".join(str(step) for step in path)[:120] + '"'


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
