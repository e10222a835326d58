"""Texts of a form in GitHub Actions: what is let through is what `iapo verify` takes, character by character."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.generate.guide.yaml.formed import fits
from iapo.generate.guide.yaml.github_actions.schedules import SCHEDULE
from iapo.generate.guide.yaml.github_actions.texts import Json, Template
from iapo.verify.github_actions.filters import cron_problem
from iapo.verify.github_actions.semantics import placeholders
from iapo.verify.github_actions.types import type_of_json

_FIELDS = ["*", "*/5", "*/2", "1,15", "mon-FRI", "60", "7", "0", "30", "x", "31", "0-10", "5-59/10"]
_PIECES = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"a"',
    '"',
    "1",
    "-",
    ".5",
    "e3",
    "true",
    "nul",
    "null",
    " ",
    "0",
    "\\n",
]


def _followed(place, text):
    for char in text:
        place = None if place is None else place.after(char)
    return place


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_FIELDS), min_size=4, max_size=6))
def test_schedules_are_those_that_github_runs(fields):
    text = " ".join(fields)
    assert fits(SCHEDULE, text, whole=True) == (cron_problem(text) is None)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=9))
def test_json_is_what_a_parser_takes(pieces):
    text = "".join(pieces)
    try:
        expected = type_of_json(json.loads(text))
    except ValueError:
        expected = None
    place = _followed(Json(), text)
    assert (place is not None and place.whole) == (expected is not None)
    assert expected is None or str(Json.says(text)) == str(expected)


@settings(max_examples=200, deadline=None)
@given(st.text('{}[]":,1e-.tn ', max_size=12))
def test_json_that_has_begun_well_can_be_ended(text):
    place = Json()
    for at, char in enumerate(text):
        after = place.after(char)
        if after is None:
            text = text[:at]
            break
        place = after
    json.loads(text + place.shortest)


@settings(max_examples=400, deadline=None)
@given(st.text("{}012 a", max_size=10))
def test_a_template_shows_each_of_its_arguments(text):
    place = _followed(Template(), text)
    if place is not None and place.whole:
        shown = set(placeholders(text))
        assert shown == set(range(Template.says(text))) and shown
