"""The rules of Declarative Pipeline, applied to the parsed Groovy.

They follow the ModelParser and ModelValidatorImpl of Jenkins's pipeline-model-definition plugin:
which sections stand where, how often, and what each holds. `script { }` bodies and `expression`
conditions are any Groovy.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.catalog import Signature
from iapo.verify.jenkinsfile.groovy import Node
from iapo.verify.report import Severity

Data = dict[str, Any]

MAX_FINDINGS = 200
_IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_LONG = 2**63


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say, at an offset of the source."""

    severity: Severity
    code: str
    message: str
    at: int


@dataclass
class Pipeline:
    """What was found while one file was read.

    Attributes:
        findings: errors and warnings.
        parts: (start, end) of every section and stage.
        unjudged: whether a name was met that only an installed plugin could explain.
    """

    source: str
    findings: list[Finding] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)
    unjudged: bool = False

    def error(self, code: str, message: str, node: Node) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding("error", code, message, node.start))

    def warn(self, code: str, message: str, node: Node) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding("warning", code, message, node.start))

    def text(self, node: Node, limit: int = 60) -> str:
        shown = " ".join(self.source[node.start : node.end].split())
        return shown if len(shown) <= limit else shown[: limit - 3] + "..."

    def faulty_parts(self) -> int:
        """How many sections and stages hold an error that no inner one holds."""
        faulty: set[tuple[int, int]] = set()
        for finding in self.findings:
            if finding.severity == "error":
                around = [part for part in self.parts if part[0] <= finding.at < part[1]]
                faulty.add(min(around, key=lambda part: part[1] - part[0], default=(0, 0)))
        return len(faulty)


def is_pipeline(node: Node) -> bool:
    """Whether a statement is `pipeline { ... }`, or tries to be."""
    return node.kind == "call" and node.name == "pipeline" and node.target is None


def _one_of(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _near(name: str, names: Iterable[str]) -> str:
    found = difflib.get_close_matches(name[:40], sorted(names), 1, 0.7)
    return found[0] if found else ""


def _body(node: Node) -> list[Node] | None:
    """The statements of `name { ... }` or `name(args) { ... }`, else None."""
    if node.kind == "call" and node.args and node.args[-1].kind == "closure":
        return node.args[-1].args
    return None


def _plain_arguments(node: Node) -> list[Node]:
    """Arguments without a trailing closure."""
    if node.args and node.args[-1].kind == "closure":
        return node.args[:-1]
    return node.args


def _literal(node: Node) -> str | None:
    """A string constant, or a bare word, which Groovy's AST does not tell from one here."""
    if node.kind == "constant" and isinstance(node.value, str):
        return node.value
    if node.kind == "variable":
        return node.name
    return None


def value_of(pipeline: Pipeline, node: Node) -> Any:
    """A node as data: constants as they are, lists and maps, calls as {name, arguments}, and the
    source text of everything else. Strings with variables keep `${}` and lose their quotes."""
    if node.kind == "constant":
        return node.value
    if node.kind == "gstring":
        text = str(node.value)
        for quote in ('"""', '"', "$/", "/"):
            if text.startswith(quote):
                return text[len(quote) : -len(quote)]
        return text
    if node.kind == "list":
        return [value_of(pipeline, item) for item in node.args]
    if node.kind == "map":
        return {
            str(value_of(pipeline, entry.args[0])): value_of(pipeline, entry.args[1])
            for entry in node.args
        }
    if node.kind == "call" and node.target is None and node.name:
        return call_data(pipeline, node)
    if node.kind == "variable":
        return node.name
    return pipeline.source[node.start : node.end]


def call_data(pipeline: Pipeline, node: Node) -> Data:
    """`name(arguments)` as {"name", "arguments", "named"}."""
    data: Data = {"name": node.name, "arguments": []}
    for argument in node.args:
        if argument.kind == "map" and argument.name == "named":
            data["named"] = value_of(pipeline, argument)
        elif argument.kind != "closure":
            data["arguments"].append(value_of(pipeline, argument))
    signature = catalog.STEPS.get(node.name or "")
    if signature and "named" in data and not data["arguments"]:
        sole = signature.required[0] if len(signature.required) == 1 else ""
        if sole in data["named"]:
            data["arguments"] = [data["named"][sole]]
    return data


def read_pipeline(pipeline: Pipeline, node: Node) -> Data:
    """Judge `pipeline { ... }` and return it as data."""
    body = _body(node)
    data: Data = {}
    if body is None or len(node.args) != 1:
        pipeline.error("no-block", "`pipeline` takes one block: pipeline { ... }", node)
        return data
    seen: set[str] = set()
    for statement in body:
        pipeline.parts.append((statement.start, statement.end))
        name = _section_name(pipeline, statement)
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
            _unknown_section(pipeline, name, catalog.TOP_SECTIONS, "a pipeline", statement)
    for required in ("agent", "stages"):
        if required not in seen:
            example = "agent any" if required == "agent" else "stages { stage('...') { ... } }"
            pipeline.error(
                f"missing-{required}", f"the pipeline has no `{required}`; add `{example}`", node
            )
    return data


def _section_name(pipeline: Pipeline, statement: Node) -> str | None:
    if statement.kind != "call" or statement.name is None or statement.target is not None:
        hint = " needs something after it" if statement.kind == "variable" else ""
        if statement.kind == "variable":
            message = f"`{statement.name}`{hint}, such as `{statement.name} {{ ... }}`"
        elif statement.kind == "other" and statement.name is None and statement.args:
            message = f"`{pipeline.text(statement)}`: put each section on a line of its own"
        else:
            message = (
                f"`{pipeline.text(statement)}` is no section; Groovy statements belong in "
                "`script { }` inside `steps`"
            )
        pipeline.error("not-a-section", message, statement)
        return None
    return statement.name


def _unknown_section(
    pipeline: Pipeline, name: str, known: frozenset[str], where: str, node: Node
) -> None:
    near = _near(name, known)
    if near:
        advice = f"did you mean {near}?"
    elif where == "a stage":
        advice = "steps belong in a `steps` block"
    elif name in catalog.STAGE_SECTIONS | {"stage"}:
        advice = "it belongs inside `stages`" if name == "stage" else "it belongs in a stage"
    else:
        advice = f"it takes {_one_of(known)}"
    pipeline.error("unknown-section", f"{where} has no section `{name[:40]}`; {advice}", node)


def _block(pipeline: Pipeline, node: Node) -> list[Node] | None:
    """The statements of a section that must be a block without arguments."""
    body = _body(node)
    if body is None:
        pipeline.error("no-block", f"`{node.name}` takes a block: {node.name} {{ ... }}", node)
    return body


# Stages.


def _read_stages(
    pipeline: Pipeline, node: Node, *, within: bool = False, name: str = "stages"
) -> list[Data]:
    body = _block(pipeline, node)
    if body is None:
        return []
    stages: list[Data] = []
    names: list[str] = []
    found = 0
    for statement in body:
        if statement.kind != "call" or statement.name != "stage" or _body(statement) is None:
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
    arguments = _plain_arguments(node)
    data: Data = {"name": None}
    if not arguments:
        pipeline.error("stage-without-name", "a stage needs a name: stage('Build') { ... }", node)
    else:
        data["name"] = _literal(arguments[0])
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
    for statement in _body(node) or []:
        name = _section_name(pipeline, statement)
        if name is None:
            continue
        seen[name] += 1
        if seen[name] == 2:
            pipeline.error(
                "duplicate-section", f"`{name}` is given twice in this stage; merge them", statement
            )
        if name not in catalog.STAGE_SECTIONS:
            _unknown_section(pipeline, name, catalog.STAGE_SECTIONS, "a stage", statement)
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


def _read_steps_section(pipeline: Pipeline, node: Node, within: bool) -> list[Data]:
    body = _block(pipeline, node)
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
        name = _literal(entry.args[0])
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
        body = _body(node)
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
    arguments = _plain_arguments(node)
    _check_values(pipeline, arguments)
    signature = catalog.STEPS.get(name)
    if signature is not None:
        _check_arguments(pipeline, node, arguments, signature, f"the step `{name}`")
        _check_types(pipeline, name, signature, arguments)
    body = _body(node)
    if body is not None:
        data["steps"] = [_read_step(pipeline, statement) for statement in body]
    return data


# Values and arguments.


def _check_values(pipeline: Pipeline, nodes: Iterable[Node]) -> None:
    """What Declarative refuses as an argument anywhere."""
    for node in nodes:
        if node.kind == "map":
            for entry in node.args:
                if _literal(entry.args[0]) is None and node.name == "named":
                    pipeline.error(
                        "key-not-literal", "the name of an argument is a plain word", entry.args[0]
                    )
            _check_values(pipeline, [entry.args[1] for entry in node.args])
        else:
            _check_value(pipeline, node)


def _check_value(pipeline: Pipeline, node: Node) -> None:
    if (
        node.kind == "constant"
        and isinstance(node.value, int)
        and not isinstance(node.value, bool)
        and not -_LONG <= node.value < _LONG
    ):
        pipeline.error("number-too-large", "a number has at most 64 bits", node)
    elif node.kind == "call" and node.name == "$" and node.target is None:
        text = pipeline.text(node)
        pipeline.error("bare-variable", f'{text} needs quotes: "{text}", or no ${{}} at all', node)


def _check_arguments(
    pipeline: Pipeline, node: Node, arguments: list[Node], signature: Signature, what: str
) -> None:
    """Names, number and required arguments of something whose signature is known."""
    named = next((a for a in arguments if a.kind == "map" and a.name == "named"), None)
    positional = [a for a in arguments if a is not named]
    if named is not None and positional:
        pipeline.error(
            "mixed-arguments", f"{what} mixes named and unnamed arguments; name all", positional[0]
        )
        return
    if named is None and len(positional) == 1 and positional[0].kind == "map":
        return  # a map, such as [$class: ...]
    if signature.open:
        return
    if named is not None:
        _check_names(pipeline, node, named, signature, what)
        return
    if len(positional) > 1:
        pipeline.error(
            "unnamed-arguments",
            f"{what} takes one unnamed argument; name them: "
            + ", ".join(
                f"{name}: ..." for name in [*signature.required, *sorted(signature.optional)][:3]
            ),
            positional[1],
        )
    elif positional and len(signature.required) > 1:
        pipeline.error(
            "missing-argument",
            f"{what} needs {' and '.join(signature.required)}, by name",
            positional[0],
        )
    elif positional and not signature.required and not signature.optional:
        pipeline.error("too-many-arguments", f"{what} takes no arguments", positional[0])
    elif not positional and signature.required:
        pipeline.error("missing-argument", f"{what} needs {' and '.join(signature.required)}", node)


def _check_names(
    pipeline: Pipeline, node: Node, named: Node, signature: Signature, what: str
) -> None:
    known = {*signature.required, *signature.optional}
    given: set[str] = set()
    for entry in named.args:
        key = _literal(entry.args[0])
        if key is None:
            return
        given.add(key)
        if key == "$class":
            return
        if key not in known:
            near = _near(key, known)
            advice = f"did you mean {near}?" if near else f"it takes {_one_of(known) or 'none'}"
            pipeline.error(
                "unknown-argument", f"{what} has no argument `{key[:40]}`; {advice}", entry
            )
    missing = [name for name in signature.required if name not in given]
    if missing and given <= known:
        pipeline.error("missing-argument", f"{what} needs {' and '.join(missing)}", node)


def _check_types(
    pipeline: Pipeline, step: str, signature: Signature, arguments: list[Node]
) -> None:
    """Text where a number is wanted, and the reverse."""
    values: list[tuple[str, Node]] = []
    for argument in arguments:
        if argument.kind == "map" and argument.name == "named":
            values += [(_literal(e.args[0]) or "", e.args[1]) for e in argument.args]
        elif len(signature.required) == 1:
            values.append((signature.required[0], argument))
    for name, node in values:
        if node.kind != "constant" or node.value is None:
            continue
        is_text = isinstance(node.value, str)
        if (step, name) in catalog.NUMBER_ARGUMENTS and (is_text or isinstance(node.value, bool)):
            pipeline.error(
                "wrong-type", f"`{name}` of `{step}` is a number; write it without quotes", node
            )
        elif (step, name) in catalog.TEXT_ARGUMENTS and not is_text:
            pipeline.error("wrong-type", f"`{name}` of `{step}` is text; put it in quotes", node)


# The other sections.


def _read_agent(pipeline: Pipeline, node: Node) -> Any:
    body = _body(node)
    if body is None:
        arguments = node.args
        kind = _literal(arguments[0]) if len(arguments) == 1 else None
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
    if signature is None and _body(statement) is not None and not _near(kind, catalog.AGENTS):
        # Agents that plugins add take a block of settings.
        _unknown_name(pipeline, "agent", kind, (), statement)
        return {kind: None}
    if signature is None:
        near = _near(kind, catalog.AGENTS)
        advice = f"did you mean {near}?" if near else f"use any, none, {_one_of(catalog.AGENTS)}"
        pipeline.error(
            "unknown-agent", f"there is no agent type `{kind[:40]}`; {advice}", statement
        )
        return {kind: None}
    return {kind: _read_agent_settings(pipeline, statement, kind, signature)}


def _read_agent_settings(pipeline: Pipeline, node: Node, kind: str, signature: Signature) -> Any:
    body = _body(node)
    if body is None:
        if len(node.args) != 1:
            pipeline.error("bad-agent", f"`{kind}` takes one value or a block", node)
            return None
        _check_values(pipeline, node.args)
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
        _check_values(pipeline, [a for a in statement.args if a.kind != "closure"])
        inner = _body(statement)
        settings[name] = (
            value_of(pipeline, statement.args[0])
            if inner is None
            else {s.name or "": [value_of(pipeline, a) for a in s.args] for s in inner}
        )
        known = {*signature.required, *signature.optional}
        if not signature.open and name not in known:
            near = _near(name, known)
            advice = f"did you mean {near}?" if near else f"it takes {_one_of(known)}"
            pipeline.error(
                "unknown-argument",
                f"the agent `{kind}` has no setting `{name}`; {advice}",
                statement,
            )
    for required in signature.required:
        if required not in settings:
            pipeline.error("missing-argument", f"the agent `{kind}` needs `{required}`", node)
    return settings


def _read_environment(pipeline: Pipeline, node: Node) -> Data:
    body = _block(pipeline, node)
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
        key = _literal(left)
        if key is None or not _IDENTIFIER.match(key):
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
    _check_value(pipeline, node)
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


def _read_post(pipeline: Pipeline, node: Node) -> Data:
    body = _block(pipeline, node)
    conditions: Data = {}
    if body is None:
        return conditions
    if not body:
        pipeline.error("empty-section", "`post` is empty; add always { ... } or remove it", node)
    for statement in body:
        steps = _body(statement)
        name = statement.name or ""
        if steps is None or statement.target is not None:
            pipeline.error(
                "bad-post",
                f"`{pipeline.text(statement, 40)}` must stand in a condition such as always {{ }}",
                statement,
            )
            continue
        if name not in catalog.POST_CONDITIONS:
            near = _near(name, catalog.POST_CONDITIONS)
            advice = f"did you mean {near}?" if near else f"use {_one_of(catalog.POST_CONDITIONS)}"
            pipeline.error(
                "unknown-post-condition", f"no post condition `{name}`; {advice}", statement
            )
        if name in conditions:
            pipeline.error("duplicate-section", f"the condition `{name}` is given twice", statement)
        if not steps:
            pipeline.error("empty-steps", f"`{name}` has no steps; add one or remove it", statement)
        conditions[name] = [_read_step(pipeline, step) for step in steps]
    return conditions


def _read_tools(pipeline: Pipeline, node: Node) -> Data:
    body = _block(pipeline, node)
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
        _check_values(pipeline, statement.args)
        tools[name] = value_of(pipeline, statement.args[0])
        if name in catalog.WRONG_TOOLS:
            pipeline.error(
                "unknown-tool", f"no tool `{name}`; use {catalog.WRONG_TOOLS[name]}", statement
            )
        elif name not in catalog.TOOLS | catalog.PLUGIN_TOOLS and "." not in name:
            _unknown_name(pipeline, "tool", name, catalog.TOOLS | catalog.PLUGIN_TOOLS, statement)
    return tools


def _unknown_name(
    pipeline: Pipeline, kind: str, name: str, known: Iterable[str], node: Node
) -> None:
    """A misspelt name is wrong; any other may belong to a plugin that is not known here."""
    near = _near(name, known)
    if near and (
        near.lower() == name.lower() or difflib.SequenceMatcher(None, near, name).ratio() > 0.8
    ):
        pipeline.error(f"unknown-{kind}", f"no {kind} `{name[:40]}`; did you mean {near}?", node)
        return
    pipeline.unjudged = True
    pipeline.warn(
        f"unknown-{kind}",
        f"the {kind} `{name[:40]}` is not known; it needs a plugin that defines it",
        node,
    )


def _calls(pipeline: Pipeline, node: Node, kind: str) -> list[Node]:
    """The entries of options, parameters and triggers: calls without blocks."""
    body = _block(pipeline, node)
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
        elif _body(statement) is not None:
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
                    _check_value(pipeline, value)
                else:
                    _check_call(pipeline, value)
            else:
                _check_value(pipeline, value)


def _unique(pipeline: Pipeline, kind: str, calls: list[Node]) -> None:
    seen: set[str] = set()
    for call in calls:
        name = call.name or ""
        if name in seen:
            pipeline.error(f"duplicate-{kind}", f"the {kind} `{name}` is given twice", call)
        seen.add(name)


def _read_options(pipeline: Pipeline, node: Node, in_stage: bool = False) -> list[Data]:
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
            _check_arguments(pipeline, call, call.args, known[name], f"the option `{name}`")
            if name in catalog.STEPS:
                _check_types(pipeline, name, catalog.STEPS[name], call.args)
        elif in_stage and name in catalog.JOB_OPTIONS:
            pipeline.error(
                "option-not-in-stage",
                f"`{name}` is an option of the whole pipeline, not of a stage",
                call,
            )
        elif name not in catalog.PLUGIN_OPTIONS:
            _unknown_name(pipeline, "option", name, {*known, *catalog.PLUGIN_OPTIONS}, call)
    return [call_data(pipeline, call) for call in calls]


def _read_parameters(pipeline: Pipeline, node: Node) -> list[Data]:
    calls = _calls(pipeline, node, "parameter")
    for call in calls:
        name = call.name or ""
        signature = catalog.PARAMETERS.get(name)
        if signature is not None:
            _check_arguments(pipeline, call, call.args, signature, f"the parameter `{name}`")
        elif name in catalog.WRONG_PARAMETERS:
            pipeline.error(
                "unknown-parameter",
                f"no parameter type `{name}`; use {catalog.WRONG_PARAMETERS[name]}",
                call,
            )
        elif name not in catalog.PLUGIN_PARAMETERS:
            _unknown_name(
                pipeline, "parameter", name, {*catalog.PARAMETERS, *catalog.PLUGIN_PARAMETERS}, call
            )
    return [call_data(pipeline, call) for call in calls]


def _read_triggers(pipeline: Pipeline, node: Node) -> list[Data]:
    calls = _calls(pipeline, node, "trigger")
    _unique(pipeline, "trigger", calls)
    for call in calls:
        name = call.name or ""
        signature = catalog.TRIGGERS.get(name)
        if signature is not None:
            _check_arguments(pipeline, call, call.args, signature, f"the trigger `{name}`")
        elif name in catalog.WRONG_TRIGGERS:
            pipeline.error(
                "unknown-trigger", f"no trigger `{name}`; use {catalog.WRONG_TRIGGERS[name]}", call
            )
        elif name not in catalog.PLUGIN_TRIGGERS:
            _unknown_name(
                pipeline, "trigger", name, {*catalog.TRIGGERS, *catalog.PLUGIN_TRIGGERS}, call
            )
    return [call_data(pipeline, call) for call in calls]


def _read_libraries(pipeline: Pipeline, node: Node) -> list[Any]:
    body = _block(pipeline, node)
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


def _read_input(pipeline: Pipeline, node: Node) -> Data:
    body = _block(pipeline, node)
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
            near = _near(name, catalog.INPUT_FIELDS)
            advice = (
                f"did you mean {near}?" if near else f"it takes {_one_of(catalog.INPUT_FIELDS)}"
            )
            pipeline.error(
                "unknown-argument", f"input has no field `{name[:40]}`; {advice}", statement
            )
        elif name == "parameters":
            fields[name] = _read_parameters(pipeline, statement)
        elif len(statement.args) != 1:
            pipeline.error("bad-input", f"`{name}` takes one value", statement)
        else:
            _check_values(pipeline, statement.args)
            fields[name] = value_of(pipeline, statement.args[0])
    if "message" not in fields:
        pipeline.error("missing-argument", "input needs message '...'", node)
    return fields


def _boolean(pipeline: Pipeline, node: Node) -> bool | None:
    if len(node.args) == 1 and isinstance(node.args[0].value, bool):
        return node.args[0].value
    pipeline.error("not-boolean", f"`{node.name}` takes true or false", node)
    return None


def _read_when(pipeline: Pipeline, node: Node) -> Data:
    body = _block(pipeline, node)
    data: Data = {"conditions": []}
    for statement in body or []:
        if statement.kind == "call" and statement.name in catalog.WHEN_FLAGS:
            data[str(statement.name)] = _boolean(pipeline, statement)
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
    body = _body(node)
    arguments = _plain_arguments(node)
    signature = catalog.CONDITIONS.get(name)
    if name == "expression":
        if body is None:
            pipeline.error("no-block", "expression takes a block: expression { ... }", node)
        else:
            closure = node.args[-1]
            data["script"] = pipeline.source[closure.start + 1 : closure.end - 1].strip()
        return data
    if signature is None:
        near = _near(name, {*catalog.CONDITIONS, *catalog.WHEN_FLAGS})
        advice = f"did you mean {near}?" if near else f"use {_one_of(catalog.CONDITIONS)}"
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
    _check_values(pipeline, arguments)
    _check_arguments(pipeline, node, arguments, signature, f"the condition `{name}`")
    return data


# Matrix.


def _read_matrix(pipeline: Pipeline, node: Node) -> Data:
    body = _block(pipeline, node)
    data: Data = {}
    if body is None:
        return data
    seen: set[str] = set()
    for statement in body:
        name = _section_name(pipeline, statement)
        if name is None:
            continue
        if name in seen:
            pipeline.error("duplicate-section", f"`{name}` is given twice in matrix", statement)
        seen.add(name)
        if name not in catalog.MATRIX_SECTIONS:
            _unknown_section(pipeline, name, catalog.MATRIX_SECTIONS, "a matrix", statement)
        elif name == "axes":
            data[name] = _read_axes(pipeline, statement, ("values",))
        elif name == "excludes":
            data[name] = [
                _read_axes(pipeline, exclude, ("values", "notValues"))
                for exclude in _named_blocks(pipeline, statement, "exclude")
            ]
        else:
            data[name] = _STAGE_READERS[name](pipeline, statement, True)
    for required in ("axes", "stages"):
        if required not in seen:
            pipeline.error(f"missing-{required}", f"the matrix has no `{required}`", node)
    return data


def _named_blocks(pipeline: Pipeline, node: Node, name: str) -> list[Node]:
    """The `name { ... }` blocks in a block that holds nothing else."""
    found: list[Node] = []
    body = _block(pipeline, node)
    for statement in body or []:
        if statement.kind == "call" and statement.name == name and _body(statement) is not None:
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


def _read_axes(pipeline: Pipeline, node: Node, lists: tuple[str, ...]) -> Data:
    axes: Data = {}
    for axis in _named_blocks(pipeline, node, "axis"):
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
    for statement in _body(node) or []:
        key = statement.name if statement.kind == "call" else None
        if key == "name" and len(statement.args) == 1:
            name = _literal(statement.args[0])
            if name is None or not _IDENTIFIER.match(name):
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


_SECTIONS: dict[str, Callable[[Pipeline, Node], Any]] = {
    "agent": _read_agent,
    "environment": _read_environment,
    "libraries": _read_libraries,
    "options": _read_options,
    "parameters": _read_parameters,
    "post": _read_post,
    "stages": _read_stages,
    "tools": _read_tools,
    "triggers": _read_triggers,
}
_STAGE_READERS: dict[str, Callable[[Pipeline, Node, bool], Any]] = {
    "agent": lambda pipeline, node, within: _read_agent(pipeline, node),
    "environment": lambda pipeline, node, within: _read_environment(pipeline, node),
    "failFast": lambda pipeline, node, within: _boolean(pipeline, node),
    "input": lambda pipeline, node, within: _read_input(pipeline, node),
    "matrix": lambda pipeline, node, within: _read_matrix(pipeline, node),
    "options": lambda pipeline, node, within: _read_options(pipeline, node, in_stage=True),
    "parallel": lambda pipeline, node, within: _read_stages(
        pipeline, node, within=True, name="parallel"
    ),
    "post": lambda pipeline, node, within: _read_post(pipeline, node),
    "stages": lambda pipeline, node, within: _read_stages(pipeline, node, within=within),
    "steps": _read_steps_section,
    "tools": lambda pipeline, node, within: _read_tools(pipeline, node),
    "when": lambda pipeline, node, within: _read_when(pipeline, node),
}
