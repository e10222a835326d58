"""Where a line of a block scalar begins, a token goes on with the text or with what is around it."""

from __future__ import annotations

import pytest

from iapo.generate.guide.automaton import State, write
from iapo.generate.guide.languages import language_of
from iapo.generate.guide.masks import Masks
from iapo.generate.guide.vocabulary import Vocabulary

TEXT = b"""on: push
jobs:
  build:
    runs-on: x
    steps:
    - run: |
        make
"""
PIECES = [
    b" " * spaces + text
    for spaces in range(10)
    for text in (b"", b"x", b"lint:", b"- run", b"env:", b"\n", b"\n      env:", b"# x", b"${{")
    if spaces or text
]


def place(text: bytes) -> State:
    state, _ = write(language_of("github-actions").start(), text)
    assert state is not None
    return state


@pytest.mark.parametrize("spaces", range(10))
def test_tokens_are_those_that_can_be_written(spaces):
    state, masks = place(TEXT + b" " * spaces), Masks(Vocabulary(PIECES))
    mask = masks.mask(state)
    allowed = {*mask.ids.tolist(), *(n for _, ids in mask.conditional for n in ids.tolist())}
    allowed |= {n for inside in mask.insides for n in inside.nonzero()[0].tolist()}
    written = {n for n, piece in enumerate(PIECES) if write(state, piece)[0] is not None}
    assert allowed == written


def test_no_states_are_made_of_the_words_of_what_may_be_around():
    language = language_of("github-actions")
    state, _ = write(language.start(), TEXT + b" ")
    assert state is not None
    words = [b" " + bytes([97 + n % 26, 97 + n // 26 % 26, 97 + n // 676]) for n in range(2_000)]
    before = len(language.pool)
    Masks(Vocabulary(words)).mask(state)
    assert len(language.pool) - before < 200
