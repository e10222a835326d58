"""Talk to a Terraform provider over its plugin protocol (tfplugin5), without generated code.

Starts the provider's own executable in its debug mode, which prints where it listens, and sends it
the three validation calls and `GetSchema`. Nothing is planned, applied or fetched.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import msgpack

UNKNOWN = msgpack.ExtType(0, b"\x00")
METHODS = {
    "resource": "ValidateResourceTypeConfig",
    "data": "ValidateDataSourceConfig",
    "provider": "PrepareProviderConfig",
}
NESTING = {1: "single", 2: "list", 3: "set", 4: "map", 5: "group"}


def varint(number: int) -> bytes:
    """Protobuf's base-128 encoding of a non-negative integer."""
    out = bytearray()
    while True:
        byte = number & 127
        number >>= 7
        if not number:
            out.append(byte)
            return bytes(out)
        out.append(byte | 128)


def field(number: int, payload: bytes) -> bytes:
    """One length-delimited protobuf field."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def message(data: bytes) -> dict[int, list[Any]]:
    """Protobuf message to field number -> values, integers or raw bytes."""
    out: dict[int, list[Any]] = {}
    at, end = 0, len(data)

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < end:
        key = number()
        kind = key & 7
        value: Any
        if kind == 2:
            size = number()
            value = data[at : at + size]
            at += size
        elif kind == 0:
            value = number()
        else:
            size = 8 if kind == 1 else 4
            value = data[at : at + size]
            at += size
        out.setdefault(key >> 3, []).append(value)
    return out


def text(fields: Mapping[int, list[Any]], number: int) -> str:
    """A string field, empty where absent."""
    values = fields.get(number)
    return values[0].decode("utf-8", "replace") if values else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One diagnostic of the provider; `error` is False for warnings."""

    error: bool
    summary: str
    detail: str
    path: tuple[str | int, ...]


def _path(data: bytes) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    for raw in message(data).get(1, []):
        step = message(raw)
        if 1 in step:
            steps.append(text(step, 1))
        elif 2 in step:
            steps.append(text(step, 2))
        else:
            steps.append(step.get(3, [0])[0])
    return tuple(steps)


def _diagnostics(values: list[bytes]) -> list[Answer]:
    out = []
    for raw in values:
        fields = message(raw)
        path = _path(fields[4][0]) if 4 in fields else ()
        out.append(Answer(fields.get(1, [0])[0] == 1, text(fields, 2), text(fields, 3), path))
    return out


class ProviderProcess:
    """A running provider; use as a context manager.

    Args:
        binary: path of `terraform-provider-aws_v5.100.0_x5` or the like.

    Raises:
        RuntimeError: the executable does not print its address.
    """

    def __init__(self, binary: str) -> None:
        self.binary = binary
        self.calls = 0
        self._start()

    def _start(self) -> None:
        env = {**os.environ, "GOMAXPROCS": "1", "TF_LOG": "OFF", "AWS_EC2_METADATA_DISABLED": "1"}
        self.process = subprocess.Popen(
            ["nice", "-n", "10", self.binary, "-debug"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=env,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.search(r"TF_REATTACH_PROVIDERS='(.*)'", line)
            if found:
                break
        else:
            raise RuntimeError(f"{self.binary} did not print TF_REATTACH_PROVIDERS")
        reattach = next(iter(json.loads(found[1]).values()))
        self.address = "unix:" + reattach["Addr"]["String"]
        unlimited = [
            ("grpc.max_send_message_length", -1),
            ("grpc.max_receive_message_length", -1),
        ]
        self.channel = grpc.insecure_channel(self.address, options=unlimited)
        self._stubs: dict[str, Any] = {}

    def restart(self) -> None:
        """Start again after a crash of the provider."""
        self.close()
        self._start()

    def close(self) -> None:
        self.channel.close()
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> ProviderProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, request: bytes, timeout: float = 60) -> bytes:
        stub = self._stubs.get(method)
        if stub is None:
            stub = self._stubs[method] = self.channel.unary_unary("/tfplugin5.Provider/" + method)
        self.calls += 1
        return bytes(stub(request, timeout=timeout))

    def validate(self, kind: str, type: str, config: Mapping[str, Any]) -> list[Answer]:
        """What the provider says of one block; `config` must name every argument of its schema."""
        return self.validate_packed(kind, type, msgpack.packb(config))

    def validate_packed(self, kind: str, type: str, config: bytes) -> list[Answer]:
        """The same for a configuration that is already in MessagePack."""
        value = field(1, config)
        if kind == "provider":
            answer = message(self.call(METHODS[kind], field(1, value)))
            return _diagnostics(answer.get(2, []))
        # Terraform 1.11 and newer allow write-only arguments, and say so.
        able = field(3, b"\x08\x01") if kind == "resource" else b""
        request = field(1, type.encode()) + field(2, value) + able
        answer = message(self.call(METHODS[kind], request))
        return _diagnostics(answer.get(1, []))

    def schemas(self) -> dict[str, dict[str, Any]]:
        """`resource`, `data` -> type -> block; `provider` -> "" -> block.

        A block is {"attributes": {name: {"type", "required", "optional", "computed"}},
        "blocks": {name: {"nesting", "block", "min", "max"}}}.
        """
        answer = message(self.call("GetSchema", b"", timeout=120))
        out: dict[str, dict[str, Any]] = {"resource": {}, "data": {}}
        out["provider"] = {"": _schema(answer[1][0])}
        for number, kind in ((2, "resource"), (3, "data")):
            for raw in answer.get(number, []):
                entry = message(raw)
                out[kind][text(entry, 1)] = _schema(entry[2][0])
        return out


def _schema(data: bytes) -> dict[str, Any]:
    return _block(message(data)[2][0])


def _block(data: bytes) -> dict[str, Any]:
    fields = message(data)
    attributes: dict[str, Any] = {}
    for raw in fields.get(2, []):
        item = message(raw)
        attributes[text(item, 1)] = {
            "type": json.loads(item[2][0]),
            "required": bool(item.get(4)),
            "optional": bool(item.get(5)),
            "computed": bool(item.get(6)),
        }
    blocks: dict[str, Any] = {}
    for raw in fields.get(3, []):
        item = message(raw)
        blocks[text(item, 1)] = {
            "nesting": NESTING[item[3][0]],
            "block": _block(item[2][0]),
            "min": item.get(4, [0])[0],
            "max": item.get(5, [0])[0],
        }
    return {"attributes": attributes, "blocks": blocks}
