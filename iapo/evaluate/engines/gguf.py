"""A GGUF file through llama.cpp, as its Python package `llama-cpp-python` offers it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from iapo.evaluate.engines.engine import Answer, Decoding, EngineError, Request
from iapo.generate.guide import Guides
from iapo.generate.guide.llama import LlamaProcessor, llama_vocabulary

_ROOM_FOR_PROMPT = 1024  # tokens, besides the answer


class GgufEngine:
    """One answer after the other, with the chat template that is in the file."""

    def __init__(self, path: Path, decoding: Decoding, guided: bool = False) -> None:
        """Load the file.

        Args:
            guided: let only code through that can be valid, in the formats that there is a guide for.

        Raises:
            EngineError: llama-cpp-python is not installed, or the file is none that it can read.
        """
        try:
            from llama_cpp import Llama
        except ImportError:
            raise EngineError(
                "GGUF files need the package `llama-cpp-python`: pip install 'iapo[gguf]'"
            ) from None
        if not path.is_file():
            raise EngineError(f"no file at {path}")
        self._decoding = decoding
        try:
            self._model: Any = Llama(
                str(path), n_ctx=_ROOM_FOR_PROMPT + decoding.max_new_tokens, verbose=False
            )
        except (ValueError, RuntimeError, OSError) as error:
            raise EngineError(f"{path} cannot be loaded: {str(error).splitlines()[0]}") from error
        self._guides = (
            Guides(*llama_vocabulary(self._model), limit=decoding.max_new_tokens)
            if guided
            else None
        )

    def answers(self, requests: Sequence[Request]) -> Iterator[list[Answer]]:
        """One task at a time, so that its prompt is read once."""
        for request in requests:
            yield [self._one(request, number) for number in request.numbers]

    def _one(self, request: Request, number: int) -> Answer:
        decoding = self._decoding
        messages = [{"role": "user", "content": request.prompt}]
        if decoding.system_prompt:
            messages.insert(0, {"role": "system", "content": decoding.system_prompt})
        guide = None if self._guides is None else self._guides.get(request.format)
        processor = None if guide is None else LlamaProcessor(guide, context=self._model.n_ctx())
        try:
            reply = self._model.create_chat_completion(
                messages,
                temperature=decoding.temperature,
                top_p=decoding.top_p,
                top_k=0,
                min_p=0.0,
                repeat_penalty=1.0,
                max_tokens=decoding.max_new_tokens,
                seed=(request.seed + number) % 2**31,
                logits_processor=None if processor is None else [processor],
            )
        except ValueError as error:  # a prompt longer than the room there is
            raise EngineError(f"cannot answer: {str(error).splitlines()[0]}") from error
        if processor is not None and processor.failure is not None:
            raise processor.failure
        choice = reply["choices"][0]
        return Answer(
            request.place,
            number,
            choice["message"]["content"] or "",
            reply["usage"]["completion_tokens"],
            choice["finish_reason"] != "length",
        )

    def close(self) -> None:
        """Free the model's memory."""
        self._model.close()
