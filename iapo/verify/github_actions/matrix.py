"""`strategy:` with its matrix: rows, include, exclude, and the type of the `matrix` context."""

from __future__ import annotations

import json
from typing import Any

from iapo.verify.github_actions import contexts
from iapo.verify.github_actions.types import (
    ANY,
    LOOSE,
    NULL,
    ArrayType,
    ObjectType,
    Type,
    merge,
    type_of_data,
)
from iapo.verify.github_actions.walk import Walk, is_expression, scalar_text
from iapo.verify.yaml_source import Path

_PLACE = contexts.JOB_STRATEGY
MAX_COMBINATIONS = 256  # jobs that a matrix may make


def check_strategy(walk: Walk, value: Any, path: Path) -> Type:
    """Check a strategy; the type of the `matrix` context under it."""
    fields = walk.mapping(value, path, '"strategy"')
    walk.keys(fields, path, '"strategy"', ("matrix", "fail-fast", "max-parallel"))
    if "fail-fast" in fields:
        walk.boolean(fields["fail-fast"], (*path, "fail-fast"), '"fail-fast"', _PLACE)
    if "max-parallel" in fields:
        at = (*path, "max-parallel")
        walk.number(fields["max-parallel"], at, '"max-parallel"', _PLACE, whole=True)
    if "matrix" in fields:
        return _matrix(walk, fields["matrix"], (*path, "matrix"))
    return contexts.NONE


def _matrix(walk: Walk, value: Any, path: Path) -> Type:
    if is_expression(value):
        kind = walk.whole(value, path, _PLACE)
        if kind is None or kind is ANY:
            return LOOSE
        if isinstance(kind, ObjectType):
            return of_object(kind)
        walk.problem(
            "wrong-expression-type", f'"matrix" needs an object, this expression is {kind}', path
        )
        return LOOSE
    properties: dict[str, Type] = {}
    rows: dict[str, list[Any] | None] = {}
    matrix = walk.mapping(value, path, '"matrix"', fold=True)
    for name, row in matrix.items():
        key = scalar_text(name).lower()
        if key in ("include", "exclude"):
            continue
        at = (*path, name)
        properties[key] = ANY
        rows[key] = None
        if is_expression(row):
            kind = walk.whole(row, at, _PLACE)
            if isinstance(kind, ArrayType):
                properties[key] = kind.element
            elif kind is not None and kind is not ANY:
                walk.problem(
                    "wrong-expression-type", f'"{name}" needs a list, this expression is {kind}', at
                )
            continue
        items = walk.sequence(row, at, f'"{name}" of the matrix')
        _duplicates(walk, name, items, at)
        _nested(walk, items, at)
        rows[key] = items
        if items:
            properties[key] = _element(items)
    loose = False
    if "include" in matrix:
        loose = _include(walk, matrix["include"], (*path, "include"), properties)
    if "exclude" in matrix:
        _exclude(walk, matrix["exclude"], (*path, "exclude"), rows)
    return ObjectType(properties, ANY if loose else None)


def of_object(kind: ObjectType) -> ObjectType:
    """The `matrix` context where one object is the whole matrix: `fromJSON('{...}')`."""
    properties = dict(kind.properties)
    include = properties.pop("include", None)
    properties.pop("exclude", None)
    for name, row in properties.items():
        properties[name] = row.element if isinstance(row, ArrayType) else ANY
    if isinstance(include, ArrayType) and isinstance(include.element, ObjectType):
        for name, part in include.element.properties.items():
            properties[name] = merge(properties[name], part) if name in properties else part
    elif include is not None:
        return ObjectType(properties, ANY)
    return ObjectType(properties, kind.rest)


def _element(items: list[Any]) -> Type:
    kind = type_of_data(items)
    return kind.element if isinstance(kind, ArrayType) else ANY


def _nested(walk: Walk, value: Any, path: Path) -> None:
    """Expressions anywhere in the values of a matrix."""
    stack: list[tuple[Any, Path]] = [(value, path)]
    while stack:
        here, at = stack.pop()
        if isinstance(here, str):
            if "${{" in here:
                walk.expressions(here, at, _PLACE, shown=False)
        elif isinstance(here, list):
            stack.extend((item, (*at, index)) for index, item in enumerate(here))
        elif isinstance(here, dict):
            stack.extend((item, (*at, key)) for key, item in here.items())


def _frozen(value: Any) -> str:
    try:
        return json.dumps(value, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        return str(id(value))


def _duplicates(walk: Walk, name: Any, items: list[Any], path: Path) -> None:
    seen: set[str] = set()
    for index, item in enumerate(items):
        frozen = _frozen(item)
        if frozen in seen:
            walk.problem(
                "duplicate-matrix-value",
                f'"{name}" of the matrix has the value {frozen[:60]} twice: its jobs run twice',
                (*path, index),
                severity="warning",
            )
        seen.add(frozen)


def _include(walk: Walk, value: Any, path: Path, properties: dict[str, Type]) -> bool:
    """Add what `include` adds; whether it may add anything at all."""
    loose = False
    for at, entry in _combinations(walk, value, path, "include"):
        if entry is None:
            loose = True
            continue
        for name, item in entry.items():
            _nested(walk, item, (*at, name))
            key = scalar_text(name).lower()
            kind = type_of_data(item)
            # A combination without the key leaves it null.
            properties[key] = merge(properties[key], kind) if key in properties else kind
            if properties[key] is NULL:
                properties[key] = ANY
    return loose


def _combinations(
    walk: Walk, value: Any, path: Path, what: str
) -> list[tuple[Path, dict[Any, Any] | None]]:
    """The entries of include or exclude; None for those only an expression knows."""
    if is_expression(value):
        kind = walk.whole(value, path, _PLACE)
        if kind is not None and kind is not ANY and not isinstance(kind, ArrayType):
            walk.problem(
                "wrong-expression-type", f'"{what}" needs a list, this expression is {kind}', path
            )
        return [(path, None)]
    found: list[tuple[Path, dict[Any, Any] | None]] = []
    for index, entry in enumerate(walk.sequence(value, path, f'"{what}"')):
        at = (*path, index)
        if is_expression(entry):
            walk.whole(entry, at, _PLACE)
            found.append((at, None))
        else:
            found.append((at, walk.mapping(entry, at, f"an entry of {what}", fold=True)))
    return found


def _exclude(walk: Walk, value: Any, path: Path, rows: dict[str, list[Any] | None]) -> None:
    scalars: dict[str, set[str]] = {}
    containers: dict[str, list[Any]] = {}
    for key, row in rows.items():
        if row is not None and not any("${{" in _frozen(v) for v in row):
            scalars[key] = {scalar_text(v) for v in row if not isinstance(v, (dict, list))}
            containers[key] = [v for v in row if isinstance(v, (dict, list))][:MAX_COMBINATIONS]
    for at, entry in _combinations(walk, value, path, "exclude"):
        for name, item in (entry or {}).items():
            where = (*at, name)
            _nested(walk, item, where)
            key = scalar_text(name).lower()
            if key not in rows:
                walk.problem(
                    "undefined-matrix-key",
                    f'exclude: the matrix has no "{name}" to exclude a value of',
                    where,
                    key=True,
                )
            elif key not in scalars or "${{" in _frozen(item):
                continue
            elif isinstance(item, (dict, list)):
                if not any(_covers(candidate, item) for candidate in containers[key]):
                    _unmatched(walk, name, item, where)
            elif scalar_text(item) not in scalars[key]:
                _unmatched(walk, name, item, where)


def _unmatched(walk: Walk, name: Any, item: Any, path: Path) -> None:
    walk.problem(
        "unmatched-exclude",
        f'exclude: "{name}" of the matrix has no value {_frozen(item)[:60]}',
        path,
    )


def _covers(value: Any, wanted: Any, depth: int = 0) -> bool:
    """Whether a value of a row is one that an exclusion means: equal, or an object holding it."""
    if depth > 20:
        return True
    if isinstance(value, dict) and isinstance(wanted, dict):
        return all(k in value and _covers(value[k], v, depth + 1) for k, v in wanted.items())
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(
            _covers(a, b, depth + 1) for a, b in zip(value, wanted, strict=True)
        )
    if isinstance(value, (dict, list)) or isinstance(wanted, (dict, list)):
        return False
    return scalar_text(value) == scalar_text(wanted)


def systems_of(runs_on: Any) -> str | None:
    """`windows` or `unix` where the runner's labels tell, else None."""
    if isinstance(runs_on, dict):
        runs_on = runs_on.get("labels")
    labels = runs_on if isinstance(runs_on, list) else [runs_on]
    systems = set()
    for label in labels:
        text = scalar_text(label).lower() if not isinstance(label, (dict, list)) else ""
        if text.startswith("windows"):
            systems.add("windows")
        elif text.startswith(("ubuntu", "macos", "linux")):
            systems.add("unix")
    return systems.pop() if len(systems) == 1 else None
