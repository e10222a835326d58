"""Files that a run writes as it goes: JSON objects, one a line, only ever appended.

A process that is killed, or a full disk, leaves at most half of a last line. Readers pass over it,
and who opens the file to go on cuts it off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


class JsonLines:
    """One such file, open for appending; made if it is not there.

    Everything here raises OSError where the file cannot be written.
    """

    def __init__(self, path: Path, keep: int | None = None) -> None:
        """Cut off what does not count.

        Args:
            keep: bytes from the start that count; None for all lines that are whole.
        """
        path.touch()
        # Unbuffered: what a full disk refused must not be tried again when closing.
        self._file = path.open("r+b", buffering=0)
        if keep is None:
            lines, end, _ = path.read_bytes().rpartition(b"\n")
            keep = len(lines) + len(end)
        self._file.truncate(keep)
        self._file.seek(0, os.SEEK_END)

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Write records, in ASCII: a model may write half of a surrogate pair."""
        rest = memoryview("".join(f"{json.dumps(record)}\n" for record in records).encode())
        while rest:
            rest = rest[self._file.write(rest) :]

    def length(self) -> int:
        """Bytes, safely on disk."""
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file; it may be closed already."""
        self._file.close()


def whole_lines(path: Path) -> list[bytes]:
    """The lines of such a file, none where there is no file.

    A last line without an end is left out: it is still being written, or its writer was killed.
    """
    lines = path.read_bytes().rpartition(b"\n")[0] if path.is_file() else b""
    return lines.split(b"\n") if lines else []
