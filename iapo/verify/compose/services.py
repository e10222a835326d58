"""What Compose demands of one service beyond the schema: exclusive fields, ports, mounts, durations, sizes."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from iapo.verify.compose.project import Project
from iapo.verify.compose.values import (
    Port,
    duration_problem,
    is_path,
    parse_mount,
    parse_port,
    size_problem,
)
from iapo.verify.yaml_source import Path

_DURATIONS: tuple[tuple[str, ...], ...] = (
    ("stop_grace_period",),
    *(("healthcheck", k) for k in ("interval", "timeout", "start_period", "start_interval")),
    *(("deploy", k, f) for k in ("update_config", "rollback_config") for f in ("delay", "monitor")),
    *(("deploy", "restart_policy", f) for f in ("delay", "window")),
)
_SIZES: tuple[tuple[str, ...], ...] = (
    *((k,) for k in ("mem_limit", "mem_reservation", "memswap_limit", "shm_size")),
    ("build", "shm_size"),
    ("deploy", "resources", "limits", "memory"),
    ("deploy", "resources", "reservations", "memory"),
)
# One setting written in two places must be the same in both.
_TWICE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("scale", ("deploy", "replicas")),
    ("cpus", ("deploy", "resources", "limits", "cpus")),
    ("mem_limit", ("deploy", "resources", "limits", "memory")),
    ("mem_reservation", ("deploy", "resources", "reservations", "memory")),
    ("pids_limit", ("deploy", "resources", "limits", "pids")),
)


# https://docs.docker.com/reference/compose-file/services/#restart and #expose
_RESTART = re.compile(r"no|always|unless-stopped|on-failure(?::[0-9]{1,9})?")
_EXPOSE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/(?:tcp|udp|sctp))?", re.IGNORECASE)
_AMOUNT = re.compile(r"(-?[0-9]{1,20}(?:\.[0-9]{1,20})?) ?([kmgtp]?)i?b?\Z", re.IGNORECASE)


def check_service(
    project: Project, name: str, service: dict[str, Any], *, partial: bool = False
) -> None:
    """Report what is wrong with one service by itself. `partial`: another file has the rest of it."""
    at: Path = ("services", name)
    extends = service.get("extends")
    from_elsewhere = isinstance(extends, dict) and extends.get("file")
    nothing = not service.get("image") and service.get("build") is None
    if nothing and not partial and not from_elsewhere and not service.get("provider"):
        # A variable without value may hold the image.
        path = (*at, "image") if "image" in service else at
        project.error("no-image", f'service "{name}" needs an image or a build', path)
    _check_exclusive(project, at, name, service)
    for places, problem_of, code in (
        (_DURATIONS, duration_problem, "bad-duration"),
        (_SIZES, size_problem, "bad-size"),
    ):
        for place in places:
            value = look_up(service, place)
            problem = problem_of(value) if isinstance(value, str) else None
            if problem:
                project.error(code, problem, (*at, *place))
    for kind in ("limits", "reservations"):
        cpus = look_up(service, ("deploy", "resources", kind, "cpus"))
        if isinstance(cpus, str) and not _is_number(cpus):
            message = f'cpus must be a number such as 0.5, not "{cpus[:40]}"'
            project.error("bad-value", message, (*at, "deploy", "resources", kind, "cpus"))
    _check_health(project, at, service)
    _check_mounts(project, at, service)
    _check_small(project, at, service)


def look_up(value: Any, path: tuple[str, ...]) -> Any:
    """The value at a path of mappings, or None."""
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_exclusive(project: Project, at: Path, name: str, service: dict[str, Any]) -> None:
    if service.get("network_mode") and service.get("networks"):
        message = f'service "{name}" has both network_mode and networks; keep one'
        project.error("exclusive-fields", message, (*at, "network_mode"))
    build = service.get("build")
    if isinstance(build, dict) and build.get("dockerfile") and build.get("dockerfile_inline"):
        message = "dockerfile and dockerfile_inline exclude each other"
        project.error("exclusive-fields", message, (*at, "build", "dockerfile_inline"))
    for short, long in _TWICE:
        one, two = amount(service.get(short)), amount(look_up(service, long))
        if not one or one == two:
            continue
        # Beside limits or reservations that leave it out, the other place counts as 0.
        if two or (len(long) > 2 and isinstance(look_up(service, long[:-1]), dict)):
            message = f"{short} and {'.'.join(long)} must be the same; keep one of the two places"
            project.error("exclusive-fields", message, (*at, short))
    copies = service.get("scale") or look_up(service, ("deploy", "replicas"))
    if service.get("container_name") and isinstance(copies, int) and copies > 1:
        message = f"{copies} replicas cannot share one container_name; remove it"
        project.error("exclusive-fields", message, (*at, "container_name"))
    devices = look_up(service, ("deploy", "resources", "reservations", "devices"))
    for path, list_ in ((("deploy", "resources", "reservations", "devices"), devices),
                        (("gpus",), service.get("gpus"))):  # fmt: skip
        for index, device in dictionaries(list_):
            if device.get("count") is not None and device.get("device_ids") is not None:
                message = "count and device_ids exclude each other"
                project.error("exclusive-fields", message, (*at, *path, index))


def amount(value: Any) -> float:
    """A number or a size such as 512m; 0 for anything else."""
    match = _AMOUNT.match(str(value)) if isinstance(value, (str, int, float)) else None
    if match is None:
        return 0.0
    return float(match[1]) * 1024.0 ** " kmgtp".index(match[2].lower() or " ")


def dictionaries(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Index and item of those items of a list that are mappings."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield index, item


def _check_health(project: Project, at: Path, service: dict[str, Any]) -> None:
    health = service.get("healthcheck")
    if not isinstance(health, dict):
        return
    test = health.get("test")
    if isinstance(test, list) and test and test[0] not in ("CMD", "CMD-SHELL", "NONE"):
        message = 'a healthcheck test that is a list must begin with "CMD", "CMD-SHELL" or "NONE"'
        project.error("bad-healthcheck", message, (*at, "healthcheck", "test"))
    retries = health.get("retries")
    if isinstance(retries, int) and retries < 0:
        path = (*at, "healthcheck", "retries")
        project.error("out-of-range", "retries must not be negative", path)


def _check_mounts(project: Project, at: Path, service: dict[str, Any]) -> None:
    targets: dict[str, int] = {}
    for path, kind, source, target in mounts(project, at, service, report=True):
        if kind == "bind" and not source:
            message = "a mount of type bind needs a source"
            project.error("missing-field", message, path)
        if target in targets:
            message = f'"{target[:80]}" is mounted twice; the later one hides the other'
            project.warning("duplicate-mount", message, path)
        if target:
            targets[target] = 1
            if not target.startswith(("/", "$")) and target[1:2] != ":" and "\\" not in target:
                message = f'mount target "{target[:80]}" should be an absolute path'
                project.warning("relative-target", message, path)


def mounts(
    project: Project, at: Path, service: dict[str, Any], *, report: bool = False
) -> Iterator[tuple[Path, str, str, str]]:
    """Path, type, source and target of every mount of a service; reports those that cannot be read."""
    volumes = service.get("volumes")
    for index, mount in enumerate(volumes if isinstance(volumes, list) else []):
        path: Path = (*at, "volumes", index)
        if isinstance(mount, str):
            parsed = parse_mount(mount)
            if isinstance(parsed, str):
                if report:
                    project.error("bad-mount", parsed, path)
                continue
            source, target = parsed
            yield path, "bind" if source and is_path(source) else "volume", source, target
        elif isinstance(mount, dict):
            where = mount.get("target")
            if not where and report and mount.get("type"):
                message = "a mount needs a target, the path in the container"
                project.error("missing-field", message, path)
            given = mount.get("source")
            yield (
                path,
                str(mount.get("type")),
                given if isinstance(given, str) else "",
                where if isinstance(where, str) else "",
            )


def published_ports(
    project: Project, name: str, service: dict[str, Any]
) -> list[tuple[Path, Port]]:
    """Every port of a service that can be read; those that cannot are reported."""
    found: list[tuple[Path, Port]] = []
    ports = service.get("ports")
    for index, port in enumerate(ports if isinstance(ports, list) else []):
        path: Path = ("services", name, "ports", index)
        if isinstance(port, dict):
            parsed: Port | str | None = _long_port(port)
        elif isinstance(port, (str, int)) and not isinstance(port, bool):
            parsed = parse_port(str(port)) if str(port) else "a port must not be empty"
        elif isinstance(port, float):
            parsed = f"port {port} must be a whole number, or text in quotes"
        else:
            continue
        if isinstance(parsed, str):
            # In long form `config` leaves numbers out of range to `up`.
            late = isinstance(port, dict) and "between" in parsed
            project.error("port-out-of-range" if late else "bad-port", parsed, path)
        elif parsed is not None:
            found.append((path, parsed))
    return found


def _long_port(port: dict[str, Any]) -> Port | str | None:
    target, published = port.get("target"), port.get("published")
    address, protocol = port.get("host_ip"), port.get("protocol")
    if not target:
        return "a port in long form needs target, the port in the container"
    if not isinstance(target, int):
        return None
    if isinstance(address, str) and address:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            return f'host_ip "{address[:60]}" is no IP address'
    outside = "" if published in (None, "") else f"{published}:"
    parsed = parse_port(f"{outside}{target}")
    if isinstance(parsed, str):
        return parsed
    spoken = protocol if isinstance(protocol, str) and protocol else "tcp"
    return Port(address if isinstance(address, str) else "", parsed.host, parsed.container, spoken)


def _check_small(project: Project, at: Path, service: dict[str, Any]) -> None:
    hosts = service.get("extra_hosts")
    for index, host in enumerate(hosts if isinstance(hosts, list) else []):
        if isinstance(host, str) and ":" not in host and "=" not in host:
            message = f'extra host "{host[:60]}" needs an address: write name:address'
            project.error("bad-value", message, (*at, "extra_hosts", index))
    for index, watch in dictionaries(look_up(service, ("develop", "watch"))):
        path: Path = (*at, "develop", "watch", index)
        if watch.get("path") == "":
            project.error("missing-field", "path must not be empty", (*path, "path"))
        if watch.get("action") not in (None, "rebuild", "restart") and not watch.get("target"):
            project.error("missing-field", f'action {watch["action"]} needs "target"', path)
    restart = service.get("restart")
    if isinstance(restart, str) and restart and not _RESTART.fullmatch(restart):
        message = (
            f'restart must be "no", always, unless-stopped or on-failure[:times], '
            f'not "{restart[:40]}"'
        )
        project.error("bad-restart-policy", message, (*at, "restart"))
    exposed = service.get("expose")
    for index, port in enumerate(exposed if isinstance(exposed, list) else ()):
        match = _EXPOSE.fullmatch(str(port))
        if match is None or not all(0 < int(n) < 65536 for n in match.groups() if n):
            message = f'"{str(port)[:40]}" is no port to expose; write e.g. 8080 or 8000-8010/udp'
            project.error("bad-exposed-port", message, (*at, "expose", index))
    attach = service.get("attach")
    if isinstance(attach, str) and attach.lower() not in (
        "true", "false", "yes", "no", "y", "n", "on", "off", "1", "0", "t", "f",
    ):  # fmt: skip
        project.error(
            "wrong-type", f'attach must be true or false, not "{attach[:40]}"', (*at, "attach")
        )
