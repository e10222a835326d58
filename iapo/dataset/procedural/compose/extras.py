"""Compose files with secrets, profiles, limits, and a monitoring stack."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import COMPOSE, ask
from iapo.dataset.procedural.compose.parts import WEB, WORKERS, published, source
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.wording import pick, team
from iapo.dataset.procedural.yaml_writer import to_yaml
from iapo.verify.report import Format


@dataclass(frozen=True)
class Secrets(Family):
    """A service that reads a secret or a config from a file."""

    name: str = "compose/secrets"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        service = rng.choice(WEB)
        fields, pattern, said, _ = source(rng, service)
        kind = pick(rng, "secret", "secret", "config")
        label = f"{team(rng)}_{pick(rng, 'token', 'password', 'key') if kind == 'secret' else 'settings'}"
        path = f"./{kind}s/{label}.txt"
        facts = [
            said,
            pick(
                rng,
                f"the {kind} {label} from the file {path}",
                f"a {kind} {label} read from {path}",
            ),
        ]
        data = {
            "services": {service: {**fields, f"{kind}s": [label]}},
            f"{kind}s": {label: {"file": path}},
        }
        intent = {
            "service": {"service": service, **pattern, f"{kind}s": {"refers": "value"}},
            "value": {kind: label, "file": path},
        }
        return Draft(
            instruction=ask(
                rng, COMPOSE, pick(rng, f"a service with a {kind}", "one service"), facts
            ),
            output=to_yaml(data),
            intent=intent,
            difficulty=2,
        )


@dataclass(frozen=True)
class Limits(Family):
    """A service with bounds on memory, CPU and logs."""

    name: str = "compose/resources"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        service = rng.choice(WEB + WORKERS)
        fields, pattern, said, _ = source(rng, service)
        facts = [said]
        extra: dict[str, Any] = {}
        for feature in rng.sample(("limits", "logging", "stop", "hosts"), rng.randint(1, 3)):
            if feature == "limits":
                memory, cpus = (
                    pick(rng, "128M", "256M", "512M", "1G"),
                    pick(rng, "0.5", "1.0", "0.25"),
                )
                extra["deploy"] = {"resources": {"limits": {"memory": memory, "cpus": cpus}}}
                facts.append(f"resource limits of {memory} memory and {cpus} cpus")
            elif feature == "logging":
                size = pick(rng, "5m", "10m", "50m")
                extra["logging"] = {"driver": "json-file", "options": {"max-size": size}}
                facts.append(f"json-file logging with a max-size of {size}")
            elif feature == "stop":
                seconds = pick(rng, "10s", "30s", "1m")
                extra["stop_grace_period"] = seconds
                facts.append(f"a stop grace period of {seconds}")
            else:
                host, address = f"{team(rng)}.local", f"10.0.0.{rng.randint(2, 250)}"
                extra["extra_hosts"] = [f"{host}:{address}"]
                facts.append(f"the extra host {host}:{address}")
        asked = {key: value for key, value in extra.items() if key != "extra_hosts"}
        if "extra_hosts" in extra:
            asked["extra_hosts"] = {"any": True}
        return Draft(
            instruction=ask(rng, COMPOSE, pick(rng, "a bounded service", "one service"), facts),
            output=to_yaml({"services": {service: {**fields, **extra}}}),
            intent={"service": {"service": service, **pattern, **asked}},
            difficulty=2 + (len(extra) > 1),
        )


@dataclass(frozen=True)
class Monitoring(Family):
    """Prometheus with Grafana."""

    name: str = "compose/observability"
    format: Format = "compose"
    split: str = "novel"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        prometheus = f"prom/prometheus:{pick(rng, 'v2.51.0', 'v2.53.1', 'v2.45.0')}"
        grafana = f"grafana/grafana:{pick(rng, '10.4.2', '11.1.0', '11.2.0')}"
        mapping, said = published(rng, "grafana", 3000)
        mount = f"{pick(rng, './prometheus.yml', './monitoring/prometheus.yml')}:/etc/prometheus/prometheus.yml:ro"
        facts = [
            f"a service prometheus from {prometheus}",
            f"the mount {mount} for prometheus",
            f"a service grafana from {grafana} that depends on prometheus",
            said,
        ]
        data: dict[str, Any] = {
            "services": {
                "prometheus": {"image": prometheus, "volumes": [mount]},
                "grafana": {"image": grafana, "depends_on": ["prometheus"], "ports": [mapping]},
            }
        }
        intent = {
            "prometheus": {"service": "prometheus", "image": prometheus, "volumes": [mount]},
            "grafana": {
                "service": "grafana",
                "image": grafana,
                "depends_on": {"refers": "prometheus"},
                "ports": [mapping],
            },
        }
        what = pick(rng, "a monitoring stack", "Prometheus and Grafana", "our metrics stack")
        return Draft(ask(rng, COMPOSE, what, facts), to_yaml(data), intent, difficulty=3)


for _family in (Secrets(), Limits(), Monitoring()):
    register(_family)
