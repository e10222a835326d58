"""Which rules of the API server an object of a built-in kind must meet, beyond its schema.

From the API reference, https://kubernetes.io/docs/reference/kubernetes-api/. `check_object` picks the
functions for a kind. What one object says about another is in references.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iapo.verify.kubernetes.access import check_role, check_role_binding
from iapo.verify.kubernetes.custom import check_definition
from iapo.verify.kubernetes.manifest import Findings, Manifest
from iapo.verify.kubernetes.names import check_name
from iapo.verify.kubernetes.networking import check_ingress, check_network_policy, check_service
from iapo.verify.kubernetes.pods import template_of
from iapo.verify.kubernetes.quotas import check_limit_range
from iapo.verify.kubernetes.storage import (
    check_claim,
    check_config_map,
    check_secret,
    check_storage_class,
    check_volume,
)
from iapo.verify.kubernetes.workloads import (
    check_autoscaler,
    check_cron_job,
    check_disruption_budget,
    check_job,
    check_stateful_set,
    check_workload,
)

_Check = Callable[[Manifest, Findings], None]

_CHECKS: Mapping[str, _Check] = {
    "Service": check_service,
    "Ingress": check_ingress,
    "NetworkPolicy": check_network_policy,
    "HorizontalPodAutoscaler": check_autoscaler,
    "PodDisruptionBudget": check_disruption_budget,
    "ConfigMap": check_config_map,
    "Secret": check_secret,
    "PersistentVolumeClaim": check_claim,
    "PersistentVolume": check_volume,
    "StatefulSet": check_stateful_set,
    "CronJob": check_cron_job,
    "Job": check_job,
    "Role": check_role,
    "ClusterRole": check_role,
    "RoleBinding": check_role_binding,
    "ClusterRoleBinding": check_role_binding,
    "CustomResourceDefinition": check_definition,
    "StorageClass": check_storage_class,
    "LimitRange": check_limit_range,
}


def check_object(manifest: Manifest, findings: Findings, minor: int) -> None:
    """Report what is wrong with one object of a built-in kind. `minor`: of the Kubernetes version."""
    check_name(manifest, findings, minor)
    pod = template_of(manifest)
    if pod is not None:
        check_workload(manifest, pod, findings)
    check = _CHECKS.get(manifest.kind)
    if check is not None:
        check(manifest, findings)
