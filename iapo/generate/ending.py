"""Parts of a guide that are not about what code may look like: where an answer ends, and watching it.

A model that was not trained here answers with a fenced block and goes on to explain it. What follows
the block is never printed, so it is not written either. A small model may also fall into a loop, which
nothing ends but the limit of tokens, while all other answers wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from iapo.generate.answer import is_over
from iapo.generate.sampling import Guide
from iapo.verify.report import Format


class EndAfterFence:
    """Lets only the stop token follow a closed block of code (see `iapo.generate.sampling.Guide`)."""

    def __init__(self, tokenizer: Any, stop: Sequence[int], format: Format) -> None:
        self._tokenizer = tokenizer
        self._stop = stop
        self._format = format
        self._marks: dict[int, bool] = {}

    def __call__(
        self, rows: Sequence[int], written: Sequence[Sequence[int]], logits: Tensor
    ) -> Tensor:
        """Close the rows whose text is over; the others are left as they are."""
        for place, tokens in enumerate(written):
            if tokens and self._may_close(tokens[-1]) and is_over(self._text(tokens), self._format):
                _end(logits[place], self._stop)
        return logits

    def _may_close(self, token: int) -> bool:
        if token not in self._marks:
            piece = self._text([token])
            self._marks[token] = "`" in piece or "~" in piece
        return self._marks[token]

    def _text(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True))


class EndLoops:
    """Ends what only repeats itself (see `iapo.generate.sampling.Guide`).

    Attributes:
        ended: the rows that it ended since it was made; their text is not whole.
    """

    PERIOD, TIMES, LENGTH = 40, 5, 60
    """A loop is at most this many tokens long, and has run this often and for so many tokens."""
    EVERY = 8  # tokens from one look to the next

    def __init__(self, stop: Sequence[int]) -> None:
        self._stop = stop
        self.ended: set[int] = set()

    def __call__(
        self, rows: Sequence[int], written: Sequence[Sequence[int]], logits: Tensor
    ) -> Tensor:
        """End the rows that are in a loop; the others are left as they are."""
        for place, (row, tokens) in enumerate(zip(rows, written, strict=True)):
            if tokens and len(tokens) % self.EVERY == 0 and self.loops(tokens):
                self.ended.add(row)
                _end(logits[place], self._stop)
        return logits

    def loops(self, tokens: Sequence[int]) -> bool:
        """Whether the last tokens are one short piece again and again."""
        for period in range(1, self.PERIOD + 1):
            length = max(self.LENGTH, self.TIMES * period)
            if len(tokens) < length:
                return False
            tail = tokens[-length:]
            if tail[period:] == tail[:-period]:
                return True
        return False


class Watched:
    """Tells how far the writing is; changes nothing.

    Args:
        watch: called before each token with the tokens so far and the rows that go on.
    """

    def __init__(self, watch: Callable[[int, int], None]) -> None:
        self._watch = watch

    def __call__(
        self, rows: Sequence[int], written: Sequence[Sequence[int]], logits: Tensor
    ) -> Tensor:
        self._watch(max(len(tokens) for tokens in written), len(rows))
        return logits


class InTurn:
    """Several guides, one after the other."""

    def __init__(self, guides: Sequence[Guide]) -> None:
        self._guides = tuple(guides)

    def __call__(
        self, rows: Sequence[int], written: Sequence[Sequence[int]], logits: Tensor
    ) -> Tensor:
        for guide in self._guides:
            logits = guide(rows, written, logits)
        return logits


def _end(row: Tensor, stop: Sequence[int]) -> None:
    """Nothing but the first stop token may come; what another guide says of it does not matter."""
    row.fill_(-torch.inf)
    row[stop[0]] = 0.0
