"""Reports and requests as bytes, for the pipes between a caller and its workers.

MessagePack (https://msgpack.org), so that whatever a worker sends is data and never code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import msgpack

from iapo.verify.report import Diagnostic, Plan, PlannedResource, Report
from iapo.verify.yaml_source import Tagged

_TAGGED = 1
_LARGE_INTEGER = 2
MAX_MESSAGE = 64_000_000


def _default(value: Any) -> Any:
    if isinstance(value, Tagged):
        return msgpack.ExtType(_TAGGED, pack([value.tag, value.value]))
    if isinstance(value, int):
        return msgpack.ExtType(_LARGE_INTEGER, f"{value:x}".encode())
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    raise TypeError(f"cannot be sent between processes: {type(value).__name__}")


def _extension(code: int, data: bytes) -> Any:
    if code == _TAGGED:
        tag, value = unpack(data)
        return Tagged(tag, value)
    if code == _LARGE_INTEGER:
        return int(data, 16)
    return None


def pack(value: Any) -> bytes:
    """Plain data (lists, mappings, scalars, YAML tags) as bytes. Raises TypeError for anything else."""
    packed: bytes = msgpack.packb(
        value, default=_default, use_bin_type=True, unicode_errors="surrogatepass"
    )
    return packed


def unpack(data: bytes) -> Any:
    """The inverse of `pack`; tuples come back as lists. Raises ValueError on damaged bytes."""
    return msgpack.unpackb(
        data,
        raw=False,
        strict_map_key=False,
        ext_hook=_extension,
        unicode_errors="surrogatepass",
    )


def _row(value: Any) -> list[Any]:
    return [getattr(value, f.name) for f in fields(value)]


def report_to_data(report: Report) -> dict[str, Any]:
    """A report as plain data."""
    plan = report.plan
    return {
        "format": report.format,
        "valid": report.valid,
        "diagnostics": [_row(d) for d in report.diagnostics],
        "parses": report.parses,
        "sound": report.sound,
        "parts": report.parts,
        "documents": report.documents,
        "plan": None
        if plan is None
        else [[_row(r) for r in plan.resources], plan.outputs, plan.variables, plan.json],
    }


def report_from_data(data: Mapping[str, Any]) -> Report:
    """The report that `report_to_data` took apart."""
    plan = None
    if data["plan"] is not None:
        rows, outputs, variables, document = data["plan"]
        plan = Plan(tuple(_resource(row) for row in rows), outputs, variables, document)
    return Report(
        format=data["format"],
        valid=data["valid"],
        diagnostics=tuple(Diagnostic(*row) for row in data["diagnostics"]),
        parses=data["parses"],
        sound=data["sound"],
        parts=data["parts"],
        documents=tuple(data["documents"]),
        plan=plan,
    )


def _resource(row: list[Any]) -> PlannedResource:
    address, mode, type, name, actions, values, unknown, references = row
    return PlannedResource(
        address=address,
        mode=mode,
        type=type,
        name=name,
        actions=tuple(actions),
        values=values,
        unknown=unknown,
        references={path: tuple(found) for path, found in references.items()},
    )
