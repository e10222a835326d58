"""Pods without a Deployment: Pods, ReplicaSets, ReplicationControllers, PodTemplates."""

from __future__ import annotations

from typing import Any

from iapo.dataset.procedural.kubernetes.form import Form, register_kind
from iapo.dataset.procedural.pools import MEMORY, own_image, server_image


def _container(form: Form) -> dict[str, Any]:
    rng = form.rng
    image, port = server_image(rng)
    form.say(f"the image {image}", f"image {image}", f"a container that runs {image}")
    container: dict[str, Any] = {"name": "app", "image": image}
    if rng.random() < 0.5:
        container["ports"] = [{"containerPort": port}]
        form.say(f"container port {port}", f"port {port} opened")
    return container


def _asked(container: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in container.items() if key != "name"}


def _replica_set(form: Form) -> None:
    rng = form.rng
    app = form.label
    replicas = rng.randint(2, 6)
    form.say(f"{replicas} replicas", f"a replica count of {replicas}")
    container = _container(form)
    form.body["spec"] = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": app}},
        "template": {"metadata": {"labels": {"app": app}}, "spec": {"containers": [container]}},
    }
    form.pattern |= {"spec": {"replicas": replicas}, "containers": [_asked(container)]}


def _replication_controller(form: Form) -> None:
    _replica_set(form)
    form.body["spec"]["selector"] = {"app": form.label}


def _pod(form: Form) -> None:
    rng = form.rng
    container = _container(form)
    spec: dict[str, Any] = {"containers": [container]}
    asked: dict[str, Any] = {}
    if rng.random() < 0.4:
        memory = rng.choice(MEMORY)
        container["resources"] = {"limits": {"memory": memory}}
        form.say(f"a memory limit of {memory}", f"memory limited to {memory}")
    if rng.random() < 0.4:
        policy = rng.choice(("Always", "OnFailure", "Never"))
        spec["restartPolicy"] = asked["restartPolicy"] = policy
        form.say(f"restart policy {policy}", f"restartPolicy {policy}")
    if rng.random() < 0.3:
        seconds = rng.choice((5, 10, 45, 60))
        spec["terminationGracePeriodSeconds"] = asked["terminationGracePeriodSeconds"] = seconds
        form.say(
            f"a termination grace period of {seconds} seconds",
            f"{seconds}s termination grace period",
        )
    if rng.random() < 0.25:
        key, value = rng.choice((("disktype", "ssd"), ("pool", "batch"), ("arch", "arm64")))
        spec["nodeSelector"] = asked["nodeSelector"] = {key: value}
        form.say(f"the node selector {key}={value}", f"nodes labelled {key}: {value}")
    form.body["spec"] = spec
    form.pattern |= {"containers": [_asked(container)], **({"spec": asked} if asked else {})}


def _pod_template(form: Form) -> None:
    rng = form.rng
    app, image = form.label, own_image(rng)
    form.say(f"the image {image}", f"image {image}")
    value = rng.choice(("backend", "frontend", "batch"))
    form.say(f"the pod label tier={value}", f"pods labelled tier: {value}")
    form.body["template"] = {
        "metadata": {"labels": {"tier": value}},
        "spec": {"containers": [{"name": app, "image": image}]},
    }
    form.pattern["template"] = {
        "metadata": {"labels": {"tier": value}},
        "spec": {"containers": [{"image": image}]},
    }


register_kind(
    "ReplicaSet",
    "apps/v1",
    ("a ReplicaSet",),
    _replica_set,
    ("web", "api", "worker"),
    namespaced=True,
)
register_kind(
    "ReplicationController",
    "v1",
    ("a ReplicationController",),
    _replication_controller,
    ("web", "legacy"),
    namespaced=True,
)
register_kind(
    "Pod",
    "v1",
    ("a Pod", "a plain Pod", "a single Pod"),
    _pod,
    ("debug", "runner", "shell", "job"),
    namespaced=True,
)
register_kind(
    "PodTemplate", "v1", ("a PodTemplate",), _pod_template, ("template",), namespaced=True
)
