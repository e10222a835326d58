"""Whether a text declares anything that the reward could be for.

`terraform {}`, a provider alone, locals, comments and `FROM scratch` are all accepted by their
tools, and declare nothing. It does not look at what is declared.
"""

from __future__ import annotations

from typing import Any

from iapo.intent import Intent, IntentResult
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
        return any(mapping(manifest).get("kind") for manifest in _manifests(report))
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


def has_asked_kind(code: str, report: Report, intent: Intent) -> bool:
    """Whether any part is of a kind (a resource type, a manifest's kind) that the intent asks for.

    True for formats whose parts are all of one kind, and for intents that name no kind outright.
    """
    asked: set[Any] = set()
    for pattern in intent.patterns:
        if pattern.kind not in ("resource", "data", "kind"):
            continue
        asked.update(_choices(pattern.selector))
    if not asked or None in asked:
        return True
    if intent.format == "terraform":
        return any(block.labels[0] in asked for block in top_blocks(code) if block.labels)
    kinds = {str(mapping(manifest).get("kind")) for manifest in _manifests(report)}
    # A custom resource is asked for as Kind.group.
    return not report.documents or bool(kinds & {str(kind).partition(".")[0] for kind in asked})


def unrequested(
    code: str, report: Report, intent: Intent | None, result: IntentResult | None
) -> int:
    """How many parts nobody asked for; of a program that cannot be planned, by the kinds of its blocks."""
    if intent is None or result is None:
        return 0
    if intent.format != "terraform" or report.plan is not None:
        return result.unrequested
    wanted = [p.selector for p in intent.patterns if p.kind in ("resource", "data")]
    kinds = [set(_choices(selector)) for selector in wanted]
    extra = 0
    for block in top_blocks(code):
        if block.type not in ("resource", "data") or not block.labels:
            continue
        asked = next((kind for kind in kinds if block.labels[0] in kind), None)
        if asked is None:
            extra += 1
        else:
            kinds.remove(asked)
    return extra


def _choices(selector: object) -> list[Any]:
    choices = getattr(selector, "argument", (selector,))
    return [getattr(choice, "value", None) for choice in choices]


def _manifests(report: Report) -> list[Any]:
    documents = report.documents
    if len(documents) == 1 and isinstance(documents[0], list):
        return list(documents[0])
    found: list[Any] = []
    for document in documents:
        is_list = str(mapping(document).get("kind", "")).endswith("List")
        found.extend(sequence(mapping(document).get("items")) if is_list else [document])
    return found


def top_blocks(code: str) -> list[hcl.Block]:
    """The top-level blocks of Terraform text, as far as they can be made out."""
    return hcl.parse(code).blocks
