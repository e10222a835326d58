"""IAPO as a taskset for `verifiers` (its `verifiers.v1`): tasks, a reward and metrics.

eval iapo.integrations.verifiers --env.taskset.split test
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from iapo.dataset import Task, create_dataset
from iapo.errors import InputError
from iapo.integrations.truth import pack, passes, scores
from iapo.rewards import IaCReward
from iapo.rewards.score import Score

try:
    import verifiers.v1 as vf
except ImportError as error:
    raise InputError("this needs verifiers: pip install 'iapo[verifiers]'") from error

__all__ = ["IaCData", "IaCTask", "IaCTaskset", "IaCTasksetConfig", "task_of"]


class IaCData(vf.TaskData):  # type: ignore[misc]
    """What travels with a task: the packed task, and the weights of the reward's components."""

    truth: str
    weights: tuple[float, float, float] = (0.4, 0.3, 0.3)


class IaCTask(vf.Task[IaCData]):  # type: ignore[misc]
    """One task; its reward is that of `IaCReward`."""

    @vf.reward
    async def infrastructure(self, trace: Any) -> float:
        """alpha * syntax + beta * correctness + gamma * format."""
        return (await self._score(trace)).total

    @vf.metric
    async def components(self, trace: Any) -> dict[str, float]:
        """Each component, and whether the answer verifies and meets the whole intent."""
        found = await self._score(trace)
        return {**found.components, "passed": float(passes(found))}

    async def _score(self, trace: Any) -> Score:
        # Verification waits for worker processes: other rollouts go on meanwhile.
        data = self.data
        return await asyncio.to_thread(_judged, trace.last_reply, data.truth, data.weights)


class IaCTasksetConfig(vf.TasksetConfig):  # type: ignore[misc]
    """Which tasks, as `iapo.create_dataset` takes them, and the weights of the reward."""

    split: str = "train"
    size: int | None = None
    category: str | None = None
    alpha: float = 0.4
    beta: float = 0.3
    gamma: float = 0.3


class IaCTaskset(vf.Taskset[IaCTask, IaCTasksetConfig]):  # type: ignore[misc]
    """IaC-Bench, filled up with generated tasks where `size` asks for more."""

    def load(self) -> Iterator[IaCTask]:
        config = self.config
        tasks: Sequence[Task] = create_dataset(config.size, config.category, split=config.split)
        for task in tasks:
            yield task_of(task, (config.alpha, config.beta, config.gamma))


def task_of(task: Task, weights: tuple[float, float, float] = (0.4, 0.3, 0.3)) -> IaCTask:
    """One of ours as one of theirs."""
    return IaCTask(IaCData(id=task.id, prompt=task.prompt, truth=pack(task), weights=weights))


@lru_cache(maxsize=256)
def _judged(text: str, truth: str, weights: tuple[float, float, float]) -> Score:
    """The reward and the metric of an answer ask one after the other."""
    (found,) = scores(IaCReward(*weights), [text], [truth])
    return found
