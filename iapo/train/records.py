"""The files a run writes as it goes: one JSON object a line, cut back exactly on resume.

`metrics.jsonl` and `rollouts.jsonl` hold nothing that depends on the clock, so that a resumed run
writes the same bytes as one that was never stopped; how long things took is in `timings.jsonl`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

NAMES = ("metrics", "rollouts", "timings")


class Records:
    """The three files of a run's folder, open for appending."""

    def __init__(self, folder: Path, lengths: Mapping[str, int] | None = None) -> None:
        """Args: lengths: bytes of each file that count; the rest is cut off. None starts anew."""
        self._files: dict[str, IO[bytes]] = {}
        for name in NAMES:
            path = folder / f"{name}.jsonl"
            path.touch()
            file = path.open("r+b")
            file.truncate(int(lengths.get(name, 0)) if lengths else 0)
            file.seek(0, os.SEEK_END)
            self._files[name] = file

    def write(self, name: str, record: Mapping[str, Any]) -> None:
        """Append one record to `metrics`, `rollouts` or `timings`."""
        self._files[name].write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
        self._files[name].flush()

    def lengths(self) -> dict[str, int]:
        """Bytes of each file, safely on disk."""
        for file in self._files.values():
            os.fsync(file.fileno())
        return {name: file.tell() for name, file in self._files.items()}

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def read_records(folder: Path, name: str) -> list[dict[str, Any]]:
    """The records of a run's file; none where there is no such file."""
    path = folder / f"{name}.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
