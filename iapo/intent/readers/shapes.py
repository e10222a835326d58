"""Reading untrusted parsed data: the expected shape, or an empty one. Shared by the readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from iapo.intent.shell import does_nothing


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: Any) -> list[Any]:
    """The value if it is a list, the value in a list if it is a scalar, else an empty list."""
    if isinstance(value, (list, tuple)):
        return list(value)
    return [] if value is None or isinstance(value, Mapping) else [value]


def lines(value: Any) -> list[str]:
    """A script given as a string or as lists within lists, as one list of strings."""
    out: list[str] = []
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, (list, tuple)):
            pending.extend(reversed(item))
        elif isinstance(item, (str, int, float)):
            out.append(str(item))
    return out


def is_false(condition: Any) -> bool:
    """Whether an `if:` can never hold: a literal false, bare or in an expression."""
    if condition is False:
        return True
    if not isinstance(condition, str):
        return False
    inner = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", condition).strip().lower()
    return inner == "false" or inner.startswith("false &&") or inner.endswith("&& false")


def asked_commands(wanted: Iterable[Any]) -> set[str]:
    """The commands that an intent asks for, as one string each: `sleep infinity` may be one."""
    found: set[str] = set()
    for item in wanted:
        if isinstance(item, Mapping):  # one of several, exactly this one, or a script that runs it
            found |= asked_commands([*item.get("one_of", ()), item.get("equal"), item.get("runs")])
        elif isinstance(item, list):
            found.add(" ".join(map(str, item)))
        elif item:
            found.add(str(item))
    return found


def is_idle(command: Any, asked: set[str]) -> bool:
    """Whether a command does nothing, and nobody asked for that very one."""
    text = " ".join(map(str, command)) if isinstance(command, list) else str(command or "")
    return bool(text) and text not in asked and does_nothing(command)


def names(value: Any) -> list[str]:
    """Names out of a list of strings or of mappings that name a `job`, or a mapping's keys."""
    if isinstance(value, Mapping):
        return [str(key) for key in value]
    out = []
    for item in sequence(value):
        if isinstance(item, Mapping):
            item = item.get("job", item.get("pipeline"))
        if isinstance(item, str):
            out.append(item)
    return out


def closure(start: Iterable[str], leads_to: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached from `start`, itself included."""
    seen = set(start)
    border = list(seen)
    while border:
        for following in leads_to.get(border.pop(), ()):
            if following not in seen:
                seen.add(following)
                border.append(following)
    return seen
