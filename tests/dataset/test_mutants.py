"""Mutants of the references: what they are, and that the reward tells each from its reference."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from iapo.dataset import Task, load_benchmark
from iapo.rewards import IaCReward
from iapo.verify import verify
from iapo.verify.report import FORMATS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from mutation import Mutant, mutants, outline
from mutation.equal import proof

TASKS = {task.id: task for task in load_benchmark()}


def made(id: str) -> list[Mutant]:
    return list(mutants(TASKS[id]))


def survivors(tasks: list[Task], each: int) -> list[str]:
    """Mutants that score as their reference and are not proven to mean the same."""
    chosen = [mutant for task in tasks for mutant in _some(task, each)]
    whole = IaCReward().score_many([(t.output, t.format, t) for t in tasks])
    best = {task.id: score for task, (score, _) in zip(tasks, whole, strict=True)}
    scores = IaCReward().score_many([(m.text, m.task.format, m.task) for m in chosen])
    return [
        f"{m.task.id}: {m.kind}: {m.what}"
        for m, (score, _) in zip(chosen, scores, strict=True)
        if score > best[m.task.id] - 1e-6 and not proof(m.task, m.text)
    ]


def _some(task: Task, each: int) -> list[Mutant]:
    found = [mutant for mutant in mutants(task) if mutant.kind != "underived"]
    return random.Random(task.id).sample(found, min(each, len(found)))


@pytest.mark.parametrize("format", FORMATS)
def test_a_mutant_scores_less_than_its_reference(format: str) -> None:
    tasks = [task for task in TASKS.values() if task.format == format]
    assert not survivors(random.Random(format).sample(tasks, 5), each=8)


def test_every_kind_of_mutant_is_made() -> None:
    kinds = {mutant.kind for task in (
        "kubernetes/app/node-port", "terraform/lambda/queue-consumer", "dockerfile/static/hugo",
    ) for mutant in made(task)}  # fmt: skip
    assert kinds == {
        "leaf broken", "value in a comment", "reference redirected", "required argument dropped",
        "part removed", "selector renamed", "another type",
    }  # fmt: skip


def test_a_leaf_is_broken_where_it_is_met() -> None:
    """The Deployment kiosk: its own name, not its container's, which the prompt leaves open."""
    broken = [m for m in made("kubernetes/app/node-port") if m.what.startswith("kiosk.name")]
    text = next(m.text for m in broken if m.kind == "leaf broken")
    assert "  name: kiosq\n" in text and "- name: kiosk\n" in text


def test_a_commented_value_is_a_comment_and_nothing_else_changes() -> None:
    mutant = next(
        m for m in made("kubernetes/app/node-port")
        if m.kind == "value in a comment" and "replicas" in m.what
    )  # fmt: skip
    reference = TASKS["kubernetes/app/node-port"].output
    assert mutant.text == reference.replace("  replicas: 2\n", "  # replicas: 2\n")


def test_mutants_keep_the_layout_of_terraform() -> None:
    for mutant in made("terraform/lambda/queue-consumer"):
        score = IaCReward().score_detailed(mutant.text, "terraform", mutant.task)
        assert not [loss for loss in score.losses if "terraform fmt" in loss.why], mutant.what


def test_what_the_api_server_fills_in_is_proven_equal_and_nothing_else_is() -> None:
    task = TASKS["kubernetes/statefulset/postgres"]
    assert "  replicas: 1\n" in task.output
    assert proof(task, task.output.replace("  replicas: 1\n", "  # replicas: 1\n"))
    other = task.output.replace("replicas: 1", "replicas: 2")
    assert not proof(TASKS[task.id], other)


def test_a_plan_with_the_same_values_proves_a_program_equal() -> None:
    task = TASKS["terraform/guardduty/findings-to-topic"]
    without = "".join(line for line in task.output.splitlines(True) if " enable " not in line)
    assert without != task.output and verify(without, "terraform").valid
    assert proof(task, without)
    assert not proof(task, task.output.replace("= true", "= false", 1))


@pytest.mark.parametrize("format", FORMATS)
def test_an_outline_takes_out_whole_entries(format: str) -> None:
    """Taking an entry out never takes half a line of another."""
    for task in [task for task in TASKS.values() if task.format == format][:10]:
        lines = outline(task)
        assert lines.entries and lines.parts
        for entry in lines.entries:
            assert entry.start <= entry.value_start <= entry.value_end
            assert lines.without(entry) != task.output
