"""Compose services, volumes, networks, secrets and configs as parts, in one spelling each.

Compose has two spellings for most things; patterns and files may use either. `environment`,
`labels`, `args` become mappings, `ports` and `volumes` short strings, `depends_on` a mapping of
service to condition, commands one string, a health check's test the command without CMD. Services
under a profile, scaled to 0 or told to run nothing (`entrypoint: ["true"]`) are dead unless the intent
asks about it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from iapo.intent.parts import Part, Parts, Path
from iapo.intent.pattern import Intent
from iapo.intent.readers.shapes import asked_commands, is_idle, mapping, names, sequence
from iapo.verify.report import Report


def read_compose(intent: Intent, report: Report) -> Parts:
    """Parts of a Compose file."""
    file = mapping(report.documents[0]) if report.documents else {}
    name = file.get("name") or "project"  # one without a name is called after its folder
    alive: list[Part] = [Part("project", name, file, "project", counted=False)]
    dead = 0
    for name, raw in mapping(file.get("services")).items():
        service = canonical_service(mapping(raw))
        scale = service.get("scale", mapping(service.get("deploy")).get("replicas", 1))
        unused = bool(service.get("profiles")) and not _asked(intent, service["profiles"])
        stopped = scale == 0 and not isinstance(scale, bool)
        if unused or stopped or _is_idle(service, intent):
            dead += 1
            continue
        alive.append(Part("service", name, service, f"service {name}", address=str(name)))
    for plural, kind in (
        ("volumes", "volume"), ("networks", "network"), ("secrets", "secret"), ("configs", "config"),
    ):  # fmt: skip
        for name, raw in mapping(file.get(plural)).items():
            label = f"{kind} {name}"
            alive.append(Part(kind, name, mapping(raw), label, counted=False, address=str(name)))
    return Parts("compose", tuple(alive), dead, _refers, _uses)


def _asked(intent: Intent, profiles: list[Any]) -> bool:
    """Whether the intent asks for one of these profiles, or for some profile of no name."""
    wanted = [leaf for leaf in intent.leaves() if ".profiles" in leaf.path]
    named = {str(leaf.value) for leaf in wanted if leaf.matcher == "equal"}
    other = any(leaf.matcher not in ("equal", "absent") for leaf in wanted)
    return other or not named.isdisjoint(str(profile) for profile in profiles)


def _is_idle(service: Mapping[str, Any], intent: Intent) -> bool:
    """A service that runs nothing in place of what its image runs, which nobody asked for."""
    asked = asked_commands([*intent.values_of("entrypoint"), *intent.values_of("command")])
    return any(is_idle(service.get(key), asked) for key in ("entrypoint", "command"))


def canonical_service(service: Mapping[str, Any]) -> dict[str, Any]:
    """One service with every field in the spelling that patterns are compared with."""
    out = dict(service)
    for key in ("environment", "labels", "extra_hosts", "sysctls"):
        if key in out:
            out[key] = _pairs(out[key])
    for key in ("command", "entrypoint"):
        if isinstance(out.get(key), list):
            out[key] = shlex.join(str(word) for word in out[key])
    for key in ("env_file", "dns", "tmpfs", "profiles"):
        if key in out:
            items = sequence(out[key])
            out[key] = [mapping(i).get("path") if isinstance(i, Mapping) else i for i in items]
    if "ports" in out:
        out["ports"] = [_port(item) for item in sequence(out["ports"])]
    if "expose" in out:
        out["expose"] = [str(item) for item in sequence(out["expose"])]
    if "volumes" in out:
        out["volumes"] = [_volume(item) for item in sequence(out["volumes"])]
    for key in ("secrets", "configs"):
        if key in out:
            items = sequence(out[key])
            out[key] = [mapping(i).get("source") if isinstance(i, Mapping) else i for i in items]
    if isinstance(out.get("depends_on"), list):
        out["depends_on"] = {n: {"condition": "service_started"} for n in names(out["depends_on"])}
    if isinstance(out.get("networks"), list):
        out["networks"] = dict.fromkeys(names(out["networks"]))
    if isinstance(out.get("build"), str):
        out["build"] = {"context": out["build"]}
    elif isinstance(out.get("build"), Mapping) and "args" in out["build"]:
        out["build"] = {**out["build"], "args": _pairs(out["build"]["args"])}
    if isinstance(out.get("healthcheck"), Mapping):
        out["healthcheck"] = {**out["healthcheck"], "test": _test(out["healthcheck"].get("test"))}
    return out


def _pairs(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    out: dict[str, Any] = {}
    for item in value:
        name, equals, text = str(item).partition("=")
        out[name] = text if equals else None
    return out


def _port(value: Any) -> str:
    if isinstance(value, Mapping):
        steps = [value.get("host_ip"), value.get("published"), value.get("target")]
        text = ":".join(str(step) for step in steps if step is not None)
        protocol = value.get("protocol", "tcp")
        return text if protocol == "tcp" else f"{text}/{protocol}"
    return str(value).removesuffix("/tcp")


def _volume(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value).removesuffix(":rw")
    text = ":".join(str(value[key]) for key in ("source", "target") if value.get(key) is not None)
    return f"{text}:ro" if value.get("read_only") is True else text


def _test(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    words = [str(word) for word in value]
    if words[:1] == ["CMD-SHELL"]:
        return " ".join(words[1:])
    return shlex.join(words[1:] if words[:1] == ["CMD"] else words)


def _refers(part: Part, path: Path, value: Any, target: Part) -> bool:
    """A name alone, in a list or as a key, a volume's source, or a host name inside a string."""
    name = target.address
    if isinstance(value, Mapping):
        return name in value or any(_refers(part, path, v, target) for v in value.values())
    if isinstance(value, list):
        return any(_refers(part, path, item, target) for item in value[:100])
    if not isinstance(value, str) or not name:
        return False
    if target.kind == "volume":
        return value == name or value.startswith(name + ":")
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", value[:2000]) is not None


def _uses(part: Part, target: Part) -> bool:
    if part.kind != "service" or target.kind != "service":
        return False
    named = names(part.value.get("depends_on")) + [
        str(link).split(":")[0] for link in sequence(part.value.get("links"))
    ]
    mode = str(part.value.get("network_mode", ""))
    return target.address in named or mode == f"service:{target.address}"
