"""The pattern language: what it takes, and how it says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from iapo.intent import SELECTORS, Intent, IntentError
from iapo.verify.report import FORMATS


def test_every_format_has_selectors() -> None:
    assert set(SELECTORS) == set(FORMATS)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "not empty"),
        ({"a": "aws_s3_bucket"}, "a: a pattern is a mapping"),
        ({"a": {"bucket": "x"}}, "a: needs one of resource"),
        ({"a": {"resource": "aws_s3_bucket", "bucket": {"refers": "b"}}}, "no pattern is named 'b'"),
        ({"a": {"resource": "aws_s3_bucket", "bucket": {"matches": "("}}}, "a.bucket.matches: not an RE2"),
        ({"a": {"resource": "aws_s3_bucket", "bucket": {"matches": r"(a)\1"}}}, "not an RE2 pattern"),
        ({"a": {"resource": "aws_s3_bucket", "bucket": {"any": False}}}, "only `any: true`"),
        ({"a": {"resource": "aws_s3_bucket", "tags": {}}}, "a.tags: an empty mapping"),
        ({"a": {"resource": "aws_s3_bucket", "tags": []}}, "a.tags: an empty list"),
        ({"a": {"resource": "aws_s3_bucket", "bucket": None}}, "a.bucket: expected a value"),
        ({"a": {"resource": "aws_s3_bucket", "n": {"at_least": True}}}, "expected a number"),
        ({"a": {"resource": "aws_s3_bucket", "n": {"one_of": 3}}}, "expected a list"),
        ({"a": {"resource": {"x": 1}}}, "a selector is a value or a matcher"),
        ({"a": {"resource": "aws_s3_bucket", "run": {"runs": " "}}}, "expected a command"),
    ],
)  # fmt: skip
def test_mistakes_are_named(data: dict[str, Any], said: str) -> None:
    with pytest.raises(IntentError) as error:
        Intent.from_data(data, "terraform")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_very_deep_pattern_is_refused() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = {"a": deep}
    with pytest.raises(IntentError, match="nested deeper"):
        Intent.from_data({"p": {"resource": "aws_s3_bucket", "tags": deep}}, "terraform")


def test_leaves_are_everything_but_hard_selectors() -> None:
    intent = Intent.from_data(
        {
            "queue": {"resource": "aws_sqs_queue", "name": "jobs", "policy": {"json": {"Id": "x"}}},
            "topic": {"resource": "aws_sns_topic", "arns": {"refers": ["queue", "queue"]}},
        },
        "terraform",
    )
    assert [(leaf.path, leaf.matcher, leaf.value) for leaf in intent.leaves()] == [
        ("queue.name", "equal", "jobs"),
        ("queue.policy.Id", "equal", "x"),
        ("topic.arns", "refers", "queue"),
        ("topic.arns", "refers", "queue"),
    ]


def test_the_names_of_jobs_services_and_stages_are_leaves() -> None:
    intent = Intent.from_data({"t": {"job": "test", "stage": "test"}}, "gitlab-ci")
    assert [leaf.path for leaf in intent.leaves()] == ["t.job", "t.stage"]


def test_of_several_patterns_the_first_one_gives_the_leaves() -> None:
    choices = [{"user": 1000}, {"group": {"id": 2000}}]
    intent = Intent.from_data({"p": {"kind": "Pod", "spec": {"one_of": choices}}}, "kubernetes")
    assert [(leaf.path, leaf.value) for leaf in intent.leaves()] == [("p.spec.user", 1000)]


def test_a_mapping_with_a_matchers_name_among_others_is_a_mapping() -> None:
    intent = Intent.from_data(
        {"p": {"resource": "aws_x", "block": {"any": "thing", "other": 1}}}, "terraform"
    )
    assert {leaf.path for leaf in intent.leaves()} == {"p.block.any", "p.block.other"}


def test_intents_of_equal_data_are_equal_however_many_expressions_were_compiled_between():
    def read(word):
        return Intent.from_data(
            {"b": {"resource": "aws_s3_bucket", "bucket": {"matches": word}}}, "terraform"
        )

    first = read("^acme-.*$")
    for number in range(300):
        read(f"^other-{number}$")
    assert read("^acme-.*$") == first
    assert read("^acme-other$") != first
