"""The few messages of Terraform's plugin protocol 6 that a schema-only provider speaks.

Written by hand over protobuf's wire format (https://protobuf.dev/programming-guides/encoding/),
because the generated code would be longer than this and need the protobuf package. Field numbers
are those of tfplugin6.proto in Terraform's repository (docs/plugin-protocol).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgpack

from iapo.verify.terraform.rules import UNKNOWN

Fields = dict[int, list[Any]]
_NESTING: Final = {"single": 1, "list": 2, "set": 3, "map": 4, "group": 5}
_NESTING_NAMES: Final = {number: name for name, number in _NESTING.items()}
_FLAGS: Final = {4: "required", 5: "optional", 6: "computed", 7: "sensitive", 11: "write_only"}
_UNKNOWN_EXT: Final = 0  # cty's msgpack extension for an unknown value without refinements
_UNKNOWN_REFINED_EXT: Final = 12


def varint(number: int) -> bytes:
    """A non-negative integer in base 128."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def part(field: int, payload: bytes) -> bytes:
    """A length-delimited field: a message, string or bytes."""
    return varint(field << 3 | 2) + varint(len(payload)) + payload


def number(field: int, value: int) -> bytes:
    """An integer or boolean field; nothing at all for zero, the default."""
    return varint(field << 3) + varint(value) if value else b""


def fields(message: bytes) -> Fields:
    """A message's fields by number. Raises IndexError or ValueError on what is not protobuf."""
    out: Fields = {}
    at = 0

    def read() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = read()
        kind = key & 7
        content: Any
        if kind == 0:
            content = read()
        else:
            length = read() if kind == 2 else {1: 8, 5: 4}[kind]
            content = message[at : at + length]
            at += length
        out.setdefault(key >> 3, []).append(content)
    return out


def text(message: Fields, field: int) -> str:
    """A string field, or "" where it is not set."""
    return str(message[field][0], "utf-8") if field in message else ""


def _decode_extension(code: int, data: bytes) -> Any:
    return UNKNOWN if code in (_UNKNOWN_EXT, _UNKNOWN_REFINED_EXT) else None


def decode_value(dynamic_value: bytes) -> Any:
    """A DynamicValue as plain data, with `UNKNOWN` where Terraform does not know yet."""
    message = fields(dynamic_value)
    if 1 in message:
        return msgpack.unpackb(
            message[1][0], raw=False, strict_map_key=False, ext_hook=_decode_extension
        )
    return json.loads(message[2][0]) if 2 in message else None


def _encode_default(value: Any) -> Any:
    if value is UNKNOWN:
        return msgpack.ExtType(_UNKNOWN_EXT, b"\x00")
    raise TypeError(f"no cty value: {type(value).__name__}")


def encode_value(value: Any) -> bytes:
    """Plain data, with `UNKNOWN` where not known, as a DynamicValue."""
    return part(1, msgpack.packb(value, default=_encode_default))


def _attribute(name: str, attribute: Mapping[str, Any]) -> bytes:
    nested = attribute.get("nested_type")
    if nested is not None:
        inner = b"".join(part(1, _attribute(n, a)) for n, a in nested["attributes"].items())
        shape = part(10, inner + number(3, _NESTING[nested["nesting_mode"]]))
    else:
        shape = part(2, json.dumps(attribute["type"], separators=(",", ":")).encode())
    return (
        part(1, name.encode())
        + shape
        + b"".join(number(n, int(attribute.get(name, False))) for n, name in _FLAGS.items())
    )


def _block(block: Mapping[str, Any]) -> bytes:
    out = [part(2, _attribute(n, a)) for n, a in block.get("attributes", {}).items()]
    out += [
        part(
            3,
            part(1, name.encode())
            + part(2, _block(nested["block"]))
            + number(3, _NESTING[nested["nesting_mode"]])
            + number(4, nested.get("min_items", 0))
            + number(5, nested.get("max_items", 0)),
        )
        for name, nested in block.get("block_types", {}).items()
    ]
    return b"".join(out)


def encode_schema(block: Mapping[str, Any]) -> bytes:
    """A `Schema` message from a block in the shape of `terraform providers schema -json`."""
    return part(2, _block(block))


def _parameter(parameter: Mapping[str, Any]) -> bytes:
    return (
        part(1, str(parameter.get("name", "")).encode())
        + part(2, json.dumps(parameter["type"], separators=(",", ":")).encode())
        + number(3, int(parameter.get("is_nullable", False)))
    )


def encode_function(signature: Mapping[str, Any]) -> bytes:
    """A `Function` message from a signature in the shape of `terraform providers schema -json`."""
    out = b"".join(part(1, _parameter(p)) for p in signature.get("parameters", ()))
    if signature.get("variadic_parameter"):
        out += part(2, _parameter(signature["variadic_parameter"]))
    kind = json.dumps(signature["return_type"], separators=(",", ":"))
    return out + part(3, part(1, kind.encode()))


def _decode_attribute(message: bytes) -> tuple[str, dict[str, Any]]:
    found = fields(message)
    out: dict[str, Any] = {}
    if 10 in found:
        inner = fields(found[10][0])
        out["nested_type"] = {
            "attributes": dict(_decode_attribute(a) for a in inner.get(1, ())),
            "nesting_mode": _NESTING_NAMES[inner.get(3, [0])[0]],
        }
    else:
        out["type"] = json.loads(found[2][0])
    for number, name in _FLAGS.items():
        if number in found:
            out[name] = True
    return text(found, 1), out


def _decode_block(message: bytes) -> dict[str, Any]:
    found = fields(message)
    out: dict[str, Any] = {}
    if 2 in found:
        out["attributes"] = dict(_decode_attribute(a) for a in found[2])
    for nested in found.get(3, ()):
        inner = fields(nested)
        entry: dict[str, Any] = {
            "nesting_mode": _NESTING_NAMES[inner.get(3, [0])[0]],
            "block": _decode_block(inner[2][0]) if 2 in inner else {},
        }
        for number, name in ((4, "min_items"), (5, "max_items")):
            if number in inner:
                entry[name] = inner[number][0]
        out.setdefault("block_types", {})[text(inner, 1)] = entry
    return out


def decode_schema(schema: bytes) -> dict[str, Any]:
    """The block that `encode_schema` encoded."""
    return _decode_block(fields(schema).get(2, [b""])[0])


def encode_diagnostic(summary: str, detail: str, path: Iterable[tuple[str, str | int]]) -> bytes:
    """An error. `path` holds steps: ("attribute", name), ("key", map key) or ("index", number)."""
    steps = b""
    for kind, step in path:
        if kind == "attribute":
            steps += part(1, part(1, str(step).encode()))
        elif kind == "key":
            steps += part(1, part(2, str(step).encode()))
        else:
            # An index of 0 must still be written: it is a oneof.
            steps += part(1, varint(3 << 3) + varint(int(step)))
    message = number(1, 1) + part(2, summary.encode()) + part(3, detail.encode())
    return message + (part(4, steps) if steps else b"")
