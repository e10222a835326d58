"""Mutants: references of the benchmark with one thing broken that the prompt asked for or the tool needs.

`mutants(task)` derives them from a task's intent and reference, for every format. A mutant has the
layout of the reference, so that its layout is not what it is found by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iapo.dataset import Task
from iapo.intent import match
from iapo.verify import verify

from . import dockerfile_outline, jenkins_outline, terraform_outline, yaml_outline
from .leaves import leaf_mutants
from .outline import Outline
from .structure import structure_mutants

__all__ = ["Mutant", "mutants", "outline"]


@dataclass(frozen=True)
class Mutant:
    """A broken reference.

    Attributes:
        task: whose reference it was.
        kind: leaf broken | value in a comment | reference redirected | required argument dropped |
            part removed | selector renamed | another type | underived: a leaf that gave no mutant.
        what: what changed.
        text: the mutant; empty for `underived`.
    """

    task: Task
    kind: str
    what: str
    text: str


def outline(task: Task) -> Outline:
    """The outline of a task's reference."""
    if task.format == "terraform":
        return terraform_outline.outline(task.output)
    if task.format == "dockerfile":
        return dockerfile_outline.outline(task.output)
    if task.format == "jenkins":
        return jenkins_outline.outline(task.output)
    return yaml_outline.outline(task.output, task.format)


def mutants(task: Task) -> Iterator[Mutant]:
    """Every mutant of a task, each text once."""
    assert task.intent is not None
    lines = outline(task)
    claimed = match(task.intent, verify(task.output, task.format, plan=True)).claimed
    seen = {task.output}
    for made in (*leaf_mutants(task, lines, claimed), *structure_mutants(lines)):
        kind, what, text = made
        if kind == "underived" or text not in seen:
            seen.add(text)
            yield Mutant(task, kind, what, text)
