"""One step's experience: groups of answers to prompts, sampled by the policy and scored."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iapo.generate.guide import Guides, PromptGuide
from iapo.generate.prompts import prompt_tokens
from iapo.generate.sampling import Completion, sample
from iapo.models import stop_tokens
from iapo.models.adapters import merged
from iapo.train.scoring import Scored, Scoring

if TYPE_CHECKING:
    from iapo.dataset import Task
    from iapo.train.config import TrainConfig


@dataclass(frozen=True)
class Sample:
    """One answer. `scored` is None where the reward failed: the sample is left out."""

    completion: Completion
    text: str
    scored: Scored | None


@dataclass(frozen=True)
class Group:
    """The answers to one prompt.

    Attributes:
        index: the task's place among the training tasks.
        prompt: token ids.
    """

    index: int
    task: Task
    prompt: tuple[int, ...]
    samples: tuple[Sample, ...]

    @property
    def scored(self) -> tuple[Scored, ...]:
        """What the answers earned, those that could be scored."""
        return tuple(s.scored for s in self.samples if s.scored is not None)


def seed_for(*parts: object) -> int:
    """A seed that depends on all of `parts` and on nothing else."""
    return random.Random("/".join(map(str, parts))).getrandbits(62)


def answer_text(tokenizer: Any, completion: Completion) -> str:
    """What a user would see of a completion."""
    return str(tokenizer.decode(completion.body(), skip_special_tokens=True))


def rollout(
    model: Any,
    tokenizer: Any,
    tasks: Sequence[Task],
    indices: Sequence[int],
    scoring: Scoring,
    config: TrainConfig,
    seed: int,
    guides: Guides | None = None,
) -> list[Group]:
    """`config.group_size` scored answers to each of the tasks at `indices`.

    Args:
        guides: what answers are written under where there is one for their task's format.
    """
    chosen = [tasks[index] for index in indices]
    prompts = [prompt_tokens(tokenizer, task.prompt, config.system_prompt) for task in chosen]
    with merged(model):
        sampled = sample(
            model,
            prompts,
            group_size=config.group_size,
            max_new_tokens=config.max_new_tokens,
            stop=stop_tokens(model, tokenizer),
            seed=seed,
            temperature=config.temperature,
            rows=config.rollout_rows,
            guide=(
                PromptGuide(guides, [task.format for task in chosen], config.group_size)
                if guides is not None
                else None
            ),
        )
    texts = [[answer_text(tokenizer, c) for c in group] for group in sampled]
    flat = [text for group in texts for text in group]
    results = scoring(flat, [task for task in chosen for _ in range(config.group_size)])
    scored = iter(results)
    return [
        Group(
            index,
            task,
            tuple(prompt),
            tuple(Sample(c, t, next(scored)) for c, t in zip(completions, written, strict=True)),
        )
        for index, task, prompt, completions, written in zip(
            indices, chosen, prompts, sampled, texts, strict=True
        )
    ]
