"""The forms of IP addresses and blocks of them (RFC 4291, section 2.2; RFC 4632), as patterns are written."""

from __future__ import annotations

_BYTE = r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
V4 = rf"{_BYTE}(\.{_BYTE}){{3}}"
_GROUP = "[0-9a-fA-F]{1,4}"


def _v6() -> str:
    """Eight groups, or fewer with `::` in the place of those that are nothing; the last two as IPv4."""
    ways = [rf"({_GROUP}:){{7}}{_GROUP}", rf"({_GROUP}:){{6}}{V4}"]
    for left in range(8):
        before = rf"{_GROUP}(:{_GROUP}){{{left - 1}}}" if left else ""
        after = rf"({_GROUP}(:{_GROUP}){{0,{6 - left}}})?" if left < 7 else ""
        ways.append(f"{before}::{after}")
        if left < 6:
            ways.append(rf"{before}::({_GROUP}:){{0,{5 - left}}}{V4}")
    return "|".join(ways)


V6 = _v6()
ADDRESS = rf"{V4}|{V6}"
BLOCK = rf"{V4}/(3[0-2]|[12]?[0-9])|({V6})/(12[0-8]|1[01][0-9]|[1-9]?[0-9])"

__all__ = ["ADDRESS", "BLOCK", "V4", "V6"]
