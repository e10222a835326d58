"""What a run writes down as it goes: its record files, trackers, and warnings about what they show."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iapo.train import alarms
from iapo.train.judging import judged_metrics, judged_rollouts
from iapo.train.records import Records, read_records
from iapo.train.summary import rollout_records
from iapo.train.trackers import Tracker, numbers, open_trackers

if TYPE_CHECKING:
    from iapo.evaluate.evaluation import Evaluation
    from iapo.train.config import TrainConfig
    from iapo.train.display import Display
    from iapo.train.rollout import Group


class Journal:
    """Open for one run's folder.

    Raises:
        RecordsError: a file cannot be written.
        InputError: a tracker's package is missing.
    """

    def __init__(
        self, config: TrainConfig, display: Display, lengths: Mapping[str, int] | None
    ) -> None:
        """Args: lengths: as `Records` takes them: what a resumed run keeps."""
        self._config = config
        self._display = display
        self._folder = Path(config.output)
        self._records = Records(self._folder, lengths)
        self._said: set[str] = set()
        self._trackers: list[Tracker] = []
        self._trackers = open_trackers(config.report_to, self._folder, dataclasses.asdict(config))

    def metrics(self, record: Mapping[str, Any], timing: Mapping[str, float] | None = None) -> None:
        """A line of metrics.jsonl; of a step's, what can be drawn goes to the trackers as well."""
        self._records.write("metrics", record)
        for tracker in self._trackers if "step" in record else ():
            tracker.log(record["stage"], record["step"], numbers({**record, **(timing or {})}))

    def timing(self, record: Mapping[str, Any]) -> None:
        """A line of timings.jsonl."""
        self._records.write("timings", record)

    def judged(self, name: str, done: Evaluation, step: int) -> None:
        """A judgement on held-out tasks after GRPO step `step`."""
        for row in judged_rollouts(name, done):
            self._records.write("rollouts", row)
        self.metrics(judged_metrics(name, done, step))
        self.warn()

    def rollouts(self, stage: str, number: int, groups: Sequence[Group]) -> None:
        """Every completion of a step, where asked for."""
        if self._config.log_rollouts:
            for record in rollout_records(stage, number, groups):
                self._records.write("rollouts", record)

    def warn(self) -> None:
        """Say once what looks wrong; the whole story so far is in metrics.jsonl."""
        told = self.read("metrics")
        for kind, sign in (("collapse", alarms.collapse), ("gaming", alarms.gaming)):
            if kind not in self._said and (line := sign(told)):
                self._said.add(kind)
                self._display.say(f"warning: {line}")

    def read(self, name: str) -> list[dict[str, Any]]:
        """What was written so far."""
        return read_records(self._folder, name)

    def lengths(self) -> dict[str, int]:
        """Bytes of each record file, safely on disk."""
        return self._records.lengths()

    def close(self) -> None:
        self._records.close()
        for tracker in self._trackers:
            tracker.close()
