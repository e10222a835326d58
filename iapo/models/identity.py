"""Whether two folders hold the same weights, told without reading all of a large one."""

from __future__ import annotations

import hashlib
from pathlib import Path

_WHOLE = 2 << 30  # bytes of a file that is read whole; of a larger one, pieces all over it
_PIECE, _PIECES = 1 << 16, 4096
_WEIGHTS = (".safetensors", ".bin", ".gguf", ".pt")
_SHAPES = ("config.json", "adapter_config.json", "generation_config.json", "tokenizer.json")


def weights_digest(path: Path) -> str:
    """A short hash of a model's weights and of how they are used.

    Args:
        path: a folder, or a single file of weights.

    Raises:
        OSError: a file cannot be read.
    """
    hashed = hashlib.sha256()
    files = [path] if path.is_file() else sorted(path.iterdir())
    for file in files:
        if file.is_file() and (file.suffix in _WEIGHTS or file.name in _SHAPES):
            hashed.update(f"{file.name if path.is_dir() else ''}:{file.stat().st_size}\n".encode())
            _read(file, hashed)
    return hashed.hexdigest()[:16]


def _read(file: Path, hashed: hashlib._Hash) -> None:
    size = file.stat().st_size
    with file.open("rb") as stream:
        if size <= _WHOLE:
            while chunk := stream.read(1 << 22):
                hashed.update(chunk)
            return
        for piece in range(_PIECES):
            stream.seek(piece * (size - _PIECE) // (_PIECES - 1))
            hashed.update(stream.read(_PIECE))
