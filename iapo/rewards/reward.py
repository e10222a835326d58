"""`IaCReward`: alpha * syntax + beta * correctness + gamma * format.

It takes what a model wrote, finds the code in it, has it verified and matched with the task's
intent, and says what was earned. Each component is defined in a module of its own; docs/reward.md
says why they cannot be gamed. The same text gives the same score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from iapo.errors import InputError
from iapo.intent import Intent, match
from iapo.rewards.correctness import correctness
from iapo.rewards.format import format_component
from iapo.rewards.score import COMPONENTS, Loss, Score
from iapo.rewards.substance import has_asked_kind, has_substance, unrequested
from iapo.rewards.suppressions import strip_suppressions
from iapo.rewards.syntax import syntax
from iapo.rewards.unchanged import Unchanged
from iapo.verify.detect import detect_format
from iapo.verify.extract import Extraction, extract_code
from iapo.verify.report import CATEGORIES, FORMATS, Format, Report


class Judgeable(Protocol):
    """What the reward needs of a task; `iapo.dataset.Task` is one."""

    @property
    def format(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def input(self) -> str: ...
    @property
    def output(self) -> str: ...
    @property
    def intent(self) -> Intent | None: ...


_UNCHANGED = Unchanged()

Item = tuple[str, str] | tuple[str, str, "Judgeable | None"]


@dataclass(frozen=True)
class IaCReward:
    """The documented reward.

    Attributes:
        alpha: weight of syntax: the format's real tool accepts it.
        beta: weight of correctness: the share of the task's intent that holds.
        gamma: weight of format: nothing but the code asked for, complete and canonically written.

    With weights that sum to 1 the reward is in [0, 1].
    """

    alpha: float = 0.4
    beta: float = 0.3
    gamma: float = 0.3

    def __post_init__(self) -> None:
        weights = (self.alpha, self.beta, self.gamma)
        if any(not 0 <= weight < float("inf") for weight in weights) or not sum(weights):
            raise InputError(f"reward weights must be numbers of at least 0, not {weights}")

    def score(
        self, code: str, category: str, task: Judgeable | None = None
    ) -> tuple[float, dict[str, float]]:
        """The reward of one answer, and its components.

        Args:
            code: what the model wrote, fences and prose included.
            category: terraform, kubernetes, docker or cicd, or one of `iapo.verify.FORMATS`.
            task: what was asked; its format goes before the category. Without a task (or without
                an intent) correctness is the share of declared parts whose type and fields exist.

        Raises:
            InputError: the category is unknown. No text raises anything.
        """
        detailed = self.score_detailed(code, category, task)
        return detailed.total, detailed.components

    def score_many(self, items: Iterable[Item]) -> list[tuple[float, dict[str, float]]]:
        """The rewards of many answers, verified over the workers, in the order given.

        Args:
            items: (code, category) or (code, category, task) as `score` takes them.
        """
        return [(score.total, score.components) for score in self.score_many_detailed(items)]

    def score_detailed(self, code: str, category: str, task: Judgeable | None = None) -> Score:
        """As `score`, with why each point was lost."""
        return self.score_many_detailed([(code, category, task)])[0]

    def score_many_detailed(
        self, items: Iterable[Item], known: Mapping[str, Report] | None = None
    ) -> list[Score]:
        """As `score_many`, with why each point was lost.

        Args:
            known: reports at hand, by the code they are on. They are taken in place of a new one,
                but not where a task has an intent: that is matched with a plan.
        """
        asked = [(item[0], item[1], item[2] if len(item) > 2 else None) for item in items]
        found = [_find(text, category, task) for text, category, task in asked]
        wanted = [
            (extraction.code, format, task is not None and task.intent is not None)
            for (extraction, format), (_, _, task) in zip(found, asked, strict=True)
        ]
        given = [
            (task, task.intent.format)
            for _, _, task in asked
            if task is not None and task.intent is not None and _UNCHANGED.missing(task)
        ]
        wanted += [(task.input, format, True) for task, format in given]
        reports = _verify(wanted, known or {})
        for (task, _), report in zip(given, reports[len(found) :], strict=True):
            _UNCHANGED.learn(task, report)
        return [
            self._fold(text, extraction, format, report, task)
            for (text, _, task), (extraction, format), report in zip(
                asked, found, reports[: len(found)], strict=True
            )
        ]

    def _fold(
        self,
        text: str,
        extraction: Extraction,
        format: Format,
        report: Report,
        task: Judgeable | None,
    ) -> Score:
        intent = task.intent if task is not None else None
        result = match(intent, report) if intent is not None else None
        share = _UNCHANGED.earned(result.share, task) if result is not None else None
        substance = has_substance(extraction.code, format, report, intent)
        losses: list[Loss] = []
        to_the_point = intent is None or has_asked_kind(extraction.code, report, intent)
        extras = unrequested(extraction.code, report, intent, result)
        of_syntax = syntax(report, substance, to_the_point, extras, losses)
        of_correctness = correctness(
            extraction.code, extraction.blocks, report, substance, result, share, task, losses
        )
        of_format = format_component(
            text, extraction, format, report, substance, result, of_correctness, task, losses
        )
        values = (of_syntax, of_correctness, of_format)
        weights = (self.alpha, self.beta, self.gamma)
        return Score(
            total=sum(weight * value for weight, value in zip(weights, values, strict=True)),
            components=dict(zip(COMPONENTS, values, strict=True)),
            losses=tuple(sorted(losses, key=lambda loss: -loss.points)),
            report=report,
            intent=result,
            code=extraction.code,
        )


def _find(text: str, category: str, task: Judgeable | None) -> tuple[Extraction, Format]:
    """The code in an answer and the format it is to be judged as."""
    formats = _formats(task.format if task is not None else category)
    format = formats[0]
    if len(formats) > 1:
        by_content = detect_format(extract_code(text).code)
        format = by_content if by_content in formats else format
    extraction = extract_code(text, format)
    code = strip_suppressions(extraction.code, format)
    kept = Extraction(
        code, extraction.prose, extraction.blocks, extraction.language, extraction.truncated
    )
    return kept, format


def _formats(category: str) -> tuple[Format, ...]:
    for format in FORMATS:
        if category == format:
            return (format,)
    if category not in CATEGORIES:
        known = ", ".join([*CATEGORIES, *FORMATS[2:]])
        raise InputError(f"unknown category {category!r}; known: {known}")
    return CATEGORIES[category]


def _verify(
    wanted: Sequence[tuple[str, Format, bool]], known: Mapping[str, Report]
) -> list[Report]:
    """Reports in order; equal texts are verified once, plans are made only where asked for."""
    from iapo.verify import verify_many  # starts with the first judgement, not with the import

    reports: dict[tuple[str, Format, bool], Report] = {
        item: known[item[0]] for item in wanted if not item[2] and item[0] in known
    }
    for plan in (True, False):
        unique = dict.fromkeys(item for item in wanted if item[2] is plan and item not in reports)
        if unique:
            judged = verify_many([(text, format) for text, format, _ in unique], plan=plan)
            reports.update(zip(unique, judged, strict=True))
    return [reports[item] for item in wanted]
