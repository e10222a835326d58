"""Limits of single fields that the API server enforces and its OpenAPI description leaves out.

Enums, ranges, name shapes, quantities: each is folded into the JSON Schema of its definition, so that
checking them costs nothing extra. Sources: the field descriptions of the Kubernetes API reference,
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ (names, labels) and
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/.
Rules that look at more than one field are in pods.py and objects.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """A named limit: what is reported when a value breaks it."""

    code: str
    says: str
    schema: Schema


_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_NAME_63 = "([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]"
_QUANTITY = r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)?\s*$"


def _shape(code: str, says: str, **schema: Any) -> Rule:
    return Rule(code, says, schema)


def _range(low: int, high: int | None = None, code: str = "out-of-range") -> Rule:
    says = f"must be at least {low}" if high is None else f"must be between {low} and {high}"
    return Rule(code, says, {"minimum": low} | ({} if high is None else {"maximum": high}))


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


RULES: Mapping[str, Rule] = {
    "dns-label": _shape(
        "bad-name",
        "must be lower case letters, digits and '-', at most 63, as RFC 1123 has it",
        pattern=f"^{_LABEL}$",
        maxLength=63,
    ),
    "dns-subdomain": _shape(
        "bad-name",
        "must be lower case letters, digits, '-' and '.', as RFC 1123 has it",
        pattern=f"^{_SUBDOMAIN}$",
        maxLength=253,
    ),
    "label-value": _shape(
        "bad-label",
        "must be at most 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit",
        pattern=f"^({_NAME_63})?$",
    ),
    "label-keys": Rule(
        "bad-label",
        "must be [prefix/]name: a DNS prefix, then at most 63 letters, digits, '-', '_' or '.'",
        {"propertyNames": {"pattern": f"^({_SUBDOMAIN}/)?{_NAME_63}$"}},
    ),
    "annotation-keys": Rule(
        "bad-annotation",
        "must be [prefix/]name: a DNS prefix, then at most 63 letters, digits, '-', '_' or '.'",
        {"propertyNames": {"pattern": rf"^((?i:{_SUBDOMAIN})/)?{_NAME_63}$"}},
    ),
    "label-values": Rule(
        "bad-label",
        "must be at most 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit",
        {"additionalProperties": {"pattern": f"^({_NAME_63})?$"}},
    ),
    "data-keys": Rule(
        "bad-key",
        "must be letters, digits, '-', '_' or '.', at most 253",
        {"propertyNames": {"pattern": "^[-._a-zA-Z0-9]+$", "maxLength": 253}},
    ),
    "port-name": _shape(
        "bad-port-name",
        "must be at most 15 lower case letters, digits or single '-', with at least one letter",
        maxLength=15,
        pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        allOf=[{"pattern": "[a-z]"}, {"not": _text("--")}],
    ),
    "port": _range(1, 65535, "bad-port"),
    "port-or-zero": _range(0, 65535, "bad-port"),
    "node-port": Rule(
        "bad-port",
        "must be between 30000 and 32767, the node ports of a cluster unless configured otherwise",
        {
            "anyOf": [
                {"not": {"type": "integer"}},
                {"const": 0},
                {"minimum": 30000, "maximum": 32767},
            ]
        },
    ),
    "port-or-name": Rule(
        "bad-port",
        "must be a port number between 1 and 65535, or the name of a port in lower case",
        {
            "minimum": 1,
            "maximum": 65535,
            "maxLength": 15,
            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            "allOf": [
                {"anyOf": [{"not": {"type": "string"}}, {"pattern": "[a-z]"}]},
                {"anyOf": [{"not": {"type": "string"}}, {"not": _text("--")}]},
            ],
        },
    ),
    "quantity": Rule(
        "bad-quantity",
        "must be a quantity such as 500m, 0.5, 128Mi or 10Gi",
        {"pattern": _QUANTITY},
    ),
    "quantities": Rule(
        "bad-quantity",
        "must not be negative",
        {"additionalProperties": {"minimum": 0, "not": _text(r"^\s*-0*[.]?0*[1-9]")}},
    ),
    "zero-or-more": _range(0),
    "one-or-more": _range(1),
    "weight": _range(1, 100),
    "mode": _range(0, 0o777),
    "id": _range(0, 2147483647),
    "count-or-percent": Rule(
        "bad-count",
        "must be a number that is not negative, or a percentage such as 25%",
        {"minimum": 0, "pattern": "^[0-9]+%$"},
    ),
    "absolute-or-empty": Rule("bad-path", "must not be empty", {"minLength": 1}),
    "relative-path": Rule(
        "bad-path",
        "must be a relative path without '..'",
        {"not": _text(r"^/|(^|/)\.\.(/|$)")},
    ),
    "not-empty": Rule("missing-field", "must not be empty", {"minLength": 1}),
    "not-empty-list": Rule("missing-field", "must have at least one entry", {"minItems": 1}),
    "image": Rule(
        "bad-image",
        "must name an image, without white space around it",
        {"minLength": 1, "not": _text(r"^\s|\s$")},
    ),
    "env-name": Rule(
        "bad-env-name", "must be printable ASCII without '='", {"pattern": "^[ -<>-~]+$"}
    ),
    "strict-env-name": Rule(
        "bad-env-name",
        "must be letters, digits, '_', '-' or '.', not beginning with a digit",
        {"pattern": "^[-._a-zA-Z][-._a-zA-Z0-9]*$"},
    ),
    "host": Rule(
        "bad-host",
        "must be a DNS name in lower case, with at most a leading '*.', and no port or path",
        {"pattern": rf"^((\*\.)?{_SUBDOMAIN})?$"},
    ),
    "int32": Rule(
        "out-of-range", "does not fit in 32 bits", {"minimum": -(2**31), "maximum": 2**31 - 1}
    ),
    "int64": Rule(
        "out-of-range", "does not fit in 64 bits", {"minimum": -(2**63), "maximum": 2**63 - 1}
    ),
}

_PROTOCOL = ("TCP", "UDP", "SCTP")
_PULL = ("Always", "IfNotPresent", "Never")
_ACCESS = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_LOCAL_CLUSTER = ("Cluster", "Local")
_CONTAINER: dict[str, str | tuple[str, ...]] = {
    "name": "dns-label",
    "image": "image",
    "imagePullPolicy": _PULL,
    "terminationMessagePolicy": ("File", "FallbackToLogsOnError"),
    "restartPolicy": ("Always", "OnFailure", "Never"),
}
_FILES_MODE: dict[str, str | tuple[str, ...]] = {"defaultMode": "mode"}

# Last part of a definition's name (or group and name) -> field -> rule or enum. A field with [] is
# about the items of a list.
LIMITS: Mapping[str, Mapping[str, str | tuple[str, ...]]] = {
    "v1.ObjectMeta": {
        "labels": "label-keys+label-values",
        "annotations": "annotation-keys",
        "namespace": "dns-label",
    },
    "LabelSelector": {"matchLabels": "label-keys+label-values"},
    "LabelSelectorRequirement": {"operator": ("In", "NotIn", "Exists", "DoesNotExist")},
    "Quantity": {"": "quantity"},
    "Container": _CONTAINER,
    "EphemeralContainer": _CONTAINER,
    "ContainerPort": {
        "containerPort": "port",
        "hostPort": "port-or-zero",
        "protocol": _PROTOCOL,
        "name": "port-name",
    },
    "EnvVar": {"name": "env-name"},
    "ResourceRequirements": {"limits": "quantities", "requests": "quantities"},
    "VolumeResourceRequirements": {"limits": "quantities", "requests": "quantities"},
    "Probe": {
        "initialDelaySeconds": "zero-or-more",
        "timeoutSeconds": "zero-or-more",
        "periodSeconds": "zero-or-more",
        "successThreshold": "zero-or-more",
        "failureThreshold": "zero-or-more",
    },
    "HTTPGetAction": {"port": "port-or-name", "scheme": ("HTTP", "HTTPS")},
    "TCPSocketAction": {"port": "port-or-name"},
    "GRPCAction": {"port": "port"},
    "VolumeMount": {
        "mountPath": "absolute-or-empty",
        "subPath": "relative-path",
        "mountPropagation": ("None", "HostToContainer", "Bidirectional"),
    },
    "SecurityContext": {
        "runAsUser": "id",
        "runAsGroup": "id",
        "procMount": ("Default", "Unmasked"),
    },
    "PodSecurityContext": {
        "runAsUser": "id",
        "runAsGroup": "id",
        "fsGroup": "id",
        "fsGroupChangePolicy": ("OnRootMismatch", "Always"),
    },
    "SeccompProfile": {"type": ("RuntimeDefault", "Unconfined", "Localhost")},
    "AppArmorProfile": {"type": ("RuntimeDefault", "Unconfined", "Localhost")},
    "core.v1.PodSpec": {
        "containers": "not-empty-list",
        "restartPolicy": ("Always", "OnFailure", "Never"),
        "dnsPolicy": ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
        "preemptionPolicy": ("PreemptLowerPriority", "Never"),
        "terminationGracePeriodSeconds": "zero-or-more",
        "activeDeadlineSeconds": "one-or-more",
        "serviceAccountName": "dns-subdomain",
        "nodeSelector": "label-keys+label-values",
        "hostname": "dns-label",
        "subdomain": "dns-label",
    },
    "Volume": {"name": "dns-label"},
    "ConfigMapVolumeSource": _FILES_MODE,
    "SecretVolumeSource": _FILES_MODE,
    "ProjectedVolumeSource": _FILES_MODE,
    "DownwardAPIVolumeSource": _FILES_MODE,
    "KeyToPath": {"mode": "mode", "path": "relative-path"},
    "HostPathVolumeSource": {
        "path": "absolute-or-empty",
        "type": (
            "DirectoryOrCreate",
            "Directory",
            "FileOrCreate",
            "File",
            "Socket",
            "CharDevice",
            "BlockDevice",
        ),
    },
    "Toleration": {
        "operator": ("Exists", "Equal", "Lt", "Gt"),
        "effect": ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    },
    "Taint": {"effect": ("NoSchedule", "PreferNoSchedule", "NoExecute")},
    "NodeSelectorRequirement": {"operator": ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")},
    "PreferredSchedulingTerm": {"weight": "weight"},
    "WeightedPodAffinityTerm": {"weight": "weight"},
    "core.v1.PodAffinityTerm": {"topologyKey": "not-empty"},
    "TopologySpreadConstraint": {
        "maxSkew": "one-or-more",
        "minDomains": "one-or-more",
        "topologyKey": "not-empty",
        "whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
        "nodeAffinityPolicy": ("Honor", "Ignore"),
        "nodeTaintsPolicy": ("Honor", "Ignore"),
    },
    "core.v1.ServiceSpec": {
        "type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
        "sessionAffinity": ("ClientIP", "None"),
        "externalTrafficPolicy": _LOCAL_CLUSTER,
        "internalTrafficPolicy": _LOCAL_CLUSTER,
        "ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack"),
        "ipFamilies[]": ("IPv4", "IPv6"),
        "selector": "label-keys+label-values",
    },
    "core.v1.ServicePort": {
        "port": "port",
        "targetPort": "port-or-name",
        "nodePort": "node-port",
        "protocol": _PROTOCOL,
        "name": "dns-label",
    },
    "ClientIPConfig": {"timeoutSeconds": "one-or-more"},
    "core.v1.EndpointPort": {"port": "port", "protocol": _PROTOCOL},
    "ConfigMap": {"data": "data-keys", "binaryData": "data-keys"},
    "Secret": {"data": "data-keys", "stringData": "data-keys"},
    "PersistentVolumeClaimSpec": {
        "accessModes[]": _ACCESS,
        "accessModes": "not-empty-list",
        "volumeMode": ("Block", "Filesystem"),
    },
    "PersistentVolumeSpec": {
        "accessModes[]": _ACCESS,
        "accessModes": "not-empty-list",
        "capacity": "quantities",
        "volumeMode": ("Block", "Filesystem"),
        "persistentVolumeReclaimPolicy": ("Retain", "Delete", "Recycle"),
    },
    "StorageClass": {
        "provisioner": "not-empty",
        "reclaimPolicy": ("Delete", "Retain"),
        "volumeBindingMode": ("Immediate", "WaitForFirstConsumer"),
    },
    "DeploymentSpec": {
        "replicas": "zero-or-more",
        "minReadySeconds": "zero-or-more",
        "revisionHistoryLimit": "zero-or-more",
        "progressDeadlineSeconds": "zero-or-more",
    },
    "DeploymentStrategy": {"type": ("Recreate", "RollingUpdate")},
    "RollingUpdateDeployment": {
        "maxSurge": "count-or-percent",
        "maxUnavailable": "count-or-percent",
    },
    "DaemonSetSpec": {"minReadySeconds": "zero-or-more", "revisionHistoryLimit": "zero-or-more"},
    "DaemonSetUpdateStrategy": {"type": ("RollingUpdate", "OnDelete")},
    "RollingUpdateDaemonSet": {
        "maxSurge": "count-or-percent",
        "maxUnavailable": "count-or-percent",
    },
    "StatefulSetSpec": {
        "replicas": "zero-or-more",
        "minReadySeconds": "zero-or-more",
        "revisionHistoryLimit": "zero-or-more",
        "podManagementPolicy": ("OrderedReady", "Parallel"),
    },
    "StatefulSetUpdateStrategy": {"type": ("RollingUpdate", "OnDelete")},
    "ReplicaSetSpec": {"replicas": "zero-or-more", "minReadySeconds": "zero-or-more"},
    "ReplicationControllerSpec": {"replicas": "zero-or-more", "minReadySeconds": "zero-or-more"},
    "JobSpec": {
        "parallelism": "zero-or-more",
        "completions": "zero-or-more",
        "backoffLimit": "zero-or-more",
        "ttlSecondsAfterFinished": "zero-or-more",
        "activeDeadlineSeconds": "zero-or-more",
        "completionMode": ("NonIndexed", "Indexed"),
        "podReplacementPolicy": ("TerminatingOrFailed", "Failed"),
    },
    "CronJobSpec": {
        "schedule": "not-empty",
        "concurrencyPolicy": ("Allow", "Forbid", "Replace"),
        "startingDeadlineSeconds": "zero-or-more",
        "successfulJobsHistoryLimit": "zero-or-more",
        "failedJobsHistoryLimit": "zero-or-more",
    },
    "HTTPIngressPath": {"pathType": ("Exact", "Prefix", "ImplementationSpecific")},
    "HTTPIngressRuleValue": {"paths": "not-empty-list"},
    "IngressRule": {"host": "host"},
    "IngressTLS": {"hosts[]": "host"},
    "IngressServiceBackend": {"name": "dns-label"},
    "ServiceBackendPort": {"number": "port-or-zero"},
    "NetworkPolicySpec": {"policyTypes[]": ("Ingress", "Egress")},
    "NetworkPolicyPort": {"protocol": _PROTOCOL, "port": "port-or-name", "endPort": "port"},
    "PolicyRule": {"verbs": "not-empty-list"},
    "RoleRef": {
        "kind": ("Role", "ClusterRole"),
        "apiGroup": ("rbac.authorization.k8s.io",),
        "name": "not-empty",
    },
    "rbac.v1.Subject": {"kind": ("User", "Group", "ServiceAccount"), "name": "not-empty"},
    "HorizontalPodAutoscalerSpec": {"minReplicas": "zero-or-more", "maxReplicas": "one-or-more"},
    "autoscaling.v2.MetricSpec": {
        "type": ("Object", "Pods", "Resource", "External", "ContainerResource")
    },
    "autoscaling.v2.MetricTarget": {
        "type": ("Utilization", "Value", "AverageValue"),
        "averageUtilization": "one-or-more",
    },
    "HPAScalingPolicy": {
        "type": ("Pods", "Percent"),
        "value": "one-or-more",
        "periodSeconds": "one-or-more",
    },
    "HPAScalingRules": {
        "selectPolicy": ("Max", "Min", "Disabled"),
        "stabilizationWindowSeconds": "zero-or-more",
    },
    "CrossVersionObjectReference": {"kind": "not-empty", "name": "not-empty"},
    "PodDisruptionBudgetSpec": {
        "minAvailable": "count-or-percent",
        "maxUnavailable": "count-or-percent",
        "unhealthyPodEvictionPolicy": ("IfHealthyBudget", "AlwaysAllow"),
    },
    "ValidatingWebhook": {
        "failurePolicy": ("Ignore", "Fail"),
        "matchPolicy": ("Exact", "Equivalent"),
        "sideEffects": ("None", "NoneOnDryRun"),
    },
    "MutatingWebhook": {
        "failurePolicy": ("Ignore", "Fail"),
        "matchPolicy": ("Exact", "Equivalent"),
        "sideEffects": ("None", "NoneOnDryRun"),
        "reinvocationPolicy": ("Never", "IfNeeded"),
    },
    "CustomResourceDefinitionSpec": {"scope": ("Cluster", "Namespaced")},
    "PriorityClass": {"preemptionPolicy": ("PreemptLowerPriority", "Never")},
    "CSIDriverSpec": {"fsGroupPolicy": ("ReadWriteOnceWithFSType", "File", "None")},
}
_RELAXED_ENV = 32  # RelaxedEnvironmentVariableValidation is on by default from 1.32
_ENUM_CODE = "bad-value"


def tighten(name: str, body: Schema, minor: int) -> Schema:
    """Fold the limits of the definition called `name` into its schema, which is changed in place.

    Args:
        minor: of the Kubernetes version, since some limits were relaxed over time.
    """
    parts = name.split(".")
    for short in (parts[-1], ".".join(parts[-2:]), ".".join(parts[-3:])):
        for field, limit in LIMITS.get(short, {}).items():
            if field == "":
                body["allOf"] = [_reference(str(limit))]
                continue
            target = body.get("properties", {}).get(field.removesuffix("[]"))
            if target is None:
                continue
            if field.endswith("[]"):
                target = target.get("items")
                if target is None:
                    continue
            _limit(target, limit, minor)
    for field in body.get("properties", {}).values():
        if field.get("format") in ("int32", "int64") and "allOf" not in field:
            field["allOf"] = [_reference(field["format"])]
    return body


def _limit(target: Schema, limit: str | tuple[str, ...], minor: int) -> None:
    if isinstance(limit, tuple):
        # An empty string counts as absent: the server fills in the default.
        target["enum"] = [*limit, "", None]
        return
    if limit == "env-name" and minor < _RELAXED_ENV:
        limit = "strict-env-name"
    target["allOf"] = [*target.get("allOf", []), *(_reference(rule) for rule in limit.split("+"))]


def _reference(rule: str) -> Schema:
    return {"$ref": f"#/$defs/{rule}"}
