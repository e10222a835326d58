"""The files that a run writes as it goes, cut back exactly on resume.

`metrics.jsonl` and `rollouts.jsonl` hold nothing that depends on the clock, so that a resumed run
writes the same bytes as one that was never stopped; how long things took is in `timings.jsonl`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iapo.errors import InputError
from iapo.json_lines import JsonLines, whole_lines

NAMES = ("metrics", "rollouts", "timings")


class RecordsError(InputError):
    """A file of the run cannot be written; what was checkpointed before is kept."""


class Records:
    """The three files of a run's folder, open for appending.

    Raises:
        RecordsError: a file cannot be written, a full disk for one.
    """

    def __init__(self, folder: Path, lengths: Mapping[str, int] | None = None) -> None:
        """Args: lengths: bytes of each file that count; the rest is cut off. None starts anew."""
        self._folder = folder
        self._files: dict[str, JsonLines] = {}
        for name in NAMES:
            keep = int(lengths.get(name, 0)) if lengths else 0
            try:
                self._files[name] = JsonLines(folder / f"{name}.jsonl", keep)
            except OSError as error:
                raise self._refused(name, error) from error

    def write(self, name: str, record: Mapping[str, Any]) -> None:
        """Append one record to `metrics`, `rollouts` or `timings`."""
        try:
            self._files[name].append([record])
        except OSError as error:
            raise self._refused(name, error) from error

    def lengths(self) -> dict[str, int]:
        """Bytes of each file, safely on disk."""
        return {name: self._length(name, file) for name, file in self._files.items()}

    def _length(self, name: str, file: JsonLines) -> int:
        try:
            return file.length()
        except OSError as error:
            raise self._refused(name, error) from error

    def _refused(self, name: str, error: OSError) -> RecordsError:
        return RecordsError(
            f"cannot write {self._folder / name}.jsonl: {error.strerror or error}; the last "
            f"checkpoint is kept: `iapo train --resume {self._folder}` goes on from it"
        )

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def read_records(folder: Path, name: str) -> list[dict[str, Any]]:
    """The records of a run's file, those that are whole; none where there is no such file."""
    path = folder / f"{name}.jsonl"
    try:
        return [json.loads(line) for line in whole_lines(path)]
    except ValueError as error:
        raise RecordsError(f"{path} is not what a run writes: {error}") from error
