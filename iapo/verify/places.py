"""A place in a parsed document: what is there, and how place and value are told to a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_MOST_SHOWN = 60  # characters of a value


def value_at(document: Any, path: Iterable[str | int]) -> Any:
    """What stands there; None where nothing does."""
    try:
        for step in path:
            document = document[step]
    except (KeyError, IndexError, TypeError):
        return None
    return document


def dotted(path: Iterable[str | int]) -> str:
    """`spec.containers[0].image`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(
        "."
    )


def shown(value: Any) -> str:
    """A value in few words: scalars as they are, of others the kind."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f'"{value[:_MOST_SHOWN]}"' if isinstance(value, str) else str(value)[:_MOST_SHOWN]
