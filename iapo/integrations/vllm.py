"""The guide inside vLLM: a logits processor for its V1 engine.

vllm serve MODEL --logits-processors iapo.integrations.vllm:InfrastructureGuide

A request says what it wants to be guided by: `"vllm_xargs": {"iapo_format": "terraform"}` at the
OpenAI-compatible server, `SamplingParams(extra_args={"iapo_format": "terraform"})` in Python. One that
says nothing is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iapo.errors import InputError
from iapo.generate.guide import GUIDED
from iapo.generate.guide.batch import FORMAT_ARGUMENT, GuidedBatch, unknown

try:
    from vllm.v1.sample.logits_processor import LogitsProcessor, MoveDirectionality
except ImportError as error:
    raise InputError("this needs vLLM, whose V1 engine has custom logits processors") from error

if TYPE_CHECKING:
    from torch import Tensor


class InfrastructureGuide(LogitsProcessor):  # type: ignore[misc]
    """Lets only tokens through that can still become valid code of the format a request asks for."""

    @classmethod
    def validate_params(cls, sampling_params: Any) -> None:
        """Refuse a request before it is taken in.

        Raises:
            ValueError: it asks for a format without a guide.
        """
        format = _format(sampling_params)
        if format is not None and format not in GUIDED:
            raise ValueError(unknown(format))

    def __init__(self, vllm_config: Any, device: Any, is_pin_memory: bool) -> None:
        from transformers import AutoTokenizer

        model = vllm_config.model_config
        tokenizer = AutoTokenizer.from_pretrained(
            model.tokenizer,
            revision=model.tokenizer_revision,
            trust_remote_code=model.trust_remote_code,
        )
        self._batch = GuidedBatch(tokenizer)
        self._end = int(tokenizer.eos_token_id)
        self._context = int(model.max_model_len)

    def is_argmax_invariant(self) -> bool:
        """The likeliest token may be one that is taken away."""
        return False

    def needs_output_token_ids(self) -> bool:
        """What may come depends on what was written; without this, vLLM may leave it open."""
        return True

    def update_state(self, batch_update: Any | None) -> None:
        """Follow the requests of the batch, in the order that vLLM asks for: gone, new, moved."""
        if batch_update is None:
            return
        for place in batch_update.removed:
            self._batch.remove(place)
        for place, params, prompt, written in batch_update.added:
            self._batch.add(
                place,
                _format(params),
                stop=params.all_stop_token_ids or {self._end},
                written=written,
                limit=self._limit(params, prompt),
            )
        for source, target, direction in batch_update.moved:
            self._batch.move(source, target, swap=direction == MoveDirectionality.SWAP)

    def _limit(self, params: Any, prompt: list[int] | None) -> int | None:
        """Tokens that an answer may have: what was asked for, and what the model has room for."""
        if prompt is None:  # given as embeddings: how long it is is not said
            return params.max_tokens  # type: ignore[no-any-return]
        room = self._context - len(prompt)
        return room if params.max_tokens is None else min(params.max_tokens, room)

    def apply(self, logits: Tensor) -> Tensor:
        """`logits` [R, V], in place, with -inf where a token may not come."""
        return self._batch.apply(logits)


def _format(params: Any) -> Any:
    """What a request asks for; None where it wants no guide."""
    return (params.extra_args or {}).get(FORMAT_ARGUMENT)
