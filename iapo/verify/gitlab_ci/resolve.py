"""`!reference`, `extends`, `default` and global keywords folded into the jobs, as GitLab does.

https://docs.gitlab.com/ci/yaml/yaml_optimization/ and https://docs.gitlab.com/ci/yaml/#default.
What an included file could define is noted on the pipeline as unjudged.
"""

from __future__ import annotations

from typing import Any

from iapo.verify.gitlab_ci.pipeline import GLOBAL_KEYS, Pipeline
from iapo.verify.yaml_source import MAX_NODES, Path, Tagged

MAX_EXTENDS = 11  # levels
MAX_REFERENCES = 10  # references inside what a reference gives
MAX_NESTING = 10  # levels of lists in lists
REFERENCE = "!reference"
UNRESOLVED = "!reference ["  # how a reference stays that an included file would resolve
# Keywords that `default` may set, and the global ones of old that mean the same.
DEFAULTS = [
    "after_script",
    "artifacts",
    "before_script",
    "cache",
    "hooks",
    "id_tokens",
    "identity",
    "image",
    "interruptible",
    "retry",
    "services",
    "tags",
    "timeout",
]
_OLD_GLOBALS = ("image", "services", "cache", "before_script", "after_script")
_MISSING = object()


class _TooLargeError(Exception):
    """References multiply beyond what a file may hold."""


def texts_as_keys(value: Any) -> Any:
    """Keys of mappings as text (`123:` is the job "123"); shares what needs no change."""
    if isinstance(value, dict):
        return {_key(k): texts_as_keys(v) for k, v in value.items()}
    if isinstance(value, list):
        return [texts_as_keys(item) for item in value]
    if isinstance(value, Tagged):
        return Tagged(value.tag, texts_as_keys(value.value))
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value) if abs(value) < 10**300 else str(value)[:40]
    return value


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    return "" if key is None else str(key)


def resolve(pipeline: Pipeline) -> None:
    """Fill `pipeline.data` with jobs whose parents and references are folded in."""
    extended: dict[str, Any] = {}
    resolved: dict[str, dict[str, Any]] = {}
    for name, value in pipeline.raw.items():
        if name not in GLOBAL_KEYS and isinstance(value, dict):
            extended[name] = _extend(pipeline, name, resolved, ())
        else:
            extended[name] = value
    references = _References(pipeline, extended)
    for name, value in extended.items():
        pipeline.data[name] = _folded(pipeline, references, name, value)


def _folded(pipeline: Pipeline, references: _References, name: str, value: Any) -> Any:
    try:
        return references.fold(value, (name,), 0)
    except _TooLargeError:
        pipeline.problem(
            "too-large", f'"{name}" grows beyond {MAX_NODES} values by its references', (name,)
        )
        return {}


def _extend(
    pipeline: Pipeline, name: str, resolved: dict[str, dict[str, Any]], trail: tuple[str, ...]
) -> dict[str, Any]:
    """A job with all that it extends; the nearer wins, mappings are merged, lists are not."""
    done = resolved.get(name)
    if done is not None:
        return done
    job: dict[str, Any] = pipeline.raw[name]
    names = job.get("extends")
    if names is None or isinstance(names, (dict, Tagged)):
        resolved[name] = job
        return job
    merged: dict[str, Any] = {}
    ancestors: list[str] = []
    for index, parent in enumerate(names if isinstance(names, list) else [names]):
        at: Path = (name, "extends", index) if isinstance(names, list) else (name, "extends")
        if not isinstance(parent, str) or not _may_extend(pipeline, name, parent, trail, at):
            continue
        merged = merge(merged, _extend(pipeline, parent, resolved, (*trail, name)))
        if parent in pipeline.incomplete:
            pipeline.incomplete.add(name)
        ancestors = [parent, *pipeline.parents.get(parent, ()), *ancestors][:100]
        level = pipeline.levels.get(parent, 1) + 1
        pipeline.levels[name] = max(level, pipeline.levels.get(name, 1))
    pipeline.parents[name] = ancestors
    resolved[name] = merge(merged, job)
    return resolved[name]


def _may_extend(
    pipeline: Pipeline, name: str, parent: str, trail: tuple[str, ...], at: Path
) -> bool:
    """Whether a parent can be folded in; says why not."""
    if parent == name or parent in trail:
        begin = trail.index(parent) if parent in trail else len(trail)
        circle = " -> ".join((*trail[begin:], name, parent)[-12:])
        pipeline.problem("cyclic-extends", f"extends in a circle: {circle}", at)
        return False
    if pipeline.levels.get(parent, 1) >= MAX_EXTENDS or len(trail) >= 4 * MAX_EXTENDS:
        pipeline.problem("deep-extends", f"extends goes deeper than {MAX_EXTENDS} levels", at)
        return False
    source = pipeline.raw.get(parent)
    if isinstance(source, dict) and parent not in GLOBAL_KEYS:
        return True
    pipeline.incomplete.add(name)
    if pipeline.included and source is None:
        pipeline.unjudged = True
    else:
        pipeline.problem("undefined-extends", f'extends: there is no job "{parent[:80]}"', at)
    return False


def merge(base: dict[str, Any], over: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Mappings merged deeply, anything else replaced; neither argument is changed."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, dict) and isinstance(value, dict) and depth < 100:
            result[key] = merge(below, value, depth + 1)
        else:
            result[key] = value
    return result


class _References:
    """Replaces `!reference [job, key, ...]` by what it names."""

    def __init__(self, pipeline: Pipeline, data: dict[str, Any]) -> None:
        self.pipeline = pipeline
        self.data = data
        self.nodes = 0

    def fold(self, value: Any, path: Path, level: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _TooLargeError
        if isinstance(value, dict):
            return {key: self.fold(item, (*path, key), level) for key, item in value.items()}
        if isinstance(value, list):
            folded: list[Any] = []
            for index, item in enumerate(value):
                result = self.fold(item, (*path, index), level)
                if result is _MISSING:
                    continue
                # Lists within lists are flattened wherever GitLab takes references.
                folded.extend(_flat(result) if isinstance(result, list) else (result,))
            return folded
        if isinstance(value, Tagged):
            found = self.follow(value, path, level)
            return None if found is _MISSING and not isinstance(path[-1], int) else found
        return value

    def follow(self, reference: Tagged, path: Path, level: int) -> Any:
        steps = reference.value
        shown = steps if isinstance(steps, list) else [steps]
        if (
            not isinstance(steps, list)
            or not steps
            or any(isinstance(s, (dict, list)) for s in steps)
        ):
            self.pipeline.problem("bad-reference", "!reference takes a list: [job, key, ...]", path)
            return _MISSING
        name = ", ".join(str(step) for step in shown)[:100]
        if level >= MAX_REFERENCES:
            self.pipeline.problem(
                "cyclic-reference", f"!reference [{name}] refers to itself, or goes too deep", path
            )
            return _MISSING
        here: Any = self.data
        for step in steps:
            here = here.get(str(step)) if isinstance(here, dict) else None
            if here is None:
                return self.undefined(name, str(steps[0]), path)
        return self.fold(here, path, level + 1)

    def undefined(self, name: str, first: str, path: Path) -> Any:
        job = str(path[0])
        if self.pipeline.included and (first not in self.data or first in self.pipeline.incomplete):
            self.pipeline.unjudged = True
            self.pipeline.incomplete.add(job)
            return f"{UNRESOLVED}{name}]"
        if first not in self.pipeline.incomplete or not self.pipeline.included:
            self.pipeline.problem(
                "undefined-reference", f"!reference [{name}] names nothing in this file", path
            )
            self.pipeline.incomplete.add(job)
        return _MISSING


def _flat(value: list[Any], depth: int = 0) -> list[Any]:
    if depth >= MAX_NESTING or not any(isinstance(item, list) for item in value):
        return value
    flat: list[Any] = []
    for item in value:
        flat.extend(_flat(item, depth + 1) if isinstance(item, list) else (item,))
    return flat


def with_defaults(pipeline: Pipeline) -> dict[str, Any]:
    """The whole configuration as an intent is matched with: each visible job with its defaults."""
    data = pipeline.data
    defaults = {key: data[key] for key in _OLD_GLOBALS if data.get(key) is not None}
    if isinstance(data.get("default"), dict):
        defaults.update({k: v for k, v in data["default"].items() if k in DEFAULTS})
    variables = data.get("variables")
    result = dict(data)
    for name, job in pipeline.jobs().items():
        inherit = job.get("inherit") if isinstance(job.get("inherit"), dict) else {}
        chosen = inherit.get("default", True) if isinstance(inherit, dict) else True
        taken = {
            key: value
            for key, value in defaults.items()
            if "trigger" not in job
            and (chosen is True or (isinstance(chosen, list) and key in chosen))
        }
        full = {**taken, **{k: v for k, v in job.items() if k != "extends"}}
        full.setdefault("stage", "test")
        if isinstance(variables, dict) and isinstance(full.get("variables"), dict):
            kept = inherit.get("variables", True) if isinstance(inherit, dict) else True
            if kept is True:
                full["variables"] = {**variables, **full["variables"]}
        result[name] = full
    return result
