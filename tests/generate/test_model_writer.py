"""A model answers several times from one prefill, ends with its code, and stays in its window."""

from __future__ import annotations

import re

import pytest
import tiny
import torch

from iapo.generate.ending import EndAfterFence, EndLoops, InTurn, Watched
from iapo.generate.prompts import Message, chat_tokens, prompt_tokens
from iapo.generate.request import Request, understand
from iapo.generate.sampling import sample
from iapo.generate.writer import NEW_TOKENS, ModelWriter, TooLongError

ASKED = understand("an S3 bucket named acme-logs")
TURN = [Message("user", ASKED.prompt)]


def writer(request: Request = ASKED, **options) -> ModelWriter:
    options = {"guided": False, **options}
    return ModelWriter(tiny.model(spread=4.0), tiny.tokenizer(), request, **options)


def test_the_first_answer_is_greedy_and_the_others_are_drawn():
    drafts = writer(max_new_tokens=12)(TURN, 4, 0)
    model, tokenizer = tiny.model(spread=4.0), tiny.tokenizer()
    greedy = sample(
        model,
        [prompt_tokens(tokenizer, ASKED.prompt)],
        group_size=1,
        max_new_tokens=12,
        stop=(2,),
        temperature=0.0,
    )[0][0]
    assert drafts[0].text == tokenizer.decode(greedy.body(), skip_special_tokens=True)
    assert len({draft.text for draft in drafts}) > 1


def test_terraform_is_written_under_the_guide():
    free = writer(max_new_tokens=20)(TURN, 4, 0)
    guided = writer(max_new_tokens=20, guided=True)(TURN, 4, 0)
    begun = re.compile(r"\s*(?:$|#|//|/\*|`|[cdelmoprtvi])")
    assert all(begun.match(draft.text) for draft in guided)
    assert not all(begun.match(draft.text) for draft in free)


def test_the_same_seed_writes_the_same_and_each_round_something_else():
    one, two = writer(max_new_tokens=8, seed=3), writer(max_new_tokens=8, seed=3)
    assert one(TURN, 3, 0) == two(TURN, 3, 0)
    assert one(TURN, 3, 1)[1:] != two(TURN, 3, 0)[1:]


def test_it_is_said_how_far_the_writing_is_and_when_it_began():
    seen = []
    own = writer(max_new_tokens=5, watch=lambda tokens, rows: seen.append((tokens, rows)))
    assert own.first_token is None
    own(TURN, 3, 0)
    assert own.first_token is not None and own.first_token > 0
    assert [tokens for tokens, _ in seen] == list(range(5))
    assert seen[0] == (0, 3)


def test_an_answer_is_limited_by_what_is_asked():
    file = Request("tag it", "terraform", "", 'a = "b"\n' * 200)
    tokens = len(tiny.tokenizer()(file.code)["input_ids"])
    assert writer()._limit == NEW_TOKENS
    assert writer(file)._limit > max(tokens, NEW_TOKENS)
    assert writer(file, max_new_tokens=7)._limit == 7


def test_what_does_not_fit_the_window_is_refused():
    long = [Message("user", "bucket " * 600)]
    with pytest.raises(TooLongError, match=r"the request is too long: \d+ tokens"):
        writer(max_new_tokens=5)(long, 1, 0)
    with pytest.raises(TooLongError, match=r"None: too large for the model"):
        writer(Request("tag it", "terraform", "", "a\n"), max_new_tokens=5)(long, 1, 0)
    with pytest.raises(TooLongError, match="its window has 512"):
        writer(max_new_tokens=600)(TURN, 1, 0)


def test_turns_are_told_to_the_model_in_its_template():
    tokenizer = tiny.tokenizer()
    turns = [Message("user", "a"), Message("assistant", "b\n"), Message("user", "c")]
    text = tokenizer.decode(chat_tokens(tokenizer, turns))
    assert text == (
        "<|start|>user\na<|end|>\n<|start|>assistant\nb\n<|end|>\n<|start|>user\nc<|end|>\n"
        "<|start|>assistant\n"
    )
    tokenizer.chat_template = None
    assert "a\n\nb\n\n\nc\n\n" in tokenizer.decode(chat_tokens(tokenizer, turns))


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("```hcl\nlocals {}\n```", True),
        ("Here it is:\n\n```\nlocals {}\n```\nIt", False),  # the moment to end is at the fence
        ("Here it is:\n\n```\nlocals {}\n```", True),
        ("```bash\nterraform init\n```", False),
        ("```bash\nterraform init\n```\n```hcl\nlocals {}\n```", True),
        ("```bash\nterraform init\n```\n```", False),
        ("```hcl\nlocals {}\n", False),
        ("```", False),
        ("locals { a = `b` }", False),
    ],
)
def test_after_a_closed_fence_only_the_end_may_come(text, ends):
    tokenizer = tiny.tokenizer()
    guide = EndAfterFence(tokenizer, (2,), "terraform")
    tokens = tokenizer(text)["input_ids"]
    other = tokenizer("locals")["input_ids"]
    logits = guide([0, 1], [tokens, other], torch.zeros(2, 320))
    allowed = torch.isfinite(logits).sum(-1).tolist()
    assert allowed == [1 if ends else 320, 320]
    assert bool(torch.isfinite(logits[0, 2]))


def test_guides_work_one_after_the_other():
    def forbid(token):
        def guide(rows, written, logits):
            logits[:, token] = -torch.inf
            return logits

        return guide

    logits = InTurn([forbid(3), Watched(lambda *_: None), forbid(4)])([0], [[]], torch.zeros(1, 9))
    assert torch.isinf(logits[0]).nonzero()[:, 0].tolist() == [3, 4]


@pytest.mark.parametrize(
    ("tokens", "ends"),
    [
        ([9, 8, 7] + [5] * 61, True),
        (list(range(10, 50)) * 6, True),
        ([*range(10, 40), *([5, 6, 7, 8] * 15), 5, 6, 7, 8, 5, 6], True),
        ([5] * 40, False),
        (list(range(10, 70)) * 4, False),
        # Blocks that differ in a number are no loop.
        ([t for n in range(30) for t in (5, 6, 100 + n, 7)], False),
    ],
)
def test_a_loop_is_ended_and_not_taken_for_an_end(tokens, ends):
    guide = EndLoops((2,))
    tokens = tokens[: len(tokens) // EndLoops.EVERY * EndLoops.EVERY]
    logits = guide([7], [tokens], torch.zeros(1, 320))
    assert torch.isfinite(logits).sum() == (1 if ends else 320)
    assert guide.ended == ({7} if ends else set())


def test_a_model_in_a_loop_is_stopped_early_and_its_answer_is_cut_off():
    model = tiny.model()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()  # every token is alike: the likeliest is always the first
    seen = []
    own = ModelWriter(
        model,
        tiny.tokenizer(),
        ASKED,
        max_new_tokens=200,
        guided=False,
        watch=lambda tokens, rows: seen.append(tokens),
    )
    (draft,) = own(TURN, 1, 0)
    assert not draft.ended
    assert max(seen) < 80
