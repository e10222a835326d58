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
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from iapo.dataset.benchmark import category_of
from iapo.dataset.procedural import novelty
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
            The benchmark's word counts where it has the family, see `effective_split`.
        difficulties: the levels that `make` can draw.
        weight: how often it is drawn, against the other families of its category.
        shared: the family that its tasks belong to, where `name` is not that.
    """

    name: str
    format: Format
    split: str = "train"
    difficulties: tuple[int, ...] = (1, 2)
    weight: float = 1.0
    shared: str = ""

    @property
    def effective_split(self) -> str:
        """`train` or `novel`: what the benchmark says of the family, or else `split`."""
        return novelty.split_of(self.shared or self.name, own=self.split)

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels that can be asked for; none where nothing can be made."""
        return self.difficulties

    def make(self, rng: random.Random) -> Draft:
        """One item; everything random comes from `rng`."""
        raise NotImplementedError

    def make_level(self, rng: random.Random, levels: Collection[int] | None) -> Draft:
        """One item, of one of these levels where the generator can aim at one."""
        return self.make(rng)

    def task(
        self, rng: random.Random, id: str, split: str, levels: Collection[int] | None = None
    ) -> Task:
        """One item as a task."""
        draft = self.make_level(rng, levels)
        return Task(
            id=id,
            category=category_of(self.format),
            format=self.format,
            instruction=draft.instruction,
            input=draft.input,
            output=draft.output,
            intent=Intent.from_data(draft.intent, self.format),
            family=self.shared or self.name,
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
