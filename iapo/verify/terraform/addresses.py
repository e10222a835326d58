"""Under which addresses providers are served, and how Terraform is told of them.

A worker announces every address before it starts, and Terraform keeps one schema an address for the
life of a process. So addresses mean nothing by themselves: each goes to what first needs one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from iapo.verify.terraform.entries import REGISTRY

SLOTS = 48
"""Provider schemas that one worker can serve before it has to be replaced. Terraform reads the whole
list again for every program, at 17 microseconds an address."""

STUB_PROVIDER = f"{REGISTRY}/iapo/stand-in"
"""The provider of the empty modules that stand in for absent ones."""


def slot_address(number: int) -> str:
    """One of `SLOTS` addresses; none of them is the beginning of another."""
    return f"{REGISTRY}/iapo/provider-{number:02}"


def addresses() -> list[str]:
    """Every provider address that a worker must announce before it starts."""
    return [STUB_PROVIDER, *(slot_address(n) for n in range(SLOTS))]


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
