"""Long-running workloads: Deployments, StatefulSets, DaemonSets."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import MANIFEST, ask, called
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import (
    CPU,
    MEMORY,
    NAMESPACES,
    VARIABLES,
    app_name,
    server_image,
)
from iapo.dataset.procedural.wording import name, pick
from iapo.dataset.procedural.yaml_writer import to_yaml
from iapo.verify.report import Format


def workload(
    kind: str,
    label: str,
    container: Mapping[str, Any],
    spec: Mapping[str, Any] | None = None,
    *,
    pod: Mapping[str, Any] | None = None,
    namespace: str | None = None,
) -> dict[str, Any]:
    """A manifest of apps/v1 whose pods carry the label `app: NAME`."""
    labels = {"app": label}
    metadata: dict[str, Any] = {"name": label}
    if namespace:
        metadata["namespace"] = namespace
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": {
            **(spec or {}),
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {**(pod or {}), "containers": [container]},
            },
        },
    }


def image_fact(rng: random.Random, image: str) -> str:
    """The image as a noun phrase."""
    return pick(rng, f"image {image}", f"the image {image}", f"container image {image}")


def port_fact(rng: random.Random, port: int) -> str:
    """The container's port as a noun phrase."""
    return pick(
        rng, f"container port {port}", f"port {port}", f"port {port} open", f"containerPort {port}"
    )


def replicas_fact(rng: random.Random, replicas: int) -> str:
    """The number of replicas as a noun phrase."""
    return pick(rng, f"{replicas} replicas", f"replicas: {replicas}", f"{replicas} pods")


@dataclass(frozen=True)
class Deployment(Family):
    """A Deployment with some of replicas, port, environment, memory limit, strategy."""

    name: str = "kubernetes/deployment"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (1, 2, 3)
    most_features: int = 3

    def make(self, rng: random.Random) -> Draft:
        label = app_name(rng)
        image, port = server_image(rng)
        container: dict[str, Any] = {"name": label, "image": image}
        spec: dict[str, Any] = {}
        asked: dict[str, Any] = {"image": image}
        pattern: dict[str, Any] = {"kind": "Deployment", "name": label, "containers": [asked]}
        facts = [image_fact(rng, image)]
        namespace = None
        features = rng.sample(
            ["replicas", "port", "env", "memory", "cpu", "strategy", "namespace", "pull"],
            rng.randint(1, self.most_features),
        )
        if rng.random() < 0.5 and "replicas" not in features:
            features.append("replicas")
        if "replicas" in features:
            spec["replicas"] = rng.randint(2, 9)
            pattern["spec"] = {"replicas": spec["replicas"]}
            facts.append(replicas_fact(rng, spec["replicas"]))
        if "strategy" in features:
            spec["strategy"] = {"type": "Recreate"}
            pattern.setdefault("spec", {})["strategy"] = {"type": "Recreate"}
            facts.append(pick(rng, "the Recreate strategy", "strategy Recreate"))
        if "port" in features:
            container["ports"] = [{"containerPort": port}]
            asked["ports"] = [{"containerPort": port}]
            facts.append(port_fact(rng, port))
        if "env" in features:
            key, values = rng.choice(VARIABLES)
            value = rng.choice(values)
            container["env"] = [{"name": key, "value": value}]
            asked["env"] = [{"name": key, "value": value}]
            facts.append(
                pick(rng, f"{key}={value} in its environment", f"environment variable {key}={value}",
                     f"env {key} set to {value}")
            )  # fmt: skip
        limits: dict[str, str] = {}
        if "memory" in features:
            limits["memory"] = rng.choice(MEMORY)
            facts.append(
                pick(
                    rng, f"a memory limit of {limits['memory']}", f"memory limit {limits['memory']}"
                )
            )
        if "cpu" in features:
            limits["cpu"] = rng.choice(CPU)
            facts.append(pick(rng, f"a CPU limit of {limits['cpu']}", f"cpu limit {limits['cpu']}"))
        if limits:
            container["resources"] = {"limits": limits}
            asked["resources"] = {"limits": limits}
        if "namespace" in features:
            namespace = rng.choice(NAMESPACES)
            pattern["namespace"] = namespace
            facts.append(pick(rng, f"namespace {namespace}", f"the namespace {namespace}"))
        if "pull" in features:
            container["imagePullPolicy"] = rng.choice(("Always", "IfNotPresent"))
            asked["imagePullPolicy"] = container["imagePullPolicy"]
            facts.append(f"imagePullPolicy {container['imagePullPolicy']}")
        what = called(rng, pick(rng, "a Deployment", "a Kubernetes Deployment"), label)
        return Draft(
            instruction=ask(rng, MANIFEST, what, facts, direct=True),
            output=to_yaml(workload("Deployment", label, container, spec, namespace=namespace)),
            intent={"deployment": pattern},
            difficulty=min(3, (len(facts) + 1) // 2),
        )


@dataclass(frozen=True)
class DeploymentWithService(Family):
    """A Deployment and the Service in front of it."""

    name: str = "kubernetes/app"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        label = app_name(rng)
        image, target = server_image(rng)
        port = rng.choice((80, 443, 8080, target))
        spec: dict[str, Any] = {}
        pattern: dict[str, Any] = {
            "kind": "Deployment",
            "name": label,
            "containers": [{"image": image, "ports": [{"containerPort": target}]}],
        }
        of_service: dict[str, Any] = {
            "kind": "Service",
            "name": label,
            "spec": {
                "selector": {"refers": "deployment"},
                "ports": [{"port": port, "targetPort": target}],
            },
        }
        facts = [image_fact(rng, image), port_fact(rng, target)]
        if rng.random() < 0.7:
            spec["replicas"] = rng.randint(2, 6)
            pattern["spec"] = {"replicas": spec["replicas"]}
            facts.append(replicas_fact(rng, spec["replicas"]))
        service: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": label},
            "spec": {"selector": {"app": label}, "ports": [{"port": port, "targetPort": target}]},
        }
        kind = rng.choice((None, None, "NodePort", "LoadBalancer"))
        exposed = f"service port {port} to target port {target}"
        if kind:
            service["spec"] = {"type": kind, **service["spec"]}
            of_service["spec"]["type"] = kind
            exposed = f"a {kind} service from port {port} to {target}"
        facts.append(exposed)
        what = called(
            rng,
            pick(rng, "a Deployment and a Service", "a Deployment plus Service, both",
                 "a Deployment with its Service, each"),
            label,
        )  # fmt: skip
        container = {"name": label, "image": image, "ports": [{"containerPort": target}]}
        return Draft(
            instruction=ask(rng, MANIFEST, what, facts, direct=True),
            output=to_yaml(workload("Deployment", label, container, spec), service),
            intent={"deployment": pattern, "service": of_service},
            difficulty=4 if kind else 3,
        )


_STATEFUL = (
    ("postgres", ("14", "15", "16"), 5432, "/var/lib/postgresql/data"),
    ("redis", ("7.0", "7.2"), 6379, "/data"),
    ("mongo", ("6.0", "7.0"), 27017, "/data/db"),
    ("mysql", ("8.0", "8.4"), 3306, "/var/lib/mysql"),
    ("mariadb", ("10.11", "11.4"), 3306, "/var/lib/mysql"),
    ("cassandra", ("4.1", "5.0"), 9042, "/var/lib/cassandra"),
    ("rabbitmq", ("3.12", "3.13"), 5672, "/var/lib/rabbitmq"),
    ("influxdb", ("2.7",), 8086, "/var/lib/influxdb2"),
)


@dataclass(frozen=True)
class StatefulSet(Family):
    """A StatefulSet with a volume claim template."""

    name: str = "kubernetes/statefulset"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (3, 4)
    sizes: tuple[str, ...] = ("1Gi", "2Gi", "5Gi", "8Gi", "10Gi", "20Gi", "50Gi", "100Gi")

    def make(self, rng: random.Random) -> Draft:
        software, tags, _, path = rng.choice(_STATEFUL)
        image = f"{software}:{rng.choice(tags)}"
        label = name(rng, "db", "store", "data", "cache", software)
        volume = pick(rng, "data", "storage", "db-data", "store")
        size = rng.choice(self.sizes)
        service = pick(rng, label, f"{label}-headless", f"{label}-svc")
        container = {
            "name": software,
            "image": image,
            "volumeMounts": [{"name": volume, "mountPath": path}],
        }
        claim_spec: dict[str, Any] = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
        }
        spec: dict[str, Any] = {"serviceName": service}
        wanted: dict[str, Any] = {"serviceName": service}
        facts = [
            image_fact(rng, image),
            pick(rng, f"serviceName {service}", f"the governing service {service}"),
            pick(rng, f"a ReadWriteOnce volume claim template {volume} of {size} mounted at {path}",
                 f"a {size} ReadWriteOnce volumeClaimTemplate named {volume}, mounted at {path}"),
        ]  # fmt: skip
        if rng.random() < 0.6:
            spec["replicas"] = rng.randint(2, 5)
            wanted["replicas"] = spec["replicas"]
            facts.append(replicas_fact(rng, spec["replicas"]))
        if rng.random() < 0.35:
            claim_spec["storageClassName"] = pick(rng, "fast-ssd", "standard", "gp3", "local-path")
            facts.append(f"storage class {claim_spec['storageClassName']}")
        manifest = workload("StatefulSet", label, container, spec)
        template = {"metadata": {"name": volume}, "spec": claim_spec}
        manifest["spec"]["volumeClaimTemplates"] = [template]
        wanted["volumeClaimTemplates"] = [template]
        pattern = {
            "kind": "StatefulSet",
            "name": label,
            "spec": wanted,
            "containers": [{"image": image, "volumeMounts": [{"name": volume, "mountPath": path}]}],
        }
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, "a StatefulSet", label), facts, direct=True),
            output=to_yaml(manifest),
            intent={"set": pattern},
            difficulty=3 if len(facts) < 5 else 4,
        )


_AGENTS = (
    ("fluent/fluent-bit", ("3.0", "3.1"), "/var/log"),
    ("prom/node-exporter", ("v1.7.0", "v1.8.1"), "/proc"),
    ("grafana/promtail", ("2.9.8", "3.0.0"), "/var/log/pods"),
    ("datadog/agent", ("7.53.0", "7.55.1"), "/var/run"),
    ("elastic/filebeat", ("8.13.4", "8.14.1"), "/var/lib/docker/containers"),
)


@dataclass(frozen=True)
class DaemonSet(Family):
    """A node agent, sometimes with a host path or on some nodes only."""

    name: str = "kubernetes/daemonset"
    format: Format = "kubernetes"
    split: str = "novel"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        repository, tags, path = rng.choice(_AGENTS)
        image = f"{repository}:{rng.choice(tags)}"
        label = name(rng, "agent", "logs", "exporter", "collector", "shipper")
        container: dict[str, Any] = {"name": "agent", "image": image}
        asked: dict[str, Any] = {"image": image}
        pod: dict[str, Any] = {}
        facts = [image_fact(rng, image)]
        pattern: dict[str, Any] = {"kind": "DaemonSet", "name": label, "containers": [asked]}
        if rng.random() < 0.5:
            pod["nodeSelector"] = {"disktype": pick(rng, "ssd", "nvme", "hdd")}
            pattern["pod"] = {"nodeSelector": pod["nodeSelector"]}
            facts.append(f"the node selector disktype={pod['nodeSelector']['disktype']}")
        if rng.random() < 0.5:
            mount = {"name": "host", "mountPath": path, "readOnly": True}
            container["volumeMounts"] = [mount]
            asked["volumeMounts"] = [{"mountPath": path, "readOnly": True}]
            pod["volumes"] = [{"name": "host", "hostPath": {"path": path}}]
            pattern.setdefault("pod", {})["volumes"] = [{"hostPath": {"path": path}}]
            facts.append(
                pick(rng, f"the host path {path} mounted read-only at {path}",
                     f"a readOnly hostPath mount of {path} to the same path")
            )  # fmt: skip
        namespace = rng.choice(NAMESPACES) if rng.random() < 0.5 else None
        if namespace:
            pattern["namespace"] = namespace
            facts.append(f"namespace {namespace}")
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, "a DaemonSet", label), facts, direct=True),
            output=to_yaml(workload("DaemonSet", label, container, pod=pod, namespace=namespace)),
            intent={"agent": pattern},
            difficulty=2 if len(facts) < 4 else 3,
        )


register(Deployment())
register(DeploymentWithService())
register(StatefulSet())
register(DaemonSet())
