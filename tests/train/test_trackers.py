"""Event files that TensorBoard reads, written without it."""

from __future__ import annotations

import struct
import sys

import pytest

from iapo.errors import InputError
from iapo.train.trackers import TensorBoard, _checksum, numbers, open_trackers


def written(folder):
    board = TensorBoard(folder)
    board.log("grpo", 300, {"mean_reward": 0.25, "entropy": -1.5})
    board.close()
    (path,) = folder.iterdir()
    return path


def test_checksum_is_the_masked_crc32c_of_tfrecords():
    # RFC 3720 B.4: CRC-32C of 32 zero bytes is 8a9136aa.
    crc = 0x8A9136AA
    assert _checksum(bytes(32)) == struct.pack(
        "<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 2**32 - 1
    )


def test_a_file_is_whole_frames_beginning_with_the_version(tmp_path):
    data = written(tmp_path).read_bytes()
    events = []
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        assert data[8:12] == _checksum(data[:8])
        events.append(data[12 : 12 + length])
        assert data[12 + length : 16 + length] == _checksum(events[-1])
        data = data[16 + length :]
    assert len(events) == 2
    assert events[0].endswith(b"brain.Event:2")
    assert b"grpo/mean_reward" in events[1] and struct.pack("<f", 0.25) in events[1]


def test_tensorboard_itself_reads_the_values(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    written(tmp_path)
    events = accumulator.EventAccumulator(str(tmp_path)).Reload()
    (point,) = events.Scalars("grpo/mean_reward")
    assert (point.step, point.value) == (300, 0.25)
    assert events.Scalars("grpo/entropy")[0].value == -1.5


def test_a_tracker_that_is_not_installed_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(InputError, match=r"pip install 'iapo\[wandb\]'"):
        open_trackers(["wandb"], tmp_path, {})


def test_only_numbers_are_drawn():
    record = {"stage": "grpo", "step": 3, "loss": 0.5, "samples": 8, "done": True}
    assert numbers(record) == {"loss": 0.5, "samples": 8.0}
