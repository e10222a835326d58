"""Provider-defined functions and ephemeral types: judged where they are known, else said to be unjudged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from iapo.verify import close_workers, verify
from iapo.verify.report import Report
from iapo.verify.terraform.program import survey


@pytest.fixture(scope="module", autouse=True)
def _end_workers() -> Iterator[None]:
    yield
    close_workers()


def declared(name: str, source: str = "") -> str:
    return (
        f"terraform {{\n  required_providers {{\n    {name} = {{\n"
        f'      source = "{source or "hashicorp/" + name}"\n    }}\n  }}\n}}\n'
    )


def output(expression: str) -> str:
    return f'output "o" {{\n  value = {expression}\n}}\n'


def judge(text: str) -> Report:
    return verify(text, "terraform", plan=True)


def codes(report: Report) -> set[str]:
    return {d.code for d in report.diagnostics}


ROLE = "arn:aws:iam::123456789012:role/team/deploy"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (f'provider::aws::arn_parse("{ROLE}").account_id', "123456789012"),
        (f'provider::aws::arn_parse("{ROLE}:x").resource', "role/team/deploy:x"),
        ('provider::aws::arn_build("aws", "s3", "", "", "b")', "arn:aws:s3:::b"),
        (
            f'provider::aws::trim_iam_role_path("{ROLE}")',
            "arn:aws:iam::123456789012:role/deploy",
        ),
        (f'"${{provider::aws::arn_parse("{ROLE}").service}}-x"', "iam-x"),
    ],
)
def test_functions_of_the_aws_provider_are_computed(expression: str, value: str) -> None:
    report = judge(declared("aws") + output(expression))
    assert (report.valid, codes(report)) == (True, set())
    assert report.plan is not None
    assert report.plan.outputs == {"o": value}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('arn_parse("nope")', "arn: invalid prefix"),
        ('arn_parse("arn:aws:iam")', "arn: not enough sections"),
        ('trim_iam_role_path("arn:aws:s3:::b")', 'service must be "iam"'),
        ('trim_iam_role_path("arn:aws:iam:eu-west-1:1:role/a")', "region must be empty"),
        ('trim_iam_role_path("arn:aws:iam::1:user/a")', 'resource must begin with "role/"'),
        ('arn_build("aws", "s3")', "expects 5 argument(s)"),
    ],
)
def test_what_the_provider_refuses_is_refused_in_its_words(call: str, message: str) -> None:
    report = judge(declared("aws") + output(f"provider::aws::{call}"))
    assert report.valid is False
    assert message in report.errors[0].message
    assert report.errors[0].line == 9


def test_a_function_that_the_provider_does_not_define_is_rejected() -> None:
    report = judge(declared("aws") + output('provider::aws::arn_pars("x")'))
    assert (report.valid, codes(report)) == (False, {"unknown-provider-function"})
    assert "arn_pars" in report.errors[0].message


def test_a_function_needs_its_provider_declared_even_where_a_resource_implies_it() -> None:
    text = f'resource "aws_s3_bucket" "b" {{\n  bucket = provider::aws::arn_parse("{ROLE}").service\n}}\n'
    report = judge(text)
    assert (report.valid, codes(report)) == (False, {"unknown-provider-function"})
    assert (report.errors[0].line, report.errors[0].column) == (2, 12)
    assert judge(declared("aws") + text).valid is True


@pytest.mark.parametrize(
    ("provider", "call", "attribute"),
    [
        ("time", 'rfc3339_parse("2023-07-25T23:43:16Z")', "unix"),
        ("azurerm", 'parse_resource_id("/subscriptions/x")', "resource_name"),
        ("google", 'region_from_zone("europe-west1-b")', ""),
        ("kubernetes", 'manifest_decode("kind: ConfigMap")', ""),
        ("local", "direxists(path.module)", ""),
    ],
)
def test_documented_functions_are_checked_and_give_unknown_values(
    provider: str, call: str, attribute: str
) -> None:
    expression = f"provider::{provider}::{call}" + (f".{attribute}" if attribute else "")
    report = judge(declared(provider) + output(expression))
    assert (report.valid, codes(report)) == (True, set())
    assert judge(declared(provider) + output(expression.replace("(", "([], 1, "))).valid is False
    if attribute:
        assert judge(declared(provider) + output(expression + "s")).valid is False


def test_a_function_that_the_schema_at_hand_lacks_leaves_its_use_unjudged() -> None:
    text = declared("google") + output('provider::google::novel_one("x", 2)')
    report = judge(text)
    assert (report.valid, codes(report)) == (None, {"not-in-schema"})
    assert report.diagnostics[0].line == 9
    assert "novel_one" in report.diagnostics[0].message
    assert judge(text + output("google_nothing.a.b").replace('"o"', '"p"')).valid is False


def test_functions_of_an_unknown_provider_leave_it_unjudged() -> None:
    report = judge(declared("acme", "acme/acme") + output('provider::acme::forge("x")'))
    assert (report.valid, codes(report)) == (None, {"unknown-provider"})
    assert report.diagnostics[0].line == 9


def test_ephemeral_types_are_opened_while_planning() -> None:
    text = (
        'ephemeral "aws_secretsmanager_secret_version" "db" {\n  secret_id = "db"\n}\n'
        'ephemeral "random_password" "p" {\n  length = 16\n}\n'
        'ephemeral "tls_private_key" "k" {\n  algorithm = "ED25519"\n}\n'
        'resource "aws_secretsmanager_secret_version" "v" {\n  secret_id = "x"\n'
        "  secret_string_wo         = ephemeral.random_password.p.result\n"
        "  secret_string_wo_version = 1\n}\n"
    )
    report = judge(text)
    assert (report.valid, codes(report)) == (True, set())
    assert report.plan is not None
    assert [r.address for r in report.plan.resources] == ["aws_secretsmanager_secret_version.v"]
    assert codes(judge(text.replace("length = 16", "lenght = 16"))) >= {"unsupported-argument"}
    assert (
        judge(text.replace('"aws_secretsmanager_secret_version" "db"', '"aws_nothing" "db"')).valid
        is False
    )


def test_an_ephemeral_type_that_the_schema_at_hand_lacks_leaves_itself_unjudged() -> None:
    text = (
        'ephemeral "vault_kv_secret_v2" "s" {\n  mount = "kv"\n  name  = "db"\n}\n'
        'resource "vault_mount" "m" {\n  path = "a"\n  type = "kv"\n}\n'
    )
    report = judge(text)
    assert (report.valid, codes(report)) == (None, {"not-in-schema"})
    assert report.diagnostics[0].line == 1
    broken = judge(text.replace("path = ", "paths = "))
    assert (broken.valid, "unsupported-argument" in codes(broken)) == (False, True)


def test_calls_are_found_in_templates_and_json_and_not_in_comments() -> None:
    text = (
        "locals {\n  # provider::aws::not_this(1)\n"
        '  a = "${provider::aws::one("x")}"\n  b = [provider :: aws :: two(1)]\n'
        "  c = <<-EOT\n    %{ if provider::aws::three(1) }x%{ endif }\n  EOT\n}\n"
    )
    json = '{"locals": {"d": "${provider::aws::four(1)}"}}'
    calls = survey({"main.tf": text, "more.tf.json": json}).root.functions
    assert {(c.name, c.line) for c in calls} == {("one", 3), ("two", 4), ("three", 6), ("four", 1)}
