"""Ask the provider about every argument of one type, and write down what it said.

For each argument on its own: a recognisable token, the empty string, a string with everything in
it, a long one; numbers far out. Where the answer does not spell the rule out ("must be one of"),
a few hundred samples. For arguments together: all, each alone, and all but those that conflict.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import grpc
import msgpack
from plugin import Answer, ProviderProcess
from seeds import ARNS, LONG, NAME_LIKE, NUMBERS, RESERVED, SAMPLES, SCALARS, TOKEN, lengths
from shapes import Leaf, Path, above, config, leaves, read_only, sample
from spelled_out import hints
from wording import Message, generic, same, template

COMBINATION = re.compile(
    r"^(Invalid combination of arguments|Conflicting configuration arguments|Invalid Attribute "
    r"Combination|Missing Attribute Configuration)|one of `|all of `|configured together"
    r"|(Exactly|At least) one (of|attribute)|only one\) of|(cannot|must) be specified when"
)
REQUIRED = re.compile(
    r'^The argument "[^"]*" is required, but no definition|^Must set a configuration value for the'
    r"|must have a configuration value"
)
NEEDS = re.compile(r'"([\w.]+)": all of `([^`]*)` must be specified')
CONFLICT = re.compile(r'"([\w.]+)": conflicts with ([\w.]+)')
SLOW_TYPES = ("aws_quicksight_", "aws_wafv2_")  # huge recursive schemas: each call takes long
MOST_LEAVES_OF_SLOW = 100
MANY = 300  # elements that no list may have
MOST_TOGETHER = 300  # leaves set in one call


HOLE = "\x00hole in the configuration"
Known = dict[str, list[tuple[list[Message], list[tuple[Any, list[int]]]]]]


def _names(path: tuple[str | int, ...]) -> Path:
    return tuple(step for step in path if isinstance(step, str))


class TypeProbe:
    """The probing of one resource, data source or provider block."""

    def __init__(
        self, provider: ProviderProcess, kind: str, type: str, block: Any, known: Known
    ) -> None:
        self.provider, self.kind, self.type, self.block = provider, kind, type, block
        self.known = known
        self.leaves = [x for x in leaves(block) if kind != "provider" or x.path[0] != "endpoints"]
        if type.startswith(SLOW_TYPES):
            self.leaves = self.leaves[:MOST_LEAVES_OF_SLOW]
        self.modes: dict[Path, str] = {}
        self._nesting(block, ())
        self.combinations: set[tuple[str, str, str]] = set()
        self._baselines: dict[tuple[frozenset[Path], frozenset[Path]], list[Answer]] = {}

    def _nesting(self, block: Any, path: Path) -> None:
        for name, nested in block["blocks"].items():
            if len(path) < 12:
                self.modes[(*path, name)] = nested["nesting"]
                self._nesting(nested["block"], (*path, name))
        for name, attribute in block["attributes"].items():
            self._object(attribute["type"], (*path, name))

    def _object(self, type: Any, path: Path) -> None:
        if isinstance(type, str):
            return
        if type[0] == "object":
            self.modes.setdefault(path, "single")
            for name, inner in type[1].items():
                self._object(inner, (*path, name))
        else:
            self.modes.setdefault(path, type[0])
            self._object(type[1], path)

    def ask(self, values: Mapping[Path, Any], present: frozenset[Path]) -> list[Answer]:
        return self.ask_packed(msgpack.packb(config(self.block, values, present)))

    def ask_packed(self, packed: bytes) -> list[Answer]:
        """Errors other than missing arguments; what is said of combinations is noted aside."""
        out = []
        for answer in self.provider.validate_packed(self.kind, self.type, packed):
            if not answer.error or REQUIRED.search(answer.detail):
                continue
            if COMBINATION.search(answer.summary) or COMBINATION.search(answer.detail):
                at = ".".join(map(str, answer.path))
                self.combinations.add((answer.summary, answer.detail, at))
            else:
                out.append(answer)
        return out

    def names(self, leaf: Leaf) -> tuple[str, str]:
        """The leaf as SDK messages (rule.0.status) and as framework messages (rule[0].status) say."""
        dotted, indexed = [], ""
        for i, step in enumerate(leaf.path):
            mode = self.modes.get(leaf.path[: i + 1], "") if i < len(leaf.path) - 1 else ""
            dotted.append(step + {"list": ".0", "set": ".0", "map": ".k"}.get(mode, ""))
            indexed += ("." if i else "") + step
            indexed += {"list": "[0]", "set": "[Value(*)]", "map": '["k"]'}.get(mode, "")
        tail = leaf.container
        joined = ".".join(dotted) + {"list": ".0", "set": ".0"}.get(tail, "")
        return joined, indexed + {"list": "[0]", "set": "[Value(*)]"}.get(tail, "")

    def asker(self, leaf: Leaf) -> Callable[[Any], list[Message]]:
        """What asks about this leaf alone: value to the errors about it.

        The configuration is packed once and only the value exchanged, which halves the time.
        """
        present, needed = self.company(leaf)
        while True:  # asking tells what else must be there
            key = (present, frozenset(needed))
            if key not in self._baselines:
                self._baselines[key] = self.ask(needed, present)
            present, needed = self.company(leaf)
            if key == (present, frozenset(needed)):
                break
        # Only the words count: deep inside, the SDK gets the place wrong, since the paths of
        # siblings share memory, and the last one to be looked at overwrites the others.
        before = {(a.summary, a.detail) for a in self._baselines[key]}
        hole = {**needed, leaf.path: HOLE if leaf.container == "" else [HOLE]}
        packed = msgpack.packb(config(self.block, hole, present))
        marker = msgpack.packb(HOLE)

        def complaints(value: Any) -> list[Message]:
            answers = self.ask_packed(packed.replace(marker, msgpack.packb(value)))
            said = dict.fromkeys((a.summary, a.detail) for a in answers)
            return [message for message in said if message not in before]

        return complaints

    def company(self, leaf: Leaf) -> tuple[frozenset[Path], dict[Path, Any]]:
        """Blocks and values without which the SDK would not look at this leaf's value at all."""
        present, needed = set(above(leaf.path)), dict[Path, Any]()
        needs: dict[Path, set[Path]] = {}
        for _, detail, _at in self.combinations:
            if found := NEEDS.match(detail):
                others = {_without_indexes(name) for name in found[2].split(",")}
                needs.setdefault(_without_indexes(found[1]), set()).update(others)
        known = {other.path: other for other in self.leaves}
        todo = [*present, leaf.path]
        while todo:
            for path in needs.pop(todo.pop(), ()):
                present |= above(path)
                if path not in known:
                    present.add(path)
                elif path != leaf.path:
                    needed[path] = _any_value(known[path])
                todo += [path, *above(path)]
        return frozenset(present), needed

    def leaf(self, leaf: Leaf) -> dict[str, Any]:
        dotted, indexed = self.names(leaf)
        found: list[Message] = []
        seen: list[tuple[Any, list[int]]] = []

        complaints = self.asker(leaf)

        def put(value: Any) -> None:
            hits = []
            for said in complaints(value):
                for i, known in enumerate(found):
                    if same(known, said, value, dotted, indexed):
                        hits.append(i)
                        break
                else:
                    hits.append(len(found))
                    found.append(template(said, value, dotted, indexed))
            seen.append((value, hits))

        record: dict[str, Any] = {
            "path": leaf.path,
            "type": leaf.type,
            "container": leaf.container,
            "names": (dotted, indexed),
        }
        if leaf.container == "map" or leaf.type == "bool":
            self.ask({leaf.path: True if leaf.container == "" else {}}, above(leaf.path))
            return record
        first = SCALARS if leaf.type == "string" else NUMBERS
        for value in first:
            put(value)
        if leaf.type == "string" and len(found) > 1:
            for value in dict.fromkeys(v for said in list(found) for v in hints(said)):
                put(value)
        if leaf.type == "string":
            name_like = (
                self.kind == "resource" and leaf.container == "" and NAME_LIKE.search(leaf.path[-1])
            )
            if name_like and len(leaf.path) <= 2 and not any(map(generic, found)):
                for value in RESERVED:
                    put(value)
            if self.kind != "provider" and found and not all(map(generic, found)):
                self.sampled(found, seen, put)
        if leaf.container:
            record["few"] = self.sizes(leaf, [])
            many = [f"{TOKEN}{i}" if leaf.type == "string" else i for i in range(MANY)]
            record["many"] = self.sizes(leaf, many)
        if found:
            record["templates"] = found
            record["seen"] = [(_short(v), hits) for v, hits in seen]
        return record

    def sampled(
        self, found: list[Message], seen: list[tuple[Any, list[int]]], put: Callable[[Any], None]
    ) -> None:
        """Ask about the samples, unless two other arguments that spoke alike also answered alike."""
        key = json.dumps([found, seen])
        known = self.known.setdefault(key, [])
        if len(known) >= 2 and all(k == known[0] for k in known):
            more_found, more_seen = known[0]
            found[:], seen[:] = list(more_found), list(more_seen)
            return
        arn = all("is an invalid ARN" in m[0] for m in found)
        for value in ARNS if arn else (*SAMPLES, *lengths()):
            put(value)
        known.append((list(found), list(seen)))

    def sizes(self, leaf: Leaf, value: list[Any]) -> list[Message]:
        answers = self.ask({leaf.path: value}, above(leaf.path))
        said = [(a.summary, a.detail) for a in answers if _names(a.path)[-1:] == leaf.path[-1:]]
        return [m for m in said if re.search(r"list items|elements, got", " ".join(m))][:2]

    def together(self) -> None:
        """Find which arguments exclude, need or replace each other."""
        chosen = self.leaves[:MOST_TOGETHER]
        values = {leaf.path: _any_value(leaf) for leaf in chosen}
        blocks = {p for leaf in chosen for p in above(leaf.path)}
        self.ask({}, frozenset())
        self.ask({}, frozenset(blocks))

        def without(gone: set[Path]) -> None:
            keep = {p: v for p, v in values.items() if not any(p[: len(g)] == g for g in gone)}
            self.ask(keep, frozenset(p for p in blocks if not any(p[: len(g)] == g for g in gone)))

        without(set())
        asked: set[tuple[str, frozenset[Path]]] = set()
        for _ in range(8):
            conflicts: dict[str, set[Path]] = {}
            for summary, detail, _at in list(self.combinations):
                for text in (summary, detail):
                    for found in CONFLICT.finditer(text):
                        conflicts.setdefault(found[1], set()).add(_without_indexes(found[2]))
                exclusive = re.search(r'"([\w.]+)": only one of `([^`]*)`', detail)
                if exclusive:
                    mine = exclusive[1]
                    others = [o for o in exclusive[2].split(",") if o != mine]
                    gone = {_without_indexes(other) for other in others}
                    conflicts.setdefault(mine, set()).update(gone)
            new = [
                (k, frozenset(v)) for k, v in conflicts.items() if (k, frozenset(v)) not in asked
            ]
            if not new:
                break
            for key, gone in new:
                asked.add((key, gone))
                without(set(gone))

    def run(self) -> dict[str, Any]:
        started, calls = time.monotonic(), self.provider.calls
        record: dict[str, Any] = {"kind": self.kind, "type": self.type}
        record["framework"], record["id_refused"] = self.flavour()
        record["leaves"] = [self.leaf(leaf) for leaf in self.leaves]
        if len(self.leaves) > 1:
            self.together()
        record["combinations"] = sorted(self.combinations)
        record["calls"] = self.provider.calls - calls
        record["seconds"] = round(time.monotonic() - started, 2)
        return record

    def flavour(self) -> tuple[bool, bool]:
        """(built on the plugin framework rather than the SDK, a configured `id` is refused)."""
        values = {p: sample(t) for p, t in read_only(self.block) if len(p) == 1}
        if "id" in self.block["attributes"]:
            values[("id",)] = "x"
        answers = self.provider.validate(
            self.kind, self.type, config(self.block, values, frozenset())
        )
        words = " ".join(a.summary for a in answers)
        framework = "Read-Only" in words or "Missing Configuration" in words
        refused = any(a.summary == "Invalid or unknown key" and a.path == ("id",) for a in answers)
        return framework, refused


def _without_indexes(key: str) -> Path:
    return tuple(step for step in key.split(".") if not step.isdigit())


def _any_value(leaf: Leaf) -> Any:
    one: Any = {"string": TOKEN, "number": 1, "bool": True}[leaf.type]
    return {"": one, "map": {"k": one}}.get(leaf.container, [one])


def _short(value: Any) -> Any:
    return {"long": len(value)} if value == LONG else value


def probe(
    provider: ProviderProcess, kind: str, type: str, block: Any, known: Known
) -> dict[str, Any]:
    """Everything the provider said about one type; one retry if it crashed on a probe."""
    try:
        return TypeProbe(provider, kind, type, block, known).run()
    except grpc.RpcError:
        provider.restart()
    try:
        return TypeProbe(provider, kind, type, block, known).run()
    except grpc.RpcError as error:
        provider.restart()
        return {"kind": kind, "type": type, "error": repr(error)[:200]}
