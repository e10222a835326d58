"""Compose files, judged as `docker compose config` would judge them, in a directory with nothing else.

Checked: YAML as Compose reads it, variables (without an environment: only defaults have values),
`extends` inside the file, the schema of the Compose Specification, and what Compose checks beyond
it: undefined networks, volumes, secrets, configs, models and services, cycles, profiles, ports,
mounts, durations, sizes, exclusive fields. Host ports published twice are errors too: `up` refuses them.
Not judged: what other files bring (`include`, `extends.file`, `env_file`) and values that hang on a
variable without a value; where only such things are missing, `valid` is None.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from iapo.verify.compose.links import check_links, check_port_clashes, is_enabled
from iapo.verify.compose.project import TOOL, Project, extend_services, resolve
from iapo.verify.compose.services import check_service, published_ports
from iapo.verify.compose.structure import cast_scalars, check_structure
from iapo.verify.report import Diagnostic, Report, verdict
from iapo.verify.suggest import fresh_budget
from iapo.verify.yaml_source import Path, YamlStream, load_yaml

__all__ = ["check"]

_OVERRIDE = re.compile(r"\.override\.ya?ml\Z", re.IGNORECASE)
_TAGS = frozenset({"!reset", "!override"})


def check(text: str, *, path: str | None = None) -> Report:
    """Judge a Compose file.

    Args:
        text: the file; several documents are laid over one another, as Compose does.
        path: where the text comes from. A file `*.override.yaml` completes another one, so that what
            it lacks is left unjudged.

    Returns:
        `documents` is one dictionary: variables, merge keys, `!reset` and `extends` inside the file
        resolved, with the short and long syntaxes as they were written.
    """
    partial = path is not None and _OVERRIDE.search(path) is not None
    return check_stream(load_yaml(text, tags=_TAGS, tool=TOOL), partial=partial)


def check_stream(stream: YamlStream, *, partial: bool = False) -> Report:
    """`check` on a text that is parsed already. `partial`: it completes another file."""
    fresh_budget()
    # Compose ignores tags that it does not know.
    problems = [
        replace(p, severity="warning") if p.code == "unknown-tag" else p for p in stream.problems
    ]
    stream = YamlStream(stream.documents, problems)
    if not stream.parses:
        return verdict("compose", stream.problems, parses=False)

    def refuse(code: str, message: str) -> Report:
        found = [*stream.problems, Diagnostic("error", code, message, 1, 1, TOOL)]
        return verdict("compose", found, parses=False)

    if not any(document.value for document in stream.documents):
        return refuse("empty", "there is no Compose file here; one begins with services")
    if not all(isinstance(document.value, dict) for document in stream.documents):
        return refuse("not-a-mapping", "a Compose file is a mapping with services at its top")
    project = resolve(stream.documents)
    project.diagnostics[:0] = stream.problems
    if not project.data.keys() - {"version"} and not project.data.get("include"):
        return refuse("empty", "there is no Compose file here; one begins with services")
    _check(project, partial)
    count = max(len(project.services()), 1)
    errors = any(d.severity == "error" for d in project.diagnostics)
    return verdict(
        "compose",
        project.diagnostics,
        parts=count,
        faulty_parts=min(count, max(len(project.faulty), int(errors))),
        unjudged=project.unjudged,
        documents=(project.data,),
    )


def _check(project: Project, partial: bool) -> None:
    def from_file(path: Path, file: str) -> None:
        _not_here(project, f'extends from "{file[:80]}"', path)

    complete = not project.data.get("include") and not partial
    if project.data.get("include"):
        _not_here(project, "include names other files", ("include",))
    if partial:
        _not_here(project, "this completes another Compose file", ())
    if "version" in project.data:
        message = "the top-level version is obsolete and ignored; remove it"
        project.warning("obsolete-version", message, ("version",))
    extend_services(project, from_file)
    cast_scalars(project)
    check_structure(project)
    ports = {}
    for name, service in project.services().items():
        if not isinstance(project.data["services"][name], dict):
            continue  # the schema has said so
        check_service(project, name, service, partial=partial)
        _check_env_files(project, name, service)
        published = published_ports(project, name, service)
        if is_enabled(service) and service.get("network_mode") != "host":
            ports[name] = published
    check_links(project, complete=complete)
    check_port_clashes(project, ports)


def _check_env_files(project: Project, name: str, service: dict[str, Any]) -> None:
    for field in ("env_file", "label_file"):
        value = service.get(field)
        for entry in value if isinstance(value, list) else [value]:
            optional = isinstance(entry, dict) and entry.get("required") is False
            if entry and not optional:
                given = entry.get("path") if isinstance(entry, dict) else entry
                _not_here(project, f'"{str(given)[:80]}" is read', ("services", name, field))
                break


def _not_here(project: Project, what: str, path: Path) -> None:
    project.unjudged = True
    message = f"{what}, which is not here, so not everything can be judged"
    project.add("info", "file-not-here", message, path)
