"""What every engine takes and gives."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from iapo.errors import InputError

if TYPE_CHECKING:
    from iapo.dataset import Task


class EngineError(InputError):
    """An engine that cannot answer: not installed, not reachable, or refusing."""


@dataclass(frozen=True)
class Decoding:
    """How answers are drawn.

    Attributes:
        samples: answers a task.
        temperature: 0 takes the likeliest token each time.
        top_p: sample from the smallest set of tokens with this share of the probability.
        max_new_tokens: longest answer, in tokens.
        system_prompt: system message; "" leaves it to the model's chat template.
        seed: with a task's id, of everything random about its answers.
    """

    samples: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    max_new_tokens: int = 512
    system_prompt: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.samples < 1 or self.max_new_tokens < 1:
            raise InputError("samples and max_new_tokens start at 1")
        if not 0 <= self.temperature < 100:
            raise InputError(f"temperature is at least 0, not {self.temperature:g}")
        if not 0 < self.top_p <= 1:
            raise InputError(f"top_p is above 0 and at most 1, not {self.top_p:g}")
        if self.samples > 1 and self.temperature == 0:
            raise InputError("several samples of a task need a temperature above 0")


@dataclass(frozen=True, slots=True)
class Request:
    """One task's share of the work.

    Attributes:
        place: of the task among the tasks.
        prompt: what the user asks.
        format: of what is to be written; a guide needs it.
        numbers: which of the task's samples are wanted, counted from 0; a resumed run has some.
        seed: the task's own, in [0, 2^31).
    """

    place: int
    prompt: str
    format: str
    numbers: tuple[int, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was written for sample `number` of the task at `place`.

    Attributes:
        tokens: how many were written; None where the engine does not say.
        stopped: False where the answer was cut at the limit.
    """

    place: int
    number: int
    text: str
    tokens: int | None
    stopped: bool


class Engine(Protocol):
    """Writes answers."""

    def answers(self, requests: Sequence[Request]) -> Iterator[list[Answer]]:
        """Answers as they are ready, some at a time, in any order; each that was asked for once.

        Raises:
            EngineError: one line; what was handed over before stands.
        """
        ...

    def close(self) -> None:
        """Let go of what is held; nothing of it is needed any more."""
        ...


def requests_for(
    tasks: Sequence[Task], decoding: Decoding, wanted: Mapping[int, Sequence[int]] | None = None
) -> list[Request]:
    """What is to be asked of an engine.

    Args:
        wanted: place of a task to the numbers of its samples that are missing; None for all.
    """
    every = range(decoding.samples)
    numbers = wanted if wanted is not None else dict.fromkeys(range(len(tasks)), every)
    return [
        Request(place, task.prompt, task.format, tuple(own), _seed(decoding.seed, task.id))
        for place, own in numbers.items()
        if own and (task := tasks[place])
    ]


def _seed(*parts: object) -> int:
    return random.Random("/".join(map(str, parts))).getrandbits(31)
