"""`agent`, `environment`, `tools` and `libraries`."""

from __future__ import annotations

from typing import Any

from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.arguments import check_value, check_values, unknown_name
from iapo.verify.jenkinsfile.catalog import Signature
from iapo.verify.jenkinsfile.model import (
    IDENTIFIER,
    Data,
    Pipeline,
    block_of,
    literal,
    nearest,
    one_of,
    statements_of,
    value_of,
)
from iapo.verify.jenkinsfile.syntax_tree import Node


def read_agent(pipeline: Pipeline, node: Node) -> Any:
    body = statements_of(node)
    if body is None:
        arguments = node.args
        kind = literal(arguments[0]) if len(arguments) == 1 else None
        if kind in catalog.ZERO_ARGUMENT_AGENTS:
            return kind
        pipeline.error(
            "bad-agent", "write `agent any`, `agent none` or `agent { label '...' }`", node
        )
        return None
    if not body:
        pipeline.error("bad-agent", "`agent` is empty; write `agent any` or name one inside", node)
        return None
    if len(body) > 1:
        pipeline.error(
            "several-agents",
            "`agent` takes one type; put other settings inside it, such as docker { image ... }",
            body[1],
        )
        return None
    statement = body[0]
    if statement.kind != "call" or statement.name is None or statement.target is not None:
        inner = pipeline.text(statement, 30)
        advice = f"`agent {inner}`" if inner in ("any", "none") else "`agent { label '...' }`"
        pipeline.error("bad-agent", f"`{inner}` is no agent here; write {advice}", statement)
        return None
    kind = statement.name
    signature = catalog.AGENTS.get(kind)
    if kind in catalog.ZERO_ARGUMENT_AGENTS:
        return {kind: True}
    if (
        signature is None
        and statements_of(statement) is not None
        and not nearest(kind, catalog.AGENTS)
    ):
        # Agents that plugins add take a block of settings.
        unknown_name(pipeline, "agent", kind, (), statement)
        return {kind: None}
    if signature is None:
        near = nearest(kind, catalog.AGENTS)
        advice = f"did you mean {near}?" if near else f"use any, none, {one_of(catalog.AGENTS)}"
        pipeline.error(
            "unknown-agent", f"there is no agent type `{kind[:40]}`; {advice}", statement
        )
        return {kind: None}
    return {kind: _read_agent_settings(pipeline, statement, kind, signature)}


def _read_agent_settings(pipeline: Pipeline, node: Node, kind: str, signature: Signature) -> Any:
    body = statements_of(node)
    if body is None:
        if len(node.args) != 1:
            pipeline.error("bad-agent", f"`{kind}` takes one value or a block", node)
            return None
        check_values(pipeline, node.args)
        if node.args[0].kind == "map" and node.args[0].name == "named":
            pipeline.error("bad-agent", f"`{kind}` takes its settings in a block", node.args[0])
        return value_of(pipeline, node.args[0])
    settings: Data = {}
    for statement in body:
        name = statement.name if statement.kind == "call" and statement.target is None else None
        if name is None:
            pipeline.error(
                "bad-agent",
                f"`{pipeline.text(statement, 40)}` is no setting; write key 'value'",
                statement,
            )
            return settings
        if len(statement.args) != 1:
            pipeline.error("bad-agent", f"`{name}` takes one value", statement)
            continue
        check_values(pipeline, [a for a in statement.args if a.kind != "closure"])
        inner = statements_of(statement)
        settings[name] = (
            value_of(pipeline, statement.args[0])
            if inner is None
            else {s.name or "": [value_of(pipeline, a) for a in s.args] for s in inner}
        )
        known = {*signature.required, *signature.optional}
        if not signature.open and name not in known:
            near = nearest(name, known)
            advice = f"did you mean {near}?" if near else f"it takes {one_of(known)}"
            pipeline.error(
                "unknown-argument",
                f"the agent `{kind}` has no setting `{name}`; {advice}",
                statement,
            )
    for required in signature.required:
        if required not in settings:
            pipeline.error("missing-argument", f"the agent `{kind}` needs `{required}`", node)
    return settings


def read_environment(pipeline: Pipeline, node: Node) -> Data:
    body = block_of(pipeline, node)
    variables: Data = {}
    if body is None:
        return variables
    if not body:
        pipeline.error("empty-section", "`environment` has no variables; add NAME = 'value'", node)
    for statement in body:
        if statement.kind != "binary" or statement.name != "=":
            pipeline.error(
                "bad-environment",
                f"`{pipeline.text(statement, 40)}` is no variable; write NAME = 'value'",
                statement,
            )
            continue
        left, right = statement.args
        key = literal(left)
        if key is None or not IDENTIFIER.match(key):
            pipeline.error(
                "bad-variable-name",
                f"`{pipeline.text(left, 40)}` is no variable name; use letters, digits and _",
                left,
            )
            continue
        if key in variables:
            pipeline.error("duplicate-variable", f"the variable {key} is set twice", left)
        variables[key] = value_of(pipeline, right)
        _check_environment_value(pipeline, right)
    return variables


def _check_environment_value(pipeline: Pipeline, node: Node) -> None:
    check_value(pipeline, node)
    if node.kind in ("constant", "gstring"):
        return
    if node.kind == "call":
        if node.name == "credentials" and node.target is None:
            for argument in node.args:
                if argument.kind not in ("constant", "gstring"):
                    pipeline.error(
                        "bad-environment", "credentials(...) takes an ID in quotes", argument
                    )
        return
    if node.kind == "binary" and node.name == "+":
        for side in node.args:
            if side.kind == "binary":
                _check_environment_value(pipeline, side)
            elif side.kind not in ("constant", "gstring"):
                pipeline.error(
                    "bad-environment",
                    f'strings only can be joined here; write "${{{pipeline.text(side, 40)}}}"',
                    side,
                )
        return
    pipeline.error(
        "bad-environment",
        f'an environment value is a string or a function call; write "${{{pipeline.text(node, 40)}}}"',
        node,
    )


def read_tools(pipeline: Pipeline, node: Node) -> Data:
    body = block_of(pipeline, node)
    tools: Data = {}
    if body is None:
        return tools
    if not body:
        pipeline.error("empty-section", "`tools` is empty; add maven '...' or remove it", node)
    for statement in body:
        name = statement.name if statement.kind == "call" and statement.target is None else None
        if name is None or len(statement.args) != 1:
            pipeline.error(
                "bad-tool",
                f"`{pipeline.text(statement, 40)}`: write tool 'installation'",
                statement,
            )
            continue
        check_values(pipeline, statement.args)
        tools[name] = value_of(pipeline, statement.args[0])
        if name in catalog.WRONG_TOOLS:
            pipeline.error(
                "unknown-tool", f"no tool `{name}`; use {catalog.WRONG_TOOLS[name]}", statement
            )
        elif name not in catalog.TOOLS | catalog.PLUGIN_TOOLS and "." not in name:
            unknown_name(pipeline, "tool", name, catalog.TOOLS | catalog.PLUGIN_TOOLS, statement)
    return tools


def read_libraries(pipeline: Pipeline, node: Node) -> list[Any]:
    body = block_of(pipeline, node)
    libraries: list[Any] = []
    if body is not None and not body:
        pipeline.error("empty-section", "`libraries` is empty; add lib('name@version')", node)
    for statement in body or []:
        if (
            statement.kind != "call"
            or statement.name != "lib"
            or len(statement.args) != 1
            or statement.args[0].kind in ("map", "closure")
        ):
            pipeline.error(
                "bad-library",
                f"`{pipeline.text(statement, 40)}`: write lib('name@version')",
                statement,
            )
            continue
        libraries.append(value_of(pipeline, statement.args[0]))
    return libraries
