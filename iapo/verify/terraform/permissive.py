"""A stand-in schema for a provider that is not in the catalogue: it accepts what the program writes.

So that everything else in the program is still judged. The verdict then is None, never True.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from iapo.verify.terraform import hcl
from iapo.verify.terraform.catalogue import Kind
from iapo.verify.terraform.program import Module
from iapo.verify.terraform.tfplugin import encode_schema

_META = {
    "resource": {"count", "for_each", "provider", "depends_on", "lifecycle", "connection",
                 "provisioner", "dynamic"},
    "provider": {"alias", "version"},
}  # fmt: skip
_MAX_DEPTH = 20


class PermissiveSchema:
    """Schemas made up from the blocks of one program for one provider."""

    def __init__(self, name: str, blocks: dict[tuple[str, str], dict[str, Any]]) -> None:
        self.name = name
        self.version = "0"
        self._blocks = blocks

    @property
    def names(self) -> dict[str, frozenset[str]]:
        """Kind to the names of its types."""
        return {
            kind: frozenset(type for k, type in self._blocks if k == kind)
            for kind in ("resource", "data", "ephemeral")
        }

    def block(self, kind: Kind, type: str = "") -> dict[str, Any] | None:
        """The made-up block, or None for a type the program does not declare."""
        return self._blocks.get((kind, type))

    def encoded(self, kind: Kind, type: str = "") -> bytes:
        """The block as a plugin-protocol `Schema`."""
        return encode_schema(self.block(kind, type) or {})


def permissive_schema(name: str, local: str, modules: Iterable[Module]) -> PermissiveSchema:
    """Make up the schemas of the provider with a local name from all that the modules write.

    Args:
        name: the provider's own name.
        local: the name by which the modules know it.
    """
    blocks: dict[tuple[str, str], dict[str, Any]] = {("provider", ""): {}}
    for module in modules:
        # Whatever follows a dot may be an attribute that only the provider knows of.
        read = set(re.findall(r"\.\s*([^\W\d][\w-]*)", module.text))
        for kind, type, owner in module.types:
            if owner == local:
                block = blocks.setdefault((kind, type), {})
                for attribute in read | {"id"}:
                    block.setdefault("attributes", {})[attribute] = {
                        "type": "dynamic", "optional": True, "computed": True,
                    }  # fmt: skip
        for _, written in module.blocks:
            if written.type == "provider" and written.labels[:1] == (local,):
                _add(blocks["provider", ""], written, _META["provider"], 0)
            elif written.labels and (written.type, written.labels[0]) in blocks:
                _add(blocks[written.type, written.labels[0]], written, _META["resource"], 0)
        for body in module.json_bodies:
            _add_json(blocks, body, local)
    for block in blocks.values():
        for name_ in block.get("block_types", {}):
            block.get("attributes", {}).pop(name_, None)
    return PermissiveSchema(name, blocks)


def _add(block: dict[str, Any], written: hcl.Block, meta: set[str], depth: int) -> None:
    attributes = block.setdefault("attributes", {})
    nested = block.setdefault("block_types", {})
    for name in written.arguments:
        if name not in meta and name not in nested:
            attributes[name] = {"type": "dynamic", "optional": True, "computed": True}
    if depth >= _MAX_DEPTH:
        return
    for inner in written.blocks:
        name, bodies = inner.type, [inner]
        if name == "dynamic" and inner.labels:
            name, bodies = inner.labels[0], list(inner.children("content"))
        elif name in meta:
            continue
        attributes.pop(name, None)
        entry = nested.setdefault(name, {"nesting_mode": "list", "block": {}})
        for body in bodies:
            _add(entry["block"], body, set(), depth + 1)


def _add_json(blocks: dict[tuple[str, str], dict[str, Any]], body: Any, local: str) -> None:
    for kind in ("resource", "data", "ephemeral"):
        declared = body.get(kind)
        for type, named in declared.items() if isinstance(declared, dict) else ():
            if (kind, type) in blocks and isinstance(named, dict):
                for instance in named.values():
                    _json_attributes(blocks[kind, type], instance, _META["resource"])
    providers = body.get("provider")
    if isinstance(providers, dict) and local in providers:
        _json_attributes(blocks["provider", ""], providers[local], _META["provider"])


def _json_attributes(block: dict[str, Any], written: Any, meta: set[str]) -> None:
    for part in written if isinstance(written, list) else [written]:
        for name in part if isinstance(part, dict) else ():
            if name not in meta and not name.startswith("//"):
                block.setdefault("attributes", {})[name] = {
                    "type": "dynamic", "optional": True, "computed": True,
                }  # fmt: skip
