"""What the Compose schema has against a file, as diagnostics a person can act on; and casts of quoted scalars."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import resources
from typing import Any

import jsonschema_rs

from iapo.verify.compose.project import Project
from iapo.verify.places import dotted, shown, value_at
from iapo.verify.suggest import closest
from iapo.verify.yaml_source import Path

_TRUE = frozenset({"y", "yes", "true", "on"})
_FALSE = frozenset({"n", "no", "false", "off"})
_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
# Fields that Compose turns from a string into a number or a truth value before it checks them.
# "*" stands for any name or index.
_CASTS: tuple[tuple[str, str], ...] = (
    *((f"services.*.{name}", "boolean") for name in (
        "init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty",
        "healthcheck.disable", "volumes.*.read_only", "volumes.*.volume.nocopy",
    )),
    *((f"services.*.{name}", "integer") for name in (
        "cpu_count", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares",
        "deploy.replicas", "deploy.update_config.parallelism",
        "deploy.rollback_config.parallelism", "deploy.restart_policy.max_attempts",
        "deploy.placement.max_replicas_per_node", "healthcheck.retries", "oom_score_adj",
        "pids_limit", "ports.*.target", "scale", "ulimits.*", "ulimits.*.hard", "ulimits.*.soft",
    )),
    *((f"services.*.{name}", "number") for name in (
        "cpu_percent", "cpus", "deploy.update_config.max_failure_ratio",
        "deploy.rollback_config.max_failure_ratio",
    )),
    *((f"{section}.*.external", "boolean") for section in ("networks", "volumes", "secrets", "configs")),
    ("networks.*.internal", "boolean"),
    ("networks.*.attachable", "boolean"),
)  # fmt: skip
_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_Tree = dict[str, Any]


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The JSON Schema of the Compose Specification (scripts/build_compose_schema.py)."""
    text = resources.files("iapo.verify.compose").joinpath("schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@lru_cache(maxsize=1)
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        _without_unique(schema()),
        validate_formats=False,
        offline=True,
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def _without_unique(value: Any) -> Any:
    """The schema less `uniqueItems`: Compose drops repeated entries before it validates."""
    if isinstance(value, dict):
        return {k: _without_unique(v) for k, v in value.items() if k != "uniqueItems"}
    return [_without_unique(v) for v in value] if isinstance(value, list) else value


@lru_cache(maxsize=1)
def _casts() -> _Tree:
    tree: _Tree = {}
    for path, kind in _CASTS:
        here = tree
        for step in path.split("."):
            here = here.setdefault(step, {})
        here["="] = kind
    return tree


def cast_scalars(project: Project) -> None:
    """Turn quoted numbers and truth values into what they stand for, where Compose does."""
    _cast(project.data, _casts(), (), project)


def _cast(value: Any, tree: _Tree, path: Path, project: Project) -> None:
    children: Any
    if isinstance(value, dict):
        children = [(key, tree.get(key) or tree.get("*")) for key in value] if "*" in tree else [
            (key, tree[key]) for key in tree if key in value
        ]  # fmt: skip
    elif isinstance(value, list) and "*" in tree:
        children = [(index, tree["*"]) for index in range(len(value))]
    else:
        return
    for key, below in children:
        if not below:
            continue
        child = value[key]
        if isinstance(child, str) and "=" in below:
            found = _scalar(child, below["="])
            if found is None:
                message = f'{dotted((*path, key))} must be {_NAMES[below["="]]}, not "{child[:40]}"'
                project.error("wrong-type", message, (*path, key))
                # The schema has nothing to add to what is said here.
                value[key] = {"boolean": False}.get(below["="], 1)
            else:
                value[key] = found
        else:
            _cast(child, below, (*path, key), project)


def _scalar(text: str, kind: str) -> bool | int | float | None:
    if kind == "boolean":
        word = text.lower()
        return True if word in _TRUE else (False if word in _FALSE else None)
    if kind == "integer":
        return int(text) if _INT.match(text) and len(text) < 20 else None
    return float(text) if _FLOAT.match(text) and len(text) < 60 else None


def check_structure(project: Project) -> bool:
    """Report what the schema has against the resolved file. Returns whether it had nothing."""
    validator = _validator()
    try:
        if validator.is_valid(project.data):
            return True
    except ValueError as refused:  # a value that JSON has no form for, such as half a character
        project.error("not-json", str(refused)[:200], ())
        return False
    seen: set[tuple[Path, str]] = set()
    for count, error in enumerate(validator.iter_errors(project.data)):
        if count > 100:
            break
        _report(project, error, seen)
    return False


def _report(project: Project, error: jsonschema_rs.ValidationError, seen: set[Any]) -> None:
    kind: Any = error.kind  # its attributes differ from kind to kind
    if kind.name in ("oneOf", "anyOf"):
        branch = _meant(kind, error)
        if branch is not None:
            for inner in branch:
                _report(project, inner, seen)
            return
    path: Path = tuple(error.instance_path)
    where = dotted(path) or "the file"
    value = value_at(project.data, path)
    code, message, at = "schema", f"{where}: {error.message.splitlines()[0][:200]}", path
    if kind.name in ("additionalProperties", "unevaluatedProperties"):
        known = _known_fields(path)
        for extra in kind.unexpected[:50]:
            if extra in known:
                continue  # left unevaluated only because its own value is wrong
            hit = closest(str(extra), known)
            hint = f'; did you mean "{hit}"?' if hit else ""
            text = f'{where} has no field "{str(extra)[:80]}"{hint}'
            if ((*path, extra), "unknown") not in seen:
                seen.add(((*path, extra), "unknown"))
                project.error("misspelt-field" if hit else "unknown-field", text, (*path, extra))
        return
    if kind.name in ("type", "oneOf", "anyOf"):
        types = list(kind.types) if kind.name == "type" else _branch_types(kind)
        code = "wrong-type"
        wanted = " or ".join(dict.fromkeys(_NAMES.get(t, t) for t in types)) or "something else"
        quotes = "; put it in quotes" if "string" in types and _is_plain(value) else ""
        message = f"{where} must be {wanted}, not {shown(value)}{quotes}"
    elif kind.name == "required":
        code, message = "missing-field", f'{where} needs the field "{kind.property}"'
    elif kind.name == "enum":
        options = [str(option) for option in kind.options if option is not None]
        hit = closest(str(value), options, cutoff=0.6)
        hint = f'; did you mean "{hit}"?' if hit else ""
        code = "bad-value"
        message = f"{where}: {shown(value)} is not one of {', '.join(options[:12])}{hint}"
    elif kind.name == "pattern":
        code, message = "bad-value", f"{where}: {shown(value)} has the wrong form"
    if (path, code) not in seen:
        seen.add((path, code))
        project.error(code, message, at)


def _meant(kind: Any, error: jsonschema_rs.ValidationError) -> list[Any] | None:
    """The errors of the alternative whose type fits the value, which is what the author meant."""
    depth = len(list(error.instance_path))
    fitting = [
        branch
        for branch in kind.context
        if branch
        and not any(e.kind.name == "type" and len(list(e.instance_path)) == depth for e in branch)
    ]
    return list(fitting[0]) if len(fitting) == 1 else None


def _branch_types(kind: Any) -> list[str]:
    found: list[str] = []
    for branch in getattr(kind, "context", []):
        for error in branch:
            if error.kind.name == "type":
                found.extend(error.kind.types)
    return found


@lru_cache(maxsize=256)
def _known_fields(path: Path) -> list[str]:
    """Field names the schema gives at a path, over all alternatives."""
    found: set[str] = set()
    for node in _nodes(path):
        found.update(node.get("properties", {}))
    return sorted(found)


def _nodes(path: Path) -> list[dict[str, Any]]:
    nodes = _alternatives(schema())
    for step in path:
        below: list[dict[str, Any]] = []
        for node in nodes:
            options = [node.get("properties", {}).get(step)] if isinstance(step, str) else []
            options += list(node.get("patternProperties", {}).values()) if not any(options) else []
            options += [node.get("items"), node.get("additionalProperties")]
            for option in options:
                if isinstance(option, dict):
                    below.extend(_alternatives(option))
        nodes = below[:200]
    return nodes


def _alternatives(node: dict[str, Any], depth: int = 0) -> list[dict[str, Any]]:
    if depth > 8:
        return []
    found = [node]
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        target: Any = schema()
        for step in reference[2:].split("/"):
            target = target.get(step, {})
        found += _alternatives(target, depth + 1)
    for word in ("oneOf", "anyOf", "allOf"):
        for option in node.get(word, []):
            found += _alternatives(option, depth + 1)
    return found


def _is_plain(value: Any) -> bool:
    return isinstance(value, (bool, int, float))
