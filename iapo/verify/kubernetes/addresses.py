"""IP addresses and blocks of them (CIDR), as the API server reads them: host bits may be set.

From https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/ (IPBlock),
service-v1 (clusterIP, externalIPs, loadBalancerSourceRanges) and pod-v1 (hostAliases, dnsConfig).
"""

from __future__ import annotations

import ipaddress
from typing import Any

from iapo.verify.kubernetes.manifest import Findings, Manifest, mapping
from iapo.verify.yaml_source import Path

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def check_address(value: Any, manifest: Manifest, path: Path, findings: Findings) -> None:
    """Report a text that is no IP address. What is no text, or empty, is left to the schema."""
    if isinstance(value, str) and value and _address(value) is None:
        message = f'"{value[:80]}" must be an IP address, e.g. 10.0.0.1'
        findings.error("bad-address", message, manifest, path)


def check_block(value: Any, manifest: Manifest, path: Path, findings: Findings) -> Network | None:
    """Report a text that is no block of addresses; the block where it is one."""
    if not isinstance(value, str) or not value:
        return None
    try:
        if "/" not in value:
            raise ValueError(value)
        return ipaddress.ip_network(value.strip(), strict=False)
    except ValueError:
        hint = f"; e.g. {value}/32" if _address(value) is not None else "; e.g. 10.0.0.0/8"
        message = f'"{value[:80]}" must be a block of addresses in CIDR notation{hint}'
        findings.error("bad-address", message, manifest, path)
        return None


def check_ip_block(block: Any, manifest: Manifest, path: Path, findings: Findings) -> None:
    """Report an `ipBlock` whose `cidr` is none, or whose exceptions are not inside it."""
    whole = check_block(mapping(block).get("cidr"), manifest, (*path, "cidr"), findings)
    exceptions = mapping(block).get("except")
    for index, value in enumerate(exceptions if isinstance(exceptions, list) else ()):
        at: Path = (*path, "except", index)
        part = check_block(value, manifest, at, findings)
        if whole is None or part is None:
            continue
        if part.version != whole.version or part == whole or not _inside(part, whole):
            message = f'"{value}" must be a smaller block inside {block["cidr"]}'
            findings.error("bad-address", message, manifest, at)


def _inside(part: Network, whole: Network) -> bool:
    return (
        part.network_address in whole
        and part.broadcast_address in whole
        and part.prefixlen > whole.prefixlen
    )


def _address(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(value.strip())
    except ValueError:
        return None
