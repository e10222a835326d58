"""How pods are run where nobody says: PriorityClasses, RuntimeClasses, LimitRanges."""

from __future__ import annotations

from typing import Any

from iapo.dataset.procedural.kubernetes.form import Form, register_kind
from iapo.dataset.procedural.pools import CPU, MEMORY
from iapo.dataset.procedural.wording import team


def _priority_class(form: Form) -> None:
    rng = form.rng
    form.set(
        "value",
        rng.choice((100, 1000, 5000, 10000, 100000, 1000000)),
        "a value of {v}",
        "value {v}",
        "priority {v}",
    )
    form.maybe(0.3, "globalDefault", rng.random() < 0.4, "globalDefault: {v}", "global default {v}")
    form.maybe(
        0.4,
        "preemptionPolicy",
        rng.choice(("Never", "PreemptLowerPriority")),
        "preemption policy {v}",
        "preemptionPolicy {v}",
    )
    form.maybe(
        0.5,
        "description",
        f"For {team(rng)} workloads",
        'the description "{v}"',
        'description "{v}"',
    )


def _runtime_class(form: Form) -> None:
    rng = form.rng
    form.set(
        "handler",
        rng.choice(("runsc", "kata", "kata-qemu", "nvidia", "crun")),
        "the handler {v}",
        "handler {v}",
    )
    if rng.random() < 0.4:
        key, value = rng.choice((("sandbox", "true"), ("runtime", "gvisor"), ("gpu", "nvidia")))
        form.set(
            f"scheduling.nodeSelector.{key}",
            value,
            f"scheduling on nodes labelled {key}={{v}}",
            f"the node selector {key}: {{v}}",
        )
    if rng.random() < 0.4:
        form.set(
            "overhead.podFixed.memory",
            rng.choice(MEMORY),
            "a pod overhead of {v} memory",
            "pod overhead memory {v}",
        )


def _limit_range(form: Form) -> None:
    rng = form.rng
    limits: dict[str, Any] = {"type": "Container"}
    memory, cpu = rng.choice(MEMORY), rng.choice(CPU)
    form.say("limits of type Container", "type Container", "a Container limit")
    limits["default"] = {"memory": memory}
    said = f"a default memory limit of {memory}"
    if rng.random() < 0.5:
        limits["default"]["cpu"] = cpu
        said += f" and cpu limit of {cpu}"
    form.facts.append(said)
    if rng.random() < 0.5:
        limits["max"] = {"memory": "4Gi"}
        form.say("a maximum of 4Gi memory", "max memory 4Gi")
    form.set("spec.limits", [limits])


register_kind(
    "PriorityClass",
    "scheduling.k8s.io/v1",
    ("a PriorityClass", "a priority class (PriorityClass)"),
    _priority_class,
    ("high", "low", "critical", "batch"),
)
register_kind(
    "RuntimeClass",
    "node.k8s.io/v1",
    ("a RuntimeClass", "a runtime class (RuntimeClass)"),
    _runtime_class,
    ("sandbox", "runtime"),
)
register_kind(
    "LimitRange",
    "v1",
    ("a LimitRange", "a LimitRange object"),
    _limit_range,
    ("limits", "defaults"),
    namespaced=True,
)
