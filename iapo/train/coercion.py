"""A setting as the type its field declares, whether it came from YAML, the environment or a program."""

from __future__ import annotations

import os
from typing import Any, Literal, get_args, get_origin

from iapo.errors import InputError


class ConfigError(InputError):
    """A configuration key or value that does not exist; the message names the right ones."""


def coerce(name: str, value: Any, wanted: Any) -> Any:
    """`value` as the type `wanted` that its field declares.

    Raises:
        ConfigError: it cannot be; the message says what would do.
    """
    if get_origin(wanted) is Literal:
        if value not in get_args(wanted):
            raise ConfigError(f"{name}: one of {', '.join(get_args(wanted))}, got {value!r}")
        return value
    if get_origin(wanted) is tuple:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise ConfigError(f"{name}: a list of names, got {value!r}")
        return tuple(value)
    if wanted is bool:
        if isinstance(value, str) and value.lower() in ("true", "1", "yes", "on"):
            return True
        if isinstance(value, str) and value.lower() in ("false", "0", "no", "off"):
            return False
        if not isinstance(value, bool):
            raise ConfigError(f"{name}: true or false, got {value!r}")
        return value
    if wanted is str:
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if not isinstance(value, str):
            raise ConfigError(f"{name}: a text, got {value!r}")
        return value
    return _number(name, wanted, value)


def _number(name: str, wanted: type, value: Any) -> Any:
    kind = "a whole number" if wanted is int else "a number"
    if isinstance(value, bool):
        raise ConfigError(f"{name}: {kind}, got {value!r}")
    try:
        number = float(value)  # YAML 1.1 reads `1e-5` as text
    except (TypeError, ValueError):
        raise ConfigError(f"{name}: {kind}, got {value!r}") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise ConfigError(f"{name}: a finite number, got {value!r}")
    if wanted is int:
        if number != int(number):
            raise ConfigError(f"{name}: {kind}, got {value!r}")
        return int(value) if isinstance(value, int) else int(number)
    return number
