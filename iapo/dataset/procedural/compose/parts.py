"""What services of Compose files are made from, with the words that ask for it."""

from __future__ import annotations

import random
from typing import Any

from iapo.dataset.procedural.pools import PORTS, own_image, server_image
from iapo.dataset.procedural.wording import pick

WEB = ("web", "app", "api", "backend", "site", "portal", "frontend", "gateway", "shop", "wiki")


WORKERS = ("worker", "consumer", "mailer", "indexer", "importer", "scheduler", "encoder")


def published(rng: random.Random, service: str, inner: int) -> tuple[str, str]:
    """A port mapping and the words that ask for it."""
    outer = rng.choice((inner, 80, 8080, 8000, 3000, 8888, 9000))
    said = pick(
        rng,
        f"{service} published on {outer}:{inner}",
        f"port {outer}:{inner} on {service}",
        f"the port mapping {outer}:{inner} for {service}",
    )
    return f"{outer}:{inner}", said


def source(rng: random.Random, service: str) -> tuple[dict[str, Any], dict[str, Any], str, int]:
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
