"""Is this a Jenkinsfile that Jenkins can load, and what pipeline does it describe?

`check` parses the text as Groovy 2.4 and, where it holds `pipeline { ... }`, applies the rules of
Declarative Pipeline; a scripted pipeline only has to be Groovy. Nothing is executed. Names that
plugins define (options, triggers, parameters, tools, steps) are judged where the plugin is a
common one; an option, trigger, parameter or tool that is not known leaves the verdict open
(`Report.valid` is None).

The parsed data, `Report.documents`, is one dictionary. Declarative:

    {"scripted": False,
     "agent": "any" | "none" | {"docker": {"image": "node:20"}} | {"label": "linux"},
     "environment": {"NAME": "value", "KEY": {"name": "credentials", "arguments": ["id"]}},
     "options": [call], "parameters": [call], "triggers": [call], "libraries": ["lib@1"],
     "tools": {"maven": "3.9"},
     "stages": [stage],
     "post": {"always": [step]}}

Only sections that the file has are present. A stage is {"name": str, "agent", "environment",
"options", "tools", "input": {"message": ..}, "when": {"conditions": [condition], "beforeAgent":
True}, "failFast": bool, "post"} and one of "steps": [step], "stages": [stage], "parallel":
[stage], "matrix": {"axes": {"OS": ["linux"]}, "excludes": [{"OS": [..]}], "stages": [stage], ..}.
A call, step or condition is {"name": "sh", "arguments": [..], "named": {"script": ..}}; a named
argument that is the only required one also stands in "arguments". A step with a block has "steps",
`script` and `expression` have "script" (the text), `parallel` has "branches", a nested condition
has "conditions". Values: constants as they are; strings with variables as text with `${}`; calls
as above; any other expression as its source text.

Scripted: {"scripted": True, "stages": [{"name": .., "steps": [step]}]}, as far as can be told
without running it: stages with a literal name, and the steps called directly in them.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from iapo.verify.jenkinsfile.declarative import is_pipeline, read_pipeline
from iapo.verify.jenkinsfile.groovy import parse
from iapo.verify.jenkinsfile.model import Pipeline
from iapo.verify.jenkinsfile.scripted import misplaced_pipeline, read_scripted
from iapo.verify.jenkinsfile.syntax_tree import Node
from iapo.verify.jenkinsfile.tokens import GroovySyntaxError
from iapo.verify.report import Diagnostic, Report, verdict

__all__ = ["check"]


def check(text: str, *, path: str | None = None) -> Report:
    """Judge one Jenkinsfile. `path` is not needed to judge it; diagnostics carry none.

    The parts that `Report.sound` counts are the sections of the pipeline and the stages.
    """
    places = _Places(text)
    nul = text.find("\0")
    if nul >= 0:
        found = places.diagnostic("error", "nul-character", "a NUL character is not text", nul)
        return verdict("jenkins", [found], parses=False)
    try:
        statements = parse(text)
    except GroovySyntaxError as fault:
        found = places.diagnostic("error", fault.code, fault.message, fault.at)
        return verdict("jenkins", [found], parses=False)
    pipeline = Pipeline(text)
    document = _read(pipeline, statements)
    return verdict(
        "jenkins",
        [places.diagnostic(f.severity, f.code, f.message, f.at) for f in pipeline.findings],
        parts=max(len(pipeline.parts), 1),
        faulty_parts=pipeline.faulty_parts(),
        unjudged=pipeline.unjudged,
        documents=(document,),
    )


def _read(pipeline: Pipeline, statements: list[Node]) -> dict[str, Any]:
    blocks = [node for node in statements if is_pipeline(node)]
    if not blocks:
        if not statements:
            pipeline.error(
                "no-pipeline", "the file is empty; begin with pipeline { agent any ... }",
                Node("other", 0, 0),
            )  # fmt: skip
        for node in misplaced_pipeline(statements):
            pipeline.error(
                "pipeline-not-at-top", "`pipeline` must stand at the top level of the file", node
            )
        return read_scripted(pipeline, statements)
    for second in blocks[1:]:
        pipeline.error(
            "duplicate-pipeline", "a file runs one `pipeline` block; remove this one", second
        )
    return {"scripted": False, **read_pipeline(pipeline, blocks[0])}


class _Places:
    """Offsets to lines and columns."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []

    def diagnostic(self, severity: Any, code: str, message: str, at: int) -> Diagnostic:
        if not self.starts:
            self.starts = [0]
            end = self.text.find("\n")
            while end >= 0:
                self.starts.append(end + 1)
                end = self.text.find("\n", end + 1)
        line = bisect_right(self.starts, at)
        return Diagnostic(severity, code, message, line, at - self.starts[line - 1] + 1, "jenkins")
