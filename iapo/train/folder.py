"""The folder of a run: made, or freed by moving the run that is in it aside."""

from __future__ import annotations

from pathlib import Path

from iapo.train.checkpoint import latest_checkpoint
from iapo.train.coercion import ConfigError

_MOST_KEPT = 1000


def claim_folder(folder: Path) -> Path | None:
    """Make `folder` for a new run. A run that is in it already is renamed, never overwritten.

    Returns:
        Where the earlier run is now, or None.

    Raises:
        ConfigError: the folder cannot be made, or holds things that no run left there.
    """
    moved = None
    try:
        if folder.exists() and not folder.is_dir():
            raise ConfigError(f"{folder} is a file; --output wants a folder")
        if folder.is_dir() and any(folder.iterdir()):
            if not (folder / "config.yaml").is_file():
                raise ConfigError(
                    f"{folder} is not empty and holds no run; choose another --output"
                )
            if not is_finished(folder) and latest_checkpoint(folder) is None:
                return None  # it was stopped before there was anything to keep
            taken = (folder.with_name(f"{folder.name}-{n}") for n in range(1, _MOST_KEPT))
            moved = next((path for path in taken if not path.exists()), None)
            if moved is None:
                raise ConfigError(f"{folder} has {_MOST_KEPT} earlier runs beside it; delete some")
            folder.rename(moved)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot use {folder} for output: {error.strerror or error}") from error
    return moved


def is_finished(folder: Path) -> bool:
    """Whether a run in this folder came to its end: its model is there."""
    return any((folder / name).is_file() for name in ("config.json", "adapter_config.json"))


def write_text(path: Path, text: str) -> None:
    """Write a small file of a run.

    Raises:
        ConfigError: it cannot be written, a full disk for one.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error
