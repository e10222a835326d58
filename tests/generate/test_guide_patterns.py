"""Forms of texts: regular expressions as automata, with Python's `re` as the oracle."""

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.generate.guide.yaml import kubernetes_forms
from iapo.generate.guide.yaml.addresses import ADDRESS, BLOCK
from iapo.generate.guide.yaml.formed import fits
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.verify.kubernetes.cron import cron_problem

EXPRESSIONS = [
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    r"([a-z]{1,3}\.)*x{2}|\d+",
    r"[^$]*(\$.*)?",
    r"a{2,}b?",
    r"(ab?){0,2}c",
    r"((a|b)?c)*",
    r"[]a-]?\[\w",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@settings(max_examples=200, deadline=None)
@given(st.text("abcx.-1$]["))
def test_a_pattern_matches_what_re_matches(expression, text):
    expected = re.fullmatch(expression, text) is not None
    assert fits(Pattern(expression), text, whole=True) == expected


@pytest.mark.parametrize("expression", EXPRESSIONS)
@settings(max_examples=50, deadline=None)
@given(st.text("abcx.-1$"))
def test_what_has_begun_well_can_be_ended(expression, text):
    place = Pattern(expression).start
    for char in text:
        after = place.after(char)
        if after is None:
            return
        place = after
    whole = place
    for char in place.shortest:
        whole = whole.after(char)
    assert whole.whole


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["1", "ff", ":", "::", ".", "10", ":1", "256", "0"]), max_size=16))
def test_addresses_are_those_of_ipaddress(parts):
    text = "".join(parts)
    try:
        ipaddress.ip_address(text)
        expected = True
    except ValueError:
        expected = False
    assert fits(Pattern(ADDRESS), text, whole=True) == expected


def test_blocks_of_addresses():
    block = Pattern(BLOCK)
    for text in ("10.0.0.0/8", "::/0", "fe80::1/128", "1.2.3.4/32"):
        assert fits(block, text, whole=True)
    for text in ("10.0.0.0", "10.0.0.0/33", "::/129", "x/8"):
        assert not fits(block, text, whole=True)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["*", "*/5", "1,15", "mon-FRI", "60", "7", "0", "?", "x", "31"]), min_size=4,
                max_size=6))  # fmt: skip
def test_schedules_are_those_that_cron_reads(fields):
    text = " ".join(fields)
    expected = cron_problem(text) is None
    assert fits(kubernetes_forms.SCHEDULE, text, whole=True) == expected


def test_what_is_no_regular_expression_of_that_kind_is_said():
    with pytest.raises(ValueError, match="look-around"):
        Pattern("(?=a)b")
