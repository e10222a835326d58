"""IAPO's reward for verl: a `compute_score`, and rows for its parquet files.

custom_reward_function.path=pkg://iapo.integrations.verl
custom_reward_function.name=compute_score
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from iapo.dataset import Task
from iapo.integrations.truth import pack, passes, scores
from iapo.rewards import IaCReward

DATA_SOURCE = "iapo"


def rows(tasks: Sequence[Task], system_prompt: str = "") -> list[dict[str, Any]]:
    """One row a task, as verl's `RLHFDataset` reads them (`pandas.DataFrame(rows).to_parquet`)."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return [
        {
            "data_source": DATA_SOURCE,
            "prompt": [*system, {"role": "user", "content": task.prompt}],
            "ability": task.category,
            "reward_model": {"style": "rule", "ground_truth": pack(task)},
            "extra_info": {"index": index, "task": task.id, "split": task.split},
        }
        for index, task in enumerate(tasks)
    ]


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any] | None = None,
    *,
    alpha: float = 0.4,
    beta: float = 0.3,
    gamma: float = 0.3,
    **_: Any,
) -> dict[str, float]:
    """`score`, which verl maximises, and what it logs beside it: components and `passed`.

    Args:
        ground_truth: the packed task of `rows`.
        alpha, beta, gamma: weights, from `custom_reward_function.reward_kwargs`.
    """
    reward = IaCReward(alpha=alpha, beta=beta, gamma=gamma)
    (found,) = scores(reward, [solution_str], [ground_truth])
    return {"score": found.total, **found.components, "passed": float(passes(found))}
