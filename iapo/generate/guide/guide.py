"""The guide: which tokens may come next in each of the texts that are being written.

One object serves a tokenizer for as long as one likes. It never changes what is likely among the
tokens that may come: it takes away the others, and the end where the code is not whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iapo.generate.guide.automaton import Mask, Masks, State, write
from iapo.generate.guide.languages import language_of
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.vocabulary import Vocabulary, read_vocabulary

if TYPE_CHECKING:
    from torch import Tensor

_MOST_STATES = 100_000  # about 100 MB with their masks; beyond, all but free text's is forgotten


@dataclass(frozen=True, slots=True)
class Position:
    """Where a text is.

    Attributes:
        state: None once it has ended, or where it never followed the grammar: nothing is forbidden.
    """

    state: State | None
    ledger: Ledger = field(default_factory=Ledger)
    ended: bool = False


class Guide:
    """Allows the tokens that can still become valid code.

    Use it as the `guide` of `iapo.generate.sample`, or `processor` with `transformers`.

    Args:
        tokenizer: any Hugging Face tokenizer that spells bytes.
        stop: tokens that end an answer; the tokenizer's end-of-text token if None.
        format: one of `GUIDED`.
        named: what has no schema and may be written all the same, with any arguments: providers
            (Terraform), kinds (Kubernetes).

    Attributes:
        format: of the code it guides.
        stop: tokens that end an answer.
        vocabulary: the tokenizer's.

    Raises:
        InputError: a format without a guide, or a tokenizer whose bytes cannot be told.
    """

    def __init__(
        self,
        tokenizer: Any,
        *,
        stop: Sequence[int] | None = None,
        format: str = "terraform",
        named: Sequence[str] = (),
    ) -> None:
        self._language = language_of(format, named)
        self.format = format
        self.stop = tuple(stop) if stop is not None else (int(tokenizer.eos_token_id),)
        self.vocabulary = vocabulary_of(tokenizer)
        self._masks = Masks(self.vocabulary)
        self._rows: dict[int, tuple[list[int], Position]] = {}
        self._allowed: npt.NDArray[np.bool_] = np.zeros((0, 0), np.bool_)
        self._first = Position(self._language.start())

    @property
    def first(self) -> Position:
        """Before anything is written."""
        return self._first

    def after(self, position: Position, token: int) -> Position:
        """The position once a token is written."""
        if position.state is None:
            return position
        if token in self.stop:
            return Position(None, position.ledger, ended=True)
        piece = self.vocabulary.pieces[token] if token < len(self.vocabulary) else None
        state, events = write(position.state, piece or b"")
        ledger = position.ledger
        for event in events:
            ledger = ledger.after(event)
        return Position(state if piece else None, ledger)

    def mask(self, position: Position) -> Mask | None:
        """What a position's state lets through, before the ledger is asked; None: everything."""
        return None if position.state is None else self._masks.mask(position.state)

    def allow(self, position: Position, out: npt.NDArray[np.bool_]) -> None:
        """Set `out` [V] to whether each token may come next. Where none may, the text may end."""
        mask = self.mask(position)
        if mask is None or position.state is None:
            out[:] = True
            return
        if mask.inside is not None:
            out[: len(mask.inside)] = mask.inside
            out[len(mask.inside) :] = False
        else:
            out[:] = False
        out[mask.ids] = True
        for events, ids in mask.conditional:
            if position.ledger.follow(events) is not None:
                out[ids] = True
        whole = position.state.final and position.ledger.settled
        if whole or not out.any():
            out[list(self.stop)] = True
        if len(self._language.pool) > _MOST_STATES:
            self._forget()

    def __call__(
        self, rows: Sequence[int], written: Sequence[Sequence[int]], logits: Tensor
    ) -> Tensor:
        """Take away what may not come (see `iapo.generate.sampling.Guide`)."""
        import torch

        size = logits.shape[1]
        if self._allowed.shape[0] < len(rows) or self._allowed.shape[1] != size:
            self._allowed = np.zeros((len(rows), size), np.bool_)
        for place, (row, tokens) in enumerate(zip(rows, written, strict=True)):
            self.allow(self._position(row, tokens), self._allowed[place])
        allowed = torch.from_numpy(self._allowed[: len(rows)]).to(logits.device)
        return logits.masked_fill_(~allowed, -torch.inf)

    def along(self, tokens: Sequence[int], size: int) -> npt.NDArray[np.bool_]:
        """[T, size] which tokens may come before each of a whole answer's, as it was written."""
        out = np.zeros((len(tokens), size), np.bool_)
        position = self._first
        for place, token in enumerate(tokens):
            self.allow(position, out[place])
            position = self.after(position, token)
        return out

    def _position(self, row: int, tokens: Sequence[int]) -> Position:
        tokens = list(tokens)
        before, position = self._rows.get(row, ([], self._first))
        # A beam search hands a row's number to another text: only what is the same is kept.
        if tokens[: len(before)] != before:
            before, position = [], self._first
        for token in tokens[len(before) :]:
            position = self.after(position, token)
        self._rows[row] = (tokens, position)
        return position

    def _forget(self) -> None:
        # Positions lead to all that came after them elsewhere, so the rows' are worked out anew.
        self._language.forget()
        self._masks.forget()
        self._rows.clear()
        self._first = Position(self._language.start())

    def processor(self) -> Any:
        """A transformers `LogitsProcessor`, for as many calls of `generate` as one likes."""
        from iapo.generate.guide.processor import GuideProcessor

        return GuideProcessor(self)


def vocabulary_of(tokenizer: Any) -> Vocabulary:
    """The vocabulary of a tokenizer, read once for each."""
    known = getattr(tokenizer, "_iapo_vocabulary", None)
    if isinstance(known, Vocabulary):
        return known
    made = read_vocabulary(tokenizer)
    tokenizer._iapo_vocabulary = made
    return made
