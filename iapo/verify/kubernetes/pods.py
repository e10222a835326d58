"""What the API server demands of a pod, beyond its schema: names, volumes, probes, resources.

From https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/. Every workload
(Deployment, Job, CronJob ...) is a pod template with rules of its own around it (objects.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from iapo.verify.kubernetes.addresses import check_address
from iapo.verify.kubernetes.manifest import Findings, Manifest, entries, mapping, text
from iapo.verify.suggest import closest
from iapo.verify.yaml_source import Path

_TEMPLATE: dict[str, tuple[str, ...]] = {
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "PodTemplate": ("template",),
    "Pod": (),
}
_BUILT_IN = frozenset({"", "apps", "batch", "extensions"})
_ALWAYS_ONLY = frozenset(
    {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"}
)
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_HOOKS = ("exec", "httpGet", "tcpSocket", "sleep")
_ENV_SOURCES = (
    "configMapKeyRef",
    "secretKeyRef",
    "fieldRef",
    "resourceFieldRef",
    "fileKeyRef",
)
_FIELDS_IN_FILES = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels",
    "metadata.annotations",
)
_FIELDS_IN_ENV = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_FIELD_BY_KEY = re.compile(r"metadata\.(?:labels|annotations)\[['\"]?[^'\"\]]+['\"]?\]\Z")
_RESOURCE_FIELD = re.compile(
    r"(?:limits|requests)\.(?:cpu|memory|ephemeral-storage|hugepages-.+)\Z"
)
_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage", "storage"})
_PARSE_QUANTITY = re.compile(r"\s*([+-]?[0-9.]{1,40})([a-zA-Z]*)([+-]?[0-9]{1,3})?\s*\Z")
_SUFFIX: dict[str, Fraction] = {
    "": Fraction(1),
    **{s: Fraction(10) ** (3 * i) for i, s in enumerate("kMGTPE", 1)},
    **{f"{s}i": Fraction(1024) ** i for i, s in enumerate("KMGTPE", 1)},
    **{s: Fraction(1, 10 ** (3 * i)) for i, s in enumerate("mun", 1)},
}


@dataclass(frozen=True)
class PodTemplate:
    """A pod, or the template of one, inside a manifest."""

    manifest: Manifest
    path: Path
    value: dict[str, Any]

    @property
    def labels(self) -> dict[str, Any]:
        return mapping(mapping(self.value.get("metadata")).get("labels"))

    @property
    def spec(self) -> dict[str, Any]:
        return mapping(self.value.get("spec"))

    def containers(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Path and value of every container, init containers first."""
        for group in ("initContainers", "containers", "ephemeralContainers"):
            for index, container in entries(self.spec.get(group)):
                yield (*self.path, "spec", group, index), container


def template_of(manifest: Manifest) -> PodTemplate | None:
    """The pod or pod template of a built-in workload."""
    path = _TEMPLATE.get(manifest.kind)
    if path is None or manifest.group not in _BUILT_IN:
        return None
    here: Any = manifest.value
    for step in path:
        here = mapping(here).get(step)
    return PodTemplate(manifest, path, here) if isinstance(here, dict) else None


def quantity(value: Any) -> Fraction | None:
    """A Kubernetes quantity as an exact number; None where it is not one."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return Fraction(value) if value == value and abs(value) < 1e30 else None
    match = _PARSE_QUANTITY.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    number, suffix, exponent = match.groups()
    try:
        base = Fraction(number)
    except (ValueError, ZeroDivisionError):
        return None
    if exponent is not None:
        return base * Fraction(10) ** int(exponent) if suffix in ("e", "E") else None
    return base * _SUFFIX[suffix] if suffix in _SUFFIX else None


def check_pod(pod: PodTemplate, findings: Findings, volume_claims: set[str]) -> None:
    """Report what is wrong with a pod. `volume_claims`: names that a StatefulSet mounts besides."""
    spec, at = pod.spec, (*pod.path, "spec")
    if not isinstance(pod.value.get("spec"), dict):
        message = f'{pod.manifest.title} has a pod without "spec"; give it containers'
        findings.error("missing-field", message, pod.manifest, pod.path)
        return
    volumes = _check_volumes(pod, findings)
    names: dict[str, Path] = {}
    claims: set[tuple[Any, Any, Any]] = set()
    for path, container in pod.containers():
        name = text(container.get("name"))
        if name and name in names:
            message = f'two containers are called "{name}"; give each a name of its own'
            findings.error("duplicate-name", message, pod.manifest, (*path, "name"))
        names[name] = path
        _check_container(pod, path, container, findings)
        _check_mounts(pod, path, container, volumes | volume_claims, findings)
        _check_ports(pod, path, container, claims, findings)
    if spec.get("dnsPolicy") == "None" and not mapping(spec.get("dnsConfig")).get("nameservers"):
        message = "dnsPolicy None needs dnsConfig.nameservers"
        findings.error("missing-field", message, pod.manifest, (*at, "dnsPolicy"))
    servers = mapping(spec.get("dnsConfig")).get("nameservers")
    for index, server in enumerate(servers if isinstance(servers, list) else ()):
        check_address(server, pod.manifest, (*at, "dnsConfig", "nameservers", index), findings)
    for index, alias in entries(spec.get("hostAliases")):
        check_address(alias.get("ip"), pod.manifest, (*at, "hostAliases", index, "ip"), findings)
    _check_restart(pod, findings)
    _check_tolerations(pod, findings)


def _check_restart(pod: PodTemplate, findings: Findings) -> None:
    kind, policy = pod.manifest.kind, pod.spec.get("restartPolicy")
    path = (*pod.path, "spec", "restartPolicy")
    if kind in _ALWAYS_ONLY and policy in ("OnFailure", "Never"):
        message = f"{kind} restarts its pods always: restartPolicy must be Always or left out"
        findings.error("bad-restart-policy", message, pod.manifest, path)
    if kind in ("Job", "CronJob") and policy in (None, "", "Always"):
        message = f"{kind} needs restartPolicy OnFailure or Never in its pod template"
        findings.error("bad-restart-policy", message, pod.manifest, path)


def _check_volumes(pod: PodTemplate, findings: Findings) -> set[str]:
    names: set[str] = set()
    for index, volume in entries(pod.spec.get("volumes")):
        path = (*pod.path, "spec", "volumes", index)
        name = text(volume.get("name"))
        if name and name in names:
            message = f'two volumes are called "{name}"; give each a name of its own'
            findings.error("duplicate-name", message, pod.manifest, (*path, "name"))
        names.add(name)
        _check_handed_down(pod, path, volume, findings)
        sources = [key for key in volume if key != "name" and volume[key] is not None]
        if len(sources) > 1:
            message = (
                f'volume "{name}" has several sources ({", ".join(map(str, sources))}); keep one'
            )
            findings.error("several-sources", message, pod.manifest, path)
        elif not sources and any(key != "name" for key in volume):
            # `emptyDir:` with nothing after it is null to the server, which then sees no source.
            key = next(key for key in volume if key != "name")
            message = f'volume "{name}": {key} is empty; write "{key}: {{}}"'
            findings.warning("empty-volume-source", message, pod.manifest, (*path, key))
        elif not sources:
            message = f'volume "{name}" has no source; give it one, e.g. emptyDir: {{}}'
            findings.warning("no-volume-source", message, pod.manifest, path)
    return names


def _check_handed_down(
    pod: PodTemplate, path: Path, volume: dict[str, Any], findings: Findings
) -> None:
    """Files of the downward API, in a volume of its own or in a projected one."""
    at: Path = (*path, "downwardAPI", "items")
    for index, item in entries(mapping(volume.get("downwardAPI")).get("items")):
        _check_field_source(pod, (*at, index), item, _FIELDS_IN_FILES, findings)
    for place, source in entries(mapping(volume.get("projected")).get("sources")):
        at = (*path, "projected", "sources", place, "downwardAPI", "items")
        for index, item in entries(mapping(source.get("downwardAPI")).get("items")):
            _check_field_source(pod, (*at, index), item, _FIELDS_IN_FILES, findings)


def _check_mounts(
    pod: PodTemplate, at: Path, container: dict[str, Any], volumes: set[str], findings: Findings
) -> None:
    seen: set[str] = set()
    for key, place in (("volumeMounts", "mountPath"), ("volumeDevices", "devicePath")):
        for index, mount in entries(container.get(key)):
            path = (*at, key, index)
            name, where = text(mount.get("name")), text(mount.get(place))
            if name and name not in volumes:
                meant = closest(name, (v for v in volumes if v))
                hint = f'did you mean "{meant}"?' if meant else "add it under volumes"
                message = f'{key} names volume "{name}", which the pod does not have; {hint}'
                findings.error("undefined-volume", message, pod.manifest, (*path, "name"))
            if where and where in seen:
                message = f'{place} "{where}" is used twice in this container'
                findings.error("duplicate-mount", message, pod.manifest, (*path, place))
            seen.add(where)
            if mount.get("subPath") and mount.get("subPathExpr"):
                message = "subPath and subPathExpr exclude each other"
                findings.error("exclusive-fields", message, pod.manifest, (*path, "subPathExpr"))


def _check_container(
    pod: PodTemplate, path: Path, container: dict[str, Any], findings: Findings
) -> None:
    name = text(container.get("name"))
    if "image" not in container or container["image"] is None:
        message = f'container "{name}" needs an "image"'
        findings.error("missing-field", message, pod.manifest, path)
    initial = path[-2] == "initContainers" and container.get("restartPolicy") != "Always"
    for key in (*_PROBES, "lifecycle"):
        if initial and container.get(key) is not None:
            message = f"an init container cannot have {key}, unless its restartPolicy is Always"
            findings.error("not-allowed-here", message, pod.manifest, (*path, key))
    declared = {text(port.get("name")) for _, port in entries(container.get("ports"))}
    for key in _PROBES:
        probe = container.get(key)
        if isinstance(probe, dict):
            _check_probe(pod, (*path, key), key, probe, declared, findings)
    for key in ("postStart", "preStop"):
        hook = mapping(container.get("lifecycle")).get(key)
        if isinstance(hook, dict):
            _one_handler(pod, (*path, "lifecycle", key), key, hook, _HOOKS, findings)
    _check_environment(pod, path, container, findings)
    _check_resources(pod, path, container, findings)
    security = mapping(container.get("securityContext"))
    if security.get("privileged") is True and security.get("allowPrivilegeEscalation") is False:
        message = "privileged: true and allowPrivilegeEscalation: false contradict each other"
        at = (*path, "securityContext", "allowPrivilegeEscalation")
        findings.error("exclusive-fields", message, pod.manifest, at)


def _one_handler(
    pod: PodTemplate,
    path: Path,
    key: str,
    value: dict[str, Any],
    handlers: tuple[str, ...],
    findings: Findings,
) -> None:
    given = [handler for handler in handlers if value.get(handler) is not None]
    if len(given) != 1:
        what = "several: " + ", ".join(given) if given else "none"
        message = f"{key} must have exactly one of {', '.join(handlers)}, and has {what}"
        findings.error("probe-handler", message, pod.manifest, path)


def _check_probe(
    pod: PodTemplate,
    path: Path,
    key: str,
    probe: dict[str, Any],
    declared: set[str],
    findings: Findings,
) -> None:
    _one_handler(pod, path, key, probe, _HANDLERS, findings)
    if key != "readinessProbe" and probe.get("successThreshold") not in (None, 0, 1):
        message = f"successThreshold of {key} must be 1"
        findings.error("out-of-range", message, pod.manifest, (*path, "successThreshold"))
    for handler in ("httpGet", "tcpSocket"):
        action = mapping(probe.get(handler))
        port = action.get("port")
        if probe.get(handler) is not None and port in (None, ""):
            continue  # the schema says so
        if isinstance(port, str) and port not in declared:
            at = (*path, handler, "port")
            meant = closest(port, (d for d in declared if d))
            if port.isdigit():
                message = f'{key}: port "{port}" is text, which means a name; leave out the quotes'
            else:
                hint = f'did you mean "{meant}"?' if meant else "name it under ports"
                message = f'{key} uses port "{port}", which the container does not declare; {hint}'
            findings.error("undefined-port", message, pod.manifest, at)


def _check_environment(
    pod: PodTemplate, path: Path, container: dict[str, Any], findings: Findings
) -> None:
    seen: set[str] = set()
    for index, variable in entries(container.get("env")):
        at = (*path, "env", index)
        name = text(variable.get("name"))
        if name and name in seen:
            message = f'environment variable "{name}" is set twice; the last one wins'
            findings.warning("duplicate-env", message, pod.manifest, (*at, "name"))
        seen.add(name)
        source = variable.get("valueFrom")
        if not isinstance(source, dict):
            continue
        given = [key for key in _ENV_SOURCES if source.get(key) is not None]
        if len(given) != 1:
            message = f'valueFrom of "{name}" must have exactly one of {", ".join(_ENV_SOURCES)}'
            findings.error("several-sources", message, pod.manifest, (*at, "valueFrom"))
        _check_field_source(pod, (*at, "valueFrom"), source, _FIELDS_IN_ENV, findings)
        if variable.get("value"):
            message = f'environment variable "{name}" has both value and valueFrom; keep one'
            findings.error("exclusive-fields", message, pod.manifest, (*at, "valueFrom"))
    for index, source in entries(container.get("envFrom")):
        given = [key for key in ("configMapRef", "secretRef") if source.get(key) is not None]
        if len(given) != 1:
            message = "an entry of envFrom must have exactly one of configMapRef, secretRef"
            findings.error("several-sources", message, pod.manifest, (*path, "envFrom", index))


def _check_field_source(
    pod: PodTemplate,
    path: Path,
    source: dict[str, Any],
    fields: tuple[str, ...],
    findings: Findings,
) -> None:
    """What `fieldRef` and `resourceFieldRef` may name (the downward API)."""
    field = mapping(source.get("fieldRef")).get("fieldPath")
    if isinstance(field, str) and field not in fields and not _FIELD_BY_KEY.match(field):
        meant = closest(field, fields)
        hint = f'did you mean "{meant}"?' if meant else f"use one of {', '.join(fields)}"
        message = f'fieldPath "{field[:80]}" cannot be handed down; {hint}'
        findings.error("bad-value", message, pod.manifest, (*path, "fieldRef", "fieldPath"))
    resource = mapping(source.get("resourceFieldRef")).get("resource")
    if isinstance(resource, str) and not _RESOURCE_FIELD.match(resource):
        message = f'resource "{resource[:80]}" must be such as limits.cpu or requests.memory'
        findings.error("bad-value", message, pod.manifest, (*path, "resourceFieldRef", "resource"))


def _check_resources(
    pod: PodTemplate, path: Path, container: dict[str, Any], findings: Findings
) -> None:
    resources = mapping(container.get("resources"))
    limits, requests = mapping(resources.get("limits")), mapping(resources.get("requests"))
    for key, amounts in (("limits", limits), ("requests", requests)):
        for name in amounts:
            at = (*path, "resources", key, name)
            if isinstance(name, str) and name not in _RESOURCES and "/" not in name:
                if name.startswith("hugepages-"):
                    continue
                meant = closest(name, _RESOURCES)
                hint = (
                    f'did you mean "{meant}"?'
                    if meant
                    else "use cpu, memory, ephemeral-storage or domain/name"
                )
                message = f'"{name}" is not a resource of a container; {hint}'
                findings.error("unknown-resource", message, pod.manifest, at)
            elif name == "storage":
                message = '"storage" is a resource of a claim; containers have ephemeral-storage'
                findings.error("unknown-resource", message, pod.manifest, at)
    for name, wanted in requests.items():
        need, most = quantity(wanted), quantity(limits.get(name))
        if need is not None and most is not None and need > most:
            message = f"requests {wanted} of {name}, more than its limit {limits[name]}"
            at = (*path, "resources", "requests", name)
            findings.error("request-over-limit", message, pod.manifest, at)


def _check_ports(
    pod: PodTemplate,
    path: Path,
    container: dict[str, Any],
    claims: set[tuple[Any, Any, Any]],
    findings: Findings,
) -> None:
    names: set[str] = set()
    numbers: set[tuple[Any, Any]] = set()
    host_network = pod.spec.get("hostNetwork") is True
    for index, port in entries(container.get("ports")):
        at = (*path, "ports", index)
        name, number = text(port.get("name")), port.get("containerPort")
        protocol = port.get("protocol") or "TCP"
        if name and name in names:
            message = f'two ports of this container are called "{name}"'
            findings.error("duplicate-name", message, pod.manifest, (*at, "name"))
        names.add(name)
        if isinstance(number, int) and isinstance(protocol, str):
            if (number, protocol) in numbers:
                message = f"port {number}/{protocol} is declared twice in this container"
                findings.warning("duplicate-port", message, pod.manifest, (*at, "containerPort"))
            numbers.add((number, protocol))
        host = port.get("hostPort")
        if not isinstance(host, int) or not host:
            continue
        claim = (host, str(protocol), str(port.get("hostIP") or ""))
        if claim in claims:
            message = f"hostPort {host}/{protocol} is taken twice in this pod"
            findings.error("duplicate-port", message, pod.manifest, (*at, "hostPort"))
        claims.add(claim)
        if host_network and isinstance(number, int) and number != host:
            message = f"with hostNetwork, hostPort must equal containerPort ({number})"
            findings.error("bad-port", message, pod.manifest, (*at, "hostPort"))


def _check_tolerations(pod: PodTemplate, findings: Findings) -> None:
    for index, toleration in entries(pod.spec.get("tolerations")):
        at = (*pod.path, "spec", "tolerations", index)
        operator = toleration.get("operator") or "Equal"
        if operator == "Exists" and toleration.get("value"):
            message = "a toleration with operator Exists takes no value"
            findings.error("exclusive-fields", message, pod.manifest, (*at, "value"))
        if not toleration.get("key") and operator != "Exists":
            message = "a toleration without key needs operator Exists"
            findings.error("missing-field", message, pod.manifest, at)
        if (
            toleration.get("tolerationSeconds") is not None
            and toleration.get("effect") != "NoExecute"
        ):
            message = "tolerationSeconds needs effect NoExecute"
            findings.error("exclusive-fields", message, pod.manifest, (*at, "tolerationSeconds"))
