"""A file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iapo.errors import InputError
from iapo.whole_file import check_place, write_whole


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_write_leaves_what_was_there(
    failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "main.tf"
    there.write_text("old")

    def fail(_: int) -> None:
        raise failure

    monkeypatch.setattr(os, "fsync", fail)
    full = isinstance(failure, OSError)
    expected = InputError if full else KeyboardInterrupt
    with pytest.raises(expected, match="No space left on device" if full else None):
        write_whole(there, "new")
    assert there.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["main.tf"]


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_whole(tmp_path / "missing" / "main.tf", "new")


def test_half_of_a_surrogate_pair_costs_one_character_and_not_the_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "main.tf", "new \ud800\n")
    assert (tmp_path / "main.tf").read_text(encoding="utf-8") == "new ?\n"


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
