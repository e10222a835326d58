"""Provider versions at hand, how one is chosen, and how a user adds another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iapo.verify import close_workers, verify
from iapo.verify.terraform.catalogue import (
    SHIPPED,
    SchemaFileError,
    add_schemas,
    canonical_source,
    list_schemas,
    load_schema,
)
from iapo.verify.terraform.judge import names_giant
from iapo.verify.terraform.versions import choose_version, satisfies


@pytest.mark.parametrize(
    ("constraint", "version", "allowed"),
    [
        ("~> 5.0", "5.100.0", True),
        ("~> 5.0", "6.0.0", False),
        ("~> 5.1.2", "5.1.9", True),
        ("~> 5.1.2", "5.2.0", False),
        (">= 4.0, < 6.0", "5.100.0", True),
        (">= 4.0, < 6.0", "6.1.0", False),
        ("5.100.0", "5.100.0", True),
        ("!= 5.100.0", "5.100.0", False),
        ("= v1.2", "1.2.0", True),
        ("", "1.0.0", True),
        ("not a constraint", "1.0.0", True),
    ],
)
def test_constraints(constraint: str, version: str, allowed: bool) -> None:
    assert satisfies(version, constraint) is allowed


@pytest.mark.parametrize(
    ("constraint", "chosen"),
    [
        ("", ("5.100.0", True)),
        (">= 4.0", ("5.100.0", True)),
        ("~> 6.0", ("6.25.0", True)),
        ("~> 3.0", ("5.100.0", False)),
        ("~> 7.0", ("6.25.0", False)),
    ],
)
def test_the_preferred_version_wins_where_allowed(
    constraint: str, chosen: tuple[str, bool]
) -> None:
    assert choose_version(["5.100.0", "6.25.0"], constraint, "5.100.0") == chosen


def test_sources_are_full_addresses() -> None:
    assert canonical_source("aws") == "registry.terraform.io/hashicorp/aws"
    assert canonical_source("Acme/Anvil") == "registry.terraform.io/acme/anvil"
    assert canonical_source("docker") == "registry.terraform.io/kreuzwerker/docker"
    assert canonical_source("tf.acme.io/a/b") == "tf.acme.io/a/b"


def test_what_is_shipped_is_small_and_holds_every_promised_provider() -> None:
    names = {entry.name for entry in list_schemas() if entry.shipped}
    assert names >= {
        "aws", "google", "azurerm", "azuread", "kubernetes", "helm", "docker", "cloudflare", "github",
        "digitalocean", "vault", "random", "null", "tls", "local", "archive", "time", "http", "external",
    }  # fmt: skip
    assert {e.version.split(".")[0] for e in list_schemas() if e.name == "aws"} >= {"5", "6"}
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 2_000_000


def test_the_aws_schema_is_the_real_providers() -> None:
    entry = next(e for e in list_schemas() if (e.name, e.version) == ("aws", "5.100.0"))
    schema = load_schema(entry)
    assert (len(schema.names["resource"]), len(schema.names["data"])) == (1526, 608)
    assert "aws_secretsmanager_secret_version" in schema.names["ephemeral"]
    acl = schema.block("resource", "aws_wafv2_web_acl")
    assert acl is not None
    assert acl["block_types"]["default_action"]["max_items"] == 1
    assert "statement" in acl["block_types"]["rule"]["block"]["block_types"]


def test_a_private_provider_can_be_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAPO_DATA", str(tmp_path / "data"))
    document = {
        "format_version": "1.0",
        "provider_schemas": {
            "registry.acme.io/acme/anvil": {
                "provider": {"version": 0, "block": {}},
                "resource_schemas": {
                    "anvil_drop": {
                        "version": 0,
                        "block": {
                            "attributes": {
                                "height": {"type": "number", "required": True, "description": "m"}
                            }
                        },
                    }
                },
            }
        },
    }
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(document))
    (added,) = add_schemas(file, version="1.4.0")
    assert (added.source, added.version, added.shipped) == (
        "registry.acme.io/acme/anvil",
        "1.4.0",
        False,
    )
    text = (
        'terraform {\n  required_providers {\n    anvil = {\n      source = "registry.acme.io/acme/anvil"\n'
        '    }\n  }\n}\nresource "anvil_drop" "a" {\n  height = 3\n}\n'
    )
    close_workers()
    try:
        assert verify(text, "terraform").valid is True
        report = verify(text.replace("height", "depth"), "terraform")
        assert {d.code for d in report.errors} == {
            "missing-required-argument",
            "unsupported-argument",
        }
        assert "acme/anvil" not in {e.source for e in list_schemas() if e.shipped}
    finally:
        close_workers()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"provider_schemas": {"x": {}}}', "not json"])
def test_what_is_no_schema_file_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "schema.json"
    file.write_text(content)
    with pytest.raises(SchemaFileError) as error:
        add_schemas(file)
    assert "\n" not in str(error.value)
    assert str(file) in str(error.value)


def test_a_giant_schema_is_served_only_to_programs_that_use_the_type() -> None:
    giant = "aws_wafv2_web_acl"
    assert names_giant(f'resource "{giant}" "a" {{}}', giant, {"resource"})
    assert names_giant(f'{{"resource": {{"{giant}": {{}}}}}}', giant, {"resource"})
    assert not names_giant(f'resource "{giant}_association" "a" {{}}', giant, {"resource"})
    assert not names_giant(f'data "{giant}" "a" {{}}', giant, {"resource"})
    assert names_giant(f'data "{giant}" "a" {{}}', giant, {"resource", "data"})


def test_a_small_data_source_of_a_giants_name_is_judged() -> None:
    report = verify('data "aws_wafv2_web_acl" "a" {\n  nme = "x"\n}\n', "terraform")
    assert "unsupported-argument" in {d.code for d in report.diagnostics}
