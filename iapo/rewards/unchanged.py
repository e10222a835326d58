"""How much of an intent the code that a task hands over meets before anybody has touched it.

A task that asks for a change gives the code to be changed. Handing it back is no answer: correctness
is the share of what had to change, and what was right before and is now broken costs as much.
It judges nothing but the input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from iapo.intent import Intent, match
from iapo.verify.report import Report

_MOST = 10_000  # inputs remembered


class Given(Protocol):
    """What is needed of a task."""

    @property
    def input(self) -> str: ...
    @property
    def intent(self) -> Intent | None: ...


@dataclass
class Unchanged:
    """Shares of intents that inputs meet, each worked out once."""

    shares: dict[tuple[str, str], float] = field(default_factory=dict)

    def missing(self, task: Given | None) -> bool:
        """Whether the input of a task has yet to be verified."""
        return task is not None and self._key(task) not in self.shares and bool(task.input.strip())

    def learn(self, task: Given, report: Report) -> None:
        """Remember what the input of a task is worth."""
        if task.intent is not None:
            if len(self.shares) >= _MOST:
                self.shares.clear()
            self.shares[self._key(task)] = match(task.intent, report).share

    def earned(self, share: float, task: Given | None) -> float:
        """The share of what had to change, in [0, 1], for an answer that meets `share` of it all."""
        before = self.shares.get(self._key(task), 0.0) if task is not None else 0.0
        # A task whose input already is right asks for nothing but that it stays so.
        return share if before >= 1.0 else max(0.0, (share - before) / (1.0 - before))

    @staticmethod
    def _key(task: Given) -> tuple[str, str]:
        data: Mapping[str, object] = task.intent.data if task.intent is not None else {}
        return task.input, repr(data) if task.input else ""
