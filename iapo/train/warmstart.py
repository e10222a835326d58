"""Supervised steps on references, so that GRPO finds something to prefer.

A model that never succeeds gives groups without spread, and GRPO nothing to learn from. Batches are
of like length; the loss is on the answer only; what all prompts of a batch begin with (the chat
template's opening) is computed once.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iapo.generate.prompts import answer_tokens, prompt_tokens
from iapo.train.packing import TokenGroup

if TYPE_CHECKING:
    from iapo.dataset import Task
    from iapo.train.rollout import Group

_WINDOW = 8  # batches whose examples are sorted by length together


@dataclass(frozen=True)
class Example:
    """A prompt and the answer to imitate, as token ids."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


def examples_of(
    tokenizer: Any, tasks: Sequence[Task], system: str, longest_answer: int
) -> list[Example]:
    """The tasks with a reference whose answer fits `longest_answer` tokens, tokenised.

    An answer that the model is never given room to finish would only teach it not to.
    """
    examples = []
    for task in tasks:
        if not task.output.strip():
            continue
        answer = answer_tokens(tokenizer, task.output)
        if len(answer) <= longest_answer:
            prompt = prompt_tokens(tokenizer, task.prompt, system)
            examples.append(Example(tuple(prompt), tuple(answer)))
    return examples


def batches(examples: Sequence[Example], size: int, seed: int) -> Iterator[list[Example]]:
    """Batches without end: each pass in a new order, each batch of examples of like length."""
    shuffled = random.Random(seed)
    order = list(range(len(examples)))
    while order:
        shuffled.shuffle(order)
        for begin in range(0, len(order), size * _WINDOW):
            window = sorted(order[begin : begin + size * _WINDOW], key=lambda i: len(examples[i]))
            parts = [window[i : i + size] for i in range(0, len(window), size)]
            shuffled.shuffle(parts)
            for part in parts:
                yield [examples[i] for i in part]


def as_groups(batch: Sequence[Example]) -> list[TokenGroup]:
    """One packed group: what all prompts begin with, then the rest of each, then its answer."""
    shared = _common_prefix([example.prompt for example in batch])
    if shared == 0:
        return [TokenGroup(example.prompt, (example.answer,)) for example in batch]
    return [
        TokenGroup(
            batch[0].prompt[:shared],
            tuple(example.prompt[shared:] + example.answer for example in batch),
            tuple(len(example.prompt) - shared for example in batch),
        )
    ]


def _common_prefix(rows: Sequence[Sequence[int]]) -> int:
    shortest = min(len(row) for row in rows)
    return next(
        (place for place in range(shortest) if len({row[place] for row in rows}) > 1), shortest
    )


def passing_examples(groups: Sequence[Group]) -> list[Example]:
    """The model's own answers that pass and end by themselves, each text of a prompt once."""
    kept: dict[tuple[tuple[int, ...], str], Example] = {}
    for group in groups:
        for sample in group.samples:
            if sample.scored is not None and sample.scored.passed and sample.completion.stopped:
                example = Example(group.prompt, sample.completion.tokens)
                kept.setdefault((group.prompt, sample.text.strip()), example)
    return list(kept.values())
