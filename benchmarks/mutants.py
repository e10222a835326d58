"""Mutants of the benchmark's references: how many lower the score.

1. From each task's intent and reference derive mutants (benchmarks/mutation): each leaf of the intent
   broken and moved into a comment, required arguments dropped, references redirected, parts removed,
   selectors renamed, other types of the same service.
2. Score each against its task; it is found where its score is below the reference's. One that scores
   the same and is proven to mean the same (benchmarks/mutation/equal.py) is none, and is listed.
3. Print how many were found, by format and by kind, and every survivor.

    python benchmarks/mutants.py [--categories docker cicd] [--limit N] [--each N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutation import Mutant, mutants
from mutation.equal import proof

from iapo.dataset import Task, create_dataset
from iapo.rewards import IaCReward
from iapo.verify.report import CATEGORIES

BATCH = 400
LEAST_LOST = 1e-6  # a score that differs by less is the same


_TOTALS = (
    "tasks", "mutants", "found", "share", "accepted_by_the_tool", "found_of_the_accepted",
    "found_by_layout_alone",
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A mutant, what it scored beside its reference, which components fell, what the tool said."""

    mutant: Mutant
    whole: float
    score: float
    fell: tuple[str, ...]
    accepted: bool

    @property
    def found(self) -> bool:
        return self.score < self.whole - LEAST_LOST


def derive(tasks: list[Task], each: int | None, seed: int) -> Iterator[Mutant]:
    """The mutants of all tasks; with `each`, at most so many a task, drawn by the seed."""
    for task in tasks:
        made = list(mutants(task))
        if each is not None and len(made) > each:
            made = random.Random(f"{seed}/{task.id}").sample(made, each)
        yield from made


def judge(made: list[Mutant]) -> Iterator[Judged]:
    """Scores of mutants, in order."""
    reward = IaCReward()
    tasks = {mutant.task.id: mutant.task for mutant in made}
    whole = dict(zip(tasks, reward.score_many([(t.output, t.format, t) for t in tasks.values()]), strict=True))  # fmt: skip
    for start in range(0, len(made), BATCH):
        batch = made[start : start + BATCH]
        scores = reward.score_many([(m.text, m.task.format, m.task) for m in batch])
        for mutant, (score, parts) in zip(batch, scores, strict=True):
            best, full = whole[mutant.task.id]
            fell = tuple(name for name in parts if parts[name] < full[name] - LEAST_LOST)
            yield Judged(mutant, best, score, fell, parts["syntax"] == 1.0)


def table(judged: list[Judged], underived: Counter[str]) -> dict[str, object]:
    """Figures by format and kind."""
    counted: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for item in judged:
        for cell in (
            (item.mutant.task.format, item.mutant.kind),
            (item.mutant.task.format, "all"),
            ("all", item.mutant.kind),
            ("all", "all"),
        ):
            counted[cell] += 1
            found[cell] += item.found
    return {
        "tasks": len({item.mutant.task.id for item in judged}),
        "mutants": counted["all", "all"],
        "found": found["all", "all"],
        "share": round(found["all", "all"] / max(counted["all", "all"], 1), 4),
        "accepted_by_the_tool": sum(item.accepted for item in judged),
        "found_of_the_accepted": sum(item.accepted and item.found for item in judged),
        "found_by_layout_alone": sum(item.found and item.fell == ("format",) for item in judged),
        "leaves_that_gave_none": dict(underived),
        "by_format_and_kind": {
            f"{format}: {kind}": {
                "mutants": count,
                "found": found[format, kind],
                "share": round(found[format, kind] / count, 4),
            }
            for (format, kind), count in sorted(counted.items())
        },
        "survivors": [
            {"task": i.mutant.task.id, "kind": i.mutant.kind, "what": i.mutant.what}
            for i in judged
            if not i.found
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--categories", nargs="*", choices=list(CATEGORIES), default=None)
    parser.add_argument("--limit", type=int, help="only so many tasks")
    parser.add_argument(
        "--each", type=int, help="at most so many mutants a task, drawn by the seed"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=Path, help="write each survivor's text into this folder")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    tasks = list(create_dataset(categories=options.categories, procedural=False))[: options.limit]
    made = list(derive(tasks, options.each, options.seed))
    underived = Counter(m.task.format for m in made if m.kind == "underived")
    missing = [m for m in made if m.kind == "underived"]
    judged = []
    for item in judge([m for m in made if m.kind != "underived"]):
        judged.append(item)
        if len(judged) % (5 * BATCH) == 0:
            print(f"  {len(judged)} judged, {sum(not j.found for j in judged)} survive", flush=True)
    equal = {
        id(j): why for j in judged if not j.found and (why := proof(j.mutant.task, j.mutant.text))
    }
    same = [(j.mutant, equal[id(j)]) for j in judged if id(j) in equal]
    judged = [j for j in judged if id(j) not in equal]
    result = {"at_most_a_task": options.each, "seed": options.seed, **table(judged, underived)}
    result["equal_to_the_reference"] = [
        {"task": m.task.id, "kind": m.kind, "what": m.what, "proof": why} for m, why in same
    ]
    for mutant, why in same:
        print(f"no mutant: {mutant.task.id}: {mutant.kind}: {mutant.what}: {why}")
    for mutant in missing:
        print(f"no mutant: {mutant.task.id}: {mutant.what}")
    for item in judged:
        if not item.found:
            print(f"survives: {item.mutant.task.id}: {item.mutant.kind}: {item.mutant.what}")
    if options.show:
        options.show.mkdir(parents=True, exist_ok=True)
        for number, item in enumerate(i for i in judged if not i.found):
            head = f"# {item.mutant.task.id}: {item.mutant.kind}: {item.mutant.what}\n"
            (options.show / f"{number:04}.txt").write_text(
                head + item.mutant.text, encoding="utf-8"
            )
    for cell, figures in result["by_format_and_kind"].items():  # type: ignore[attr-defined]
        print(f"{cell:48} {figures['found']:6} of {figures['mutants']:6}  {figures['share']:.1%}")
    for name in _TOTALS:
        print(f"{name:24} {result[name]}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
