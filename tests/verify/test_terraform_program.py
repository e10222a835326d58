"""What is read out of a program's text before Terraform sees it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.verify import verify
from iapo.verify.terraform import hcl
from iapo.verify.terraform.codes import code_of
from iapo.verify.terraform.program import reads_beyond_itself, survey


def test_blocks_labels_and_lines() -> None:
    body = hcl.parse(
        '# a comment {\nresource "aws_vpc" "a" {\n  tags = {\n    b = "${join("}", ["x"])}"\n  }\n'
        "  inner {\n    c = <<-EOT\n      } not a brace\n    EOT\n  }\n}\nvariable x {}\n"
    )
    vpc, variable = body.blocks
    assert (vpc.type, vpc.labels, vpc.line, vpc.last_line) == ("resource", ("aws_vpc", "a"), 2, 11)
    assert list(vpc.arguments) == ["tags"]
    assert [b.type for b in vpc.blocks] == ["inner"]
    assert (variable.type, variable.labels, variable.line) == ("variable", ("x",), 12)


@pytest.mark.parametrize(
    ("quoted", "value"),
    [
        ('"a"', "a"),
        (r'"a\"b\n"', 'a"b\n'),
        (r'"\u0041"', "A"),
        ('"$${x}"', "${x}"),
        ('"${x}"', None),
        ('"%{if x}"', None),
        ('"open', None),
    ],
)
def test_plain_strings(quoted: str, value: str | None) -> None:
    assert hcl.string_value(quoted) == value


@given(st.text(alphabet='{}[]()"$%\\=<\n #/*ab-EOT', max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_looked_at(text: str) -> None:
    body = hcl.parse(text)
    assert all(1 <= b.line <= b.last_line <= text.count("\n") + 1 for b in body.blocks)


@pytest.mark.parametrize("text", ['"${' * 50_000, "a {" * 50_000, "<<A\n" * 20_000, '"\\' * 50_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    began = time.process_time()
    hcl.parse(text)
    assert time.process_time() - began < 3


def test_local_modules_are_followed_and_others_are_not() -> None:
    program = survey(
        {
            "main.tf": 'module "a" {\n  source = "./a"\n}\nmodule "up" {\n  source = "../x"\n}\n'
            'module "reg" {\n  source = "acme/x/aws"\n}\n',
            "a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
            "b/main.tf": "",
        }
    )
    assert program.installed == {"a": "a", "a.b": "b"}
    assert set(program.absent) == {"up", "reg"}


def test_a_module_that_calls_itself_ends() -> None:
    program = survey({"main.tf": 'module "a" {\n  source = "./"\n}\n'})
    assert len(program.modules) == 1


@pytest.mark.parametrize(
    ("expression", "safe"),
    [
        ('file("user-data.sh")', True),
        ('file("${path.module}/files/a.txt")', True),
        ('templatefile("${path.root}/a.tftpl", { a = 1 })', True),
        ('file("/etc/passwd")', False),
        ('file("~/.ssh/id_rsa")', False),
        ('file("../secret")', False),
        ('file("${path.module}/../secret")', False),
        ('file("a/${var.x}")', False),
        ("file(local.path)", False),
        ('fileset("/", "**")', False),
        ('file ( "/etc/passwd" )', False),
        ('file(\n"/etc/passwd")', False),
        ("templatestring(local.t, {})", False),
        ('file("\\u002fetc/passwd")', False),
    ],
)
def test_paths_that_are_not_plainly_inside_are_found(expression: str, safe: bool) -> None:
    found = reads_beyond_itself({"main.tf": f"locals {{\n  a = {expression}\n}}\n"})
    assert (found is None) is safe


def test_templates_are_looked_at_too() -> None:
    files = {"main.tf": "", "a.tftpl": '\n${file("/etc/passwd")}\n'}
    assert reads_beyond_itself(files) == ("a.tftpl", 2)


@pytest.mark.parametrize(
    ("summary", "code"),
    [
        ("Unsupported argument", "unsupported-argument"),
        ("Invalid for_each argument", "invalid-for-each-argument"),
        ('expected acl to be one of ["private"], got x', "invalid-enum-value"),
        ("Invalid combination of arguments", "invalid-combination-of-arguments"),
        ('"name" cannot be longer than 64 characters', "invalid-value"),
        ('"bucket": conflicts with bucket_prefix', "conflicting-arguments"),
    ],
)
def test_codes_hold_no_values(summary: str, code: str) -> None:
    assert code_of(summary) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('resource "aws_s3_b\\ucket" "a" {\n}\n', "invalid-escape-sequence"),
        ('module "m." {\n  source = "terraform-aws-modules/vpc/aws"\n}\n', "invalid-module-instance-name"),
        ('module "each.value" {\n  source = "./x"\n}\n', "invalid-module-instance-name"),
    ],
)  # fmt: skip
def test_names_that_are_none_are_terraforms_to_refuse(text: str, code: str) -> None:
    report = verify(text, "terraform")
    assert report.valid is False
    assert code in {d.code for d in report.errors}
