"""What the API server demands of each kind of object, beyond its schema and its pods.

From the API reference, https://kubernetes.io/docs/reference/kubernetes-api/. Each function knows one
kind; `check_object` picks it. What one object says about another is in references.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from iapo.verify.kubernetes.cron import cron_problem
from iapo.verify.kubernetes.manifest import Findings, Manifest, entries, mapping, text
from iapo.verify.kubernetes.pods import PodTemplate, check_pod, quantity, template_of
from iapo.verify.yaml_source import Path

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_LABEL_1035 = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?\Z")
# Kinds whose names only have to fit into a URL path.
_PATH_NAMES = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})
_LABEL_NAMES = frozenset({"Service", "Namespace"})
_NAMELESS = frozenset(
    {
        "Binding",
        "Eviction",
        "Scale",
        "TokenRequest",
        "TokenReview",
        "SubjectAccessReview",
        "SelfSubjectAccessReview",
        "SelfSubjectRulesReview",
        "SelfSubjectReview",
        "LocalSubjectAccessReview",
    }
)
_CLUSTER_SCOPED = frozenset(
    {
        "Namespace",
        "Node",
        "PersistentVolume",
        "ClusterRole",
        "ClusterRoleBinding",
        "StorageClass",
        "CustomResourceDefinition",
        "PriorityClass",
        "IngressClass",
        "RuntimeClass",
        "CSIDriver",
        "CSINode",
        "VolumeAttachment",
        "APIService",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "FlowSchema",
        "PriorityLevelConfiguration",
        "CertificateSigningRequest",
    }
)
_SECRET_KEYS: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_SELECTS = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"})
_Check = Callable[[Manifest, Findings], None]


def check_object(manifest: Manifest, findings: Findings, minor: int) -> None:
    """Report what is wrong with one object of a built-in kind. `minor`: of the Kubernetes version."""
    _check_name(manifest, findings, minor)
    pod = template_of(manifest)
    if pod is not None:
        _check_workload(manifest, pod, findings)
    check = _CHECKS.get(manifest.kind)
    if check is not None:
        check(manifest, findings)


def _check_name(manifest: Manifest, findings: Findings, minor: int) -> None:
    kind, metadata = manifest.kind, manifest.metadata
    if kind in _NAMELESS or manifest.group in ("authentication.k8s.io", "authorization.k8s.io"):
        return
    name = metadata.get("name")
    if not name and not metadata.get("generateName"):
        message = f"{kind} needs metadata.name"
        findings.error("missing-field", message, manifest, ("metadata",))
        return
    if not isinstance(name, str) or not name:
        return
    path: Path = ("metadata", "name")
    if kind in _PATH_NAMES:
        if name in (".", "..") or "/" in name or "%" in name:
            findings.error(
                "bad-name", f'name "{name[:80]}" must not contain / or %', manifest, path
            )
        return
    if kind in _LABEL_NAMES:
        pattern = _LABEL_1035 if kind == "Service" and minor < 34 else _LABEL
        if len(name) > 63 or not pattern.match(name):
            message = f'name "{name[:80]}" of a {kind} must be at most 63 lower case letters, digits or "-"'
            findings.error("bad-name", _name_hint(message, name), manifest, path)
    elif len(name) > 253 or not _SUBDOMAIN.match(name):
        message = (
            f'name "{name[:80]}" must be lower case letters, digits, "-" or ".", as RFC 1123 has it'
        )
        findings.error("bad-name", _name_hint(message, name), manifest, path)
    elif kind == "CronJob" and len(name) > 52:
        message = "the name of a CronJob must be at most 52 characters; its jobs add 11"
        findings.error("bad-name", message, manifest, path)
    if kind in _CLUSTER_SCOPED and metadata.get("namespace"):
        message = f"{kind} belongs to no namespace; leave metadata.namespace out"
        findings.warning("cluster-scoped", message, manifest, ("metadata", "namespace"))


def _name_hint(message: str, name: str) -> str:
    fixed = re.sub(r"[^a-z0-9.-]+", "-", name.lower()).strip("-.")[:63]
    return f'{message}; e.g. "{fixed}"' if fixed and fixed != name else message


def _check_workload(manifest: Manifest, pod: PodTemplate, findings: Findings) -> None:
    claims: set[str] = set()
    if manifest.kind == "StatefulSet":
        for _, claim in entries(manifest.spec.get("volumeClaimTemplates")):
            claims.add(text(mapping(claim.get("metadata")).get("name")))
    check_pod(pod, findings, claims)
    if manifest.kind in _SELECTS:
        _check_selector(manifest, pod, findings)
    elif manifest.kind == "ReplicationController":
        selector = mapping(manifest.spec.get("selector"))
        if not selector and not pod.labels:
            message = "ReplicationController needs labels on its pod template"
            findings.error("missing-field", message, manifest, ("spec", "template"))
        _labels_match(manifest, selector, pod, ("spec", "selector"), findings)
    elif (
        manifest.kind == "Job"
        and manifest.spec.get("manualSelector") is not True
        and manifest.spec.get("selector")
    ):
        message = "a Job chooses its own selector; leave it out"
        findings.error("not-allowed-here", message, manifest, ("spec", "selector"))
    _check_strategy(manifest, findings)


def _check_selector(manifest: Manifest, pod: PodTemplate, findings: Findings) -> None:
    selector = mapping(manifest.spec.get("selector"))
    path: Path = ("spec", "selector")
    check_label_selector(manifest, selector, path, findings)
    labels = mapping(selector.get("matchLabels"))
    if not labels and not selector.get("matchExpressions"):
        if "selector" in manifest.spec:
            hint = "; write its labels under matchLabels" if selector else ""
            message = f"the selector of a {manifest.kind} must not be empty{hint}"
            findings.error("empty-selector", message, manifest, path)
        return
    if not _labels_match(manifest, labels, pod, (*path, "matchLabels"), findings):
        return
    for index, expression in entries(selector.get("matchExpressions")):
        if not expression_holds(expression, pod.labels):
            message = f'the pod template does not meet the expression on "{expression.get("key")}"'
            at = (*path, "matchExpressions", index)
            findings.error("selector-mismatch", message, manifest, at)


def _labels_match(
    manifest: Manifest, labels: dict[str, Any], pod: PodTemplate, path: Path, findings: Findings
) -> bool:
    for key, value in labels.items():
        if pod.labels.get(key) != value:
            given = f'"{pod.labels[key]}"' if key in pod.labels else "nothing"
            message = (
                f"the selector wants {key}={value} and the pod template's labels have {given} for it; "
                "make them equal"
            )
            findings.error("selector-mismatch", message, manifest, (*path, key))
            return False
    return True


def expression_holds(expression: dict[str, Any], labels: dict[str, Any]) -> bool:
    """Whether a matchExpression of a label selector holds for labels."""
    key, operator = expression.get("key"), expression.get("operator")
    values = expression.get("values")
    values = values if isinstance(values, list) else []
    if operator == "In":
        return key in labels and labels[key] in values
    if operator == "NotIn":
        return key not in labels or labels[key] not in values
    if operator == "Exists":
        return key in labels
    return key not in labels if operator == "DoesNotExist" else True


def check_label_selector(
    manifest: Manifest, selector: dict[str, Any], path: Path, findings: Findings
) -> None:
    """Report matchExpressions that have values where they must not, or lack them."""
    for index, expression in entries(selector.get("matchExpressions")):
        at = (*path, "matchExpressions", index)
        operator, values = expression.get("operator"), expression.get("values")
        if operator in ("In", "NotIn") and not values:
            findings.error("missing-field", f"operator {operator} needs values", manifest, at)
        if operator in ("Exists", "DoesNotExist") and values:
            findings.error("exclusive-fields", f"operator {operator} takes no values", manifest, at)


def _check_strategy(manifest: Manifest, findings: Findings) -> None:
    if manifest.kind not in ("Deployment", "DaemonSet", "StatefulSet"):
        return
    key = "strategy" if manifest.kind == "Deployment" else "updateStrategy"
    strategy = mapping(manifest.spec.get(key))
    rolling = strategy.get("rollingUpdate")
    if rolling is not None and strategy.get("type") in ("Recreate", "OnDelete"):
        message = f"rollingUpdate is not for strategy {strategy['type']}; leave one out"
        findings.error("exclusive-fields", message, manifest, ("spec", key, "rollingUpdate"))
    if manifest.kind == "Deployment" and isinstance(rolling, dict):
        both = [rolling.get("maxSurge"), rolling.get("maxUnavailable")]
        if all(value in (0, "0%") for value in both) and None not in both:
            message = "maxSurge and maxUnavailable cannot both be 0: nothing could be replaced"
            findings.error("bad-count", message, manifest, ("spec", key, "rollingUpdate"))
    spec = manifest.spec
    deadline, ready = spec.get("progressDeadlineSeconds"), spec.get("minReadySeconds")
    if isinstance(deadline, int) and isinstance(ready, int) and deadline <= ready:
        message = "progressDeadlineSeconds must be greater than minReadySeconds"
        findings.error("out-of-range", message, manifest, ("spec", "progressDeadlineSeconds"))


def _service(manifest: Manifest, findings: Findings) -> None:
    spec = manifest.spec
    kind = spec.get("type") or "ClusterIP"
    headless = spec.get("clusterIP") == "None"
    ports = list(entries(spec.get("ports")))
    if kind == "ExternalName":
        name = text(spec.get("externalName"))
        if not name:
            message = "a Service of type ExternalName needs externalName"
            findings.error("missing-field", message, manifest, ("spec",))
        if headless:
            message = "a Service of type ExternalName takes no clusterIP"
            findings.error("exclusive-fields", message, manifest, ("spec", "clusterIP"))
    elif not ports and not headless:
        findings.error("missing-field", "a Service needs at least one port", manifest, ("spec",))
    if headless and kind in ("NodePort", "LoadBalancer"):
        message = f"clusterIP None is not for a Service of type {kind}"
        findings.error("exclusive-fields", message, manifest, ("spec", "clusterIP"))
    outside = kind in ("NodePort", "LoadBalancer") or spec.get("externalIPs")
    if spec.get("externalTrafficPolicy") and not outside:
        message = f"externalTrafficPolicy is not for a Service of type {kind}"
        findings.error("exclusive-fields", message, manifest, ("spec", "externalTrafficPolicy"))
    for field in ("loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts"):
        if spec.get(field) not in (None, []) and kind != "LoadBalancer":
            message = f"{field} is only for a Service of type LoadBalancer"
            findings.error("exclusive-fields", message, manifest, ("spec", field))
    if "matchLabels" in mapping(spec.get("selector")):
        message = "the selector of a Service holds the labels themselves, without matchLabels"
        findings.error("wrong-type", message, manifest, ("spec", "selector", "matchLabels"))
    _service_ports(manifest, kind, ports, findings)


def _service_ports(
    manifest: Manifest, kind: Any, ports: list[tuple[int, dict[str, Any]]], findings: Findings
) -> None:
    names: set[str] = set()
    numbers: set[tuple[Any, Any]] = set()
    for index, port in ports:
        at: Path = ("spec", "ports", index)
        name, number = text(port.get("name")), port.get("port")
        protocol = text(port.get("protocol")) or "TCP"
        if len(ports) > 1 and not name:
            message = "every port of a Service with several ports needs a name"
            findings.error("missing-field", message, manifest, at)
        if name and name in names:
            message = f'two ports of this Service are called "{name}"'
            findings.error("duplicate-name", message, manifest, (*at, "name"))
        names.add(name)
        if isinstance(number, int):
            if (number, protocol) in numbers:
                message = f"port {number}/{protocol} is given twice"
                findings.error("duplicate-port", message, manifest, (*at, "port"))
            numbers.add((number, protocol))
        if port.get("nodePort") and kind == "ClusterIP":
            message = "nodePort needs type NodePort or LoadBalancer"
            findings.error("exclusive-fields", message, manifest, (*at, "nodePort"))


def _ingress(manifest: Manifest, findings: Findings) -> None:
    spec = manifest.spec
    rules = list(entries(spec.get("rules")))
    if not rules and not spec.get("defaultBackend"):
        message = "an Ingress needs rules or a defaultBackend"
        findings.error("missing-field", message, manifest, ("spec",))
    if isinstance(spec.get("defaultBackend"), dict):
        _ingress_backend(manifest, ("spec", "defaultBackend"), spec["defaultBackend"], findings)
    for index, rule in rules:
        host = text(rule.get("host"))
        if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", host):
            message = f'host "{host}" must be a DNS name, not an address'
            findings.error("bad-host", message, manifest, ("spec", "rules", index, "host"))
        for place, path in entries(mapping(rule.get("http")).get("paths")):
            at: Path = ("spec", "rules", index, "http", "paths", place)
            where, kind = text(path.get("path")), path.get("pathType")
            if kind in ("Exact", "Prefix") and not where.startswith("/"):
                message = f'path "{where}" must begin with / for pathType {kind}'
                findings.error("bad-path", message, manifest, (*at, "path"))
            elif where and not where.startswith("/"):
                message = f'path "{where}" must begin with /'
                findings.error("bad-path", message, manifest, (*at, "path"))
            elif kind in ("Exact", "Prefix") and re.search(r"//|/\.(/|$)|/\.\.(/|$)|%2[fF]", where):
                message = f'path "{where[:80]}" must not contain //, /./, /../ or %2f'
                findings.error("bad-path", message, manifest, (*at, "path"))
            if kind == "":
                findings.error("missing-field", "pathType must not be empty", manifest, at)
            if isinstance(path.get("backend"), dict):
                _ingress_backend(manifest, (*at, "backend"), path["backend"], findings)


def _ingress_backend(
    manifest: Manifest, path: Path, backend: dict[str, Any], findings: Findings
) -> None:
    service, resource = backend.get("service"), backend.get("resource")
    if (service is None) == (resource is None):
        message = "a backend needs exactly one of service, resource"
        findings.error("several-sources", message, manifest, path)
        return
    if isinstance(service, dict):
        port = mapping(service.get("port"))
        if bool(port.get("name")) == bool(port.get("number")):
            message = "the port of a service backend needs exactly one of name, number"
            findings.error("several-sources", message, manifest, (*path, "service"))


def _network_policy(manifest: Manifest, findings: Findings) -> None:
    spec = manifest.spec
    check_label_selector(
        manifest, mapping(spec.get("podSelector")), ("spec", "podSelector"), findings
    )
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in entries(spec.get(direction)):
            at: Path = ("spec", direction, index)
            for place, peer in entries(rule.get(peers)):
                where = (*at, peers, place)
                block = peer.get("ipBlock")
                others = [
                    k for k in ("podSelector", "namespaceSelector") if peer.get(k) is not None
                ]
                if block is not None and others:
                    message = "ipBlock stands alone in a peer, without selectors"
                    findings.error("exclusive-fields", message, manifest, where)
                elif block is None and not others:
                    message = "a peer needs podSelector, namespaceSelector or ipBlock"
                    findings.error("missing-field", message, manifest, where)
            for place, port in entries(rule.get("ports")):
                first, last = port.get("port"), port.get("endPort")
                if last is not None and (not isinstance(first, int) or last < first):
                    message = "endPort needs a numeric port that is not greater"
                    findings.error("bad-port", message, manifest, (*at, "ports", place, "endPort"))


def _autoscaler(manifest: Manifest, findings: Findings) -> None:
    spec = manifest.spec
    low, high = spec.get("minReplicas"), spec.get("maxReplicas")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        message = f"minReplicas {low} is greater than maxReplicas {high}"
        findings.error("out-of-range", message, manifest, ("spec", "minReplicas"))
    for index, metric in entries(spec.get("metrics")):
        at: Path = ("spec", "metrics", index)
        kind = text(metric.get("type"))
        key = kind[:1].lower() + kind[1:]
        if kind and metric.get(key) is None:
            findings.error("missing-field", f'a metric of type {kind} needs "{key}"', manifest, at)
        elif kind:
            _metric_target(manifest, mapping(metric.get(key)), (*at, key), kind, findings)


def _metric_target(
    manifest: Manifest, metric: dict[str, Any], path: Path, kind: str, findings: Findings
) -> None:
    target = metric.get("target")
    if not isinstance(target, dict):
        return
    fields = {
        "Utilization": "averageUtilization",
        "Value": "value",
        "AverageValue": "averageValue",
    }
    wanted = fields.get(text(target.get("type")))
    if kind in ("Resource", "ContainerResource"):
        given = [f for f in ("averageUtilization", "averageValue") if target.get(f) is not None]
        if len(given) != 1:
            message = "a resource target needs exactly one of averageUtilization, averageValue"
            findings.error("several-sources", message, manifest, (*path, "target"))
    elif wanted is not None and target.get(wanted) is None:
        message = f'a target of type {target["type"]} needs "{wanted}"'
        findings.error("missing-field", message, manifest, (*path, "target"))


def _disruption_budget(manifest: Manifest, findings: Findings) -> None:
    spec = manifest.spec
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        message = "minAvailable and maxUnavailable exclude each other; keep one"
        findings.error("exclusive-fields", message, manifest, ("spec", "maxUnavailable"))
    check_label_selector(manifest, mapping(spec.get("selector")), ("spec", "selector"), findings)


def _config_map(manifest: Manifest, findings: Findings) -> None:
    for key in mapping(manifest.value.get("binaryData")):
        if key in mapping(manifest.value.get("data")):
            message = f'key "{key}" is in both data and binaryData'
            findings.error("duplicate-key", message, manifest, ("binaryData", key))
    _data_size(manifest, findings)


def _secret(manifest: Manifest, findings: Findings) -> None:
    kind = text(manifest.value.get("type"))
    given = {
        **mapping(manifest.value.get("data")),
        **mapping(manifest.value.get("stringData")),
    }
    for key in _SECRET_KEYS.get(kind, ()):
        if key not in given:
            message = f'a Secret of type {kind} needs the key "{key}"'
            findings.error("missing-field", message, manifest, ("data",))
    if kind == "kubernetes.io/basic-auth" and not given.keys() & {"username", "password"}:
        message = f"a Secret of type {kind} needs username or password"
        findings.error("missing-field", message, manifest, ("data",))
    if kind == "kubernetes.io/service-account-token":
        annotations = mapping(manifest.metadata.get("annotations"))
        if not annotations.get("kubernetes.io/service-account.name"):
            message = (
                f"a Secret of type {kind} needs the annotation kubernetes.io/service-account.name"
            )
            findings.error("missing-field", message, manifest, ("metadata",))
    _data_size(manifest, findings)


def _data_size(manifest: Manifest, findings: Findings) -> None:
    size = sum(
        len(value)
        for field in ("data", "binaryData", "stringData")
        for value in mapping(manifest.value.get(field)).values()
        if isinstance(value, str)
    )
    if size > 1_400_000:
        findings.error("too-big", "holds more than 1 MiB", manifest, ("data",))


def _claim(manifest: Manifest, findings: Findings) -> None:
    check_claim_spec(manifest, manifest.spec, ("spec",), findings)


def check_claim_spec(
    manifest: Manifest, spec: dict[str, Any], path: Path, findings: Findings
) -> None:
    """Report what a PersistentVolumeClaim's spec lacks."""
    if not spec.get("accessModes"):
        message = "a claim needs accessModes, e.g. [ReadWriteOnce]"
        findings.error("missing-field", message, manifest, path)
    requests = mapping(mapping(spec.get("resources")).get("requests"))
    size = quantity(requests.get("storage"))
    if "storage" not in requests:
        message = "a claim needs resources.requests.storage, e.g. 10Gi"
        findings.error("missing-field", message, manifest, path)
    elif size is not None and size <= 0:
        at = (*path, "resources", "requests", "storage")
        findings.error("bad-quantity", "storage must be greater than 0", manifest, at)


_VOLUME_SETTINGS = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)


def _volume(manifest: Manifest, findings: Findings) -> None:
    spec = manifest.spec
    if not spec.get("accessModes"):
        findings.error("missing-field", "a volume needs accessModes", manifest, ("spec",))
    if "storage" not in mapping(spec.get("capacity")):
        findings.error("missing-field", "a volume needs capacity.storage", manifest, ("spec",))
    sources = [k for k in spec if k not in _VOLUME_SETTINGS and spec[k] is not None]
    if not sources:
        message = "a volume needs a source, e.g. hostPath, nfs or csi"
        findings.error("missing-field", message, manifest, ("spec",))
    elif len(sources) > 1:
        message = f"a volume has one source, and this has {', '.join(map(str, sources))}"
        findings.error("several-sources", message, manifest, ("spec", sources[1]))
    if "local" in sources and not spec.get("nodeAffinity"):
        findings.error("missing-field", "a local volume needs nodeAffinity", manifest, ("spec",))


def _stateful_set(manifest: Manifest, findings: Findings) -> None:
    for index, claim in entries(manifest.spec.get("volumeClaimTemplates")):
        path: Path = ("spec", "volumeClaimTemplates", index)
        if not mapping(claim.get("metadata")).get("name"):
            message = "a volumeClaimTemplate needs metadata.name"
            findings.error("missing-field", message, manifest, path)
        check_claim_spec(manifest, mapping(claim.get("spec")), (*path, "spec"), findings)


def _cron_job(manifest: Manifest, findings: Findings) -> None:
    schedule = manifest.spec.get("schedule")
    if isinstance(schedule, str) and schedule:
        problem = cron_problem(schedule)
        if problem:
            findings.error("bad-schedule", problem, manifest, ("spec", "schedule"))


def _job(manifest: Manifest, findings: Findings) -> None:
    spec = manifest.spec
    if spec.get("completionMode") == "Indexed" and spec.get("completions") is None:
        message = "completionMode Indexed needs completions"
        findings.error("missing-field", message, manifest, ("spec", "completionMode"))


def _role(manifest: Manifest, findings: Findings) -> None:
    for index, rule in entries(manifest.value.get("rules")):
        at: Path = ("rules", index)
        urls = rule.get("nonResourceURLs")
        if urls:
            if manifest.kind == "Role":
                message = "nonResourceURLs need a ClusterRole: they belong to no namespace"
                findings.error("not-allowed-here", message, manifest, (*at, "nonResourceURLs"))
            if rule.get("resources") or rule.get("apiGroups"):
                message = "a rule is about resources or about nonResourceURLs, not both"
                findings.error("exclusive-fields", message, manifest, (*at, "nonResourceURLs"))
            continue
        if not rule.get("apiGroups"):
            message = 'a rule needs apiGroups; the core group is ""'
            findings.error("missing-field", message, manifest, at)
        if not rule.get("resources"):
            findings.error("missing-field", "a rule needs resources", manifest, at)


def _role_binding(manifest: Manifest, findings: Findings) -> None:
    role = mapping(manifest.value.get("roleRef"))
    if manifest.kind == "ClusterRoleBinding" and role.get("kind") == "Role":
        message = "a ClusterRoleBinding must refer to a ClusterRole"
        findings.error("bad-value", message, manifest, ("roleRef", "kind"))
    for field in ("kind", "name"):
        if role and not role.get(field) and field in role:
            findings.error("missing-field", f"roleRef needs {field}", manifest, ("roleRef", field))
    for index, subject in entries(manifest.value.get("subjects")):
        at: Path = ("subjects", index)
        kind, group = subject.get("kind"), subject.get("apiGroup")
        if kind == "ServiceAccount":
            if manifest.kind == "ClusterRoleBinding" and not subject.get("namespace"):
                message = "a ServiceAccount as subject of a ClusterRoleBinding needs namespace"
                findings.error("missing-field", message, manifest, at)
            if group:
                message = 'apiGroup of a ServiceAccount must be "" or left out'
                findings.error("bad-value", message, manifest, (*at, "apiGroup"))
        elif kind in ("User", "Group") and group not in (None, "", "rbac.authorization.k8s.io"):
            message = f"apiGroup of a {kind} must be rbac.authorization.k8s.io"
            findings.error("bad-value", message, manifest, (*at, "apiGroup"))


def _definition(manifest: Manifest, findings: Findings) -> None:
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
            at: Path = ("spec", "versions", index, "schema", "openAPIV3Schema")
            findings.error("bad-value", message, manifest, at)


def _storage_class(manifest: Manifest, findings: Findings) -> None:
    if "parameters" in manifest.spec:
        message = "parameters stand at the top of a StorageClass, not under spec"
        findings.error("unknown-field", message, manifest, ("spec",))


_CHECKS: Mapping[str, _Check] = {
    "Service": _service,
    "Ingress": _ingress,
    "NetworkPolicy": _network_policy,
    "HorizontalPodAutoscaler": _autoscaler,
    "PodDisruptionBudget": _disruption_budget,
    "ConfigMap": _config_map,
    "Secret": _secret,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "StatefulSet": _stateful_set,
    "CronJob": _cron_job,
    "Job": _job,
    "Role": _role,
    "ClusterRole": _role,
    "RoleBinding": _role_binding,
    "ClusterRoleBinding": _role_binding,
    "CustomResourceDefinition": _definition,
    "StorageClass": _storage_class,
}
