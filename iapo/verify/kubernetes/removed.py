"""apiVersions that Kubernetes no longer serves, and what replaced them.

From https://kubernetes.io/docs/reference/using-api/deprecation-guide/. Removals within the versions
there are schemas for are seen there; this table has those before, and says what to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping

# "apiVersion/kind" -> (removed in, replacement or None)
REMOVED: Mapping[str, tuple[str, str | None]] = {
    "extensions/v1beta1/Deployment": ("1.16", "apps/v1"),
    "extensions/v1beta1/DaemonSet": ("1.16", "apps/v1"),
    "extensions/v1beta1/ReplicaSet": ("1.16", "apps/v1"),
    "extensions/v1beta1/NetworkPolicy": ("1.16", "networking.k8s.io/v1"),
    "extensions/v1beta1/PodSecurityPolicy": ("1.16", None),
    "extensions/v1beta1/Ingress": ("1.22", "networking.k8s.io/v1"),
    "extensions/v1beta1/Scale": ("1.16", "autoscaling/v1"),
    "extensions/v1beta1/Job": ("1.12", "batch/v1"),
    "extensions/v1beta1/HorizontalPodAutoscaler": ("1.12", "autoscaling/v2"),
    "extensions/v1beta1/ThirdPartyResource": ("1.8", None),
    "apps/v1beta1/Deployment": ("1.16", "apps/v1"),
    "apps/v1beta1/StatefulSet": ("1.16", "apps/v1"),
    "apps/v1beta1/ControllerRevision": ("1.16", "apps/v1"),
    "apps/v1beta2/Deployment": ("1.16", "apps/v1"),
    "apps/v1beta2/DaemonSet": ("1.16", "apps/v1"),
    "apps/v1beta2/ReplicaSet": ("1.16", "apps/v1"),
    "apps/v1beta2/StatefulSet": ("1.16", "apps/v1"),
    "apps/v1beta2/ControllerRevision": ("1.16", "apps/v1"),
    "apps/v1alpha1/PetSet": ("1.5", "apps/v1 StatefulSet"),
    "batch/v2alpha1/CronJob": ("1.21", "batch/v1"),
    "batch/v2alpha1/ScheduledJob": ("1.8", "batch/v1 CronJob"),
    "batch/v1beta1/CronJob": ("1.25", "batch/v1"),
    "networking.k8s.io/v1beta1/Ingress": ("1.22", "networking.k8s.io/v1"),
    "networking.k8s.io/v1beta1/IngressClass": ("1.22", "networking.k8s.io/v1"),
    "autoscaling/v2alpha1/HorizontalPodAutoscaler": ("1.12", "autoscaling/v2"),
    "autoscaling/v2beta1/HorizontalPodAutoscaler": ("1.25", "autoscaling/v2"),
    "autoscaling/v2beta2/HorizontalPodAutoscaler": ("1.26", "autoscaling/v2"),
    "policy/v1beta1/PodDisruptionBudget": ("1.25", "policy/v1"),
    "policy/v1beta1/PodSecurityPolicy": ("1.25", None),
    "policy/v1beta1/Eviction": ("1.22", "policy/v1"),
    "rbac.authorization.k8s.io/v1alpha1/Role": ("1.22", "rbac.authorization.k8s.io/v1"),
    "rbac.authorization.k8s.io/v1alpha1/RoleBinding": ("1.22", "rbac.authorization.k8s.io/v1"),
    "rbac.authorization.k8s.io/v1alpha1/ClusterRole": ("1.22", "rbac.authorization.k8s.io/v1"),
    "rbac.authorization.k8s.io/v1alpha1/ClusterRoleBinding": (
        "1.22",
        "rbac.authorization.k8s.io/v1",
    ),
    "rbac.authorization.k8s.io/v1beta1/Role": ("1.22", "rbac.authorization.k8s.io/v1"),
    "rbac.authorization.k8s.io/v1beta1/RoleBinding": ("1.22", "rbac.authorization.k8s.io/v1"),
    "rbac.authorization.k8s.io/v1beta1/ClusterRole": ("1.22", "rbac.authorization.k8s.io/v1"),
    "rbac.authorization.k8s.io/v1beta1/ClusterRoleBinding": (
        "1.22",
        "rbac.authorization.k8s.io/v1",
    ),
    "admissionregistration.k8s.io/v1beta1/MutatingWebhookConfiguration": (
        "1.22",
        "admissionregistration.k8s.io/v1",
    ),
    "admissionregistration.k8s.io/v1beta1/ValidatingWebhookConfiguration": (
        "1.22",
        "admissionregistration.k8s.io/v1",
    ),
    "apiextensions.k8s.io/v1beta1/CustomResourceDefinition": ("1.22", "apiextensions.k8s.io/v1"),
    "apiregistration.k8s.io/v1beta1/APIService": ("1.22", "apiregistration.k8s.io/v1"),
    "certificates.k8s.io/v1beta1/CertificateSigningRequest": ("1.22", "certificates.k8s.io/v1"),
    "coordination.k8s.io/v1beta1/Lease": ("1.22", "coordination.k8s.io/v1"),
    "discovery.k8s.io/v1beta1/EndpointSlice": ("1.25", "discovery.k8s.io/v1"),
    "events.k8s.io/v1beta1/Event": ("1.25", "events.k8s.io/v1"),
    "node.k8s.io/v1alpha1/RuntimeClass": ("1.22", "node.k8s.io/v1"),
    "node.k8s.io/v1beta1/RuntimeClass": ("1.25", "node.k8s.io/v1"),
    "scheduling.k8s.io/v1alpha1/PriorityClass": ("1.17", "scheduling.k8s.io/v1"),
    "scheduling.k8s.io/v1beta1/PriorityClass": ("1.22", "scheduling.k8s.io/v1"),
    "settings.k8s.io/v1alpha1/PodPreset": ("1.20", None),
    "storage.k8s.io/v1beta1/StorageClass": ("1.22", "storage.k8s.io/v1"),
    "storage.k8s.io/v1beta1/CSIDriver": ("1.22", "storage.k8s.io/v1"),
    "storage.k8s.io/v1beta1/CSINode": ("1.22", "storage.k8s.io/v1"),
    "storage.k8s.io/v1beta1/VolumeAttachment": ("1.22", "storage.k8s.io/v1"),
    "storage.k8s.io/v1beta1/CSIStorageCapacity": ("1.27", "storage.k8s.io/v1"),
    "flowcontrol.apiserver.k8s.io/v1alpha1/FlowSchema": ("1.21", "flowcontrol.apiserver.k8s.io/v1"),
    "flowcontrol.apiserver.k8s.io/v1beta1/FlowSchema": ("1.26", "flowcontrol.apiserver.k8s.io/v1"),
    "flowcontrol.apiserver.k8s.io/v1beta1/PriorityLevelConfiguration": (
        "1.26",
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    "authentication.k8s.io/v1beta1/TokenReview": ("1.22", "authentication.k8s.io/v1"),
    "authorization.k8s.io/v1beta1/SubjectAccessReview": ("1.22", "authorization.k8s.io/v1"),
}
