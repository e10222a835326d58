"""The folder of a benchmark run: what was asked (`run.json`), and what came of it, as it comes
(`samples.jsonl`).

Answers are only ever appended, so that a run that was killed goes on where it was. It goes on only
with the same model, tasks and settings: mixing two would mean nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iapo.errors import InputError
from iapo.evaluate.answering import Sample
from iapo.evaluate.engines.engine import Answer
from iapo.json_lines import JsonLines, whole_lines
from iapo.rewards.score import Loss
from iapo.train.scoring import Scored
from iapo.verify.report import Diagnostic
from iapo.whole_file import write_whole

if TYPE_CHECKING:
    from iapo.dataset import Task

_RUN, _SAMPLES = "run.json", "samples.jsonl"
_MOST_ERRORS = 30  # of one answer that are written down; broken code can have thousands


class FolderError(InputError):
    """A folder that cannot be written, is no benchmark run, or is another one."""


@dataclass(frozen=True)
class TaskFacts:
    """What a run remembers of a task, so that it can be read without the data set."""

    id: str
    category: str
    format: str
    difficulty: int
    family: str
    split: str
    prompt: str
    output: str

    @classmethod
    def of(cls, task: Task) -> TaskFacts:
        """Those of a task."""
        return cls(
            task.id, task.category, task.format, task.difficulty, task.family, task.split,
            task.prompt, task.output,
        )  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A run as its folder tells it.

    Attributes:
        settings: model, data set and decoding, by name; what must be the same to go on.
        tasks: in the order of the data set.
        samples: of each task, in order of their number; fewer than asked for where it is not done.
    """

    settings: Mapping[str, Any]
    tasks: tuple[TaskFacts, ...]
    samples: tuple[tuple[Sample, ...], ...]

    @property
    def asked(self) -> int:
        """Samples a task."""
        return int(self.settings["samples"])

    @property
    def finished(self) -> bool:
        """Whether every task has all its samples."""
        return all(len(own) == self.asked for own in self.samples)


def tasks_digest(tasks: Sequence[Task]) -> str:
    """A short hash of everything that a verdict on these tasks depends on."""
    hashed = hashlib.sha256()
    for task in tasks:
        intent = None if task.intent is None else task.intent.data
        parts = [task.id, task.format, task.prompt, task.output, intent]
        hashed.update(json.dumps(parts, sort_keys=True, default=str).encode())
    return hashed.hexdigest()[:16]


class RunFolder:
    """Open for appending. Use `with`.

    Attributes:
        before: the run as it was found.
        missing: place of a task to the numbers of its samples that are not there yet.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], tasks: Sequence[Task]) -> None:
        """Begin a run in `path`, or go on with the one that is there.

        Raises:
            FolderError: it holds something else, or cannot be written.
        """
        self.path = path
        facts = [TaskFacts.of(task) for task in tasks]
        try:
            self._claim(settings, facts)
            self._file = JsonLines(path / _SAMPLES)
        except OSError as error:
            raise FolderError(f"{path}: cannot be used ({error.strerror or error})") from error
        every = range(int(settings["samples"]))
        self.before = read_run(path)
        self.missing = {
            place: [n for n in every if n not in {s.answer.number for s in own}]
            for place, own in enumerate(self.before.samples)
        }
        self._ids = [task.id for task in facts]

    def _claim(self, settings: Mapping[str, Any], facts: Sequence[TaskFacts]) -> None:
        run = self.path / _RUN
        if has_answers(self.path):
            before = read_run(self.path).settings
            for name in sorted({*before, *settings}):
                old, new = before.get(name), settings.get(name)
                if old != new:
                    raise FolderError(
                        f"{self.path} holds a run with another {name} ({old!r}, now {new!r}); "
                        "choose another --out or delete it"
                    )
            return
        if not run.is_file() and self.path.exists() and any(self.path.iterdir()):
            raise FolderError(f"{self.path} is not empty and holds no run; choose another --out")
        self.path.mkdir(parents=True, exist_ok=True)
        asked = {"settings": dict(settings), "tasks": [asdict(task) for task in facts]}
        write_whole(run, json.dumps(asked, indent=1) + "\n")

    def append(self, samples: Sequence[Sample]) -> None:
        """Write samples down; those that are there already are passed over.

        Raises:
            FolderError: the file cannot be written, a full disk for one.
        """
        records = []
        for one in samples:
            missing = self.missing[one.answer.place]
            if one.answer.number in missing:
                missing.remove(one.answer.number)
                records.append(_record(self._ids[one.answer.place], one))
        try:
            self._file.append(records)
        except OSError as error:
            raise FolderError(
                f"cannot write {self.path / _SAMPLES}: {error.strerror or error}; what is there is kept"
            ) from error

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def has_answers(path: Path) -> bool:
    """Whether there is anything to go on with; a run that wrote nothing can be another."""
    return (path / _RUN).is_file() and bool(whole_lines(path / _SAMPLES))


def read_run(path: Path) -> Run:
    """A run, finished or not. Its answers are those whose lines are whole.

    Raises:
        FolderError: there is no run, or it is damaged; names file and line.
    """
    if not (path / _RUN).is_file():
        raise FolderError(f"{path}: no benchmark run here (no {_RUN})")
    asked = _load(path / _RUN)
    try:
        tasks = tuple(TaskFacts(**task) for task in asked["tasks"])
        settings = dict(asked["settings"])
        int(settings["samples"])
    except (KeyError, TypeError, ValueError):
        raise FolderError(f"{path / _RUN}: not what a benchmark run writes") from None
    places = {task.id: place for place, task in enumerate(tasks)}
    found: list[dict[int, Sample]] = [{} for _ in tasks]
    samples = path / _SAMPLES
    for number, line in enumerate(whole_lines(samples), start=1):
        try:
            sample = _sample(json.loads(line), places)
        except (KeyError, TypeError, ValueError, IndexError):
            raise FolderError(f"{samples}:{number}: not what a benchmark run writes") from None
        found[sample.answer.place].setdefault(sample.answer.number, sample)
    return Run(settings, tasks, tuple(tuple(own[n] for n in sorted(own)) for own in found))


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FolderError(f"{path}: cannot be read ({error})") from None


def _record(task: str, sample: Sample) -> dict[str, Any]:
    answer, scored = sample.answer, sample.scored
    record: dict[str, Any] = {
        "task": task,
        "sample": answer.number,
        "text": answer.text,
        "tokens": answer.tokens,
        "stopped": answer.stopped,
    }
    if scored is None:
        return {**record, "scored": None}
    return {
        **record,
        "scored": {
            "reward": scored.reward,
            "components": dict(scored.components),
            "valid": scored.valid,
            "passed": scored.passed,
            "errors": [[d.code, d.message, d.line, d.tool] for d in scored.errors[:_MOST_ERRORS]],
            "losses": [list(loss) for loss in scored.losses],
        },
    }


def _sample(record: Mapping[str, Any], places: Mapping[str, int]) -> Sample:
    answer = Answer(
        places[record["task"]],
        record["sample"],
        record["text"],
        record["tokens"],
        record["stopped"],
    )
    scored = record["scored"]
    if scored is None:
        return Sample(answer, None)
    errors = [
        Diagnostic("error", code, message, line, tool=tool)
        for code, message, line, tool in scored["errors"]
    ]
    return Sample(
        answer,
        Scored(
            reward=scored["reward"],
            components=scored["components"],
            valid=scored["valid"],
            passed=scored["passed"],
            errors=tuple(errors),
            losses=tuple(Loss(*loss) for loss in scored["losses"]),
        ),
    )
