"""IAPO's reward for TRL: `reward_funcs`, one a component, and the data set they read.

from trl import GRPOConfig, GRPOTrainer
from iapo.integrations.trl import reward_functions, training_set

functions = reward_functions()
trainer = GRPOTrainer(
    model="Qwen/Qwen2.5-0.5B-Instruct",
    reward_funcs=functions,
    args=GRPOConfig(reward_weights=[0.4, 0.3, 0.3]),
    train_dataset=training_set(iapo.create_dataset(split="train")),
)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from iapo.dataset import Task
from iapo.errors import InputError
from iapo.integrations.truth import last_text, pack, passes, scores
from iapo.rewards import IaCReward
from iapo.rewards.score import COMPONENTS, Score

RewardFunction = Callable[..., list[float]]


def training_set(tasks: Sequence[Task], system_prompt: str = "") -> Any:
    """A `datasets.Dataset` with `prompt` (chat messages) and `truth` (the packed task)."""
    try:
        import datasets
    except ImportError as error:
        raise InputError("this needs the package datasets: pip install 'iapo[trl]'") from error
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    rows = [
        {"prompt": [*system, {"role": "user", "content": task.prompt}], "truth": pack(task)}
        for task in tasks
    ]
    return datasets.Dataset.from_list(rows)


def reward_functions(
    reward: IaCReward | None = None, *, passed: bool = False
) -> list[RewardFunction]:
    """Three functions for `reward_funcs`: syntax, correctness, format, each in [0, 1].

    TRL calls them one after the other with the same completions: the first call verifies, the
    others read. Weigh them with `reward_weights=[alpha, beta, gamma]`. The first also logs
    `pass_rate` and `valid_rate`.

    Args:
        passed: a fourth function, 1 where an answer verifies and does all that was asked, else 0;
            its weight is the configuration's `pass_bonus`.
    """
    judge = _Judge(reward or IaCReward())

    def component(name: str) -> RewardFunction:
        def function(
            completions: Sequence[Any],
            truth: Sequence[str],
            log_metric: Callable[[str, float], None] | None = None,
            **_: Any,
        ) -> list[float]:
            found = judge([last_text(c) for c in completions], truth)
            if log_metric is not None and name == COMPONENTS[0] and found:
                log_metric("pass_rate", sum(map(passes, found)) / len(found))
                log_metric("valid_rate", sum(s.report.valid is True for s in found) / len(found))
            return [float(score.components[name]) for score in found]

        function.__name__ = name
        return function

    functions = [component(name) for name in COMPONENTS]
    if passed:

        def whole(completions: Sequence[Any], truth: Sequence[str], **_: Any) -> list[float]:
            return [float(passes(s)) for s in judge([last_text(c) for c in completions], truth)]

        whole.__name__ = "passed"
        functions.append(whole)
    return functions


class _Judge:
    """Remembers the last batch: three functions ask about the same one."""

    def __init__(self, reward: IaCReward) -> None:
        self._reward = reward
        self._asked: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._found: list[Score] = []

    def __call__(self, texts: Sequence[str], truths: Sequence[str]) -> list[Score]:
        asked = (tuple(texts), tuple(truths))
        if asked != self._asked:
            self._found = scores(self._reward, texts, truths)
            self._asked = asked
        return self._found
