"""How well a model does on tasks: sampled, scored by the same reward, and summed up with spread.

A completion passes when the verifier accepts it and every part of the task's intent holds. Training
judges its held-out tasks with `evaluate`; `iapo bench` goes the same way (`answer_tasks`), with a
folder to resume from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iapo.evaluate.answering import Sample, answer_tasks
from iapo.evaluate.bootstrap import Interval, mean_interval
from iapo.evaluate.engines.engine import Decoding, requests_for
from iapo.train.scoring import RewardFunction, Scored, Scoring, infrastructure_reward

if TYPE_CHECKING:
    from iapo.dataset import Task


@dataclass(frozen=True)
class TaskResult:
    """What a model made of one task.

    As in a benchmark run (`iapo.evaluate.statistics`), a sample that could not be scored counts as
    a failure with reward 0.

    Attributes:
        samples: in order of their number.
    """

    task: str
    category: str
    samples: tuple[Sample, ...]

    @property
    def scored(self) -> tuple[Scored, ...]:
        """What the reward said of each sample, those left out that could not be scored."""
        return tuple(s.scored for s in self.samples if s.scored is not None)

    @property
    def text(self) -> str:
        """The first sample, to look at."""
        return self.samples[0].answer.text

    @property
    def first(self) -> Scored | None:
        """What the reward said of that sample; None where it could not be scored."""
        return self.samples[0].scored

    @property
    def reward(self) -> float:
        """Mean reward over the samples."""
        return sum(s.reward for s in self.scored) / len(self.samples)

    @property
    def pass_rate(self) -> float:
        """Share of the samples that pass."""
        return sum(s.passed for s in self.scored) / len(self.samples)

    @property
    def valid_rate(self) -> float:
        """Share of the samples that verify."""
        return sum(s.valid is True for s in self.scored) / len(self.samples)


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
    from iapo.evaluate.engines.local import LocalEngine

    if not tasks:
        raise ValueError("no tasks to evaluate on")
    if temperature is None:
        temperature = usual_temperature(samples)
    decoding = Decoding(
        samples=samples,
        temperature=temperature,
        max_new_tokens=max_new_tokens,
        system_prompt=system_prompt,
        seed=seed,
    )
    found: list[dict[int, Sample]] = [{} for _ in tasks]

    def keep(judged: list[Sample]) -> None:
        for one in judged:
            found[one.answer.place][one.answer.number] = one

    def tell() -> None:
        if progress is not None:
            progress(sum(len(own) == samples for own in found), len(tasks))

    answer_tasks(
        LocalEngine(model, tokenizer, decoding, rows),
        tasks,
        requests_for(tasks, decoding),
        Scoring(reward or infrastructure_reward(), timeout),
        keep,
        tell,
    )
    return Evaluation(
        tuple(
            TaskResult(task.id, task.category, tuple(own[n] for n in range(samples)))
            for task, own in zip(tasks, found, strict=True)
        )
    )


def usual_temperature(samples: int) -> float:
    """Greedy for one sample a task, 1 for several."""
    return 0.0 if samples == 1 else 1.0
