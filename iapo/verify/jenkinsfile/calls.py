"""`options`, `parameters`, `triggers` and `input`: lists of calls that plugins define."""

from __future__ import annotations

from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.arguments import (
    check_arguments,
    check_rotation,
    check_types,
    check_value,
    check_values,
    unknown_name,
)
from iapo.verify.jenkinsfile.model import (
    Data,
    Pipeline,
    block_of,
    call_data,
    nearest,
    one_of,
    statements_of,
    value_of,
)
from iapo.verify.jenkinsfile.syntax_tree import Node


def _calls(pipeline: Pipeline, node: Node, kind: str) -> list[Node]:
    """The entries of options, parameters and triggers: calls without blocks."""
    body = block_of(pipeline, node)
    found: list[Node] = []
    if body is not None and not body:
        pipeline.error("empty-section", f"`{node.name}` is empty; fill or remove it", node)
    for statement in body or []:
        if statement.kind == "map":
            pipeline.error(
                "map-not-allowed", f"a {kind} is written as a call, not a map", statement
            )
        elif statement.kind != "call" or statement.name is None or statement.target is not None:
            shown = pipeline.text(statement, 40)
            call = f"; write {shown}()" if statement.kind == "variable" else ""
            pipeline.error(f"bad-{kind}", f"`{shown}` is no {kind}{call}", statement)
        elif statements_of(statement) is not None:
            pipeline.error(
                f"bad-{kind}", f"the {kind} `{statement.name}` takes no block", statement
            )
        else:
            found.append(statement)
            _check_call(pipeline, statement)
    return found


def _check_call(pipeline: Pipeline, node: Node) -> None:
    """Arguments that no option, parameter or trigger takes, at any depth."""
    if node.name in catalog.BLOCKED_CALLS:
        pipeline.error(
            "blocked-step",
            f"`{node.name}` is not allowed here; {catalog.BLOCKED_CALLS[node.name or '']}",
            node,
        )
    for argument in node.args:
        values = (
            [entry.args[1] for entry in argument.args] if argument.kind == "map" else [argument]
        )
        for value in values:
            if value.kind == "closure":
                pipeline.error(
                    "closure-argument", f"`{node.name}` takes no block as an argument", value
                )
            elif value.kind == "call" and value.target is None:
                if value.args and value.args[-1].kind == "closure":
                    pipeline.error("closure-argument", f"`{value.name}` takes no block here", value)
                elif value.name == "$":
                    check_value(pipeline, value)
                else:
                    _check_call(pipeline, value)
            else:
                check_value(pipeline, value)


def _unique(pipeline: Pipeline, kind: str, calls: list[Node]) -> None:
    seen: set[str] = set()
    for call in calls:
        name = call.name or ""
        if name in seen:
            pipeline.error(f"duplicate-{kind}", f"the {kind} `{name}` is given twice", call)
        seen.add(name)


def read_options(pipeline: Pipeline, node: Node, in_stage: bool = False) -> list[Data]:
    calls = _calls(pipeline, node, "option")
    _unique(pipeline, "option", calls)
    known = catalog.OPTIONS if in_stage else catalog.OPTIONS | catalog.JOB_OPTIONS
    for call in calls:
        name = call.name or ""
        if name in catalog.WRONG_OPTIONS:
            pipeline.error(
                "unknown-option", f"no option `{name}`; {catalog.WRONG_OPTIONS[name]}", call
            )
        elif name in known:
            check_arguments(pipeline, call, call.args, known[name], f"the option `{name}`")
            if name in catalog.STEPS:
                check_types(pipeline, name, catalog.STEPS[name], call.args)
            elif name == "buildDiscarder":
                check_rotation(pipeline, call.args)
        elif in_stage and name in catalog.JOB_OPTIONS:
            pipeline.error(
                "option-not-in-stage",
                f"`{name}` is an option of the whole pipeline, not of a stage",
                call,
            )
        elif name not in catalog.PLUGIN_OPTIONS:
            unknown_name(pipeline, "option", name, {*known, *catalog.PLUGIN_OPTIONS}, call)
    return [call_data(pipeline, call) for call in calls]


def read_parameters(pipeline: Pipeline, node: Node) -> list[Data]:
    calls = _calls(pipeline, node, "parameter")
    for call in calls:
        name = call.name or ""
        signature = catalog.PARAMETERS.get(name)
        if signature is not None:
            check_arguments(pipeline, call, call.args, signature, f"the parameter `{name}`")
        elif name in catalog.WRONG_PARAMETERS:
            pipeline.error(
                "unknown-parameter",
                f"no parameter type `{name}`; use {catalog.WRONG_PARAMETERS[name]}",
                call,
            )
        elif name not in catalog.PLUGIN_PARAMETERS:
            unknown_name(
                pipeline, "parameter", name, {*catalog.PARAMETERS, *catalog.PLUGIN_PARAMETERS}, call
            )
    return [call_data(pipeline, call) for call in calls]


def read_triggers(pipeline: Pipeline, node: Node) -> list[Data]:
    calls = _calls(pipeline, node, "trigger")
    _unique(pipeline, "trigger", calls)
    for call in calls:
        name = call.name or ""
        signature = catalog.TRIGGERS.get(name)
        if signature is not None:
            check_arguments(pipeline, call, call.args, signature, f"the trigger `{name}`")
        elif name in catalog.WRONG_TRIGGERS:
            pipeline.error(
                "unknown-trigger", f"no trigger `{name}`; use {catalog.WRONG_TRIGGERS[name]}", call
            )
        elif name not in catalog.PLUGIN_TRIGGERS:
            unknown_name(
                pipeline, "trigger", name, {*catalog.TRIGGERS, *catalog.PLUGIN_TRIGGERS}, call
            )
    return [call_data(pipeline, call) for call in calls]


def read_input(pipeline: Pipeline, node: Node) -> Data:
    body = block_of(pipeline, node)
    fields: Data = {}
    if body is None:
        return fields
    for statement in body:
        name = statement.name if statement.kind == "call" and statement.target is None else None
        if name is None:
            pipeline.error(
                "bad-input", f"`{pipeline.text(statement, 40)}`: write field 'value'", statement
            )
            continue
        if name in fields:
            pipeline.error("duplicate-section", f"`{name}` is given twice in input", statement)
        if name not in catalog.INPUT_FIELDS:
            near = nearest(name, catalog.INPUT_FIELDS)
            advice = f"did you mean {near}?" if near else f"it takes {one_of(catalog.INPUT_FIELDS)}"
            pipeline.error(
                "unknown-argument", f"input has no field `{name[:40]}`; {advice}", statement
            )
        elif name == "parameters":
            fields[name] = read_parameters(pipeline, statement)
        elif len(statement.args) != 1:
            pipeline.error("bad-input", f"`{name}` takes one value", statement)
        else:
            check_values(pipeline, statement.args)
            fields[name] = value_of(pipeline, statement.args[0])
    if "message" not in fields:
        pipeline.error("missing-argument", "input needs message '...'", node)
    return fields
