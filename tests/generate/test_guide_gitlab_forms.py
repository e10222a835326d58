"""Forms of texts in GitLab CI: what is let through is what `iapo verify` takes, character by character."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.generate.guide.yaml.formed import Form, fits
from iapo.generate.guide.yaml.gitlab_ci.conditions import CONDITION, COVERAGE
from iapo.generate.guide.yaml.gitlab_ci.durations import DELAY, DURATION, LIFETIME
from iapo.verify.gitlab_ci.conditions import condition_problem, pattern_problem
from iapo.verify.gitlab_ci.durations import WEEK, seconds

_WORDS = ["$A", "${B}", '"x"', "'y'", "null", "==", "!=", "=~", "!~", "&&", "||", "(", ")", "/a+/i", "/(/",
          "/[b-a]/", "/\\//", "/*/", " ", "x", "/x(y|z)?/"]  # fmt: skip
_PARTS = [
    "1",
    "30",
    "hours",
    "h",
    "m",
    "min",
    " ",
    ",",
    ":",
    "and",
    "two",
    "weeks",
    "8 days",
    "x",
    "1.5",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=9))
def test_conditions_are_those_of_the_linter(words):
    text = "".join(words)
    assert fits(CONDITION, text, whole=True) == (condition_problem(text) is None)


@settings(max_examples=300, deadline=None)
@given(st.text("a/()[]^-?*+|\\{1}", max_size=10))
def test_a_coverage_is_an_expression_that_is_whole(text):
    between = len(text) > 2 and text[0] == text[-1] == "/"
    if fits(COVERAGE, text, whole=True):
        assert between and pattern_problem(text) is None


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=7))
def test_durations_are_those_of_the_linter(parts):
    text = "".join(parts)
    found = seconds(text)
    assert fits(DURATION, text, whole=True) == (found is not None)
    assert fits(DELAY, text, whole=True) == (found is not None and found <= WEEK)


@pytest.mark.parametrize("text", ["$TIMEOUT", "${A} hours", "2 $UNIT"])
def test_a_duration_may_have_a_variable(text):
    assert fits(DURATION, text, whole=True)


@pytest.mark.parametrize("text", ["never", "NEVER", "3 days"])
def test_artifacts_may_be_kept_for_ever(text):
    assert fits(LIFETIME, text, whole=True)


@pytest.mark.parametrize("form", [CONDITION, COVERAGE, DURATION, DELAY, LIFETIME])
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_what_has_begun_well_can_be_ended(form: Form, data):
    text = data.draw(st.text("$aA \"'/(=~&[1hwedn", max_size=12))
    place = form.start
    for char in text:
        after = place.after(char)
        if after is None:
            break
        place = after
    for char in place.shortest:
        after = place.after(char)
        assert after is not None
        place = after
    assert place.whole


@pytest.mark.parametrize("form", [CONDITION, COVERAGE, DURATION, DELAY, LIFETIME])
def test_examples_are_of_their_form(form: Form):
    assert all(fits(form, text, whole=True) for text in form.examples)
