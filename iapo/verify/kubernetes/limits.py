"""Limits of single fields that the API server enforces and its OpenAPI description leaves out.

Enums, and the named limits of field_rules.py: each is folded into the JSON Schema of its definition, so
that checking them costs nothing extra. Source: the field descriptions of the Kubernetes API reference,
https://kubernetes.io/docs/reference/kubernetes-api/. Rules that look at more than one field are in
pods.py and objects.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from iapo.verify.kubernetes.field_rules import Schema

_PROTOCOL = ("TCP", "UDP", "SCTP")
_OPERATIONS = ("CREATE", "UPDATE", "DELETE", "CONNECT", "*")
_SCOPES = ("Cluster", "Namespaced", "*")
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
    "RuleWithOperations": {"operations[]": _OPERATIONS, "scope": _SCOPES},
    "NamedRuleWithOperations": {"operations[]": _OPERATIONS, "scope": _SCOPES},
    "ValidatingAdmissionPolicySpec": {"failurePolicy": ("Fail", "Ignore")},
    "MutatingAdmissionPolicySpec": {
        "failurePolicy": ("Fail", "Ignore"),
        "reinvocationPolicy": ("Never", "IfNeeded"),
    },
    "ValidatingAdmissionPolicyBindingSpec": {"validationActions[]": ("Deny", "Warn", "Audit")},
    "MatchResources": {"matchPolicy": ("Exact", "Equivalent")},
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
