"""YAML becomes plain data with places, within limits, whatever the text is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.verify.yaml_source import MAX_CHARACTERS, Tagged, load_yaml, resolve_scalar


def only(text: str, **options: object) -> object:
    stream = load_yaml(text, **options)  # type: ignore[arg-type]
    assert stream.problems == []
    return stream.documents[0].value


def codes(text: str) -> list[str]:
    return [problem.code for problem in load_yaml(text).problems]


@pytest.mark.parametrize(
    ("text", "in_12", "in_11"),
    [
        ("on", "on", True),
        ("no", "no", False),
        ("y", "y", "y"),
        ("true", True, True),
        ("~", None, None),
        ("012", 12, 10),
        ("0o14", 12, 12),
        ("1_000", "1_000", 1000),
        ("1e3", 1000.0, 1000.0),
        ("-.5", -0.5, -0.5),
        ("1.2.3", "1.2.3", "1.2.3"),
        ("2020-01-01", "2020-01-01", "2020-01-01"),
    ],
)
def test_plain_scalars_follow_their_schema(text: str, in_12: object, in_11: object) -> None:
    assert resolve_scalar(text, "1.2") == in_12
    assert resolve_scalar(text, "1.1") == in_11


def test_quoted_scalars_stay_text() -> None:
    assert only("a: '1'\nb: \"true\"") == {"a": "1", "b": "true"}


def test_every_value_has_a_place() -> None:
    document = load_yaml("a:\n  - b: 1\n    c: two\n").documents[0]
    assert document.locate(("a", 0, "c")) == (3, 5)
    assert document.locate(("a", 0, "c"), of="value") == (3, 8)
    assert document.locate(("a", 0, "missing")) == (2, 5)


def test_merge_keys_give_way_to_own_keys() -> None:
    text = "x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n"
    assert only(text) == {"x": {"a": 1, "b": 2}, "y": {"b": 3, "a": 1}}


def test_tags_are_kept_only_where_asked_for() -> None:
    assert only("a: !reset x", tags=frozenset({"!reset"})) == {"a": Tagged("!reset", "x")}
    assert codes("a: !other 1") == ["unknown-tag"]


def test_keys_become_text_where_asked_for() -> None:
    assert only("1: a\ntrue: b\n", text_keys=True, version="1.1") == {"1": "a", "true": "b"}


def test_a_key_given_twice_is_reported_where_it_comes_again() -> None:
    problem = load_yaml("a: 1\nb: 2\na: 3\n").problems[0]
    assert (problem.code, problem.severity, problem.line) == ("duplicate-key", "error", 3)


def test_the_same_value_again_can_be_less_grave() -> None:
    problems = load_yaml("a: 1\na: 1\n", same_again="warning").problems
    assert [p.severity for p in problems] == ["warning"]
    problems = load_yaml("a: 1\na: 2\n", same_again="warning").problems
    assert [p.severity for p in problems] == ["error"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [1", "yaml-syntax"),
        ("a: b: c", "yaml-syntax"),
        ("\ta: 1", "yaml-syntax"),
        ("a: \x00", "yaml-syntax"),
        ("a: \ud800", "yaml-syntax"),
        ("a: *nowhere", "unknown-anchor"),
        ("a: &a [*a]", "unknown-anchor"),
        ("? [a]\n: b", "complex-key"),
        ("a:\n  <<: 1\n", "bad-merge"),
    ],
)
def test_what_cannot_be_read_is_a_diagnostic(text: str, code: str) -> None:
    assert codes(text) == [code]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [BOMB, "[" * 5000, "a: " + "{a: " * 5000, "- " * 5000, "x" * (MAX_CHARACTERS + 1)],
    ids=["alias bomb", "flow lists", "flow maps", "block lists", "length"],
)
def test_hostile_texts_meet_a_limit_quickly(text: str) -> None:
    start = time.process_time()
    assert codes(text) == ["yaml-limit"]
    assert time.process_time() - start < 2


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_raises(text: str) -> None:
    load_yaml(text)


def test_reading_ends_after_many_mistakes() -> None:
    stream = load_yaml("a: 1\n" * 100_000)
    assert stream.documents == []
    assert stream.problems[-1].code == "yaml-limit"
    assert len(stream.problems) < 300
