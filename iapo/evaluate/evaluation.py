"""How well a model does on tasks: sampled, scored by the same reward, and summed up with spread.

A completion passes when the verifier accepts it and every part of the task's intent holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iapo.evaluate.bootstrap import Interval, mean_interval
from iapo.generate.prompts import prompt_tokens
from iapo.generate.sampling import sample
from iapo.models import stop_tokens
from iapo.models.adapters import merged
from iapo.train.scoring import RewardFunction, Scored, Scoring, infrastructure_reward

if TYPE_CHECKING:
    from iapo.dataset import Task


@dataclass(frozen=True)
class TaskResult:
    """What a model made of one task; one entry a sample, those without a score left out.

    Attributes:
        rewards, valid, passed: what the reward said of each sample.
        text: the first sample, to look at.
    """

    task: str
    category: str
    rewards: tuple[float, ...]
    valid: tuple[bool, ...]
    passed: tuple[bool, ...]
    text: str
    scored: tuple[Scored, ...]

    @property
    def reward(self) -> float:
        """Mean reward over the samples; 0 where none could be scored."""
        return sum(self.rewards) / len(self.rewards) if self.rewards else 0.0

    @property
    def pass_rate(self) -> float:
        """Share of the samples that pass; 0 where none could be scored."""
        return sum(self.passed) / len(self.passed) if self.passed else 0.0

    @property
    def valid_rate(self) -> float:
        """Share of the samples that verify; 0 where none could be scored."""
        return sum(self.valid) / len(self.valid) if self.valid else 0.0


@dataclass(frozen=True)
class Evaluation:
    """Results of one model on tasks, in the order of the tasks."""

    results: tuple[TaskResult, ...]

    @property
    def mean_reward(self) -> Interval:
        """Mean reward with its 95% interval over tasks."""
        return mean_interval([r.reward for r in self.results])

    @property
    def pass_rate(self) -> Interval:
        """Share of samples that pass with its 95% interval over tasks."""
        return mean_interval([r.pass_rate for r in self.results])

    @property
    def valid_rate(self) -> Interval:
        """Share of samples that verify with its 95% interval over tasks."""
        return mean_interval([r.valid_rate for r in self.results])


def evaluate(
    model: Any,
    tokenizer: Any,
    tasks: Sequence[Task],
    *,
    samples: int = 1,
    temperature: float | None = None,
    max_new_tokens: int = 256,
    system_prompt: str = "",
    seed: int = 0,
    rows: int = 64,
    reward: RewardFunction | None = None,
    timeout: float = 60.0,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Answer every task and score the answers.

    Args:
        samples: completions a task.
        temperature: None is greedy for one sample, 1 for more.
        reward: `IaCReward` with its default weights where not given.
        progress: called with tasks done and tasks in all.

    Raises:
        ValueError: no tasks.
    """
    if not tasks:
        raise ValueError("no tasks to evaluate on")
    if temperature is None:
        temperature = 0.0 if samples == 1 else 1.0
    scoring = Scoring(reward or infrastructure_reward(), timeout)
    prompts = [prompt_tokens(tokenizer, task.prompt, system_prompt) for task in tasks]
    chunk = max(1, rows // samples)
    by_length = sorted(range(len(tasks)), key=lambda i: len(prompts[i]))
    results: dict[int, TaskResult] = {}
    for begin in range(0, len(tasks), chunk):
        chosen = by_length[begin : begin + chunk]
        with merged(model):
            sampled = sample(
                model,
                [prompts[i] for i in chosen],
                group_size=samples,
                max_new_tokens=max_new_tokens,
                stop=stop_tokens(model, tokenizer),
                seed=seed * 1_000_003 + begin,
                temperature=temperature,
                rows=rows,
            )
        texts = [
            [str(tokenizer.decode(c.body(), skip_special_tokens=True)) for c in group]
            for group in sampled
        ]
        scored = scoring(
            [text for group in texts for text in group],
            [tasks[i] for i in chosen for _ in range(samples)],
        )
        for place, i in enumerate(chosen):
            own = scored[place * samples : (place + 1) * samples]
            results[i] = _result(tasks[i], texts[place][0], own)
        if progress is not None:
            progress(len(results), len(tasks))
    return Evaluation(tuple(results[i] for i in range(len(tasks))))


def _result(task: Task, text: str, scored: Sequence[Scored | None]) -> TaskResult:
    kept = tuple(s for s in scored if s is not None)
    return TaskResult(
        task=task.id,
        category=task.category,
        rewards=tuple(s.reward for s in kept),
        valid=tuple(s.valid is True for s in kept),
        passed=tuple(s.passed for s in kept),
        text=text,
        scored=kept,
    )
