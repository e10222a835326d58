"""Rego policies over a plan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from iapo.verify import close_workers, verify
from iapo.verify.report import Plan
from iapo.verify.terraform.policy import PolicyError, check_policy

pytest.importorskip("regopy")

PUBLIC = """
package terraform.s3

import rego.v1

deny contains msg if {
    some change in input.resource_changes
    change.type == "aws_s3_bucket"
    not change.change.after.force_destroy
    msg := sprintf("%s must allow destruction", [change.address])
}
"""


@pytest.fixture(scope="module")
def plan() -> Iterator[Plan]:
    report = verify('resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n', "terraform", plan=True)
    assert report.plan is not None
    yield report.plan
    close_workers()


def test_a_denial_fails_with_its_message(plan: Plan) -> None:
    result = check_policy(plan, PUBLIC)
    assert result.passed is False
    assert result.denials == ("aws_s3_bucket.b must allow destruction",)


def test_without_denials_the_plan_passes(plan: Plan) -> None:
    result = check_policy(plan, PUBLIC.replace("aws_s3_bucket", "aws_sqs_queue"))
    assert (result.passed, result.denials) == (True, ())


def test_allow_must_hold(plan: Plan) -> None:
    policy = "package p\nimport rego.v1\ndefault allow := false\nallow if {\n  input.%s\n}\n"
    assert check_policy(plan, policy % "format_version").passed is True
    result = check_policy(plan, policy % "nothing")
    assert (result.passed, result.denials) == (False, ("p.allow does not hold",))


def test_several_modules_and_data(plan: Plan) -> None:
    more = (
        "package q\nimport rego.v1\nviolation contains msg if {\n"
        '  count(input.resource_changes) > data.limits.most\n  msg := "too many"\n}\n'
    )
    result = check_policy(plan, [PUBLIC, more], data={"limits": {"most": 0}})
    assert set(result.denials) == {"aws_s3_bucket.b must allow destruction", "too many"}


@pytest.mark.parametrize("policy", ["package p\ndeny {{{", "deny := 1", "package p\nx := 1\n"])
def test_what_judges_nothing_is_an_error(plan: Plan, policy: str) -> None:
    with pytest.raises(PolicyError):
        check_policy(plan, policy)
