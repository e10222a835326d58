"""Schema errors of a manifest as diagnostics a person can act on: misspelt fields are told apart from unknown ones."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from iapo.verify.kubernetes.field_rules import RULES
from iapo.verify.kubernetes.manifest import Findings, Manifest
from iapo.verify.places import dotted, shown, value_at
from iapo.verify.suggest import closest
from iapo.verify.yaml_source import Path

_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def check_structure(
    manifest: Manifest,
    validator: jsonschema_rs.Draft202012Validator,
    schema: dict[str, Any],
    findings: Findings,
) -> bool:
    """Report what the schema has against the manifest. Returns whether it had nothing."""
    try:
        if validator.is_valid(manifest.value):
            return True
    except ValueError as refused:  # a value that JSON has no form for, such as half a character
        findings.error("not-json", str(refused)[:200], manifest)
        return False
    seen: set[Path] = set()
    for count, error in enumerate(validator.iter_errors(manifest.value)):
        if count > 100:
            break
        _report(manifest, error, schema, findings, seen)
    return False


def _report(
    manifest: Manifest,
    error: jsonschema_rs.ValidationError,
    schema: dict[str, Any],
    findings: Findings,
    seen: set[Path],
) -> None:
    path: Path = tuple(error.instance_path)
    steps = list(error.schema_path)
    kind = error.kind
    rule = next((RULES[s] for s in reversed(steps) if isinstance(s, str) and s in RULES), None)
    where = dotted(path) or manifest.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.PropertyNames):
        message = rule.says if rule else error.message
        code = rule.code if rule else "bad-key"
        key = str(error.instance)
        findings.error(code, f'{where}: key "{key[:80]}" {message}', manifest, (*path, key))
    elif rule is not None:
        if path not in seen:  # one complaint a value, though a rule may break in several ways
            seen.add(path)
            value = shown(value_at(manifest.value, path))
            findings.error(rule.code, f"{where}: {value} {rule.says}", manifest, path)
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        known = _fields(schema, steps[:-1])
        for field in kind.unexpected[:50]:
            meant = closest(str(field), known)
            hint = f'; did you mean "{meant}"?' if meant else ""
            code = "misspelt-field" if meant else "unknown-field"
            message = f'{where} has no field "{str(field)[:80]}"{hint}'
            findings.error(code, message, manifest, (*path, field))
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        message = f'{where} needs the field "{kind.property}"'
        findings.error("missing-field", message, manifest, path)
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
        findings.error("wrong-type", _wrong_type(manifest, path, kind.types), manifest, path)
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfNotValid):
        types = [t for branch in value_at(schema, tuple(steps)) for t in _types(branch)]
        findings.error("wrong-type", _wrong_type(manifest, path, types), manifest, path)
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfMultipleValid):
        findings.error(
            "wrong-type", f"{where} has no value; give one or leave it out", manifest, path
        )
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Enum):
        options = [o for o in kind.options if isinstance(o, str) and o]
        value = value_at(manifest.value, path)
        meant = closest(value, options) if isinstance(value, str) else None
        hint = f'; did you mean "{meant}"?' if meant else ""
        message = f"{where}: {shown(value)} is not one of {', '.join(options[:12])}{hint}"
        findings.error("bad-value", message, manifest, path)
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Format):
        what = {
            "byte": "base64 (or use stringData)",
            "date-time": "a time such as 2030-01-31T12:00:00Z",
        }
        expected = what.get(kind.format, kind.format)
        findings.error("bad-format", f"{where} must be {expected}", manifest, path)
    else:
        findings.error("schema", f"{where}: {error.message.splitlines()[0][:200]}", manifest, path)


def _wrong_type(manifest: Manifest, path: Path, types: list[str]) -> str:
    expected = " or ".join(dict.fromkeys(_NAMES.get(t, t) for t in types if t != "null"))
    value = value_at(manifest.value, path)
    hint = ""
    if "string" in types and isinstance(value, (bool, int, float)):
        hint = "; put it in quotes"
    elif "array" in types and isinstance(value, dict):
        hint = "; begin each entry with '-'"
    return f"{dotted(path) or manifest.kind} must be {expected}, not {shown(value)}{hint}"


def _fields(schema: dict[str, Any], path: list[str | int]) -> list[str]:
    found = value_at(schema, tuple(path))
    return list(found.get("properties", {})) if isinstance(found, dict) else []


def _types(schema: Any) -> list[str]:
    types = schema.get("type", []) if isinstance(schema, dict) else []
    return [types] if isinstance(types, str) else list(types)
