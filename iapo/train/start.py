"""Start a run, or take one up again: configuration, folder, threads, signals, then the pipeline."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from iapo.models.device import measure_threads
from iapo.train.checkpoint import latest_checkpoint, read_state
from iapo.train.coercion import ConfigError
from iapo.train.config import TrainConfig, from_sources
from iapo.train.display import choose_display
from iapo.train.folder import claim_folder, is_finished, write_text
from iapo.train.interrupt import StopSignal
from iapo.train.pipeline import Pipeline
from iapo.train.scoring import RewardFunction
from iapo.train.state import RunResult, State

if TYPE_CHECKING:
    from iapo.dataset import Task


def run(
    config: TrainConfig,
    *,
    display: bool = True,
    resume: bool = False,
    dataset: Sequence[Task] | None = None,
    held_out: Sequence[Task] | None = None,
    reward: RewardFunction | None = None,
    model: tuple[Any, Any] | None = None,
) -> RunResult:
    """Train as configured, into `config.output`.

    Args:
        display: show what goes on.
        resume: continue the run in `config.output` from its last checkpoint, with the
            configuration it was started with.
        dataset, held_out: tasks to train on and be judged by, instead of the configured ones.
        reward: instead of `IaCReward` with the configured weights; a batch of texts and tasks to
            `Scored` results or numbers.
        model: an already loaded model and tokenizer, instead of `config.model`.

    Raises:
        InputError: bad configuration, tasks, model or folder; a full disk.
        Stopped: Ctrl-C or SIGTERM; a checkpoint was written.
    """
    folder = Path(config.output)
    if resume and not (folder / "config.yaml").is_file():
        raise ConfigError(f"{folder} holds no checkpoint to resume from")
    if resume:
        config = replace(
            from_sources(file=folder / "config.yaml", environment={}), output=config.output
        )
    if config.backend == "trl":
        if reward is not None or held_out:
            raise ConfigError("backend trl takes no reward and no held-out tasks of your own")
        from iapo.train.scaleout import train_with_trl

        return train_with_trl(config, resume=resume, dataset=dataset, model=model)
    state = State()
    found: Path | None = None
    if resume:
        found = latest_checkpoint(folder)
        if found is None:
            ended = is_finished(folder)
            raise ConfigError(
                f"the run in {folder} has ended; there is nothing to resume"
                if ended
                else f"{folder} holds no checkpoint to resume from"
            )
        state = State(**read_state(found))
    shown = choose_display(display)
    try:
        with StopSignal() as stop:
            state.threads = state.threads or config.threads or measure_threads()
            with _threads(state.threads):
                pipeline = Pipeline(config, state, shown, stop, dataset, held_out, reward, model)
                if found is not None:
                    pipeline.restore(found)
                elif moved := claim_folder(folder):
                    shown.say(f"the run that was in {folder} is now in {moved}")
                write_text(folder / "config.yaml", config.to_yaml())
                return pipeline.run()
    finally:
        shown.close()


def resume(folder: str | os.PathLike[str], *, display: bool = True) -> RunResult:
    """Continue the run in `folder` from its last checkpoint, as `run(..., resume=True)`."""
    return run(TrainConfig(output=os.fspath(folder)), display=display, resume=True)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
