"""A Terraform plan's instances, outputs, variables and provider settings as parts.

Only what would exist is there: `count = 0` and an empty `for_each` have no instance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from iapo.intent.parts import UNKNOWN, Part, Parts, Path
from iapo.intent.pattern import Intent
from iapo.intent.readers.shapes import mapping
from iapo.verify.report import Plan, Report

_INDEX = re.compile(r'\[(?:"[^"]*"|[0-9]+)\]')


def read_terraform(intent: Intent, report: Report) -> Parts:
    """Parts of a plan; none where there is no plan."""
    if report.plan is None:
        return Parts("terraform", (), 0, _refers, _uses)
    return Parts("terraform", tuple(_parts(report.plan)), 0, _refers, _uses)


def _parts(plan: Plan) -> list[Part]:
    parts = []
    configuration = mapping(plan.json.get("configuration"))
    root = mapping(configuration.get("root_module"))
    providers = _providers(root)
    for resource in plan.resources:
        if not {"create", "read", "update"}.intersection(resource.actions) and (
            resource.mode == "managed"
        ):
            continue
        address = _INDEX.sub("", resource.address)
        parts.append(
            Part(
                kind="data" if resource.mode == "data" else "resource",
                key=resource.type,
                value=mapping(_with_unknown(resource.values, resource.unknown)),
                label=resource.address,
                address=address,
                references={**resource.references, **providers.get(address, {})},
            )
        )
    declared = mapping(root.get("outputs"))
    for name, value in plan.outputs.items():
        declaration = mapping(declared.get(name))
        referred = mapping(declaration.get("expression")).get("references") or ()
        parts.append(
            Part(
                kind="output",
                key=name,
                value={
                    "value": UNKNOWN if value is None else value,
                    "description": declaration.get("description"),
                    "sensitive": declaration.get("sensitive", False),
                },
                label=f"output.{name}",
                references=_output_references(plan, name, referred),
            )
        )
    for name, declaration in mapping(root.get("variables")).items():
        value = {**mapping(declaration), "value": plan.variables.get(name)}
        parts.append(Part("variable", name, value, f"var.{name}", counted=False))
    for key, settings in mapping(configuration.get("provider_config")).items():
        value = _constants(mapping(mapping(settings).get("expressions")))
        value["alias"] = mapping(settings).get("alias")
        parts.append(
            Part(
                "provider",
                mapping(settings).get("name", key),
                value,
                f"provider.{key}",
                counted=False,
                address=f"provider.{key}",
            )
        )
    for name, call in mapping(root.get("module_calls")).items():
        value = _constants(mapping(mapping(call).get("expressions")))
        value |= {"name": name, "source": mapping(call).get("source")}
        parts.append(Part("module", name, value, f"module.{name}"))
    return parts


def _providers(root: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    """The provider configuration of each resource of the root module, as what it refers to."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for item in root.get("resources") or ():
        resource = mapping(item)
        key = resource.get("provider_config_key")
        found[str(resource.get("address"))] = {"provider": (f"provider.{key}",)}
    return found


def _output_references(plan: Plan, name: str, referred: Any) -> dict[str, tuple[str, ...]]:
    followed = getattr(plan, "output_references", None)
    if followed is not None:
        return {"value": tuple(followed.get(name, ()))}
    return {"value": tuple(str(item) for item in referred)}


def _with_unknown(values: Any, unknown: Any) -> Any:
    """The planned value with `UNKNOWN` at every leaf that is known only after apply."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, Mapping) and (isinstance(values, Mapping) or values is None):
        out = dict(mapping(values))
        for key, inner in unknown.items():
            if inner:
                out[key] = _with_unknown(out.get(key), inner)
        return out
    if isinstance(unknown, (list, tuple)) and isinstance(values, list):
        return [
            _with_unknown(value, unknown[i] if i < len(unknown) else False)
            for i, value in enumerate(values)
        ]
    return values


def _constants(expressions: Mapping[str, Any]) -> dict[str, Any]:
    """Constant arguments of a block's configuration; others are set, but not known here."""
    out: dict[str, Any] = {}
    for name, expression in expressions.items():
        if isinstance(expression, Mapping) and "constant_value" in expression:
            out[name] = expression["constant_value"]
        elif isinstance(expression, Mapping) and "references" in expression:
            out[name] = UNKNOWN
        elif isinstance(expression, Mapping):
            out[name] = _constants(expression)
        elif isinstance(expression, list):
            out[name] = [_constants(mapping(item)) for item in expression]
    return out


def _refers(part: Part, path: Path, value: Any, target: Part) -> bool:
    if target.kind == "variable":
        return _holds(value, target.value.get("value"))
    if target.kind == "provider":
        return path == ("provider",) and target.address in part.references.get("provider", ())
    if not target.address:
        return False
    dotted = ".".join(str(step) for step in path)
    for argument, addresses in part.references.items():
        covers = (
            argument == dotted
            or argument.startswith(dotted + ".")
            or dotted.startswith(argument + ".")
        )
        if covers and any(_names(address, target.address) for address in addresses):
            return True
    return False


def _holds(value: Any, used: Any) -> bool:
    """Whether a planned value is, or has in it, the value that a variable was planned with."""
    if used is None or used == "":
        return False
    if isinstance(value, list) and value != used:
        return any(_holds(item, used) for item in value)
    if isinstance(value, str) and not isinstance(used, (list, Mapping)):
        return str(used) in value
    return bool(value == used)


def _uses(part: Part, target: Part) -> bool:
    return bool(target.address) and any(
        _names(address, target.address)
        for addresses in part.references.values()
        for address in addresses
    )


def _names(reference: str, address: str) -> bool:
    reference = _INDEX.sub("", reference)
    return reference == address or reference.startswith(address + ".")
