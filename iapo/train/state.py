"""What a run has to remember beside tensors, and what it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iapo.train.summary import Summary

PHASES = ("before", "warmstart", "rejection", "warmed", "probe", "grpo", "after")


@dataclass
class State:
    """Everything a resumed run needs beside tensors."""

    phase: int = 0
    step: int = 0
    saved: int = 0
    threads: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    sampler: dict[str, Any] | None = None
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    bad_steps: int = 0
    pass_tokens: int = 0


@dataclass(frozen=True)
class RunResult:
    """What a run leaves.

    Attributes:
        output: the run's folder; the model in it loads with transformers or peft.
        history: one dictionary an epoch of GRPO: `epoch`, `steps`, `mean_reward`, `pass_rate`,
            `valid_rate`, and each component.
        summaries: held-out results by name: `before`, `warm start`, `grpo`; empty without
            evaluation.
    """

    output: Path
    history: list[dict[str, Any]]
    summaries: Mapping[str, Summary]
