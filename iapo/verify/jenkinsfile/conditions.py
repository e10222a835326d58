"""`when` and its conditions."""

from __future__ import annotations

from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.arguments import check_arguments, check_values
from iapo.verify.jenkinsfile.model import (
    Data,
    Pipeline,
    block_of,
    boolean,
    call_data,
    nearest,
    one_of,
    plain_arguments,
    statements_of,
)
from iapo.verify.jenkinsfile.syntax_tree import Node


def read_when(pipeline: Pipeline, node: Node) -> Data:
    body = block_of(pipeline, node)
    data: Data = {"conditions": []}
    for statement in body or []:
        if statement.kind == "call" and statement.name in catalog.WHEN_FLAGS:
            data[str(statement.name)] = boolean(pipeline, statement)
        else:
            data["conditions"].append(_read_condition(pipeline, statement))
    if body is not None and not data["conditions"]:
        pipeline.error("empty-section", "`when` has no condition; add one or remove it", node)
    return data


def _read_condition(pipeline: Pipeline, node: Node) -> Data:
    name = node.name if node.kind == "call" and node.target is None else None
    if name is None:
        shown = pipeline.text(node, 40)
        if node.kind == "variable" and node.name in catalog.CONDITIONS:
            advice = f"write {node.name}()"
        else:
            advice = "Groovy belongs in expression { ... }"
        pipeline.error("bad-when", f"`{shown}` is no condition; {advice}", node)
        return {"name": None}
    data = call_data(pipeline, node)
    body = statements_of(node)
    arguments = plain_arguments(node)
    signature = catalog.CONDITIONS.get(name)
    if name == "expression":
        if body is None:
            pipeline.error("no-block", "expression takes a block: expression { ... }", node)
        else:
            closure = node.args[-1]
            data["script"] = pipeline.source[closure.start + 1 : closure.end - 1].strip()
        return data
    if signature is None:
        near = nearest(name, {*catalog.CONDITIONS, *catalog.WHEN_FLAGS})
        advice = f"did you mean {near}?" if near else f"use {one_of(catalog.CONDITIONS)}"
        pipeline.error("unknown-condition", f"no when condition `{name[:40]}`; {advice}", node)
        return data
    if name in catalog.NESTED_CONDITIONS:
        if arguments:
            pipeline.error("bad-when", f"`{name}` takes conditions in a block only", arguments[0])
        data["conditions"] = [_read_condition(pipeline, statement) for statement in body or []]
        count = len(data["conditions"])
        if name == "not" and count != 1:
            pipeline.error("bad-when", f"`not` takes exactly one condition, not {count}", node)
        elif not count:
            pipeline.error("bad-when", f"`{name}` needs at least one condition", node)
        return data
    if body:
        pipeline.error("bad-when", f"`{name}` takes no conditions inside", body[0])
        return data
    check_values(pipeline, arguments)
    check_arguments(pipeline, node, arguments, signature, f"the condition `{name}`")
    return data
