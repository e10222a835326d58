"""Judging the model on held-out tasks, the same way and with the same seed every time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from iapo.evaluate.evaluation import Evaluation, evaluate
from iapo.train.rollout import seed_for
from iapo.train.summary import summarise

if TYPE_CHECKING:
    from iapo.dataset import Task
    from iapo.train.config import TrainConfig
    from iapo.train.learner import Learner
    from iapo.train.scoring import Scoring


def judge(
    learner: Learner,
    held_out: Sequence[Task],
    scoring: Scoring,
    config: TrainConfig,
    progress: Callable[[int, int], None],
) -> Evaluation:
    """Samples and scores of the held-out tasks; every run and every stage gets the same numbers.

    Args:
        progress: called with tasks done and tasks in all.
    """
    return evaluate(
        learner.model,
        learner.tokenizer,
        held_out,
        samples=config.eval_samples,
        max_new_tokens=config.max_new_tokens,
        system_prompt=config.system_prompt,
        seed=seed_for(config.seed, "judge"),
        rows=config.rollout_rows,
        reward=scoring.reward,
        timeout=config.reward_timeout,
        progress=progress,
    )


def judged_metrics(name: str, done: Evaluation, step: int) -> dict[str, Any]:
    """What metrics.jsonl says; `step` is the last GRPO step before it."""
    return {"stage": f"judge:{name}", "step": step, **summarise(done).rates()}


def judged_rollouts(name: str, done: Evaluation) -> list[dict[str, Any]]:
    """What rollouts.jsonl says: each task's first sample and its rates over all."""
    return [
        {
            "stage": f"judge:{name}",
            "task": r.task,
            "reward": r.reward,
            "passed": r.pass_rate,
            "valid": r.valid_rate,
            "completion": r.text,
            "diagnostics": [list(d) for d in r.first.diagnostics] if r.first else [],
        }
        for r in done.results
    ]
