"""Settings and storage: ConfigMaps, Secrets, volume claims, namespaces with their quotas."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import MANIFEST, ask, called
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import MEMORY, NAMESPACES, VARIABLES
from iapo.dataset.procedural.wording import name, pick, team
from iapo.dataset.procedural.yaml_writer import to_yaml
from iapo.verify.report import Format


def _pair(rng: random.Random, key: str, value: str) -> str:
    return pick(
        rng,
        f"{key}={value}",
        f"{key} set to {value}",
        f"{key}: {value}",
        f"key {key} with value {value}",
    )


@dataclass(frozen=True)
class ConfigMap(Family):
    """A ConfigMap of one to four keys."""

    name: str = "kubernetes/configmap"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        label = name(rng, "config", "settings", "env", "options")
        numbers = (("MAX_CONNECTIONS", ("20", "50", "100")), ("TIMEOUT_SECONDS", ("5", "30", "60")))
        data = {
            key: rng.choice(values)
            for key, values in rng.sample(VARIABLES + numbers, rng.randint(1, 4))
        }
        metadata: dict[str, Any] = {"name": label}
        pattern: dict[str, Any] = {"kind": "ConfigMap", "name": label, "data": data}
        facts = [_pair(rng, key, value) for key, value in data.items()]
        if rng.random() < 0.3:
            metadata["namespace"] = rng.choice(NAMESPACES)
            pattern["namespace"] = metadata["namespace"]
            facts.append(f"namespace {metadata['namespace']}")
        manifest: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata,
            "data": data,
        }
        if rng.random() < 0.15:
            manifest["immutable"] = pattern["immutable"] = True
            facts.append(pick(rng, "the immutable flag", "immutable set to true"))
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, "a ConfigMap", label), facts, direct=True),
            output=to_yaml(manifest),
            intent={"config": pattern},
            difficulty=1 if len(facts) < 3 else 2,
        )


@dataclass(frozen=True)
class Secret(Family):
    """A Secret with plain values under `stringData`."""

    name: str = "kubernetes/secret"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        label = name(rng, "credentials", "secret", "auth", "token", "db")
        keys = (
            ("username", (team(rng), "admin", "app", "service")),
            ("password", ("s3cr3t", "hunter2", "changeit", "letmein9", "pa55word")),
            ("api-key", ("abc123", "key-4711", "9f8e7d")),
            ("token", ("t0k3n", "eyJ0", "xyz789")),
            ("url", ("postgres://db:5432/app", "redis://cache:6379", "amqp://queue:5672")),
        )
        data = {key: rng.choice(values) for key, values in rng.sample(keys, rng.randint(1, 3))}
        metadata: dict[str, Any] = {"name": label}
        kind = "Opaque"
        pattern: dict[str, Any] = {
            "kind": "Secret", "name": label, "stringData": data,
        }  # fmt: skip
        facts = [_pair(rng, key, value) for key, value in data.items()]
        if rng.random() < 0.3:
            metadata["namespace"] = rng.choice(NAMESPACES)
            pattern["namespace"] = metadata["namespace"]
            facts.append(f"namespace {metadata['namespace']}")
        manifest = {
            "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind,
            "stringData": data,
        }  # fmt: skip
        what = called(rng, pick(rng, "a Secret", "an Opaque Secret", "a Kubernetes Secret"), label)
        return Draft(
            instruction=ask(rng, MANIFEST, what, facts, direct=True),
            output=to_yaml(manifest),
            intent={"secret": pattern},
            difficulty=1 if len(facts) < 3 else 2,
        )


@dataclass(frozen=True)
class VolumeClaim(Family):
    """A PersistentVolumeClaim."""

    name: str = "kubernetes/pvc"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (1, 2)
    sizes: tuple[str, ...] = ("500Mi", "1Gi", "2Gi", "5Gi", "10Gi", "20Gi", "50Gi", "100Gi", "1Ti")

    def make(self, rng: random.Random) -> Draft:
        label = name(rng, "data", "claim", "storage", "uploads", "cache", "pvc")
        size = rng.choice(self.sizes)
        mode = rng.choice(("ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany", "ReadWriteOncePod"))
        spec: dict[str, Any] = {"accessModes": [mode]}
        facts = [
            pick(rng, f"{size} of storage", f"a size of {size}", f"a request for {size}"),
            pick(rng, f"access mode {mode}", f"{mode} access"),
        ]
        if rng.random() < 0.5:
            spec["storageClassName"] = pick(
                rng, "standard", "fast-ssd", "gp3", "nfs", "longhorn", "premium"
            )
            facts.append(
                pick(rng, f"storage class {spec['storageClassName']}",
                     f"storageClassName {spec['storageClassName']}")
            )  # fmt: skip
        if rng.random() < 0.15:
            spec["volumeMode"] = "Block"
            facts.append("volumeMode Block")
        spec["resources"] = {"requests": {"storage": size}}
        metadata: dict[str, Any] = {"name": label}
        pattern: dict[str, Any] = {"kind": "PersistentVolumeClaim", "name": label, "spec": spec}
        if rng.random() < 0.3:
            metadata["namespace"] = rng.choice(NAMESPACES)
            pattern["namespace"] = metadata["namespace"]
            facts.append(f"namespace {metadata['namespace']}")
        manifest = {
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec,
        }  # fmt: skip
        thing = pick(rng, "a PersistentVolumeClaim", "a PVC", "a persistent volume claim")
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, thing, label), facts, direct=True),
            output=to_yaml(manifest),
            intent={"claim": pattern},
            difficulty=1 if len(facts) < 3 else 2,
        )


@dataclass(frozen=True)
class Quota(Family):
    """A Namespace with a ResourceQuota in it."""

    name: str = "kubernetes/namespace-quota"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        space = name(rng, "team", "space", "env")
        label = pick(rng, "quota", f"{space}-quota", "limits", "compute-quota")
        hard: dict[str, Any] = {}
        facts: list[str] = []
        options: tuple[tuple[str, tuple[str, ...], str], ...] = (
            ("pods", ("5", "10", "20", "50"), "{} pods"),
            ("requests.cpu", ("1", "2", "4", "8"), "requests.cpu {}"),
            ("requests.memory", (*MEMORY[3:], "4Gi", "8Gi"), "requests.memory {}"),
            ("limits.cpu", ("2", "4", "16"), "limits.cpu {}"),
            ("limits.memory", ("2Gi", "4Gi", "16Gi"), "limits.memory {}"),
            ("services", ("3", "5", "8"), "{} services"),
            ("persistentvolumeclaims", ("2", "4", "6"), "{} persistentvolumeclaims"),
        )
        for key, values, words in rng.sample(options, rng.randint(1, 3)):
            hard[key] = rng.choice(values)
            facts.append(
                pick(rng, "at most ", "a hard limit of ", "a cap of ") + words.format(hard[key])
            )
        metadata: dict[str, Any] = {"name": space}
        of_space: dict[str, Any] = {"kind": "Namespace", "name": space}
        if rng.random() < 0.3:
            metadata["labels"] = {"team": team(rng)}
            of_space["labels"] = metadata["labels"]
            facts.append(f"the namespace label team={metadata['labels']['team']}")
        documents = (
            {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata},
            {
                "apiVersion": "v1",
                "kind": "ResourceQuota",
                "metadata": {"name": label, "namespace": space},
                "spec": {"hard": hard},
            },
        )
        what = (
            f"{called(rng, 'a Namespace', space)} and {called(rng, 'a ResourceQuota', label)} in it"
        )
        return Draft(
            instruction=ask(rng, MANIFEST, what, facts, direct=True),
            output=to_yaml(*documents),
            intent={
                "space": of_space,
                "quota": {
                    "kind": "ResourceQuota",
                    "name": label,
                    "namespace": {"refers": "space"},
                    "spec": {"hard": hard},
                },
            },
            difficulty=2 if len(facts) < 3 else 3,
        )


register(ConfigMap())
register(Secret())
register(VolumeClaim())
register(Quota())
