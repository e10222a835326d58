"""Pods with probes, and Pods that are hardened."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import MANIFEST, ask, called
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.kubernetes.workloads import image_fact
from iapo.dataset.procedural.pools import (
    app_name,
    own_image,
    server_image,
)
from iapo.dataset.procedural.wording import pick
from iapo.dataset.procedural.yaml_writer import to_yaml
from iapo.verify.report import Format


@dataclass(frozen=True)
class Probes(Family):
    """A Pod whose container is probed over HTTP or TCP."""

    name: str = "kubernetes/probes"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        label = app_name(rng)
        image, port = server_image(rng)
        container: dict[str, Any] = {"name": label, "image": image}
        asked: dict[str, Any] = {"image": image}
        facts = [image_fact(rng, image)]
        probes = rng.choice((["liveness"], ["readiness"], ["startup"], ["liveness", "readiness"]))
        paths = rng.sample(
            ("/healthz", "/ready", "/live", "/health", "/status", "/ping", "/api/health", "/up"), 2
        )
        for probe, path in zip(probes, paths, strict=False):
            body: dict[str, Any]
            if rng.random() < 0.75:
                body = {"httpGet": {"path": path, "port": port}}
                fact = pick(
                    rng,
                    f"a {probe} probe on {path} at port {port}",
                    f"an HTTP {probe} probe ({path}, port {port})",
                    f"{probe} probe GET {path} on port {port}",
                )
            else:
                body = {"tcpSocket": {"port": port}}
                fact = pick(
                    rng, f"a TCP {probe} probe on port {port}", f"{probe} probe: tcp socket {port}"
                )
            if rng.random() < 0.5:
                period = rng.choice((5, 10, 15, 20, 30, 60))
                body["periodSeconds"] = period
                fact += pick(rng, f" every {period} seconds", f" with a period of {period} seconds")
            if rng.random() < 0.35:
                delay = rng.choice((3, 5, 10, 15, 25, 45))
                body["initialDelaySeconds"] = delay
                fact += f" after an initial delay of {delay} seconds"
            container[f"{probe}Probe"] = body
            asked[f"{probe}Probe"] = body
            facts.append(fact)
        manifest = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": label},
            "spec": {"containers": [container]},
        }
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, "a Pod", label), facts, direct=True),
            output=to_yaml(manifest),
            intent={"pod": {"kind": "Pod", "name": label, "containers": [asked]}},
            difficulty=1 + len(probes),
        )


_HARDENING: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("runAsNonRoot", True, ("runAsNonRoot", "a non-root requirement (runAsNonRoot)")),
    ("readOnlyRootFilesystem", True, ("a read-only root filesystem", "readOnlyRootFilesystem")),
    ("allowPrivilegeEscalation", False,
     ("no privilege escalation allowed", "allowPrivilegeEscalation: false")),
    ("capabilities", {"drop": ["ALL"]}, ("ALL capabilities dropped", "drop ALL capabilities")),
)  # fmt: skip


@dataclass(frozen=True)
class SecurityContext(Family):
    """A Pod whose container is hardened."""

    name: str = "kubernetes/security-context"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        label = app_name(rng)
        image = own_image(rng)
        facts = [image_fact(rng, image)]
        context: dict[str, Any] = {}
        for key, value, words in rng.sample(_HARDENING, rng.randint(1, 3)):
            context[key] = value
            facts.append(rng.choice(words))
        if rng.random() < 0.5:
            context["runAsUser"] = rng.choice((1000, 1001, 10001, 65532, 2000, 3000))
            facts.append(
                pick(rng, f"user id {context['runAsUser']}", f"runAsUser {context['runAsUser']}")
            )
        container = {"name": label, "image": image, "securityContext": context}
        manifest = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": label},
            "spec": {"containers": [container]},
        }
        asked = {"image": image, "securityContext": context}
        what = called(rng, pick(rng, "a hardened Pod", "a Pod"), label)
        return Draft(
            instruction=ask(rng, MANIFEST, what, facts, direct=True),
            output=to_yaml(manifest),
            intent={"pod": {"kind": "Pod", "name": label, "containers": [asked]}},
            difficulty=2 if len(facts) < 4 else 3,
        )


register(Probes())
register(SecurityContext())
