"""What a Terraform program names: its modules, providers, types, variables and companion files.

Read from the text before Terraform sees it, so that the right schemas can be served and whatever is
out of reach (registry modules, unknown providers, files that are not there) can be stood in for.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from iapo.verify.terraform import hcl
from iapo.verify.terraform.provider_functions import FunctionCall, calls_in, calls_in_json

MAX_MODULES = 200


@dataclass(frozen=True, slots=True)
class Requirement:
    """An entry of `required_providers`: source and version as written, "" where not given."""

    source: str
    version: str


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """A `module` block. `source` is None where it is not a plain string."""

    name: str
    source: str | None
    arguments: tuple[str, ...]
    line: int | None
    path: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A `variable` block: its type expression, whether it needs a value, and its validation text."""

    name: str
    type: str
    required: bool
    validation: str


@dataclass
class Module:
    """What one folder's files declare.

    Attributes:
        folder: relative to the program, "" for the root.
        types: (kind, type) of every resource, data and ephemeral block, with the local name of
            its provider.
        declared: local names in `required_providers`.
        providers: local names of all providers used.
        functions: the calls of provider-defined functions.
    """

    folder: str
    required: dict[str, Requirement] = field(default_factory=dict)
    calls: list[ModuleCall] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    types: set[tuple[str, str, str]] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    providers: set[str] = field(default_factory=set)
    functions: list[FunctionCall] = field(default_factory=list)
    blocks: list[tuple[str, hcl.Block]] = field(default_factory=list)
    json_bodies: list[Mapping[str, Any]] = field(default_factory=list)
    text: str = ""


@dataclass
class Program:
    """A program's files and the modules reachable through local sources.

    Attributes:
        files: relative path with forward slashes to text.
        modules: by folder; the root is "".
        installed: module path (`net.subnet`, as Terraform's manifest has it) to its folder.
        absent: module path to the call whose source cannot be had here.
    """

    files: Mapping[str, str]
    modules: dict[str, Module]
    installed: dict[str, str]
    absent: dict[str, ModuleCall]

    @property
    def root(self) -> Module:
        """The module that is planned."""
        return self.modules[""]


def survey(files: Mapping[str, str]) -> Program:
    """Read a program's structure from the root down its local modules."""
    modules = {"": _module(files, "")}
    installed: dict[str, str] = {}
    absent: dict[str, ModuleCall] = {}
    waiting = [("", "")]
    while waiting and len(installed) + len(absent) < MAX_MODULES:
        path, folder = waiting.pop(0)
        for call in modules[folder].calls:
            if not hcl.is_identifier(call.name):
                continue  # Terraform says so itself; as part of a path it would be taken apart
            key = f"{path}.{call.name}" if path else call.name
            target = _local_folder(folder, call.source)
            if target is None or not _has_configuration(files, target):
                absent[key] = call
                continue
            if target not in modules:
                modules[target] = _module(files, target)
            installed[key] = target
            waiting.append((key, target))
    return Program(files, modules, installed, absent)


def _local_folder(folder: str, source: str | None) -> str | None:
    """A local source's folder inside the program, or None for anything else."""
    if source is None or (
        not source.startswith(("./", "../", ".\\")) and source not in (".", "..")
    ):
        return None
    target = posixpath.normpath(posixpath.join(folder, source.replace("\\", "/")))
    if target.startswith(".."):
        return None
    return "" if target == "." else target


def is_configuration(path: str) -> bool:
    """Whether Terraform reads a file as configuration."""
    name = posixpath.basename(path)
    return name.endswith((".tf", ".tf.json")) and not name.startswith((".", "#")) and name != ".tf"


def _has_configuration(files: Mapping[str, str], folder: str) -> bool:
    return any(is_configuration(f) and posixpath.dirname(f) == folder for f in files)


def _module(files: Mapping[str, str], folder: str) -> Module:
    module = Module(folder)
    texts = []
    for path, text in sorted(files.items()):
        if posixpath.dirname(path) != folder or not is_configuration(path):
            continue
        texts.append(text)
        if path.endswith(".json"):
            try:
                body = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(body, dict):
                module.json_bodies.append(body)
                module.functions += calls_in_json(text, path)
                _read_json(module, path, body)
        else:
            for block in hcl.parse(text).blocks:
                module.blocks.append((path, block))
                module.functions += calls_in(text, path, block)
                _read_block(module, path, text, block)
    module.text = "\n".join(texts)
    return module


def _read_block(module: Module, path: str, text: str, block: hcl.Block) -> None:
    kind, labels = block.type, block.labels
    if kind == "terraform":
        for required in block.children("required_providers"):
            for name, argument in required.arguments.items():
                source, version = _object_strings(argument, ("source", "version"))
                module.required[name] = Requirement(source, argument.literal or version)
                module.declared.add(name)
                module.providers.add(name)
    elif kind in ("resource", "data", "ephemeral") and labels:
        meta = block.arguments.get("provider")
        local = meta.tokens[0].text.strip('"') if meta is not None and meta.tokens else ""
        _add_type(module, kind, labels[0], local.split(".")[0])
    elif kind == "provider" and labels:
        module.providers.add(labels[0])
        wanted = block.argument("version")
        if wanted and labels[0] not in module.required:
            module.required[labels[0]] = Requirement("", wanted)
    elif kind == "module" and labels:
        names = tuple(n for n in block.arguments if n not in _MODULE_META)
        module.calls.append(
            ModuleCall(labels[0], block.argument("source"), names, block.line, path)
        )
    elif kind == "variable" and labels:
        type_ = block.arguments.get("type")
        module.variables[labels[0]] = Variable(
            labels[0],
            text[type_.start : type_.end] if type_ is not None else "",
            "default" not in block.arguments,
            "\n".join(text[v.start : v.end] for v in block.children("validation")),
        )


_MODULE_META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})


def _object_strings(argument: hcl.Argument, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The plain strings under some keys of an object expression, "" where there is none."""
    found = dict.fromkeys(keys, "")
    for at in range(len(argument.tokens) - 2):
        key, mark, value = argument.tokens[at : at + 3]
        name = key.text.strip('"')
        if name in found and mark.text in ("=", ":") and value.kind == "string":
            found[name] = hcl.string_value(value.text) or ""
    return tuple(found.values())


def _add_type(module: Module, kind: str, type: str, local: str = "") -> None:
    local = local or type.split("_", 1)[0]
    module.types.add((kind, type, local))
    module.providers.add(local)


def _objects(value: Any) -> Iterable[dict[str, Any]]:
    """HCL's JSON syntax lets one object stand for a list of one."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def _labelled(value: Any) -> Iterable[tuple[str, Any]]:
    for part in _objects(value):
        yield from part.items()


def _read_json(module: Module, path: str, body: Mapping[str, Any]) -> None:
    for settings in _objects(body.get("terraform", [])):
        for name, entry in _labelled(settings.get("required_providers", [])):
            module.declared.add(name)
            module.providers.add(name)
            if isinstance(entry, str):
                module.required[name] = Requirement("", entry)
            elif isinstance(entry, dict):
                source, version = entry.get("source"), entry.get("version")
                module.required[name] = Requirement(
                    source if isinstance(source, str) else "",
                    version if isinstance(version, str) else "",
                )
    for kind in ("resource", "data", "ephemeral"):
        for type, named in _labelled(body.get(kind, [])):
            local = ""
            for _, declared in _labelled(named):
                for instance in _objects(declared):
                    if isinstance(instance.get("provider"), str):
                        local = instance["provider"].strip("${} ").split(".")[0]
            _add_type(module, kind, type, local)
    for name, _ in _labelled(body.get("provider", [])):
        module.providers.add(name)
    for name, declared in _labelled(body.get("module", [])):
        for call in _objects(declared):
            source = call.get("source")
            names = tuple(n for n in call if n not in _MODULE_META)
            source = source if isinstance(source, str) else None
            module.calls.append(ModuleCall(name, source, names, None, path))
    for name, declared in _labelled(body.get("variable", [])):
        for variable in _objects(declared):
            type_ = variable.get("type")
            module.variables[name] = Variable(
                name,
                type_.strip("${} ") if isinstance(type_, str) else "",
                "default" not in variable,
                json.dumps(variable.get("validation", "")),
            )


_READS_FILES = re.compile(
    r"\b(file|fileexists|fileset|filebase64|filebase64sha256|filebase64sha512|filemd5|filesha1"
    r"|filesha256|filesha512|templatefile|templatestring|pathexpand)\s*\("
)
_SAFE_PATH = re.compile(r'\s*"(?:\$\{path\.(?:module|root)\}/)?(?!/|~|[A-Za-z]:)[^"\\$%~]*"\s*[,)]')


def reads_beyond_itself(files: Mapping[str, str]) -> tuple[str, int] | None:
    """Where a program calls a file function on a path that is not plainly inside its own folder.

    The static half of the confinement, for systems where the kernel cannot hold a worker back: what
    it finds is not run there at all. Every file is looked at, since a template may call functions too.

    Returns:
        Path and 1-based line of the first such call, or None.
    """
    for path, text in files.items():
        for call in _READS_FILES.finditer(text):
            argument = _SAFE_PATH.match(text, call.end())
            if (
                call[1] in ("templatestring", "pathexpand")
                or argument is None
                or ".." in argument[0]
            ):
                return path, text.count("\n", 0, call.start()) + 1
    return None
