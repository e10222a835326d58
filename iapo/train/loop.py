"""GRPO on infrastructure code, after everything needless was removed:

1. Draw prompts that the model sometimes answers right, and sample a group of answers to each.
2. Verify every answer: its reward is what the real tools and the task's intent say of it.
3. An answer's advantage is its reward minus the mean of its group.
4. Raise the log-probability of every token of the better answers, and lower the others'. Repeat.

No value network, no reference model by default, no reward model: the tools are the judge.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iapo.generate.guide import GUIDED
from iapo.train.advantage import advantages, component_advantages, has_spread
from iapo.train.blame import shares, token_lines
from iapo.train.learner import Experience, Learner, Update
from iapo.train.rollout import Group, Sample, rollout, seed_for
from iapo.train.sampler import PromptSampler
from iapo.train.scoring import COMPONENTS, Scored, Scoring, require_enough

if TYPE_CHECKING:
    from iapo.dataset import Task
    from iapo.train.config import TrainConfig


@dataclass(frozen=True)
class Step:
    """What happened in one step.

    Attributes:
        groups: everything that was sampled, groups without spread included.
        used: how many groups the update learnt from.
        seconds: what sampling, rewards and the update took.
        lr: the learning rate of the update.
    """

    number: int
    groups: tuple[Group, ...]
    used: int
    lr: float
    update: Update
    seconds: Mapping[str, float]


def grpo(
    learner: Learner,
    tasks: Sequence[Task],
    sampler: PromptSampler,
    scoring: Scoring,
    config: TrainConfig,
    rate: Callable[[int], float],
    first: int,
    steps: int,
) -> Iterator[Step]:
    """Steps `first` to `steps`, each yielded when it is done.

    Args:
        rate: the learning rate at a step.
    """
    for number in range(first, steps):
        clock = _Clock(scoring)
        groups = collect(learner, tasks, sampler, scoring, config, number)
        sampled = time.monotonic()
        useful = [group for group in groups if worth_learning(group, config)]
        batch = experiences(useful, config, learner.tokenizer)
        lr = rate(number)
        update = learner.learn(batch, lr)
        yield Step(number, tuple(groups), len(batch), lr, update, clock.split(sampled))


def collect(
    learner: Learner,
    tasks: Sequence[Task],
    sampler: PromptSampler,
    scoring: Scoring,
    config: TrainConfig,
    number: int,
) -> list[Group]:
    """Sampled and scored groups; those without spread are replaced, within bounds."""
    groups: list[Group] = []
    missing = config.prompts_per_step
    for again in range(config.refill + 1):
        seed = seed_for(config.seed, "grpo", number, again)
        fresh = rollout(
            learner.model,
            learner.tokenizer,
            tasks,
            sampler.draw(missing),
            scoring,
            config,
            seed,
            learner.guides,
        )
        for group in fresh:
            sampler.record(group.index, [scored.passed for scored in group.scored])
        groups += fresh
        missing = config.prompts_per_step - sum(worth_learning(g, config) for g in groups)
        if missing <= 0:
            break
    reason = scoring.failures.most_common(1)[0][0] if scoring.failures else ""
    results = [sample.scored for group in groups for sample in group.samples]
    require_enough(results, config.max_failed_rewards, reason)
    return groups


def counts(sample: Sample, config: TrainConfig) -> bool:
    """Whether a sample takes part in the update: it was scored, and is whole where that matters."""
    if sample.scored is None:
        return False
    return sample.completion.stopped or config.truncated == "punish"


def worth_learning(group: Group, config: TrainConfig) -> bool:
    """Whether the samples that count were told apart by their outcome."""
    scored = [s.scored for s in group.samples if s.scored is not None and counts(s, config)]
    rewards, passed = [s.reward for s in scored], [s.passed for s in scored]
    return has_spread(rewards, passed, config.spread)


def experiences(groups: Sequence[Group], config: TrainConfig, tokenizer: Any) -> list[Experience]:
    """Groups as an update wants them: tokens, how likely they were, and how good."""
    kept = [[s for s in group.samples if counts(s, config)] for group in groups]
    scored = [[s.scored for s in samples if s.scored is not None] for samples in kept]
    return [
        Experience(
            group.prompt,
            tuple(s.completion.tokens for s in samples),
            tuple(s.completion.logprobs for s in samples),
            tuple(credit),
            _shares(samples, credit, config, tokenizer),
            guided=group.task.format if config.guide and group.task.format in GUIDED else "",
        )
        for group, samples, credit in zip(groups, kept, _credits(scored, config), strict=True)
    ]


def _shares(
    samples: Sequence[Sample], credit: Sequence[float], config: TrainConfig, tokenizer: Any
) -> tuple[tuple[float, ...], ...]:
    """Within each completion, which tokens the advantage is of; empty where it is of all alike."""
    if config.blame_elsewhere >= 1.0:
        return ()
    return tuple(
        shares(
            token_lines(tokenizer, sample.completion.tokens),
            sample.scored.wrong_lines if sample.scored is not None else (),
            advantage,
            config.blame_elsewhere,
        )
        for sample, advantage in zip(samples, credit, strict=True)
    )


def _credits(groups: Sequence[Sequence[Scored]], config: TrainConfig) -> list[list[float]]:
    """The advantage of every completion. A reward without components has nothing to tell apart."""
    apart = all(name in s.components for group in groups for s in group for name in COMPONENTS)
    if config.advantage == "per_component" and groups and apart:
        weights = dict(zip(COMPONENTS, (config.alpha, config.beta, config.gamma), strict=True))
        weights["passed"] = config.pass_bonus
        parts = [[{**s.components, "passed": float(s.passed)} for s in g] for g in groups]
        return component_advantages(parts, weights)
    worth = [[s.reward + config.pass_bonus * s.passed for s in group] for group in groups]
    return [advantages(rewards, config.advantage) for rewards in worth]


class _Clock:
    """Where the time of a step went."""

    def __init__(self, scoring: Scoring) -> None:
        self._scoring = scoring
        self._begin = time.monotonic()
        self._rewards = scoring.seconds

    def split(self, sampled: float) -> dict[str, float]:
        """Seconds of each part; `sampled` is when the last group was there."""
        rewards = self._scoring.seconds - self._rewards
        return {
            "sampling": sampled - self._begin - rewards,
            "rewards": rewards,
            "update": time.monotonic() - sampled,
        }
