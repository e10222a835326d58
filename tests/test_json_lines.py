"""A file of JSON lines holds whole lines, however its writer ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iapo.json_lines import JsonLines, whole_lines


def read(path: Path) -> list[object]:
    return [json.loads(line) for line in whole_lines(path)]


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    assert whole_lines(path) == []
    file = JsonLines(path)
    assert (file.length(), whole_lines(path)) == (0, [])
    records = [{"text": "two\nlines, \x1b, é, \u2028 and half a pair \ud83d"}, {}, {"b": [1.5]}]
    file.append(records[:1])
    file.append(records[1:])
    assert read(path) == records
    assert file.length() == path.stat().st_size
    file.close()


@pytest.mark.parametrize("half", [b"", b'{"c": 1', b'{"c": 1}'])
def test_a_line_without_an_end_is_passed_over_then_cut_off(tmp_path: Path, half: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n{"b": 2}\n' + half)
    assert read(path) == [{"a": 1}, {"b": 2}]
    file = JsonLines(path)
    file.append([{"d": 4}])
    file.close()
    assert path.read_bytes() == b'{"a": 1}\n{"b": 2}\n{"d": 4}\n'


def test_half_of_a_first_line_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a"')
    assert whole_lines(path) == []
    JsonLines(path).close()
    assert path.read_bytes() == b""


@pytest.mark.parametrize("keep", [0, 9])
def test_what_is_behind_the_bytes_that_count_is_cut_off(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "a.jsonl"
    before = b'{"a": 1}\n{"b": 2}\n'
    path.write_bytes(before)
    file = JsonLines(path, keep)
    assert file.length() == keep
    file.append([{"d": 4}])
    file.close()
    assert path.read_bytes() == before[:keep] + b'{"d": 4}\n'
