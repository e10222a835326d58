"""Which provider versions are at hand: files shipped with the package, and those a user added.

Only names are read here; `iapo.verify.terraform.catalogue` opens the files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from iapo.verify.terraform.versions import parse_version

Kind = Literal["provider", "resource", "data", "ephemeral"]
SHIPPED = Path(__file__).parent / "schemas"
REGISTRY = "registry.terraform.io"
PREFERRED: Mapping[str, str] = {f"{REGISTRY}/hashicorp/aws": "5.100.0"}
"""Versions to judge with when a program leaves the choice: the ones whose value rules are known."""

# Providers that are not HashiCorp's, and that programs often use without naming their source.
_OWNERS = {
    "docker": "kreuzwerker",
    "cloudflare": "cloudflare",
    "github": "integrations",
    "digitalocean": "digitalocean",
}
SUFFIX = ".msgpack.xz"


@dataclass(frozen=True)
class CatalogueEntry:
    """One provider version in the catalogue.

    Attributes:
        source: full address, `registry.terraform.io/hashicorp/aws`.
        version: `5.100.0`; `0.0.0` where a user's file does not tell.
        path: the compressed file.
        shipped: False for those a user added.
    """

    source: str
    version: str
    path: Path
    shipped: bool

    @property
    def whole(self) -> bool:
        """Whether ephemeral types and functions are all there: cdktf wheels have none of them."""
        return not self.shipped or self.version == PREFERRED.get(self.source)

    @property
    def name(self) -> str:
        """The last part of the source: `aws`."""
        return self.source.rsplit("/", 1)[1]


def canonical_source(source: str) -> str:
    """A source as written in `required_providers`, as a full address in lower case."""
    parts = source.strip().lower().split("/")
    if len(parts) == 1:
        parts = [_OWNERS.get(parts[0], "hashicorp"), parts[0]]
    if len(parts) == 2:
        if parts[0] == "hashicorp" and parts[1] in _OWNERS:
            parts[0] = _OWNERS[parts[1]]
        parts = [REGISTRY, *parts]
    return "/".join(parts)


def user_directory() -> Path:
    """Where a user's own schemas are kept: `IAPO_DATA`, else the platform's data directory."""
    chosen = os.environ.get("IAPO_DATA")
    if chosen:
        return Path(chosen) / "schemas"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "iapo" / "schemas"
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "iapo" / "schemas"


def list_schemas() -> list[CatalogueEntry]:
    """Every provider version that programs can be judged with, user's ones included."""
    entries = [*_entries(SHIPPED, shipped=True), *_entries(user_directory(), shipped=False)]
    return sorted(entries, key=lambda e: (e.source, parse_version(e.version)))


def _entries(folder: Path, *, shipped: bool) -> Iterable[CatalogueEntry]:
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*" + SUFFIX)):
        # host+owner+name@version: the address is in the name, so listing reads nothing
        stem, _, version = path.name[: -len(SUFFIX)].rpartition("@")
        yield CatalogueEntry(stem.replace("+", "/"), version, path, shipped)
