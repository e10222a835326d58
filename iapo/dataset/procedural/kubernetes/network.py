"""How traffic reaches pods: Services, Ingresses, NetworkPolicies."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import MANIFEST, ask, called
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import NAMESPACES, PORTS, app_name
from iapo.dataset.procedural.wording import name, pick, team
from iapo.dataset.procedural.yaml_writer import to_yaml
from iapo.verify.report import Format


@dataclass(frozen=True)
class Service(Family):
    """A Service of any type: cluster-internal, node port, load balancer, headless, external."""

    name: str = "kubernetes/service"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        label = app_name(rng)
        kind = rng.choice(("ClusterIP", "", "NodePort", "LoadBalancer", "headless", "ExternalName"))
        metadata: dict[str, Any] = {"name": label}
        spec: dict[str, Any] = {}
        facts: list[str] = []
        says: dict[str, str] = {}
        if kind == "ExternalName":
            host = f"{team(rng)}.{pick(rng, 'example.com', 'example.org', 'db.example.net')}"
            spec = {"type": kind, "externalName": host}
            facts.append(pick(rng, f"external name {host}", f"externalName {host}"))
        else:
            app = pick(rng, label, app_name(rng))
            target = rng.choice(PORTS)
            port = rng.choice((80, 443, target, 8080))
            entry: dict[str, Any] = {"port": port, "targetPort": target}
            if kind == "headless":
                spec["clusterIP"] = "None"
                says["None"] = "headless"
            elif kind:
                spec["type"] = kind
            facts.append(
                pick(rng, f"port {port} forwarded to {target}", f"port {port}, target port {target}",
                     f"port {port} -> targetPort {target}")
            )  # fmt: skip
            if kind == "NodePort" and rng.random() < 0.7:
                entry["nodePort"] = rng.randint(30000, 32767)
                facts.append(
                    pick(rng, f"node port {entry['nodePort']}", f"nodePort {entry['nodePort']}")
                )
            spec |= {"selector": {"app": app}, "ports": [entry]}
            facts.append(
                pick(rng, f"the selector app={app}", f"pods labelled app={app}", f"selector app: {app}")
            )  # fmt: skip
            if kind == "LoadBalancer" and rng.random() < 0.3:
                spec["externalTrafficPolicy"] = "Local"
                facts.append("externalTrafficPolicy Local")
        pattern: dict[str, Any] = {"kind": "Service", "name": label, "spec": spec}
        if rng.random() < 0.25:
            metadata["namespace"] = rng.choice(NAMESPACES)
            pattern["namespace"] = metadata["namespace"]
            facts.append(f"namespace {metadata['namespace']}")
        thing = f"a {kind} Service".replace("  ", " ")
        if kind == "ExternalName":
            thing = "an ExternalName Service"
        manifest = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, thing, label), facts, direct=True),
            output=to_yaml(manifest),
            intent={"service": pattern},
            difficulty=1 if len(facts) < 3 else 2,
            says=says,
        )


@dataclass(frozen=True)
class Ingress(Family):
    """An Ingress for one host with one or two paths, sometimes with TLS."""

    name: str = "kubernetes/ingress"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        label = name(rng, "ingress", "web", "routes", "edge")
        host = f"{pick(rng, 'www', 'shop', 'api', 'app', team(rng))}.{team(rng)}.{pick(rng, 'com', 'io', 'org', 'dev')}"
        spec: dict[str, Any] = {}
        facts = [pick(rng, f"host {host}", f"the host {host}", f"hostname {host}")]
        if rng.random() < 0.5:
            spec["ingressClassName"] = pick(rng, "nginx", "traefik", "haproxy", "kong")
            facts.append(
                pick(rng, f"ingress class {spec['ingressClassName']}",
                     f"ingressClassName {spec['ingressClassName']}")
            )  # fmt: skip
        tls = rng.random() < 0.35
        if tls:
            secret = pick(rng, f"{label}-tls", "web-cert", f"{team(rng)}-tls")
            spec["tls"] = [{"hosts": [host], "secretName": secret}]
            facts.append(pick(rng, f"TLS from the secret {secret}", f"TLS with secret {secret}"))
        paths = []
        chosen = rng.sample(("/", "/api", "/app", "/admin", "/static", "/v1", "/docs"), 2)
        for path in chosen[: 1 if tls or rng.random() < 0.7 else 2]:
            service, port = app_name(rng), rng.choice((80, 8080, 3000, 5000))
            backend = {"service": {"name": service, "port": {"number": port}}}
            paths.append({"path": path, "pathType": "Prefix", "backend": backend})
            facts.append(
                pick(rng, f"path {path} (Prefix) to service {service} on port {port}",
                     f"the Prefix path {path} routed to {service}:{port}",
                     f"a Prefix rule {path} -> service {service} port {port}")
            )  # fmt: skip
        spec["rules"] = [{"host": host, "http": {"paths": paths}}]
        manifest = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": label},
            "spec": spec,
        }
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, "an Ingress", label), facts, direct=True),
            output=to_yaml(manifest),
            intent={"ingress": {"kind": "Ingress", "name": label, "spec": spec}},
            difficulty=2 if len(facts) < 4 else 3,
        )


@dataclass(frozen=True)
class NetworkPolicy(Family):
    """Who may reach some pods: nobody, pods with a label, a namespace, a block of addresses."""

    name: str = "kubernetes/networkpolicy"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        label = name(rng, "allow", "policy", "isolate", "ingress")
        app = app_name(rng)
        facts = [
            pick(rng, f"the pod selector app={app}", f"pods labelled app={app} as its target",
                 f"podSelector app: {app}")
        ]  # fmt: skip
        spec: dict[str, Any] = {
            "podSelector": {"matchLabels": {"app": app}},
            "policyTypes": ["Ingress"],
        }
        kind = rng.choice(("deny", "pod", "namespace", "block"))
        difficulty = 2
        pattern: dict[str, Any] = {"kind": "NetworkPolicy", "name": label, "spec": spec}
        if kind == "deny":
            facts.append(
                pick(rng, "all ingress denied", "no ingress at all (policy type Ingress)",
                     "every Ingress connection blocked")
            )  # fmt: skip
            pattern["spec"] = {**spec, "ingress": {"absent": True}}
        else:
            if kind == "pod":
                other = app_name(rng)
                source: dict[str, Any] = {"podSelector": {"matchLabels": {"app": other}}}
                said = f"ingress only from pods labelled app={other}"
            elif kind == "namespace":
                other = rng.choice(NAMESPACES)
                key = "kubernetes.io/metadata.name"
                source = {"namespaceSelector": {"matchLabels": {key: other}}}
                said = f"ingress only from namespaces labelled {key}={other}"
            else:
                other = f"10.{rng.randint(0, 250)}.0.0/16"
                source = {"ipBlock": {"cidr": other}}
                said = f"ingress only from the CIDR {other}"
            rule: dict[str, Any] = {"from": [source]}
            if rng.random() < 0.6:
                port = rng.choice((80, 443, 5432, 6379, 8080, 9090))
                rule["ports"] = [{"protocol": "TCP", "port": port}]
                said += pick(rng, f" on TCP port {port}", f" to port {port}/TCP")
                difficulty = 3
            spec["ingress"] = [rule]
            facts.append(said)
        manifest = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": label},
            "spec": spec,
        }
        return Draft(
            instruction=ask(
                rng, MANIFEST, called(rng, "a NetworkPolicy", label), facts, direct=True
            ),
            output=to_yaml(manifest),
            intent={"policy": pattern},
            difficulty=difficulty,
        )


register(Service())
register(Ingress())
register(NetworkPolicy())
