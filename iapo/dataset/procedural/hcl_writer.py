"""Terraform text from data, laid out as `terraform fmt` would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iapo.rewards.canonical import format_terraform


@dataclass(frozen=True)
class Expression:
    """Text that is written as it is: a reference, a function call."""

    text: str


@dataclass(frozen=True)
class Block:
    """A nested block."""

    body: Mapping[str, Any]


def resource(type: str, label: str, body: Mapping[str, Any]) -> str:
    """A resource block. Lists of `Block` are written as one block each."""
    return block(f'resource "{type}" "{label}"', body)


def block(header: str, body: Mapping[str, Any]) -> str:
    """Any top-level block, without a blank line behind it."""
    return f"{header} {{}}" if not body else f"{header} {{\n{_body(body)}}}"


def program(*blocks: str) -> str:
    """Blocks with a blank line between them, in canonical layout."""
    return format_terraform("\n\n".join(blocks) + "\n")


def _body(body: Mapping[str, Any]) -> str:
    arguments = {k: v for k, v in body.items() if not _is_block(v)}
    nested = [(k, b) for k, v in body.items() if _is_block(v) for b in _blocks(v)]
    out = "".join(f"{key} = {_value(value)}\n" for key, value in arguments.items())
    for index, (key, inner) in enumerate(nested):
        gap = "\n" if arguments or index else ""
        out += f"{gap}{block(key, inner.body)}\n"
    return out


def _is_block(value: Any) -> bool:
    return isinstance(value, Block) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], Block)
    )


def _blocks(value: Any) -> list[Block]:
    return value if isinstance(value, list) else [value]


def _value(value: Any) -> str:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if not value:
        return "{}"
    inner = "".join(f"{_key(key)} = {_value(item)}\n" for key, item in value.items())
    return "{\n" + inner + "}"


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() else json.dumps(key)
