"""Sample completions from a model: one prefill a prompt, finished rows dropped at once.

The same engine serves rollouts (temperature 1, nothing cut off, log-probabilities that equal the
training pass's) and `iapo generate` (greedy, or with top-p). Every random number is drawn before the
first token, by prompt, row and position, so that what a row becomes does not depend on which rows
share its batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from iapo.models.decode_layout import DecodeLayout
from iapo.models.memory import OutOfMemoryError, free_memory, is_out_of_memory
from iapo.models.shared_prefix import (
    SharedPrefixError,
    decoder_of,
    hidden_states,
    logits_of,
    supports,
)

_BLOCK = 256  # the vocabulary is searched in two steps: which block of this size, then where in it


@dataclass(frozen=True, slots=True)
class Completion:
    """One sampled answer.

    Attributes:
        tokens: token ids, the stop token included where the model ended by itself.
        logprobs: log-probability of each token under the distribution it was drawn from
            (temperature applied, top-p not), natural logarithm.
        stopped: False where the answer was cut at the limit of new tokens.
    """

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    stopped: bool

    def body(self) -> tuple[int, ...]:
        """The tokens without the stop token."""
        return self.tokens[:-1] if self.stopped else self.tokens


class Guide(Protocol):
    """Has a say in which token comes next."""

    def __call__(
        self, rows: Sequence[int], written: Sequence[Sequence[int]], logits: Tensor
    ) -> Tensor:
        """The logits to draw from, for the rows that are not finished.

        Args:
            rows: which completion each row is: prompt number times group size plus its place.
            written: the tokens of each so far.
            logits: [R, V] float32, before the temperature; may be changed in place.
        """
        ...


@torch.inference_mode()
def sample(
    model: Any,
    prompts: Sequence[Sequence[int]],
    *,
    group_size: int,
    max_new_tokens: int,
    stop: Sequence[int],
    seed: int | Sequence[int] = 0,
    temperature: float | Sequence[float] = 1.0,
    top_p: float = 1.0,
    rows: int = 64,
    guide: Guide | None = None,
) -> list[list[Completion]]:
    """`group_size` completions of each prompt, in the order of the prompts.

    Args:
        prompts: token ids, at least one a prompt.
        stop: tokens that end a completion.
        seed: the same seed gives the same completions on the same machine. One a prompt makes the
            completions of a prompt independent of which others are asked for with it.
        temperature: 0 takes the likeliest token each time. One a completion of the group, where
            they differ: the first greedy and the others drawn, from one prefill.
        top_p: sample from the smallest set of tokens with this share of the probability.
        rows: how many completions are decoded together. Larger is faster until memory or the
            processor is full.
        guide: may change what is likely before each token is drawn; log-probabilities are then
            those of the distribution it leaves.
    """
    if max_new_tokens < 1 or group_size < 1:
        raise ValueError("max_new_tokens and group_size start at 1")
    was_training = model.training
    model.eval()
    try:
        uniforms = _uniforms(seed, len(prompts), (group_size, max_new_tokens))
        together = max(1, rows // group_size)
        heats = torch.as_tensor(temperature, dtype=torch.float32).expand(group_size)
        by_length = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
        done: list[list[Completion]] = [[] for _ in prompts]
        for begin in range(0, len(by_length), together):
            chosen = by_length[begin : begin + together]
            batch = _retrying(
                model,
                [prompts[i] for i in chosen],
                uniforms[chosen].flatten(0, 1),
                heats.repeat(len(chosen)),
                frozenset(stop),
                top_p,
                guide,
                [i * group_size + k for i in chosen for k in range(group_size)],
            )
            for place, i in enumerate(chosen):
                done[i] = batch[place * group_size : (place + 1) * group_size]
        return done
    finally:
        model.train(was_training)


def _uniforms(seed: int | Sequence[int], prompts: int, shape: tuple[int, int]) -> Tensor:
    """[prompts, *shape] float64 in [0, 1)."""

    def drawn(seed: int, *shape: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed % 2**62)
        return torch.rand(shape, generator=generator, dtype=torch.float64)

    if isinstance(seed, int):
        return drawn(seed, prompts, *shape)
    return torch.stack([drawn(own, *shape) for own in seed])


def _retrying(
    model: Any,
    prompts: list[Sequence[int]],
    uniforms: Tensor,
    heats: Tensor,
    stop: frozenset[int],
    top_p: float,
    guide: Guide | None,
    numbers: list[int],
) -> list[Completion]:
    """One batch; where memory runs out, its halves one after the other.

    Raises:
        OutOfMemoryError: not even one row fits.
    """
    try:
        return _sample_batch(model, prompts, uniforms, heats, stop, top_p, guide, numbers)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        if len(numbers) == 1:
            raise OutOfMemoryError(
                "out of memory with a single completion; lower max_new_tokens"
            ) from error
    free_memory(model.device)
    if len(prompts) > 1:
        half = len(prompts) // 2
        parts, middle = (prompts[:half], prompts[half:]), half * len(numbers) // len(prompts)
    else:
        parts, middle = (prompts, prompts), len(numbers) // 2
    done: list[Completion] = []
    for part, rows in zip(parts, (slice(middle), slice(middle, None)), strict=True):
        done += _retrying(
            model, part, uniforms[rows], heats[rows], stop, top_p, guide, numbers[rows]
        )
    return done


def _sample_batch(
    model: Any,
    prompts: list[Sequence[int]],
    uniforms: Tensor,
    heats: Tensor,
    stop: frozenset[int],
    top_p: float,
    guide: Guide | None,
    numbers: list[int],
) -> list[Completion]:
    total, max_new_tokens = uniforms.shape
    group_size = total // len(prompts)
    tokens: list[list[int]] = [[] for _ in range(total)]
    logprobs: list[list[float]] = [[] for _ in range(total)]
    stopped = [False] * total
    live = list(range(total))
    decoder, hidden = _start(model, prompts, group_size, max_new_tokens)
    hidden = hidden.repeat_interleave(group_size, 0)
    for step in range(max_new_tokens):
        logits = logits_of(model, hidden)
        if guide is not None:
            logits = guide([numbers[i] for i in live], [tokens[i] for i in live], logits)
        drawn, chances = draw(logits, uniforms[live, step], heats[live], top_p)
        alive = []
        for row, token, chance in zip(live, drawn.tolist(), chances.tolist(), strict=True):
            tokens[row].append(token)
            logprobs[row].append(chance)
            stopped[row] = token in stop
            alive.append(not stopped[row])
        if step == max_new_tokens - 1 or not any(alive):
            break
        if not all(alive):
            order = decoder.keep(torch.tensor(alive))
            live = [live[i] for i in order.tolist()]
            drawn = drawn[order.to(drawn.device)]
        hidden = decoder.step(drawn)
    return [
        Completion(tuple(t), tuple(p), s) for t, p, s in zip(tokens, logprobs, stopped, strict=True)
    ]


def draw(
    logits: Tensor, uniforms: Tensor, temperature: float | Tensor, top_p: float = 1.0
) -> tuple[Tensor, Tensor]:
    """One token a row by inverting the cumulative distribution at the given uniform numbers.

    Args:
        logits: [R, V] float32; overwritten.
        uniforms: [R] float64 in [0, 1).
        temperature: one number or [R]; a row at 0 takes its likeliest token.

    Returns:
        Tokens [R] and their log-probabilities [R] (before top-p).
    """
    heat = torch.as_tensor(temperature, dtype=torch.float32, device=logits.device)
    heat = heat.expand(len(logits))
    greedy = heat <= 0
    # In place: fresh memory for a vocabulary of numbers a row costs more than the sums do.
    probs = logits.div_(heat.masked_fill(greedy, 1.0)[:, None])
    probs.sub_(probs.amax(-1, keepdim=True)).exp_()
    probs.div_(probs.sum(-1, keepdim=True))
    if bool(greedy.all()):
        chosen = probs.argmax(-1)
        return chosen, probs.gather(1, chosen[:, None])[:, 0].log()
    weights = _nucleus(probs, top_p) if top_p < 1 else probs
    size = weights.shape[1]
    if size % _BLOCK:
        weights = torch.nn.functional.pad(weights, (0, _BLOCK - size % _BLOCK))
    blocks = weights.view(len(weights), -1, _BLOCK)
    precise = torch.float32 if logits.device.type == "mps" else torch.float64
    uniforms = uniforms.to(logits.device, precise)
    mass = blocks.sum(-1).to(precise).cumsum(-1)
    block, inside = _invert(mass, uniforms * mass[:, -1])
    within = blocks[torch.arange(len(blocks), device=blocks.device), block].to(precise).cumsum(-1)
    place, _ = _invert(within, inside * within[:, -1])
    chosen = block * _BLOCK + place
    if bool(greedy.any()):
        chosen = torch.where(greedy, probs.argmax(-1), chosen)
    return chosen, probs.gather(1, chosen[:, None])[:, 0].log()


def _invert(cumulative: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Where each target falls, and how far into that step, as a share in [0, 1)."""
    # The last step that adds anything: rounding must never choose a token of probability 0.
    last = torch.searchsorted(cumulative, cumulative[:, -1:].contiguous())
    index = torch.searchsorted(cumulative, target[:, None].contiguous(), right=True).minimum(last)
    top = cumulative.gather(1, index)
    below = torch.where(index > 0, cumulative.gather(1, (index - 1).clamp(min=0)), 0.0)
    share = ((target[:, None] - below) / (top - below)).clamp(0.0, 1.0 - 2.0**-24)
    return index[:, 0], share[:, 0]


def _nucleus(probs: Tensor, top_p: float) -> Tensor:
    ordered, order = probs.sort(-1, descending=True)
    outside = ordered.cumsum(-1) - ordered >= top_p
    return probs.masked_fill(outside.scatter(1, order, outside), 0.0)


class Decoder(Protocol):
    """Feeds the live rows one token at a time."""

    def keep(self, alive: Tensor) -> Tensor: ...

    def step(self, tokens: Tensor) -> Tensor: ...


def _start(
    model: Any, prompts: list[Sequence[int]], group_size: int, max_new_tokens: int
) -> tuple[Decoder, Tensor]:
    """A decoder that has read the prompts, and the last hidden state of each."""
    if supports(model):
        try:
            shared = _SharedPrefixDecoder(model, prompts, group_size, max_new_tokens)
            return shared, shared.prompt_hidden
        except SharedPrefixError:
            pass  # longer than a sliding window: the padded path knows how
    padded = _PaddedDecoder(model, prompts, group_size)
    return padded, padded.prompt_hidden


class _SharedPrefixDecoder:
    def __init__(
        self, model: Any, prompts: list[Sequence[int]], group_size: int, max_new_tokens: int
    ) -> None:
        self.model = model
        self.layout = DecodeLayout(prompts, group_size, max_new_tokens, model.device)
        packed = self.layout.prefill
        hidden = hidden_states(model, packed.tokens, packed.positions, self.layout)
        self.prompt_hidden = hidden[packed.prompt_ends]
        self.layout.begin()

    def keep(self, alive: Tensor) -> Tensor:
        return self.layout.keep(alive)

    def step(self, tokens: Tensor) -> Tensor:
        hidden = hidden_states(self.model, tokens, self.layout.positions, self.layout)
        self.layout.advance()
        return hidden


class _PaddedDecoder:
    """For architectures with masks or state of their own: transformers' cache, prompts padded."""

    def __init__(self, model: Any, prompts: list[Sequence[int]], group_size: int) -> None:
        from transformers import DynamicCache

        self.decoder = decoder_of(model)
        device = model.device
        longest = max(len(p) for p in prompts)
        pads = [longest - len(p) for p in prompts]
        tokens = torch.tensor(
            [[p[0]] * pad + list(p) for p, pad in zip(prompts, pads, strict=True)], device=device
        )
        seen = torch.arange(longest) >= torch.tensor(pads)[:, None]
        self.seen = seen.to(device=device, dtype=torch.long)
        self.cache = DynamicCache(config=self.decoder.config)
        positions = (self.seen.cumsum(1) - 1).clamp(min=0)
        hidden = self._forward(tokens, positions)
        self.prompt_hidden = hidden
        self.cache.batch_repeat_interleave(group_size)
        self.seen = self.seen.repeat_interleave(group_size, 0)

    def _forward(self, tokens: Tensor, positions: Tensor) -> Tensor:
        out = self.decoder(
            input_ids=tokens,
            position_ids=positions,
            attention_mask=self.seen,
            past_key_values=self.cache,
            use_cache=True,
        )
        return out.last_hidden_state[:, -1]  # type: ignore[no-any-return]

    def keep(self, alive: Tensor) -> Tensor:
        order = alive.nonzero()[:, 0]
        place = order.to(self.seen.device)
        self.cache.batch_select_indices(place)
        self.seen = self.seen[place]
        return order

    def step(self, tokens: Tensor) -> Tensor:
        positions = self.seen.sum(1, keepdim=True)
        self.seen = torch.cat([self.seen, torch.ones_like(self.seen[:, :1])], 1)
        return self._forward(tokens[:, None], positions)
