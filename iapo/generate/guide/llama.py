"""The guide inside llama.cpp, as `llama-cpp-python` runs it.

The vocabulary is asked of the loaded file itself, so no other tokenizer is needed. llama.cpp chooses one
token at a time of one text; before it does, `LlamaProcessor` takes away those that may not come.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from iapo.generate.guide.guide import Guide
from iapo.generate.guide.vocabulary import Vocabulary

_USUAL_PIECE = 64  # bytes; a longer one is asked for again


def llama_vocabulary(model: Any) -> tuple[Vocabulary, tuple[int, ...]]:
    """What the tokens of a GGUF file write, and those that end an answer.

    Args:
        model: a `llama_cpp.Llama`.
    """
    import llama_cpp

    vocabulary = llama_cpp.llama_model_get_vocab(model.model)
    silent = (
        llama_cpp.LLAMA_TOKEN_ATTR_UNKNOWN
        | llama_cpp.LLAMA_TOKEN_ATTR_UNUSED
        | llama_cpp.LLAMA_TOKEN_ATTR_CONTROL
    )
    count = llama_cpp.llama_vocab_n_tokens(vocabulary)
    stop = tuple(t for t in range(count) if llama_cpp.llama_vocab_is_eog(vocabulary, t))
    pieces = [
        None
        if llama_cpp.llama_vocab_get_attr(vocabulary, token) & silent or token in stop
        else _piece(llama_cpp, vocabulary, token)
        for token in range(count)
    ]
    return Vocabulary(pieces), stop


def _piece(llama_cpp: Any, vocabulary: Any, token: int) -> bytes | None:
    size = _USUAL_PIECE
    while True:
        buffer = ctypes.create_string_buffer(size)
        length = llama_cpp.llama_token_to_piece(vocabulary, token, buffer, size, 0, False)
        if length >= 0:
            return buffer.raw[:length] or None
        size = -length  # what it would have taken


class LlamaProcessor:
    """A logits processor of llama-cpp-python for one answer: `logits_processor=[LlamaProcessor(guide)]`.

    What stands there when it is first called is the prompt, which the guide does not look at.

    Args:
        limit: tokens that the answer may have; the guide's if None.
        context: the most that prompt and answer may have together (`Llama.n_ctx()`).

    Attributes:
        failure: what went wrong in it, if anything did. llama.cpp calls it from C, where an exception
            is lost, an interruption by the user too. So the answer is ended, and who asked for it
            raises this.
    """

    def __init__(
        self, guide: Guide, *, limit: int | None = None, context: int | None = None
    ) -> None:
        self._guide, self._limit, self._context = guide, limit, context
        self._prompt: int | None = None
        self.failure: BaseException | None = None

    def __call__(
        self, input_ids: npt.NDArray[np.intc], scores: npt.NDArray[np.single]
    ) -> npt.NDArray[np.single]:
        """`scores` [V], in place, with -inf where a token may not come after `input_ids` [T]."""
        try:
            if self.failure is None:
                scores[~self._allowed(input_ids, scores)] = -np.inf
        except BaseException as failure:
            self.failure = failure
        if self.failure is not None:
            scores[:] = -np.inf
            scores[list(self._guide.stop)] = 0.0
        return scores

    def _allowed(
        self, input_ids: npt.NDArray[np.intc], scores: npt.NDArray[np.single]
    ) -> npt.NDArray[np.bool_]:
        if self._prompt is None:
            self._prompt = len(input_ids)
        limit = self._limit if self._limit is not None else self._guide.limit
        if self._context is not None:
            room = self._context - self._prompt
            limit = room if limit is None else min(limit, room)
        written = input_ids[self._prompt :].tolist()
        return self._guide.allowed([0], [written], scores[None], [limit]).reshape(-1)
