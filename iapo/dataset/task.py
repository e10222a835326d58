"""One task, and a sequence of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from iapo.errors import InputError
from iapo.intent import Intent
from iapo.verify.report import Format

SPLITS = ("train", "test", "novel")


class DatasetError(InputError):
    """Bad input to the data set: an unknown category, a broken file; the message is one line."""


@dataclass(frozen=True)
class Task:
    """One benchmark or training item. `task["instruction"]` works too.

    Attributes:
        id: `terraform/s3/versioned-bucket`, or `procedural/FAMILY/SEED/INDEX`.
        category: terraform | kubernetes | docker | cicd.
        format: terraform | kubernetes | dockerfile | compose | github-actions | gitlab-ci | jenkins.
        instruction: Alpaca; what is asked.
        input: Alpaca; what it is asked about, often empty.
        output: Alpaca; a verified reference, "" where withheld.
        intent: what must hold; None for a user's own records that have none.
        family: `terraform/s3`; a family never stands in both train and novel.
        split: train | test | novel.
        difficulty: 1 (one part, a few arguments) to 5 (several parts that depend on each other).
        says: for values that the prompt says in other words: value to those words.
    """

    id: str
    category: str
    format: Format
    instruction: str
    input: str
    output: str
    intent: Intent | None
    family: str
    split: str
    difficulty: int = 1
    says: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        if name not in self.__dataclass_fields__:
            raise KeyError(name)
        return getattr(self, name)

    def keys(self) -> tuple[str, ...]:
        """The names that `task[name]` takes; makes `dict(task)` work."""
        return tuple(self.__dataclass_fields__)

    @property
    def prompt(self) -> str:
        """Instruction and input as one text for a model."""
        return f"{self.instruction}\n\n{self.input}" if self.input else self.instruction

    def to_alpaca(self, *, output: bool = True) -> dict[str, str]:
        """The Alpaca record; `output=False` withholds the reference."""
        return {
            "instruction": self.instruction,
            "input": self.input,
            "output": self.output if output else "",
        }

    def to_record(self, *, output: bool = True) -> dict[str, Any]:
        """The Alpaca record with all that `load_alpaca` reads of it, the intent too."""
        about = {name: getattr(self, name) for name in ("id", "format", "family", "difficulty")}
        intent = {} if self.intent is None else {"intent": self.intent.data}
        return {**self.to_alpaca(output=output), **about, **intent}


class Dataset(Sequence[Task]):
    """An immutable sequence of tasks; a slice of it is one too."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = tuple(tasks)

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> Dataset: ...
    def __getitem__(self, index: int | slice) -> Task | Dataset:
        if isinstance(index, slice):
            return Dataset(self._tasks[index])
        return self._tasks[index]

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks)

    def __add__(self, other: Iterable[Task]) -> Dataset:
        return Dataset((*self._tasks, *other))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dataset) and self._tasks == other._tasks

    def __hash__(self) -> int:
        return hash(tuple(task.id for task in self._tasks))

    def __repr__(self) -> str:
        counts: dict[str, int] = {}
        for task in self._tasks:
            counts[task.category] = counts.get(task.category, 0) + 1
        inside = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
        return f"Dataset({len(self)} tasks; {inside})"

    def filter(self, keep: Callable[[Task], bool] | None = None, **fields: Any) -> Dataset:
        """The tasks for which `keep` is true and every given field equals (or is one of) its value.

        `dataset.filter(split="test", category=["docker", "cicd"])`
        """
        unknown = set(fields) - set(Task.__dataclass_fields__)
        if unknown:
            raise DatasetError(
                f"a task has no field {sorted(unknown)[0]!r}; "
                f"it has {', '.join(Task.__dataclass_fields__)}"
            )

        def stays(task: Task) -> bool:
            for name, wanted in fields.items():
                value = getattr(task, name)
                if isinstance(wanted, (list, tuple, set, frozenset)):
                    if value not in wanted:
                        return False
                elif value != wanted:
                    return False
            return keep is None or keep(task)

        return Dataset(task for task in self._tasks if stays(task))

    def to_alpaca(self, *, output: bool = True) -> list[dict[str, str]]:
        """Alpaca records in the same order; `output=False` withholds the references."""
        return [task.to_alpaca(output=output) for task in self._tasks]

    def to_hf(self, *, output: bool = True) -> Any:
        """A `datasets.Dataset` of Alpaca fields with id, category, format, family, split, difficulty.

        Args:
            output: False withholds the references.

        Raises:
            DatasetError: the package `datasets` is not installed.
        """
        try:
            import datasets
        except ImportError:
            raise DatasetError(
                "this needs the package `datasets`: pip install 'iapo[hf]'"
            ) from None
        names = ("id", "category", "format", "family", "split", "difficulty")
        return datasets.Dataset.from_list(
            [
                {**task.to_alpaca(output=output), **{name: getattr(task, name) for name in names}}
                for task in self._tasks
            ]
        )
