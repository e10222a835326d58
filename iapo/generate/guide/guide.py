"""The guide: which tokens may come next in each of the texts that are being written.

One object serves a tokenizer for as long as one likes. It never changes what is likely among the
tokens that may come: it takes away the others, the end where the code is not whole, and what says
nothing where the model did not mean to say it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iapo.generate.guide.automaton import REMARK, State, write
from iapo.generate.guide.closing import ending, way_out
from iapo.generate.guide.idle import Bound, Idle
from iapo.generate.guide.languages import language_of
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.masks import Mask, Masks
from iapo.generate.guide.vocabulary import vocabulary_of

if TYPE_CHECKING:
    from torch import Tensor

_MOST_STATES = 100_000  # about 100 MB with their masks; beyond, all but free text's is forgotten
_USUAL = Bound()
WANTED = 0.2
# A bracket, or a name of more than a letter; but not of the variable that stands for any text.
_NAME = re.compile(rb"\s*(?:[\])}]|(?!var\.x$)[A-Za-z_][\w.-]+)")
_EVERY = 8  # tokens from one look at what it would take to end to the next
_SELDOM = 32  # the same after a look in vain: looking for an end that is not there takes longest
_SPARE = 32  # those to the next look, and what one of them may add to what is to be written
_LAST = 256  # tokens before the limit at which the looking begins


@dataclass(frozen=True, slots=True)
class Position:
    """Where a text is.

    Attributes:
        state: None once it has ended, or where it never followed the grammar: nothing is forbidden.
        owed: the tokens that come next, whatever is likely.
        closing: the tokens that bring it to an end, once there are hardly enough left; None before.
        endless: the last look found no end.
    """

    state: State | None
    ledger: Ledger = field(default_factory=Ledger)
    idle: Idle = field(default_factory=Idle)
    ended: bool = False
    owed: tuple[int, ...] = ()
    closing: tuple[int, ...] | None = None
    endless: bool = False


class Guide:
    """Allows the tokens that can still become valid code.

    Use it as the `guide` of `iapo.generate.sample`, or `processor` with `transformers`; what other
    engines need is made of `allowed` (`llama.py`, `batch.py`).

    Args:
        tokenizer: any Hugging Face tokenizer that spells bytes, or a `Vocabulary`.
        stop: tokens that end an answer; a tokenizer's end-of-text token if None.
        format: one of `GUIDED`.
        named: what has no schema and may be written all the same, with any arguments: providers
            (Terraform), kinds (Kubernetes).
        bound: how many comments, blank lines and spaces there may be; None: any number.
        wanted: where the likeliest token of all is taken away, a comment and a second blank or line
            feed in a row must be at least that many times as likely as it. A model that may not
            write the name it wants would rather write one of those than another name. Where an end
            is taken away because something is missing, the name of that is written, and where a number
            is taken away that may stand in quotes, the quote. 0 does none of it; then alone the tokens
            tell what was let through (`along`).
        limit: tokens that an answer may have, the one that ends it among them. An answer that would
            be cut is closed instead (`closing.py`). None: not known.

    Attributes:
        format: of the code it guides.
        stop: tokens that end an answer.
        limit: tokens that an answer may have; None: not known.
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
        bound: Bound | None = _USUAL,
        wanted: float = WANTED,
        limit: int | None = None,
    ) -> None:
        self._language = language_of(format, named)
        self._bound, self._wanted, self.limit = bound, wanted, limit
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

    def after(self, position: Position, token: int, left: int | None = None) -> Position:
        """The position once a token is written. `left`: tokens that may follow it, where it is known."""
        after = self._after(position, token)
        if position.owed:
            after = replace(after, owed=position.owed[1:])
        if after.state is None or left is None:
            return after
        if position.closing is not None:
            return replace(after, closing=position.closing[1:])
        after = replace(after, endless=position.endless)
        if left > _LAST or left % (_SELDOM if after.endless else _EVERY):
            return after
        return self._looked(after, left)

    def _looked(self, position: Position, left: int) -> Position:
        """The position with the tokens that end the text, where those left are just enough for them."""
        assert position.state is not None
        text = ending(position.state, position.ledger)
        tokens = None if text is None else self.vocabulary.spell(text)
        if tokens is None or not left - _SPARE <= len(tokens) < left:
            return replace(position, endless=tokens is None)
        return replace(position, closing=tuple(tokens), endless=False)

    def _after(self, position: Position, token: int) -> Position:
        if position.state is None:
            return position
        if token in self.stop:
            return Position(None, position.ledger, ended=True)
        piece = self.vocabulary.pieces[token] if token < len(self.vocabulary) else None
        state, ledger, idle = position.state, position.ledger, position.idle
        for byte in piece or b"":
            after, events = write(state, bytes([byte]))
            for event in events:
                ledger = ledger.after(event)
            if after is None:
                return Position(None, ledger, idle)
            idle = idle.after(byte, state.commenting or after.commenting)
            state = after
        return Position(state if piece else None, ledger, idle)

    def mask(self, position: Position) -> Mask | None:
        """What a position's state lets through, before the ledger is asked; None: everything."""
        return None if position.state is None else self._masks.mask(position.state)

    def allow(self, position: Position, out: npt.NDArray[np.bool_]) -> None:
        """Set `out` [V] to whether each token may come next. Where none may, the text may end."""
        if position.closing is not None and position.state is not None:
            out[:] = False
            out[list(position.closing[:1] or self.stop)] = True
            return
        if position.owed:
            out[:] = False
            out[position.owed[0]] = True
            return
        mask = self.mask(position)
        if mask is None or position.state is None:
            out[:] = True
            return
        silent = self._bound is not None and position.idle.remarks >= self._bound.remarks
        out[:] = False
        out[mask.ids] = True
        for events, ids in mask.conditional:
            if not (silent and REMARK in events) and position.ledger.follow(events) is not None:
                out[ids] = True
        # Of a comment that is used up only its end is left, if the vocabulary has a token with it.
        ending = silent and position.state.commenting and out.any()
        for inside in () if ending else mask.insides:
            out[: len(inside)] |= inside
        self._move_on(position.idle, out)
        whole = position.state.final and position.ledger.settled
        if whole or not out.any():
            out[list(self.stop)] = True
        if len(self._language.pool) > _MOST_STATES:
            self._forget()

    def _move_on(self, idle: Idle, out: npt.NDArray[np.bool_]) -> None:
        """Take away more blanks where there are enough of them, unless there is nothing else."""
        if self._bound is None:
            return
        for count, most, leading in (
            (idle.lines, self._bound.lines, self.vocabulary.feeding),
            (idle.spaces, self._bound.spaces, self.vocabulary.spacing),
        ):
            if count >= most:
                _without(out, leading)

    def __call__(
        self,
        rows: Sequence[int],
        written: Sequence[Sequence[int]],
        logits: Tensor,
        limits: Sequence[int | None] | None = None,
    ) -> Tensor:
        """Take away what may not come, in place (see `iapo.generate.sampling.Guide`).

        Args:
            limits: as `allowed` takes them.
        """
        import torch

        allowed = torch.from_numpy(self.allowed(rows, written, logits, limits)).to(logits.device)
        return logits.masked_fill_(~allowed, -torch.inf)

    def allowed(
        self,
        rows: Sequence[int],
        written: Sequence[Sequence[int]],
        logits: Tensor | npt.NDArray[np.float32],
        limits: Sequence[int | None] | None = None,
    ) -> npt.NDArray[np.bool_]:
        """[R, V] which tokens may come next in each row; good until the next call.

        Args:
            rows: a number for each text, the same one while it is written.
            written: the tokens of each so far.
            logits: [R, V] what is likely; they are only read, and only those that matter.
            limits: tokens that each text may have, where they differ; the guide's if None.
        """
        size = logits.shape[1]
        if self._allowed.shape[0] < len(rows) or self._allowed.shape[1] != size:
            self._allowed = np.zeros((len(rows), size), np.bool_)
        likeliest: list[int] = logits.argmax(-1).tolist()
        every = limits if limits is not None else [self.limit] * len(rows)
        for place, (row, tokens, limit) in enumerate(zip(rows, written, every, strict=True)):
            position, out = self._position(row, tokens, limit), self._allowed[place]
            self.allow(position, out)
            settled = position.owed or position.closing is not None
            if not self._wanted or settled or out[likeliest[place]]:
                continue
            left = None if limit is None else limit - len(tokens) - 1
            if owed := self._owed(position, likeliest[place]):
                position = replace(position, owed=owed)
                self._rows[row] = (list(tokens), position)
                self.allow(position, out)
            elif quote := self._quote(position, likeliest[place], left, out):
                out[:] = False
                out[quote] = True
            else:
                self._say_something(position, logits[place], likeliest[place], out)
        return self._allowed[: len(rows)]

    def release(self, row: int) -> None:
        """Nothing more is written in a row."""
        self._rows.pop(row, None)

    def _piece(self, token: int) -> bytes:
        """What a token writes; nothing for special ones and those that are not in the vocabulary."""
        return (self.vocabulary.pieces[token] or b"") if token < len(self.vocabulary) else b""

    def _owed(self, position: Position, likeliest: int) -> tuple[int, ...]:
        """What must be written before the end that the model wants; nothing where it wants none."""
        assert position.state is not None
        if likeliest not in self.stop and not self._piece(likeliest).lstrip().startswith(b"}"):
            return ()
        pieces = way_out(position.state, position.ledger) or []
        first = next((i for i, text in enumerate(pieces) if text.strip()), len(pieces))
        text = b"".join(pieces[: first + 1]).rstrip(b" ")
        if not _NAME.match(text):
            return ()
        # The last blank before the name goes with it, as tokenizers have it.
        at = max(text.rfind(b" ", 0, len(text) - len(text.lstrip())), 0)
        blanks, name = self.vocabulary.spell(text[:at]), self.vocabulary.spell(text[at:])
        return () if blanks is None or name is None else (*blanks, *name)

    def _quote(
        self, position: Position, likeliest: int, left: int | None, out: npt.NDArray[np.bool_]
    ) -> int | None:
        """The quote before a number that the model wants and that may only come in quotes."""
        piece = self._piece(likeliest)
        number = piece.lstrip(b" ")
        if not number[:1].isdigit():
            return None
        quote = self.vocabulary.spell(piece[: -len(number)] + b'"') or []
        digits = self.vocabulary.spell(number) or []
        if len(quote) != 1 or not digits or not out[quote[0]]:
            return None
        inside = np.zeros_like(out)
        self.allow(self.after(position, quote[0], left), inside)
        return quote[0] if inside[digits[0]] else None

    def _say_something(
        self,
        position: Position,
        logits: Tensor | npt.NDArray[np.float32],
        likeliest: int,
        out: npt.NDArray[np.bool_],
    ) -> None:
        """Take away what says nothing and only stands in for what was wanted, unless it is all."""
        mask = self.mask(position)
        assert mask is not None
        idle = [ids for events, ids in mask.conditional if REMARK in events]
        if position.idle.lines:
            idle.append(self.vocabulary.feeding)
        elif position.idle.spaces:
            idle.append(self.vocabulary.spacing)
        if not idle:
            return
        ids = np.concatenate(idle)
        ids = ids[out[ids]]
        least = float(logits[likeliest]) + math.log(self._wanted)
        unlikely = logits[ids] < least
        _without(out, ids[unlikely if isinstance(unlikely, np.ndarray) else unlikely.cpu().numpy()])

    def along(self, tokens: Sequence[int], size: int) -> npt.NDArray[np.bool_]:
        """[T, size] which tokens may come before each of a whole answer's, as it was written.

        Raises:
            ValueError: with `wanted`, what may come is not told by the tokens alone.
        """
        if self._wanted:
            raise ValueError("what a guide lets through is told by tokens only with wanted=0")
        out = np.zeros((len(tokens), size), np.bool_)
        position = self._first
        for place, token in enumerate(tokens):
            self.allow(position, out[place])
            left = None if self.limit is None else self.limit - place - 1
            position = self.after(position, token, left)
        return out

    def _position(self, row: int, tokens: Sequence[int], limit: int | None) -> Position:
        tokens = list(tokens)
        before, position = self._rows.get(row, ([], self._first))
        # A beam search hands a row's number to another text: only what is the same is kept.
        if tokens[: len(before)] != before:
            before, position = [], self._first
        for written, token in enumerate(tokens[len(before) :], len(before) + 1):
            left = None if limit is None else limit - written
            position = self.after(position, token, left)
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


def _without(out: npt.NDArray[np.bool_], ids: npt.NDArray[np.int32]) -> None:
    """Take tokens away, unless there are no others."""
    kept = out.copy()
    kept[ids] = False
    if kept.any():
        out[:] = kept
