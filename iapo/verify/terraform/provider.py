"""A Terraform provider that has nothing but schemas: validates, plans, and answers data sources.

Real Terraform talks to it over the plugin protocol (go-plugin, gRPC, protocol 6) on a Unix socket.
It never creates anything: applying is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from iapo.verify.terraform import planning, plausible, provider_functions, tfplugin
from iapo.verify.terraform.catalogue import Kind
from iapo.verify.terraform.grpc_server import GrpcServer
from iapo.verify.terraform.rules import ValueProblem, check_values

GIANT = 60_000
"""Bytes from which on a type's schema is only served to programs that name the type."""


class SchemaSource(Protocol):
    """What a provider is served from: a catalogue entry, or a stand-in for an unknown provider."""

    version: str

    @property
    def name(self) -> str: ...

    @property
    def names(self) -> Mapping[str, frozenset[str]]: ...

    @property
    def functions(self) -> Mapping[str, bytes]: ...

    def block(self, kind: Kind, type: str = "") -> dict[str, Any] | None: ...

    def encoded(self, kind: Kind, type: str = "") -> bytes: ...


@dataclass
class Served:
    """What is served on one address, and how the current program configured it.

    Attributes:
        giants: the giant types that are shown, None for all.
        read: (type, block) pairs that are unknown, rather than empty, where a resource leaves
            them out.
    """

    schema: SchemaSource
    giants: frozenset[str] | None = None
    configuration: Any = None
    read: frozenset[tuple[str, str]] = frozenset()


class ProviderServer:
    """One provider address on one socket. `served` is set before a program uses it."""

    def __init__(self, server: GrpcServer, socket: str) -> None:
        self.served: Served | None = None
        server.listen(socket, self._answer)

    def _answer(self, method: str, request: bytes) -> list[bytes] | None:
        if method == "StartStream":
            return None  # go-plugin's broker, which nothing here needs
        if method == "StreamStdio":
            return []
        answer = _METHODS.get(method)
        if answer is None or self.served is None:
            return [b""]  # what is not answered has nothing to object to
        return [answer(self.served, tfplugin.fields(request))]


def _get_schema(served: Served, request: tfplugin.Fields) -> bytes:
    schema = served.schema

    def shown(kind: Kind, type: str) -> bytes:
        # Three quarters of the AWS provider's schema are six types that few programs name.
        encoded = schema.encoded(kind, type)
        if len(encoded) < GIANT or served.giants is None or type in served.giants:
            return encoded
        return tfplugin.encode_schema({})

    out = [tfplugin.part(1, schema.encoded("provider"))]
    kinds: tuple[tuple[int, Kind], ...] = ((2, "resource"), (3, "data"), (8, "ephemeral"))
    for number, kind in kinds:
        out += [
            tfplugin.part(number, tfplugin.part(1, t.encode()) + tfplugin.part(2, shown(kind, t)))
            for t in sorted(schema.names[kind])
        ]
    out += [
        tfplugin.part(7, tfplugin.part(1, name.encode()) + tfplugin.part(2, function))
        for name, function in sorted(schema.functions.items())
    ]
    # get_provider_schema_optional: Terraform keeps the schema of an address for the process's life
    # in any case; with this it does not ask again for each instance.
    out.append(tfplugin.part(6, tfplugin.number(2, 1)))
    return b"".join(out)


def _problems(
    served: Served, kind: Literal["resource", "data", "provider"], type: str, config: bytes
) -> list[bytes]:
    values = tfplugin.decode_value(config)
    if not isinstance(values, dict):
        return []
    found = check_values(
        kind, type, values, provider=served.schema.name, version=served.schema.version
    )
    block = served.schema.block(kind, type) or {}
    return [tfplugin.encode_diagnostic(p.summary, p.detail, _steps(p, block)) for p in found]


def _steps(
    problem: ValueProblem, block: Mapping[str, Any]
) -> list[tuple[Literal["attribute", "key", "index"], str | int]]:
    """A problem's path as protocol steps: inside a map's argument a word is a key."""
    steps: list[tuple[Literal["attribute", "key", "index"], str | int]] = []
    here: Mapping[str, Any] | None = block
    for step in problem.path:
        if isinstance(step, int):
            steps.append(("index", step))
            continue
        if here is None:
            steps.append(("key", step))
            continue
        attribute = here.get("attributes", {}).get(step)
        nested = here.get("block_types", {}).get(step)
        steps.append(("attribute", step))
        if nested is not None:
            here = nested["block"]
        elif attribute is not None and "nested_type" in attribute:
            here = attribute["nested_type"]
        elif attribute is not None:
            kind = attribute["type"]
            here = None if isinstance(kind, list) and kind[0] == "map" else {}
    return steps


def _validate(kind: Literal["resource", "data"]) -> Callable[[Served, tfplugin.Fields], bytes]:
    def answer(served: Served, request: tfplugin.Fields) -> bytes:
        found = _problems(served, kind, tfplugin.text(request, 1), request[2][0])
        return b"".join(tfplugin.part(1, d) for d in found)

    return answer


def _validate_provider(served: Served, request: tfplugin.Fields) -> bytes:
    found = _problems(served, "provider", served.schema.name, request[1][0])
    return b"".join(tfplugin.part(2, d) for d in found)


def _configure(served: Served, request: tfplugin.Fields) -> bytes:
    served.configuration = tfplugin.decode_value(request[2][0]) if 2 in request else None
    return b""


def _upgrade(served: Served, request: tfplugin.Fields) -> bytes:
    raw = tfplugin.fields(request[3][0])
    return tfplugin.part(1, tfplugin.part(2, raw[1][0]))


def _read(served: Served, request: tfplugin.Fields) -> bytes:
    return tfplugin.part(1, request[2][0])


def _plan(served: Served, request: tfplugin.Fields) -> bytes:
    type = tfplugin.text(request, 1)
    proposed = tfplugin.decode_value(request[3][0]) if 3 in request else None
    planned = planning.planned_state(
        served.schema,
        type,
        proposed,
        provider_configuration=served.configuration,
        read=frozenset(block for owner, block in served.read if owner == type),
    )
    # legacy_type_system: Terraform then logs, rather than refuses, what a real SDK provider may do.
    return tfplugin.part(1, tfplugin.encode_value(planned)) + tfplugin.number(5, 1)


def _read_data(served: Served, request: tfplugin.Fields) -> bytes:
    type = tfplugin.text(request, 1)
    config = tfplugin.decode_value(request[2][0])
    state = planning.data_state(
        served.schema, type, config, provider_configuration=served.configuration
    )
    return tfplugin.part(1, tfplugin.encode_value(state))


def _open_ephemeral(served: Served, request: tfplugin.Fields) -> bytes:
    type = tfplugin.text(request, 1)
    config = tfplugin.decode_value(request[2][0])
    block = served.schema.block("ephemeral", type)
    if block is not None and isinstance(config, dict):
        config = plausible.fill(type, config, block, served.configuration)
    return tfplugin.part(3, tfplugin.encode_value(config))


def _call_function(served: Served, request: tfplugin.Fields) -> bytes:
    arguments = [tfplugin.decode_value(argument) for argument in request.get(2, ())]
    try:
        result = provider_functions.answer(served.schema.name, tfplugin.text(request, 1), arguments)
    except provider_functions.FunctionError as error:
        return tfplugin.part(2, tfplugin.part(1, str(error).encode()))
    return tfplugin.part(1, tfplugin.encode_value(result))


def _import(served: Served, request: tfplugin.Fields) -> bytes:
    type, identifier = tfplugin.text(request, 1), tfplugin.text(request, 2)
    state = planning.imported_state(served.schema, type, identifier)
    imported = tfplugin.part(1, type.encode()) + tfplugin.part(2, tfplugin.encode_value(state))
    return tfplugin.part(1, imported)


def _refuse(served: Served, request: tfplugin.Fields) -> bytes:
    return tfplugin.part(3, tfplugin.encode_diagnostic("Nothing is applied here", "", ()))


_METHODS: Mapping[str, Callable[[Served, tfplugin.Fields], bytes]] = {
    "GetProviderSchema": _get_schema,
    "ValidateResourceConfig": _validate("resource"),
    "ValidateDataResourceConfig": _validate("data"),
    "ValidateProviderConfig": _validate_provider,
    "ConfigureProvider": _configure,
    "UpgradeResourceState": _upgrade,
    "ReadResource": _read,
    "PlanResourceChange": _plan,
    "ReadDataSource": _read_data,
    "OpenEphemeralResource": _open_ephemeral,
    "CallFunction": _call_function,
    "ImportResourceState": _import,
    "ApplyResourceChange": _refuse,
}
