"""What names, images, schedules and the like are drawn from."""

from __future__ import annotations

import random

from iapo.dataset.procedural.wording import name

# Image repository, its tags, and the port it serves on.
SERVERS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("nginx", ("1.25", "1.26", "1.27", "1.27-alpine"), 80),
    ("httpd", ("2.4", "2.4-alpine"), 80),
    ("redis", ("6.2", "7.0", "7.2", "7-alpine"), 6379),
    ("traefik", ("v2.11", "v3.0", "v3.1"), 80),
    ("caddy", ("2.7", "2.8", "2-alpine"), 80),
    ("grafana/grafana", ("10.4.2", "11.1.0", "11.2.0"), 3000),
    ("prom/prometheus", ("v2.51.0", "v2.53.1"), 9090),
    ("memcached", ("1.6", "1.6-alpine"), 11211),
    ("rabbitmq", ("3.12", "3.13", "3.13-management"), 5672),
    ("tomcat", ("9.0", "10.1"), 8080),
    ("jenkins/jenkins", ("2.452-jdk17", "2.462-jdk17"), 8080),
    ("minio/minio", ("RELEASE.2024-06-13T22-53-53Z",), 9000),
    ("haproxy", ("2.9", "3.0"), 8080),
    ("keycloak/keycloak", ("24.0", "25.0"), 8080),
    ("nats", ("2.9", "2.10"), 4222),
)
REGISTRIES = (
    "ghcr.io/acme", "registry.example.com/team", "quay.io/acme", "docker.io/acme",
    "registry.example.com/shop", "ghcr.io/example", "harbor.example.com/apps", "example.azurecr.io",
)  # fmt: skip
PORTS = (3000, 3001, 4000, 5000, 8000, 8080, 8081, 8090, 8443, 9000, 9090, 9443)
NAMESPACES = (
    "production", "staging", "monitoring", "payments", "backend", "frontend", "platform", "data",
    "web", "internal", "qa", "batch", "tools", "orders", "security",
)  # fmt: skip
BRANCHES = ("main", "master", "develop", "release", "trunk", "staging", "stable", "next")
MEMORY = ("64Mi", "128Mi", "256Mi", "512Mi", "1Gi", "2Gi")
CPU = ("50m", "100m", "200m", "250m", "500m", "1")
VARIABLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("LOG_LEVEL", ("debug", "info", "warn", "error")),
    ("APP_ENV", ("production", "staging", "development", "test")),
    ("FEATURE_FLAGS", ("beta", "search", "none")),
    ("REGION", ("eu-west-1", "us-east-1", "ap-south-1")),
    ("CACHE_DRIVER", ("redis", "memory", "file")),
    ("TZ", ("UTC", "Europe/Berlin", "America/New_York")),
    ("QUEUE_NAME", ("emails", "invoices", "events")),
    ("LOCALE", ("en", "de", "fr")),
    ("MODE", ("primary", "replica", "standalone")),
)  # fmt: skip
SERVICE_WORDS = (
    "api", "web", "backend", "frontend", "gateway", "worker", "server", "portal", "proxy", "admin",
)  # fmt: skip
# Cron expressions with the words that say them.
SCHEDULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("0 * * * *", ("every hour", "hourly", "once an hour")),
    ("0 0 * * *", ("every day at midnight", "daily at midnight", "every night at 00:00")),
    ("*/5 * * * *", ("every 5 minutes", "every five minutes")),
    ("*/10 * * * *", ("every 10 minutes", "every ten minutes")),
    ("*/15 * * * *", ("every 15 minutes", "every quarter of an hour")),
    ("*/30 * * * *", ("every 30 minutes", "every half hour")),
    ("0 2 * * *", ("every day at 2 am", "nightly at 02:00", "daily at 2:00")),
    ("30 3 * * *", ("every day at 3:30 am", "nightly at 03:30")),
    ("0 6 * * *", ("every morning at 6", "daily at 06:00")),
    ("0 0 * * 0", ("every Sunday at midnight", "weekly on Sunday at 00:00")),
    ("0 8 * * 1", ("every Monday at 8 am", "Mondays at 08:00")),
    ("0 4 1 * *", ("on the first of every month at 4 am", "monthly on day 1 at 04:00")),
    ("15 1 * * 6", ("every Saturday at 1:15 am", "Saturdays at 01:15")),
    ("45 23 * * *", ("every day at 23:45", "daily at 11:45 pm")),
    ("0 9 * * 1-5", ("on weekdays at 9 am", "Monday to Friday at 09:00")),
    ("0 */6 * * *", ("every 6 hours", "every six hours")),
)


def app_name(rng: random.Random) -> str:
    """A name for a service: `orders-api`."""
    return name(rng, *SERVICE_WORDS)


def server_image(rng: random.Random) -> tuple[str, int]:
    """An image with its tag, public or of the company, and the port it serves on."""
    if rng.random() < 0.5:
        repository, tags, port = rng.choice(SERVERS)
        return f"{repository}:{rng.choice(tags)}", port
    return own_image(rng), rng.choice(PORTS)


def own_image(rng: random.Random) -> str:
    """An image of the company's own registry."""
    return f"{rng.choice(REGISTRIES)}/{app_name(rng)}:{version(rng)}"


def version(rng: random.Random) -> str:
    """A version, as tags write it."""
    text = f"{rng.randint(0, 4)}.{rng.randint(0, 20)}.{rng.randint(0, 9)}"
    return rng.choice((text, f"v{text}", text))


def schedule(rng: random.Random) -> tuple[str, str, dict[str, str]]:
    """A cron expression, the words a prompt gives it in, and what `says` has to hold for them."""
    if rng.random() < 0.5:
        cron, words = rng.choice(SCHEDULES)
        said = rng.choice(words)
        return cron, said, {cron: said}
    minute, hour = rng.choice((0, 5, 10, 15, 20, 30, 40, 45, 50)), rng.randint(0, 23)
    day = rng.choice(("*", "*", "1", "15"))
    weekday = rng.choice(("*", "*", "1-5", "0", "6")) if day == "*" else "*"
    cron = f"{minute} {hour} {day} * {weekday}"
    said = rng.choice(('"{}"', "`{}`", "'{}'", "{}")).format(cron)
    return cron, rng.choice(("on the schedule ", "on schedule ", "at cron ")) + said, {}
