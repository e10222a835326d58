"""Provider schemas: those shipped with the package, and those a user adds.

One compressed file a provider version, holding the blocks of `terraform providers schema -json`
without their descriptions. A file is read when a program first needs its provider, and a block is
decoded when a program first names its type.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgpack

from iapo.errors import InputError
from iapo.verify.terraform.entries import (
    PREFERRED,
    REGISTRY,
    SHIPPED,
    SUFFIX,
    CatalogueEntry,
    Kind,
    canonical_source,
    list_schemas,
    user_directory,
)
from iapo.verify.terraform.tfplugin import decode_schema, encode_function, encode_schema

_MAX_BYTES = 400_000_000


__all__ = [
    "PREFERRED",
    "REGISTRY",
    "SHIPPED",
    "CatalogueEntry",
    "Kind",
    "ProviderSchema",
    "SchemaFileError",
    "add_schemas",
    "canonical_source",
    "list_schemas",
    "load_schema",
    "user_directory",
    "write_schema",
]


class SchemaFileError(InputError):
    """A schema file that cannot be used; the message says why."""


class ProviderSchema:
    """The schemas of one provider version, kept encoded and decoded as they are asked for."""

    def __init__(self, source: str, version: str, encoded: Mapping[tuple[str, str], bytes]) -> None:
        self.source = source
        self.version = version
        self._encoded = encoded
        self._blocks: dict[tuple[str, str], dict[str, Any]] = {}
        self._giants: Mapping[str, frozenset[str]] | None = None

    @property
    def name(self) -> str:
        """The last part of the source: `aws`."""
        return self.source.rsplit("/", 1)[1]

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """Kind to the names of its types."""
        out: dict[str, set[str]] = {"resource": set(), "data": set(), "ephemeral": set()}
        for kind, type in self._encoded:
            if kind in out:
                out[kind].add(type)
        return {kind: frozenset(types) for kind, types in out.items()}

    @cached_property
    def functions(self) -> Mapping[str, bytes]:
        """Name to plugin-protocol `Function` of every function the provider defines."""
        return {name: f for (kind, name), f in self._encoded.items() if kind == "function"}

    def giants(self, size: int) -> Mapping[str, frozenset[str]]:
        """The types whose schemas take that many bytes or more, and as which kinds they do."""
        if self._giants is None:
            found: dict[str, set[str]] = {}
            for (kind, type), encoded in self._encoded.items():
                if len(encoded) >= size:
                    found.setdefault(type, set()).add(kind)
            self._giants = {type: frozenset(kinds) for type, kinds in found.items()}
        return self._giants

    def block(self, kind: Kind, type: str = "") -> dict[str, Any] | None:
        """A block as `terraform providers schema -json` has it, or None for an unknown type."""
        key = (kind, type)
        if key not in self._blocks:
            if key not in self._encoded:
                return None
            self._blocks[key] = decode_schema(self._encoded[key])
        return self._blocks[key]

    def encoded(self, kind: Kind, type: str = "") -> bytes:
        """The block as a plugin-protocol `Schema`; an empty one for an unknown type."""
        return self._encoded.get((kind, type)) or encode_schema({})


_compressed: dict[Path, bytes] = {}
_loaded: dict[Path, ProviderSchema] = {}


def preload() -> list[CatalogueEntry]:
    """Read every file of the catalogue, still compressed: a confined worker cannot do so later.

    Raises:
        SchemaFileError: a file cannot be read, or one of the user's own holds no schemas.
    """
    entries = list_schemas()
    for entry in entries:
        try:
            _compressed[entry.path] = entry.path.read_bytes()
        except OSError as error:
            raise SchemaFileError(f"{entry.path}: {error.strerror or error}") from None
        if not entry.shipped:
            load_schema(entry)
    return entries


def load_schema(entry: CatalogueEntry) -> ProviderSchema:
    """The schemas of an entry; kept in memory after the first time. Raises `SchemaFileError`."""
    if entry.path not in _loaded:
        try:
            data = _compressed.get(entry.path) or entry.path.read_bytes()
            packed: dict[str, bytes] = msgpack.unpackb(lzma.decompress(data))
            encoded = {
                (kind, type): schema
                for key, schema in packed.items()
                for kind, _, type in [key.partition("/")]
            }
        except (OSError, lzma.LZMAError, ValueError) as error:
            raise SchemaFileError(
                f"{entry.path}: cannot be read as provider schemas ({error}); "
                "remove the file, or add it again with `iapo schemas add`"
            ) from None
        _loaded[entry.path] = ProviderSchema(entry.source, entry.version, encoded)
    return _loaded[entry.path]


def write_schema(
    folder: Path, source: str, version: str, blocks: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Path:
    """Write one provider version as a catalogue file and answer its path.

    Args:
        blocks: (kind, type) to a block without descriptions; ("provider", "") is the provider's own.
            ("function", name) goes to a function's signature.
    """
    packed = {
        f"{k}/{t}": encode_function(block) if k == "function" else encode_schema(block)
        for (k, t), block in sorted(blocks.items())
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source.replace('/', '+')}@{version}{SUFFIX}"
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0}]
    data = lzma.compress(msgpack.packb(packed), lzma.FORMAT_XZ, filters=filters)
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


_KEPT_PARAMETER = ("name", "type", "is_nullable")


def _plain_function(signature: Mapping[str, Any]) -> dict[str, Any]:
    """A function's signature without its descriptions."""

    def plain(parameter: Mapping[str, Any]) -> dict[str, Any]:
        return {key: parameter[key] for key in _KEPT_PARAMETER if parameter.get(key)}

    out: dict[str, Any] = {"return_type": signature["return_type"]}
    if signature.get("parameters"):
        out["parameters"] = [plain(p) for p in signature["parameters"]]
    if signature.get("variadic_parameter"):
        out["variadic_parameter"] = plain(signature["variadic_parameter"])
    return out


def blocks_of(provider: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """One provider of `terraform providers schema -json` as blocks and signatures by (kind, type)."""
    blocks = {("provider", ""): plain_block(provider.get("provider", {}).get("block", {}))}
    for kind, key in (
        ("resource", "resource_schemas"),
        ("data", "data_source_schemas"),
        ("ephemeral", "ephemeral_resource_schemas"),
    ):
        for type, schema in provider.get(key, {}).items():
            blocks[kind, type] = plain_block(schema["block"])
    for name, signature in provider.get("functions", {}).items():
        blocks["function", name] = _plain_function(signature)
    return blocks


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
            blocks = blocks_of(provider)
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
