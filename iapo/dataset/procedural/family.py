"""A family of procedural tasks: a configuration, a generator, a registration.

@dataclass(frozen=True)
class Queue(Family):
    name: str = "terraform/sqs"
    format: Format = "terraform"
    retries: tuple[int, ...] = (3, 5, 10)

    def make(self, rng: random.Random) -> Draft: ...

register(Queue())
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from iapo.dataset.benchmark import category_of
from iapo.dataset.task import Task
from iapo.intent import Intent
from iapo.verify.report import Format


@dataclass(frozen=True)
class Draft:
    """What a generator makes: a task without its place.

    Attributes:
        instruction: in varied wording, with every literal of the intent in it.
        output: the reference, canonically formatted.
        intent: pattern language as data, see docs/intent.md.
        difficulty: 1 to 5.
        input: what the instruction is about, often empty.
        says: for values that the instruction says in other words: value to those words.
    """

    instruction: str
    output: str
    intent: Mapping[str, Any]
    difficulty: int = 1
    input: str = ""
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """A family and its configuration; subclasses add what their generator can be told.

    Attributes:
        name: `terraform/sqs`; shared with the benchmark's families, so that splits hold.
        format: of everything it makes.
        split: `train`: may appear in train and test (different items); `novel`: only in novel.
        difficulties: the levels that `make` can draw.
    """

    name: str
    format: Format
    split: str = "train"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        """One item; everything random comes from `rng`."""
        raise NotImplementedError

    def task(self, rng: random.Random, id: str, split: str) -> Task:
        """One item as a task."""
        draft = self.make(rng)
        return Task(
            id=id,
            category=category_of(self.format),
            format=self.format,
            instruction=draft.instruction,
            input=draft.input,
            output=draft.output,
            intent=Intent.from_data(draft.intent, self.format),
            family=self.name,
            split=split,
            difficulty=draft.difficulty,
            says=draft.says,
        )


FAMILIES: dict[str, Family] = {}


def register(family: Family) -> Family:
    """Make a family known. Its name must be new, and its split `train` or `novel`."""
    if family.name in FAMILIES:
        raise ValueError(f"family {family.name} is registered twice")
    if family.split not in ("train", "novel"):
        raise ValueError(f"{family.name}: a family's split is train or novel")
    FAMILIES[family.name] = family
    return family
