"""kubernetes-validate, as the oracle of manifests: what do the published schemas, taken strictly, say of a text.

Uses the PyPI package of that name in process. It knows schemas only: what the API server checks
beyond them (names, selectors, ports) is in the fast check alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import yaml

from iapo.verify.report import Diagnostic, Report, verdict

TOOL = "kubernetes-validate"


def available() -> bool:
    """Whether kubernetes-validate is installed."""
    return find_spec("kubernetes_validate") is not None


def oracle(text: str, *, version: str | None = None) -> Report | None:
    """What kubernetes-validate --strict says; None where it is not installed.

    Args:
        version: of Kubernetes, e.g. `"1.30"`; the newest it knows when not given.
    """
    if not available():
        return None
    tool: Any = import_module("kubernetes_validate")
    chosen = version or tool.latest_version()
    try:
        documents = [d for d in yaml.load_all(text, Loader=yaml.CSafeLoader) if d]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        unreadable = Diagnostic("error", "yaml-syntax", str(error)[:300], 1, 1, TOOL)
        return verdict("kubernetes", [unreadable], parses=False)
    problems: list[Diagnostic] = []
    unjudged = False
    manifests = [m for document in documents for m in _manifests(document)]
    for manifest in manifests:
        found = _validate(manifest, chosen)
        if found is not None:
            unjudged |= found.severity == "warning"
            problems.append(found)
    return verdict("kubernetes", problems, parts=len(manifests), unjudged=unjudged)


def _validate(manifest: Any, version: str) -> Diagnostic | None:
    tool: Any = import_module("kubernetes_validate.utils")
    try:
        tool.validate(manifest, version, strict=True)
    except tool.ValidationError as error:
        where = ".".join(str(step) for step in error.path)
        return Diagnostic("error", "schema", f"{where}: {error.message}"[:300], tool=TOOL)
    except tool.SchemaNotFoundError as error:
        return Diagnostic("warning", "no-schema", error.message[:300], tool=TOOL)
    except (KeyError, TypeError, AttributeError) as error:
        message = f"not a manifest: {type(error).__name__} {error}"[:300]
        return Diagnostic("error", "not-a-manifest", message, tool=TOOL)
    return None


def _manifests(document: Any) -> Iterator[Any]:
    items = document.get("items") if isinstance(document, dict) else None
    if isinstance(items, list) and document.get("kind") == "List":
        yield from items
    else:
        yield document
