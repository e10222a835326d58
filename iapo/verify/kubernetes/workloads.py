"""What the API server demands of workloads around their pods: selectors, strategies, claims, scaling.

From https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/. What is inside a pod is in
pods.py.
"""

from __future__ import annotations

from typing import Any

from iapo.verify.kubernetes.cron import cron_problem
from iapo.verify.kubernetes.manifest import Findings, Manifest, entries, mapping, text
from iapo.verify.kubernetes.pods import PodTemplate, check_pod
from iapo.verify.kubernetes.selectors import check_label_selector, expression_holds
from iapo.verify.kubernetes.storage import check_claim_spec
from iapo.verify.yaml_source import Path

_SELECTS = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"})


def check_workload(manifest: Manifest, pod: PodTemplate, findings: Findings) -> None:
    """Report what is wrong with a workload and with its pods."""
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


def check_stateful_set(manifest: Manifest, findings: Findings) -> None:
    """Report claims of a StatefulSet that cannot be made."""
    for index, claim in entries(manifest.spec.get("volumeClaimTemplates")):
        path: Path = ("spec", "volumeClaimTemplates", index)
        if not mapping(claim.get("metadata")).get("name"):
            message = "a volumeClaimTemplate needs metadata.name"
            findings.error("missing-field", message, manifest, path)
        check_claim_spec(manifest, mapping(claim.get("spec")), (*path, "spec"), findings)


def check_cron_job(manifest: Manifest, findings: Findings) -> None:
    """Report a schedule that never fires because it is none."""
    schedule = manifest.spec.get("schedule")
    if isinstance(schedule, str) and schedule:
        problem = cron_problem(schedule)
        if problem:
            findings.error("bad-schedule", problem, manifest, ("spec", "schedule"))


def check_job(manifest: Manifest, findings: Findings) -> None:
    """Report a Job whose fields contradict each other."""
    spec = manifest.spec
    if spec.get("completionMode") == "Indexed" and spec.get("completions") is None:
        message = "completionMode Indexed needs completions"
        findings.error("missing-field", message, manifest, ("spec", "completionMode"))


def check_autoscaler(manifest: Manifest, findings: Findings) -> None:
    """Report bounds and metrics of a HorizontalPodAutoscaler that cannot be met."""
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


def check_disruption_budget(manifest: Manifest, findings: Findings) -> None:
    """Report a PodDisruptionBudget that asks for two things."""
    spec = manifest.spec
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        message = "minAvailable and maxUnavailable exclude each other; keep one"
        findings.error("exclusive-fields", message, manifest, ("spec", "maxUnavailable"))
    check_label_selector(manifest, mapping(spec.get("selector")), ("spec", "selector"), findings)
