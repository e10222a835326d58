"""IaC-Bench for Inspect: a scorer and a task.

inspect eval iapo/integrations/inspect.py@iac_bench --model openai/gpt-4o-mini -T split=test
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from iapo.dataset import Task, create_dataset
from iapo.errors import InputError
from iapo.integrations.truth import pack, passes, scores
from iapo.rewards import IaCReward

try:
    import inspect_ai
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
    from inspect_ai.solver import TaskState, generate
except ImportError as error:
    raise InputError("this needs inspect_ai: pip install 'iapo[inspect]'") from error

VALUES = ("reward", "passed", "syntax", "correctness", "format")


def samples(tasks: Sequence[Task]) -> list[Any]:
    """One Inspect sample a task; the reference is its target, for people to look at."""
    return [
        Sample(id=task.id, input=task.prompt, target=task.output, metadata={"truth": pack(task)})
        for task in tasks
    ]


@scorer(metrics=[{name: [mean(), stderr()] for name in VALUES}])
def infrastructure(alpha: float = 0.4, beta: float = 0.3, gamma: float = 0.3) -> Scorer:
    """The reward, whether the answer passes, and the components; why points were lost is explained.

    Args:
        alpha, beta, gamma: weights of syntax, correctness and format.
    """
    reward = IaCReward(alpha=alpha, beta=beta, gamma=gamma)

    async def score(state: TaskState, target: Target) -> Score:
        answer = state.output.completion
        # Verification waits for worker processes: other samples go on meanwhile.
        (found,) = await asyncio.to_thread(scores, reward, [answer], [state.metadata["truth"]])
        why = [f"{d.code} (line {d.line}): {d.message}" for d in found.report.errors]
        why += [f"{loss.component}: {loss.why}" for loss in found.losses]
        return Score(
            value={"reward": found.total, "passed": float(passes(found)), **found.components},
            answer=answer,
            explanation="\n".join(why),
        )

    return score


@inspect_ai.task
def iac_bench(split: str = "test", size: int | None = None, category: str | None = None) -> Any:
    """IaC-Bench.

    Args:
        split: train, test or novel.
        size: how many tasks; all where None.
        category: terraform, kubernetes, docker or cicd; all where None.
    """
    tasks = create_dataset(size, category, split=split)
    return inspect_ai.Task(
        dataset=MemoryDataset(samples(tasks), name=f"iac-bench-{split}"),
        solver=generate(),
        scorer=infrastructure(),
    )
