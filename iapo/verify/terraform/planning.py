"""What a schema-only provider answers when asked to plan, to read a data source, or to import.

A planned resource keeps what the program says; arguments that the provider computes are unknown. A
data source answers plausible values (`iapo.verify.terraform.plausible`).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iapo.verify.terraform.rules import UNKNOWN

if TYPE_CHECKING:
    from iapo.verify.terraform.provider import SchemaSource


def planned_state(
    schema: SchemaSource, type: str, proposed: Any, *, provider_configuration: Any = None
) -> Any:
    """The planned state of a resource from Terraform's proposal; None, a deletion, stays None."""
    block = schema.block("resource", type)
    if block is None or not isinstance(proposed, dict):
        return proposed
    return _complete(proposed, block)


def _complete(values: dict[str, Any], block: Mapping[str, Any]) -> dict[str, Any]:
    """Computed arguments without a value become unknown, at every depth of the schema."""
    for name, attribute in block.get("attributes", {}).items():
        value = values.get(name)
        if value is None and (attribute.get("computed") or name == "id"):
            values[name] = UNKNOWN
        elif value is not None and "nested_type" in attribute:
            for part in _parts(value, attribute["nested_type"]["nesting_mode"]):
                _complete(part, attribute["nested_type"])
    for name, nested in block.get("block_types", {}).items():
        for part in _parts(values.get(name), nested["nesting_mode"]):
            _complete(part, nested["block"])
    return values


def _parts(value: Any, nesting: str) -> list[dict[str, Any]]:
    """The objects in a nested block's value, whatever its nesting; none in an unknown one."""
    if isinstance(value, dict):
        found = list(value.values()) if nesting == "map" else [value]
    else:
        found = value if isinstance(value, list) else []
    return [part for part in found if isinstance(part, dict)]


def data_state(
    schema: SchemaSource, type: str, config: Any, *, provider_configuration: Any = None
) -> Any:
    """What a data source answers: what was asked for, and plausible values for the rest."""
    from iapo.verify.terraform import plausible

    block = schema.block("data", type)
    if block is None or not isinstance(config, dict):
        return config
    return plausible.fill(type, config, block, provider_configuration)


def imported_state(schema: SchemaSource, type: str, identifier: str) -> Any:
    """The state of an object that an `import` block names: nothing is known of it but its id."""
    block = schema.block("resource", type) or {}
    state: dict[str, Any] = {}
    for name in block.get("attributes", {}):
        state[name] = identifier if name in ("id", "arn", "name") else None
    for name, nested in block.get("block_types", {}).items():
        state[name] = copy.copy([]) if nested["nesting_mode"] in ("list", "set") else None
    return state
