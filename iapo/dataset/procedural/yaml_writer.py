"""YAML text from data, laid out the way people write manifests and pipelines.

Two-space steps, lists indented under their key, quotes only where a reader would take the plain
text for something else. It writes what the families make, not any Python object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_NOT_TEXT = re.compile(
    r"(?:true|false|yes|no|on|off|y|n|null|none|~)\Z|[+-]?[0-9][0-9_,.:]*(?:[eE][+-]?[0-9]+)?\Z|0[xo]",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[A-Za-z0-9_./$(<^+=][^\n\t]*\Z")
_SPECIAL = re.compile(r": |:\Z| #|\s\Z")


class Flow(tuple[Any, ...]):
    """A list that is written on one line: `[main, develop]`."""


def to_yaml(*documents: Any) -> str:
    """The documents in block style, divided by `---`, without a final line break."""
    return "\n---\n".join("\n".join(_lines(document)) for document in documents)


def _lines(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [line for key, item in value.items() for line in _pair(str(key), item)]
    out: list[str] = []
    for item in value:
        inner = _lines(item) if _is_block(item) else [scalar(item)]
        out.extend(("- " if index == 0 else "  ") + line for index, line in enumerate(inner))
    return out


def _pair(key: str, value: Any) -> list[str]:
    name = key if re.fullmatch(r"[A-Za-z0-9_./$-]+", key) else json.dumps(key)
    if isinstance(value, str) and "\n" in value:
        return [f"{name}: |", *(f"  {line}".rstrip() for line in value.rstrip("\n").split("\n"))]
    if value is None:
        return [f"{name}:"]
    if _is_block(value):
        return [f"{name}:", *(f"  {line}" for line in _lines(value))]
    return [f"{name}: {scalar(value)}"]


def _is_block(value: Any) -> bool:
    return (
        isinstance(value, (Mapping, Sequence))
        and not isinstance(value, (str, Flow))
        and bool(value)
    )


def scalar(value: Any, flow: bool = False) -> str:
    """One value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key}: {scalar(item, True)}" for key, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, str):
        risky = not _PLAIN.match(value) or _NOT_TEXT.match(value) or _SPECIAL.search(value)
        return json.dumps(value) if risky or (flow and re.search(r"[,\[\]{}]", value)) else value
    return "[" + ", ".join(scalar(item, True) for item in value) + "]"
