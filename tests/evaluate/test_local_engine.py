"""A model in this process: every sample that was asked for, and the guide where there is one."""

from __future__ import annotations

import tiny

from iapo.evaluate.engines import Decoding, Request
from iapo.evaluate.engines.local import LocalEngine
from iapo.generate.guide import GUIDED

FORMATS = ("terraform", "dockerfile", "terraform", "jenkins")


def requests(numbers=(0,)):
    return [Request(n, f"write {n}", f, numbers, n) for n, f in enumerate(FORMATS)]


def answers(decoding, asked, **options):
    engine = LocalEngine(tiny.model(spread=3.0), tiny.tokenizer(), decoding, **options)
    return {(a.place, a.number): a for batch in engine.answers(asked) for a in batch}


def test_the_samples_that_are_asked_for_are_those_of_the_whole_run():
    decoding = Decoding(4, 1.0, max_new_tokens=12, seed=3)
    every = answers(decoding, requests((0, 1, 2, 3)))
    some = answers(decoding, requests((2,))[1:3], rows=4)
    assert set(every) == {(n, k) for n in range(4) for k in range(4)}
    assert some == {key: every[key] for key in ((1, 2), (2, 2))}


def test_an_answer_that_meets_the_limit_is_not_stopped():
    for answer in answers(Decoding(max_new_tokens=6), requests()).values():
        assert answer.stopped == (answer.tokens < 6)


def test_the_guide_has_a_say_only_in_its_formats():
    decoding = Decoding(max_new_tokens=16)
    free, guided = answers(decoding, requests()), answers(decoding, requests(), guided=True)
    assert set(free) == set(guided)
    alike = {FORMATS[place] for place, n in free if free[place, n].text == guided[place, n].text}
    assert alike == set(FORMATS) - set(GUIDED)
