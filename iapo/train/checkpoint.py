"""Checkpoints: everything a run is, written aside, flushed and renamed, so that none is ever half.

A checkpoint is a folder `checkpoint-00000012` with `tensors.pt` (trained weights, optimiser, random
state of torch) and `state.json` (stage, step, sampler, history, lengths of the log files). What is
not trained is not in it: it comes from the model the run started from.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch

from iapo.errors import InputError
from iapo.train.learner import Learner

_PREFIX = "checkpoint-"


class CheckpointError(InputError):
    """A checkpoint that cannot be written or read; the last whole one is kept."""


def save_checkpoint(
    folder: Path, number: int, learner: Learner, state: dict[str, Any], keep: int
) -> Path:
    """Write checkpoint `number`, then delete all but the last `keep`.

    Args:
        folder: of the run.
        number: grows with the run.
        state: JSON types.

    Raises:
        CheckpointError: it could not be written, a full disk for one; older ones are untouched.
    """
    target = folder / f"{_PREFIX}{number:08d}"
    aside = folder / f".{target.name}.partial"
    tensors = {
        "weights": {name: weight.detach() for name, weight in learner.weights.named.items()},
        "optimizer": learner.optimizer.state_dict(),
        "random": torch.get_rng_state(),
    }
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        _write(aside / "tensors.pt", lambda file: torch.save(tensors, file))
        text = json.dumps(state, allow_nan=True).encode()
        _write(aside / "state.json", lambda file: file.write(text))
        _flush_folder(aside)
        if target.exists():
            shutil.rmtree(target)
        aside.rename(target)
        _flush_folder(folder)
    except (OSError, RuntimeError) as error:  # torch reports a failed write as RuntimeError
        shutil.rmtree(aside, ignore_errors=True)
        kept = latest_checkpoint(folder)
        raise CheckpointError(
            f"cannot write a checkpoint in {folder}: {_reason(error)}; "
            + (
                f"{kept.name} is kept, and --resume goes on from it"
                if kept
                else "none was made yet"
            )
        ) from error
    for old in _checkpoints(folder)[:-keep]:
        shutil.rmtree(old, ignore_errors=True)
    return target


def _reason(error: BaseException) -> str:
    """What the system said: torch's own error speaks of positions in its file instead."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return str(error).splitlines()[0]


def _write(path: Path, write: Any) -> None:
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be flushed there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checkpoints(folder: Path) -> list[Path]:
    found = folder.glob(f"{_PREFIX}*")
    return sorted(p for p in found if (p / "state.json").is_file())


def latest_checkpoint(folder: Path) -> Path | None:
    """The last whole checkpoint of a run's folder, or None."""
    found = _checkpoints(folder)
    return found[-1] if found else None


def read_state(checkpoint: Path) -> dict[str, Any]:
    """The `state` that a checkpoint was saved with.

    Raises:
        CheckpointError: it cannot be read.
    """
    try:
        state = json.loads((checkpoint / "state.json").read_text())
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{checkpoint} cannot be read: {error}") from error
    if not isinstance(state, dict):
        raise CheckpointError(f"{checkpoint}/state.json is not what a run writes")
    return state


def restore_tensors(checkpoint: Path, learner: Learner) -> None:
    """Put weights, optimiser and torch's random state back, bit for bit.

    Raises:
        CheckpointError: it cannot be read, or belongs to another model or configuration.
    """
    try:
        tensors = torch.load(
            checkpoint / "tensors.pt", map_location=learner.model.device, weights_only=True
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"{checkpoint} cannot be read: {error}") from error
    try:
        learner.weights.restore(tensors["weights"])
    except ValueError as error:
        raise CheckpointError(
            f"{checkpoint} was made with another model or configuration"
        ) from error
    learner.optimizer.load_state_dict(tensors["optimizer"])
    torch.set_rng_state(tensors["random"].cpu())


def drop_checkpoints(folder: Path) -> None:
    """Delete the checkpoints of a run that has ended: its model is saved."""
    for checkpoint in _checkpoints(folder):
        shutil.rmtree(checkpoint, ignore_errors=True)
