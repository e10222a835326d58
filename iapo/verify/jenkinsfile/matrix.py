"""The axes of a `matrix`, and what it excludes."""

from __future__ import annotations

from typing import Any

from iapo.verify.jenkinsfile.model import (
    IDENTIFIER,
    Data,
    Pipeline,
    block_of,
    literal,
    statements_of,
    value_of,
)
from iapo.verify.jenkinsfile.syntax_tree import Node


def named_blocks(pipeline: Pipeline, node: Node, name: str) -> list[Node]:
    """The `name { ... }` blocks in a block that holds nothing else."""
    found: list[Node] = []
    body = block_of(pipeline, node)
    for statement in body or []:
        if (
            statement.kind == "call"
            and statement.name == name
            and statements_of(statement) is not None
        ):
            found.append(statement)
        else:
            pipeline.error(
                "bad-matrix",
                f"`{node.name}` holds {name} {{ ... }} only, not `{pipeline.text(statement, 30)}`",
                statement,
            )
    if body is not None and not body:
        pipeline.error("empty-section", f"`{node.name}` is empty; add {name} {{ ... }}", node)
    return found


def read_axes(pipeline: Pipeline, node: Node, lists: tuple[str, ...]) -> Data:
    axes: Data = {}
    for axis in named_blocks(pipeline, node, "axis"):
        name, values = _read_axis(pipeline, axis, lists)
        if name is None:
            continue
        if name in axes:
            pipeline.error("duplicate-axis", f"the axis {name} is given twice", axis)
        axes[name] = values
    return axes


def _read_axis(
    pipeline: Pipeline, node: Node, lists: tuple[str, ...]
) -> tuple[str | None, list[Any]]:
    name: str | None = None
    values: list[Any] = []
    seen: set[str] = set()
    known: set[str] = set()
    for statement in statements_of(node) or []:
        key = statement.name if statement.kind == "call" else None
        if key == "name" and len(statement.args) == 1:
            name = literal(statement.args[0])
            if name is None or not IDENTIFIER.match(name):
                pipeline.error(
                    "bad-variable-name",
                    f"{pipeline.text(statement.args[0], 40)} is no name for an axis; use letters, "
                    "digits and _ in quotes",
                    statement.args[0],
                )
        elif key in lists:
            for value in statement.args:
                if value.kind != "constant":
                    pipeline.error(
                        "bad-axis-value", "the values of an axis are plain strings", value
                    )
                elif repr(value.value) in known:
                    pipeline.error("duplicate-axis-value", f"{value.value!r} is given twice", value)
                known.add(repr(value.value))
                values.append(value_of(pipeline, value))
        else:
            pipeline.error(
                "bad-matrix",
                f"an axis holds name and {' or '.join(lists)}, not `{pipeline.text(statement, 30)}`",
                statement,
            )
        if key in seen:
            pipeline.error("duplicate-section", f"`{key}` is given twice in this axis", statement)
        seen.add(key or "")
    if "name" not in seen:
        pipeline.error("missing-argument", "the axis has no name; add name 'NAME'", node)
    if not seen & set(lists):
        pipeline.error("missing-argument", "the axis has no values; add values 'a', 'b'", node)
    return name, values
