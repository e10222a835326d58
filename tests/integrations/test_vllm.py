"""The guide inside vLLM: its interface is stood in for, since vLLM itself wants a GPU and gigabytes.

The stand-in has the shape of `vllm/v1/sample/logits_processor/interface.py` and nothing else; what is
tested is ours, with real tokens and tensors.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum, auto
from types import ModuleType, SimpleNamespace

import pytest
import tiny
import torch

from iapo.errors import InputError
from iapo.generate.guide import Guide

TOKENIZER = tiny.tokenizer()
STOP = int(TOKENIZER.eos_token_id)
ROOM = 400


class MoveDirectionality(Enum):
    UNIDIRECTIONAL = auto()
    SWAP = auto()


class LogitsProcessor(ABC):
    @classmethod
    def validate_params(cls, sampling_params):
        return None

    @abstractmethod
    def __init__(self, vllm_config, device, is_pin_memory): ...

    @abstractmethod
    def apply(self, logits): ...

    @abstractmethod
    def is_argmax_invariant(self): ...

    def needs_output_token_ids(self):
        return False

    @abstractmethod
    def update_state(self, batch_update): ...


@dataclass(frozen=True)
class BatchUpdate:
    batch_size: int
    removed: list = field(default_factory=list)
    added: list = field(default_factory=list)
    moved: list = field(default_factory=list)


@dataclass
class Params:
    """What of `vllm.SamplingParams` is asked for."""

    extra_args: dict | None = None
    max_tokens: int | None = 100
    all_stop_token_ids: set = field(default_factory=lambda: {STOP})


def wanting(format, **options):
    return Params(extra_args={"iapo_format": format}, **options)


@pytest.fixture
def module(monkeypatch):
    stand_in = ModuleType("vllm.v1.sample.logits_processor")
    stand_in.LogitsProcessor, stand_in.MoveDirectionality = LogitsProcessor, MoveDirectionality
    for name in ("vllm", "vllm.v1", "vllm.v1.sample"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    monkeypatch.delitem(sys.modules, "iapo.integrations.vllm", raising=False)
    import iapo.integrations.vllm as module

    yield module
    sys.modules.pop("iapo.integrations.vllm", None)


@pytest.fixture
def processor(module, tmp_path):
    TOKENIZER.save_pretrained(tmp_path)
    config = SimpleNamespace(
        tokenizer=str(tmp_path),
        tokenizer_revision=None,
        trust_remote_code=False,
        max_model_len=ROOM,
    )
    return module.InfrastructureGuide(
        SimpleNamespace(model_config=config), torch.device("cpu"), False
    )


def likely(request, step):
    """What a model that knows nothing finds likely; the same for a request wherever it stands."""
    generator = torch.Generator().manual_seed(1000 * request + step)
    return 3 * torch.randn(len(TOKENIZER), generator=generator)


def written_alone(request, params, prompt):
    """What a request is answered where it has a guide of its own."""
    limit = min(params.max_tokens, ROOM - len(prompt))
    guide = Guide(TOKENIZER, format=params.extra_args["iapo_format"], limit=limit)
    written = []
    while len(written) < limit and STOP not in written:
        logits = guide([0], [written], likely(request, len(written))[None])
        written.append(int(logits.argmax()))
    return written


def test_answers_in_a_batch_that_changes_are_those_of_requests_alone(processor):
    asked = {
        n: (wanting(format, max_tokens=40 + 10 * n), [5, 6, 7])
        for n, format in enumerate(["terraform", "dockerfile", "compose", "terraform", "jenkins"])
    }
    waiting, running, done = list(asked), [], {n: [] for n in asked}
    swapped = 0

    def over(n):
        return STOP in done[n] or len(done[n]) == asked[n][0].max_tokens

    while waiting or not all(over(n) for n in running):
        holes, added, moved = [i for i, n in enumerate(running) if over(n)], [], []
        removed = holes[::-1]
        while waiting and (holes or len(running) < 3):  # a hole is filled by who waits, if any
            n = waiting.pop(0)
            place = holes.pop(0) if holes else len(running)
            running[place : place + 1] = [n]
            added.append((place, *asked[n], done[n]))
            removed = [i for i in removed if i != place]
        for hole in holes[::-1]:  # else by the last one
            last = running.pop()
            if hole < len(running):
                moved.append((len(running), hole, MoveDirectionality.UNIDIRECTIONAL))
                running[hole] = last
        if not (removed or added or moved) and len(running) > 1:
            moved.append((0, 1, MoveDirectionality.SWAP))
            running[0], running[1] = running[1], running[0]
            swapped += 1
        changed = removed or added or moved
        processor.update_state(
            BatchUpdate(len(running), removed, added, moved) if changed else None
        )
        logits = processor.apply(torch.stack([likely(n, len(done[n])) for n in running]))
        for n, token in zip(running, logits.argmax(-1).tolist(), strict=True):
            done[n].append(token)
    assert swapped > 20
    assert done == {n: written_alone(n, *asked[n]) for n in asked}


def test_a_request_that_asks_for_no_guide_is_left_alone(processor):
    processor.update_state(BatchUpdate(2, added=[(0, Params(), [5], []), (1, Params({}), [5], [])]))
    logits = torch.randn(2, len(TOKENIZER))
    assert torch.equal(processor.apply(logits.clone()), logits)


def test_an_answer_has_no_more_room_than_the_model(processor):
    prompt = [5] * (ROOM - 60)
    params = wanting("dockerfile", max_tokens=None)
    written = []
    processor.update_state(BatchUpdate(1, added=[(0, params, prompt, written)]))
    wish = torch.zeros(1, len(TOKENIZER))
    wish[0, TOKENIZER("#").input_ids[-1]] = 9.0  # comments, for ever
    while STOP not in written and len(written) < 100:
        written.append(int(processor.apply(wish.clone()).argmax()))
    assert written[-1] == STOP and 20 < len(written) <= 60


def test_a_request_for_a_format_without_a_guide_is_refused_before_it_is_taken_in(module):
    processor = module.InfrastructureGuide
    for fine in (Params(), Params({}), Params({"other": 1}), wanting("terraform")):
        processor.validate_params(fine)
    for wrong in ("ansible", 7, ""):
        with pytest.raises(ValueError, match="iapo_format: no guide for"):
            processor.validate_params(wanting(wrong))


def test_vllm_is_told_that_tokens_matter_and_the_likeliest_may_change(processor):
    assert processor.needs_output_token_ids()
    assert not processor.is_argmax_invariant()


def test_without_vllm_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    monkeypatch.delitem(sys.modules, "iapo.integrations.vllm", raising=False)
    with pytest.raises(InputError, match="needs vLLM"):
        import iapo.integrations.vllm  # noqa: F401
