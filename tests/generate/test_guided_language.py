"""The language that a guide lets through: Terraform, and no name that its provider lacks."""

from __future__ import annotations

import pytest
import tiny
from guided_terraform import VALID, inside
from guided_texts import assert_refused, refused

from iapo.generate.guide import Guide
from iapo.verify.sandbox import judge_all

TOKENIZER = tiny.tokenizer()


@pytest.fixture(scope="module")
def guide():
    return Guide(TOKENIZER)


@pytest.mark.parametrize("name", VALID)
def test_ordinary_terraform_is_writable(guide, name):
    assert refused(guide, VALID[name]) is None


def test_what_is_called_writable_is_valid():
    module = 'variable "whatever" {}\noutput "subnet" { value = "subnet-1" }\n'
    jobs = [
        {"format": "terraform", "files": {"main.tf": text, "vpc/main.tf": module}, "plan": False}
        for text in VALID.values()
    ]
    for name, report in zip(VALID, judge_all(jobs, timeout=30.0, workers=1), strict=True):
        assert report.valid is True, (name, report.diagnostics)


REFUSED = {
    "a type that does not exist": ('resource "aws_s3_bucket_lock" "x" {\n}\n', "aws_s3_bucket_lo"),
    "an argument of no such name": (inside("  bucket_name = 1"), "  bucket_"),
    "a block in the line of an opening brace": (
        'resource "aws_instance" "b" { lifecycle', '{ '),
    "a comment in a block of one line": ('output "o" { value = 1 # one', "value = 1 "),
    "another comment in a block of one line": ('output "o" { value = 1 // one', "value = 1 /"),
    "an argument given twice": (inside('  bucket = "a"\n  bucket = "b"'), '"a"\n  '),
    "what excludes what is there": (inside('  bucket = "a"\n  bucket_prefix = "b"'), "  "),
    "an end without what is required": (inside("", "aws_subnet"), "{\n\n"),
    "an enum's other value": (inside('  acl = "open"'), '  acl = "'),
    "a text for a truth": (inside('  force_destroy = "maybe"'), '= "'),
    "a text for a number": (
        inside('  retention_in_days = "week"', "aws_cloudwatch_log_group"), 'days = "'),
    "a number for a list": ("module \"m\" {\n  source = 1\n}\noutput \"o\" {\n  value = join(\",\", 5)\n}\n",
                            'join(",", '),
    "a text for a list": (inside('  security_groups = "sg-1"', "aws_instance"), 'groups = "'),
    "one argument too many": ('output "o" {\n  value = upper("a", "b")\n}\n', 'upper("a"'),
    "one argument too few": ('output "o" {\n  value = cidrsubnet("a", 1)\n}\n', '("a", 1'),
    "a function that does not exist": ('output "o" {\n  value = uppercase("a")\n}\n', "= upper"),
    "a field that a type lacks": (
        inside("") + 'output "o" {\n  value = aws_s3_bucket.b.name\n}\n', "bucket.b."),
    "a field of a text": (
        inside("") + 'output "o" {\n  value = aws_s3_bucket.b.arn.x\n}\n', "bucket.b.arn"),
    "each without for_each": (inside("  bucket = each.key"), "  bucket = e"),
    "a reference to itself": (inside("  bucket = aws_s3_bucket.b.id"), "aws_s3_bucket.b"),
    "a module that repeats by what it has": (
        'module "m" {\n  source = "./vpc"\n  for_each = module.m.subnet\n}\n', "module.m"),
    "a data source of itself": (
        'data "aws_ami" "a" {\n  owners = [data.aws_ami.a.id]\n}\n', "data.aws_ami.a"),
    "a count of itself": (inside("  count = length(aws_s3_bucket.b)"), "length(aws_s3_bucket.b"),
    "count beside for_each": (
        inside("  count = length(var.a)\n  for_each = var.b"), "(var.a)\n  for"),
    "for_each beside count": (
        'module "m" {\n  source = "./vpc"\n  for_each = var.b\n  count = 1\n}\n', "for_each = var.b\n  count"),
    "for_each beside the count of data": (
        'data "aws_ami" "a" {\n  count = 1\n  for_each = var.b\n}\n', "count = 1\n  f"),
    "a circle": (
        inside("  bucket = aws_s3_bucket.c.id") + inside("  bucket = aws_s3_bucket.b.id", name="c"),
        "aws_s3_bucket.b"),
    "a declaration made twice": (inside("") + inside(""), '"b'),
    "an end in debt": (inside("  bucket = var.name"), "}\n<end>"),
    "an end without a block": ("# nothing\n", "nothing\n<end>"),
    "an open string": (inside('  bucket = "a\n"'), '"a'),
    "prose": ("Here is the code:\n", ""),
    "a validation of something else": (
        'variable "a" {\n  validation {\n    condition = var.b > 1\n  }\n}\n', "var.b > 1"),
    "a comment behind it": (
        'variable "a" {\n  validation {\n    condition = true # yes\n  }\n}\n', "= true "),
    "a default of another type": (
        'variable "a" {\n  type = list(string)\n  default = "x"\n}\n', 'default = "'),
    "a tuple of no list": (
        'variable "a" {\n  type = tuple(string)\n}\n', "tuple("),
    "a field that is a text for a list": (
        inside("  security_groups = aws_s3_bucket.c.arn", "aws_instance"), "aws_s3_bucket.c."),
    "labels of a block that has none": (
        inside('  dynamic "timeouts" {\n    labels', "aws_instance"), 'timeouts" {\n    '),
    "a field of a provider": (inside("  provider = aws.west.region"), "aws.west"),
    "a text in a template for keys": (
        inside('  for_each = "${aws_s3_bucket.c.bucket}"'), "${aws_s3_bucket.c."),
    "another provider's resource": (inside("  provider = google"), "provider = "),
    "nothing for a description": (
        'variable "a" {\n  description = null\n}\n', "description = "),
    "a type that the default is not of": (
        'variable "a" {\n  default = []\n  type = string\n}\n', "type = s"),
    "a provisioner that does not exist": (
        inside('  provisioner "shell" {\n  }', "aws_instance"), 'provisioner "'),
    "a provisioner without its command": (
        inside('  provisioner "local-exec" {\n  }', "aws_instance"), '-exec" {\n  '),
    "changes of what is no argument": (
        inside("  lifecycle {\n    ignore_changes = [lifecycle]\n  }"), "= [lifecycle"),
    "changes of a part that a text lacks": (
        inside("  lifecycle {\n    ignore_changes = [bucket.x]\n  }"), "= [bucket"),
    "a condition on nothing": (
        'output "o" {\n  value = 1\n  precondition {\n    condition = 1 == 1\n', "1 == 1"),
    "validations in a circle": (
        'variable "a" {\n  validation {\n    condition = var.a && var.b\n    error_message = "x"\n'
        '  }\n}\nvariable "b" {\n  validation {\n    condition = var.a\n', "condition = var.a"),
    "a keyword with more to it": (
        inside('  provisioner "local-exec" {\n    when = destroy.x\n', "aws_instance"), "destroy"),
    "a number for a map": (
        'variable "a" {\n  type = map(string)\n  default = 4\n}\n', "default = "),
    "a second single block": (
        inside("  versioning {\n  }\n  versioning {\n  }"), "}\n  "),
    "a blank before the tilde of a directive": (
        'output "o" {\n  value = "%{ ~ if true }x%{ endif }"\n}\n', "%{ "),
    "a map for arguments": (
        'output "o" {\n  value = merge({ a = 1 }...)\n}\n', "{ a = 1 }."),
    "a field that is a map for arguments": (
        inside("") + 'output "o" {\n  value = merge(aws_s3_bucket.b.tags...)\n}\n', "b.tags."),
    "a map out of a condition for arguments": (
        'output "o" {\n  value = merge(true ? local.a : {}...)\n}\n', "{}."),
    "a connection to nowhere": (
        inside("  connection {\n  }", "aws_instance"), "connection {\n  "),
    "an argument that a provisioner lacks": (
        inside('  provisioner "local-exec" {\n    cmd', "aws_instance"), "    c"),
    "a text for a provisioner's list": (
        inside('  provisioner "remote-exec" {\n    inline = "x', "aws_instance"), 'inline = "'),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_valid_is_refused_where_it_goes_wrong(guide, name):
    assert_refused(guide, *REFUSED[name])


def test_an_answer_may_stand_in_a_fence_and_ends_with_it(guide):
    assert refused(guide, "```hcl\n" + inside("") + "```\n") is None
    assert refused(guide, "```hcl\n" + inside("")).endswith("<end>")
    assert refused(guide, "```hcl\n" + inside("") + "```\nThis is").endswith("```\n")


def test_a_module_may_be_given_providers(guide):
    provider = 'provider "aws" {\n  alias = "west"\n}\n'
    module = 'module "m" {\n  source = "./m"\n  providers = {\n    aws.main = aws.%s\n  }\n}\n'
    assert refused(guide, provider + module % "west") is None
    assert refused(guide, provider + module % "east").endswith("<end>")


def test_capitals_do_not_matter_where_the_provider_says_so(guide):
    listener = '  listener {\n    instance_port = 80\n    lb_port = 80\n    lb_protocol = "%s"\n'
    text = inside(listener % "http" + '    instance_protocol = "HTTP"\n  }', "aws_elb")
    assert refused(guide, text) is None


def test_a_number_may_stand_for_its_digits_in_an_enum(guide):
    codec = '  audio {\n    channels = %s\n    codec = "AAC"\n    sample_rate = "auto"\n'
    codec += '    audio_packing_mode = "SingleTrack"\n  }\n  container = "mp4"'
    assert refused(guide, inside(codec % "2", "aws_elastictranscoder_preset")) is None
    assert refused(guide, inside(codec % "true", "aws_elastictranscoder_preset")) is not None


def test_a_provider_without_a_schema_must_be_opened():
    text = 'resource "datadog_monitor" "m" {\n  anything = 1\n}\n'
    assert refused(Guide(TOKENIZER, named=["datadog"]), text) is None
    # "da" could yet become a type of another provider.
    assert refused(Guide(TOKENIZER), text) in ('resource "', 'resource "d', 'resource "da')
