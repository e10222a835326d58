"""The guide inside `transformers`' own `generate`, and whatever is built on it."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from transformers import LogitsProcessor

from iapo.generate.guide.guide import Guide


class GuideProcessor(LogitsProcessor):
    """Takes away the tokens that may not come after each row."""

    def __init__(self, guide: Guide, prompt_length: int) -> None:
        self._guide = guide
        self._prompt = prompt_length

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """`scores` [R, V] with -inf where a token may not come after `input_ids` [R, T]."""
        written: list[list[int]] = input_ids[:, self._prompt :].tolist()
        return self._guide(range(len(written)), written, scores.clone())


def processor(guide: Guide, prompt_length: int) -> Any:
    """A `LogitsProcessor` for prompts of this length."""
    return GuideProcessor(guide, prompt_length)
