"""Whether a text declares anything that the reward could be for.

`terraform {}`, a provider alone, locals, comments and `FROM scratch` are all accepted by their
tools, and declare nothing. It does not look at what is declared.
"""

from __future__ import annotations

from typing import Any

from iapo.intent import Intent
from iapo.intent.readers.shapes import mapping, sequence
from iapo.verify.report import Format, Report
from iapo.verify.terraform import hcl

_TERRAFORM = {"resource", "data", "module"}
_HIDDEN = (".", "x-")


def has_substance(code: str, format: Format, report: Report, intent: Intent | None) -> bool:
    """Whether at least one part stands in the text.

    Args:
        intent: kinds that it asks for count too, e.g. `variable` where a variable was asked for.
    """
    if format == "terraform":
        wanted = _TERRAFORM | ({p.kind for p in intent.patterns} if intent else set())
        return any(block.type in wanted for block in top_blocks(code))
    if not report.documents:
        # Nothing parsed: the text is judged as it is, its syntax will be 0 anyway.
        return bool(code.strip()) and not report.parses
    if format == "kubernetes":
        manifests = report.documents
        if len(manifests) == 1 and isinstance(manifests[0], list):
            manifests = tuple(manifests[0])
        return any(mapping(manifest).get("kind") for manifest in manifests)
    return _has_parts(mapping(report.documents[0]), format)


def _has_parts(file: Any, format: Format) -> bool:
    if format == "compose":
        return bool(mapping(file.get("services")))
    if format == "dockerfile":
        return any(
            mapping(step).get("instruction") not in (None, "FROM", "ARG")
            for stage in sequence(file.get("stages"))
            for step in sequence(mapping(stage).get("instructions"))
        )
    if format == "github-actions":
        return bool(mapping(file.get("jobs")))
    if format == "gitlab-ci":
        return any(
            (bool(mapping(job)) and not str(name).startswith(_HIDDEN) and "script" in mapping(job))
            or "trigger" in mapping(job)
            for name, job in file.items()
        )
    return bool(sequence(file.get("stages")))


def top_blocks(code: str) -> list[hcl.Block]:
    """The top-level blocks of Terraform text, as far as they can be made out."""
    return hcl.parse(code).blocks
