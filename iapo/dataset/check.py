"""Proof that tasks are sound: references, intents, prompts, splits.

Every finding names the task and what to do. `check()` judges the benchmark with its data files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from iapo.dataset.benchmark import load_benchmark
from iapo.dataset.composition import composition
from iapo.dataset.task import Task
from iapo.intent import Leaf, match
from iapo.rewards import IaCReward
from iapo.verify.report import Report

LEAST_REWARD = 0.99
_NEAR = 0.9  # share of common word triples at which two prompts are the same task

_WORDS = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six",
    "7": "seven", "8": "eight", "9": "nine", "10": "ten", "12": "twelve",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a task: its id, and a sentence."""

    task: str
    message: str

    def __str__(self) -> str:
        return f"{self.task}: {self.message}"


def check() -> list[Finding]:
    """Everything that is wrong with the benchmark; empty when it is sound."""
    tasks = load_benchmark()
    whole = [Finding("benchmark", message) for message in composition(tasks)]
    return [*whole, *check_tasks(tasks)]


def check_tasks(tasks: Iterable[Task], *, unique: bool = True) -> list[Finding]:
    """Everything that is wrong with these tasks.

    Proves that each reference verifies with no diagnostics, meets its whole intent and scores at
    least `LEAST_REWARD`; that every literal of an intent stands in its prompt; that ids and (with
    `unique`) prompts are all different; that no family stands in train and novel.
    """
    tasks = list(tasks)
    findings = [*_splits(tasks), *_twins(tasks, unique)]
    for task in tasks:
        findings.extend(_unsaid(task))
    findings.extend(_references(tasks))
    return findings


def _references(tasks: list[Task]) -> Iterator[Finding]:
    from iapo.verify import verify_many  # starts with the first judgement, not with the import

    reports = verify_many([(task.output, task.format) for task in tasks], plan=True)
    scores = IaCReward().score_many([(task.output, task.format, task) for task in tasks])
    for task, report, (score, details) in zip(tasks, reports, scores, strict=True):
        yield from _judged(task, report)
        if score < LEAST_REWARD:
            yield Finding(task.id, f"the reference scores {score:.3f}: {details}")


def _judged(task: Task, report: Report) -> Iterator[Finding]:
    for diagnostic in report.diagnostics[:3]:
        yield Finding(task.id, f"the reference has a diagnostic: {diagnostic.message}")
    if report.valid is not True:
        yield Finding(task.id, f"the reference does not verify: valid is {report.valid}")
    if task.intent is None:
        yield Finding(task.id, "has no intent")
        return
    result = match(task.intent, report)
    for leaf in result.parts:
        if not leaf.met:
            yield Finding(task.id, f"the reference does not meet {leaf.name}: {leaf.why_not}")
    if result.unrequested:
        yield Finding(task.id, f"the reference has {result.unrequested} parts nobody asked for")


def _splits(tasks: list[Task]) -> Iterator[Finding]:
    novel = {task.family for task in tasks if task.split == "novel"}
    for task in tasks:
        if task.split != "novel" and task.family in novel:
            yield Finding(task.id, f"family {task.family} is novel and must not be in {task.split}")


def _twins(tasks: list[Task], unique: bool) -> Iterator[Finding]:
    seen: dict[str, Task] = {}
    ids: set[str] = set()
    shingles: list[tuple[Task, frozenset[tuple[str, ...]]]] = []
    for task in tasks:
        if task.id in ids:
            yield Finding(task.id, "the id is given twice")
        ids.add(task.id)
        if not unique:
            continue
        words = re.findall(r"[a-z0-9]+", task.prompt.lower())
        text = " ".join(words)
        if text in seen:
            yield Finding(task.id, f"has the prompt of {seen[text].id}")
        seen[text] = task
        shingles.append((task, frozenset(zip(words, words[1:], words[2:], strict=False))))
    for index, (task, mine) in enumerate(shingles):
        for other, theirs in shingles[:index]:
            if other.format == task.format and mine and theirs:
                common = len(mine & theirs) / len(mine | theirs)
                if common >= _NEAR:
                    yield Finding(task.id, f"is nearly the prompt of {other.id} ({common:.2f})")


def _unsaid(task: Task) -> Iterator[Finding]:
    """Literals of the intent that the prompt never gave."""
    if task.intent is None:
        return
    prompt = task.prompt.lower()
    for words in task.says.values():
        if words.lower() not in prompt:
            yield Finding(task.id, f"says {words!r}, which is not in the prompt")
    for leaf in task.intent.leaves():
        for literal in literals(leaf):
            if str(literal) not in task.says and not is_said(literal, leaf, prompt):
                yield Finding(
                    task.id, f"the prompt does not say {literal!r}, which {leaf.path} asks for"
                )


def literals(leaf: Leaf) -> list[Any]:
    """The values of a leaf that a prompt must give."""
    if leaf.matcher in ("any", "absent", "refers"):
        return []
    if leaf.matcher == "one_of":
        return list(leaf.value[:1])
    if leaf.matcher == "matches":
        # Outside of classes, escapes, groups' marks and repetitions, what is left is said.
        plain = re.sub(r"\(\?[a-z:!=<]+|\[[^]]*\][*+?]?|\\[a-zA-Z]|\{[0-9,]*\}", " ", leaf.value)
        plain = re.sub(r"\|[^|)]*", " ", plain)
        return re.findall(r"[A-Za-z0-9]{2,}", plain.replace("\\", ""))
    if isinstance(leaf.value, dict):
        return list(leaf.value.values())
    if isinstance(leaf.value, (list, tuple)):
        return list(leaf.value)
    return [leaf.value]


def is_said(literal: Any, leaf: Leaf, prompt: str) -> bool:
    """Whether a prompt (in lower case) says a value, in its own words or a near form."""
    if isinstance(literal, bool):
        # "encrypted: true" is said by any form of a word of the field's name.
        field = leaf.path.rsplit(".", 1)[-1]
        parts = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", field).lower())
        return any(part[: max(4, len(part) - 3)] in prompt for part in parts if len(part) > 2)
    text = str(literal).lower()
    if text in _WORDS and re.search(rf"\b{_WORDS[text]}\b", prompt):
        return True
    if isinstance(literal, (int, float)):
        return re.search(rf"(?<![0-9.]){re.escape(text)}(?![0-9]|\.[0-9])", prompt) is not None
    if text in prompt:
        return True
    words = re.findall(r"[a-z0-9]+", text)
    stems = [word if len(word) < 6 else word[: len(word) - 2] for word in words]
    return bool(stems) and all(re.search(rf"(?<![a-z0-9]){stem}", prompt) for stem in stems)
