"""The nodes that parsed Groovy is made of, and how calls, arguments and numbers become nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from iapo.verify.jenkinsfile.tokens import GroovySyntaxError


@dataclass(slots=True)
class Node:
    """One expression or statement.

    Attributes:
        kind: `constant` (value), `gstring`, `variable` (name), `property` (target, name),
            `call` (target or None, name or None, args), `closure` (args are its statements,
            value its number of parameters), `list`, `map` (args are entries), `entry` (key,
            value as args), `binary` (name is the operator, args both sides), `block`
            (statements), `other`.
        start: offset of its first character.
        end: offset after its last.
    """

    kind: str
    start: int
    end: int
    name: str | None = None
    value: Any = None
    target: Node | None = None
    args: list[Node] = field(default_factory=list)


def called(node: Node, arguments: list[Node], end: int) -> Node:
    """`node` called with arguments; a closure after a call becomes its last argument."""
    if node.kind == "variable":
        return Node("call", node.start, end, node.name, args=arguments)
    if node.kind == "property":
        return Node("call", node.start, end, node.name, target=node.target, args=arguments)
    if node.kind == "constant" and isinstance(node.value, str):
        return Node("call", node.start, end, node.value, args=arguments)
    if node.kind == "call" and len(arguments) == 1 and arguments[0].kind == "closure":
        return Node("call", node.start, end, node.name, None, node.target, [*node.args, *arguments])
    return Node("call", node.start, end, None, target=node, args=arguments)


def named_first(found: list[Node]) -> list[Node]:
    """Gather `key: value` arguments into one map in front, as Groovy does."""
    entries = [node for node in found if node.kind == "entry"]
    if not entries:
        return found
    seen: set[Any] = set()
    for entry in entries:
        key = entry.args[0]
        if key.kind == "constant" and isinstance(key.value, str):
            if key.value in seen:
                raise GroovySyntaxError(
                    "duplicate-argument", f"the argument `{key.value}` is given twice", key.start
                )
            seen.add(key.value)
    gathered = Node("map", entries[0].start, entries[-1].end, "named", args=entries)
    return [gathered, *(node for node in found if node.kind != "entry")]


def number(text: str) -> int | float:
    text = text.replace("_", "")
    lower = text.lower()
    if lower.startswith("0x"):
        return int(lower.rstrip("gli"), 16)
    if lower.startswith("0b"):
        return int(lower.rstrip("gli"), 2)
    digits = lower.rstrip("glifd")
    if "." in digits or "e" in digits:
        return float(digits)
    if len(digits) > 400:
        return float("inf")
    if len(digits) > 1 and digits[0] == "0" and digits.isdigit() and not set(digits) & {"8", "9"}:
        return int(digits, 8)
    return int(digits)
