"""A file is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from iapo.cli.whole_file import check_place, write_whole
from iapo.errors import InputError


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    there = tmp_path / "main.tf"
    there.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(there, "new \ud800")
    assert there.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["main.tf"]
    with pytest.raises(InputError, match="cannot be written"):
        write_whole(tmp_path / "missing" / "main.tf", "new")


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    there, link = tmp_path / "main.tf", tmp_path / "link.tf"
    there.write_text("old")
    there.chmod(0o600)
    link.symlink_to(there)
    write_whole(link, "new\r\n")
    assert link.is_symlink()
    assert there.read_bytes() == b"new\r\n"
    assert there.stat().st_mode & 0o777 == 0o600


def test_a_place_where_nothing_can_be_written_is_told_beforehand(tmp_path: Path) -> None:
    check_place(tmp_path / "main.tf")
    with pytest.raises(InputError, match="is a folder"):
        check_place(tmp_path)
    with pytest.raises(InputError, match="there is no folder"):
        check_place(tmp_path / "a" / "b.tf")
