"""IaC-Bench from its data files: `tasks/<format>/<service>.yaml`, described in docs/tasks.md.

Adding a task is adding an entry to a file; no code is involved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from iapo.dataset.task import SPLITS, Dataset, DatasetError, Task
from iapo.intent import Intent, IntentError
from iapo.verify.report import CATEGORIES, FORMATS, Format
from iapo.verify.yaml_source import load_yaml

FOLDER = Path(__file__).parent / "tasks"

_FIELDS = {
    "id", "family", "split", "difficulty", "instruction", "input", "output", "intent", "says",
}  # fmt: skip
_REQUIRED = ("id", "family", "split", "instruction", "output", "intent")


@cache
def load_benchmark() -> Dataset:
    """Every task of IaC-Bench, in order of file and place.

    Raises:
        DatasetError: a data file is broken; names file, line and field.
    """
    return Dataset(task for path in sorted(FOLDER.glob("*/*.yaml")) for task in read_tasks(path))


def read_tasks(path: Path) -> Iterator[Task]:
    """The tasks of one data file; its folder is the format.

    Raises:
        DatasetError: the file is broken; names file, line and field.
    """
    format = next((known for known in FORMATS if known == path.parent.name), None)
    if format is None:
        raise DatasetError(f"{path}: the folder must be a format: {', '.join(FORMATS)}")
    stream = load_yaml(path.read_text(encoding="utf-8"))
    if stream.problems:
        problem = stream.problems[0]
        raise DatasetError(f"{path}:{problem.line}: {problem.message}")
    for document in stream.documents:
        entries = document.value
        if not isinstance(entries, list):
            raise DatasetError(f"{path}:{document.line}: expected a list of tasks")
        for index, entry in enumerate(entries):
            where = f"{path}:{document.locate((index,))[0]}"
            yield _task(entry, format, where)


def _task(entry: Any, format: Format, where: str) -> Task:
    if not isinstance(entry, Mapping):
        raise DatasetError(f"{where}: a task is a mapping")
    missing = [name for name in _REQUIRED if not entry.get(name)]
    if missing:
        raise DatasetError(f"{where}: the task has no {missing[0]}")
    unknown = [str(name) for name in entry if name not in _FIELDS]
    if unknown:
        raise DatasetError(f"{where}: unknown field {unknown[0]!r}; known: {sorted(_FIELDS)}")
    if entry["split"] not in SPLITS:
        raise DatasetError(f"{where}: split {entry['split']!r} is none of {', '.join(SPLITS)}")
    difficulty = entry.get("difficulty", 1)
    if difficulty not in (1, 2, 3, 4, 5):
        raise DatasetError(f"{where}: difficulty is 1 to 5, not {difficulty!r}")
    try:
        intent = Intent.from_data(entry["intent"], format)
    except IntentError as error:
        raise DatasetError(f"{where}: intent: {error}") from None
    return Task(
        id=str(entry["id"]),
        category=category_of(format),
        format=format,
        instruction=" ".join(str(entry["instruction"]).split()),
        input=str(entry.get("input") or ""),
        output=str(entry["output"]),
        intent=intent,
        family=str(entry["family"]),
        split=entry["split"],
        difficulty=difficulty,
        says={str(value): str(words) for value, words in (entry.get("says") or {}).items()},
    )


def category_of(format: str) -> str:
    """The category that a format belongs to."""
    return next(category for category, formats in CATEGORIES.items() if format in formats)
