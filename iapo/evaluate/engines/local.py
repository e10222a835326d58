"""A transformers model in this process: tasks of similar length are answered together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from iapo.evaluate.engines.engine import Answer, Decoding, Request
from iapo.generate.guide import Guides, PromptGuide
from iapo.generate.prompts import prompt_tokens
from iapo.generate.sampling import sample
from iapo.models import stop_tokens
from iapo.models.adapters import merged


class LocalEngine:
    """A loaded model and its tokenizer. Adapters are merged while it writes.

    A task's answers depend on the seed and the task, not on which tasks are answered with it.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        decoding: Decoding,
        rows: int = 64,
        guided: bool = False,
    ) -> None:
        """Args: rows: answers written together. guided: let only code through that can be valid,
        in the formats that there is a guide for."""
        self._model = model
        self._tokenizer = tokenizer
        self._decoding = decoding
        self._rows = rows
        self._stop = stop_tokens(model, tokenizer)
        self._guides = (
            Guides(tokenizer, self._stop, limit=decoding.max_new_tokens) if guided else None
        )

    def answers(self, requests: Sequence[Request]) -> Iterator[list[Answer]]:
        """One batch after the other, the shortest prompts first."""
        system = self._decoding.system_prompt
        prompts = {r.place: prompt_tokens(self._tokenizer, r.prompt, system) for r in requests}
        ordered = sorted(requests, key=lambda request: len(prompts[request.place]))
        together = max(1, self._rows // self._decoding.samples)
        for begin in range(0, len(ordered), together):
            chosen = ordered[begin : begin + together]
            yield self._batch(chosen, [prompts[request.place] for request in chosen])

    def _batch(self, requests: Sequence[Request], prompts: Sequence[Sequence[int]]) -> list[Answer]:
        decoding = self._decoding
        formats = [request.format for request in requests]
        guide = None
        if self._guides is not None:
            guide = PromptGuide(self._guides, formats, decoding.samples)
        with merged(self._model):
            groups = sample(
                self._model,
                prompts,
                group_size=decoding.samples,
                max_new_tokens=decoding.max_new_tokens,
                stop=self._stop,
                seed=[request.seed for request in requests],
                temperature=decoding.temperature,
                top_p=decoding.top_p,
                rows=self._rows,
                guide=guide,
            )
        return [
            Answer(
                request.place,
                number,
                str(self._tokenizer.decode(group[number].body(), skip_special_tokens=True)),
                len(group[number].tokens),
                group[number].stopped,
            )
            for request, group in zip(requests, groups, strict=True)
            for number in request.numbers
        ]

    def close(self) -> None:
        """Nothing is held that does not go with the object."""
