"""What a guide does where it takes away the token that the model wanted most."""

from __future__ import annotations

import pytest
import tiny
import torch

from iapo.generate.guide import Guide

TOKENIZER = tiny.tokenizer()
STOP = int(TOKENIZER.eos_token_id)
BODY = 'resource "aws_vpc" "v" {\n  '


def tokens(text):
    return TOKENIZER(text, add_special_tokens=False)["input_ids"]


WRONG, REMARK, RIGHT = (tokens(word)[0] for word in ("zz", "#", "tags"))


def left_after(guide, text, likely):
    """The tokens that are left after a text where a few are likely, each with its logit."""
    logits = torch.full((1, len(guide.vocabulary)), -9.0)
    for token, logit in likely.items():
        logits[0, token] = logit
    left = guide([0], [tokens(text)], logits)[0]
    return set(left.isfinite().nonzero()[:, 0].tolist())


def written_at_the_end(guide, text, end="<end>", most=40):
    """What a guide writes after a text where the model wants the end, until it lets it decide."""
    done = tokens(text)
    want = STOP if end == "<end>" else tokens(end)[0]
    begun = len(done)
    while len(done) < begun + most:
        logits = torch.zeros(1, len(guide.vocabulary))
        logits[0, want] = 9.0
        left = guide([0], [done], logits)[0].isfinite().nonzero()[:, 0].tolist()
        if len(left) != 1:
            break
        done.append(left[0])
    return TOKENIZER.decode(done[begun:])


def test_a_comment_does_not_stand_in_for_a_name_that_is_taken_away():
    guide = Guide(TOKENIZER)
    left = left_after(guide, BODY, {WRONG: 5.0, REMARK: 3.0, RIGHT: 0.0})
    assert RIGHT in left and not left & {WRONG, REMARK}
    assert REMARK in left_after(guide, BODY, {WRONG: 5.0, REMARK: 4.0, RIGHT: 0.0})


SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  key: "


def test_a_number_that_must_be_a_text_is_put_in_quotes():
    nine, quote = (tokens(char)[0] for char in '9"')
    left = left_after(Guide(TOKENIZER, format="kubernetes"), SECRET, {nine: 5.0})
    assert left == {quote}
    free = left_after(Guide(TOKENIZER, format="kubernetes", wanted=0.0), SECRET, {nine: 5.0})
    assert len(free) > 1 and nine not in free


@pytest.mark.parametrize(("text", "blanks"), [(BODY + "tags ", b" \t"), (BODY + "\n", b"\n")])
def test_blanks_do_not_stand_in_either(text, blanks):
    guide = Guide(TOKENIZER)
    left = left_after(guide, text, {WRONG: 5.0})
    assert left and not any(guide.vocabulary.pieces[token][0] in blanks for token in left)
    free = left_after(Guide(TOKENIZER, wanted=0.0), text, {WRONG: 5.0})
    assert any(guide.vocabulary.pieces[token][0] in blanks for token in free)


def test_a_comment_may_come_by_chance_where_the_likeliest_may_come():
    assert REMARK in left_after(Guide(TOKENIZER), BODY, {RIGHT: 5.0, REMARK: 0.0})
    assert REMARK in left_after(Guide(TOKENIZER, wanted=0.0), BODY, {WRONG: 5.0, REMARK: 3.0})


def test_what_says_nothing_stays_where_nothing_else_may_come():
    words = ["<s>", "#", "▁zz", "<0x0A>"]

    class Pieces:
        all_special_ids = (0,)
        eos_token_id = 0

        def get_vocab(self):
            return {word: number for number, word in enumerate(words)}

    left = Guide(Pieces(), stop=())([0], [[3]], torch.tensor([[0.0, 1.0, 9.0, 0.0]]))
    assert left[0].isfinite().tolist() == [False, True, False, True]


@pytest.mark.parametrize(
    ("format", "text", "end", "name"),
    [
        ("terraform", 'resource "aws_subnet" "s" {\n', "}", "  vpc_id"),
        ("terraform", 'output "o" {\n  value = aws_vpc.main.id\n}\n', "<end>", 'resource "aws_vpc" "main" {\n'),
        ("kubernetes", "apiVersion: v1\nkind: ConfigMap\n", "<end>", "metadata:\n  name:"),
        ("compose", "services:\n  web:\n    image: nginx\n    networks: [front]\n", "<end>", "networks:\n  front:"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_where_the_model_wants_the_end(format, text, end, name):
    guide = Guide(TOKENIZER, format=format)
    assert written_at_the_end(guide, text, end).startswith(name)
    assert written_at_the_end(Guide(TOKENIZER, format=format, wanted=0.0), text, end) == ""


def test_the_model_says_itself_what_the_name_stands_for():
    guide = Guide(TOKENIZER)
    text = 'resource "aws_subnet" "s" {\n'
    left = left_after(guide, text, {tokens("}")[0]: 5.0})
    name = written_at_the_end(guide, text, "}")
    assert len(left) == 1
    assert len(left_after(guide, text + name + " = ", {})) > 20


def test_an_end_that_may_come_comes():
    done = BODY + "tags = {}\n"
    assert tokens("}")[0] in left_after(Guide(TOKENIZER), done, {tokens("}")[0]: 5.0})


def test_masks_are_told_by_tokens_only_where_nothing_is_asked_of_the_model():
    with pytest.raises(ValueError, match="wanted=0"):
        Guide(TOKENIZER).along([1], 9)
