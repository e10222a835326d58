"""The plan of a program: planned values, what is unknown, references, stand-ins, data sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from iapo.verify import close_workers, verify
from iapo.verify.report import Plan, PlannedResource
from iapo.verify.sandbox import POOL


@pytest.fixture(scope="module", autouse=True)
def _end_workers() -> Iterator[None]:
    yield
    close_workers()


def plan(text: str) -> Plan:
    report = verify(text, "terraform", plan=True)
    assert report.plan is not None, report.diagnostics
    return report.plan


def resource(found: Plan, address: str) -> PlannedResource:
    return next(r for r in found.resources if r.address == address)


def test_values_are_what_the_program_says_and_unknown_leaves_are_absent() -> None:
    vpc = resource(plan('resource "aws_vpc" "a" {\n  cidr_block = "10.0.0.0/16"\n}\n'), "aws_vpc.a")
    assert vpc.values["cidr_block"] == "10.0.0.0/16"
    assert "id" not in vpc.values
    assert vpc.unknown["id"] is True
    assert (vpc.mode, vpc.type, vpc.name, vpc.actions) == ("managed", "aws_vpc", "a", ("create",))


def test_count_and_for_each_expand() -> None:
    found = plan(
        'resource "aws_s3_bucket" "a" {\n  count  = 2\n  bucket = "b${count.index}"\n}\n'
        'resource "aws_s3_bucket" "e" {\n  for_each = toset(["x"])\n  bucket   = each.key\n}\n'
        'resource "aws_s3_bucket" "none" {\n  count = 0\n}\n'
    )
    assert [(r.address, r.values["bucket"]) for r in found.resources] == [
        ("aws_s3_bucket.a[0]", "b0"),
        ("aws_s3_bucket.a[1]", "b1"),
        ('aws_s3_bucket.e["x"]', "x"),
    ]


def test_references_are_followed_through_locals_and_for_each() -> None:
    found = plan(
        'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/16"\n}\n'
        "locals {\n  vpc = aws_vpc.v.id\n  all = { a = local.vpc }\n}\n"
        'resource "aws_subnet" "s" {\n  for_each   = local.all\n'
        '  vpc_id     = each.value\n  cidr_block = "10.0.1.0/24"\n}\n'
    )
    assert resource(found, 'aws_subnet.s["a"]').references == {"vpc_id": ("aws_vpc.v",)}


def test_references_in_nested_blocks_carry_their_place() -> None:
    found = plan(
        'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/16"\n}\n'
        'resource "aws_internet_gateway" "g" {}\n'
        'resource "aws_lb" "l" {\n  subnet_mapping {\n    subnet_id = "subnet-1"\n  }\n'
        "  access_logs {\n    bucket = aws_s3_bucket.logs.id\n  }\n}\n"
        'resource "aws_s3_bucket" "logs" {}\n'
    )
    assert resource(found, "aws_lb.l").references == {
        "access_logs.0.bucket": ("aws_s3_bucket.logs",)
    }


def test_references_in_dynamic_blocks_are_followed_through_the_iterator() -> None:
    found = plan(
        'resource "aws_s3_bucket" "logs" {}\n'
        'resource "aws_lb" "l" {\n  subnets = ["subnet-1"]\n  dynamic "access_logs" {\n'
        "    for_each = [aws_s3_bucket.logs.id]\n    content {\n      bucket = access_logs.value\n"
        "    }\n  }\n}\n"
    )
    assert resource(found, "aws_lb.l").references == {
        "access_logs.0.bucket": ("aws_s3_bucket.logs",)
    }


def test_references_lead_through_modules_both_ways() -> None:
    files = {
        "main.tf": 'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/16"\n}\n'
        'module "net" {\n  source = "./net"\n  vpc    = aws_vpc.v.id\n}\n'
        'resource "aws_instance" "i" {\n  ami           = "ami-12345678"\n'
        '  instance_type = "t3.micro"\n  subnet_id     = module.net.subnet\n}\n',
        "net/main.tf": 'variable "vpc" {}\nresource "aws_subnet" "s" {\n  vpc_id     = var.vpc\n'
        '  cidr_block = "10.0.1.0/24"\n}\noutput "subnet" {\n  value = aws_subnet.s.id\n}\n',
    }
    report = POOL.judge({"format": "terraform", "files": files, "plan": True})
    assert report.plan is not None
    found = report.plan
    assert resource(found, "aws_instance.i").references == {
        "subnet_id": ("module.net.aws_subnet.s",)
    }
    assert resource(found, "module.net.aws_subnet.s").references == {"vpc_id": ("aws_vpc.v",)}


def test_data_sources_answer_plausible_values() -> None:
    found = plan(
        'provider "aws" {\n  region = "eu-west-1"\n}\n'
        'data "aws_availability_zones" "z" {}\ndata "aws_caller_identity" "me" {}\n'
        'data "aws_region" "r" {}\n'
        'output "zone" {\n  value = data.aws_availability_zones.z.names[2]\n}\n'
        'output "account" {\n  value = length(data.aws_caller_identity.me.account_id)\n}\n'
        'output "region" {\n  value = data.aws_region.r.name\n}\n'
    )
    assert found.outputs == {"zone": "eu-west-1c", "account": 12, "region": "eu-west-1"}
    assert resource(found, "data.aws_region.r").actions == ("read",)


def test_data_sources_answer_the_latest_of_what_is_asked() -> None:
    found = plan(
        'data "aws_ami" "a" {\n  most_recent = true\n  owners      = ["amazon"]\n}\n'
        'data "aws_ssm_parameter" "a" {\n'
        '  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"\n}\n'
        'data "aws_rds_engine_version" "p" {\n  engine = "postgres"\n}\n'
        'data "aws_eks_addon_version" "c" {\n  addon_name = "vpc-cni"\n'
        '  kubernetes_version = "1.33"\n}\n'
        'data "google_container_engine_versions" "g" {\n  location = "europe-west1"\n}\n'
        'output "o" {\n  value = flatten([\n    data.aws_ami.a.id, data.aws_ssm_parameter.a.value,\n'
        "    data.aws_rds_engine_version.p.version, data.aws_eks_addon_version.c.version,\n"
        "    data.google_container_engine_versions.g.latest_master_version,\n  ])\n"
        "  sensitive = true\n}\n"
    )
    image, parameter, engine, addon, kubernetes = found.outputs["o"]
    assert image == parameter
    assert re.fullmatch("ami-[0-9a-f]{17}", image)
    assert re.fullmatch(r"\d+\.\d+", engine)
    assert addon.startswith("v1.")
    assert re.fullmatch(r"1\.\d+\.\d+", kubernetes)


def test_policy_documents_are_computed() -> None:
    found = plan(
        'data "aws_iam_policy_document" "p" {\n  statement {\n    sid = "S"\n'
        '    actions = ["s3:GetObject"]\n    resources = ["*"]\n'
        '    principals {\n      type = "Service"\n      identifiers = ["ec2.amazonaws.com"]\n    }\n'
        '    condition {\n      test = "Bool"\n      variable = "aws:SecureTransport"\n'
        '      values = ["true"]\n    }\n  }\n}\n'
        'resource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.p.json\n}\n'
    )
    document = json.loads(resource(found, "aws_iam_policy.p").values["policy"])
    assert document["Statement"] == [
        {
            "Sid": "S",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "*",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        }
    ]


def test_required_variables_get_a_typed_stand_in() -> None:
    found = plan(
        'variable "vpc_cidr" {\n  type = string\n}\nvariable "sizes" {\n  type = list(number)\n}\n'
        'variable "tags" {\n  type = map(string)\n}\n'
        'variable "net" {\n  type = object({ name = string, public = optional(bool, true) })\n}\n'
        'variable "env" {\n  type = string\n  validation {\n'
        '    condition     = contains(["dev", "prod"], var.env)\n    error_message = "No."\n  }\n}\n'
        'variable "replicas" {\n  type = number\n  validation {\n'
        '    condition     = var.replicas >= 3\n    error_message = "At least 3."\n  }\n}\n'
        'output "public" {\n  value = var.net.public\n}\n'
    )
    used = found.variables
    assert used["vpc_cidr"] == "10.0.0.0/16"
    assert used["sizes"] == [1]
    assert used["tags"] == {}
    assert used["env"] == "dev"
    assert used["replicas"] == 3
    assert found.outputs["public"] is True


def test_backends_and_absent_modules_do_not_keep_a_plan_from_being_made() -> None:
    found = plan(
        'terraform {\n  backend "s3" {\n    bucket = "state"\n    key = "k"\n  }\n}\n'
        'module "m" {\n  source = "acme/m/aws"\n}\n'
        'resource "aws_s3_bucket" "b" {\n  bucket = "x-${module.m.name}"\n}\n'
    )
    assert [r.address for r in found.resources] == ["aws_s3_bucket.b"]
    assert "bucket" not in found.resources[0].values


def test_no_plan_is_made_of_what_is_invalid() -> None:
    report = verify('resource "aws_vpc" "a" {\n  cidr = 1\n}\n', "terraform", plan=True)
    assert (report.valid, report.plan) == (False, None)


def test_the_providers_defaults_are_filled_in() -> None:
    found = plan(
        'provider "aws" {\n  default_tags {\n    tags = {\n      team = "a"\n    }\n  }\n}\n'
        'resource "aws_s3_bucket" "b" {\n  tags = {\n    name = "b"\n  }\n}\n'
        'resource "aws_lb" "l" {\n  subnets = ["subnet-1"]\n}\n'
    )
    bucket, balancer = resource(found, "aws_s3_bucket.b"), resource(found, "aws_lb.l")
    assert bucket.values["force_destroy"] is False
    assert bucket.values["tags_all"] == {"team": "a", "name": "b"}
    assert (balancer.values["load_balancer_type"], balancer.values["idle_timeout"]) == (
        "application",
        60,
    )


def test_a_record_for_each_validation_of_a_certificate_is_planned() -> None:
    text = (
        'resource "aws_acm_certificate" "c" {\n'
        '  domain_name               = "a.example.com"\n'
        '  subject_alternative_names = ["b.example.com", "a.example.com"]\n'
        '  validation_method         = "DNS"\n'
        "}\n\n"
        'resource "aws_route53_record" "v" {\n'
        "  for_each = {\n"
        "    for o in aws_acm_certificate.c.domain_validation_options : o.domain_name => o\n"
        "  }\n"
        '  zone_id = "Z1"\n'
        "  name    = each.value.resource_record_name\n"
        "  type    = each.value.resource_record_type\n"
        "  ttl     = 60\n"
        "  records = [each.value.resource_record_value]\n"
        "}\n"
    )
    report = verify(text, "terraform", plan=True)
    assert (report.valid, report.diagnostics) == (True, ())
    assert report.plan is not None
    records = [r for r in report.plan.resources if r.type == "aws_route53_record"]
    assert len(records) == 2
    assert records[0].references["name"] == ("aws_acm_certificate.c",)


@pytest.mark.parametrize(
    ("text", "block"),
    [
        (
            'resource "aws_instance" "a" {\n  ami           = "ami-0123456789abcdef0"\n'
            '  instance_type = "t3.micro"\n}\n'
            'output "o" {\n  value = aws_instance.a.root_block_device[0].volume_id\n}\n',
            "root_block_device",
        ),
        (
            'resource "aws_lb" "a" {\n  subnets = ["subnet-1"]\n}\n'
            'output "o" {\n  value = one(aws_lb.a.subnet_mapping).outpost_id\n}\n',
            "subnet_mapping",
        ),
    ],
)
def test_a_block_left_out_but_read_is_known_after_apply(text: str, block: str) -> None:
    """The provider fills it in, which its schema does not tell; the real plan shows it unknown."""
    assert resource(plan(text), text.split('"')[1] + ".a").unknown[block] is True


def test_what_one_program_reads_is_forgotten_in_the_next() -> None:
    vpc = 'resource "aws_default_network_acl" "a" {\n  default_network_acl_id = "acl-1"\n}\n'
    read = 'output "o" {\n  value = one(aws_default_network_acl.a.ingress).rule_no\n}\n'
    assert resource(plan(vpc + read), "aws_default_network_acl.a").unknown["ingress"] is True
    assert resource(plan(vpc), "aws_default_network_acl.a").values["ingress"] == []


def test_an_instance_that_does_not_exist_cannot_be_read() -> None:
    text = (
        'resource "aws_vpc" "a" {\n  count      = 0\n  cidr_block = "10.0.0.0/16"\n}\n'
        'output "o" {\n  value = aws_vpc.a[0].id\n}\n'
    )
    report = verify(text, "terraform", plan=True)
    assert report.plan is None
    assert [d.code for d in report.diagnostics] == ["invalid-index"]


def test_a_google_resource_is_where_its_provider_is_unless_it_says_otherwise() -> None:
    found = plan(
        'provider "google" {\n  project = "acme"\n  region  = "europe-west1"\n}\n'
        'resource "google_compute_address" "here" {\n  name = "here"\n}\n'
        'resource "google_compute_address" "there" {\n  name   = "there"\n  region = "us-east1"\n}\n'
    )
    here, there = found.resources
    assert (here.values["project"], here.values["region"]) == ("acme", "europe-west1")
    assert (there.values["project"], there.values["region"]) == ("acme", "us-east1")
