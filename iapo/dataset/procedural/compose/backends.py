"""Compose files for an application with a database, a cache or a queue."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import COMPOSE, ask
from iapo.dataset.procedural.compose.parts import WEB, WORKERS, published, source
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.wording import pick
from iapo.dataset.procedural.yaml_writer import Flow, to_yaml
from iapo.verify.report import Format

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
class WebAndDatabase(Family):
    """An application and its database, sometimes with a volume or a start that waits for health."""

    name: str = "compose/web-db"
    format: Format = "compose"
    difficulties: tuple[int, ...] = (2, 3, 4)

    def make(self, rng: random.Random) -> Draft:
        web = rng.choice(WEB)
        database, tags, folder, variables, check = rng.choice(_DATABASES)
        service = pick(rng, "db", "database", database, "store")
        image = f"{database}:{rng.choice(tags)}"
        fields, wanted, said, port = source(rng, web)
        wanted = {"service": web, **wanted}
        below: dict[str, Any] = {"image": image}
        of_db: dict[str, Any] = {"service": service, "image": image}
        facts = [said]
        if rng.random() < 0.6:
            mapping, said = published(rng, web, port)
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
        web = rng.choice(WEB)
        software, tags, port, scheme = rng.choice((
            ("redis", ("7.0", "7.2", "7-alpine"), 6379, "redis"),
            ("memcached", ("1.6", "1.6-alpine"), 11211, "memcached"),
            ("valkey/valkey", ("7.2", "8.0"), 6379, "redis"),
        ))  # fmt: skip
        cache = pick(rng, "cache", "redis" if port == 6379 else "memcached", "sessions")
        image = f"{software}:{rng.choice(tags)}"
        fields, wanted, said, _ = source(rng, web)
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
        worker = rng.choice(WORKERS)
        broker_image, check, broker = rng.choice((
            (f"rabbitmq:{pick(rng, '3.12', '3.13', '3.13-management')}", "rabbitmq-diagnostics -q ping", "rabbitmq"),
            (f"redis:{pick(rng, '7.0', '7.2')}", "redis-cli ping", "redis"),
            (f"nats:{pick(rng, '2.9', '2.10')}-alpine", "wget -q http://localhost:8222/healthz", "nats"),
        ))  # fmt: skip
        queue = pick(rng, "queue", broker, "broker", "mq")
        fields, wanted, said, _ = source(rng, worker)
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
                mapping, said = published(
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


register(WebAndDatabase())
register(Cache())
register(Queue())
