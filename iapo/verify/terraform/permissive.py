"""Stand-in schemas for what is not in the catalogue: they accept what the program writes.

For a whole provider, or for the ephemeral types and functions of one whose schema came without any.
So that everything else in the program is still judged. The verdict then is None, never True.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from iapo.verify.terraform import hcl
from iapo.verify.terraform.catalogue import Kind, ProviderSchema
from iapo.verify.terraform.program import Module
from iapo.verify.terraform.tfplugin import encode_function, encode_schema

_META = {
    "resource": {"count", "for_each", "provider", "depends_on", "lifecycle", "connection",
                 "provisioner", "dynamic"},
    "provider": {"alias", "version"},
}  # fmt: skip
_MAX_DEPTH = 20
_ANY_FUNCTION = encode_function(
    {
        "variadic_parameter": {"name": "argument", "type": "dynamic", "is_nullable": True},
        "return_type": "dynamic",
    }
)


class PermissiveSchema:
    """Schemas made up from the blocks of one program for one provider."""

    def __init__(
        self,
        name: str,
        blocks: dict[tuple[str, str], dict[str, Any]],
        functions: Iterable[str] = (),
    ) -> None:
        self.name = name
        self.version = "0"
        self.functions = dict.fromkeys(functions, _ANY_FUNCTION)
        self._blocks = blocks

    @property
    def names(self) -> Mapping[str, frozenset[str]]:
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


class ExtendedSchema:
    """A provider's own schemas, and made-up ones for the ephemeral types and functions they lack.

    Attributes:
        missing: what is made up, as a program names it.
    """

    def __init__(self, own: ProviderSchema, more: PermissiveSchema) -> None:
        self.name = own.name
        self.version = own.version
        self.functions: Mapping[str, bytes] = {**more.functions, **own.functions}
        self.names = {kind: own.names[kind] | more.names[kind] for kind in own.names}
        self.missing = (*sorted(more.names["ephemeral"]), *sorted(more.functions))
        self._own = own
        self._more = more

    def block(self, kind: Kind, type: str = "") -> dict[str, Any] | None:
        """The provider's block, or else the made-up one."""
        return self._own.block(kind, type) or self._more.block(kind, type)

    def encoded(self, kind: Kind, type: str = "") -> bytes:
        """The block as a plugin-protocol `Schema`."""
        made_up = kind == "ephemeral" and type not in self._own.names["ephemeral"]
        return (self._more if made_up else self._own).encoded(kind, type)


def extended_schema(
    schema: ProviderSchema, local: str, modules: Sequence[Module]
) -> ExtendedSchema | None:
    """Stand-ins for the ephemeral types and functions that a schema lacks; None if it lacks none.

    Args:
        local: the name by which the modules know the provider.
    """
    made_up = permissive_schema(schema.name, local, modules)
    blocks = {
        ("ephemeral", type): made_up.block("ephemeral", type) or {}
        for type in made_up.names["ephemeral"] - schema.names["ephemeral"]
    }
    functions = made_up.functions.keys() - schema.functions.keys()
    if not blocks and not functions:
        return None
    return ExtendedSchema(schema, PermissiveSchema(schema.name, blocks, functions))


def permissive_schema(name: str, local: str, modules: Sequence[Module]) -> PermissiveSchema:
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
    return PermissiveSchema(
        name, blocks, (c.name for module in modules for c in module.functions if c.local == local)
    )


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
