"""A user's own Alpaca records, from JSONL or one JSON list.

A record may have more than `instruction`, `input` and `output`: `format` or `category`, else the output
tells the format; `intent` as in docs/intent.md, else the reward falls back to what the verifier can
say; and `id`, `family` and `difficulty`, by which results are listed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from iapo.dataset.benchmark import category_of
from iapo.dataset.task import SPLITS, Dataset, DatasetError, Task
from iapo.intent import Intent, IntentError
from iapo.verify.detect import detect_format
from iapo.verify.report import CATEGORIES, FORMATS, Format


def load_alpaca(path: str | Path, *, format: str | None = None, split: str = "train") -> Dataset:
    """Read Alpaca records (`instruction`, `input`, `output`, ...) from a `.jsonl` or `.json` file.

    Args:
        format: the format of every record that does not name its own.
        split: the split that the tasks are put in.

    Raises:
        DatasetError: the file cannot be read, is empty or is broken; names file and line.
    """
    path = Path(path)
    if format is not None and format not in FORMATS:
        raise DatasetError(f"unknown format {format!r}; known: {', '.join(FORMATS)}")
    if split not in SPLITS:
        raise DatasetError(f"unknown split {split!r}; known: {', '.join(SPLITS)}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: not UTF-8 text") from None
    tasks: dict[str, Task] = {}
    for index, (line, record) in enumerate(_records(text, path)):
        task = _task(record, f"{path}:{line}", f"{path.stem}/{index}", format, split)
        if task.id in tasks:
            raise DatasetError(f"{path}:{line}: another record has the id {task.id!r} already")
        tasks[task.id] = task
    if not tasks:
        raise DatasetError(f"{path}: no records in it")
    return Dataset(tasks.values())


def _records(text: str, path: Path) -> Iterator[tuple[int, Any]]:
    if text.lstrip().startswith("["):
        try:
            records = json.loads(text)
        except json.JSONDecodeError as error:
            raise DatasetError(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
        except RecursionError:
            raise DatasetError(f"{path}:1: not JSON: nested too deep") from None
        # The line of each record is not known; its place in the list is as good.
        yield from enumerate(records, start=1)
        return
    for line, row in enumerate(text.split("\n"), start=1):
        if row.strip():
            yield line, _json(row, f"{path}:{line}")


def _json(row: str, where: str) -> Any:
    try:
        return json.loads(row)
    except (json.JSONDecodeError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
        raise DatasetError(f"{where}: not JSON: {what}") from None


def _task(record: Any, where: str, id: str, format: str | None, split: str) -> Task:
    if not isinstance(record, Mapping):
        raise DatasetError(f"{where}: a record is an object, not {type(record).__name__}")
    for name in ("instruction", "input", "output", "category", "format", "id", "family"):
        if not isinstance(record.get(name, ""), (str, type(None))):
            raise DatasetError(f"{where}: {name} is not a string")
    instruction = (record.get("instruction") or "").strip()
    if not instruction:
        raise DatasetError(f"{where}: the record has no instruction")
    output = record.get("output") or ""
    found = record.get("format") or format or _format_of(record, output)
    if found not in FORMATS:
        known = f"known: {', '.join(FORMATS)}"
        if record.get("format"):
            raise DatasetError(f"{where}: unknown format {found!r}; {known}")
        raise DatasetError(f'{where}: cannot tell the format; add "format" to it ({known})')
    difficulty = record.get("difficulty", 1)
    if difficulty not in (1, 2, 3, 4, 5) or isinstance(difficulty, (bool, float)):
        raise DatasetError(f"{where}: difficulty is a whole number from 1 to 5")
    return Task(
        id=record.get("id") or id,
        category=category_of(found),
        format=found,
        instruction=instruction,
        input=record.get("input") or "",
        output=output,
        intent=_intent(record, found, where),
        family=record.get("family") or f"own/{found}",
        split=split,
        difficulty=difficulty,
    )


def _intent(record: Mapping[str, Any], format: str, where: str) -> Intent | None:
    data = record.get("intent")
    if data is None:
        return None
    try:
        return Intent.from_data(data, cast("Format", format))
    except IntentError as error:
        raise DatasetError(f"{where}: intent: {error}") from None


def _format_of(record: Mapping[str, Any], output: str) -> str | None:
    category = record.get("category")
    formats = CATEGORIES.get(category, ()) if category else ()
    if len(formats) == 1:
        return formats[0]
    return detect_format(output) if output else None
