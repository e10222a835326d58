"""Provider schemas: those shipped with the package, and those a user adds.

One compressed file a provider version, holding the blocks of `terraform providers schema -json`
without their descriptions. A file is read when a program first needs its provider, and a block is
decoded when a program first names its type.
"""

from __future__ import annotations

import json
import lzma
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from iapo.verify.terraform.tfplugin import encode_schema
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
_SUFFIX = ".tsv.xz"
_MAX_BYTES = 400_000_000


class SchemaFileError(ValueError):
    """A schema file that cannot be used; the message says why."""


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
    def name(self) -> str:
        """The last part of the source: `aws`."""
        return self.source.rsplit("/", 1)[1]


class ProviderSchema:
    """The schemas of one provider version, decoded as they are asked for."""

    def __init__(self, source: str, version: str, lines: dict[tuple[str, str], bytes]) -> None:
        self.source = source
        self.version = version
        self._lines = lines
        self._blocks: dict[tuple[str, str], dict[str, Any]] = {}
        self._encoded: dict[tuple[str, str], bytes] = {}

    @property
    def name(self) -> str:
        """The last part of the source: `aws`."""
        return self.source.rsplit("/", 1)[1]

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """Kind to the names of its types."""
        out: dict[str, set[str]] = {"resource": set(), "data": set(), "ephemeral": set()}
        for kind, type in self._lines:
            if kind in out:
                out[kind].add(type)
        return {kind: frozenset(types) for kind, types in out.items()}

    def block(self, kind: Kind, type: str = "") -> dict[str, Any] | None:
        """A block as `terraform providers schema -json` has it, or None for an unknown type."""
        key = (kind, type)
        if key not in self._blocks:
            line = self._lines.get(key)
            if line is None:
                return None
            self._blocks[key] = json.loads(line)
        return self._blocks[key]

    def encoded(self, kind: Kind, type: str = "") -> bytes:
        """The block as a plugin-protocol `Schema`; an empty one for an unknown type."""
        key = (kind, type)
        if key not in self._encoded:
            self._encoded[key] = encode_schema(self.block(kind, type) or {})
        return self._encoded[key]


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
    for path in sorted(folder.glob("*" + _SUFFIX)):
        # host+owner+name@version: the address is in the name, so listing reads nothing
        stem, _, version = path.name[: -len(_SUFFIX)].rpartition("@")
        yield CatalogueEntry(stem.replace("+", "/"), version, path, shipped)


_compressed: dict[Path, bytes] = {}
_loaded: dict[Path, ProviderSchema] = {}


def preload() -> None:
    """Read every file of the catalogue, still compressed: a confined worker cannot do so later."""
    for entry in list_schemas():
        _compressed[entry.path] = entry.path.read_bytes()


def load_schema(entry: CatalogueEntry) -> ProviderSchema:
    """The schemas of an entry; kept in memory after the first time. Raises `SchemaFileError`."""
    if entry.path not in _loaded:
        try:
            data = _compressed.get(entry.path) or entry.path.read_bytes()
            lines: dict[tuple[str, str], bytes] = {}
            for line in lzma.decompress(data).split(b"\n"):
                kind, type, block = line.split(b"\t", 2)
                lines[kind.decode(), type.decode()] = block
        except (OSError, lzma.LZMAError, ValueError) as error:
            raise SchemaFileError(
                f"{entry.path}: cannot be read as provider schemas: {error}"
            ) from None
        _loaded[entry.path] = ProviderSchema(entry.source, entry.version, lines)
    return _loaded[entry.path]


def write_schema(
    folder: Path, source: str, version: str, blocks: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Path:
    """Write one provider version as a catalogue file and answer its path.

    Args:
        blocks: (kind, type) to a block without descriptions; ("provider", "") is the provider's own.
    """
    lines = [
        f"{kind}\t{type}\t" + json.dumps(block, separators=(",", ":"), sort_keys=True)
        for (kind, type), block in sorted(blocks.items())
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source.replace('/', '+')}@{version}{_SUFFIX}"
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0}]
    data = lzma.compress("\n".join(lines).encode(), lzma.FORMAT_XZ, filters=filters)
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(data)
    temporary.replace(path)
    _compressed.pop(path, None)
    _loaded.pop(path, None)
    return path


_KEPT_ATTRIBUTE = ("type", "required", "optional", "computed", "sensitive", "write_only")


def _plain_attribute(attribute: Mapping[str, Any]) -> dict[str, Any]:
    out = {key: attribute[key] for key in _KEPT_ATTRIBUTE if attribute.get(key)}
    nested = attribute.get("nested_type")
    if nested is not None:
        out["nested_type"] = {
            "attributes": {n: _plain_attribute(a) for n, a in nested["attributes"].items()},
            "nesting_mode": nested["nesting_mode"],
        }
    elif "type" not in out:
        raise SchemaFileError("an attribute has neither `type` nor `nested_type`")
    return out


def plain_block(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block of `terraform providers schema -json` reduced to what judging needs."""
    out: dict[str, Any] = {}
    if block.get("attributes"):
        out["attributes"] = {n: _plain_attribute(a) for n, a in block["attributes"].items()}
    if block.get("block_types"):
        out["block_types"] = {
            name: {
                **{
                    k: nested[k]
                    for k in ("nesting_mode", "min_items", "max_items")
                    if nested.get(k)
                },
                "block": plain_block(nested.get("block", {})),
            }
            for name, nested in block["block_types"].items()
        }
    return out


def add_schemas(path: Path | str, *, version: str | None = None) -> list[CatalogueEntry]:
    """Add the providers of a `terraform providers schema -json` output to the user's catalogue.

    Args:
        path: the file.
        version: the providers' version, which such a file does not hold; `0.0.0` where not given.

    Returns:
        What was added.

    Raises:
        SchemaFileError: the file is not such an output.
    """
    file = Path(path)
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise SchemaFileError(f"{file}: larger than {_MAX_BYTES} bytes")
        document = json.loads(file.read_bytes())
        providers: Mapping[str, Any] = document["provider_schemas"]
        if version is not None and not re.fullmatch(r"\d+(\.\d+)*(-[\w.]+)?", version):
            raise SchemaFileError(f"{version!r} is not a version such as 1.2.3")
        added = []
        for source, provider in providers.items():
            if not re.fullmatch(r"[\w.:-]+(/[\w.-]+){2}", source):
                raise SchemaFileError(f"{file}: {source!r} is not a provider address")
            blocks = {("provider", ""): plain_block(provider.get("provider", {}).get("block", {}))}
            for kind, key in (
                ("resource", "resource_schemas"),
                ("data", "data_source_schemas"),
                ("ephemeral", "ephemeral_resource_schemas"),
            ):
                for type, schema in provider.get(key, {}).items():
                    blocks[kind, type] = plain_block(schema["block"])
            written = write_schema(user_directory(), source, version or "0.0.0", blocks)
            added.append(CatalogueEntry(source, version or "0.0.0", written, shipped=False))
        return added
    except OSError as error:
        raise SchemaFileError(f"{file}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, SchemaFileError):
            raise
        raise SchemaFileError(
            f"{file}: not the output of `terraform providers schema -json` ({error!r})"
        ) from None
