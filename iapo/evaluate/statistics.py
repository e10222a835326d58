"""The figures of a run: each a mean over tasks with its interval, for all tasks and for each group.

Everything is worked out from the samples in the run's folder, so that a run that was resumed gives
the same figures as one that was not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

from iapo.evaluate.answering import Sample
from iapo.evaluate.bootstrap import Interval, mean_interval
from iapo.evaluate.folder import Run, TaskFacts
from iapo.evaluate.invented import Invented, invented
from iapo.rewards.score import COMPONENTS

GROUPINGS = ("category", "format", "difficulty", "split", "family")

Figures = Mapping[str, Interval]
"""Measure to mean and interval; the measures are those of `measures`."""


def is_share(measure: str) -> bool:
    """Whether a measure is told in percent."""
    return measure.startswith("pass@") or measure == "verifies"


def shown_figure(value: float, measure: str) -> str:
    """Shares in percent, rewards as they are."""
    return f"{value:.1%}" if is_share(measure) else f"{value:.3f}"


@dataclass(frozen=True)
class Group:
    """Some of the tasks.

    Attributes:
        name: what they share: `terraform`.
        tasks: how many.
    """

    name: str
    tasks: int
    figures: Figures


@dataclass(frozen=True)
class Outcome:
    """One way in which answers end; every answer ends in exactly one."""

    name: str
    answers: int
    share: Interval


@dataclass(frozen=True)
class Code:
    """A diagnostic that makes answers invalid.

    Attributes:
        answers, tasks: how many have it.
        share: of the answers, as a mean over tasks.
        example: one of its messages.
    """

    code: str
    answers: int
    tasks: int
    share: Interval
    example: str


@dataclass(frozen=True)
class InventedName:
    """A name that does not exist, and how many answers use it."""

    name: Invented
    format: str
    answers: int


@dataclass(frozen=True)
class Statistics:
    """A run in figures.

    Attributes:
        tasks, answers: how many.
        unscored: answers that could not be scored; they count as failures.
        cut: share of the answers that were cut at the limit of tokens.
        tokens: mean length of an answer; None where the engine did not say.
        overall: figures over all tasks.
        groups: by category, format, difficulty, split and family; groupings that have one group
            only are left out.
        outcomes: how answers end; their shares sum to 1.
        codes: the most frequent first.
        invented: the most frequent first.
    """

    tasks: int
    answers: int
    unscored: int
    cut: float
    tokens: float | None
    overall: Figures
    groups: Mapping[str, tuple[Group, ...]]
    outcomes: tuple[Outcome, ...]
    codes: tuple[Code, ...]
    invented: tuple[InventedName, ...]


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """The chance that at least one of `k` samples passes, unbiased from `samples` that were drawn.

    1 - C(n-c, k) / C(n, k): Chen et al. 2021 (arXiv 2107.03374), equation 1.

    Raises:
        ValueError: `k` is not between 1 and `samples`.
    """
    if not 1 <= k <= samples or not 0 <= passed <= samples:
        raise ValueError(f"pass@{k} of {passed} among {samples} samples is not defined")
    return 1.0 - comb(samples - passed, k) / comb(samples, k)


def ks(samples: int) -> list[int]:
    """The k of pass@k that are told: 1, 2, 4, ... and the number of samples."""
    powers = [2**n for n in range(samples.bit_length()) if 2**n <= samples]
    return sorted({*powers, samples})


def measures(own: Sequence[Sample], asked: int) -> dict[str, float]:
    """The numbers of one task, each in [0, 1]: pass@k, verifies, reward and its components.

    Args:
        own: its samples, `asked` of them. One that could not be scored counts as a failure.
    """
    scored = [s.scored for s in own if s.scored is not None]
    passed = sum(s.passed for s in scored)
    return {
        **{f"pass@{k}": pass_at_k(asked, passed, k) for k in ks(asked)},
        "verifies": sum(s.valid is True for s in scored) / asked,
        "reward": sum(s.reward for s in scored) / asked,
        **{name: sum(s.components.get(name, 0.0) for s in scored) / asked for name in COMPONENTS},
    }


def statistics(run: Run) -> Statistics:
    """The figures of a run, over the tasks that have all their samples.

    Raises:
        ValueError: no task has.
    """
    done = [
        (task, own)
        for task, own in zip(run.tasks, run.samples, strict=True)
        if len(own) == run.asked
    ]
    if not done:
        raise ValueError("no task has all its samples")
    tasks, samples = [task for task, _ in done], [own for _, own in done]
    per_task = [measures(own, run.asked) for own in samples]
    every = [sample for own in samples for sample in own]
    counted = [s.answer.tokens for s in every if s.answer.tokens is not None]
    return Statistics(
        tasks=len(tasks),
        answers=len(every),
        unscored=sum(s.scored is None for s in every),
        cut=sum(not s.answer.stopped for s in every) / len(every),
        tokens=sum(counted) / len(counted) if counted else None,
        overall=_figures(per_task),
        groups=_groups(tasks, per_task),
        outcomes=_outcomes(samples),
        codes=_codes(samples),
        invented=_invented(tasks, samples),
    )


def _figures(per_task: Sequence[Mapping[str, float]]) -> Figures:
    return {name: mean_interval([own[name] for own in per_task]) for name in per_task[0]}


def _groups(
    tasks: Sequence[TaskFacts], per_task: Sequence[Mapping[str, float]]
) -> dict[str, tuple[Group, ...]]:
    found = {}
    for grouping in GROUPINGS:
        members: dict[str, list[Mapping[str, float]]] = defaultdict(list)
        for task, own in zip(tasks, per_task, strict=True):
            members[str(getattr(task, grouping))].append(own)
        if len(members) > 1:
            found[grouping] = tuple(
                Group(name, len(own), _figures(own)) for name, own in sorted(members.items())
            )
    return found


def outcome(sample: Sample) -> str:
    """How an answer ends."""
    scored = sample.scored
    if scored is None:
        return "could not be scored"
    if scored.passed:
        return "passes"
    if scored.valid is True:
        return "verifies, misses the intent"
    if scored.valid is None:
        return "cannot be judged offline"
    return "invalid" if sample.answer.stopped else "invalid, cut at the limit"


OUTCOMES = (
    "passes",
    "verifies, misses the intent",
    "cannot be judged offline",
    "invalid",
    "invalid, cut at the limit",
    "could not be scored",
)


def _outcomes(samples: Sequence[Sequence[Sample]]) -> tuple[Outcome, ...]:
    ends = [[outcome(sample) for sample in own] for own in samples]
    return tuple(
        Outcome(name, count, _share(own.count(name) / len(own) for own in ends))
        for name in OUTCOMES
        if (count := sum(own.count(name) for own in ends))
    )


def codes_of(sample: Sample) -> list[str]:
    """The codes of the errors of an answer, each once."""
    return list(dict.fromkeys(d.code for d in sample.scored.errors)) if sample.scored else []


def _codes(samples: Sequence[Sequence[Sample]]) -> tuple[Code, ...]:
    having: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    example: dict[str, str] = {}
    for place, own in enumerate(samples):
        for sample in own:
            for code in codes_of(sample):
                having[code][place] += 1
            for error in sample.scored.errors if sample.scored else ():
                example.setdefault(error.code, error.message)
    found = [
        Code(
            code,
            sum(places.values()),
            len(places),
            _share(places.get(place, 0) / len(own) for place, own in enumerate(samples)),
            example[code],
        )
        for code, places in having.items()
    ]
    return tuple(sorted(found, key=lambda c: (-c.answers, c.code)))


def _invented(
    tasks: Sequence[TaskFacts], samples: Sequence[Sequence[Sample]]
) -> tuple[InventedName, ...]:
    counts: dict[tuple[Invented, str], int] = defaultdict(int)
    for task, own in zip(tasks, samples, strict=True):
        for sample in own:
            if sample.scored is not None:
                for name in invented(sample.answer.text, sample.scored.errors):
                    counts[name, task.format] += 1
    found = [InventedName(name, format, count) for (name, format), count in counts.items()]
    return tuple(sorted(found, key=lambda i: (-i.answers, i.format, i.name)))


def _share(values: Iterable[float]) -> Interval:
    return mean_interval(list(values))
