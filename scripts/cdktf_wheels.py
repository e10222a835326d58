"""Reads a Terraform provider's schema out of its `cdktf-cdktf-provider-*` wheel.

Such a wheel holds JavaScript generated from the provider's schema: for every block a function
`...ToHclTerraform` that lists its arguments with their types, a class whose getters tell what is
computed, and a TypeScript interface whose optional members tell what is required. No JavaScript is
run. What the generator drops (`max_items` above 1, arguments it types `any`) is lost here too.
"""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Block = dict[str, Any]
_MAX_DEPTH = 25

_WRITER = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{(.*?)^\}", re.S | re.M)
_CLASS = re.compile(r"^class (\w+) extends cdktf\.(\w+) \{(.*?)^\}", re.S | re.M)
_ENTRY = re.compile(
    r'^\s{8,12}"?([A-Za-z0-9_\-]+)"?: \{\s+value: (.*?),\n\s+isBlock: (true|false),'
    r'\s+type: "(\w+)",\s+storageClassType: "(\w+)"',
    re.S | re.M,
)
_FLAGS = (
    r"// (\w+) - computed: (?:true|false), optional: (?:true|false), required: (?:true|false)\s+"
)
_GETTER = re.compile(_FLAGS + r"get \w+\(\) \{\s+return (.*?);\s+\}", re.S)
_MEMBER = re.compile(
    _FLAGS + r'this\._\w+ = new ([\w.]+)\(this, "(\w+)"(?:, (true|false))?\)', re.S
)
_INTERFACE = re.compile(r"^export interface (\w+)(?: extends [\w.]+)? \{(.*?)^\}", re.S | re.M)
_FIELD = re.compile(r"/\*\*(.*?)\*/\s+readonly \w+(\??): .*?;\n", re.S)
_FIELD_NAME = re.compile(r"#([A-Za-z0-9_\-]+)\s+\w+#")
_STORAGE = re.compile(r"(string|number|boolean|any)((?:Map|List|Set)*)$")
_MAPPED = re.compile(
    r"(?:listMapperHcl|hashMapperHcl)\((?:\w+\.)*(\w+?)ToHclTerraform(?:, (true|false))?\)"
)
_SINGLE = re.compile(r"(?:\w+_\d+\.)?(\w+?)ToHclTerraform(?:\)?)\(")

_SCALARS = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}
_GETTERS: dict[str, Any] = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
    "getNumberMapAttribute": ["map", "number"],
    "getBooleanMapAttribute": ["map", "bool"],
    "getAnyMapAttribute": ["map", "dynamic"],
}
_MAPS: dict[str, Any] = {
    "cdktf.StringMap": ["map", "string"],
    "cdktf.NumberMap": ["map", "number"],
    "cdktf.BooleanMap": ["map", "bool"],
    "cdktf.AnyMap": ["map", "dynamic"],
    "cdktf.StringMapList": ["list", ["map", "string"]],
}


@dataclass
class Provider:
    """A provider's blocks by (kind, type), in the shape of `terraform providers schema -json`."""

    name: str = ""
    version: str = ""
    blocks: dict[tuple[str, str], Block] = field(default_factory=dict)


@dataclass
class _Group:
    """A nested group of arguments: a block, or an argument that holds objects."""

    nesting: str
    block: Block
    is_block: bool
    required: bool = False
    optional: bool = False
    at_most_one: bool = False


class _Module:
    """One folder of the generated library: usually one resource."""

    def __init__(self, script: str, types: str) -> None:
        self.writers = {m[1].lower(): m[2] for m in _WRITER.finditer(script)}
        self.classes = {m[1]: (m[2], m[3]) for m in _CLASS.finditer(script)}
        self.required: dict[str, set[str]] = {}
        for interface in _INTERFACE.finditer(types):
            names = set()
            for comment, optional in _FIELD.findall(interface[2]):
                name = _FIELD_NAME.search(comment)
                if name and not optional:
                    names.add(name[1])
            self.required[interface[1].lower()] = names

    def read(self, writer: str, body: str, depth: int) -> tuple[dict[str, Any], dict[str, _Group]]:
        """The plain arguments and the groups that a writer's body lists."""
        plain: dict[str, Any] = {}
        groups: dict[str, _Group] = {}
        required = self.required.get(writer.lower(), set())
        for name, value, is_block, kind, storage in _ENTRY.findall(body):
            flag = {"required": True} if name in required else {"optional": True}
            type_ = _stored_type(kind, storage)
            if type_ is not None and is_block == "false":
                plain[name] = {"type": type_, **flag}
                continue
            mapped = _MAPPED.search(value)
            single = None if mapped else _SINGLE.search(value)
            if mapped:
                inner, block = mapped[1], mapped[2] == "true"
            elif single and single[1] not in _SCALARS:
                inner, block = single[1], True
            else:
                plain[name] = {"type": "dynamic", **flag}
                continue
            nesting = "single" if kind == "struct" else kind
            groups[name] = _Group(
                nesting,
                self.group(inner, depth + 1),
                is_block=block,
                required=name in required,
                optional=name not in required,
                at_most_one=single is not None and nesting != "single",
            )
        return plain, groups

    def group(self, writer: str, depth: int) -> Block:
        """What a nested group holds: its own arguments, then what is only computed."""
        body = self.writers.get(writer.lower())
        plain, groups = (
            ({}, {}) if body is None or depth > _MAX_DEPTH else self.read(writer, body, depth)
        )
        found: Block = {"plain": plain, "groups": groups}
        reference = self.classes.get(writer[0].upper() + writer[1:] + "OutputReference")
        if reference is not None and depth <= _MAX_DEPTH:
            self.add_computed(found, reference[1], depth)
        return found

    def add_computed(self, found: Block, body: str, depth: int) -> None:
        """Add what a class offers to read and nothing writes."""
        plain, groups = found["plain"], found["groups"]
        for name, expression in _GETTER.findall(body):
            if name not in plain and name not in groups:
                plain[name] = {"type": _read_type(expression), "computed": True}
        for _, class_, name, as_set in _MEMBER.findall(body):
            if name in plain or name in groups:
                continue
            if class_.startswith("cdktf."):
                plain[name] = {"type": _MAPS.get(class_, "dynamic"), "computed": True}
                continue
            own = class_.rsplit(".", 1)[-1]
            base = self.classes[class_][0] if class_ in self.classes else ""
            stem = re.sub(r"(List|Map)$", "", own)
            reference = stem if stem.endswith("OutputReference") else stem + "OutputReference"
            inner: Block = {"plain": {}, "groups": {}}
            if reference in self.classes and depth < _MAX_DEPTH:
                self.add_computed(inner, self.classes[reference][1], depth + 1)
            nesting = {"ComplexMap": "map", "ComplexList": "list"}.get(base, "single")
            if nesting == "list" and as_set == "true":
                nesting = "set"
            groups[name] = _Group(nesting, inner, is_block=False)


def _stored_type(kind: str, storage: str) -> Any:
    """`stringList` under kind `set` is a set of strings; None for what is not built of scalars."""
    found = _STORAGE.match(storage)
    if found is None:
        return None
    type_: Any = _SCALARS[found[1]]
    wrappers = [w.lower() for w in re.findall("Map|List|Set", found[2])]
    for at, wrapper in enumerate(wrappers):
        outermost = at == len(wrappers) - 1 and kind in ("set", "list", "map")
        type_ = [kind if outermost else wrapper, type_]
    return type_


def _read_type(expression: str) -> Any:
    found = re.search(r"\.(get\w*Attribute|interpolationForAttribute)\(", expression)
    type_ = _GETTERS.get(found[1], "dynamic") if found else "dynamic"
    # Fn.tolist around a getter: the argument is a set.
    return ["set", type_[1]] if "tolist" in expression and isinstance(type_, list) else type_


class _Shape:
    """How a provider's own library presents groups: nested arguments, or objects and blocks."""

    def __init__(self, nested_arguments: bool, objects: frozenset[str]) -> None:
        self._nested = nested_arguments
        self._objects = objects

    def block(self, found: Block) -> Block:
        """A group as a block of `terraform providers schema -json`."""
        attributes = dict(found["plain"])
        nested: dict[str, Any] = {}
        for name, group in found["groups"].items():
            single = group.nesting == "single" and name != "timeouts"
            if group.is_block and not (single and (self._nested or name in self._objects)):
                entry: dict[str, Any] = {
                    "nesting_mode": group.nesting,
                    "block": self.block(group.block),
                }
                if group.nesting != "single":
                    if group.required:
                        entry["min_items"] = 1
                    if group.at_most_one:
                        entry["max_items"] = 1
                    if group.nesting == "set" and _has_dynamic(group.block):
                        entry["nesting_mode"] = "list"  # a set cannot hold what has no type
                nested[name] = entry
            else:
                attributes[name] = self.attribute(group)
        out: Block = {}
        if attributes:
            out["attributes"] = attributes
        if nested:
            out["block_types"] = nested
        return out

    def attribute(self, group: _Group) -> dict[str, Any]:
        """A group as an argument."""
        out: dict[str, Any]
        if self._nested:
            inner = self.block(group.block)
            attributes = dict(inner.get("attributes", {}))
            for name, nested in inner.get("block_types", {}).items():
                attributes[name] = {
                    "nested_type": {
                        "attributes": nested["block"].get("attributes", {}),
                        "nesting_mode": nested["nesting_mode"],
                    },
                    "optional": True,
                }
            out = {"nested_type": {"attributes": attributes, "nesting_mode": group.nesting}}
        else:
            out = {"type": self.object_type(group)}
        if group.required:
            out["required"] = True
        elif group.optional:
            out["optional"] = True
        else:
            out["computed"] = True
        return out

    def object_type(self, group: _Group) -> Any:
        """A group as a type of objects."""
        fields = {name: a["type"] for name, a in group.block["plain"].items()}
        for name, inner in group.block["groups"].items():
            type_ = self.object_type(inner)
            alone = inner.nesting == "single" and inner.is_block
            fields[name] = ["list", type_] if alone else type_
        shape = ["object", fields]
        return shape if group.nesting == "single" else [group.nesting, shape]


def _has_dynamic(found: Block) -> bool:
    return any(a["type"] == "dynamic" for a in found["plain"].values()) or any(
        _has_dynamic(g.block) for g in found["groups"].values() if g.is_block
    )


def read_wheel(
    wheel: Path, *, nested_arguments: bool = False, objects: frozenset[str] = frozenset()
) -> Provider:
    """Read a provider out of a wheel.

    Args:
        nested_arguments: the provider is written with the plugin framework, where a group of
            arguments that is no block is a nested argument.
        objects: names that are objects even where the wheel presents them as blocks.
    """
    with zipfile.ZipFile(wheel) as archive:
        (package,) = (n for n in archive.namelist() if n.endswith(".jsii.tgz"))
        library = archive.read(package)
    scripts: dict[str, list[str]] = defaultdict(list)
    types: dict[str, list[str]] = defaultdict(list)
    with tarfile.open(fileobj=io.BytesIO(library)) as files:
        for member in files:
            parts = member.name.split("/")
            if len(parts) < 4 or parts[1] != "lib":
                continue
            kept = scripts if parts[-1].endswith(".js") else types
            stream = files.extractfile(member) if parts[-1].endswith((".js", ".d.ts")) else None
            if stream is not None:
                kept[parts[2]].append(stream.read().decode())
    provider = Provider()
    shape = _Shape(nested_arguments, objects)
    kinds = {
        "TerraformResource": "resource",
        "TerraformDataSource": "data",
        "TerraformProvider": "provider",
    }
    for folder, texts in scripts.items():
        module = _Module("\n".join(texts), "\n".join(types[folder]))
        for class_, (base, body) in module.classes.items():
            type_ = re.search(r"terraformResourceType: '([\w\-]+)'", body)
            if base not in kinds or type_ is None:
                continue
            told = re.search(r"providerName: '([\w\-]+)',\s+providerVersion: '([^']+)'", body)
            if told:
                provider.name, provider.version = told[1], told[2]
            entries = body[max(body.find("synthesizeHclAttributes"), 0) :]
            plain, groups = module.read(class_ + "Config", entries, 0)
            found: Block = {"plain": plain, "groups": groups}
            module.add_computed(found, body, 0)
            kind = kinds[base]
            if kind == "provider":
                found["plain"].pop("alias", None)
            provider.blocks[kind, "" if kind == "provider" else type_[1]] = shape.block(found)
    return provider
