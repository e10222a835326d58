"""Kubernetes manifests as parts, with short names for what is always nested.

`name`, `namespace`, `labels`, `annotations` stand for `metadata.*`; `pod` for the pod's spec
wherever the kind keeps it, `containers` and `initContainers` for the lists in it, `podLabels` for
the template's labels; a Secret's `data` is decoded into `stringData`. Workloads that run nothing
(`replicas: 0`, `suspend: true`, `command: ["true"]`) are dead unless the intent asks about it. A custom resource's kind is
`Kind.group`, so that `kind: Deployment` never means somebody else's Deployment.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from iapo.intent.parts import Part, Parts, Path
from iapo.intent.pattern import Intent
from iapo.intent.readers.shapes import asked_commands, is_idle, mapping
from iapo.verify.report import Report

_POD_SPEC: Mapping[str, tuple[str, ...]] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
WORKLOADS = frozenset(_POD_SPEC)  # the kinds that run pods
_NAMED_BY_FIELD = {
    "serviceAccountName": "ServiceAccount",
    "serviceName": "Service",
    "claimName": "PersistentVolumeClaim",
    "secretName": "Secret",
    "namespace": "Namespace",
    "storageClassName": "StorageClass",
    "ingressClassName": "IngressClass",
    "priorityClassName": "PriorityClass",
    "runtimeClassName": "RuntimeClass",
    "volumeName": "PersistentVolume",
}
_NAMED_INSIDE = {
    "configMapRef": "ConfigMap",
    "configMapKeyRef": "ConfigMap",
    "configMap": "ConfigMap",
    "secretRef": "Secret",
    "secretKeyRef": "Secret",
    "secret": "Secret",
    "imagePullSecrets": "Secret",
    "service": "Service",
}
_NAMED_WITH_KIND = {"scaleTargetRef", "roleRef", "subjects", "claimRef", "dataSource", "targetRef"}
_MAX_VISITED = 20_000


def read_kubernetes(intent: Intent, report: Report) -> Parts:
    """Parts of a list of manifests; a `List` counts as its items."""
    alive, dead = [], 0
    for manifest in _manifests(report.documents):
        part = _part(manifest)
        if _is_dead(manifest, intent) or _is_idle(part, intent):
            dead += 1
        else:
            alive.append(part)
    return Parts("kubernetes", tuple(alive), dead, _refers, _uses)


def _manifests(documents: tuple[Any, ...]) -> Iterator[Mapping[str, Any]]:
    for document in documents:
        for manifest in document if isinstance(document, list) else [document]:
            if not isinstance(manifest, Mapping):
                continue
            items = manifest.get("items")
            if str(manifest.get("kind", "")).endswith("List") and isinstance(items, list):
                yield from (item for item in items if isinstance(item, Mapping))
            else:
                yield manifest


def _part(manifest: Mapping[str, Any]) -> Part:
    kind = str(manifest.get("kind", ""))
    metadata = mapping(manifest.get("metadata"))
    value = dict(manifest)
    template = _template(manifest, kind)
    pod = mapping(template.get("spec")) if template is not None else {}
    short = {
        "name": metadata.get("name"),
        "namespace": metadata.get("namespace"),
        "labels": metadata.get("labels"),
        "annotations": metadata.get("annotations"),
        "pod": pod or None,
        "containers": pod.get("containers"),
        "initContainers": pod.get("initContainers"),
        "podLabels": mapping((template or {}).get("metadata")).get("labels"),
    }
    for key, given in short.items():
        value.setdefault(key, given)
    if kind == "Secret":
        value["stringData"] = {**_decoded(manifest.get("data")), **mapping(value.get("stringData"))}
    key = kind if _is_built_in(manifest.get("apiVersion")) else f"{kind}.{_group(manifest)}"
    named = {f"{kind}/{name}": () for kind, name in _references(manifest)}
    return Part("kind", key, value, f"{key}/{metadata.get('name')}", references=named)


def _group(manifest: Mapping[str, Any]) -> str:
    group, slash, _ = str(manifest.get("apiVersion", "")).partition("/")
    return group if slash else ""


def _is_built_in(version: Any) -> bool:
    group, slash, _ = str(version).partition("/")
    return not slash or "." not in group or group.endswith(".k8s.io")


def _template(manifest: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    steps = _POD_SPEC.get(kind)
    if steps is None:
        return None
    here = manifest
    for step in steps:
        here = mapping(here.get(step))
    return here


def _decoded(data: Any) -> dict[str, str]:
    decoded = {key: _text(value) for key, value in mapping(data).items()}
    return {key: text for key, text in decoded.items() if text is not None}


def _text(value: Any) -> str | None:
    try:
        return base64.b64decode(str(value), validate=True).decode()
    except (binascii.Error, ValueError):
        return None  # not base64 of text: nothing that a pattern could name


def _is_dead(manifest: Mapping[str, Any], intent: Intent) -> bool:
    spec = mapping(manifest.get("spec"))
    kind = manifest.get("kind")
    if kind in ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"):
        return spec.get("replicas", 1) == 0 and not _asks_for(intent, "replicas", 0)
    if kind == "CronJob":
        return spec.get("suspend") is True and not intent.asks_about("suspend")
    if kind == "Job":
        stopped = spec.get("suspend") is True and not intent.asks_about("suspend")
        return stopped or spec.get("parallelism", 1) == 0
    return False


def _is_idle(part: Part, intent: Intent) -> bool:
    """A workload all of whose containers run nothing in place of their images, as nobody asked."""
    containers = part.value.get("containers")
    asked = asked_commands(
        mapping(wanted).get("command")
        for patterns in intent.values_of("containers")
        for wanted in (patterns if isinstance(patterns, list) else [patterns])
    )
    return (
        isinstance(containers, list)
        and bool(containers)
        and all(is_idle(mapping(c).get("command"), asked) for c in containers)
    )


def _asks_for(intent: Intent, key: str, value: Any) -> bool:
    return any(
        leaf.path.endswith(f".{key}") and leaf.matcher == "equal" and leaf.value == value
        for leaf in intent.leaves()
    )


def _refers(part: Part, path: Path, value: Any, target: Part) -> bool:
    """A name, a `{kind, name}` reference, a label selector, or anything with one of these in it."""
    name = target.value.get("name")
    if isinstance(value, str):
        return value == name
    if isinstance(value, Mapping):
        if path[-1:] == ("scaleTargetRef",) and not _same_group(value, target):
            return False
        if "name" in value and value["name"] == name:
            return bool(value.get("kind", target.key) == target.key)
        selector = value.get("matchLabels", value)
        labels = target.value.get("podLabels")
        if labels is None and target.key == "Pod":
            labels = target.value.get("labels")
        if isinstance(selector, Mapping) and selector and isinstance(labels, Mapping):
            return all(labels.get(key) == wanted for key, wanted in selector.items())
    if isinstance(value, list) and any(_refers(part, path, item, target) for item in value[:50]):
        return True
    return (target.key, name) in set(_references(value))


def _same_group(reference: Mapping[str, Any], target: Part) -> bool:
    """An autoscaler looks up its target by apiVersion and kind; without one it asks the core group."""
    return _group(reference) == _group(target.value)


def _uses(part: Part, target: Part) -> bool:
    return f"{target.key}/{target.value.get('name')}" in part.references


def _references(value: Any) -> Iterator[tuple[str, Any]]:
    """Every (kind, name) that the fields of a manifest name."""
    pending, visited = [value], 0
    while pending and visited < _MAX_VISITED:
        here = pending.pop()
        visited += 1
        if isinstance(here, list):
            pending.extend(here)
        if not isinstance(here, Mapping):
            continue
        for key, inner in here.items():
            if key in _NAMED_BY_FIELD and isinstance(inner, str):
                yield _NAMED_BY_FIELD[key], inner
            elif key in _NAMED_INSIDE or key in _NAMED_WITH_KIND:
                for item in inner if isinstance(inner, list) else [inner]:
                    if isinstance(item, Mapping) and isinstance(item.get("name"), str):
                        kind = _NAMED_INSIDE.get(key) or str(item.get("kind", ""))
                        yield kind, item["name"]
            if isinstance(inner, (Mapping, list)):
                pending.append(inner)
