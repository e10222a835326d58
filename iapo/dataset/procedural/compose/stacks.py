"""Compose files: an application with what it needs beside it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import COMPOSE, ask
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import PORTS, VARIABLES, own_image, server_image
from iapo.dataset.procedural.wording import name, pick, team
from iapo.dataset.procedural.yaml_writer import Flow, to_yaml
from iapo.verify.report import Format

_WEB = ("web", "app", "api", "backend", "site", "portal", "frontend", "gateway", "shop", "wiki")
_WORKERS = ("worker", "consumer", "mailer", "indexer", "importer", "scheduler", "encoder")


def _published(rng: random.Random, service: str, inner: int) -> tuple[str, str]:
    """A port mapping and the words that ask for it."""
    outer = rng.choice((inner, 80, 8080, 8000, 3000, 8888, 9000))
    said = pick(
        rng,
        f"{service} published on {outer}:{inner}",
        f"port {outer}:{inner} on {service}",
        f"the port mapping {outer}:{inner} for {service}",
    )
    return f"{outer}:{inner}", said


def _source(rng: random.Random, service: str) -> tuple[dict[str, Any], dict[str, Any], str, int]:
    """What a service is made from: its fields, their pattern, the words, its port."""
    if rng.random() < 0.3:
        folder = pick(rng, ".", f"./{service}", "./src", "./docker")
        said = pick(
            rng,
            f"{service} built from {folder}",
            f"a service {service} with build context {folder}",
        )
        return {"build": folder}, {"build": {"context": folder}}, said, rng.choice(PORTS)
    own = rng.random() < 0.8
    image, port = (own_image(rng), rng.choice(PORTS)) if own else server_image(rng)
    said = pick(
        rng,
        f"a service {service} from {image}",
        f"{service} on image {image}",
        f"{service} ({image})",
    )
    return {"image": image}, {"image": image}, said, port


# Image, tags, port, folder, environment (variable to values), check.
_DATABASES: tuple[tuple[str, tuple[str, ...], str, dict[str, tuple[str, ...]], str], ...] = (
    ("postgres", ("14", "15", "16", "16-alpine"), "/var/lib/postgresql/data",
     {"POSTGRES_PASSWORD": ("secret", "changeit", "pass123"), "POSTGRES_DB": ("app", "orders", "shop")},
     "pg_isready -U postgres"),
    ("mysql", ("8.0", "8.4"), "/var/lib/mysql",
     {"MYSQL_ROOT_PASSWORD": ("secret", "rootpw", "changeit"), "MYSQL_DATABASE": ("app", "blog", "wiki")},
     "mysqladmin ping -h localhost"),
    ("mariadb", ("10.11", "11.4"), "/var/lib/mysql",
     {"MARIADB_ROOT_PASSWORD": ("secret", "hunter2"), "MARIADB_DATABASE": ("app", "crm")},
     "healthcheck.sh --connect"),
    ("mongo", ("6.0", "7.0"), "/data/db",
     {"MONGO_INITDB_ROOT_USERNAME": ("root", "admin"), "MONGO_INITDB_ROOT_PASSWORD": ("secret", "pw1")},
     "mongosh --eval 1"),
)  # fmt: skip


@dataclass(frozen=True)
class Single(Family):
    """One service with ports, environment, volumes, a restart policy."""

    name: str = "compose/service"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        service = rng.choice(_WEB + _WORKERS)
        fields, pattern, said, port = _source(rng, service)
        pattern = {"service": service, **pattern}
        facts = [said]
        for feature in rng.sample(
            ("ports", "env", "restart", "mount", "command"), rng.randint(1, 3)
        ):
            if feature == "ports":
                mapping, said = _published(rng, service, port)
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
class WebAndDatabase(Family):
    """An application and its database, sometimes with a volume or a start that waits for health."""

    name: str = "compose/web-db"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (2, 3, 4)

    def make(self, rng: random.Random) -> Draft:
        web = rng.choice(_WEB)
        database, tags, folder, variables, check = rng.choice(_DATABASES)
        service = pick(rng, "db", "database", database, "store")
        image = f"{database}:{rng.choice(tags)}"
        fields, wanted, said, port = _source(rng, web)
        wanted = {"service": web, **wanted}
        below: dict[str, Any] = {"image": image}
        of_db: dict[str, Any] = {"service": service, "image": image}
        facts = [said]
        if rng.random() < 0.6:
            mapping, said = _published(rng, web, port)
            fields["ports"] = wanted["ports"] = [mapping]
            facts.append(said)
        facts.append(pick(rng, f"a database {service} from {image}", f"{service} running {image}"))
        chosen = dict(list(variables.items())[: rng.randint(0, 2)])
        if chosen:
            below["environment"] = {key: rng.choice(values) for key, values in chosen.items()}
            of_db["environment"] = below["environment"]
            facts += [f"{key}={value} for {service}" for key, value in below["environment"].items()]
        top: dict[str, Any] = {}
        intent: dict[str, Any] = {"web": wanted, "db": of_db}
        difficulty = 2
        if rng.random() < 0.5:
            volume = pick(rng, "data", "db-data", f"{database}-data", "dbdata")
            below["volumes"] = [f"{volume}:{folder}"]
            top = {"volumes": {volume: None}}
            of_db["volumes"] = [f"{volume}:{folder}"]
            intent["volume"] = {"volume": volume}
            facts.append(f"a named volume {volume} at {folder}")
            difficulty += 1
        if rng.random() < 0.4:
            below["healthcheck"] = {
                "test": Flow(["CMD-SHELL", check]),
                "interval": pick(rng, "5s", "10s", "30s"),
            }
            of_db["healthcheck"] = {
                "test": {"runs": check}, "interval": below["healthcheck"]["interval"],
            }  # fmt: skip
            fields["depends_on"] = {service: {"condition": "service_healthy"}}
            wanted["depends_on"] = {service: {"condition": "service_healthy"}}
            facts.append(
                f"a health check `{check}` on {service} every {below['healthcheck']['interval']}"
            )
            waits = pick(
                rng,
                f"{web} started only when {service} is healthy",
                f"{web} waiting until {service} is healthy",
            )
            facts.append(waits)
            says = {"service_healthy": waits}
            difficulty += 1
        else:
            says = {}
            fields["depends_on"] = [service]
            wanted["depends_on"] = {"refers": "db"}
            facts.append(
                pick(rng, f"{web} depending on {service}", f"{web} started after {service}")
            )
        what = pick(rng, "an app with its database", f"{web} and {service}", "a web app plus database",
                    f"a {database} backed application")  # fmt: skip
        return Draft(
            instruction=ask(rng, COMPOSE, what, facts, ordered=rng.random() < 0.5),
            output=to_yaml({"services": {web: fields, service: below}, **top}),
            intent=intent,
            difficulty=difficulty,
            says=says,
        )


@dataclass(frozen=True)
class Cache(Family):
    """An application and a cache that it is told the address of."""

    name: str = "compose/cache"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        web = rng.choice(_WEB)
        software, tags, port, scheme = rng.choice((
            ("redis", ("7.0", "7.2", "7-alpine"), 6379, "redis"),
            ("memcached", ("1.6", "1.6-alpine"), 11211, "memcached"),
            ("valkey/valkey", ("7.2", "8.0"), 6379, "redis"),
        ))  # fmt: skip
        cache = pick(rng, "cache", "redis" if port == 6379 else "memcached", "sessions")
        image = f"{software}:{rng.choice(tags)}"
        fields, wanted, said, _ = _source(rng, web)
        key = pick(rng, "CACHE_URL", "REDIS_URL", "SESSION_STORE", "CACHE_DSN")
        url = f"{scheme}://{cache}:{port}"
        fields |= {"environment": {key: url}, "depends_on": [cache]}
        facts = [
            said,
            pick(rng, f"{cache} from image {image}", f"a {cache} service on {image}"),
            pick(rng, f"{key}={url} in {web}", f"{key} set to {url} for {web}"),
            pick(rng, f"{web} depending on {cache}", f"{cache} started before {web}"),
        ]
        below: dict[str, Any] = {"image": image}
        of_cache: dict[str, Any] = {"service": cache, "image": image}
        if rng.random() < 0.4:
            below["restart"] = of_cache["restart"] = pick(rng, "always", "unless-stopped")
            facts.append(f"restart {below['restart']} on {cache}")
        if software == "redis" and rng.random() < 0.4:
            size = pick(rng, "64mb", "128mb", "256mb")
            below["command"] = of_cache["command"] = f"redis-server --maxmemory {size}"
            facts.append(f"`{below['command']}` as the command of {cache}")
        wanted = {
            "service": web,
            **wanted,
            "environment": {key: url},
            "depends_on": {"refers": "cache"},
        }
        return Draft(
            instruction=ask(
                rng,
                COMPOSE,
                pick(rng, f"{web} with a cache", "an app with a cache", "a cached app"),
                facts,
            ),
            output=to_yaml({"services": {web: fields, cache: below}}),
            intent={"web": wanted, "cache": of_cache},
            difficulty=2 if len(facts) < 5 else 3,
        )


@dataclass(frozen=True)
class Queue(Family):
    """A message broker and a worker, which may wait for its health."""

    name: str = "compose/queue"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        worker = rng.choice(_WORKERS)
        broker_image, check, broker = rng.choice((
            (f"rabbitmq:{pick(rng, '3.12', '3.13', '3.13-management')}", "rabbitmq-diagnostics -q ping", "rabbitmq"),
            (f"redis:{pick(rng, '7.0', '7.2')}", "redis-cli ping", "redis"),
            (f"nats:{pick(rng, '2.9', '2.10')}-alpine", "wget -q http://localhost:8222/healthz", "nats"),
        ))  # fmt: skip
        queue = pick(rng, "queue", broker, "broker", "mq")
        fields, wanted, said, _ = _source(rng, worker)
        command = pick(
            rng,
            "celery -A tasks worker",
            "python worker.py",
            "npm run worker",
            "./consume --all",
            "rake jobs:work",
        )
        fields |= {"command": command}
        wanted = {"service": worker, **wanted, "command": command}
        facts = [
            said,
            f"the command `{command}`",
            pick(rng, f"a broker {queue} from {broker_image}", f"{queue} running {broker_image}"),
        ]
        below: dict[str, Any] = {"image": broker_image}
        of_queue: dict[str, Any] = {"service": queue, "image": broker_image}
        says: dict[str, str] = {}
        gated = rng.random() < 0.5
        if gated:
            interval = pick(rng, "5s", "10s", "15s", "30s")
            below["healthcheck"] = {
                "test": Flow(["CMD", *check.split()]),
                "interval": interval,
                "retries": 5,
            }
            retries = below["healthcheck"]["retries"] = rng.choice((3, 5, 10))
            of_queue["healthcheck"] = {
                "test": {"runs": check},
                "interval": interval,
                "retries": retries,
            }
            facts.append(
                f"a health check `{check}` on {queue} every {interval} with {retries} retries"
            )
            waits = pick(
                rng,
                f"{worker} started once {queue} is healthy",
                f"{worker} gated on {queue} being healthy",
            )
            facts.append(waits)
            says["service_healthy"] = waits
            fields["depends_on"] = {queue: {"condition": "service_healthy"}}
            wanted["depends_on"] = {queue: {"condition": "service_healthy"}}
        else:
            fields["depends_on"] = [queue]
            wanted["depends_on"] = {"refers": "queue"}
            facts.append(f"{worker} depending on {queue}")
            if rng.random() < 0.5:
                mapping, said = _published(
                    rng, queue, {"rabbitmq": 5672, "redis": 6379, "nats": 4222}[broker]
                )
                below["ports"] = of_queue["ports"] = [mapping]
                facts.append(said)
        return Draft(
            instruction=ask(
                rng,
                COMPOSE,
                pick(
                    rng, "a worker and its queue", "a queue with a worker", f"{worker} and {queue}"
                ),
                facts,
                ordered=True,
            ),
            output=to_yaml({"services": {worker: fields, queue: below}}),
            intent={"worker": wanted, "queue": of_queue},
            difficulty=3 if gated else 2,
            says=says,
        )


@dataclass(frozen=True)
class Networks(Family):
    """Services on networks of their own, with named volumes."""

    name: str = "compose/networks"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        first, second = rng.sample(_WEB, 2)
        network = pick(rng, "backend", "internal", "private", f"{team(rng)}-net", "frontnet", "dmz")
        services: dict[str, Any] = {}
        intent: dict[str, Any] = {}
        facts: list[str] = []
        for service in (first, second):
            fields, wanted, said, _ = _source(rng, service)
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
        service = rng.choice(_WEB + _WORKERS)
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
            mapping, said = _published(rng, service, rng.choice(PORTS))
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
        app = rng.choice(_WEB)
        proxy = pick(rng, "proxy", "nginx", "edge", "ingress")
        image, target = rng.choice((
            (f"nginx:{pick(rng, '1.26', '1.27-alpine')}", "/etc/nginx/nginx.conf"),
            (f"haproxy:{pick(rng, '2.9', '3.0')}", "/usr/local/etc/haproxy/haproxy.cfg"),
            ("caddy:2.8", "/etc/caddy/Caddyfile"),
        ))  # fmt: skip
        mount = f"./{target.rsplit('/', 1)[1]}:{target}:ro"
        mapping = pick(rng, "80:80", "8080:80", "443:443")
        inside = str(rng.choice(PORTS))
        fields, wanted, said, _ = _source(rng, app)
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
register(WebAndDatabase())
register(Cache())
register(Queue())
register(Networks())
register(Built())
register(Proxy())
