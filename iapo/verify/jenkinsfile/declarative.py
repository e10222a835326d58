"""The rules of Declarative Pipeline, applied to the parsed Groovy.

They follow the ModelParser and ModelValidatorImpl of Jenkins's pipeline-model-definition plugin:
which sections stand where, how often, and what each holds. `script { }` bodies and `expression`
conditions are any Groovy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.calls import read_input, read_options, read_parameters, read_triggers
from iapo.verify.jenkinsfile.conditions import read_when
from iapo.verify.jenkinsfile.matrix import named_blocks, read_axes
from iapo.verify.jenkinsfile.model import (
    Data,
    Pipeline,
    block_of,
    boolean,
    literal,
    plain_arguments,
    section_name,
    statements_of,
    unknown_section,
)
from iapo.verify.jenkinsfile.settings import (
    read_agent,
    read_environment,
    read_libraries,
    read_tools,
)
from iapo.verify.jenkinsfile.steps import read_post, read_steps_section
from iapo.verify.jenkinsfile.syntax_tree import Node


def is_pipeline(node: Node) -> bool:
    """Whether a statement is `pipeline { ... }`, or tries to be."""
    return node.kind == "call" and node.name == "pipeline" and node.target is None


def read_pipeline(pipeline: Pipeline, node: Node) -> Data:
    """Judge `pipeline { ... }` and return it as data."""
    body = statements_of(node)
    data: Data = {}
    if body is None or len(node.args) != 1:
        pipeline.error("no-block", "`pipeline` takes one block: pipeline { ... }", node)
        return data
    seen: set[str] = set()
    for statement in body:
        pipeline.parts.append((statement.start, statement.end))
        name = section_name(pipeline, statement)
        if name is None:
            continue
        if name in seen:
            pipeline.error(
                "duplicate-section", f"`{name}` is given twice; merge the two blocks", statement
            )
        seen.add(name)
        if name in catalog.TOP_SECTIONS:
            data[name] = _SECTIONS[name](pipeline, statement)
        elif name in catalog.RENAMED_SECTIONS:
            pipeline.error(
                "renamed-section",
                f"the section `{name}` does not exist any more; use `{catalog.RENAMED_SECTIONS[name]}`",
                statement,
            )
        else:
            unknown_section(pipeline, name, catalog.TOP_SECTIONS, "a pipeline", statement)
    for required in ("agent", "stages"):
        if required not in seen:
            example = "agent any" if required == "agent" else "stages { stage('...') { ... } }"
            pipeline.error(
                f"missing-{required}", f"the pipeline has no `{required}`; add `{example}`", node
            )
    return data


def _read_stages(
    pipeline: Pipeline, node: Node, *, within: bool = False, name: str = "stages"
) -> list[Data]:
    body = block_of(pipeline, node)
    if body is None:
        return []
    stages: list[Data] = []
    names: list[str] = []
    found = 0
    for statement in body:
        if (
            statement.kind != "call"
            or statement.name != "stage"
            or statements_of(statement) is None
        ):
            wrong = (
                "give it a block: stage('name') { ... }"
                if statement.name == "stage"
                else f"`{pipeline.text(statement, 30)}` is none"
            )
            pipeline.error("not-a-stage", f"`{name}` holds stages only; {wrong}", statement)
            continue
        found += 1
        pipeline.parts.append((statement.start, statement.end))
        stage = _read_stage(pipeline, statement, within)
        if stage.get("name") in names:
            pipeline.error(
                "duplicate-stage", f"the stage name `{stage['name']}` is taken; choose another",
                statement,
            )  # fmt: skip
        names.append(str(stage.get("name")))
        stages.append(stage)
    if not found and not body:
        pipeline.error("empty-section", f"`{name}` has no stage; add stage('name') {{ ... }}", node)
    return stages


def _read_stage(pipeline: Pipeline, node: Node, within: bool) -> Data:
    arguments = plain_arguments(node)
    data: Data = {"name": None}
    if not arguments:
        pipeline.error("stage-without-name", "a stage needs a name: stage('Build') { ... }", node)
    else:
        data["name"] = literal(arguments[0])
        if data["name"] is None:
            pipeline.error(
                "stage-name-not-literal",
                "the name of a stage is a plain string, without variables or expressions",
                arguments[0],
            )
        if len(arguments) > 1:
            pipeline.error("too-many-arguments", "a stage takes a name and a block", arguments[1])
    seen: Counter[str] = Counter()
    sections: dict[str, Node] = {}
    for statement in statements_of(node) or []:
        name = section_name(pipeline, statement)
        if name is None:
            continue
        seen[name] += 1
        if seen[name] == 2:
            pipeline.error(
                "duplicate-section", f"`{name}` is given twice in this stage; merge them", statement
            )
        if name not in catalog.STAGE_SECTIONS:
            unknown_section(pipeline, name, catalog.STAGE_SECTIONS, "a stage", statement)
            continue
        sections[name] = statement
        if name in ("parallel", "matrix") and within:
            continue
        data[name] = _STAGE_READERS[name](pipeline, statement, within)
    _check_stage(pipeline, node, data["name"], sections, within)
    return data


def _check_stage(
    pipeline: Pipeline, node: Node, name: str | None, sections: dict[str, Node], within: bool
) -> None:
    work = [work for work in ("steps", "stages", "parallel", "matrix") if work in sections]
    shown = f"stage `{name}`" if name else "the stage"
    for inner in ("parallel", "matrix"):
        if within and inner in sections:
            pipeline.error(
                "nested-parallel",
                f"`{inner}` cannot stand inside another `parallel` or `matrix`",
                sections[inner],
            )
            return
    if not work:
        pipeline.error(
            "empty-stage", f"{shown} does nothing; add steps {{ ... }}, stages, parallel or matrix",
            node,
        )  # fmt: skip
    elif len(work) > 1:
        pipeline.error(
            "stage-with-several-bodies",
            f"{shown} has {' and '.join(work)}; keep one of steps, stages, parallel and matrix",
            sections[work[1]],
        )
    elif work[0] in ("parallel", "matrix"):
        for refused in ("agent", "tools"):
            if refused in sections:
                pipeline.error(
                    f"{refused}-with-parallel",
                    f"`{refused}` is not allowed beside `{work[0]}`; put it into the inner stages",
                    sections[refused],
                )


def _read_matrix(pipeline: Pipeline, node: Node) -> Data:
    body = block_of(pipeline, node)
    data: Data = {}
    if body is None:
        return data
    seen: set[str] = set()
    for statement in body:
        name = section_name(pipeline, statement)
        if name is None:
            continue
        if name in seen:
            pipeline.error("duplicate-section", f"`{name}` is given twice in matrix", statement)
        seen.add(name)
        if name not in catalog.MATRIX_SECTIONS:
            unknown_section(pipeline, name, catalog.MATRIX_SECTIONS, "a matrix", statement)
        elif name == "axes":
            data[name] = read_axes(pipeline, statement, ("values",))
        elif name == "excludes":
            data[name] = [
                read_axes(pipeline, exclude, ("values", "notValues"))
                for exclude in named_blocks(pipeline, statement, "exclude")
            ]
        else:
            data[name] = _STAGE_READERS[name](pipeline, statement, True)
    for required in ("axes", "stages"):
        if required not in seen:
            pipeline.error(f"missing-{required}", f"the matrix has no `{required}`", node)
    return data


_SECTIONS: dict[str, Callable[[Pipeline, Node], Any]] = {
    "agent": read_agent,
    "environment": read_environment,
    "libraries": read_libraries,
    "options": read_options,
    "parameters": read_parameters,
    "post": read_post,
    "stages": _read_stages,
    "tools": read_tools,
    "triggers": read_triggers,
}


_STAGE_READERS: dict[str, Callable[[Pipeline, Node, bool], Any]] = {
    "agent": lambda pipeline, node, within: read_agent(pipeline, node),
    "environment": lambda pipeline, node, within: read_environment(pipeline, node),
    "failFast": lambda pipeline, node, within: boolean(pipeline, node),
    "input": lambda pipeline, node, within: read_input(pipeline, node),
    "matrix": lambda pipeline, node, within: _read_matrix(pipeline, node),
    "options": lambda pipeline, node, within: read_options(pipeline, node, in_stage=True),
    "parallel": lambda pipeline, node, within: _read_stages(
        pipeline, node, within=True, name="parallel"
    ),
    "post": lambda pipeline, node, within: read_post(pipeline, node),
    "stages": lambda pipeline, node, within: _read_stages(pipeline, node, within=within),
    "steps": read_steps_section,
    "tools": lambda pipeline, node, within: read_tools(pipeline, node),
    "when": lambda pipeline, node, within: read_when(pipeline, node),
}
