"""The guide inside `transformers`' own `generate`, and whatever is built on it."""

from __future__ import annotations

from torch import Tensor
from transformers import LogitsProcessor

from iapo.generate.guide.guide import Guide


class GuideProcessor(LogitsProcessor):
    """Takes away the tokens that may not come after each row.

    What stands in the rows when a call of `generate` begins is its prompt, which the guide does not
    look at. A call has begun when the rows are not those of the last step with a token more.
    """

    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        self._prompt = 0
        self._last: set[tuple[int, ...]] = set()

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """`scores` [R, V] with -inf where a token may not come after `input_ids` [R, T]."""
        rows: list[list[int]] = input_ids.tolist()
        if not all(tuple(row[:-1]) in self._last for row in rows):
            self._prompt = input_ids.shape[1]
        self._last = {tuple(row) for row in rows}
        written = [row[self._prompt :] for row in rows]
        return self._guide(range(len(written)), written, scores.clone())
