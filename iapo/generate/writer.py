"""A model as a writer: it reads a conversation and answers it several times, from one prefill."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from iapo.errors import InputError
from iapo.generate.candidates import Draft
from iapo.generate.ending import EndAfterFence, EndLoops, InTurn, Watched
from iapo.generate.guide import guide_for
from iapo.generate.prompts import Message, chat_tokens
from iapo.generate.request import Request
from iapo.generate.sampling import Guide, sample
from iapo.models import stop_tokens
from iapo.models.adapters import merged

NEW_TOKENS = 400
"""The longest answer to a request for something new, unless told otherwise."""
_GROWTH, _ADDED = 1.3, 200  # a changed file may be this much longer, in tokens


class TooLongError(InputError):
    """What is to be read and written does not fit the model's window."""


class ModelWriter:
    """A loaded model and its tokenizer.

    Args:
        max_new_tokens: longest answer; by the request (`NEW_TOKENS`, or the length of the file that
            is to be changed and some more) if None.
        temperature, top_p: of all answers but the first, which is greedy.
        guided: write under the guide for the format, where there is one.
        watch: called before each token with the tokens so far and the answers that go on.

    Attributes:
        first_token: seconds from the first call to its first token; None before.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        request: Request,
        *,
        max_new_tokens: int | None = None,
        temperature: float = 0.7,
        top_p: float = 0.95,
        seed: int = 0,
        system_prompt: str = "",
        guided: bool = True,
        watch: Callable[[int, int], None] = lambda tokens, rows: None,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._request = request
        self._stop = stop_tokens(model, tokenizer)
        self._limit = max_new_tokens or self._fitting_limit()
        self._temperature = temperature
        self._top_p = top_p
        self._seed = seed
        self._system = [Message("system", system_prompt)] if system_prompt else []
        self._watch = watch
        self._guides: list[Guide] = [EndAfterFence(tokenizer, self._stop, request.format)]
        guide = (
            guide_for(
                tokenizer,
                request.format,
                stop=self._stop,
                request=request.prompt,
                limit=self._limit,
            )
            if guided
            else None
        )
        if guide is not None:
            self._guides.insert(0, guide)
        self.first_token: float | None = None

    def __call__(self, messages: Sequence[Message], count: int, round: int) -> list[Draft]:
        """`count` answers, the first of them greedy.

        Raises:
            TooLongError: the conversation and an answer do not fit the model's window.
        """
        prompt = chat_tokens(self._tokenizer, [*self._system, *messages])
        self._check_window(len(prompt))
        begin = time.perf_counter()

        def watch(tokens: int, rows: int) -> None:
            if tokens == 1 and self.first_token is None:
                self.first_token = time.perf_counter() - begin
            self._watch(tokens, rows)

        loops = EndLoops(self._stop)
        with merged(self._model):
            completions = sample(
                self._model,
                [prompt],
                group_size=count,
                max_new_tokens=self._limit,
                stop=self._stop,
                seed=self._seed + 1009 * round,
                temperature=[0.0] + [self._temperature] * (count - 1),
                top_p=self._top_p,
                guide=InTurn([*self._guides, loops, Watched(watch)]),
            )[0]
        texts = [self._tokenizer.decode(c.body(), skip_special_tokens=True) for c in completions]
        return [
            Draft(str(text), completion.stopped and row not in loops.ended)
            for row, (text, completion) in enumerate(zip(texts, completions, strict=True))
        ]

    def _fitting_limit(self) -> int:
        if not self._request.code:
            return NEW_TOKENS
        file = len(self._tokenizer(self._request.code, add_special_tokens=False)["input_ids"])
        return max(NEW_TOKENS, int(_GROWTH * file) + _ADDED)

    def _check_window(self, prompt: int) -> None:
        window = getattr(self._model.config, "max_position_embeddings", None)
        if window is None or prompt + self._limit <= window:
            return
        request = self._request
        what = (
            f"{request.path}: too large for the model"
            if request.code
            else "the request is too long"
        )
        raise TooLongError(
            f"{what}: {prompt} tokens to read and up to {self._limit} to write, "
            f"and its window has {window}"
        )
