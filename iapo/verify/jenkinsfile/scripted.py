"""Scripted pipelines: Groovy that calls `node`, `stage` and steps, read without being run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from iapo.verify.jenkinsfile.model import Pipeline, call_data
from iapo.verify.jenkinsfile.syntax_tree import Node

MAX_STAGES = 1_000


def read_scripted(pipeline: Pipeline, statements: list[Node]) -> dict[str, Any]:
    """The stages with a literal name, and the steps that stand directly in them."""
    stages: list[dict[str, Any]] = []
    for node in _walk(statements):
        if node.kind != "call" or node.name != "stage" or node.target is not None:
            continue
        if len(stages) >= MAX_STAGES:
            break
        pipeline.parts.append((node.start, node.end))
        name = node.args[0].value if node.args and node.args[0].kind == "constant" else None
        body = node.args[-1].args if node.args and node.args[-1].kind == "closure" else []
        stages.append({"name": name, "steps": _steps(pipeline, body)})
    return {"scripted": True, "stages": stages}


def _steps(pipeline: Pipeline, statements: list[Node]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    for node in statements:
        if node.kind != "call" or node.name is None or node.target is not None:
            continue
        data = call_data(pipeline, node)
        if node.args and node.args[-1].kind == "closure":
            data["steps"] = _steps(pipeline, node.args[-1].args)
        steps.append(data)
    return steps


def misplaced_pipeline(statements: list[Node]) -> Iterator[Node]:
    """`pipeline { }` inside another block, such as `node { pipeline { ... } }`."""
    for node in statements:
        if node.kind != "call" or not node.args or node.args[-1].kind != "closure":
            continue
        for inner in node.args[-1].args:
            if inner.kind == "call" and inner.name == "pipeline" and inner.target is None:
                yield inner
            else:
                yield from misplaced_pipeline([inner])


def _walk(nodes: list[Node]) -> Iterator[Node]:
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.args))
        if node.target is not None:
            stack.append(node.target)
