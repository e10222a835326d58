"""When two scalars are the same to the tool that reads them.

Terraform, Compose, workflows and pipelines turn scalars into strings (or back) themselves, so
`8080` is `"8080"` there; Kubernetes does not. Kubernetes quantities and the durations of Compose
and GitLab are compared by what they amount to. Nothing else is equal but what is equal.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from iapo.verify.report import Format

_QUANTITY = re.compile(
    r"([+-]?[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,3})|([A-Za-z]{0,2}))\Z"
)
_SUFFIX = {
    "": Decimal(1), "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"),
    "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12),
    "P": Decimal(10**15), "E": Decimal(10**18), "Ki": Decimal(2**10), "Mi": Decimal(2**20),
    "Gi": Decimal(2**30), "Ti": Decimal(2**40), "Pi": Decimal(2**50), "Ei": Decimal(2**60),
}  # fmt: skip
# The last named step of a path under which Kubernetes reads quantities.
_QUANTITY_FIELDS = {
    "limits", "requests", "capacity", "hard", "max", "min", "default", "defaultRequest",
    "sizeLimit", "averageValue", "value", "allocatable", "maxLimitRequestRatio",
}  # fmt: skip

_GO_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(us|ms|s|m|h|d|w)")
_GO_UNIT = {
    "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0,
}  # fmt: skip
_COMPOSE_DURATIONS = {
    "interval", "timeout", "start_period", "start_interval", "stop_grace_period", "delay",
    "monitor", "max_failure_ratio", "window",
}  # fmt: skip
_WORD_DURATION = re.compile(
    r"([0-9]+(?:\.[0-9]+)?)\s*"
    r"(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|months?|mos?|years?|yrs?|y)\b"
)
_WORD_UNIT = {
    "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 2592000, "y": 31557600,
}  # fmt: skip
_GITLAB_DURATIONS = {"expire_in", "timeout", "start_in", "auto_stop_in"}
_DOCKERFILE_DURATIONS = {"interval", "timeout", "start-period", "start-interval"}


def same(wanted: Any, found: Any, path: tuple[str | int, ...], format: Format) -> bool:
    """Whether the scalar `found` at `path` is what `wanted` says, as this format reads it."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        if wanted is found:
            return True
        if format == "kubernetes":
            return False
        return _word(wanted) == _word(found) and _word(wanted) in ("true", "false")
    if isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
        return wanted == found
    if wanted == found:
        return True
    if isinstance(wanted, (str, int, float)) and isinstance(found, (str, int, float)):
        if format != "kubernetes" and type(wanted) is not type(found):
            return str(wanted) == str(found)
        measured = measure(wanted, path, format)
        return measured is not None and measured == measure(found, path, format)
    return False


def measure(value: Any, path: tuple[str | int, ...], format: Format) -> float | Decimal | None:
    """What a value amounts to: a number, a Kubernetes quantity, a duration in seconds; or None."""
    if isinstance(value, bool):
        return None
    names = [step for step in path if isinstance(step, str)]
    last = names[-1] if names else ""
    if format == "kubernetes" and isinstance(value, (str, int, float)):
        if isinstance(value, str) and not _takes_quantity(names):
            return None
        return _quantity(str(value))
    if isinstance(value, (int, float)):
        return value
    if not isinstance(value, str):
        return None
    if (format == "compose" and last in _COMPOSE_DURATIONS) or (
        format == "dockerfile" and last in _DOCKERFILE_DURATIONS
    ):
        return _go_duration(value)
    if format == "gitlab-ci" and last in _GITLAB_DURATIONS:
        return _word_duration(value)
    if format != "kubernetes" and len(value) < 40:
        try:
            return float(value)
        except ValueError:
            return None
    return None


def _takes_quantity(names: list[str]) -> bool:
    return bool(_QUANTITY_FIELDS.intersection(names[-2:]))


def _quantity(text: str) -> Decimal | None:
    found = _QUANTITY.match(text) if len(text) < 40 else None
    if found is None:
        return None
    try:
        number = Decimal(found[1])
        if found[2]:
            return number.scaleb(int(found[2]))
    except InvalidOperation:
        return None
    scale = _SUFFIX.get(found[3] or "")
    return None if scale is None else number * scale


def _go_duration(text: str) -> float | None:
    if len(text) > 40 or not text or _GO_DURATION.sub("", text):
        return None
    return sum(float(number) * _GO_UNIT[unit] for number, unit in _GO_DURATION.findall(text))


def _word_duration(text: str) -> float | None:
    text = text.strip().lower()
    if len(text) > 60:
        return None
    if text.isdigit():
        return float(text)
    rest = _WORD_DURATION.sub("", text).replace("and", "").strip(" ,")
    parts = _WORD_DURATION.findall(text)
    if rest or not parts:
        return None
    total = 0.0
    for number, unit in parts:
        short = "mo" if unit.startswith("mo") else unit[0]
        total += float(number) * _WORD_UNIT[short]
    return total


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
