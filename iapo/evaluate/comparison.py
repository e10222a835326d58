"""Two runs on the same tasks: what each measure gained, and which tasks were gained and lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

from iapo.errors import InputError
from iapo.evaluate.bootstrap import Interval, mean_interval, paired_difference
from iapo.evaluate.folder import Run
from iapo.evaluate.statistics import GROUPINGS, measures


@dataclass(frozen=True)
class Change:
    """One measure in both runs; `gain` is the mean difference, paired by task."""

    before: Interval
    after: Interval
    gain: Interval


@dataclass(frozen=True)
class Comparison:
    """The second run against the first, on the tasks that both have done.

    Attributes:
        tasks: how many those are.
        left_out: tasks that only one of them has done.
        changes: measure to change.
        groups: grouping to group to (tasks, change of pass@1).
        gained, lost: ids of the tasks whose pass rate rose, and fell.
        p_value: of as uneven a split of gained and lost by chance (`sign_test`).
    """

    tasks: int
    left_out: int
    changes: Mapping[str, Change]
    groups: Mapping[str, Mapping[str, tuple[int, Change]]]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    p_value: float


def sign_test(gained: int, lost: int) -> float:
    """Two-sided exact p-value that gains and losses are equally likely.

    With one sample a task this is McNemar's test in its exact form (McNemar 1947, Psychometrika 12).
    """
    count = gained + lost
    tail = sum(comb(count, n) for n in range(min(gained, lost) + 1))
    return min(1.0, float(2 * tail / 2**count))


def compare(first: Run, second: Run) -> Comparison:
    """The second run against the first.

    Raises:
        InputError: they have no finished task in common, or a task of one name differs.
    """
    before = {t.id: (t, s) for t, s in zip(first.tasks, first.samples, strict=True)}
    both = []
    left_out = 0
    for task, samples in zip(second.tasks, second.samples, strict=True):
        other, earlier = before.pop(task.id, (None, ()))
        if other is None or len(samples) < second.asked or len(earlier) < first.asked:
            left_out += 1
            continue
        if other.prompt != task.prompt:
            raise InputError(f"the runs asked differently for {task.id}; they cannot be compared")
        both.append((task, measures(earlier, first.asked), measures(samples, second.asked)))
    if not both:
        raise InputError("the two runs have no finished task in common")
    shared = [name for name in both[0][1] if name in both[0][2]]
    groups: dict[str, dict[str, tuple[int, Change]]] = {}
    for grouping in GROUPINGS:
        members: dict[str, list[int]] = {}
        for place, (task, _, _) in enumerate(both):
            members.setdefault(str(getattr(task, grouping)), []).append(place)
        if len(members) > 1:
            groups[grouping] = {
                name: (len(places), _change([both[p][1:] for p in places], "pass@1"))
                for name, places in sorted(members.items())
            }
    rates = [(task.id, a["pass@1"], b["pass@1"]) for task, a, b in both]
    gained = tuple(id for id, a, b in rates if b > a)
    lost = tuple(id for id, a, b in rates if b < a)
    return Comparison(
        tasks=len(both),
        left_out=left_out + len(before),
        changes={name: _change([pair[1:] for pair in both], name) for name in shared},
        groups=groups,
        gained=gained,
        lost=lost,
        p_value=sign_test(len(gained), len(lost)),
    )


def _change(pairs: Sequence[tuple[Mapping[str, float], Mapping[str, float]]], name: str) -> Change:
    before, after = [a[name] for a, _ in pairs], [b[name] for _, b in pairs]
    return Change(mean_interval(before), mean_interval(after), paired_difference(before, after))
