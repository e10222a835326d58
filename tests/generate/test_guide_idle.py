"""How much may be written that says nothing: comments, blank lines and spaces, in every language."""

from __future__ import annotations

import numpy as np
import pytest
import tiny

from iapo.generate.guide import GUIDED, Bound, Guide
from iapo.generate.guide.idle import Idle

TOKENIZER = tiny.tokenizer()
BEGUN = {
    "terraform": 'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/16"\n',
    "kubernetes": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
    "dockerfile": "FROM alpine:3\nWORKDIR /app\n",
    "compose": "services:\n  web:\n    image: nginx\n",
    "github-actions": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make\n",
    "gitlab-ci": "build:\n  script: make\n",
    "jenkins": "pipeline {\n  agent any\n  environment { A = 'b' }\n",
}
MARKS = {"jenkins": "//"}  # what a comment begins with, where that is no `#`


def tokens(text):
    return TOKENIZER(text, add_special_tokens=False)["input_ids"]


def written(guide, text, position=None):
    """The position after a text, and how many of its characters were let through token by token."""
    position = position or guide.first
    allowed = np.zeros(len(guide.vocabulary), np.bool_)
    done = []
    for token in tokens(text):
        guide.allow(position, allowed)
        if not allowed[token]:
            return position, len(TOKENIZER.decode(done))
        position = guide.after(position, token)
        done.append(token)
    return position, len(text)


@pytest.fixture(scope="module", params=sorted(BEGUN))
def guide(request):
    return Guide(TOKENIZER, format=request.param)


@pytest.mark.parametrize("begun", ["", "all"])
@pytest.mark.parametrize("line", ["# the same again\n", "#\n", "# a long one " + "x" * 900 + "\n"])
def test_comments_come_to_an_end(guide, begun, line):
    mark = MARKS.get(guide.format, "#")
    line = line.replace("#", mark)
    text = BEGUN[guide.format] if begun else ""
    position, done = written(guide, text)
    assert done == len(text)
    position, done = written(guide, line * 40, position)
    assert 17 * line[:done].count("\n") < done + 17 < 400
    allowed = np.zeros(len(guide.vocabulary), np.bool_)
    # What is left goes on: a line feed ends the comment, and then code comes.
    if position.state.commenting:
        guide.allow(position, allowed)
        assert {
            p[:1] for p, may in zip(guide.vocabulary.pieces, allowed, strict=False) if may and p
        } == {b"\n"}
        position = guide.after(position, tokens("\n")[0])
    guide.allow(position, allowed)
    left = [p for p, may in zip(guide.vocabulary.pieces, allowed, strict=False) if may and p]
    assert any(p.strip() for p in left)
    assert not any(mark.encode() in p for p in left)


@pytest.mark.parametrize(("blank", "most"), [("\n", 6), ("  \n", 18), (" ", 90), ("\t", 90)])
def test_blank_lines_and_spaces_come_to_an_end(guide, blank, most):
    position, done = written(guide, BEGUN[guide.format])
    assert done == len(BEGUN[guide.format])
    assert written(guide, blank * 200, position)[1] <= most


def test_comments_of_terraform_end_in_all_places_and_forms():
    guide = Guide(TOKENIZER)
    for begun, line in (
        ("locals {\n  a = [\n", "// again\n"),
        ("locals {\n  a = [1, ", "/* again */ "),
        ("locals {\n  a = {\n", "# again\n"),
        ('locals {\n  a = "x" ', "/* again\n again */ "),
        ('resource "aws_vpc" "v" {\n}\n', "/**\n * again\n */\n"),
    ):
        position, done = written(guide, begun)
        assert done == len(begun)
        assert 100 < written(guide, line * 90, position)[1] < 400, (begun, line)


def test_an_open_comment_of_several_lines_is_closed():
    words = ["<s>", "<0x0A>", "/*", "*/", "*", "/", "▁word", "*/▁/*"]

    class Pieces:
        all_special_ids = (0,)
        eos_token_id = 0

        def get_vocab(self):
            return {word: number for number, word in enumerate(words)}

    guide = Guide(Pieces())
    position = guide.after(guide.first, words.index("/*"))
    allowed = np.zeros(len(words), np.bool_)
    for place in range(100):
        guide.allow(position, allowed)
        left = {word for word, may in zip(words, allowed, strict=True) if may}
        if place < 50:
            assert left >= {"▁word", "*/", "*/▁/*", "/*"}
        position = guide.after(position, words.index("▁word"))
    assert left == {"*/"}


def test_as_many_comments_as_code_may_always_be_written():
    text = BEGUN["terraform"] + "".join(
        f'  # The tags of number {i}.\n  tags_all = {{ Name = "number {i}", Team = "core" }}\n'
        for i in range(1)
    )
    text += "}\n" + "".join(
        f'\n# The bucket of number {i}, kept for long.\nresource "aws_s3_bucket" "bucket_{i}" {{\n}}\n'
        for i in range(30)
    )
    assert written(Guide(TOKENIZER), text)[1] == len(text)


def test_without_a_bound_there_is_none():
    guide = Guide(TOKENIZER, bound=None)
    for blank in ("# again\n" * 200, "\n" * 50, " " * 300):
        assert written(guide, blank)[1] == len(blank)


def test_a_bound_can_be_chosen():
    guide = Guide(TOKENIZER, bound=Bound(remarks=60, lines=2, spaces=4))
    assert written(guide, "# again\n" * 9)[1] < 40
    assert written(guide, "\n" * 9)[1] == 2


def test_every_guided_language_is_asked():
    assert set(BEGUN) == set(GUIDED)


def test_what_is_counted():
    idle = Idle()
    for byte in b"# a\n\n  ":
        idle = idle.after(byte, commenting=byte in b"# a" and idle.lines == 0)
    assert idle == Idle(3, 2, 2)
    assert idle.after(ord("x"), commenting=False) == Idle(1, 0, 0)
