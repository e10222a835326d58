"""A file that is written whole or not at all, whatever interrupts."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from iapo.errors import InputError


def check_place(path: Path) -> None:
    """See beforehand that a file can be written.

    Raises:
        InputError: its folder is not there or cannot be written, or the path is a folder.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; --out wants a file")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise InputError(f"{path}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise InputError(f"{path}: the folder {folder} cannot be written")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees a half of it: aside, then renamed.

    A file that was there keeps its permissions; a link keeps pointing to what is written.

    Raises:
        InputError: it cannot be written.
    """
    try:
        target = path.resolve()
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else usual_mode()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        aside = Path(name)
        try:
            # A model may write half of a surrogate pair, which no encoding takes.
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            aside.chmod(mode)
            aside.replace(target)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None


def usual_mode(*, folder: bool = False) -> int:
    """The permissions that this process gives a new file, or a new folder."""
    mask = os.umask(0)
    os.umask(mask)
    return (0o777 if folder else 0o666) & ~mask
