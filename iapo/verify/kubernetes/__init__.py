"""Kubernetes manifests, judged as the API server of a chosen version would judge them.

Checked: YAML as kubectl reads it (duplicate keys are errors), every object against the schema of the
Kubernetes version (unknown and misspelt fields, types, required fields, removed apiVersions), the
limits of single fields (names, labels, ports, quantities, enums; limits.py), the rules of each kind
(objects.py, pods.py), and whether objects of one file that refer to one another fit together
(references.py). Several documents and `List`s are taken apart. Custom resources are judged by their
CustomResourceDefinition where the file or the user provides it, and left unjudged (`valid` None)
otherwise. Not checked: what depends on a cluster's state, quotas, admission webhooks and CEL rules.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from iapo.verify.kubernetes import schemas
from iapo.verify.kubernetes.custom import CustomKinds, read_crds
from iapo.verify.kubernetes.manifest import MAX_DIAGNOSTICS, TOOL, Findings, Manifest
from iapo.verify.kubernetes.manifest import text as as_text
from iapo.verify.kubernetes.objects import check_object
from iapo.verify.kubernetes.references import check_references
from iapo.verify.kubernetes.removed import REMOVED
from iapo.verify.kubernetes.structure import check_structure
from iapo.verify.report import Diagnostic, Report, verdict
from iapo.verify.suggest import closest, fresh_budget
from iapo.verify.yaml_source import Path, YamlDocument, YamlStream, load_yaml

__all__ = ["add_crds", "check", "newest", "versions"]

_MAX_MANIFESTS = 5000
_user_crds = CustomKinds()

versions = schemas.versions
newest = schemas.newest


def add_crds(path: str | FilePath) -> int:
    """Judge custom resources by the CustomResourceDefinitions in a file or folder, from now on.

    Args:
        path: a YAML or JSON file, or a folder that is searched for them.

    Returns:
        How many kinds (one for each served version) are known now that were not said before.

    Raises:
        OSError: a file cannot be read.
        ValueError: it is not YAML or holds no CustomResourceDefinition.
    """
    return read_crds(path, _user_crds)


def check(text: str, *, path: str | None = None, version: str | None = None) -> Report:
    """Judge Kubernetes manifests.

    Args:
        text: one or more YAML (or JSON) documents.
        path: where the text comes from; not needed.
        version: a Kubernetes version from `versions()`, e.g. `"1.30"`; the newest when not given.

    Returns:
        `documents` are the manifests, Lists taken apart. `valid` is None where the only thing
        unjudged is a custom resource without its definition.

    Raises:
        ValueError: there are no schemas for `version`.
    """
    stream = load_yaml(text, version="1.1", text_keys=True, same_again="warning", tool=TOOL)
    return check_stream(stream, version)


def check_stream(stream: YamlStream, version: str | None = None) -> Report:
    """`check` on a text that is parsed already."""
    fresh_budget()
    version = schemas.newest() if version is None else version.removeprefix("v")
    if version not in schemas.versions():
        known = f"{schemas.versions()[0]} to {schemas.newest()}"
        raise ValueError(f"no schemas for Kubernetes {version}; there are {known}")
    if not stream.parses:
        return verdict("kubernetes", stream.problems, parses=False)
    findings = Findings(list(stream.problems))
    twice = any(problem.severity == "error" for problem in stream.problems)
    manifests: list[Manifest] = []
    broken = 0
    for document in stream.documents:
        broken += _take_apart(document, (), None, manifests, findings)
    if not manifests and not broken and not stream.documents:
        message = "there is no manifest here; one begins with apiVersion and kind"
        empty = [*stream.problems, Diagnostic("error", "empty", message, 1, 1, TOOL)]
        return verdict("kubernetes", empty, parses=False)
    custom = CustomKinds(_user_crds)
    for manifest in manifests:
        if manifest.kind == "CustomResourceDefinition":
            custom.add(manifest.value)
    unjudged = False
    for manifest in manifests:
        unjudged |= not _check_manifest(manifest, version, custom, findings)
    check_references(manifests, findings, complete=not unjudged)
    return verdict(
        "kubernetes",
        findings.diagnostics,
        parts=len(manifests) + broken,
        faulty_parts=min(
            len(manifests) + broken,
            len(findings.faulty) + broken + (twice and not findings.faulty),
        ),
        unjudged=unjudged,
        documents=tuple(manifest.value for manifest in manifests),
    )


def _take_apart(
    document: YamlDocument,
    root: Path,
    implied: tuple[str, str] | None,
    into: list[Manifest],
    findings: Findings,
) -> int:
    """Collect the manifests under `root`; returns how many parts are none."""
    value: Any = document.value
    for step in root:
        value = value[step]

    def complain(code: str, message: str) -> int:
        if len(findings.diagnostics) < 2 * MAX_DIAGNOSTICS:
            line, column = document.locate(root)
            findings.diagnostics.append(Diagnostic("error", code, message, line, column, TOOL))
        return 1

    if not isinstance(value, dict):
        return complain("not-a-manifest", "a manifest is a mapping with apiVersion and kind")
    api_version, kind = value.get("apiVersion"), value.get("kind")
    if implied is not None:
        api_version, kind = api_version or implied[0], kind or implied[1]
    if not isinstance(api_version, str) or not api_version:
        return complain("missing-field", 'a manifest needs the field "apiVersion", e.g. apps/v1')
    if not isinstance(kind, str) or not kind:
        return complain("missing-field", 'a manifest needs the field "kind", e.g. Deployment')
    items = value.get("items")
    if (kind, api_version) == ("List", "v1") and not isinstance(items, list) and not root:
        return complain("wrong-type", "a List needs items, a list of manifests")
    if kind.endswith("List") and isinstance(items, list) and not root:
        typed = None if kind == "List" else (api_version, kind.removesuffix("List"))
        broken = 0
        for index in range(min(len(items), _MAX_MANIFESTS)):
            broken += _take_apart(document, (*root, "items", index), typed, into, findings)
        return broken
    if len(into) >= _MAX_MANIFESTS:
        return complain("too-many", f"more than {_MAX_MANIFESTS} manifests")
    into.append(Manifest(value, document, root, api_version, kind))
    return 0


def _check_manifest(
    manifest: Manifest, version: str, custom: CustomKinds, findings: Findings
) -> bool:
    """Judge one manifest by itself. Returns False where nothing here can."""
    served = f"{manifest.api_version}/{manifest.kind}"
    name = schemas.kinds(version).get(served)
    if name is not None:
        schema = schemas.schema_for(version, name)
        check_structure(manifest, schemas.validator(version, name), schema, findings)
        check_object(manifest, findings, schemas.minor(version))
        return True
    if served in custom:
        found = custom.find(served)
        if found is None:
            message = f"the schema of {served} cannot be read, so the object is not judged"
            findings.add("warning", "bad-crd", message, manifest)
            return False
        check_structure(manifest, *found, findings)
        _check_custom_name(manifest, findings)
        return True
    return _unknown(manifest, version, findings)


def _check_custom_name(manifest: Manifest, findings: Findings) -> None:
    if not manifest.name and not as_text(manifest.metadata.get("generateName")):
        message = f"{manifest.kind} needs metadata.name"
        findings.error("missing-field", message, manifest, ("metadata",))


def _unknown(manifest: Manifest, version: str, findings: Findings) -> bool:
    """Say why there is no schema: removed, misspelt, or not of Kubernetes. True where that is an error."""
    api_version, kind, group = manifest.api_version, manifest.kind, manifest.group
    served = f"{api_version}/{kind}"
    known = schemas.api_versions_of(version)
    at: Path = ("apiVersion",)
    if served in REMOVED:
        since, instead = REMOVED[served]
        use = f"use {instead}" if instead else "nothing replaces it"
        message = f"{api_version} {kind} was removed in Kubernetes {since}; {use}"
        findings.error("removed-api", message, manifest, at)
        return True
    others = [v for v in schemas.versions() if served in schemas.kinds(v)]
    if others:
        now = ", ".join(known.get(kind, ()))
        later = schemas.minor(others[0]) > schemas.minor(version)
        since = others[0] if later else f"1.{schemas.minor(others[-1]) + 1}"
        message = f"{api_version} {kind} " + (
            f"is only served from Kubernetes {since} on"
            if later
            else f"was removed in Kubernetes {since}"
        )
        message += f"; use {now}" if now else ""
        findings.error("unserved-api" if later else "removed-api", message, manifest, at)
        return True
    builtin = schemas.groups(version)
    if group in builtin or "." not in group:
        if kind in known:
            message = f"{kind} is not in {api_version}; use {', '.join(known[kind])}"
            findings.error("wrong-api-version", message, manifest, at)
        else:
            meant = closest(kind, known)
            hint = f'; did you mean "{meant}"?' if meant else ""
            message = f"Kubernetes has no kind {kind[:80]} in {api_version[:80]}{hint}"
            findings.error("unknown-kind", message, manifest, ("kind",))
        return True
    meant = closest(group, (g for g in builtin if "." in g))
    if meant and kind in known and any(a.startswith(meant + "/") for a in known[kind]):
        message = f'there is no API group {group[:80]}; did you mean "{known[kind][0]}"?'
        findings.error("wrong-api-version", message, manifest, at)
        return True
    message = f"{api_version} {kind} is a custom resource whose definition is not here; not judged"
    findings.add("info", "unknown-custom-resource", message, manifest, at)
    return False
