"""Values that Compose reads out of strings: ports, mounts, durations, sizes. Each function says what is wrong, or None.

Short syntaxes: https://docs.docker.com/reference/compose-file/services/#ports and #volumes;
durations and byte values: https://docs.docker.com/reference/compose-file/extension/#specifying-durations.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_DURATION = re.compile(r"[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h|d|w))+\Z")
_SIZE = re.compile(r"-?[0-9]+(?:\.[0-9]+)? ?(?:[kmgtp]?i?b?)\Z", re.IGNORECASE)
_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})


@dataclass(frozen=True)
class Port:
    """One published range. `host` is None where Docker chooses."""

    address: str
    host: tuple[int, int] | None
    container: tuple[int, int]
    protocol: str


def duration_problem(text: str) -> str | None:
    """Durations are numbers with units: 1m30s."""
    if text in ("0", "+0", "-0") or _DURATION.match(text):
        return None
    hint = " (a unit is missing)" if re.fullmatch(r"[0-9.]+", text) else ""
    return f'"{text[:40]}" is no duration{hint}; write e.g. 30s or 1m30s'


def size_problem(text: str) -> str | None:
    """Sizes are numbers with an optional unit: 512m, 1gb."""
    if _SIZE.match(text):
        return None
    return f'"{text[:40]}" is no size; write e.g. 512m or 1gb'


def parse_port(text: str) -> Port | str:
    """A port in short syntax, [[IP:][HOST]:]CONTAINER[/PROTOCOL]; or what is wrong with it."""
    body, slash, protocol = text.partition("/")
    if slash and protocol.lower() not in _PROTOCOLS:
        return f'unknown protocol "{protocol[:20]}" in port "{text[:60]}"; use tcp, udp or sctp'
    address, host_text, container_text = _split_port(body)
    if not container_text:
        return f'port "{text[:60]}" names no container port'
    container = _port_range(container_text)
    if container is None:
        return f'"{container_text[:40]}" in port "{text[:60]}" is no container port between 1 and 65535'
    host = _port_range(host_text) if host_text else None
    if host_text and host is None:
        return f'"{host_text[:40]}" in port "{text[:60]}" is no host port between 0 and 65535'
    if address and not _is_address(address):
        return f'"{address[:60]}" in port "{text[:60]}" is no IP address'
    one_container = container[0] == container[1]
    if host is not None and not one_container and host[1] - host[0] != container[1] - container[0]:
        return f'the ranges of port "{text[:60]}" differ in length'
    if container[0] == 0:
        return f'container port 0 in "{text[:60]}" cannot be published'
    return Port(address, host, container, protocol.lower() or "tcp")


def _split_port(body: str) -> tuple[str, str, str]:
    if body.startswith("["):
        address, _, rest = body[1:].partition("]")
        host, _, container = rest.removeprefix(":").rpartition(":")
        return address, host, container
    parts = body.split(":")
    if len(parts) == 1:
        return "", "", parts[0]
    return ":".join(parts[:-2]), parts[-2], parts[-1]


def _port_range(text: str) -> tuple[int, int] | None:
    first, dash, last = text.partition("-")
    numbers = [first, last] if dash else [first, first]
    if not all(n.isascii() and n.isdecimal() and len(n) <= 8 and int(n) <= 65535 for n in numbers):
        return None
    low, high = int(numbers[0]), int(numbers[1])
    return (low, high) if low <= high else None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return text == ":"  # "::80" leaves a single colon, which Docker takes for no address
    return True


def parse_mount(text: str) -> tuple[str, str] | str:
    """A mount in short syntax, [SOURCE:]TARGET[:MODE], as (source, target); or what is wrong with it.

    A letter before the first colon is a Windows drive, not a volume.
    """
    if not text:
        return "a mount must not be empty"
    if len(text) <= 2:
        return "", text
    parts: list[str] = []
    part = ""
    for character in text:
        if character != ":" or (len(part) == 1 and part.isalpha()):
            part += character
            continue
        parts.append(part)
        part = ""
    parts.append(part)
    if not all(parts):
        return f'mount "{text[:60]}" has an empty part between its colons'
    if len(parts) > 3:
        return f'mount "{text[:60]}" has too many colons; write SOURCE:TARGET:MODE'
    return ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])


def is_path(source: str) -> bool:
    """Whether a mount's source is a path of the host rather than a volume's name."""
    return source.startswith((".", "/", "~", "\\\\")) or (
        source[1:2] == ":" and source[0].isalpha()
    )
