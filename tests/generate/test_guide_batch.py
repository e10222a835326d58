"""The guide in the batch of a server: requests that join, move and leave."""

from __future__ import annotations

import pytest
import tiny
import torch

from iapo.generate.guide import Guide
from iapo.generate.guide.batch import GuidedBatch

TOKENIZER = tiny.tokenizer()
STOP = int(TOKENIZER.eos_token_id)
BEGUN = {
    "terraform": 'resource "aws_vpc" "v" {\n  ',
    "dockerfile": "FROM python\n",
    "compose": "services:\n  web:\n    ",
}


def tokens(text):
    return TOKENIZER(text, add_special_tokens=False)["input_ids"]


@pytest.fixture
def batch():
    return GuidedBatch(TOKENIZER)


def join(batch, place, format, text=None, limit=None):
    written = tokens(BEGUN[format] if text is None else text)
    batch.add(place, format, stop={STOP}, written=written, limit=limit)
    return written


def let_through(batch, rows):
    """The tokens that each row is left with, where all were as likely."""
    logits = batch.apply(torch.zeros(rows, len(TOKENIZER)))
    return [set(row.isfinite().nonzero()[:, 0].tolist()) for row in logits]


def alone(format, text):
    """The same for a text under a guide of its own."""
    logits = Guide(TOKENIZER, format=format)([0], [tokens(text)], torch.zeros(1, len(TOKENIZER)))
    return set(logits[0].isfinite().nonzero()[:, 0].tolist())


EVERY = set(range(len(TOKENIZER)))


def test_each_place_has_the_guide_of_its_format_and_the_others_none(batch):
    join(batch, 0, "terraform")
    join(batch, 2, "dockerfile")
    batch.add(1, None, stop={STOP}, written=[])
    assert let_through(batch, 4) == [
        alone("terraform", BEGUN["terraform"]),
        EVERY,
        alone("dockerfile", BEGUN["dockerfile"]),
        EVERY,
    ]


def test_what_is_written_is_followed_in_the_servers_own_list(batch):
    written = join(batch, 0, "terraform")
    before = let_through(batch, 1)[0]
    written += tokens("cidr_block = ")
    after = let_through(batch, 1)[0]
    assert after != before
    assert after == alone("terraform", BEGUN["terraform"] + "cidr_block = ")


def test_a_request_takes_its_guide_with_it(batch):
    join(batch, 0, "terraform")
    join(batch, 1, "dockerfile")
    first, second = let_through(batch, 2)
    batch.move(0, 1, swap=True)
    assert let_through(batch, 2) == [second, first]
    batch.move(1, 0)
    assert let_through(batch, 2) == [first, EVERY]
    batch.move(0, 5)
    assert let_through(batch, 6) == [EVERY] * 5 + [first]
    batch.move(3, 5)  # one without a guide
    assert let_through(batch, 6) == [EVERY] * 6


def test_a_place_may_be_taken_by_another(batch):
    join(batch, 0, "terraform")
    join(batch, 0, "dockerfile")
    assert let_through(batch, 1) == [alone("dockerfile", BEGUN["dockerfile"])]
    batch.add(0, None, stop={STOP}, written=[])
    assert let_through(batch, 1) == [EVERY]
    assert len(batch) == 0


def test_those_that_left_leave_nothing_behind(batch):
    for turn in range(5):
        join(batch, 0, "compose")
        join(batch, 1, "compose")
        let_through(batch, 2)
        if turn % 2:
            batch.move(0, 1)
            batch.remove(1)
        else:
            batch.remove(0)
            batch.remove(1)
    assert len(batch) == 0
    (guides,) = batch._guides.values()
    assert not guides["compose"]._rows


def test_each_answer_is_closed_before_its_own_limit(batch):
    text = 'resource "aws_vpc" "v" {\n  tags = {\n'
    used = len(tokens(text))
    texts = {
        0: join(batch, 0, "terraform", text, used + 110),
        1: join(batch, 1, "terraform", text, used + 170),
        2: join(batch, 2, "terraform", text),
    }
    ends = {}
    remark = tokens("#")[-1]
    for step in range(1, 190):
        wanted = torch.zeros(3, len(TOKENIZER))
        wanted[:, remark] = 9.0
        for place, token in enumerate(batch.apply(wanted).argmax(-1).tolist()):
            texts[place].append(token)
            if token == STOP:
                ends.setdefault(place, step)
    assert set(ends) == {0, 1}
    assert ends[0] <= 110 < ends[1] <= 170


def test_tokens_that_end_an_answer_are_its_own(batch):
    text = 'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/16"\n}\n'
    join(batch, 0, "terraform", text)
    other = 1  # the beginning of a text: special, as ends are
    batch.add(1, "terraform", stop={other}, written=tokens(text))
    first, second = let_through(batch, 2)
    assert STOP in first and other not in first
    assert other in second and STOP not in second


def test_a_token_that_is_not_told_is_no_guess(batch):
    written = join(batch, 0, "terraform")
    written.append(-1)
    with pytest.raises(RuntimeError, match="asynchronous"):
        let_through(batch, 1)


def test_a_format_without_a_guide_is_refused(batch):
    with pytest.raises(ValueError, match=r"iapo_format: no guide for 'ansible'; .*terraform"):
        batch.add(0, "ansible", stop={STOP}, written=[])
    assert len(batch) == 0
