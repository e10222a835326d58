"""What the parts of a Compose file say of one another: networks, volumes, secrets, services, ports, cycles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from iapo.verify.compose.project import Project, as_mapping, named
from iapo.verify.compose.services import look_up, mounts
from iapo.verify.compose.values import Port
from iapo.verify.suggest import closest
from iapo.verify.yaml_source import Path

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})


def is_enabled(service: dict[str, Any]) -> bool:
    """Whether a service starts with no profile chosen."""
    return not service.get("profiles")


def check_links(project: Project, *, complete: bool) -> None:
    """Report references to what the file does not define.

    Args:
        complete: nothing is included from other files, which could define what seems missing.
    """
    services = project.services()
    _check_definitions(project)
    graph: dict[str, set[str]] = {}
    for name, service in services.items():
        _check_resources(project, name, service, complete)
        graph[name] = _check_dependencies(project, name, service, services, complete)
    _check_cycles(project, graph)
    _check_container_names(project, services)


def _undefined(
    project: Project, service: dict[str, Any], code: str, message: str, path: Path, complete: bool
) -> None:
    if not complete:
        project.unjudged = True
    severity: Any = "error" if complete and is_enabled(service) else "warning"
    project.add(severity, code, message, path)


def _hint(name: str, known: Any, section: str) -> str:
    hit = closest(name, known)
    return f'did you mean "{hit}"?' if hit else f"define it under the top-level {section}"


def _check_resources(project: Project, name: str, service: dict[str, Any], complete: bool) -> None:
    at: Path = ("services", name)
    for kind in ("networks", "secrets", "configs", "models"):
        known = named(project.data, kind)
        for path, used in _names_of(service.get(kind), (*at, kind)):
            if used not in known and not (kind == "networks" and used == "default"):
                message = f'service "{name}" uses {kind[:-1]} "{used[:80]}", which is not defined; '
                message += _hint(used, known, kind)
                _undefined(project, service, f"undefined-{kind[:-1]}", message, path, complete)
    secrets = named(project.data, "secrets")
    for path, used in _names_of(look_up(service, ("build", "secrets")), (*at, "build", "secrets")):
        if used not in secrets:
            message = f'the build of "{name}" uses secret "{used[:80]}", which is not defined'
            _undefined(project, service, "undefined-secret", message, path, complete)
    volumes = named(project.data, "volumes")
    for path, kind, source, _ in mounts(project, at, service):
        if kind == "volume" and source and source not in volumes:
            message = f'service "{name}" mounts volume "{source[:80]}", which is not defined; '
            message += f"{_hint(source, volumes, 'volumes')} (a host path begins with ./ or /)"
            _undefined(project, service, "undefined-volume", message, path, complete)


def _names_of(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Names that a service's list or mapping refers to."""
    if isinstance(value, dict):
        for key in value:
            yield (*path, key), key
    elif isinstance(value, list):
        for index, item in enumerate(value):
            used = item.get("source") if isinstance(item, dict) else item
            if isinstance(used, str):
                yield (*path, index), used


def _check_definitions(project: Project) -> None:
    for kind, ways in (
        ("configs", ("file", "environment", "content")),
        ("secrets", ("file", "environment")),
    ):
        for name, value in named(project.data, kind).items():
            given = [way for way in ways if way in value]
            if len(given) > 1:
                message = f'{kind[:-1]} "{name}" has {" and ".join(given)}; keep one'
                project.error("exclusive-fields", message, (kind, name, given[1]))
            elif not given and "driver" not in value and "external" not in value:
                message = f'{kind[:-1]} "{name}" needs one of {", ".join(ways)}, or external: true'
                project.error("missing-field", message, (kind, name))
    for name, value in named(project.data, "volumes").items():
        others = [k for k in value if k not in ("name", "external") and not k.startswith("x-")]
        if value.get("external") is True and others:
            message = f'volume "{name}" is external, so it takes no {others[0]} here'
            project.error("exclusive-fields", message, ("volumes", name, others[0]))


def dependencies(service: dict[str, Any]) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Path, name and conditions of every service that another one needs."""
    needs = service.get("depends_on")
    if isinstance(needs, dict):
        for name, how in needs.items():
            yield ("depends_on", name), name, how if isinstance(how, dict) else {}
    elif isinstance(needs, list):
        for index, name in enumerate(needs):
            if isinstance(name, str):
                yield ("depends_on", index), name, {}
    for field in ("links", "volumes_from"):
        value = service.get(field)
        for index, text in enumerate(value if isinstance(value, list) else []):
            if isinstance(text, str) and not text.startswith("container:"):
                yield (field, index), text.split(":")[0], {}
    for field in ("network_mode", "ipc", "pid", "uts"):
        text = service.get(field)
        if isinstance(text, str) and text.startswith("service:"):
            yield (field,), text.removeprefix("service:"), {}


def _check_dependencies(
    project: Project,
    name: str,
    service: dict[str, Any],
    services: dict[str, dict[str, Any]],
    complete: bool,
) -> set[str]:
    found: set[str] = set()
    for path, other, how in dependencies(service):
        at = ("services", name, *path)
        if other not in services:
            message = f'service "{name}" depends on service "{other[:80]}", which is not defined; '
            message += _hint(other, services, "services")
            _undefined(project, service, "undefined-service", message, at, complete)
            continue
        found.add(other)
        target = services[other]
        if is_enabled(service) and not is_enabled(target) and how.get("required") is not False:
            message = f'"{name}" depends on "{other}", which only starts with a profile; give both the profile'
            project.error("dependency-not-enabled", message, at)
        if how.get("condition") == "service_healthy":
            _check_healthy(project, other, target, at)
    contexts = as_mapping(look_up(service, ("build", "additional_contexts")))
    for key, value in contexts.items():
        other = value.removeprefix("service:") if isinstance(value, str) else ""
        if isinstance(value, str) and value.startswith("service:") and other not in services:
            message = f'additional context "{key}" is service "{other[:80]}", which is not defined'
            path = ("services", name, "build", "additional_contexts")
            _undefined(project, service, "undefined-service", message, path, complete)
    return found


def _check_healthy(project: Project, other: str, target: dict[str, Any], at: Path) -> None:
    health = target.get("healthcheck")
    test = health.get("test") if isinstance(health, dict) else None
    off = isinstance(health, dict) and health.get("disable") is True
    if off or test in ("NONE", ["NONE"]):
        message = f'"{other}" has its healthcheck disabled, so it never becomes healthy'
        project.error("no-healthcheck", message, at)
    elif not isinstance(health, dict):
        message = (
            f'"{other}" has no healthcheck here; unless its image has one, it never becomes healthy'
        )
        project.warning("no-healthcheck", message, at)


def _check_cycles(project: Project, graph: dict[str, set[str]]) -> None:
    done: set[str] = set()
    for start in graph:
        if start in done:
            continue
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(sorted(graph[start])))]
        path.append(start)
        on_path.add(start)
        while stack:
            node, following = stack[-1]
            other = next((o for o in following if o not in done), None)
            if other is None:
                done.add(node)
                on_path.discard(path.pop())
                stack.pop()
            elif other in on_path:
                cycle = " -> ".join([*path[path.index(other) :], other])
                message = f"services depend on one another in a circle: {cycle[:300]}"
                project.error("dependency-cycle", message, ("services", node, "depends_on"))
            else:
                path.append(other)
                on_path.add(other)
                stack.append((other, iter(sorted(graph[other]))))


def _check_container_names(project: Project, services: dict[str, dict[str, Any]]) -> None:
    seen: dict[str, str] = {}
    for name, service in services.items():
        given = service.get("container_name")
        if not isinstance(given, str) or not given or not is_enabled(service):
            continue
        if given in seen:
            message = f'container name "{given[:80]}" is also that of service "{seen[given]}"'
            project.error("duplicate-name", message, ("services", name, "container_name"))
        seen[given] = name


def check_port_clashes(project: Project, ports: dict[str, list[tuple[Path, Port]]]) -> None:
    """Report host ports that two containers of the same run would claim."""
    taken: dict[tuple[int, str], list[tuple[str, Port]]] = {}
    for name, published in ports.items():
        for path, port in published:
            if port.host is None or port.host[0] == 0 or port.host[0] != port.host[1]:
                continue  # chosen from a range, or by Docker
            claims = taken.setdefault((port.host[0], port.protocol), [])
            for other, claimed in claims[:50]:
                same = claimed.address == port.address
                if not (same or claimed.address in _EVERYWHERE or port.address in _EVERYWHERE):
                    continue
                if other == name and same and claimed.container == port.container:
                    continue  # Compose drops an entry given twice
                number = f"{port.host[0]}/{port.protocol}"
                message = f'host port {number} is already published by "{other}"; choose another'
                project.error("port-clash", message, path)
                break
            claims.append((name, port))
