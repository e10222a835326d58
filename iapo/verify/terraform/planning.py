"""What a schema-only provider answers when asked to plan, to read a data source, or to import.

A planned resource keeps what the program says; what it leaves out becomes the provider's default
where that is known, and arguments that the provider computes are unknown. A data source answers
plausible values (`iapo.verify.terraform.plausible`).
"""

from __future__ import annotations

import copy
import json
import lzma
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iapo.errors import DamagedPackageError
from iapo.verify.terraform.rules import UNKNOWN

if TYPE_CHECKING:
    from iapo.verify.terraform.provider import SchemaSource


_FOLDER = Path(__file__).parent / "defaults"
_FILES = {"aws": "aws-5.100.0.json.xz"}


@lru_cache(maxsize=8)
def defaults(provider: str) -> Mapping[str, Mapping[str, Any]]:
    """Type to dotted argument path (without indexes) to the value that a provider fills in.

    Harvested from the provider itself (scripts/harvest_aws_defaults.py). Empty where nobody asked it.

    Raises:
        DamagedPackageError: the file is missing or damaged.
    """
    if provider not in _FILES:
        return {}
    path = _FOLDER / _FILES[provider]
    try:
        known: Mapping[str, Mapping[str, Any]] = json.loads(lzma.decompress(path.read_bytes()))
    except (OSError, lzma.LZMAError, ValueError) as error:
        raise DamagedPackageError(path, error) from None
    return known


def preload() -> None:
    """Read every provider's defaults: a confined worker cannot do so later."""
    for provider in _FILES:
        defaults(provider)


def planned_state(
    schema: SchemaSource,
    type: str,
    proposed: Any,
    *,
    provider_configuration: Any = None,
    bare: bool = False,
    read: frozenset[str] = frozenset(),
) -> Any:
    """The planned state of a resource from Terraform's proposal; None, a deletion, stays None.

    What a google resource does not say of its project, region and zone is its provider's:
    https://registry.terraform.io/providers/hashicorp/google/6.50.0/docs/guides/provider_reference

    Args:
        bare: leave the provider's defaults out.
        read: optional blocks that are unknown where they are left out.
    """
    block = schema.block("resource", type)
    if block is None or not isinstance(proposed, dict):
        return proposed
    known = {} if bare else defaults(schema.name).get(type, {})
    planned = _complete(proposed, block, known, "")
    for name in read & block.get("block_types", {}).keys():
        if not planned.get(name) and not block["block_types"][name].get("min_items"):
            planned[name] = UNKNOWN
    if type == "aws_acm_certificate":
        _name_validations(planned)
    tags = provider_configuration and _default_tags(provider_configuration)
    if tags is not None and "tags_all" in planned and not bare:
        planned["tags_all"] = _all_tags(planned.get("tags"), tags)
    if schema.name == "google" and isinstance(provider_configuration, dict):
        for name in ("project", "region", "zone"):
            given = provider_configuration.get(name)
            if name in planned and given is not None and planned[name] in (None, UNKNOWN):
                planned[name] = given
    return planned


def _name_validations(certificate: dict[str, Any]) -> None:
    """One validation option for each name of a new certificate, as the AWS provider plans it.

    Programs make a DNS record of each option with `for_each`, whose keys must be known:
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/acm_certificate
    """
    first, others = certificate.get("domain_name"), certificate.get("subject_alternative_names")
    names = [first, *(others if isinstance(others, list) else [])]
    if certificate.get("domain_validation_options") is UNKNOWN and all(
        isinstance(name, str) for name in names
    ):
        record = dict.fromkeys(
            ("resource_record_name", "resource_record_type", "resource_record_value"), UNKNOWN
        )
        certificate["domain_validation_options"] = [
            {"domain_name": name, **record} for name in dict.fromkeys(names)
        ]


def _default_tags(provider_configuration: Any) -> dict[str, Any] | None:
    """The AWS provider's `default_tags`, {} where there are none, None where they are unknown."""
    if not isinstance(provider_configuration, dict) or "default_tags" not in provider_configuration:
        return None
    blocks = provider_configuration["default_tags"]
    tags = blocks[0].get("tags") if isinstance(blocks, list) and blocks else {}
    return tags if isinstance(tags, dict) else {} if tags is None else None


def _all_tags(tags: Any, more: dict[str, Any]) -> Any:
    """`tags_all`: the provider's default tags and the resource's own on top."""
    if tags is None:
        return dict(more) or UNKNOWN
    return {**more, **tags} if isinstance(tags, dict) else UNKNOWN


def _complete(
    values: dict[str, Any], block: Mapping[str, Any], known: Mapping[str, Any], path: str
) -> dict[str, Any]:
    """What is left out becomes its default, or unknown where the provider computes it."""
    for name, attribute in block.get("attributes", {}).items():
        value = values.get(name)
        if attribute.get("write_only"):
            values[name] = None  # a plan never holds it
        elif value is None:
            if path + name in known:
                values[name] = known[path + name]
            elif attribute.get("computed") or (name == "id" and not path):
                values[name] = UNKNOWN
        elif "nested_type" in attribute:
            for part in _parts(value, attribute["nested_type"]["nesting_mode"]):
                _complete(part, attribute["nested_type"], known, f"{path}{name}.")
    for name, nested in block.get("block_types", {}).items():
        for part in _parts(values.get(name), nested["nesting_mode"]):
            _complete(part, nested["block"], known, f"{path}{name}.")
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
