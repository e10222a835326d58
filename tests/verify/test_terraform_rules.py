"""What the AWS provider refuses beyond its schemas, and what it must not be said to refuse."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.verify.terraform.rules import (
    UNKNOWN,
    ValueProblem,
    _data,
    check_values,
    known_types,
    value_facts,
)
from iapo.verify.terraform.rules_checks import LONGEST_MATCHED
from iapo.verify.terraform.rules_values import (
    arn_faults,
    cidr_fault,
    duration_fault,
    json_fault,
    policy_fault,
    timestamp_fault,
)
from iapo.verify.terraform.rules_wording import go_quote

LAMBDA: dict[str, Any] = {
    "function_name": "resize",
    "role": "arn:aws:iam::123456789012:role/resize",
    "filename": "resize.zip",
    "handler": "index.handler",
    "runtime": "python3.12",
}


def summaries(type: str, values: dict[str, Any], kind: Any = "resource") -> list[str]:
    return [problem.summary for problem in check_values(kind, type, values)]


def test_a_plausible_resource_has_no_problem() -> None:
    assert check_values("resource", "aws_lambda_function", LAMBDA) == []


def test_enum_is_told_in_the_providers_words_with_the_value_and_its_place() -> None:
    values = {"bucket": "b", "payer": "Me"}
    assert check_values("resource", "aws_s3_bucket_request_payment_configuration", values) == [
        ValueProblem(
            'expected payer to be one of ["Requester" "BucketOwner"], got Me', "", ("payer",)
        )
    ]


def test_framework_enum_names_the_place_in_the_detail() -> None:
    values = {"bucket": "b", "rule": [{"id": "a", "status": "On"}]}
    (problem,) = check_values("resource", "aws_s3_bucket_lifecycle_configuration", values)
    assert problem.summary == "Invalid Attribute Value Match"
    assert (
        'rule[0].status value must be one of: ["Disabled" "Enabled"], got: "On"' in problem.detail
    )
    assert problem.path == ("rule", 0, "status")


@pytest.mark.parametrize(
    ("memory", "fine"), [(127, False), (128, True), (10240, True), (10241, False)]
)
def test_range_includes_both_ends(memory: int, fine: bool) -> None:
    said = summaries("aws_lambda_function", {**LAMBDA, "memory_size": memory})
    expected = [f"expected memory_size to be in the range (128 - 10240), got {memory}"]
    assert said == ([] if fine else expected)


def test_a_fraction_where_a_whole_number_belongs() -> None:
    said = summaries("aws_lambda_function", {**LAMBDA, "timeout": 1.5})
    assert said == ["Attribute must be a whole number, got 1.5"]
    assert summaries("aws_lambda_function", {**LAMBDA, "timeout": 3.0}) == []


def test_too_many_items_of_a_list_argument() -> None:
    (problem,) = check_values(
        "resource", "aws_lambda_function", {**LAMBDA, "architectures": ["arm64", "x86_64"]}
    )
    assert problem.summary == "Too many list items"
    assert problem.detail == (
        "Attribute architectures supports 1 item maximum, but config has 2 declared."
    )


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("web", None),
        ("internal-web", '"name" cannot begin with "internal-": "internal-web"'),
        ("web_1", 'only alphanumeric characters and hyphens allowed in "name": "web_1"'),
        ("w" * 33, f'"name" cannot be longer than 32 characters: "{"w" * 33}"'),
    ],
)
def test_name_pattern_of_a_load_balancer(name: str, complaint: str | None) -> None:
    said = summaries("aws_lb", {"name": name, "subnets": ["subnet-1"]})
    assert said == ([complaint] if complaint else [])


def test_cidr_with_host_bits_gets_the_providers_guess() -> None:
    said = summaries("aws_subnet", {"vpc_id": "vpc-1", "cidr_block": "10.0.0.1/16"})
    assert said == ['"10.0.0.1/16" is not a valid IPv4 CIDR block; did you mean "10.0.0.0/16"?']
    assert summaries("aws_subnet", {"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/16"}) == []


def test_arn_shape() -> None:
    assert summaries("aws_lambda_function", {**LAMBDA, "role": "resize"}) == [
        '"role" (resize) is an invalid ARN: arn: invalid prefix'
    ]


def test_policy_with_a_trailing_comma() -> None:
    (said,) = summaries("aws_iam_role", {"assume_role_policy": '{"Version": "2012-10-17",}'})
    assert said == (
        "\"assume_role_policy\" contains an invalid JSON policy: invalid character '}' looking for "
        "beginning of object key string, at byte offset 26"
    )


def test_read_only_argument_of_each_kind_of_provider_code() -> None:
    (sdk,) = check_values("resource", "aws_s3_bucket", {"bucket": "b", "arn": "x"})
    assert (sdk.summary, sdk.path) == ("Value for unconfigurable attribute", ("arn",))
    values = {
        "security_group_id": "sg-1",
        "ip_protocol": "-1",
        "cidr_ipv4": "0.0.0.0/0",
        "arn": "x",
    }
    (framework,) = check_values("resource", "aws_vpc_security_group_ingress_rule", values)
    assert framework.summary == "Invalid Configuration for Read-Only Attribute"


def test_conflicting_arguments_are_told_on_both() -> None:
    found = check_values("resource", "aws_s3_bucket", {"bucket": "a", "bucket_prefix": "b"})
    assert [(p.summary, p.detail) for p in found] == [
        ("Conflicting configuration arguments", '"bucket": conflicts with bucket_prefix'),
        ("Conflicting configuration arguments", '"bucket_prefix": conflicts with bucket'),
    ]


def test_exactly_one_of_none_and_of_two() -> None:
    none = {k: v for k, v in LAMBDA.items() if k != "filename"}
    assert set(summaries("aws_lambda_function", none)) == {"Invalid combination of arguments"}
    both = check_values("resource", "aws_lambda_function", {**LAMBDA, "image_uri": "x"})
    assert both[0].detail.endswith("but `filename,image_uri` were specified.")


def test_of_two_alternatives_one_must_hold() -> None:
    for engine in ("aurora-mysql", "postgres", "custom-oracle-ee"):
        assert check_values("resource", "aws_rds_cluster", {"engine": engine}) == []
    (first, second) = check_values("resource", "aws_rds_cluster", {"engine": "aurora"})
    assert first.summary == "invalid value for engine (must begin with custom-)"
    assert second.summary.startswith("expected engine to be one of [")


def test_a_block_that_needs_another_is_judged_inside() -> None:
    values = {
        "ownership_settings": [{"owner_user_profile_name": "x"}],
        "space_sharing_settings": [{"sharing_type": "Organization"}],
    }
    (problem,) = check_values("resource", "aws_sagemaker_space", values)
    assert "one of [" in problem.summary and problem.path[-1] == "sharing_type"


@pytest.mark.parametrize(
    ("network", "complaint"),
    [
        ("10.0.0.0/28", None),
        ("0.0.0.0/0", "between 27 and 32 significant bits, got: 0"),
        ("10.0.0.1/28", "contain a valid network Value, expected 10.0.0.0/28, got: 10.0.0.1/28"),
        ("anywhere", "with err: invalid CIDR address: anywhere"),
    ],
)
def test_a_network_of_bounded_size(network: str, complaint: str | None) -> None:
    values = {"cidr_allow_list": [network], "calling_regions": ["US"]}
    said = check_values("resource", "aws_chime_voice_connector_termination", values)
    assert [complaint in p.summary for p in said] == ([True] if complaint else [])


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        ('{"id": {"S": "x"}, "n": {"N": "1"}, "s": {"SS": ["a"]}, "m": {"M": {"b": {"BOOL": true}}}}', None),
        ('{"l": {"L": [{"NULL": true}]}}', None),
        ("", None),
        ('{"id": "x"}', "unexpected raw attribute type: string"),
        ('{"id": {"S": 1}}', "unexpected raw attribute type (float64) for data type descriptor: S"),
        ('{"id": {"X": "x"}}', "unexpected raw attribute type (string) for data type descriptor: X"),
        ('{"id": {"S": "x", "N": "1"}}', "invalid raw attribute map len: 2"),
        ('{"s": {"NS": [1]}}', "unexpected raw attribute element type (float64) for data type descriptor: NS"),
        ('{"m": {"M": {"b": "c"}}}', "unexpected raw attribute type: string"),
        ("[1]", "json: cannot unmarshal array into Go value of type map[string]interface {}"),
        ("{", "unexpected EOF"),
    ],
)  # fmt: skip
def test_an_item_of_a_table(item: str, fault: str | None) -> None:
    said = check_values("resource", "aws_dynamodb_table_item", {"item": item})
    assert [p.summary for p in said] == ([f'Invalid format of "item": {fault}'] if fault else [])


def test_data_sources_have_rules_too() -> None:
    assert summaries("aws_iam_policy_document", {"statement": [{"effect": "Permit"}]}, "data") == [
        'expected statement.0.effect to be one of ["Allow" "Deny"], got Permit'
    ]
    assert summaries("aws_iam_policy_document", {"statement": [{"effect": "Allow"}]}, "data") == []


def test_a_block_conflicts_even_if_something_in_it_is_unknown() -> None:
    alias = {"name": UNKNOWN, "zone_id": "Z1", "evaluate_target_health": True}
    record = {"name": "www", "type": "A", "zone_id": "Z1", "alias": [alias]}
    record |= {"ttl": 300, "records": ["192.0.2.1"]}
    found = check_values("resource", "aws_route53_record", record)
    assert ("ttl",) in {problem.path for problem in found}
    assert check_values("resource", "aws_route53_record", {**record, "alias": UNKNOWN}) == []


@pytest.mark.parametrize("place", ["value", "inside the block", "in a conflict"])
def test_what_is_unknown_is_never_complained_about(place: str) -> None:
    values: dict[str, tuple[str, dict[str, Any]]] = {
        "value": ("aws_lambda_function", {**LAMBDA, "runtime": UNKNOWN}),
        "inside the block": (
            "aws_security_group",
            {"ingress": [{"cidr_blocks": ["10.0.0.1/16"], "description": UNKNOWN}]},
        ),
        "in a conflict": ("aws_s3_bucket", {"bucket": "a", "bucket_prefix": UNKNOWN}),
    }
    assert check_values("resource", *values[place]) == []


def test_exactly_one_of_waits_for_what_is_unknown() -> None:
    values = {**LAMBDA, "filename": UNKNOWN}
    assert check_values("resource", "aws_lambda_function", values) == []


def test_unknown_types_and_providers_have_no_problem() -> None:
    assert check_values("resource", "aws_nonsense", {"arn": "x"}) == []
    assert check_values("resource", "google_storage_bucket", {}, provider="google") == []


def test_another_major_version_is_not_held_to_old_enums() -> None:
    values = {**LAMBDA, "runtime": "python3.99"}
    assert check_values("resource", "aws_lambda_function", values, version="5.90.1") != []
    assert check_values("resource", "aws_lambda_function", values, version="6.2.0") == []


def test_same_input_same_output() -> None:
    values = {**LAMBDA, "runtime": "x", "timeout": -1, "architectures": ["q", "r"]}
    first = check_values("resource", "aws_lambda_function", values)
    assert first == check_values("resource", "aws_lambda_function", dict(reversed(values.items())))


def test_facts_name_choices_bounds_and_exclusions() -> None:
    facts = value_facts("aws_lambda_function")
    assert "python3.12" in facts["runtime"]["enum"]
    assert (facts["memory_size"]["min"], facts["memory_size"]["max"]) == (128, 10240)
    assert "image_uri" in facts["filename"]["exactly_one_of"]
    assert facts["arn"] == {"read_only": True}
    assert "bucket_prefix" in value_facts("aws_s3_bucket")["bucket"]["conflicts_with"]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_values_that_the_facts_allow_pass(data: st.DataObject) -> None:
    type = data.draw(st.sampled_from(known_types()))
    for path, facts in value_facts(type).items():
        if (
            {"any_of", "multiple_of", "above"} & set(facts)
            or "." in path
            or not {"enum", "min", "max"} & set(facts)
        ):
            continue
        if "enum" in facts and not {"pattern", "min_length", "min"} & set(facts):
            value = data.draw(st.sampled_from(facts["enum"]))
        elif "enum" not in facts:
            low = facts.get("min", facts.get("max", 0) - 5)
            value = data.draw(st.integers(int(low), int(facts.get("max", low + 5))))
        else:
            continue
        mine = [p for p in check_values("resource", type, {path: value}) if p.path == (path,)]
        assert not [p for p in mine if "got" in p.summary], (type, path, value)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(UNKNOWN),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_value_makes_it_raise(data: st.DataObject) -> None:
    type = data.draw(st.sampled_from(known_types()))
    names = sorted({path.split(".")[0] for path in value_facts(type)} - {""})
    values = {name: data.draw(_ANY) for name in names[:12]}
    found = check_values("resource", type, values)
    assert all(isinstance(problem.summary, str) for problem in found)


def test_a_block_nested_ten_thousand_deep() -> None:
    values: dict[str, Any] = {}
    for _ in range(10_000):
        values = {"statement": [values]}
    check_values("data", "aws_iam_policy_document", values)


def test_no_shipped_pattern_can_be_made_to_hang() -> None:
    attacks = [
        s + p * n
        for s in ("", "arn:aws:", "a", "/")
        for p in ("a", "a-", "0.", "/a", " ")
        for n in (30, LONGEST_MATCHED)
    ]
    for row in _data("aws")["rules"]:
        if row[0] in ("match", "no-match"):
            pattern = re.compile(row[1])
            began = time.process_time()
            for attack in attacks:
                pattern.search(attack[: LONGEST_MATCHED - 1] + "\0")
            assert time.process_time() - began < 5, row[1]


def test_first_use_and_later_ones_are_quick() -> None:
    code = (
        "import time; from iapo.verify.terraform.rules import check_values as c\n"
        "a = time.process_time(); c('resource', 'aws_s3_bucket', {}); b = time.process_time()\n"
        "for _ in range(100): c('resource', 'aws_s3_bucket', {'bucket': 'x'})\n"
        "print(b - a, (time.process_time() - b) / 100)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    first, later = map(float, printed.stdout.split())
    assert first < 0.25  # 0.05 s where nothing else runs
    assert later < 0.001


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"a": [1, 2.5e3, true, null, "\\u00e9"]}', None),
        ("", ("unexpected end of JSON input", 0)),
        ('{"a": 1,}', ("invalid character '}' looking for beginning of object key string", 9)),
        ("{'a': 1}", ("invalid character '\\'' looking for beginning of object key string", 2)),
        ('{"a" 1}', ("invalid character '1' after object key", 6)),
        ("[1 2]", ("invalid character '2' after array element", 4)),
        ('{"a":"x\n"}', ("invalid character '\\n' in string literal", 8)),
        ("{} x", ("invalid character 'x' after top-level value", 4)),
        ("[" * 100_000, ("unexpected end of JSON input", 100_000)),
    ],
)
def test_json_is_judged_as_go_does(text: str, fault: tuple[str, int] | None) -> None:
    assert json_fault(text) == fault


def test_value_formats_on_both_sides() -> None:
    assert arn_faults("arn:aws:s3:::bucket") == [] and arn_faults("") == []
    assert len(arn_faults("arn:foo:s3:nowhere:1:")) == 4
    assert cidr_fault("10.0.0.0/8", 4) is None and cidr_fault("10.0.0.0/33", 4) is not None
    assert cidr_fault("fd00::/8", 6) is None and cidr_fault("fd00::/8", 4) is not None
    assert duration_fault("1h30m") is None and duration_fault("60") is not None
    assert timestamp_fault("2024-02-29T00:00:00Z") is None
    assert timestamp_fault("2023-02-29T00:00:00Z") is not None
    assert policy_fault("[]", None) is not None and policy_fault('{"Statement": []}', 9999) is None
    assert go_quote('a"\n\\\x01é') == '"a\\"\\n\\\\\\x01é"'


@pytest.mark.skipif(
    not Path(os.environ.get("TF_PROVIDER_AWS", "")).is_file(),
    reason="the real AWS provider is not here: set TF_PROVIDER_AWS to its executable",
)
@pytest.mark.slow
def test_the_real_provider_accepts_what_the_rules_accept_and_says_the_same() -> None:
    folder = Path(__file__).parents[2] / "scripts" / "harvest_aws_rules"
    sys.path.insert(0, str(folder))
    from plugin import ProviderProcess
    from shapes import above, config, leaves

    chance = random.Random(time.time_ns())
    refused = same = 0
    with ProviderProcess(os.environ["TF_PROVIDER_AWS"]) as provider:
        schemas = provider.schemas()["resource"]
        types = [t for t in known_types() if not t.startswith(("aws_quicksight_", "aws_wafv2_"))]
        for type in chance.sample(types, 150):
            for leaf in chance.sample(choices := leaves(schemas[type]), min(6, len(choices))):
                if leaf.container:
                    continue
                pool: dict[str, list[Any]] = {
                    "string": ["abc", "A b!", "a" * 300, "10.0.0.0/16", "arn:aws:s3:::b", "ALL"],
                    "number": [-5, 0, 7, 100, 10**8],
                    "bool": [True],
                }
                block = config(
                    schemas[type], {leaf.path: chance.choice(pool[leaf.type])}, above(leaf.path)
                )
                said = [a for a in provider.validate("resource", type, block) if a.error]
                found = check_values("resource", type, block)
                assert said or not found, (type, leaf.path, found)
                known = {(a.summary, a.detail) for a in said}
                refused += bool(found)
                same += all((p.summary, p.detail) in known for p in found) and bool(found)
    assert same >= 0.9 * refused
