"""Rewards of sampled answers, whatever the reward does: a sample that cannot be scored is left out.

A reward that raises, returns too few results, something that is no finite number, or nothing in
time, costs its own samples and no more: the reason is counted, and training goes on.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from iapo.errors import InputError
from iapo.rewards.score import COMPONENTS as COMPONENTS
from iapo.rewards.score import Loss
from iapo.verify.report import Diagnostic

if TYPE_CHECKING:
    from iapo.dataset import Task

_MOST_HANGING = 4  # scorings that never came back, each a thread that cannot be stopped


class RewardError(InputError):
    """Most samples could not be scored: training on the rest would teach something else."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What an answer earned.

    Attributes:
        reward: the number to be maximised.
        components: syntax, correctness, format, each in [0, 1]; empty for a user's own reward.
        valid: the verifier's verdict; None where it cannot tell or was not asked.
        passed: verifies and meets every part of the intent.
        diagnostics: what was wrong, the heaviest first: `(code, one line)`.
        wrong_lines: lines of the answer, from 1, that the verifier's errors point at.
        errors: the verifier's errors whole, their lines those of the answer.
        losses: why each component is below 1, the largest loss first.
    """

    reward: float
    components: Mapping[str, float] = field(default_factory=dict)
    valid: bool | None = None
    passed: bool = False
    diagnostics: tuple[tuple[str, str], ...] = ()
    wrong_lines: tuple[int, ...] = ()
    errors: tuple[Diagnostic, ...] = ()
    losses: tuple[Loss, ...] = ()


RewardFunction = Callable[[Sequence[str], "Sequence[Task]"], Sequence[Scored | float]]
"""Texts and their tasks to one result each, in order."""


def infrastructure_reward(
    alpha: float = 0.4, beta: float = 0.3, gamma: float = 0.3
) -> RewardFunction:
    """The reward of `iapo.rewards.IaCReward` with these weights."""
    from iapo.rewards import IaCReward

    reward = IaCReward(alpha=alpha, beta=beta, gamma=gamma)

    def score(texts: Sequence[str], tasks: Sequence[Task]) -> list[Scored]:
        items = [(text, task.category, task) for text, task in zip(texts, tasks, strict=True)]
        detailed = reward.score_many_detailed(items)
        return [_from_score(text, score) for text, score in zip(texts, detailed, strict=True)]

    return score


def _from_score(text: str, score: Any) -> Scored:
    report, intent = score.report, score.intent
    found = [(d.code, d.message) for d in report.errors]
    found += [(loss.component, loss.why) for loss in score.losses]
    errors = _in_answer(text, score.code, report.errors)
    meets = intent.share >= 1.0 if intent is not None else score.components["correctness"] >= 1.0
    return Scored(
        reward=score.total,
        components=dict(score.components),
        valid=report.valid,
        passed=report.valid is True and meets,
        diagnostics=tuple(found[:6]),
        wrong_lines=tuple(sorted({d.line for d in errors if d.line})),
        errors=errors,
        losses=score.losses,
    )


def _in_answer(text: str, code: str, errors: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The errors with the answer's lines; without lines where the code is not in it as judged."""
    place = text.find(code.strip()) if code.strip() else -1
    if place < 0:
        return tuple(replace(d, line=None, column=None) for d in errors)
    opening = len(code) - len(code.lstrip())
    before = text[:place].count("\n") - code[:opening].count("\n")
    return tuple(replace(d, line=before + d.line) if d.line else d for d in errors)


class Scoring:
    """A reward function that cannot stop the run.

    Attributes:
        failures: reason to how many samples were left out because of it, over the whole run.
        seconds: spent on scoring so far.
    """

    def __init__(self, reward: RewardFunction, timeout: float) -> None:
        """Args: timeout: seconds for a batch, and then for each sample alone."""
        self.reward = reward
        self.timeout = timeout
        self.failures: Counter[str] = Counter()
        self.seconds = 0.0
        self._hanging = 0

    def __call__(self, texts: Sequence[str], tasks: Sequence[Task]) -> list[Scored | None]:
        """One result a text; None where it could not be scored.

        Raises:
            RewardError: the reward hung so often that threads would pile up.
        """
        if not texts:
            return []
        begin = time.monotonic()
        try:
            return self._score(texts, tasks)
        finally:
            self.seconds += time.monotonic() - begin

    def _score(self, texts: Sequence[str], tasks: Sequence[Task]) -> list[Scored | None]:
        whole, _ = self._attempt(texts, tasks)
        if whole is not None and all(result is not None for result in whole):
            return whole
        results: list[Scored | None] = []
        for index, (text, task) in enumerate(zip(texts, tasks, strict=True)):
            if whole is not None and whole[index] is not None:
                results.append(whole[index])
                continue
            alone, reason = self._attempt([text], [task])
            if alone is None or alone[0] is None:
                self.failures[reason or "not a finite number"] += 1
                results.append(None)
            else:
                results.append(alone[0])
        return results

    def _attempt(
        self, texts: Sequence[str], tasks: Sequence[Task]
    ) -> tuple[list[Scored | None] | None, str]:
        """Results, or None and why there are none."""
        if self._hanging >= _MOST_HANGING:
            raise RewardError(
                f"the reward did not answer within {self.timeout:g} s on {self._hanging} occasions; "
                "raise reward_timeout or mend the reward"
            )
        box: dict[str, Any] = {}

        def work() -> None:
            try:
                box["results"] = self.reward(texts, tasks)
            except Exception as error:  # the reward may be anyone's code
                box["error"] = f"{type(error).__name__}: {_first_line(error)}"

        thread = threading.Thread(target=work, name="iapo-reward", daemon=True)
        thread.start()
        thread.join(self.timeout)
        if thread.is_alive():
            self._hanging += 1
            return None, f"no answer within {self.timeout:g} s"
        if "error" in box:
            return None, box["error"]
        try:
            results = list(box["results"])
        except TypeError:
            return None, "not a list of results"
        if len(results) != len(texts):
            return None, "wrong number of results"
        return [_checked(result) for result in results], ""


def _checked(result: Any) -> Scored | None:
    if isinstance(result, Scored):
        return result if math.isfinite(result.reward) else None
    try:
        number = float(result)
    except (TypeError, ValueError):
        return None
    return Scored(reward=number, passed=number >= 1.0) if math.isfinite(number) else None


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:200] if lines else ""


def require_enough(results: Sequence[Scored | None], most_failed: float, reason: str) -> None:
    """Stop where too many samples of a step could not be scored.

    Raises:
        RewardError: more than the share `most_failed` failed.
    """
    failed = sum(result is None for result in results)
    if results and failed > most_failed * len(results):
        raise RewardError(
            f"{failed} of {len(results)} samples of a step could not be scored ({reason}); "
            "training on the rest would teach something else"
        )
