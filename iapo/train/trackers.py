"""Metrics as others show them: TensorBoard event files, and W&B or trackio where they are installed.

TensorBoard's files are written here, so that they need no package: a stream of `Event` messages
(tensorboard/compat/proto/event.proto) in TFRecord frames with masked CRC-32C sums. A resumed run
begins a new file, whose steps replace the old ones on the page, as TensorBoard does with any restart.
"""

from __future__ import annotations

import importlib
import os
import struct
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from iapo.errors import InputError


class Tracker(Protocol):
    """Where metrics go beside metrics.jsonl."""

    def log(self, stage: str, step: int, values: Mapping[str, float]) -> None: ...

    def close(self) -> None: ...


def open_trackers(names: Sequence[str], folder: Path, settings: Mapping[str, Any]) -> list[Tracker]:
    """One tracker for each name of `report_to`.

    Raises:
        InputError: its package is not installed.
    """
    made: list[Tracker] = []
    for name in names:
        if name == "tensorboard":
            made.append(TensorBoard(folder / "tensorboard"))
        else:
            made.append(_Service(name, folder, settings))
    return made


class TensorBoard:
    """An event file in a folder."""

    def __init__(self, folder: Path) -> None:
        name = f"events.out.tfevents.{time.time_ns() // 1000}.{os.getpid()}"
        # Unbuffered: what a full disk refused must not be tried again when closing.
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / name).open("xb", buffering=0)
        except OSError as error:
            raise InputError(f"cannot write in {folder}: {error.strerror}") from error
        self._write(_text(3, "brain.Event:2"))

    def log(self, stage: str, step: int, values: Mapping[str, float]) -> None:
        points = b"".join(
            _message(1, _text(1, f"{stage}/{name}") + _tag(2, 5) + struct.pack("<f", value))
            for name, value in values.items()
        )
        self._write(_tag(2, 0) + _varint(step) + _message(5, points))

    def close(self) -> None:
        self._file.close()

    def _write(self, event: bytes) -> None:
        event = _tag(1, 1) + struct.pack("<d", time.time()) + event
        length = struct.pack("<Q", len(event))
        try:
            self._file.write(length + _checksum(length) + event + _checksum(event))
        except OSError as error:
            raise InputError(f"cannot write {self._file.name}: {error.strerror}") from error


class _Service:
    """W&B and trackio share one interface: `init`, `log`, `finish`."""

    def __init__(self, name: str, folder: Path, settings: Mapping[str, Any]) -> None:
        try:
            self._module: Any = importlib.import_module(name)
        except ImportError as error:
            raise InputError(
                f"report_to={name} needs the package {name}: pip install 'iapo[{name}]'"
            ) from error
        # The folder's name is the run's, so that a resumed run goes on where it was.
        self._module.init(
            project="iapo", name=folder.resolve().name, config=dict(settings), resume="allow"
        )

    def log(self, stage: str, step: int, values: Mapping[str, float]) -> None:
        named = {f"{stage}/{name}": value for name, value in values.items()}
        self._module.log({**named, f"{stage}/step": step})

    def close(self) -> None:
        self._module.finish()


def numbers(record: Mapping[str, Any]) -> dict[str, float]:
    """The values of a record of metrics.jsonl that can be drawn."""
    return {
        name: float(value)
        for name, value in record.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and name != "step"
    }


# --- protobuf wire format (protobuf.dev/programming-guides/encoding) and TFRecord ----------------


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _tag(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _message(field: int, content: bytes) -> bytes:
    return _tag(field, 2) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)  # Castagnoli, reflected
        table.append(value)
    return table


_TABLE = _crc_table()


def _checksum(data: bytes) -> bytes:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return struct.pack("<I", masked)
