"""Objects of one file that refer to one another: a Service to pods, an Ingress to Services, and so on.

A reference is judged only where the file defines objects of the kind referred to, in the same
namespace: a file that defines none leaves them to others. A name that matches none of them is an
error if it looks like a misspelling of one that nothing refers to, or if such a one is left and the
object finds nothing it wants of that kind: then both ends of a link hang loose. Otherwise it is a
warning, since the object may well exist in the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from iapo.verify.kubernetes.manifest import Findings, Manifest, entries, mapping, text
from iapo.verify.kubernetes.pods import PodTemplate, template_of
from iapo.verify.kubernetes.selectors import expression_holds
from iapo.verify.report import Severity
from iapo.verify.suggest import closest
from iapo.verify.yaml_source import Path

_SCALABLE = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
# Names that exist in every cluster, or in every namespace.
_GIVEN = {
    "ConfigMap": frozenset({"kube-root-ca.crt"}),
    "ServiceAccount": frozenset({"default"}),
    "ClusterRole": frozenset({"cluster-admin", "admin", "edit", "view"}),
    "PriorityClass": frozenset({"system-cluster-critical", "system-node-critical"}),
}
_CLUSTER_WIDE = frozenset({"ClusterRole", "PersistentVolume", "PriorityClass", "StorageClass"})
# Objects that people usually make by hand or by a controller, and do not keep in a file.
_OFTEN_ELSEWHERE = frozenset({"Secret", "PriorityClass", "StorageClass"})


@dataclass(frozen=True)
class _Reference:
    manifest: Manifest
    path: Path
    kind: str
    namespace: str
    name: str
    mild: bool = False


@dataclass
class _File:
    """What a file defines, by (kind, namespace), and what it refers to."""

    defined: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    references: list[_Reference] = field(default_factory=list)
    pods: list[PodTemplate] = field(default_factory=list)

    def refer(
        self, manifest: Manifest, path: Path, kind: str, name: Any, namespace: str | None = None
    ) -> None:
        if isinstance(name, str) and name:
            where = "" if kind in _CLUSTER_WIDE else _space(manifest, namespace)
            self.references.append(_Reference(manifest, path, kind, where, name))


def _space(manifest: Manifest, namespace: str | None = None) -> str:
    return (manifest.namespace if namespace is None else namespace) or "default"


def check_references(manifests: Sequence[Manifest], findings: Findings, *, complete: bool) -> None:
    """Report references to what the file does not define though it defines such things.

    Args:
        complete: every manifest could be judged; a custom resource may create what seems missing,
            so that without this nothing is more than a warning.
    """
    if len(manifests) < 2:
        return
    _check_duplicates(manifests, findings)
    file = _File()
    for manifest in manifests:
        where = "" if manifest.kind in _CLUSTER_WIDE else _space(manifest)
        file.defined.setdefault((manifest.kind, where), set()).add(manifest.name)
        pod = template_of(manifest)
        if pod is not None:
            file.pods.append(pod)
            _collect_pod(pod, file)
        collect = _COLLECT.get(manifest.kind)
        if collect is not None:
            collect(manifest, file)
    _check_names(file, findings, complete)
    _check_selectors(manifests, file, findings, complete)
    _check_backend_ports(manifests, findings)


def _check_duplicates(manifests: Sequence[Manifest], findings: Findings) -> None:
    seen: dict[tuple[str, str, str, str], Manifest] = {}
    for manifest in manifests:
        if not manifest.name:
            continue
        key = (manifest.group, manifest.kind, _space(manifest), manifest.name)
        if key in seen:
            line = seen[key].document.locate(seen[key].root)[0]
            message = f"{manifest.title} is defined twice (first on line {line}); remove one"
            findings.error("duplicate-object", message, manifest, ("metadata", "name"))
        seen[key] = manifest


def _collect_pod(pod: PodTemplate, file: _File) -> None:
    manifest, spec, at = pod.manifest, pod.spec, (*pod.path, "spec")
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    file.refer(manifest, (*at, "serviceAccountName"), "ServiceAccount", account)
    for index, volume in entries(spec.get("volumes")):
        _collect_volume(manifest, (*at, "volumes", index), volume, file)
    for path, container in pod.containers():
        for index, variable in entries(container.get("env")):
            source = mapping(variable.get("valueFrom"))
            for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                _collect_optional(
                    manifest, (*path, "env", index, "valueFrom", key), kind, source.get(key), file
                )
        for index, source in entries(container.get("envFrom")):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                _collect_optional(
                    manifest, (*path, "envFrom", index, key), kind, source.get(key), file
                )


def _collect_optional(manifest: Manifest, path: Path, kind: str, source: Any, file: _File) -> None:
    if isinstance(source, dict) and source.get("optional") is not True:
        file.refer(manifest, (*path, "name"), kind, source.get("name"))


def _collect_volume(manifest: Manifest, path: Path, volume: dict[str, Any], file: _File) -> None:
    config, secret = mapping(volume.get("configMap")), mapping(volume.get("secret"))
    claim = mapping(volume.get("persistentVolumeClaim"))
    if config.get("optional") is not True:
        file.refer(manifest, (*path, "configMap", "name"), "ConfigMap", config.get("name"))
    if secret.get("optional") is not True:
        file.refer(manifest, (*path, "secret", "secretName"), "Secret", secret.get("secretName"))
    at = (*path, "persistentVolumeClaim", "claimName")
    file.refer(manifest, at, "PersistentVolumeClaim", claim.get("claimName"))
    for index, source in entries(mapping(volume.get("projected")).get("sources")):
        for key, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
            _collect_optional(
                manifest, (*path, "projected", "sources", index, key), kind, source.get(key), file
            )


def _collect_ingress(manifest: Manifest, file: _File) -> None:
    for path, backend in _backends(manifest):
        name = mapping(backend.get("service")).get("name")
        file.refer(manifest, (*path, "service", "name"), "Service", name)


def _backends(manifest: Manifest) -> Iterator[tuple[Path, dict[str, Any]]]:
    default = manifest.spec.get("defaultBackend")
    if isinstance(default, dict):
        yield ("spec", "defaultBackend"), default
    for index, rule in entries(manifest.spec.get("rules")):
        for place, path in entries(mapping(rule.get("http")).get("paths")):
            at: Path = ("spec", "rules", index, "http", "paths", place, "backend")
            yield at, mapping(path.get("backend"))


def _collect_autoscaler(manifest: Manifest, file: _File) -> None:
    target = mapping(manifest.spec.get("scaleTargetRef"))
    kind = text(target.get("kind"))
    if kind in _SCALABLE:
        file.refer(manifest, ("spec", "scaleTargetRef", "name"), kind, target.get("name"))


def _collect_binding(manifest: Manifest, file: _File) -> None:
    role = mapping(manifest.value.get("roleRef"))
    name, kind = text(role.get("name")), text(role.get("kind"))
    if kind in ("Role", "ClusterRole") and not name.startswith("system:"):
        file.refer(manifest, ("roleRef", "name"), kind, name)
    for index, subject in entries(manifest.value.get("subjects")):
        if subject.get("kind") == "ServiceAccount":
            where = text(subject.get("namespace")) or None
            path: Path = ("subjects", index, "name")
            file.refer(manifest, path, "ServiceAccount", subject.get("name"), where)


def _collect_stateful(manifest: Manifest, file: _File) -> None:
    # The pods run without it; they only lack names in DNS.
    name = manifest.spec.get("serviceName")
    if isinstance(name, str) and name:
        path: Path = ("spec", "serviceName")
        file.references.append(
            _Reference(manifest, path, "Service", _space(manifest), name, mild=True)
        )


_COLLECT: dict[str, Callable[[Manifest, _File], None]] = {
    "Ingress": _collect_ingress,
    "HorizontalPodAutoscaler": _collect_autoscaler,
    "RoleBinding": _collect_binding,
    "ClusterRoleBinding": _collect_binding,
    "StatefulSet": _collect_stateful,
}


def _check_names(file: _File, findings: Findings, complete: bool) -> None:
    used: dict[tuple[str, str], set[str]] = {}
    served: set[tuple[int, str]] = set()
    for reference in file.references:
        key = (reference.kind, reference.namespace)
        used.setdefault(key, set()).add(reference.name)
        if reference.name in file.defined.get(key, ()):
            served.add((id(reference.manifest), reference.kind))
    for reference in file.references:
        key = (reference.kind, reference.namespace)
        known = file.defined.get(key)
        if not known or reference.name in known | _GIVEN.get(reference.kind, frozenset()):
            continue
        loose = known - used[key]
        misspelt = closest(reference.name, loose)
        meant = misspelt or closest(reference.name, known)
        hint = f'did you mean "{meant}"?' if meant else f"it defines {_some(known)}"
        message = f'{reference.kind} "{reference.name[:80]}" is not in this file; {hint}'
        lost = (id(reference.manifest), reference.kind) not in served
        grave = bool(misspelt) or (
            bool(loose) and lost and reference.kind not in _OFTEN_ELSEWHERE and not reference.mild
        )
        severity: Severity = "error" if complete and grave else "warning"
        findings.add(
            severity, "undefined-reference", message, reference.manifest, reference.path, "value"
        )


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:5]) + (" ..." if len(listed) > 5 else "")


def _check_selectors(
    manifests: Sequence[Manifest], file: _File, findings: Findings, complete: bool
) -> None:
    """Services, budgets and policies that select no pod of a file that defines pods."""
    selecting = [(m, *_selector(m)) for m in manifests if m.kind in _SELECTORS]
    if len(selecting) * len(file.pods) > _MOST_PAIRS:
        return
    chosen: set[tuple[str, int]] = set()
    empty: list[tuple[Manifest, Path]] = []
    for manifest, path, selector in selecting:
        if not selector:
            continue
        pods = [p for p in file.pods if _space(p.manifest) == _space(manifest)]
        hits = [p for p in pods if _selects(selector, p.labels)]
        chosen.update((manifest.kind, id(p)) for p in hits)
        if pods and not hits:
            empty.append((manifest, path))
    for manifest, path in empty:
        pods = [p for p in file.pods if _space(p.manifest) == _space(manifest)]
        loose = [
            p
            for p in pods
            if (manifest.kind, id(p)) not in chosen and p.manifest.kind not in ("Job", "CronJob")
        ]
        grave = (
            complete
            and manifest.kind != "NetworkPolicy"
            and _is_mistake(manifest, mapping(_selector(manifest)[1]), loose, len(pods))
        )
        title = loose[0].manifest.title if loose else pods[0].manifest.title
        message = (
            f"{manifest.title} selects no pod of this file; compare with the labels of {title}"
        )
        findings.add("error" if grave else "warning", "selects-nothing", message, manifest, path)


def _is_mistake(
    manifest: Manifest, selector: dict[str, Any], loose: list[PodTemplate], pods: int
) -> bool:
    """Whether a selector that hits nothing was probably meant for one of the loose pods.

    A pod that fits but for labels it does not have may get them while it runs.
    """
    wanted = mapping(selector.get("matchLabels"))
    for pod in loose:
        shared = [key for key in wanted if key in pod.labels]
        if shared and all(wanted[key] == pod.labels[key] for key in shared):
            return False
    if pods == 1 and loose:
        return True
    words = {text(word) for pod in loose for word in (*pod.labels.values(), pod.manifest.name)}
    sought = {text(value) for value in wanted.values()} | {manifest.name}
    return any(word and closest(word, words - {""}) for word in sought)


_MOST_PAIRS = 20_000  # of selectors and pods; beyond it a file is not one that people write
# Labels that controllers put on pods.
_ADDED_LABELS = frozenset(
    {
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "job-name",
        "batch.kubernetes.io/job-name",
        "controller-uid",
        "batch.kubernetes.io/controller-uid",
        "pod-template-hash",
        "controller-revision-hash",
    }
)
_SELECTORS = frozenset({"Service", "PodDisruptionBudget", "NetworkPolicy"})


def _selector(manifest: Manifest) -> tuple[Path, dict[str, Any]]:
    spec = manifest.spec
    if manifest.kind == "Service":
        labels = mapping(spec.get("selector"))
        return ("spec", "selector"), {"matchLabels": labels} if labels else {}
    key = "podSelector" if manifest.kind == "NetworkPolicy" else "selector"
    return ("spec", key), mapping(spec.get(key))


def _selects(selector: dict[str, Any], labels: dict[str, Any]) -> bool:
    wanted = mapping(selector.get("matchLabels"))
    return all(
        key in _ADDED_LABELS or labels.get(key) == value for key, value in wanted.items()
    ) and all(
        expression_holds(expression, labels)
        for _, expression in entries(selector.get("matchExpressions"))
    )


def _check_backend_ports(manifests: Sequence[Manifest], findings: Findings) -> None:
    """Ports of Ingress backends and named target ports of Services that the other side lacks."""
    services = {(_space(m), m.name): m for m in manifests if m.kind == "Service"}
    for manifest in manifests:
        if manifest.kind != "Ingress":
            continue
        for path, backend in _backends(manifest):
            service = mapping(backend.get("service"))
            found = services.get((_space(manifest), text(service.get("name"))))
            port = mapping(service.get("port"))
            wanted = port.get("number") or port.get("name")
            if found is None or not wanted or found.spec.get("type") == "ExternalName":
                continue
            key = "number" if port.get("number") else "name"
            offered = [
                p.get("port" if key == "number" else "name")
                for _, p in entries(found.spec.get("ports"))
            ]
            if wanted not in offered:
                shown = ", ".join(str(o) for o in offered if o is not None)
                message = f"{found.title} has no port {wanted}; it has {shown or 'none'}"
                findings.error("undefined-port", message, manifest, (*path, "service", "port", key))
