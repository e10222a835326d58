"""Which prompts a step works on: those that the model sometimes answers right teach the most.

A group in which every completion passes, or none does, has nothing to prefer. The sampler keeps a
running pass rate a task and draws without replacement, in proportion to p (1 - p): first every task
once in shuffled order, then the uncertain ones often, the mastered and the hopeless ones rarely. A
task whose groups passed whole several times in a row is retired: it is drawn only where nothing
else is left.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

_FORGET = 0.7  # weight of what was known when a task is seen again: the model has changed
_FLOOR = 0.02  # a task that never passes is not given up: the model gets better
_RETIRED = 1e-9


class PromptSampler:
    """Draws indices of tasks; its state is plain data, so that a run resumes where it was."""

    def __init__(
        self, count: int, seed: int, prefer_uncertain: bool = True, retire_after: int = 0
    ) -> None:
        """Sample from all tasks anew.

        Args:
            count: number of tasks, at least 1.
            retire_after: groups in a row that must pass whole; 0 retires none.
        """
        if count < 1:
            raise ValueError("no tasks to draw from")
        self.prefer_uncertain = prefer_uncertain
        self.retire_after = retire_after
        self._random = random.Random(seed)
        self._seen = [0.0] * count
        self._passed = [0.0] * count
        self._streak = [0] * count
        self._order = list(range(count))
        self._random.shuffle(self._order)
        self._next = 0

    def draw(self, count: int) -> list[int]:
        """Indices of `count` tasks, different ones while there are enough."""
        drawn: list[int] = []
        while len(drawn) < count:
            drawn += self._draw_once(min(count - len(drawn), len(self._order)))
        return drawn

    def _draw_once(self, count: int) -> list[int]:
        if not self.prefer_uncertain:
            return self._in_order(count)
        fresh = [i for i in self._order if not self._seen[i]][:count]
        rest = [i for i in self._order if i not in set(fresh)]
        # Efraimidis and Spirakis 2006: the largest u^(1/w) are a weighted draw without replacement;
        # their logarithms, since a retired task's key would be 0.
        keys = {i: math.log(1.0 - self._random.random()) / self._weight(i) for i in rest}
        rest.sort(key=lambda i: -keys[i])
        return fresh + rest[: count - len(fresh)]

    def _in_order(self, count: int) -> list[int]:
        drawn: list[int] = []
        everything = self.retired == len(self._order)
        while len(drawn) < count:
            if self._next == len(self._order):
                self._random.shuffle(self._order)
                self._next = 0
            index = self._order[self._next]
            self._next += 1
            if everything or not self._is_retired(index):
                drawn.append(index)
        return drawn

    @property
    def retired(self) -> int:
        """How many tasks are mastered and no longer drawn."""
        return sum(map(self._is_retired, range(len(self._order))))

    def _is_retired(self, index: int) -> bool:
        return 0 < self.retire_after <= self._streak[index]

    def _weight(self, index: int) -> float:
        if self._is_retired(index):
            return _RETIRED
        rate = self.pass_rate(index)
        return rate * (1.0 - rate) + _FLOOR

    def pass_rate(self, index: int) -> float:
        """Share of passes seen lately, with one of each kind assumed; 0.5 where nothing was seen."""
        return (self._passed[index] + 1.0) / (self._seen[index] + 2.0)

    def record(self, index: int, passed: Sequence[bool]) -> None:
        """Take in the outcomes of one group."""
        if not passed:
            return
        self._seen[index] = self._seen[index] * _FORGET + len(passed)
        self._passed[index] = self._passed[index] * _FORGET + sum(passed)
        self._streak[index] = self._streak[index] + 1 if all(passed) else 0

    def state(self) -> dict[str, Any]:
        """Everything, as JSON types."""
        version, internal, gauss = self._random.getstate()
        return {
            "seen": list(self._seen),
            "passed": list(self._passed),
            "streak": list(self._streak),
            "order": list(self._order),
            "next": self._next,
            "random": [version, list(internal), gauss],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state that `state` gave.

        Raises:
            ValueError: it belongs to another number of tasks.
        """
        if len(state["seen"]) != len(self._seen):
            raise ValueError("the checkpoint was made with other training tasks")
        self._seen, self._passed = list(state["seen"]), list(state["passed"])
        self._streak = list(state["streak"])
        self._order, self._next = list(state["order"]), int(state["next"])
        version, internal, gauss = state["random"]
        self._random.setstate((version, tuple(internal), gauss))
