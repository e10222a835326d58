"""The JSON of an `aws_iam_policy_document` data source, computed as the AWS provider computes it.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_DEFAULT_VERSION = "2012-10-17"


def policy_json(config: Mapping[str, Any]) -> tuple[str, str]:
    """The document of a data source's arguments: indented by two, and minified.

    Source documents come first, the own statements after them, overriding documents last; a
    statement replaces an earlier one of the same Sid. A source that is no JSON object is left out.
    """
    document: dict[str, Any] = {"Version": config.get("version") or _DEFAULT_VERSION}
    if config.get("policy_id"):
        document["Id"] = config["policy_id"]
    statements: list[dict[str, Any]] = []
    for source in _documents(config, "source_policy_documents", "source_json"):
        statements = _merged(statements, source)
    statements = _merged(statements, [_statement(s) for s in config.get("statement") or ()])
    for source in _documents(config, "override_policy_documents", "override_json"):
        statements = _merged(statements, source)
    document["Statement"] = statements
    return json.dumps(document, indent=2), json.dumps(document, separators=(",", ":"))


def _documents(config: Mapping[str, Any], *names: str) -> list[list[dict[str, Any]]]:
    out = []
    for name in names:
        value = config.get(name)
        for text in value if isinstance(value, list) else [value]:
            try:
                body = json.loads(text) if text else None
            except ValueError:
                continue
            if isinstance(body, dict):
                found = body.get("Statement", [])
                found = found if isinstance(found, list) else [found]
                out.append([s for s in found if isinstance(s, dict)])
    return out


def _merged(base: list[dict[str, Any]], more: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out = list(base)
    for statement in more:
        sid = statement.get("Sid")
        same = [at for at, s in enumerate(out) if sid and s.get("Sid") == sid]
        if same:
            out[same[0]] = statement
        else:
            out.append(statement)
    return out


def _words(value: Any) -> Any:
    """One word as itself; several as the provider orders them, last first."""
    words = [str(w) for w in value or ()]
    return words[0] if len(words) == 1 else sorted(words, reverse=True)


def _statement(block: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if block.get("sid"):
        out["Sid"] = block["sid"]
    out["Effect"] = block.get("effect") or "Allow"
    for key, name in (
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ):
        if block.get(name):
            out[key] = _words(block[name])
    for key, name in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        if block.get(name):
            out[key] = _principals(block[name])
    if block.get("condition"):
        out["Condition"] = _conditions(block["condition"])
    return out


def _principals(blocks: Any) -> Any:
    found: dict[str, list[str]] = {}
    for block in blocks:
        found.setdefault(str(block.get("type")), []).extend(block.get("identifiers") or ())
    if list(found) == ["*"] and found["*"] == ["*"]:
        return "*"
    return {kind: _words(names) for kind, names in sorted(found.items())}


def _conditions(blocks: Any) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for block in blocks:
        values = [str(v) for v in block.get("values") or ()]
        tests = out.setdefault(str(block.get("test")), {})
        tests[str(block.get("variable"))] = values[0] if len(values) == 1 else values
    return {test: dict(sorted(found.items())) for test, found in sorted(out.items())}
