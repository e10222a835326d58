"""The value formats AWS arguments use, judged and explained as the provider's Go code does.

Each function takes a string and gives None where it is well formed, else the error. Where Go and
Python differ in what they tolerate, the more tolerant reading wins: a wrong rejection is worse.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from datetime import date

from .rules_wording import DOTTED, QUOTED, RAW, go_quote

_PARTITION = r"^aws(-[a-z]+)*$"
_REGION = r"^[a-z]{2}(-[a-z]+)+-\d{1,2}$"
_ACCOUNT = r"^(aws|aws-managed|third-party|aws-marketplace|\d{12}|cw.{10})$"
LONGEST_DURATION = 1000  # characters; nobody writes longer ones, and they would be slow to read
_SPACE = " \t\r\n"
_ESCAPES = '"\\/bfnrt'
_HEX = "0123456789abcdefABCDEF"


def arn_faults(text: str) -> list[str]:
    """What the provider finds wrong with an Amazon Resource Name, as templates; empty passes."""
    wrong = f'"{DOTTED}" ({RAW}) is an invalid ARN: '
    if text == "":
        return []
    if not text.startswith("arn:"):
        return [wrong + "arn: invalid prefix"]
    sections = text.split(":", 5)
    if len(sections) < 6:
        return [wrong + "arn: not enough sections"]
    _, partition, _, region, account, resource = sections
    out = []
    hint = "(expecting to match regular expression: "
    if partition == "":
        out.append(wrong + "missing partition value")
    elif not re.search(_PARTITION, partition):
        out.append(wrong + f"invalid partition value {hint}{_PARTITION})")
    if region and not re.search(_REGION, region):
        out.append(wrong + f"invalid region value {hint}{_REGION})")
    if account and not re.search(_ACCOUNT, account):
        out.append(wrong + f"invalid account ID value {hint}{_ACCOUNT})")
    if resource == "":
        out.append(wrong + "missing resource value")
    return out


def network(text: str) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface | None:
    """Address and prefix of a CIDR block; None where it is not one."""
    if text.count("/") != 1 or not text.rpartition("/")[2].isdigit() or len(text) > 60:
        return None
    try:
        return ipaddress.ip_interface(text)
    except ValueError:
        return None


def cidr_fault(text: str, family: int | None) -> str | None:
    """A CIDR block whose address is its network's; `family` 4, 6, or None for either."""
    found = network(text)
    if found is None:
        return f"{QUOTED} is not a valid CIDR block: invalid CIDR address: {RAW}"
    kind = f"IPv{family} CIDR block" if family else "CIDR block"
    if family and found.version != family:
        return f"{QUOTED} is not a valid {kind}"
    if found.ip != found.network.network_address:
        return f'{QUOTED} is not a valid {kind}; did you mean "{found.network}"?'
    return None


def network_fault(text: str, low: int, high: int) -> str | None:
    """A CIDR block whose address is its network's and whose prefix has `low` to `high` bits."""
    found = network(text)
    if found is None:
        says = f"expected {DOTTED} to contain a valid Value, got: {RAW} with err: "
        return f"{says}invalid CIDR address: {RAW}"
    if str(found.network) != text:
        says = f"expected {DOTTED} to contain a valid network Value, "
        return f"{says}expected {found.network}, got: {RAW}"
    bits = found.network.prefixlen
    if low <= bits <= high:
        return None
    says = f'expected "{DOTTED}" to contain a network Value with between {low} and {high} '
    return f"{says}significant bits, got: {bits}"


def is_address(text: str, family: int | None) -> bool:
    """An IP address without prefix; `family` 4, or 6 or None, which both take either (as Go does)."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    mapped = found.version == 6 and found.ipv4_mapped is not None
    return family != 4 or found.version == 4 or mapped


def json_fault(text: str) -> tuple[str, int] | None:
    """Why Go's `encoding/json` would refuse a text, and the byte offset; None where it is JSON.

    One pass with an explicit stack: depth costs no recursion.
    """
    stack: list[str] = []
    at, size = 0, len(text)
    expect = "value"

    def bad(where: int, context: str) -> tuple[str, int]:
        char = text[where].encode("utf-8", "replace")[:1].decode("latin-1")
        shown = {"'": "'\\''", '"': "'\"'"}.get(char) or "'" + go_quote(char)[1:-1] + "'"
        offset = len(text[: where + 1].encode("utf-8", "replace"))
        return f"invalid character {shown} {context}", offset

    def end() -> tuple[str, int]:
        return "unexpected end of JSON input", len(text.encode("utf-8", "replace"))

    while True:
        while at < size and text[at] in _SPACE:
            at += 1
        if at >= size:
            return None if expect == "end" else end()
        char = text[at]
        if expect == "end":
            return bad(at, "after top-level value")
        if expect == "comma":
            where = "object key:value pair" if stack[-1] == "{" else "array element"
            if char == ",":
                expect = "key" if stack[-1] == "{" else "value"
            elif char == ("}" if stack[-1] == "{" else "]"):
                stack.pop()
                expect = "comma" if stack else "end"
            else:
                return bad(at, f"after {where}")
            at += 1
            continue
        if expect == "colon":
            if char != ":":
                return bad(at, "after object key")
            expect = "value"
            at += 1
            continue
        if expect in ("key", "first key"):
            if char == "}" and expect == "first key":
                stack.pop()
                expect = "comma" if stack else "end"
                at += 1
                continue
            if char != '"':
                return bad(at, "looking for beginning of object key string")
        elif char == "{":
            stack.append("{")
            expect = "first key"
            at += 1
            continue
        elif char == "[":
            stack.append("[")
            expect = "first value"
            at += 1
            continue
        elif char == "]" and expect == "first value":
            stack.pop()
            expect = "comma" if stack else "end"
            at += 1
            continue
        if char == '"':
            fault = _string_end(text, at + 1)
            if isinstance(fault, tuple):
                return bad(*fault)
            if fault < 0:
                return end()
            at = fault
            expect = "colon" if expect in ("key", "first key") else "comma" if stack else "end"
            continue
        scalar = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null").match(
            text, at
        )
        if not scalar:
            if char in "tfn-" and at + 1 < size:
                return bad(at + 1, _literal_context(char, text[at:]))
            return bad(at, "looking for beginning of value")
        at = scalar.end()
        expect = "comma" if stack else "end"


def _string_end(text: str, at: int) -> int | tuple[int, str]:
    """Index after a string's closing quote, -1 where it never ends, or (index, context) of a fault."""
    size = len(text)
    while at < size:
        char = text[at]
        if char == '"':
            return at + 1
        if char < " ":
            return at, "in string literal"
        if char == "\\":
            at += 1
            if at >= size:
                return -1
            if text[at] == "u":
                for i in range(at + 1, at + 5):
                    if i >= size:
                        return -1
                    if text[i] not in _HEX:
                        return i, "in \\u hexadecimal character escape"
                at += 4
            elif text[at] not in _ESCAPES:
                return at, "in string escape code"
        at += 1
    return -1


def _literal_context(char: str, rest: str) -> str:
    if char == "-":
        return "in numeric literal"
    word = {"t": "true", "f": "false", "n": "null"}[char]
    for i in range(1, len(word)):
        if i >= len(rest) or rest[i] != word[i]:
            return f"in literal {word} (expecting '{word[i]}')"
    return f"in literal {word}"


def policy_fault(text: str, limit: int | None) -> str | None:
    """An IAM policy document; `limit` is the longest it may be once white space is taken out."""
    says = f'"{DOTTED}" contains an invalid JSON policy: '
    if text == "":
        return f'"{DOTTED}" is an empty string, which is not a valid JSON value'
    if text[0] in _SPACE:
        return says + "leading space characters are not allowed"
    if text[0] == '"':
        return says + "contains a JSON-encoded string, not a JSON-encoded object"
    if text[0] == "[":
        return says + "contains a JSON array, not a JSON object"
    if text[0] != "{":
        return says + "not a JSON object"
    fault = json_fault(text)
    if fault:
        return f"{says}{fault[0]}, at byte offset {fault[1]}"
    if limit is not None and len(text) > limit:
        try:
            compact = json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
        except (ValueError, RecursionError):
            return None
        if len(compact.encode("utf-8", "replace")) > limit:
            actual = len(compact.encode("utf-8", "replace"))
            return f"Cannot exceed quota for PolicySize: {limit} (actual: {actual})"
    return None


RFC3339 = "2006-01-02T15:04:05Z07:00"
_ELEMENT = re.compile(r"2006|01|02|15|04|05|Z07:00|[^0-9Z]+|.")
_LIMITS = {
    "01": ("month", 1, 12),
    "15": ("hour", 0, 23),
    "04": ("minute", 0, 59),
    "05": ("second", 0, 59),
}


def timestamp_fault(text: str, layout: str = RFC3339) -> str | None:
    """A time in one of Go's layouts (default RFC 3339 section 5.6); the error is `time.Parse`'s."""
    rest, late = text, None
    says = f'parsing time {QUOTED} as "{layout}": cannot parse '
    numbers: dict[str, int] = {}
    for element in _ELEMENT.findall(layout):
        if element == "Z07:00":
            found = re.match(r"Z|[+-]\d\d:\d\d", rest)
        elif element == "05":
            found = re.match(r"\d\d(?:[.,]\d+)?", rest)
        elif element.isdigit():
            found = re.match(r"\d{4}" if element == "2006" else r"\d\d", rest)
        else:
            found = re.match(re.escape(element), rest)
        if not found:
            return f'{says}{go_quote(rest)} as "{element}"'
        if element.isdigit():
            numbers[element] = int(re.match(r"\d+", found[0])[0])  # type: ignore[index]
        if element in _LIMITS and late is None:
            name, low, high = _LIMITS[element]
            if not low <= numbers[element] <= high:
                late = f"parsing time {QUOTED}: {name} out of range"
        rest = rest[found.end() :]
        if late:
            return late
    if rest:
        return f"parsing time {QUOTED}: extra text: {go_quote(rest)}"
    try:
        date(max(numbers.get("2006", 2000), 1), numbers.get("01", 1), numbers.get("02", 1))
    except ValueError:
        return f"parsing time {QUOTED}: day out of range"
    return None


def duration_fault(text: str) -> str | None:
    """A duration as Go's `time.ParseDuration` reads it: `1h30m`, `-2.5s`, `0`."""
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0" or len(rest) > LONGEST_DURATION:
        return None
    if rest == "":
        return f"time: invalid duration {QUOTED}"
    while rest:
        found = re.match(r"(\d+\.?\d*|\.\d+)([^\d.]*)", rest)
        if not found:
            return f"time: invalid duration {QUOTED}"
        if found[2] == "":
            return f"time: missing unit in duration {QUOTED}"
        if found[2] not in ("ns", "us", "\u00b5s", "\u03bcs", "ms", "s", "m", "h"):
            return f"time: unknown unit {go_quote(found[2])} in duration {QUOTED}"
        rest = rest[found.end() :]
    return None


def is_base64(text: str) -> bool:
    """Standard base64 with padding (RFC 4648 section 4); line breaks are ignored, as Go does."""
    stripped = text.replace("\n", "").replace("\r", "")
    return len(stripped) % 4 == 0 and bool(re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", stripped))


_BOOLS = frozenset(
    ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"]
)
# Formats whose error is one fixed sentence, stored with the rule.
FORMATS: dict[str, Callable[[str], bool]] = {
    "arn": lambda s: not arn_faults(s),
    "arn-filled": lambda s: s != "" and not arn_faults(s),
    "arn-parsed": lambda s: s.startswith("arn:") and s.count(":") >= 5,
    "base64": is_base64,
    "bool": lambda s: s in _BOOLS,
    "cidr": lambda s: cidr_fault(s, None) is None,
    "cidr4": lambda s: cidr_fault(s, 4) is None,
    "cidr6": lambda s: cidr_fault(s, 6) is None,
    "network": lambda s: network(s) is not None,
    "network4": lambda s: (n := network(s)) is not None and n.version == 4,
    "network6": lambda s: (n := network(s)) is not None and n.version == 6,
    "duration": lambda s: duration_fault(s) is None,
    "ip": lambda s: is_address(s, None),
    "ipv4": lambda s: is_address(s, 4),
    "ipv6": lambda s: is_address(s, 6),
    "json": lambda s: json_fault(s) is None,
    "json-or-empty": lambda s: s == "" or json_fault(s) is None,
    "timestamp": lambda s: timestamp_fault(s) is None,
}
