"""Custom resources: a CustomResourceDefinition's OpenAPI v3 schema as a JSON Schema to judge its objects with.

Follows https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/:
fields that a structural schema does not name are unknown, unless it preserves them. Rules in CEL
(`x-kubernetes-validations`) are not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs

from iapo.verify.kubernetes.manifest import Findings, Manifest, entries, mapping, text
from iapo.verify.kubernetes.schemas import compile_schema
from iapo.verify.yaml_source import Path as YamlPath
from iapo.verify.yaml_source import load_yaml

Schema = dict[str, Any]
_MAX_DEPTH = 60
_KEPT = (
    "enum",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "multipleOf",
    "uniqueItems",
    "required",
)
_OWN = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {"type": "object"},
}


class CustomKinds:
    """Schemas of custom objects by `group/version/Kind`, compiled on first use."""

    def __init__(self, parent: CustomKinds | None = None) -> None:
        self._schemas: dict[str, Schema] = {}
        self._compiled: dict[str, tuple[jsonschema_rs.Draft202012Validator, Schema] | None] = {}
        self._parent = parent

    def add(self, definition: dict[str, Any]) -> int:
        """Take the served versions of one CustomResourceDefinition. Returns how many."""
        added = 0
        for name, schema in _served(definition):
            self._schemas[name] = schema
            self._compiled.pop(name, None)
            added += 1
        return added

    def __contains__(self, name: str) -> bool:
        return name in self._schemas or (self._parent is not None and name in self._parent)

    def find(self, name: str) -> tuple[jsonschema_rs.Draft202012Validator, Schema] | None:
        """The validator and schema of a kind; None where there is none or it cannot be compiled."""
        if name not in self._schemas:
            return self._parent.find(name) if self._parent is not None else None
        if name not in self._compiled:
            schema = as_json_schema(self._schemas[name], top=True)
            try:
                self._compiled[name] = (compile_schema(schema), schema)
            except ValueError:
                self._compiled[name] = None
        return self._compiled[name]


def read_crds(path: str | Path, into: CustomKinds) -> int:
    """Take every CustomResourceDefinition of a file, or of the YAML and JSON files under a folder.

    Returns:
        How many kinds (a version each) were added.

    Raises:
        OSError: a file cannot be read.
        ValueError: a file is not YAML, or there is no CustomResourceDefinition at all.
    """
    root = Path(path)
    files = [root]
    if root.is_dir():
        files = sorted(f for f in root.rglob("*") if f.suffix in (".yaml", ".yml", ".json"))
    added = 0
    for file in files:
        stream = load_yaml(file.read_text("utf-8", errors="replace"), version="1.1", text_keys=True)
        if not stream.parses:
            raise ValueError(f"{file}: {stream.problems[0].message}")
        for document in stream.documents:
            value = mapping(document.value)
            for candidate in [value, *(item for _, item in entries(value.get("items")))]:
                if candidate.get("kind") == "CustomResourceDefinition":
                    added += into.add(candidate)
    if not added:
        raise ValueError(f"{root} holds no CustomResourceDefinition")
    return added


def _served(definition: dict[str, Any]) -> Iterator[tuple[str, Schema]]:
    spec = mapping(definition.get("spec"))
    group, kind = text(spec.get("group")), text(mapping(spec.get("names")).get("kind"))
    shared = mapping(mapping(spec.get("validation")).get("openAPIV3Schema"))  # v1beta1
    versions = [v for _, v in entries(spec.get("versions")) if v.get("served", True)]
    if not versions and spec.get("version"):
        versions = [{"name": spec["version"]}]
    for version in versions:
        schema = mapping(mapping(version.get("schema")).get("openAPIV3Schema")) or shared
        if group and kind and version.get("name"):
            yield f"{group}/{version['name']}/{kind}", schema


def as_json_schema(source: Schema, *, top: bool = False, depth: int = 0) -> Schema:
    """An OpenAPI v3 schema, as CustomResourceDefinitions write it, as JSON Schema 2020-12."""
    if depth > _MAX_DEPTH or not source:
        return {}
    schema: Schema = {key: source[key] for key in _KEPT if source.get(key) is not None}
    for bound in ("Minimum", "Maximum"):
        if source.get(f"exclusive{bound}") is True and bound.lower() in schema:
            schema[f"exclusive{bound}"] = schema.pop(bound.lower())
    if source.get("x-kubernetes-int-or-string"):
        schema["type"] = ["integer", "string"]
    elif isinstance(source.get("type"), str):
        schema["type"] = [source["type"]]
    # The server fills in a default where the value is null.
    if "type" in schema and (source.get("nullable") or "default" in source):
        schema["type"].append("null")
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    _object_parts(source, schema, top, depth)
    if isinstance(source.get("items"), dict):
        schema["items"] = as_json_schema(source["items"], depth=depth + 1)
    for word in ("allOf", "anyOf", "oneOf"):
        if isinstance(source.get(word), list):
            schema[word] = [_logic(part, depth + 1) for _, part in entries(source[word])]
    if isinstance(source.get("not"), dict):
        schema["not"] = _logic(source["not"], depth + 1)
    return schema


def _object_parts(source: Schema, schema: Schema, top: bool, depth: int) -> None:
    properties = mapping(source.get("properties"))
    embedded = top or source.get("x-kubernetes-embedded-resource") is True
    if properties or embedded:
        schema["properties"] = {
            name: as_json_schema(mapping(field), depth=depth + 1)
            for name, field in properties.items()
            if isinstance(name, str)
        }
        if embedded:
            schema["properties"] = {**schema["properties"], **_OWN}
    extra = source.get("additionalProperties")
    if isinstance(extra, dict):
        schema["additionalProperties"] = as_json_schema(extra, depth=depth + 1)
    elif properties and extra is not True:
        kept = source.get("x-kubernetes-preserve-unknown-fields") is True
        if not kept:
            schema["additionalProperties"] = False


def _logic(source: Schema, depth: int) -> Schema:
    """A schema under allOf, anyOf, oneOf or not: it restricts values and declares no fields."""
    schema = as_json_schema(source, depth=depth)
    _open(schema)
    return schema


def _open(schema: Schema) -> None:
    waiting: list[Any] = [schema]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if here.get("additionalProperties") is False:
                del here["additionalProperties"]
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)


def check_definition(manifest: Manifest, findings: Findings) -> None:
    """Report what is wrong with a CustomResourceDefinition itself."""
    spec = manifest.spec
    names = mapping(spec.get("names"))
    wanted = f"{names.get('plural')}.{spec.get('group')}"
    if names.get("plural") and spec.get("group") and manifest.name != wanted:
        message = f'the name of a CustomResourceDefinition must be plural.group: "{wanted[:120]}"'
        findings.error("bad-name", message, manifest, ("metadata", "name"))
    versions = list(entries(spec.get("versions")))
    stored = [v for _, v in versions if v.get("storage") is True]
    if versions and len(stored) != 1:
        message = f"exactly one version must have storage: true, and {len(stored)} have"
        findings.error("bad-value", message, manifest, ("spec", "versions"))
    for index, version in versions:
        schema = mapping(version.get("schema")).get("openAPIV3Schema")
        if not isinstance(schema, dict):
            message = "each version needs schema.openAPIV3Schema"
            findings.error("missing-field", message, manifest, ("spec", "versions", index))
        elif schema.get("type") != "object":
            message = "the schema of a version must have type: object at its top"
            at: YamlPath = ("spec", "versions", index, "schema", "openAPIV3Schema")
            findings.error("bad-value", message, manifest, at)
