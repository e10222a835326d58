"""Compose files for services of one's own: alone, built, on networks, behind a proxy."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import COMPOSE, ask
from iapo.dataset.procedural.compose.parts import WEB, WORKERS, published, source
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import PORTS, VARIABLES, own_image
from iapo.dataset.procedural.wording import name, pick, team
from iapo.dataset.procedural.yaml_writer import to_yaml
from iapo.verify.report import Format


@dataclass(frozen=True)
class Single(Family):
    """One service with ports, environment, volumes, a restart policy."""

    name: str = "compose/service"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        service = rng.choice(WEB + WORKERS)
        fields, pattern, said, port = source(rng, service)
        pattern = {"service": service, **pattern}
        facts = [said]
        for feature in rng.sample(
            ("ports", "env", "restart", "mount", "command"), rng.randint(1, 3)
        ):
            if feature == "ports":
                mapping, said = published(rng, service, port)
                fields["ports"] = [mapping]
                pattern["ports"] = [mapping]
                facts.append(said)
            elif feature == "env":
                key, values = rng.choice(VARIABLES)
                fields["environment"] = pattern["environment"] = {key: rng.choice(values)}
                facts.append(pick(rng, f"{key}={fields['environment'][key]}",
                                  f"the variable {key} set to {fields['environment'][key]}"))  # fmt: skip
            elif feature == "restart":
                fields["restart"] = pattern["restart"] = rng.choice(
                    ("always", "unless-stopped", "on-failure")
                )
                facts.append(
                    pick(rng, f"restart {fields['restart']}", f"restart policy {fields['restart']}")
                )
            elif feature == "mount":
                folder = pick(rng, "./config", "./data", "./conf", "./html", "./scripts")
                mount = f"{folder}:{pick(rng, '/etc/app', '/data', '/srv', '/opt/files')}{pick(rng, '', ':ro')}"
                fields["volumes"] = pattern["volumes"] = [mount]
                facts.append(f"the mount {mount}")
            else:
                fields["command"] = pattern["command"] = pick(
                    rng,
                    "serve --verbose",
                    "run --port 8080",
                    "start --workers 4",
                    "./start.sh",
                    "sleep 3600",
                )
                facts.append(f"the command `{fields['command']}`")
        return Draft(
            instruction=ask(
                rng,
                COMPOSE,
                pick(rng, "one service", "a single service", f"a {service} service"),
                facts,
            ),
            output=to_yaml({"services": {service: fields}}),
            intent={"service": pattern},
            difficulty=1 if len(facts) < 3 else 2,
        )


@dataclass(frozen=True)
class Networks(Family):
    """Services on networks of their own, with named volumes."""

    name: str = "compose/networks"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        first, second = rng.sample(WEB, 2)
        network = pick(rng, "backend", "internal", "private", f"{team(rng)}-net", "frontnet", "dmz")
        services: dict[str, Any] = {}
        intent: dict[str, Any] = {}
        facts: list[str] = []
        for service in (first, second):
            fields, wanted, said, _ = source(rng, service)
            services[service] = {**fields, "networks": [network]}
            intent[service] = {"service": service, **wanted, "networks": [network]}
            facts.append(said)
        facts.append(pick(rng, f"both on the network {network}", f"a shared network {network}"))
        settings: dict[str, Any] | None = None
        pattern: dict[str, Any] = {"network": network}
        if rng.random() < 0.35:
            settings = {"internal": True}
            pattern["internal"] = True
            facts.append(f"{network} being an internal network")
        elif rng.random() < 0.5:
            settings = {"driver": "bridge"}
            pattern["driver"] = "bridge"
            facts.append(f"driver bridge for {network}")
        top: dict[str, Any] = {"networks": {network: settings}}
        intent["network"] = pattern
        if rng.random() < 0.4:
            volume = name(rng, "data", "files")
            target = pick(rng, "/data", "/var/data", "/srv/files")
            services[second]["volumes"] = [f"{volume}:{target}"]
            intent[second]["volumes"] = [f"{volume}:{target}"]
            top["volumes"] = {volume: None}
            intent["volume"] = {"volume": volume}
            facts.append(f"the volume {volume} mounted at {target} in {second}")
        return Draft(
            instruction=ask(
                rng,
                COMPOSE,
                pick(rng, "two services", f"{first} and {second}", "a two-service stack"),
                facts,
                ordered=True,
            ),
            output=to_yaml({"services": services, **top}),
            intent=intent,
            difficulty=2 if len(facts) < 5 else 3,
        )


@dataclass(frozen=True)
class Built(Family):
    """A service built with a Dockerfile, a target, arguments."""

    name: str = "compose/build"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        service = rng.choice(WEB + WORKERS)
        context = pick(rng, ".", f"./{service}", "./services", f"./{team(rng)}")
        build: dict[str, Any] = {"context": context}
        facts = [pick(rng, f"build context {context}", f"the build context {context}")]
        for feature in rng.sample(("file", "target", "args"), rng.randint(1, 3)):
            if feature == "file":
                build["dockerfile"] = pick(
                    rng,
                    "Dockerfile.dev",
                    "Dockerfile.prod",
                    "docker/Dockerfile",
                    f"{service}.Dockerfile",
                )
                facts.append(
                    pick(
                        rng,
                        f"dockerfile {build['dockerfile']}",
                        f"the file {build['dockerfile']} as its Dockerfile",
                    )
                )
            elif feature == "target":
                build["target"] = pick(rng, "dev", "runtime", "production", "test", "builder")
                facts.append(
                    pick(
                        rng,
                        f"build target {build['target']}",
                        f"the stage {build['target']} as target",
                    )
                )
            else:
                key, value = rng.choice((("VERSION", f"{rng.randint(1, 9)}.{rng.randint(0, 9)}.1"), ("NODE_ENV", "production"),
                                         ("PROFILE", pick(rng, "dev", "ci", "prod")), ("COMMIT", f"{rng.randint(4096, 65535):x}")))  # fmt: skip
                build["args"] = {key: value}
                facts.append(
                    pick(rng, f"build argument {key}={value}", f"build arg {key} set to {value}")
                )
        fields: dict[str, Any] = {"build": build}
        pattern: dict[str, Any] = {"service": service, "build": build}
        if rng.random() < 0.5:
            fields["image"] = pattern["image"] = own_image(rng)
            facts.append(f"image name {fields['image']}")
        if rng.random() < 0.4:
            mapping, said = published(rng, service, rng.choice(PORTS))
            fields["ports"] = pattern["ports"] = [mapping]
            facts.append(said)
        return Draft(
            instruction=ask(
                rng,
                COMPOSE,
                pick(
                    rng,
                    f"a service {service} that is built locally",
                    f"building the service {service}",
                    f"a {service} service built from source",
                ),
                facts,
            ),
            output=to_yaml({"services": {service: fields}}),
            intent={"service": pattern},
            difficulty=1 if len(facts) < 4 else 2,
        )


@dataclass(frozen=True)
class Proxy(Family):
    """A reverse proxy with its configuration in front of an application."""

    name: str = "compose/proxy"
    format: Format = "compose"
    split: str = "novel"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        app = rng.choice(WEB)
        proxy = pick(rng, "proxy", "nginx", "edge", "ingress")
        image, target = rng.choice((
            (f"nginx:{pick(rng, '1.26', '1.27-alpine')}", "/etc/nginx/nginx.conf"),
            (f"haproxy:{pick(rng, '2.9', '3.0')}", "/usr/local/etc/haproxy/haproxy.cfg"),
            ("caddy:2.8", "/etc/caddy/Caddyfile"),
        ))  # fmt: skip
        mount = f"./{target.rsplit('/', 1)[1]}:{target}:ro"
        mapping = pick(rng, "80:80", "8080:80", "443:443")
        inside = str(rng.choice(PORTS))
        fields, wanted, said, _ = source(rng, app)
        fields["expose"] = [inside]
        facts = [
            said, f"{app} exposing {inside} only inside", f"a reverse proxy {proxy} from {image}",
            f"the mount {mount}", f"{proxy} published on {mapping}", f"{proxy} depending on {app}",
        ]  # fmt: skip
        front = {"image": image, "ports": [mapping], "volumes": [mount], "depends_on": [app]}
        intent = {
            "app": {"service": app, **wanted, "expose": [inside]},
            "proxy": {**front, "service": proxy, "depends_on": {"refers": "app"}},
        }
        intent["proxy"] = {
            "service": proxy,
            **{k: v for k, v in intent["proxy"].items() if k != "service"},
        }
        return Draft(
            instruction=ask(
                rng,
                COMPOSE,
                pick(rng, "an app behind a reverse proxy", f"{app} behind {proxy}"),
                facts,
                ordered=True,
            ),
            output=to_yaml({"services": {app: fields, proxy: front}}),
            intent=intent,
            difficulty=3,
        )


register(Single())
register(Networks())
register(Built())
register(Proxy())
