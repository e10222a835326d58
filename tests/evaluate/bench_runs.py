"""Runs made by hand, for what is worked out from runs."""

from __future__ import annotations

from iapo.evaluate.answering import Sample
from iapo.evaluate.engines import Answer
from iapo.evaluate.folder import Run, TaskFacts
from iapo.train.scoring import Scored
from iapo.verify.report import Diagnostic


def facts(id: str, format: str = "dockerfile", prompt: str = "", difficulty: int = 1) -> TaskFacts:
    category = {"dockerfile": "docker", "terraform": "terraform"}[format]
    return TaskFacts(id, category, format, difficulty, f"{format}/x", "test", prompt or id, "")


def sample(
    place: int,
    number: int = 0,
    *,
    passed: bool = False,
    valid: bool | None = None,
    errors: tuple[Diagnostic, ...] = (),
    text: str = "",
    stopped: bool = True,
    scored: bool = True,
) -> Sample:
    valid = True if passed else valid
    reward = float(passed)
    parts = {"syntax": float(valid is True), "correctness": reward, "format": 0.5}
    earned = Scored(reward, parts, valid, passed, errors=errors) if scored else None
    return Sample(Answer(place, number, text, 10, stopped), earned)


def run(passes: dict[str, list[bool]], asked: int | None = None, **settings: object) -> Run:
    """A run in which each named task's samples pass or fail as told."""
    asked = asked or max(map(len, passes.values()))
    return Run(
        {"model": "m", "dataset": "d", "samples": asked, "temperature": 1.0, **settings},
        tuple(facts(id) for id in passes),
        tuple(
            tuple(sample(place, n, passed=passed) for n, passed in enumerate(own))
            for place, own in enumerate(passes.values())
        ),
    )
