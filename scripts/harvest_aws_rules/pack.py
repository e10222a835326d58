"""Lay the inferred rules out as the package ships them.

One table of rules shared by all types, and for each type a small JSON document:

    {"f": framework, "i": id refused, "k": [[op, names, summary, detail, path]], "a": arguments}

where an argument is {"r": rule indexes, "y": mode, "n"/"m": fewest/most items, "c": conflicts,
"o": exactly one of, "l": at least one of, "w": required with, "b": what is inside, "x": a block,
"t": "s" set or "m" map}, and "#" lists the read-only ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from infer import Guess, Pool, infer

Path = tuple[str, ...]
_LISTED = r"`([^`]*)`"


class Packer:
    """Collects rules; `types` and `table` are what is shipped."""

    def __init__(self, schemas: Mapping[str, Any], pool: Pool) -> None:
        self.schemas, self.pool = schemas, pool
        self.table: list[list[Any]] = []
        self._index: dict[str, int] = {}
        self.types: dict[str, dict[str, Any]] = {"resource": {}, "data": {}, "provider": {}}
        self.guesses: dict[tuple[str, str, Path], Guess] = {}
        self._inferred: dict[str, Guess | None] = {}

    def rule(self, row: list[Any]) -> int:
        """Index of a rule in the table, added where new."""
        while len(row) > 2 and row[-1] == "":
            row = row[:-1]
        key = json.dumps(row)
        if key not in self._index:
            self._index[key] = len(self.table)
            self.table.append(row)
        return self._index[key]

    def add(self, record: Mapping[str, Any]) -> None:
        """Take one type's answers in."""
        kind, type = record["kind"], record["type"]
        block = self.schemas[kind][type]
        root: dict[str, Any] = {}
        for leaf in record["leaves"]:
            guess = self._infer(leaf)
            if guess is not None and guess.rules and leaf["container"] != "map":
                self.guesses[(kind, type, tuple(leaf["path"]))] = guess
                entry = _entry(root, tuple(leaf["path"]))
                entry["r"] = [
                    self.rule([r.op, r.argument, r.summary, r.detail]) for r in guess.rules
                ]
                if guess.mode != "all":
                    entry["y"] = guess.mode
            for key, said in (("n", "few"), ("m", "many")):
                for _, detail in leaf.get(said, ()):
                    limit = re.search(r"(?:supports|requires) (\d+) item", detail)
                    if limit and not record["framework"]:
                        _entry(root, tuple(leaf["path"]))[key] = int(limit[1])
        packed: dict[str, Any] = {}
        for summary, detail, at in record["combinations"]:
            _combination(root, packed, summary, detail, at)
        _shape(root, block)
        if root:
            packed["a"] = root
        if record["framework"]:
            packed["f"] = 1
        if record["id_refused"]:
            packed["i"] = 1
        if packed:
            self.types[kind][type] = packed

    def _infer(self, leaf: Mapping[str, Any]) -> Guess | None:
        key = json.dumps([leaf.get("templates"), leaf.get("seen"), leaf["type"], leaf["path"][-1]])
        if key not in self._inferred:
            self._inferred[key] = infer(leaf, self.pool)
        return self._inferred[key]


def document(types: Mapping[str, Any], table: list[Any], version: str) -> dict[str, Any]:
    """What is written to the data file; each type stays text until it is asked for."""
    return {
        "version": version,
        "rules": table,
        "types": {
            kind: {
                name: json.dumps(packed, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
                for name, packed in sorted(of_kind.items())
            }
            for kind, of_kind in types.items()
        },
    }


def _entry(root: dict[str, Any], path: Path) -> dict[str, Any]:
    here = root
    for step in path[:-1]:
        here = here.setdefault(step, {}).setdefault("b", {})
    entry: dict[str, Any] = here.setdefault(path[-1], {})
    return entry


def _plain(key: str) -> Path:
    return tuple(step for step in key.split(".") if not step.isdigit())


def _combination(
    root: dict[str, Any], packed: dict[str, Any], summary: str, detail: str, at: str
) -> None:
    """Sort one complaint about several arguments into the tree (SDK) or the list (framework)."""
    if found := re.match(r'"([\w.]+)": conflicts with ([\w.]+)$', detail):
        conflicts = _entry(root, _plain(found[1])).setdefault("c", [])
        if found[2] not in conflicts:
            conflicts.append(found[2])
        _entry(root, _plain(found[2]))
    elif found := re.match(rf'"([\w.]+)": (?:only )?one of {_LISTED}', detail):
        key = "o" if summary.startswith("Invalid combination") else "l"
        _entry(root, _plain(found[1]))[key] = found[2].split(",")
        for name in found[2].split(","):
            _entry(root, _plain(name))
    elif found := re.match(rf'"([\w.]+)": all of {_LISTED}', detail):
        _entry(root, _plain(found[1]))["w"] = found[2].split(",")
        for name in found[2].split(","):
            _entry(root, _plain(name))
    else:
        for op, names, said, path in _framework(summary, detail, at):
            for name in names:
                _entry(root, (name,))
            row = [op, names, summary, said, path]
            if row not in packed.setdefault("k", []):
                packed["k"].append(row)


def _framework(
    summary: str, detail: str, at: str
) -> Iterator[tuple[str, list[str], str, list[str]]]:
    name = r'"([a-z_0-9]+)"'
    listed = r"\[([a-z_0-9,]+)\]"
    path = [at] if re.fullmatch(r"[a-z_0-9]+", at) else []
    if found := re.match(
        rf"Attribute {name} cannot be specified when {name} is specified$", detail
    ):
        yield "many", [found[1], found[2]], detail, path
    elif found := re.match(
        rf"Attribute {name} must be specified when {name} is specified$", detail
    ):
        yield "alone", [found[2], found[1]], detail, path
    elif found := re.match(
        rf"No attribute specified when one \(and only one\) of {listed}", detail
    ):
        yield "none", found[1].split(","), detail, path
    elif found := re.match(
        rf"(\d+) attributes specified when one \(and only one\) of {listed}", detail
    ):
        yield "many", found[2].split(","), "\x04" + detail[len(found[1]) :], path
    elif found := re.match(
        rf"(?:Exactly|At least) one (?:of these|attribute out of)[^\[]*{listed}", detail
    ):
        missing = "Missing" in summary or detail.startswith("At least")
        yield "none" if missing else "many", found[1].split(","), detail, path
    elif found := re.match(rf"These attributes cannot be configured together: {listed}", detail):
        yield "many", found[1].split(","), detail, path
    elif found := re.match(rf"These attributes must be configured together: {listed}", detail):
        yield "partly", found[1].split(","), detail, path


def _shape(nodes: dict[str, Any], block: Mapping[str, Any]) -> None:
    """Add read-only arguments, and what is a block, a set or a map; `nodes` grows in place."""
    read_only = [
        name
        for name, attribute in block["attributes"].items()
        if attribute["computed"] and not attribute["optional"] and not attribute["required"]
    ]
    for name, attribute in block["attributes"].items():
        if name in nodes:
            _typed(nodes[name], attribute["type"])
    for name, nested in block["blocks"].items():
        inner: dict[str, Any] = nodes.get(name, {}).get("b", {})
        _shape(inner, nested["block"])
        if not inner and name not in nodes:
            continue
        entry = nodes.setdefault(name, {})
        entry["x"] = 1
        if inner:
            entry["b"] = inner
        if nested["nesting"] in ("set", "map"):
            entry["t"] = nested["nesting"][0]
    if read_only:
        nodes["#"] = " ".join(sorted(set(read_only) - set(nodes)))


def _typed(entry: dict[str, Any], type: Any) -> None:
    if isinstance(type, str):
        return
    if type[0] in ("set", "map"):
        entry["t"] = type[0][0]
    if type[0] == "object":
        for name, inner in type[1].items():
            if name in entry.get("b", {}):
                _typed(entry["b"][name], inner)
    elif not isinstance(type[1], str) and type[1][0] == "object":
        for name, inner in type[1][1].items():
            if name in entry.get("b", {}):
                _typed(entry["b"][name], inner)
