"""Values with a form of their own: durations, ports, file modes, platforms, sizes.

The forms are those that `iapo.verify.dockerfile` judges by; a few that nobody writes are left out.
"""

from __future__ import annotations

import re

_PROTOCOLS = ("tcp", "udp", "sctp")
_LAST_PORT = 65_535
_DURATION = re.compile(r"(\d{1,5}(?:\.\d)?(?:h|m|s))+\Z|\d{1,5}ms\Z|0\Z")
_MODE = re.compile(r"[0-7]{3,4}\Z|(?:[ugoa]*[-+=][rwxXst]*)(?:,[ugoa]*[-+=][rwxXst]*)*\Z")
_MODE_BEGUN = re.compile(r"[0-7]{0,4}\Z|(?:[ugoa]*[-+=][rwxXst]*,)*[ugoa]*(?:[-+=][rwxXst]*)?\Z")
_MOST_MODE = 24  # characters
_MOST_DURATION = 12
_SIZE = re.compile(r"[1-9]\d{0,9}[kmg]?b?\Z")
_CHECKSUM = re.compile(r"sha256:[0-9a-f]{64}\Z")


def duration(text: str, whole: bool) -> bool:
    """`30s`, `1m30s`, `500ms` (Go's time.ParseDuration)."""
    ends = ("",) if whole else ("", "s", "0s")
    return any(len(text + end) <= _MOST_DURATION and _DURATION.match(text + end) for end in ends)


def number(text: str, whole: bool) -> bool:
    """A small whole number."""
    return text.isdigit() and len(text) < 6 if text else not whole


def mode(text: str, whole: bool) -> bool:
    """`755`, `0644`, `u=rwX,go=rX`."""
    if whole or len(text) >= _MOST_MODE:
        return len(text) <= _MOST_MODE and bool(_MODE.match(text))
    return bool(_MODE_BEGUN.match(text))


def octal(text: str, whole: bool) -> bool:
    """`0755`."""
    return len(text) <= 4 and not set(text) - set("01234567") if text else not whole


def size(text: str, whole: bool) -> bool:
    """`64m`."""
    return bool(_SIZE.match(text)) if text else not whole


def checksum(text: str, whole: bool) -> bool:
    """`sha256:` and 64 digits."""
    if whole:
        return bool(_CHECKSUM.match(text))
    return bool(_CHECKSUM.match(text + "sha256:"[len(text) :] + "0" * (71 - max(len(text), 7))))


def port(text: str, whole: bool) -> bool:
    """`8080`, `53/udp`, `8000-8010`."""
    bounds, slash, protocol = text.partition("/")
    first, dash, last = bounds.partition("-")
    if not _bounded(first, 0):
        return not text and not whole
    if slash or whole:
        if dash and not (_bounded(last, 0) and int(last) >= int(first)):
            return False
        if whole:
            return not slash or protocol in _PROTOCOLS
        return any(known.startswith(protocol) for known in _PROTOCOLS)
    return not dash or not last or _bounded(last, int(first))


def _bounded(text: str, least: int) -> bool:
    """Whether digits are a port of at least some number, or may become one."""
    if not text.isdigit() or len(text) > 5 or int(text) > _LAST_PORT:
        return False
    longer = [int(text + "9" * more) for more in range(1, 6 - len(text))]
    return int(text) >= least or any(
        least <= most and int(text) * (10 ** (at + 1)) <= _LAST_PORT
        for at, most in enumerate(longer)
    )


__all__ = ["checksum", "duration", "mode", "number", "octal", "port", "size"]
