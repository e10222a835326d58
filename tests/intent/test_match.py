"""Matching intents with plans: best assignment, partial credit, references, what was not asked."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.intent import Intent, match
from iapo.intent.assignment import best_assignment
from iapo.verify.report import Plan, PlannedResource, Report


def planned(
    address: str, references: dict[str, Any] | None = None, **values: Any
) -> PlannedResource:
    type, name = address.split("[")[0].split(".")
    return PlannedResource(
        address, "managed", type, name, ("create",), values, {}, references or {}
    )


def report(*resources: PlannedResource, **outputs: Any) -> Report:
    return Report("terraform", True, plan=Plan(resources, outputs))


def intent(**patterns: Any) -> Intent:
    return Intent.from_data(patterns, "terraform")


BUCKET = {"resource": "aws_s3_bucket", "bucket": "logs", "force_destroy": True}
VERSIONING = {
    "resource": "aws_s3_bucket_versioning",
    "bucket": {"refers": "bucket"},
    "versioning_configuration": {"status": "Enabled"},
}


def test_all_leaves_met_is_1() -> None:
    result = match(
        intent(bucket=BUCKET, versioning=VERSIONING),
        report(
            planned("aws_s3_bucket.b", bucket="logs", force_destroy=True),
            planned(
                "aws_s3_bucket_versioning.v",
                {"bucket": ("aws_s3_bucket.b",)},
                versioning_configuration=[{"status": "Enabled"}],
            ),
        ),
    )
    assert result.share == 1.0
    assert result.unrequested == 0
    assert result.claimed == {
        "bucket": "aws_s3_bucket.b",
        "versioning": "aws_s3_bucket_versioning.v",
    }


def test_each_missing_leaf_costs_its_share_and_is_named() -> None:
    result = match(intent(bucket=BUCKET), report(planned("aws_s3_bucket.b", bucket="logs")))
    assert result.share == 0.5
    missing = [leaf for leaf in result.parts if not leaf.met]
    assert [(leaf.name, leaf.why_not) for leaf in missing] == [
        ("bucket.force_destroy", "not set; expected True")
    ]


def test_the_right_type_alone_earns_nothing_but_is_not_unrequested() -> None:
    result = match(intent(bucket=BUCKET), report(planned("aws_s3_bucket.b")))
    assert (result.share, result.unrequested) == (0.0, 0)


def test_a_pattern_without_fields_is_met_by_existence() -> None:
    zones = intent(key={"resource": "aws_kms_key"})
    assert match(zones, report(planned("aws_kms_key.k"))).share == 1.0
    assert match(zones, report(planned("aws_s3_bucket.k"))).share == 0.0


def test_the_best_assignment_is_found_not_the_first() -> None:
    # Greedy in either order gives `a` the part that only `b` can use.
    wanted = intent(
        a={"resource": "aws_sqs_queue", "delay_seconds": 5},
        b={"resource": "aws_sqs_queue", "delay_seconds": 5, "name": "jobs"},
    )
    first = planned("aws_sqs_queue.x", delay_seconds=5, name="jobs")
    second = planned("aws_sqs_queue.y", delay_seconds=5, name="other")
    for order in ((first, second), (second, first)):
        assert match(wanted, report(*order)).share == 1.0


def test_references_take_part_in_the_assignment() -> None:
    wanted = intent(
        one={"resource": "aws_sqs_queue", "name": {"any": True}},
        topic={"resource": "aws_sns_topic", "name": "t", "queue": {"refers": "one"}},
    )
    result = match(
        wanted,
        report(
            planned("aws_sqs_queue.a", name="a"),
            planned("aws_sqs_queue.b", name="b"),
            planned("aws_sns_topic.t", {"queue": ("aws_sqs_queue.b",)}, name="t", queue="x"),
        ),
    )
    assert result.share == 1.0
    assert result.claimed["one"] == "aws_sqs_queue.b"


def test_a_reference_to_another_part_does_not_count() -> None:
    result = match(
        intent(bucket=BUCKET, versioning=VERSIONING),
        report(
            planned("aws_s3_bucket.b", bucket="logs", force_destroy=True),
            planned("aws_s3_bucket.other", bucket="other"),
            planned(
                "aws_s3_bucket_versioning.v",
                {"bucket": ("aws_s3_bucket.other",)},
                versioning_configuration=[{"status": "Enabled"}],
            ),
        ),
    )
    assert result.share == 0.75


def test_instances_are_parts_of_their_own() -> None:
    wanted = intent(
        a={"resource": "aws_iam_user", "name": "ana"}, b={"resource": "aws_iam_user", "name": "ben"}
    )
    both = report(
        planned('aws_iam_user.u["ana"]', name="ana"), planned('aws_iam_user.u["ben"]', name="ben")
    )
    assert match(wanted, both).share == 1.0
    assert match(wanted, report(planned('aws_iam_user.u["ana"]', name="ana"))).share == 0.5


def test_unrequested_parts_are_counted_unless_what_was_asked_for_needs_them() -> None:
    wanted = intent(f={"resource": "aws_lambda_function", "function_name": "f"})
    function = planned("aws_lambda_function.f", {"role": ("aws_iam_role.r",)}, function_name="f")
    role, vpc = planned("aws_iam_role.r"), planned("aws_vpc.v")
    assert match(wanted, report(function, role)).unrequested == 0
    assert match(wanted, report(function, role, vpc)).unrequested == 1


def test_further_instances_of_what_was_asked_for_are_not_needed_by_an_output_of_all() -> None:
    wanted = intent(
        disk={"resource": "aws_ebs_volume", "size": 8},
        ids={"output": "ids", "value": {"refers": "disk"}},
    )
    disks = [planned(f"aws_ebs_volume.d[{i}]", size=8) for i in range(3)]
    ids = {"expression": {"references": ["aws_ebs_volume.d"]}}
    document = {"configuration": {"root_module": {"outputs": {"ids": ids}}}}
    found = Plan(tuple(disks), {"ids": None}, json=document)
    result = match(wanted, Report("terraform", True, plan=found))
    assert (result.share, result.unrequested) == (1.0, 2)


def test_no_plan_and_another_format_meet_nothing() -> None:
    wanted = intent(bucket=BUCKET)
    assert match(wanted, Report("terraform", False)).share == 0.0
    assert match(wanted, Report("kubernetes", True, documents=({"kind": "Pod"},))).share == 0.0


def test_values_known_only_after_apply_are_set_and_equal_nothing() -> None:
    unknown = PlannedResource(
        "aws_s3_bucket.b", "managed", "aws_s3_bucket", "b", ("create",), {}, {"bucket": True}
    )
    asked = intent(b={"resource": "aws_s3_bucket", "bucket": {"any": True}})
    assert match(asked, report(unknown)).share == 1.0
    assert match(intent(b={"resource": "aws_s3_bucket", "bucket": "x"}), report(unknown)).share == 0


def test_what_is_absent_earns_nothing_beside_nothing() -> None:
    wanted = intent(b={"resource": "aws_s3_bucket", "bucket": "x", "acl": {"absent": True}})
    assert match(wanted, report(planned("aws_s3_bucket.b"))).share == 0.0
    assert match(wanted, report(planned("aws_s3_bucket.b", bucket="x"))).share == 1.0
    public = planned("aws_s3_bucket.b", bucket="x", acl="public-read")
    assert match(wanted, report(public)).share == 0.5


def test_each_matcher() -> None:
    part = planned(
        "aws_x.a",
        name="web-7",
        size=20,
        open=True,
        text="12",
        ids=["a", "b"],
        rule=[{"port": 80}, {"port": 443, "open": True}],
        policy='{"Statement": {"Action": "s3:GetObject"}}',
    )

    def holds(field: str, pattern: Any) -> bool:
        return match(intent(a={"resource": "aws_x", field: pattern}), report(part)).share == 1.0

    assert holds("name", {"matches": "^web-[0-9]+$"})
    assert not holds("name", {"matches": "^api"})
    assert holds("size", {"at_least": 20}) and not holds("size", {"at_least": 21})
    assert holds("text", 12) and not holds("text", 13)
    assert holds("open", "true") and not holds("open", False)
    assert holds("ids", ["b"]) and holds("ids", {"equal": ["a", "b"]})
    assert not holds("ids", {"equal": ["b", "a"]}) and not holds("ids", ["a", "a"])
    assert holds("ids", {"at_least": 2}) and not holds("ids", {"at_least": 3})
    assert holds("ids", {"contains": "a"}) and holds("name", {"contains": "eb"})
    assert holds("rule", {"port": 443, "open": True})
    assert not holds("rule", {"port": 80, "open": True})
    assert not holds("rule", [{"port": 80}, {"port": 80}])
    assert holds("policy", {"json": {"Statement": [{"Action": ["s3:GetObject"]}]}})
    assert not holds("policy", {"json": {"Statement": [{"Action": "s3:*"}]}})
    assert holds("size", {"one_of": [10, {"at_least": 15}]}) and not holds("size", {"one_of": [1]})
    assert holds("gone", {"absent": True}) and not holds("name", {"absent": True})
    assert holds("name", {"matches": "web", "contains": "7"})


def test_a_variable_is_referred_to_by_the_value_it_was_planned_with() -> None:
    plan = Plan(
        (planned("aws_ssm_parameter.p", value="stand-in-7"),),
        variables={"token": "stand-in-7"},
        json={"configuration": {"root_module": {"variables": {"token": {"sensitive": True}}}}},
    )
    wanted = intent(
        token={"variable": "token", "sensitive": True},
        parameter={"resource": "aws_ssm_parameter", "value": {"refers": "token"}},
    )
    assert match(wanted, Report("terraform", True, plan=plan)).share == 1.0
    literal = Plan(
        (planned("aws_ssm_parameter.p", value="x"),), variables=plan.variables, json=plan.json
    )
    assert match(wanted, Report("terraform", True, plan=literal)).share == 0.0


def test_thousands_of_manifests_are_matched_in_time() -> None:
    pods: list[dict[str, Any]] = [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"p{i}"},
            "spec": {"containers": [{"name": "a", "image": "b", "env": [{"name": "A"}] * 20}]},
        }
        for i in range(2000)
    ]
    wanted = Intent.from_data(
        {
            "pod": {"kind": "Pod", "name": "p7", "containers": [{"image": "b"}]},
            "service": {"kind": "Service", "spec": {"selector": {"refers": "pod"}}},
        },
        "kubernetes",
    )
    start = time.perf_counter()
    result = match(wanted, Report("kubernetes", True, documents=tuple(pods)))
    assert time.perf_counter() - start < 5
    assert result.unrequested == 1999


def test_many_equal_parts_are_matched_in_time() -> None:
    wanted = intent(
        **{
            f"p{i}": {"resource": "aws_x", "name": "n", "next": {"refers": f"p{(i + 1) % 12}"}}
            for i in range(12)
        }
    )
    parts = [planned(f"aws_x.r{i}", {"next": (f"aws_x.r{i + 1}",)}, name="n") for i in range(300)]
    start = time.perf_counter()
    result = match(wanted, report(*parts))
    assert time.perf_counter() - start < 5
    assert result.share >= 0.5
    assert result == match(wanted, report(*parts))


@given(
    st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 9), min_size=columns, max_size=columns), min_size=1, max_size=5
        )
    )
)
@settings(max_examples=200, deadline=None)
def test_assignment_is_the_best_of_all(weights: list[list[int]]) -> None:
    def best(row: int, used: frozenset[int]) -> int:
        if row == len(weights):
            return 0
        options = [
            weights[row][c] + best(row + 1, used | {c})
            for c in range(len(weights[0]))
            if c not in used
        ]
        return max([best(row + 1, used), *options])

    chosen = best_assignment(weights)
    taken = [c for c in chosen if c is not None]
    assert len(taken) == len(set(taken))
    assert sum(weights[r][c] for r, c in enumerate(chosen) if c is not None) == best(0, frozenset())
