"""What is saved can be read by those whom the process lets read, folders too."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from iapo.models.saving import save_model


class _Secretive:
    """Saves files and a folder for its owner alone, as safetensors and `tempfile` do."""

    def save_pretrained(self, folder: str) -> None:
        inner = Path(folder, "templates")
        inner.mkdir(mode=0o700)
        for file in (Path(folder, "weights"), inner / "chat"):
            file.write_text("x")
            file.chmod(0o600)


@pytest.mark.parametrize(("mask", "file", "folder"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700)])
def test_permissions_are_those_of_the_process(
    tmp_path: Path, mask: int, file: int, folder: int
) -> None:
    before = os.umask(mask)
    try:
        model = _Secretive()
        saved = save_model(model, type("T", (), {"save_pretrained": lambda *_: None})(), tmp_path)
    finally:
        os.umask(before)
    found = {p.name: stat.S_IMODE(p.stat().st_mode) for p in saved.rglob("*")}
    assert found == {"weights": file, "templates": folder, "chat": file}
