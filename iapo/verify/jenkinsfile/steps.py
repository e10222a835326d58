"""`steps` and `post`: what may stand where Jenkins wants a step."""

from __future__ import annotations

from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.arguments import check_arguments, check_types, check_values
from iapo.verify.jenkinsfile.model import (
    Data,
    Pipeline,
    block_of,
    call_data,
    literal,
    nearest,
    one_of,
    plain_arguments,
    statements_of,
)
from iapo.verify.jenkinsfile.syntax_tree import Node


def read_steps_section(pipeline: Pipeline, node: Node, within: bool) -> list[Data]:
    body = block_of(pipeline, node)
    if body is None:
        return []
    if not body:
        pipeline.error("empty-steps", "`steps` is empty; add a step such as sh '...'", node)
    if len(body) == 1 and body[0].kind == "call" and body[0].name == "parallel" and not within:
        return _read_parallel_step(pipeline, body[0])
    return [_read_step(pipeline, statement) for statement in body]


def _read_parallel_step(pipeline: Pipeline, node: Node) -> list[Data]:
    """`steps { parallel(a: { ... }, b: { ... }, failFast: true) }`, the old form."""
    branches: list[Data] = []
    entries = [entry for argument in node.args if argument.kind == "map" for entry in argument.args]
    for entry in entries:
        name = literal(entry.args[0])
        value = entry.args[1]
        if name == "failFast":
            if not (value.kind == "constant" and isinstance(value.value, bool)):
                pipeline.error("not-boolean", "failFast takes true or false", value)
        elif value.kind != "closure":
            pipeline.error(
                "bad-parallel", f"the branch `{name}` must be a block: {name}: {{ ... }}", value
            )
        else:
            if not value.args:
                pipeline.error("empty-steps", f"the branch `{name}` has no steps", value)
            steps = [_read_step(pipeline, statement) for statement in value.args]
            branches.append({"name": name, "steps": steps})
    if not branches and not any(finding.at >= node.start for finding in pipeline.findings):
        pipeline.error("empty-stage", "`parallel` has no branches", node)
    return [{"name": "parallel", "arguments": [], "branches": branches}]


def _read_step(pipeline: Pipeline, node: Node) -> Data:
    """One statement in `steps` or `post`, which must be a step."""
    if node.kind == "call" and node.target is not None and node.name is not None:
        pipeline.error(
            "method-call-in-steps",
            f"`{pipeline.text(node)}` calls a method of an object; put it into script {{ ... }}",
            node,
        )
        return {"name": None, "arguments": []}
    if node.kind != "call" or node.name is None:
        pipeline.error(
            "not-a-step",
            f"`{pipeline.text(node)}` is no step; Groovy code belongs in script {{ ... }}",
            node,
        )
        return {"name": None, "arguments": []}
    name = node.name
    data = call_data(pipeline, node)
    if name == "script" or name == "expression":
        body = statements_of(node)
        if body is None:
            pipeline.error("no-block", f"`{name}` takes a block: {name} {{ ... }}", node)
        else:
            closure = node.args[-1]
            data["script"] = pipeline.source[closure.start + 1 : closure.end - 1].strip()
        return data
    if name in catalog.BLOCKED_STEPS:
        pipeline.error(
            "blocked-step", f"`{name}` is not allowed here; {catalog.BLOCKED_STEPS[name]}", node
        )
    arguments = plain_arguments(node)
    check_values(pipeline, arguments)
    signature = catalog.STEPS.get(name)
    if signature is not None:
        check_arguments(pipeline, node, arguments, signature, f"the step `{name}`")
        check_types(pipeline, name, signature, arguments)
    body = statements_of(node)
    if body is not None:
        data["steps"] = [_read_step(pipeline, statement) for statement in body]
    return data


def read_post(pipeline: Pipeline, node: Node) -> Data:
    body = block_of(pipeline, node)
    conditions: Data = {}
    if body is None:
        return conditions
    if not body:
        pipeline.error("empty-section", "`post` is empty; add always { ... } or remove it", node)
    for statement in body:
        steps = statements_of(statement)
        name = statement.name or ""
        if steps is None or statement.target is not None:
            pipeline.error(
                "bad-post",
                f"`{pipeline.text(statement, 40)}` must stand in a condition such as always {{ }}",
                statement,
            )
            continue
        if name not in catalog.POST_CONDITIONS:
            near = nearest(name, catalog.POST_CONDITIONS)
            advice = f"did you mean {near}?" if near else f"use {one_of(catalog.POST_CONDITIONS)}"
            pipeline.error(
                "unknown-post-condition", f"no post condition `{name}`; {advice}", statement
            )
        if name in conditions:
            pipeline.error("duplicate-section", f"the condition `{name}` is given twice", statement)
        if not steps:
            pipeline.error("empty-steps", f"`{name}` has no steps; add one or remove it", statement)
        conditions[name] = [_read_step(pipeline, step) for step in steps]
    return conditions
