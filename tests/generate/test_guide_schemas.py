"""The schemas that a guide holds to: which version of each provider, each block read once."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny
from guided_terraform import inside
from guided_texts import followed

from iapo.generate.guide import Guide
from iapo.generate.guide.terraform import schema
from iapo.verify.terraform.catalogue import PREFERRED, CatalogueEntry, list_schemas

AWS = "registry.terraform.io/hashicorp/aws"


@pytest.mark.parametrize(
    ("type", "block"), [("aws_security_group", "ingress"), ("aws_instance", "ebs_block_device")]
)
def test_a_block_is_read_once(type, block):
    """One is an attribute of objects, the other a block; either may be written in two places."""
    guide = Guide(tiny.tokenizer())
    opening = f"  {block} {{\n    d"
    one, _, _ = followed(guide, inside(opening, type)[:-3])
    other, _, _ = followed(guide, inside(f"  tags = {{}}\n{opening}", type)[:-3])
    assert one is not other
    assert one.local is other.local


def entry(source, version, shipped=True):
    return CatalogueEntry(source, version, Path(f"{version}.msgpack.xz"), shipped)


def test_the_preferred_version_is_chosen_else_the_newest():
    preferred = entry(AWS, PREFERRED[AWS])
    older, newer = entry(AWS, "5.9.0"), entry(AWS, "6.1.0")
    assert schema.chosen([older, preferred, newer]) == [preferred]
    assert schema.chosen([newer, older]) == [newer]


def test_the_source_that_a_name_stands_for_is_chosen_and_then_the_users_own_file():
    own = entry("registry.terraform.io/kreuzwerker/docker", "3.0.2")
    users = entry(own.source, own.version, shipped=False)
    other = entry("registry.terraform.io/acme/docker", "9.0.0")
    assert schema.chosen([other, own, users]) == [users]


def test_only_what_is_chosen_is_loaded(monkeypatch):
    loaded = []

    def load(entry):
        loaded.append(entry)
        return load_schema(entry)

    load_schema = schema.load_schema
    monkeypatch.setattr(schema, "load_schema", load)
    schema.Schemas()
    assert len(loaded) == len({entry.name for entry in list_schemas()})
