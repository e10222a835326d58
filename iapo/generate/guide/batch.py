"""Guides for the batch of an inference server: requests join it, change places in it and leave it.

Nothing here knows which server it is; `iapo.integrations.vllm` tells it what vLLM does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iapo.generate.guide.choice import Guides
from iapo.generate.guide.guide import Guide
from iapo.generate.guide.vocabulary import vocabulary_of

if TYPE_CHECKING:
    from torch import Tensor

FORMAT_ARGUMENT = "iapo_format"
"""What a request to a server calls the format that it wants."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One request's answer: its row in the guide, its tokens so far (the server's own list), its limit."""

    guide: Guide
    row: int
    written: Sequence[int]
    limit: int | None


class GuidedBatch:
    """The requests of a batch by place, each under the guide of its format.

    Guides are shared by requests that the same tokens end. A request without one is left alone.

    Args:
        tokenizer: the model's, or its vocabulary.

    Raises:
        SpellingError: a guide cannot read the tokenizer.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._vocabulary = vocabulary_of(tokenizer)
        self._guides: dict[frozenset[int], Guides] = {}
        self._texts: dict[int, _Text] = {}
        self._rows = 0

    def __len__(self) -> int:
        return len(self._texts)

    def add(
        self,
        place: int,
        format: str | None,
        *,
        stop: Collection[int],
        written: Sequence[int],
        limit: int | None = None,
    ) -> None:
        """A request takes a place, and that of any that had it.

        Args:
            format: what it asks for; there is no guide for None.
            stop: tokens that end its answer.
            written: its answer so far; read anew at each step, so it may be a list that grows.
            limit: tokens that the answer may have.

        Raises:
            ValueError: there is no guide for the format.
        """
        self.remove(place)
        if format is None:
            return
        ends = frozenset(stop)
        guides = self._guides.setdefault(ends, Guides(self._vocabulary, sorted(ends)))
        if format not in guides:
            raise ValueError(unknown(format))
        self._texts[place] = _Text(guides[format], self._rows, written, limit)
        self._rows += 1

    def remove(self, place: int) -> None:
        """The request of a place, if there is one, has left."""
        if text := self._texts.pop(place, None):
            text.guide.release(text.row)

    def move(self, source: int, target: int, *, swap: bool = False) -> None:
        """The request of `source` takes the place `target`; what had that goes, or to `source`."""
        moved, other = self._texts.pop(source, None), self._texts.pop(target, None)
        if moved is not None:
            self._texts[target] = moved
        if other is not None and swap:
            self._texts[source] = other
        elif other is not None:
            other.guide.release(other.row)

    def apply(self, logits: Tensor) -> Tensor:
        """Take away what may not come next, in place.

        Args:
            logits: [R, V], a row for each place.

        Raises:
            RuntimeError: the server has not said which token came last.
        """
        together: dict[Guide, list[int]] = {}
        for place, text in self._texts.items():
            if text.written and text.written[-1] < 0:
                raise RuntimeError(
                    "a guide needs every token before the next is drawn; turn asynchronous scheduling off"
                )
            together.setdefault(text.guide, []).append(place)
        for guide, places in together.items():
            texts = [self._texts[place] for place in places]
            logits[places] = guide(
                [text.row for text in texts],
                [text.written for text in texts],
                logits[places],
                [text.limit for text in texts],
            )
        return logits


def unknown(format: object) -> str:
    """What is said of a format without a guide."""
    from iapo.generate.guide.languages import GUIDED

    return f"{FORMAT_ARGUMENT}: no guide for {format!r}; there is one for: {', '.join(GUIDED)}"
