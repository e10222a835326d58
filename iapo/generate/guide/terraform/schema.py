"""What may stand in the blocks of providers: their schemas.

Only names, types and how often: from `terraform providers schema`, and, where the AWS provider's
value rules are known, enums and what goes with what. A block is read when a text first opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from iapo.generate.guide.terraform.builtin import META
from iapo.generate.guide.terraform.shapes import ANY, STRING, Shape, shape_of
from iapo.generate.guide.terraform.spec import Item, Spec
from iapo.verify.terraform.catalogue import (
    PREFERRED,
    CatalogueEntry,
    Kind,
    canonical_source,
    list_schemas,
    load_schema,
)
from iapo.verify.terraform.rules import value_facts
from iapo.verify.terraform.versions import Version, parse_version


def chosen(entries: Iterable[CatalogueEntry]) -> list[CatalogueEntry]:
    """One entry for each provider's name, as `iapo verify` takes where a program leaves the choice:
    of the source that the name alone stands for, the preferred version, else the newest."""

    def rank(entry: CatalogueEntry) -> tuple[bool, bool, Version]:
        own = entry.source == canonical_source(entry.name)
        preferred = entry.version == PREFERRED.get(entry.source)
        return own, preferred, parse_version(entry.version)

    return list({entry.name: entry for entry in sorted(entries, key=rank)}.values())


class Schemas:
    """The blocks of every provider at hand, in one version each."""

    def __init__(self) -> None:
        self._providers = {entry.name: load_schema(entry) for entry in chosen(list_schemas())}
        self._owner = {
            kind: {type: p for p in self._providers.values() for type in p.names[kind]}
            for kind in ("resource", "data", "ephemeral")
        }
        self._specs: dict[tuple[str, str], Spec] = {}
        self._shapes: dict[tuple[str, str], Shape] = {}

    @property
    def providers(self) -> tuple[str, ...]:
        """Local names of the providers at hand."""
        return tuple(sorted(self._providers))

    def types(self, kind: str) -> tuple[str, ...]:
        """The types of a kind of block, sorted."""
        return tuple(sorted(self._owner[kind]))

    def spec(self, kind: Kind, type: str) -> Spec:
        """What may stand in a block of a type; anything where nothing is known of it."""
        key = (kind, type)
        if key not in self._specs:
            self._specs[key] = self._read(kind, type)
        return self._specs[key]

    def shape(self, kind: str, type: str) -> Shape:
        """What may be asked of a resource or data source: everything its schema names."""
        key = (kind, type)
        if key not in self._shapes:
            block = self._block(kind, type)
            self._shapes[key] = ANY if block is None else _readable(block)
        return self._shapes[key]

    def forget(self) -> None:
        """Drop the blocks that were read."""
        self._specs.clear()
        self._shapes.clear()

    def _block(self, kind: str, type: str) -> Mapping[str, Any] | None:
        if kind == "provider":
            owner = self._providers.get(type)
            return None if owner is None else owner.block("provider")
        found = self._owner[kind].get(type)
        return None if found is None else found.block(kind, type)  # type: ignore[arg-type]

    def _read(self, kind: Kind, type: str) -> Spec:
        block = self._block(kind, type)
        if block is None:
            return Spec(META[kind], open=True)
        owner = self._providers[type] if kind == "provider" else self._owner[kind][type]
        ruled = owner.name == "aws" and owner.version.split(".")[0] == "5"
        facts: Mapping[str, Mapping[str, Any]] = {}
        if ruled and kind != "ephemeral":
            facts = value_facts("" if kind == "provider" else type, kind)
        spec = _spec(block, facts, "", META[kind])
        spec.provider = owner.name
        return spec


def _spec(
    block: Mapping[str, Any],
    facts: Mapping[str, Mapping[str, Any]],
    prefix: str,
    meta: Mapping[str, Item],
) -> Spec:
    items: dict[str, Item] = {}
    for name, attribute in block.get("attributes", {}).items():
        fact = facts.get(prefix + name, {})
        settable = attribute.get("required") or attribute.get("optional")
        if not settable or fact.get("read_only"):
            continue
        shape = _writable(attribute, fact)
        items[name] = Item(
            shape=shape,
            block=None if attribute.get("nested_type") else _as_block(shape),
            single=True,
            required=bool(attribute.get("required")),
            excludes=_siblings(fact.get("conflicts_with", ()), prefix, name),
        )
    for name, nested in block.get("block_types", {}).items():
        fact = facts.get(prefix + name, {})
        items[name] = Item(
            block=_lazily(nested.get("block", {}), facts, f"{prefix}{name}."),
            single=nested.get("max_items") == 1
            or nested["nesting_mode"] in ("single", "group")
            or fact.get("max_items") == 1,
            required=bool(nested.get("min_items")) or bool(fact.get("min_items")),
            labels=int(nested["nesting_mode"] == "map"),
            excludes=_siblings(fact.get("conflicts_with", ()), prefix, name),
        )
    blocks = tuple(n for n, item in items.items() if item.block is not None)
    if blocks:
        items["dynamic"] = Item(block=None, single=False, labels=1)
    groups, exclusive = _groups(facts, prefix, items)
    for name, others in exclusive.items():
        item = items[name]
        items[name] = replace(item, excludes=item.excludes | others)
    return Spec({**items, **meta}, groups=groups)


def _lazily(
    block: Mapping[str, Any], facts: Mapping[str, Mapping[str, Any]], prefix: str
) -> Callable[[], Spec]:
    return cache(lambda: _spec(block, facts, prefix, {}))


def _writable(attribute: Mapping[str, Any], fact: Mapping[str, Any]) -> Shape:
    nested = attribute.get("nested_type")
    if nested is not None:
        fields = {
            name: _writable(a, {})
            for name, a in nested["attributes"].items()
            if a.get("required") or a.get("optional")
        }
        required = frozenset(n for n, a in nested["attributes"].items() if a.get("required"))
        inner = Shape("object", fields=fields, required=required)
        mode = nested["nesting_mode"]
        return inner if mode == "single" else Shape(mode, inner)
    shape = shape_of(attribute["type"])
    choices = fact.get("enum")
    if not choices or fact.get("any_of") or not all(isinstance(c, str) for c in choices):
        return shape
    any_case = bool(fact.get("any_case"))
    one_of = Shape("string", choices=tuple(sorted(choices)), any_case=any_case)
    if shape.kind == "string":
        return one_of
    listed = shape.kind in ("list", "set") and shape.element is STRING
    return Shape(shape.kind, one_of) if listed else shape


def _as_block(shape: Shape) -> Callable[[], Spec] | None:
    """A list of objects may be written as blocks, whose arguments are then all optional.

    https://developer.hashicorp.com/terraform/language/attr-as-blocks
    """
    inner = shape.element
    if shape.kind not in ("list", "set") or inner is None or inner.fields is None:
        return None
    fields = inner.fields
    return cache(lambda: Spec({name: Item(shape=s) for name, s in fields.items()}))


def _siblings(paths: Any, prefix: str, name: str) -> frozenset[str]:
    """Those of some dotted paths that name something beside an argument, in the same block."""
    found = {p[len(prefix) :] for p in paths if p.startswith(prefix)}
    return frozenset(p for p in found if "." not in p and p != name)


def _groups(
    facts: Mapping[str, Mapping[str, Any]], prefix: str, items: Mapping[str, Item]
) -> tuple[tuple[frozenset[str], ...], dict[str, frozenset[str]]]:
    """Sets of names of which at least one must be there, and the names that exclude each other."""
    needed: set[frozenset[str]] = set()
    exclusive: dict[str, frozenset[str]] = {}
    for path, fact in facts.items():
        here = path.startswith(prefix) and "." not in path[len(prefix) :]
        if path == "" and prefix == "":
            for names in fact.get("at_least_one_of", ()):
                needed.add(frozenset(names))
            for names in fact.get("conflicts_with", ()):
                for name in names:
                    others = frozenset(names) - {name}
                    exclusive[name] = exclusive.get(name, frozenset()) | others
        elif here and path[len(prefix) :] in items:
            for rule in ("exactly_one_of", "at_least_one_of"):
                wanted = fact.get(rule)
                if not wanted or not all(p.startswith(prefix) for p in wanted):
                    continue
                names = frozenset(p[len(prefix) :] for p in wanted)
                if any("." in n for n in names) or not names <= items.keys():
                    continue
                needed.add(names)
                if rule == "exactly_one_of":
                    for name in names:
                        others = names - {name}
                        exclusive[name] = exclusive.get(name, frozenset()) | others
    exclusive = {n: others for n, others in exclusive.items() if n in items}
    return tuple(sorted((g for g in needed if g <= items.keys()), key=sorted)), exclusive


def _readable(block: Mapping[str, Any]) -> Shape:
    fields: dict[str, Shape] = {}
    for name, attribute in block.get("attributes", {}).items():
        nested = attribute.get("nested_type")
        if nested is None:
            fields[name] = shape_of(attribute["type"])
            continue
        inner = _readable({"attributes": nested["attributes"]})
        mode = nested["nesting_mode"]
        fields[name] = inner if mode == "single" else Shape(mode, inner)
    for name, nested in block.get("block_types", {}).items():
        inner = _readable(nested.get("block", {}))
        mode = nested["nesting_mode"]
        fields[name] = inner if mode in ("single", "group") else Shape(mode, inner)
    return Shape("object", fields=fields)
