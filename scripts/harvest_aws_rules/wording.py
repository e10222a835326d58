"""Turn one error of the provider into a template, and templates into predicates.

A template is the error with the value and the argument's name taken out, so that the same rule
reads the same on every argument, and so that it can be said again of another value.
"""

from __future__ import annotations

import re

from iapo.verify.terraform.rules_wording import (
    DOTTED,
    INDEXED,
    LENGTH,
    QUOTED,
    RAW,
    go_quote,
    render,
)

Message = tuple[str, str]


def template(message: Message, value: object, dotted: str, indexed: str) -> Message:
    """Take a distinctive value and the argument's name out of (summary, detail)."""
    out = []
    for text in message:
        if isinstance(value, str) and len(value) >= 3:
            text = text.replace(go_quote(value), QUOTED).replace(value, RAW)
            size = len(value.encode())
            text = re.sub(rf"(got: |actual: |length: ){size}(?!\d)", rf"\1{LENGTH}", text)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            text = re.sub(rf"(got:?,? ){re.escape(str(value))}(?![\d.])", rf"\1{RAW}", text)
        text = re.sub(rf"(?<![\w.]){re.escape(dotted)}(?!\w|\.\w|\[)", DOTTED, text)
        if indexed != dotted:
            text = _indexed(indexed).sub(INDEXED, text)
        out.append(text)
    return out[0], out[1]


def _indexed(indexed: str) -> re.Pattern[str]:
    """The argument's place as the framework prints it; inside a set it prints the whole element."""
    return re.compile(re.escape(indexed).replace(r"Value\(\*\)", r"Value\(.*?\)(?=\])") + r"(?!\w)")


def same(pattern: Message, message: Message, value: object, dotted: str, indexed: str) -> bool:
    """Whether a template says exactly this of this value."""
    if "Value(*)" in indexed:
        place = _indexed(indexed)
        message = (place.sub(INDEXED, message[0]), place.sub(INDEXED, message[1]))
        indexed = INDEXED
    return (
        render(pattern[0], value, dotted, indexed) == message[0]
        and render(pattern[1], value, dotted, indexed) == message[1]
    )


_GENERIC = re.compile(
    r"be one of:? \[|Valid Values: \[|to be in the range \(|to be at (least|most) \(|value must be (between|at"
    r" least|at most) -?[\d.]+|string length must be|UTF-8 character count must be"
    r"|is not a valid (IPv[46] )?CIDR block|contains an invalid JSON|cannot parse .* as (boolean|int)"
    r"|RFC ?3339|to contain a valid IPv[46] address|not be an empty string|valid JSON|policy: "
    r"|list items$|must not be empty, got|look like AWS (Account ID|Region)|valid AWS account ID"
    r"|Write-only Attribute|be a valid IPv[46] CIDR"
)


def generic(message: Message) -> bool:
    """Whether the error says by itself what values it wants."""
    return bool(_GENERIC.search(message[0]) or _GENERIC.search(message[1]))
