"""What the words of a provider's error spell out: the enum, range, length or pattern they name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from go_patterns import go_pattern
from wording import Message

from iapo.verify.terraform.rules_wording import DOTTED

NUMBER = r"(-?[\d.]+)"
NULLABLE_BOOL = "^(|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False|)\\Z"
NULLABLE_INT = "^([+-]?[0-9]+|)\\Z"

STARTS = r"(?:to have prefix|must (?:begin|start) with) [\"'`]?([^\s\"'`,)|]+)"


def hints(message: Message) -> list[str]:
    """Values that an error's words say would do: items of its enum, its prefix with more behind."""
    said = "|".join(message)
    out = []
    if found := re.search(r"be one of:? \[(.*?)\](?:, got|$|\|)", said, re.S):
        listed = _strings(found[1]) if '"' in found[1] else found[1].split(" ")
        out += [listed[0], listed[-1]] if listed else []
    if found := re.search(STARTS, said):
        out += [found[1] + "qzvx", found[1]]
    return out


def _strings(listing: str) -> list[str]:
    """The items of a Go slice printed with %q: `"a" "b"`."""
    return [_unquote(item[1:-1]) for item in re.findall(r'"(?:[^"\\]|\\.)*"', listing)]


def _unquote(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def spelled_out(message: Message, type: str, name: str) -> Iterator[tuple[str, Any]]:
    """(operation, argument) that the words of an error suggest."""
    said = f"{message[0]}|{message[1]}".replace(DOTTED, name)
    numeric = type == "number"
    found = re.search(r"be one of:? \[(.*?)\](?:, got|$|\|)", said, re.S)
    if found or (found := re.search(r"Valid Values: \[(.*)\]$", said, re.S)):
        if numeric:
            yield "enum", [int(x) for x in re.findall(r"-?\d+", found[1])]
        elif '"' in found[1]:
            yield "enum", _strings(found[1])
        else:
            yield "enum", found[1].split(" ")
    if numeric:
        found = re.search(rf"in the range \({NUMBER} - {NUMBER}\)", said)
        found = found or re.search(rf"must be between {NUMBER} and {NUMBER},", said)
        if found:
            yield "range", [float(found[1]), float(found[2])]
        if found := re.search(rf"at least \(?{NUMBER}\)?", said):
            yield "range", [float(found[1].rstrip(".")), None]
        if found := re.search(rf"at most \(?{NUMBER}\)?", said):
            yield "range", [None, float(found[1].rstrip("."))]
        if found := re.search(rf"greater than \({NUMBER}\)", said):
            yield "over", float(found[1])
        if found := re.search(r"divisible by (\d+)", said):
            yield "multiple", int(found[1])
        if "whole number" in said:
            yield "whole", None
        if "valid port number or 0" in said:
            yield "range", [0, 65535]
        elif "valid port number" in said:
            yield "range", [1, 65535]
        return
    for shape in (
        r"length of \S+ to be in the range \((\d+) - (\d+)\)",
        r"(?:length|count) must be between (\d+) and (\d+)",
        r"length must be between (\d+)-(\d+)",
        r"between (\d+) (?:and|to) (\d+) (?:\w+ )?characters",
    ):
        if found := re.search(shape, said):
            for unit in ("bytes", "chars"):
                yield unit, [int(found[1]), int(found[2])]
    if found := re.search(r"(?:longer|greater|more) than (\d+)|at most (\d+)|exceed (\d+)", said):
        for unit in ("bytes", "chars"):
            yield unit, [None, int(found[1] or found[2] or found[3])]
    if found := re.search(r"(?:shorter|less|fewer) than (\d+)|at least (\d+)", said):
        for unit in ("bytes", "chars"):
            yield unit, [int(found[1] or found[2]), None]
    for shape in (
        r'to match regular expression "(.*)", got',
        r'(?:restrictions|pattern) \("(.*)"\)',
        r"regular expression '(.*)'",
        r"regular expression pattern: (.*)\|",
        r"regular expression pattern (.*?)(?:, got|$)",
        r'regular expression:? "(.*?)"',
        r'malformed\("(.*?)"\)',
    ):
        if found := re.search(shape, said, re.S):
            for text in (_unquote(found[1]), found[1]):
                pattern = go_pattern(text)
                if pattern is not None:
                    yield "match", pattern
    if found := re.search(r'to not match regular expression "(.*)", got', said, re.S):
        pattern = go_pattern(_unquote(found[1]))
        if pattern is not None:
            yield "no-match", pattern
    if found := re.search(STARTS, said):
        yield "match", "(?a)^" + re.escape(found[1])
    for words, operation, argument in _WORDS:
        if re.search(words, said):
            yield operation, argument


_DAY = "(sun|mon|tue|wed|thu|fri|sat)"
_TIME = "([0-1][0-9]|2[0-3]):([0-5][0-9])"
_WORDS: tuple[tuple[str, str, Any], ...] = (
    ("to not be an empty string|must not be empty|cannot be (empty|blank)", "filled", None),
    ("to be an empty string", "blank", None),
    ("AWS Account ID|AWS account ID", "match", r"(?a)^\d{12}\Z"),
    ("as boolean", "match", NULLABLE_BOOL),
    ("as int", "match", NULLABLE_INT),
    ("as float", "match", r"(?a)^([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|)\Z"),
    ("AWS Region|region name is malformed", "match", r"(?a)^([a-z]{2}(-[a-z]+)+-\d{1,2}|)\Z"),
    ("AWS Region", "match", r"(?a)^[a-z]{2}(-[a-z]+)+-\d{1,2}\Z"),
    ("ddd:hh24:mi-ddd:hh24:mi", "match", f"(?ai)^({_DAY}:{_TIME}-{_DAY}:{_TIME}|)\\Z"),
    ("base64", "format", "base64"),
    ("ARN|Amazon Resource Name", "format", "arn"),
    ("ARN|Amazon Resource Name", "format", "arn-filled"),
    ("ARN|Amazon Resource Name", "format", "arn-parsed"),
    ("IPv4 CIDR", "format", "cidr4"),
    ("IPv6 CIDR", "format", "cidr6"),
    ("CIDR", "format", "cidr"),
    ("IPv4 CIDR", "format", "network4"),
    ("IPv6 CIDR", "format", "network6"),
    ("CIDR", "format", "network"),
    ("IPv4 address", "format", "ipv4"),
    ("IPv6 address", "format", "ipv6"),
    ("valid IP(?!v. CIDR)", "format", "ip"),
    ("JSON", "format", "json"),
    ("JSON", "format", "json-or-empty"),
    ("RFC ?3339", "format", "timestamp"),
    ("UUID", "match", r"(?ai)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z"),
    ("duration", "format", "duration"),
)
