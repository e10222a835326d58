"""A Compose file as `docker compose` resolves it: variables, `!reset`, several documents, `extends` in the file.

Also holds the findings: an error about a value that depends on a variable without value cannot be
settled offline, so it becomes a warning and leaves the verdict open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from iapo.verify.compose.interpolate import expand
from iapo.verify.report import Diagnostic, Severity
from iapo.verify.yaml_source import Path, Tagged, YamlDocument

TOOL = "compose"
MAX_DIAGNOSTICS = 200
_RESET = object()


@dataclass
class Project:
    """The resolved file with everything found so far.

    Attributes:
        document: what was parsed, for the places.
        data: resolved; the same paths as in the document, save for what `extends` brought.
        undecided: paths whose values depend on variables without value.
        unjudged: something needs what is not here: another file, a variable.
    """

    document: YamlDocument
    data: dict[str, Any] = field(default_factory=dict)
    undecided: set[Path] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    unjudged: bool = False

    def add(self, severity: Severity, code: str, message: str, path: Path) -> None:
        if severity == "error" and path in self.undecided:
            self.unjudged = True
            severity, message = "warning", f"{message} (depends on a variable without value)"
        if severity == "error" and len(path) > 1 and path[0] == "services":
            self.faulty.add(str(path[1]))
        if len(self.diagnostics) >= MAX_DIAGNOSTICS * (2 if severity == "error" else 1):
            return
        line, column = self.document.locate(path)
        self.diagnostics.append(Diagnostic(severity, code, message[:500], line, column, TOOL))

    def error(self, code: str, message: str, path: Path) -> None:
        self.add("error", code, message, path)

    def warning(self, code: str, message: str, path: Path) -> None:
        self.add("warning", code, message, path)

    def services(self) -> dict[str, dict[str, Any]]:
        """The services that are mappings, by name."""
        return named(self.data, "services")


def named(data: dict[str, Any], key: str) -> dict[str, dict[str, Any]]:
    """The entries of a section; those without settings are empty mappings."""
    section = data.get(key)
    if not isinstance(section, dict):
        return {}
    return {name: value if isinstance(value, dict) else {} for name, value in section.items()}


def resolve(documents: list[YamlDocument]) -> Project:
    """Expand variables and tags, and lay later documents over the first."""
    project = Project(documents[0])
    for document in documents:
        project.document = document
        data = _expanded(document.value, (), project, frozenset())
        if data is _RESET:
            continue
        if isinstance(data, dict):
            project.data = overlay(project.data, data) if project.data else data
    project.document = documents[0]
    return project


def _expanded(value: Any, path: Path, project: Project, above: frozenset[int]) -> Any:
    if isinstance(value, Tagged):
        if value.tag == "!reset":
            return _RESET
        value = value.value
    if isinstance(value, str):
        return _text(value, path, project) if "$" in value else value
    if isinstance(value, list):
        items = (_expanded(v, (*path, i), project, above) for i, v in enumerate(value))
        return [item for item in items if item is not _RESET]
    if isinstance(value, dict):
        out = {}
        for key, child in value.items():
            if not isinstance(key, str):
                message = f"key {key!r:.60} must be a string; put it in quotes"
                project.error("bad-key", message, (*path, key))
                continue
            resolved = _expanded(child, (*path, key), project, above)
            if resolved is not _RESET:
                out[key] = resolved
        return out
    return value


def _text(text: str, path: Path, project: Project) -> str:
    result = expand(text)
    if result.problem:
        project.error(*result.problem, path)
        project.undecided.add(path)
        return result.text
    if result.unset:
        names = ", ".join(dict.fromkeys(result.unset))
        message = f"no value for {names[:200]}; it will be empty unless the environment has one"
        project.warning("unset-variable", message, path)
        project.undecided.add(path)
    return result.text


def overlay(below: Any, above: Any) -> Any:
    """Two values of one field merged as Compose merges files: mappings by key, lists joined."""
    if isinstance(below, dict) and isinstance(above, dict):
        merged = dict(below)
        for key, value in above.items():
            replaces = key in ("command", "entrypoint", "test")
            merged[key] = overlay(merged[key], value) if key in merged and not replaces else value
        return merged
    if isinstance(below, list) and isinstance(above, list):
        return [*below, *(item for item in above if item not in below)]
    if isinstance(below, dict) and isinstance(above, list):
        return overlay(below, as_mapping(above))
    if isinstance(below, list) and isinstance(above, dict):
        return overlay(as_mapping(below), above)
    return above if above is not None else below


def as_mapping(value: Any) -> dict[str, Any]:
    """A list of `KEY=VALUE` or names as a mapping; a mapping as it is."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return {}
    pairs = (item.partition("=") for item in value if isinstance(item, str))
    return {key: given if equals else None for key, equals, given in pairs}


def extend_services(project: Project, on_file: Callable[[Path, str], None]) -> None:
    """Merge into each service what it extends inside the file.

    Args:
        on_file: called with the path and name of a file that a service extends from.
    """
    services = project.services()
    done: dict[str, dict[str, Any]] = {}
    for name in services:
        chain: list[str] = []
        current: str | None = name
        while current is not None and current not in done:
            if current in chain:
                cycle = " -> ".join([*chain[chain.index(current) :], current])
                message = f"services extend one another in a circle: {cycle[:300]}"
                project.error("extends-cycle", message, ("services", current, "extends"))
                break
            chain.append(current)
            current = _parent(project, current, services, on_file)
        for link in reversed(chain):
            own = services[link]
            parent = own.get("extends")
            source = parent.get("service") if isinstance(parent, dict) else parent
            local = not (isinstance(parent, dict) and parent.get("file"))
            base = done.get(source, {}) if isinstance(source, str) and local else {}
            kept = {k: v for k, v in base.items() if k not in ("depends_on", "extends")}
            done[link] = overlay(kept, own) if kept else own
    section = project.data.get("services")
    if isinstance(section, dict):
        for name, service in done.items():
            if isinstance(section[name], dict):
                section[name] = service


def _parent(
    project: Project,
    name: str,
    services: dict[str, dict[str, Any]],
    on_file: Callable[[Path, str], None],
) -> str | None:
    extends = services[name].get("extends")
    path: Path = ("services", name, "extends")
    if isinstance(extends, dict):
        if isinstance(extends.get("file"), str) and extends["file"]:
            on_file(path, extends["file"])
            return None
        extends = extends.get("service")
    if not isinstance(extends, str):
        return None
    if extends not in services:
        message = f'service "{name}" extends "{extends[:80]}", which is not defined'
        project.error("undefined-service", message, path)
        return None
    return extends
