"""`uses:` of a step: how an action is named, and what well-known actions take and give.

`actions.json.gz` holds, for well-known actions, the names of inputs and outputs that their public
`action.yml` declares; `scripts/build_github_actions_data.py` builds it. Actions that are not in it
are judged by the form of their name only.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from importlib import resources
from typing import Any

from iapo.verify.github_actions.semantics import named
from iapo.verify.github_actions.types import LOOSE, STRING, STRINGS, ObjectType, Type
from iapo.verify.github_actions.walk import Walk, scalar_text
from iapo.verify.yaml_source import Path

_REPOSITORY = re.compile(r"[^/\s@]+/[^/\s@]+(?:/[^@\s]+)?@\S+\Z")
_IMAGE = re.compile(r"docker://[^\s:@/][^\s@]*(?:@sha256:[0-9a-f]{64})?\Z")
# Every input of a container action may be set besides those it declares.
ALWAYS = frozenset(("entrypoint", "args"))


@cache
def known_actions() -> dict[str, dict[str, Any]]:
    """`owner/repo@ref` to `inputs`, `required`, `outputs` (None: any) and `old`."""
    data = resources.files("iapo.verify.github_actions").joinpath("actions.json.gz")
    if not data.is_file():
        return {}
    loaded: dict[str, dict[str, Any]] = json.loads(gzip.decompress(data.read_bytes()))
    return loaded


def outputs_type(uses: str) -> Type:
    """The type of `steps.<id>.outputs` of a step that uses the action."""
    if uses.startswith("actions/github-script@"):
        return LOOSE
    facts = known_actions().get(uses)
    if facts is None or facts.get("outputs") is None:
        return STRINGS
    return ObjectType({name.lower(): STRING for name in facts["outputs"]})


def check_uses(walk: Walk, uses: str, inputs: dict[Any, Any] | None, path: Path) -> None:
    """Check the name of an action and, where it is known, its inputs.

    Args:
        inputs: the step's `with`, None where an expression gives them.
        path: of the step.
    """
    at = (*path, "uses")
    if "${{" in uses or uses.startswith(("./", ".\\")):
        return
    if uses.startswith("docker://"):
        if not _IMAGE.match(uses) or uses.endswith(":"):
            walk.problem("bad-action", f'"{uses[:80]}" names no image: docker://image:tag', at)
        return
    if not _REPOSITORY.match(uses):
        missing = "a ref is missing; " if "@" not in uses else ""
        walk.problem(
            "bad-action",
            f'"{uses[:80]}" names no action: {missing}write owner/repo@ref, owner/repo/path@ref,'
            " ./path or docker://image",
            at,
        )
        return
    facts = known_actions().get(uses)
    if facts is None:
        return
    if facts.get("old"):
        walk.problem(
            "old-action",
            f"{uses} needs a runtime that runners no longer have; use a newer major",
            at,
            severity="warning",
        )
    if inputs is None or facts.get("inputs") is None:
        return
    declared = {name.lower() for name in facts["inputs"]}
    given = {scalar_text(name).lower() for name in inputs}
    for name in inputs:
        folded = scalar_text(name).lower()
        if folded not in declared and folded not in ALWAYS:
            walk.problem(
                "unknown-input",
                f'{uses} has no input "{name}"; it has {named(facts["inputs"]) or "none"}',
                (*path, "with", name),
                key=True,
            )
    for name in facts["required"]:
        if name.lower() not in given:
            walk.problem("missing-input", f'{uses} needs the input "{name}"', at)
