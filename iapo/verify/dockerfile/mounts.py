"""`RUN --mount`: its keys and what each takes."""

# ruff: noqa: SIM905 - a list of words reads best as one string
from __future__ import annotations

import csv
import re
from collections.abc import Callable

from iapo.verify.dockerfile.reader import Reader, nearest, short

_MOUNT_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
MOUNT_KEYS = {
    "src": "source",
    "dst": "target",
    "destination": "target",
    "ro": "readonly",
    "rw": "readwrite",
}
_MOUNT_KNOWN = frozenset(
    "type from source target readonly readwrite id sharing required mode uid gid size env".split()
)
_BOOLEANS = frozenset(
    ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")
)


def read_mount(reader: Reader, text: str, offset: int) -> dict[str, str]:
    """One --mount value: comma-separated key=value, quoted as CSV."""
    mount: dict[str, str] = {"type": "bind"}

    def error(message: str) -> None:
        reader.error("bad-mount", f"--mount: {message}", offset)

    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as fault:
        error(f"{fault}; separate key=value pairs with commas")
        return mount
    for pair in rows[0] if rows else []:
        key, equals, value = pair.partition("=")
        key = key.lower()
        name = MOUNT_KEYS.get(key, key)
        if not equals:
            secret = mount["type"] in ("secret", "ssh")
            if name in ("readonly", "readwrite") or (name == "required" and secret):
                mount[name] = "true"
            else:
                error(f"`{short(pair)}` must be key=value")
            continue
        if name == "from" and re.search(r"\$.", value):
            error("`from` takes no variables; define a stage with FROM ... AS name and use it")
            continue
        value = reader.expand(value, offset)
        if name not in _MOUNT_KNOWN:
            near = nearest(name, _MOUNT_KNOWN)
            error(f"unknown key `{short(key)}`" + (f"; did you mean {near}?" if near else ""))
            continue
        mount[name] = value
        if "$" not in value:
            _check_mount_value(name, value, mount, error)
    _check_mount(mount, error)
    return mount


def _check_mount_value(
    name: str, value: str, mount: dict[str, str], error: Callable[[str], None]
) -> None:
    kind = mount["type"]
    if name == "type":
        mount["type"] = value.lower()
        if value.lower() not in _MOUNT_TYPES:
            error(f"`{short(value)}` is no mount type; use {', '.join(_MOUNT_TYPES)}")
    elif name in ("readonly", "readwrite", "required") and value not in _BOOLEANS:
        error(f"{name} takes true or false, not `{short(value)}`")
    elif name == "required" and kind not in ("secret", "ssh"):
        error(f"`required` is for secret and ssh mounts, not {kind}; put type= first")
    elif name == "size" and kind != "tmpfs":
        error(f"`size` is for tmpfs mounts, not {kind}; put type= first")
    elif name == "size" and not re.match(r"(?i)\d+(?:\.\d+)? ?[kmgtp]?i?b?\Z", value):
        error(f"`{short(value)}` is no size such as 64m")
    elif name == "sharing" and value.lower() not in ("shared", "private", "locked"):
        error(f"sharing is shared, private or locked, not `{short(value)}`")
    elif name == "mode" and not re.match(r"[0-7]{1,11}\Z", value):
        error(f"mode is octal such as 0755, not `{short(value)}`")
    elif name in ("uid", "gid") and not re.match(r"\d{1,10}\Z", value):
        error(f"{name} is a number, not `{short(value)}`")


def _check_mount(mount: dict[str, str], error: Callable[[str], None]) -> None:
    kind = mount["type"]
    if kind not in ("secret", "ssh", "cache"):
        for name in ("mode", "uid", "gid"):
            if name in mount:
                error(f"{name} is not allowed for {kind} mounts")
    if mount.get("sharing") and kind != "cache":
        error(f"sharing is for cache mounts, not {kind}")
    if kind == "secret":
        if mount.get("from"):
            error("a secret mount takes no from")
        if not (mount.get("source") or mount.get("target") or mount.get("id")):
            error("a secret mount needs id=NAME")
        if mount.get("source") and mount.get("id"):
            error("a secret mount takes id or source, not both")
