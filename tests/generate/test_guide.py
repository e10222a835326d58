"""Which tokens a guide lets through, in one text or many, and what it is for."""

from __future__ import annotations

import random

import numpy as np
import pytest
import tiny
import torch
from guided_terraform import VALID
from guided_texts import assert_exact, refused

from iapo.errors import InputError
from iapo.generate.guide import Guide, guide_for
from iapo.generate.guide.vocabulary import Trie, read_vocabulary
from iapo.generate.sampling import sample

TOKENIZER = tiny.tokenizer()
STOP = TOKENIZER.eos_token_id


@pytest.fixture(scope="module")
def guide():
    return Guide(TOKENIZER)


def random_positions(guide, count, seed):
    """Positions along valid texts and beside them."""
    rng = random.Random(seed)
    for text in VALID.values():
        tokens = TOKENIZER(text, add_special_tokens=False)["input_ids"]
        cuts = sorted(rng.sample(range(len(tokens)), min(count, len(tokens))))
        position, done = guide.first, 0
        for cut in cuts:
            for token in tokens[done:cut]:
                position = guide.after(position, token)
            done = cut
            yield position


def test_a_mask_is_exactly_the_tokens_that_can_be_written(guide):
    seen = 0
    for position in random_positions(guide, 40, 0):
        assert_exact(guide, position)
        seen += 1
    assert seen > 200


def test_valid_code_is_allowed_token_by_token(guide):
    for text in VALID.values():
        position = guide.first
        allowed = np.zeros(len(read_vocabulary(TOKENIZER)), np.bool_)
        for token in [*TOKENIZER(text, add_special_tokens=False)["input_ids"], STOP]:
            guide.allow(position, allowed)
            assert allowed[token]
            position = guide.after(position, token)
        assert position.ended


def test_a_model_that_knows_nothing_writes_only_names_that_exist(guide):
    done = sample(
        tiny.model(spread=4.0),
        [(5, 6, 7)],
        group_size=6,
        max_new_tokens=60,
        stop=(STOP,),
        guide=guide,
    )
    for completion in done[0]:
        text = TOKENIZER.decode(completion.body())
        assert refused(guide, text) in (None, text + "<end>")
        assert all(np.isfinite(completion.logprobs))


def test_rows_may_come_in_any_order_and_start_again(guide):
    vocabulary = len(read_vocabulary(TOKENIZER))
    tokens = TOKENIZER(VALID["operators"], add_special_tokens=False)["input_ids"]

    def allowed(rows, written):
        logits = guide(rows, written, torch.zeros(len(rows), vocabulary))
        return torch.isfinite(logits)

    first = allowed([0, 1], [[], tokens[:20]])
    second = allowed([1, 0], [tokens[:21], tokens[:1]])
    again = allowed([1, 7], [[], tokens[:21]])
    assert torch.equal(again[0], first[0])
    assert torch.equal(again[1], second[0])
    # Rows 0 and 1 change places, each a token further.
    swapped = allowed([0, 1], [tokens[:21], tokens[:1]])
    assert torch.equal(swapped[0], second[0])
    assert torch.equal(swapped[1], second[1])


def test_transformers_own_generate_can_be_guided(guide):
    prompt = torch.tensor([[5, 6, 7], [7, 6, 5]])
    done = tiny.model(spread=4.0).generate(
        prompt,
        do_sample=True,
        max_new_tokens=30,
        pad_token_id=0,
        logits_processor=[guide.processor()],
    )
    for row in done[:, 3:]:
        text = TOKENIZER.decode(row, skip_special_tokens=True)
        assert refused(guide, text) in (None, text + "<end>")


def test_a_processor_serves_call_after_call_and_beams_that_change_places(guide):
    processor = guide.processor()
    model = tiny.model(spread=4.0)
    for prompt in ([[5, 6, 7]], [[5, 6]], [[7] * 13]):
        done = model.generate(
            torch.tensor(prompt),
            num_beams=4,
            num_return_sequences=2,
            max_new_tokens=10,
            pad_token_id=0,
            logits_processor=[processor],
        )
        for row in done[:, len(prompt[0]) :]:
            text = TOKENIZER.decode(row, skip_special_tokens=True)
            assert refused(guide, text) in (None, text + "<end>")


def test_forgetting_changes_nothing(guide, monkeypatch):
    times = 0
    forget = Guide._forget

    def counted(self):
        nonlocal times
        times += 1
        forget(self)

    monkeypatch.setattr(Guide, "_forget", counted)
    monkeypatch.setattr("iapo.generate.guide.guide._MOST_STATES", 50)
    options = {"group_size": 2, "max_new_tokens": 40, "stop": (STOP,), "seed": 3}
    model = tiny.model(spread=4.0)
    forgetful = sample(model, [(5, 6, 7)], guide=Guide(TOKENIZER), **options)
    monkeypatch.undo()
    assert times > 1
    assert forgetful == sample(model, [(5, 6, 7)], guide=guide, **options)


def test_a_request_is_guided_where_there_is_a_guide_for_it():
    assert guide_for(TOKENIZER, "ansible", stop=[STOP]) is None
    assert guide_for(TOKENIZER, None, stop=[STOP]) is None
    text = 'resource "datadog_monitor" "m" {\n  anything = 1\n}\n'
    plain = guide_for(TOKENIZER, "terraform", stop=[STOP], request="call it datadog_monitor")
    spelled = guide_for(TOKENIZER, "terraform", stop=[STOP], request="a `datadog_monitor` resource")
    assert refused(plain, text) is not None
    assert refused(spelled, text) is None


def test_a_tokenizer_that_cannot_be_read_writes_unguided_and_says_so():
    class Words:
        eos_token_id = 0
        all_special_ids = ()

        def get_vocab(self):
            return {"bucket": 0}

    with pytest.warns(UserWarning, match="unguided: Words: a guide needs"):
        assert guide_for(Words(), "terraform", stop=[0]) is None


def test_a_format_without_a_guide_is_one_line():
    with pytest.raises(InputError, match="no guide for ansible"):
        Guide(TOKENIZER, format="ansible")


def test_a_trie_gives_back_its_texts():
    texts = {b"": [9], b"a": [1], b"ab": [2, 3], b"b": [4], b"abc": [5]}
    trie = Trie(texts)
    assert {t: list(ids) for t, ids in trie.below(0)} == texts
    assert [bytes([trie.byte[n]]) for n in range(1, len(trie))] == [b"a", b"b", b"c", b"b"]


def test_bytes_of_a_sentencepiece_vocabulary_are_known():
    class Pieces:
        all_special_ids = (0,)
        added_tokens_decoder = {}  # noqa: RUF012

        def get_vocab(self):
            return {"<s>": 0, "<0x0A>": 1, "▁resource": 2, '▁"': 3, "x": 4}

    assert read_vocabulary(Pieces()).pieces == [None, b"\n", b" resource", b' "', b"x"]
