"""No cheat of the corpus scores as much as the weakest honest answer, for any format."""

from __future__ import annotations

import pytest
from cheats import cheats
from honest import TASKS, WEAKEST_HONEST

from iapo.dataset import load_benchmark
from iapo.rewards import IaCReward
from iapo.verify import verify

REWARD = IaCReward()
MARGIN = 0.1


@pytest.mark.parametrize("format", list(TASKS))
def test_every_cheat_is_below_the_weakest_honest_answer(format: str) -> None:
    task = TASKS[format]
    corpus = cheats(task)
    scores = REWARD.score_many_detailed([(text, format, task) for text in corpus.values()])
    for name, score in zip(corpus, scores, strict=True):
        assert score.total < WEAKEST_HONEST - MARGIN, (name, score.total, score.components)


@pytest.mark.parametrize(
    ("format", "names"),
    [
        ("terraform", ["count = 0", "an empty for_each", "duplicated blocks"]),
        ("kubernetes", ["replicas: 0", "duplicated manifests"]),
        ("compose", ["unused profiles", "scaled to nothing"]),
        ("dockerfile", ["everything in a stage that is not built"]),
        ("github-actions", ["if: false", "|| true", "continue-on-error", "echo-only steps"]),
        ("gitlab-ci", ["rules that never hold", "|| true", "allow_failure"]),
        ("jenkins", ["stages that never run", "|| true", "an ignored status"]),
    ],
)
def test_the_cheats_are_real_the_tool_accepts_them(format: str, names: list[str]) -> None:
    corpus = cheats(TASKS[format])
    for name in names:
        assert corpus[name] != TASKS[format].output
        report = verify(corpus[name], TASKS[format].format)
        assert report.valid is True, (name, report.diagnostics)


def test_a_dead_part_is_worth_no_more_than_leaving_it_out() -> None:
    task = TASKS["terraform"]
    head, tail = task.output.split("\n\nresource", 1)
    tail = "resource" + tail
    dead = tail.replace('" "logs" {\n', '" "logs" {\n  count = 0\n')
    without, with_dead = REWARD.score_many(
        [(head + "\n", "terraform", task), (f"{head}\n\n{dead}", "terraform", task)]
    )
    assert with_dead[1]["correctness"] <= without[1]["correctness"]


@pytest.mark.slow
def test_every_cheat_is_below_the_floor_for_every_terraform_task() -> None:
    tasks = load_benchmark().filter(format="terraform")
    rows = [(name, text, task) for task in tasks for name, text in cheats(task).items()]
    scores = REWARD.score_many_detailed([(text, "terraform", task) for _, text, task in rows])
    best = max(zip(scores, rows, strict=True), key=lambda pair: pair[0].total)
    assert best[0].total < WEAKEST_HONEST, (best[1][2].id, best[1][0], best[0].components)
