"""Under which addresses providers are served, and how Terraform is told of them.

A worker announces every address before it starts. Terraform keeps one schema an address for the
life of a process, so each provider version has an address of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from iapo.verify.terraform.entries import REGISTRY, CatalogueEntry, list_schemas

SLOTS = 64
"""Unknown providers that one worker can stand in for before it has to be replaced."""


STUB_PROVIDER = f"{REGISTRY}/iapo/stand-in"
"""The provider of the empty modules that stand in for absent ones."""


def slot_address(number: int) -> str:
    """The address under which a provider that is not in the catalogue is served, once."""
    return f"{REGISTRY}/iapo/unknown{number}"


GIANT_VARIANTS = ("", *(f"-giant{n}" for n in range(8)), "-whole")
"""A provider without what is in its giant types, with one of them, with all of them."""


def entry_address(entry: CatalogueEntry, variant: str = "") -> str:
    """The address of one provider version, in one of `GIANT_VARIANTS`."""
    unique = re.sub(
        "[^0-9a-z]+", "-", f"{entry.source.removeprefix(REGISTRY)}-{entry.version}".lower()
    )
    short = unique.strip("-")[-60:].strip("-")
    return f"{REGISTRY}/iapo/{short}{variant}"


def addresses() -> list[str]:
    """Every provider address that a worker must announce before it starts."""
    known = sorted({entry_address(e, v) for e in list_schemas() for v in GIANT_VARIANTS})
    return [*known, STUB_PROVIDER, *(slot_address(n) for n in range(SLOTS))]


def socket_name(address: str) -> str:
    """Where an address is served, relative to the program's folder."""
    return "../s/" + address.rsplit("/", 1)[1]


def reattach(pid: int, names: Iterable[str]) -> str:
    """The value of TF_REATTACH_PROVIDERS for servers in process `pid`."""
    return json.dumps(
        {
            address: {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": pid,
                "Test": True,
                "Addr": {"Network": "unix", "String": socket_name(address)},
            }
            for address in names
        }
    )
