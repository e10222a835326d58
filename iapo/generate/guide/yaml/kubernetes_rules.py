"""What Kubernetes demands of fields beyond their schemas, by the last part of a definition's name.

As `iapo/verify/kubernetes` checks it; the API reference says the same of each:
https://kubernetes.io/docs/reference/kubernetes-api/. A definition may stand in several places that
differ in what is allowed: a pod of a Job, a pod of a Deployment. Those are its variants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iapo.generate.guide.yaml.shapes import Demand, Group, Rules, Tie


@dataclass(frozen=True, slots=True)
class Case:
    """What is particular about a field.

    Attributes:
        variant: of the definition that its value has; `=`: that of the definition around it.
        absent: it may not be written.
        least: items of the sequence at least.
        words: the values it may have.
    """

    variant: str = ""
    absent: bool = False
    least: int = 0
    words: tuple[str, ...] = ()


def _some(names: str, least: int, most: int) -> Group:
    return Group(frozenset(names.split()), least, most)


def _one(names: str) -> Rules:
    return Rules(groups=(_some(names, 1, 1),))


def _need(names: str, *groups: Group, ties: tuple[Tie, ...] = (),
          demands: tuple[Demand, ...] = ()) -> Rules:  # fmt: skip
    return Rules(frozenset(names.split()), groups, ties, demands)


def _tie(name: str, key: str, words: str = "", needed: bool = True) -> Tie:
    return Tie(name, key, frozenset(words.split()) if words else None, needed)


def _demand(key: str, word: str, names: str, lifted: bool = False) -> Demand:
    return Demand(key, word, frozenset(names.split()), lifted)


_VOLUMES = (
    "awsElasticBlockStore azureDisk azureFile cephfs cinder configMap csi downwardAPI emptyDir "
    "ephemeral fc flexVolume flocker gcePersistentDisk gitRepo glusterfs hostPath image iscsi nfs "
    "persistentVolumeClaim photonPersistentDisk portworxVolume projected quobyte rbd scaleIO secret "
    "storageos vsphereVolume"
)
_PERSISTENT = (
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker "
    "gcePersistentDisk glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte "
    "rbd scaleIO storageos vsphereVolume"
)
_METRICS = ("Resource", "Pods", "Object", "External", "ContainerResource")
_BALANCED = ["loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts"]

_GROUPED = _tie("apiGroup", "kind", "User Group", needed=False)

_INITIAL = _need(
    "image",
    ties=tuple(
        _tie(name, "restartPolicy", "Always")
        for name in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle")
    ),
)

RULES: Mapping[tuple[str, str], Rules] = {
    ("ObjectMeta", "named"): _need("", _some("name generateName", 1, 2)),
    ("ObjectMeta", "claim"): _need("name"),
    ("ObjectMeta", "definition"): _need("name"),
    ("Pod", ""): _need("spec"),
    ("PodTemplateSpec", ""): _need("spec"),
    ("PodSpec", ""): _need("", demands=(_demand("dnsPolicy", "None", "dnsConfig"),)),
    ("PodSpec", "once"): _need(
        "restartPolicy", demands=(_demand("dnsPolicy", "None", "dnsConfig"),)
    ),
    ("Container", ""): _need("image"),
    ("Container", "init"): _INITIAL,
    ("Container", "init stateful"): _INITIAL,
    ("EphemeralContainer", ""): _need("image"),
    ("Probe", ""): _one("exec httpGet tcpSocket grpc"),
    ("LifecycleHandler", ""): _one("exec httpGet tcpSocket sleep"),
    ("EnvVar", ""): _need("", _some("value valueFrom", 0, 1)),
    ("EnvVarSource", ""): _one("configMapKeyRef secretKeyRef fieldRef resourceFieldRef fileKeyRef"),
    ("EnvFromSource", ""): _one("configMapRef secretRef"),
    ("Volume", ""): _need("", _some(_VOLUMES, 0, 1)),
    ("VolumeMount", ""): _need("", _some("subPath subPathExpr", 0, 1)),
    ("Toleration", ""): _need(
        "key",
        ties=(
            _tie("value", "operator", "Equal Lt Gt", needed=False),
            _tie("tolerationSeconds", "effect", "NoExecute"),
        ),
        demands=(_demand("operator", "Exists", "key", lifted=True),),
    ),
    ("LabelSelector", "workload"): _need("", _some("matchLabels matchExpressions", 1, 2)),
    ("LabelSelectorRequirement", ""): _need(
        "",
        ties=(_tie("values", "operator", "In NotIn"),),
        demands=(_demand("operator", "In", "values"), _demand("operator", "NotIn", "values")),
    ),
    ("DeploymentStrategy", ""): _need(
        "", ties=(_tie("rollingUpdate", "type", "RollingUpdate", needed=False),)
    ),
    ("DaemonSetUpdateStrategy", ""): _need(
        "", ties=(_tie("rollingUpdate", "type", "RollingUpdate", needed=False),)
    ),
    ("StatefulSetUpdateStrategy", ""): _need(
        "", ties=(_tie("rollingUpdate", "type", "RollingUpdate", needed=False),)
    ),
    ("JobSpec", ""): _need("", demands=(_demand("completionMode", "Indexed", "completions"),)),
    ("ServiceSpec", ""): _need(
        "ports",
        ties=(
            _tie("externalTrafficPolicy", "type", "NodePort LoadBalancer"),
            *(_tie(name, "type", "LoadBalancer") for name in _BALANCED),
            _tie("clusterIP", "type", "ClusterIP NodePort LoadBalancer", needed=False),
        ),
        demands=(
            _demand("type", "ExternalName", "externalName"),
            _demand("type", "ExternalName", "ports", lifted=True),
        ),
    ),
    ("IngressSpec", ""): _need("", _some("rules defaultBackend", 1, 2)),
    ("IngressBackend", ""): _one("service resource"),
    ("IngressServiceBackend", ""): _need("port"),
    ("ServiceBackendPort", ""): _one("name number"),
    ("HTTPIngressPath", ""): _need(
        "", demands=(_demand("pathType", "Exact", "path"), _demand("pathType", "Prefix", "path"))
    ),
    ("NetworkPolicyPeer", ""): _need(
        "",
        _some("ipBlock podSelector namespaceSelector", 1, 3),
        _some("ipBlock podSelector", 0, 1),
        _some("ipBlock namespaceSelector", 0, 1),
    ),
    ("NetworkPolicyPort", ""): _need("", ties=(_tie("endPort", "port"),)),
    ("PersistentVolumeClaim", ""): _need("spec"),
    ("PersistentVolumeClaim", "template"): _need("spec metadata"),
    ("PersistentVolumeClaimSpec", ""): _need("accessModes resources"),
    ("VolumeResourceRequirements", ""): _need("requests"),
    ("PersistentVolumeSpec", ""): _need(
        "accessModes capacity", _some(_PERSISTENT, 1, 1), ties=(_tie("local", "nodeAffinity"),)
    ),
    ("PersistentVolume", ""): _need("spec"),
    ("Service", ""): _need("spec"),
    ("Ingress", ""): _need("spec"),
    ("PodDisruptionBudgetSpec", ""): _need("", _some("minAvailable maxUnavailable", 0, 1)),
    ("MetricSpec", ""): _need(
        "",
        ties=tuple(_tie(kind[0].lower() + kind[1:], "type", kind) for kind in _METRICS),
        demands=tuple(_demand("type", kind, kind[0].lower() + kind[1:]) for kind in _METRICS),
    ),
    ("MetricTarget", "resource"): _need("", _some("averageUtilization averageValue", 1, 1)),
    ("MetricTarget", ""): _need(
        "",
        demands=(
            _demand("type", "Utilization", "averageUtilization"),
            _demand("type", "Value", "value"),
            _demand("type", "AverageValue", "averageValue"),
        ),
    ),
    ("Subject", ""): _need("", ties=(_GROUPED,)),
    ("Subject", "cluster"): _need(
        "", ties=(_GROUPED,), demands=(_demand("kind", "ServiceAccount", "namespace"),)
    ),
    ("CustomResourceDefinitionVersion", ""): _need("schema"),
    ("CustomResourceValidation", ""): _need("openAPIV3Schema"),
    ("JSONSchemaProps", "top"): _need("type"),
}
"""Definition and variant to rules. A variant without rules of its own has those of ""."""

WAYS: Mapping[tuple[str, str], tuple[tuple[frozenset[str], frozenset[str]], ...]] = {
    ("PolicyRule", ""): tuple(
        (frozenset(names.split()), frozenset(needed.split()))
        for names, needed in (
            ("apiGroups resources resourceNames verbs", "apiGroups resources verbs"),
            ("nonResourceURLs verbs", "nonResourceURLs verbs"),
        )
    ),
    ("PolicyRule", "role"): (
        (
            frozenset({"apiGroups", "resources", "resourceNames", "verbs"}),
            frozenset({"apiGroups", "resources", "verbs"}),
        ),
    ),
}
"""Definitions that may be written in several ways: the fields of each, and those that are needed."""

CASES: Mapping[tuple[str, str], Case] = {
    **{
        (f"{kind}Spec", field): case
        for kind in ("Deployment", "ReplicaSet", "DaemonSet")
        for field, case in (("template", Case("always")), ("selector", Case("workload")))
    },
    ("StatefulSetSpec", "template"): Case("stateful"),
    ("StatefulSetSpec", "selector"): Case("workload"),
    ("ReplicationControllerSpec", "template"): Case("always"),
    ("JobSpec", "template"): Case("once"),
    ("JobSpec", "selector"): Case(absent=True),
    ("PodTemplateSpec", "spec"): Case("="),
    ("PodSpec", "initContainers"): Case("init"),
    ("EnvVarSource", "fieldRef"): Case("env"),
    ("Probe", "httpGet"): Case("probe"),
    ("Probe", "tcpSocket"): Case("probe"),
    ("LabelSelectorRequirement", "values"): Case(least=1),
    ("LabelSelector", "matchExpressions"): Case(least=1),
    ("LabelSelector", "matchLabels"): Case("="),
    ("StatefulSetSpec", "volumeClaimTemplates"): Case("template"),
    ("IngressSpec", "rules"): Case(least=1),
    ("Role", "rules"): Case("role"),
    ("PolicyRule", "apiGroups"): Case(least=1),
    ("PolicyRule", "resources"): Case(least=1),
    ("PolicyRule", "nonResourceURLs"): Case(least=1),
    ("ServiceSpec", "ports"): Case(least=1),
    ("ResourceMetricSource", "target"): Case("resource"),
    ("ContainerResourceMetricSource", "target"): Case("resource"),
    ("ClusterRoleBinding", "subjects"): Case("cluster"),
    ("ClusterRoleBinding", "roleRef"): Case("cluster"),
    ("CustomResourceValidation", "openAPIV3Schema"): Case("top"),
}
"""Definition and field to what is particular about it."""

HANDED: frozenset[tuple[str, str]] = frozenset(
    {
        ("PodSpec", "containers"),
        ("PodSpec", "initContainers"),
        ("PodSpec", "ephemeralContainers"),
        *((short, field) for short in ("Container", "EphemeralContainer")
          for field in ("volumeMounts", "volumeDevices")),
    }
)  # fmt: skip
"""Definition and field that what is said of a StatefulSet's pods is handed on to, beside their own variant."""

WORDS: Mapping[tuple[str, str, str], tuple[str, ...]] = {
    ("PodSpec", "always", "restartPolicy"): ("Always",),
    ("PodSpec", "stateful", "restartPolicy"): ("Always",),
    ("PodSpec", "once", "restartPolicy"): ("OnFailure", "Never"),
    ("RoleRef", "cluster", "kind"): ("ClusterRole",),
    ("Subject", "", "apiGroup"): ("rbac.authorization.k8s.io",),
    ("Subject", "cluster", "apiGroup"): ("rbac.authorization.k8s.io",),
    ("JSONSchemaProps", "top", "type"): ("object",),
}
"""Definition, variant and field to the values that it may have there."""

MAPS: Mapping[tuple[str, str], str] = {
    ("ResourceRequirements", "limits"): "resources",
    ("ResourceRequirements", "requests"): "resources",
    ("ResourceQuotaSpec", "hard"): "quota",
    **{
        ("LimitRangeItem", field): "quota"
        for field in ("default", "defaultRequest", "max", "maxLimitRequestRatio", "min")
    },
    ("VolumeResourceRequirements", "requests"): "storage",
    ("PersistentVolumeSpec", "capacity"): "storage",
}
"""Fields that are mappings with keys of some kind: `resources` of a container, what a `quota` limits, or `storage`."""

QUOTED: frozenset[tuple[str, str]] = frozenset(
    {
        ("Container", "args"),
        ("Container", "command"),
        ("ExecAction", "command"),
        ("ObjectMeta", "annotations"),
        ("ObjectMeta", "labels"),
        ("LabelSelector", "matchLabels"),
        ("PodSpec", "nodeSelector"),
        ("ConfigMap", "data"),
        ("Secret", "stringData"),
    }
)
"""Texts in which a number is often meant: it must be quoted there, as must `true`."""

NAMELESS = frozenset({"Binding", "Eviction", "Scale"})
"""Kinds that need no name."""
