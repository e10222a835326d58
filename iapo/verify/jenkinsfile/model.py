"""What is found while a pipeline is read, and how nodes are looked at and turned into data."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.syntax_tree import Node
from iapo.verify.report import Severity

Data = dict[str, Any]


MAX_FINDINGS = 200


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


def one_of(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def nearest(name: str, names: Iterable[str]) -> str:
    found = difflib.get_close_matches(name[:40], sorted(names), 1, 0.7)
    return found[0] if found else ""


def statements_of(node: Node) -> list[Node] | None:
    """The statements of `name { ... }` or `name(args) { ... }`, else None."""
    if node.kind == "call" and node.args and node.args[-1].kind == "closure":
        return node.args[-1].args
    return None


def plain_arguments(node: Node) -> list[Node]:
    """Arguments without a trailing closure."""
    if node.args and node.args[-1].kind == "closure":
        return node.args[:-1]
    return node.args


def literal(node: Node) -> str | None:
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


def section_name(pipeline: Pipeline, statement: Node) -> str | None:
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


def unknown_section(
    pipeline: Pipeline, name: str, known: frozenset[str], where: str, node: Node
) -> None:
    near = nearest(name, known)
    if near:
        advice = f"did you mean {near}?"
    elif where == "a stage":
        advice = "steps belong in a `steps` block"
    elif name in catalog.STAGE_SECTIONS | {"stage"}:
        advice = "it belongs inside `stages`" if name == "stage" else "it belongs in a stage"
    else:
        advice = f"it takes {one_of(known)}"
    pipeline.error("unknown-section", f"{where} has no section `{name[:40]}`; {advice}", node)


def block_of(pipeline: Pipeline, node: Node) -> list[Node] | None:
    """The statements of a section that must be a block without arguments."""
    body = statements_of(node)
    if body is None:
        pipeline.error("no-block", f"`{node.name}` takes a block: {node.name} {{ ... }}", node)
    return body


def boolean(pipeline: Pipeline, node: Node) -> bool | None:
    if len(node.args) == 1 and isinstance(node.args[0].value, bool):
        return node.args[0].value
    pipeline.error("not-boolean", f"`{node.name}` takes true or false", node)
    return None


IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
