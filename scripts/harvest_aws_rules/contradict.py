"""Ask the provider about values that the rules judge, and take back what it contradicts.

Rules come from few answers; here each has to stand further ones: both ends of every range and
length, enums in other cases, well-formed values of every kind, and whole blocks of several arguments
at once. A rule that refuses what the provider accepts is loosened (an enum that ignores case) or
dropped. What the provider refuses and the rules do not is only counted.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import grpc
from plugin import ProviderProcess
from probes import TypeProbe
from shapes import Leaf, above, config

from iapo.verify.terraform.rules import unpack
from iapo.verify.terraform.rules_apply import Node, apply, value_problems
from iapo.verify.terraform.rules_checks import Rule

GOOD = (
    *("arn:aws:iam::123456789012:role/x", "arn:aws:s3:::bucket", "10.0.0.0/16", "10.0.0.1"),
    *("2001:db8::/32", "::1", "{}", '{"Version":"2012-10-17","Statement":[]}', "123456789012"),
    *("2024-01-01T00:00:00Z", "us-east-1", "true", "1", "0", "abc", "abc-def", "1h", "self", "all"),
    *("*", "alias/abc", "https://example.com", "ANY", "0.0.0.0/0", "example.com", "a@b.com", "30"),
    *("mon:03:00-mon:04:00", "03:00-04:00", "$default", "none", "/abc", "aws/abc", "ABC", "a.b"),
)
BLOCKS = 2  # random blocks a type
LONGEST = 5000  # some limits are gigabytes


def candidates(rule: Rule) -> Iterator[Any]:
    """Values near the borders of what a rule accepts."""
    if rule.op in ("enum", "enum-any-case"):
        for choice in (rule.argument[0], rule.argument[-1]):
            yield choice
            if isinstance(choice, str):
                yield from (choice.lower(), choice.upper(), choice.title())
    elif rule.op in ("bytes", "chars"):
        for limit in rule.argument:
            if limit is not None and limit <= LONGEST:
                yield from ("a" * n for n in (limit - 1, limit, limit + 1) if n >= 0)
                yield "\u00e9" * limit
    elif rule.op == "range":
        for limit in rule.argument:
            if limit is not None and abs(limit) < 2**53:
                yield from (int(limit) - 1, int(limit), int(limit) + 1)
    elif rule.op not in ("whole", "over", "multiple"):
        yield from GOOD


class Contradiction:
    """Checks the packed rules of one type after another, changing them in place."""

    def __init__(self, provider: ProviderProcess, table: list[Any], index: dict[str, int]) -> None:
        self.provider, self.table, self.index = provider, table, index
        self.counts: Counter[str] = Counter()

    def check(self, kind: str, type: str, block: Any, packed: dict[str, Any], record: Any) -> None:
        """One type: every argument alone, then random blocks."""
        probe = TypeProbe(self.provider, kind, type, block, {})
        answered = {tuple(leaf["path"]): leaf for leaf in record["leaves"]}
        good: dict[Leaf, Any] = {}
        for leaf in probe.leaves:
            entry = _find(packed.get("a", {}), leaf.path)
            answer = answered.get(leaf.path, {})
            asked, fine = answer.get("asked", 0), list(answer.get("fine", ()))
            if entry and entry.get("r"):
                fine += self._alone(probe, leaf, entry, thorough=asked < 50)
            if fine or leaf.container == "map" or leaf.type == "bool" or not asked:
                good[leaf] = fine[0] if fine else None
        if kind != "provider":
            self._together(probe, kind, type, packed, good)

    def _alone(
        self, probe: TypeProbe, leaf: Leaf, entry: dict[str, Any], thorough: bool
    ) -> list[Any]:
        complaints = probe.asker(leaf)
        dotted, indexed = probe.names(leaf)
        node = self._node(entry)
        values = [v for rule in node.rules for v in candidates(rule)] if thorough else []
        if not thorough:
            values = [v for r in node.rules if r.op in ("bytes", "chars") for v in candidates(r)]
        values = [v for v in dict.fromkeys(values) if isinstance(v, str) == (leaf.type == "string")]
        fine = []
        for value in values:
            self.counts["values"] += 1
            said = complaints(value)
            mine = value_problems(node, value, dotted, indexed)
            if not said:
                fine.append(value)
            if said and mine:
                self.counts["same words"] += set(said) == set(mine)
                self.counts["refused by both"] += 1
            elif said:
                self.counts["refused by the provider only"] += 1
            elif mine:
                self.counts["refused by the rules only"] += 1
                self._loosen(entry, value)
                node = self._node(entry)
        return fine

    def _node(self, entry: Mapping[str, Any]) -> Node:
        rules = tuple(Rule(*self.table[i]) for i in entry.get("r", ()))
        return Node(rules=rules, mode=entry.get("y", "all"))

    def _loosen(self, entry: dict[str, Any], value: Any) -> None:
        kept = []
        for i in entry["r"]:
            row = self.table[i]
            if not Rule(*row).faults(value):
                kept.append(i)
            elif row[0] == "enum" and not Rule("enum-any-case", *row[1:]).faults(value):
                self.counts["enums found to ignore case"] += 1
                kept.append(self._row(["enum-any-case", *row[1:]]))
            elif row[0] == "bytes" and not Rule("chars", *row[1:]).faults(value):
                kept.append(self._row(["chars", *row[1:]]))
            else:
                self.counts["rules dropped"] += 1
                print(f"dropped: {row[0]} {str(row[1])[:60]!r} for {str(value)[:40]!r}")
        entry["r"] = kept
        if not kept:
            entry.pop("y", None)

    def _row(self, row: list[Any]) -> int:
        self.table.append(row)
        return len(self.table) - 1

    def _together(
        self, probe: TypeProbe, kind: str, type: str, packed: dict[str, Any], good: dict[Leaf, Any]
    ) -> None:
        random_source = random.Random(f"{kind} {type}")
        leaves = [leaf for leaf in good if len(leaf.path) <= 3]
        for _ in range(BLOCKS):
            size = min(len(leaves), random_source.randint(0, 6))
            chosen = random_source.sample(leaves, size)
            values = {leaf.path: _wrapped(leaf, good[leaf]) for leaf in chosen}
            present = frozenset(p for leaf in chosen for p in above(leaf.path))
            block = config(probe.block, values, present)
            answers = self.provider.validate(kind, type, block)
            said = {(a.summary, a.detail) for a in answers if a.error}
            found = apply(unpack(packed, self.table), block)
            self.counts["blocks"] += 1
            for summary, detail, _ in found:
                if (summary, detail) in said:
                    self.counts["block errors told in the same words"] += 1
                    continue
                if not said:
                    self.counts["blocks refused by the rules only"] += 1
                    print(f"{type}: only the rules say: {summary} | {detail[:150]}")
                    rows = packed.get("k", [])
                    packed["k"] = [r for r in rows if r[3].lstrip("\x04") not in detail]


def _wrapped(leaf: Leaf, value: Any) -> Any:
    if value is None:
        value = {"string": "qzvxkj", "number": 1, "bool": True}[leaf.type]
    return value if leaf.container == "" else {"k": value} if leaf.container == "map" else [value]


def _find(nodes: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any] | None:
    entry: dict[str, Any] | None = None
    for step in path:
        entry = nodes.get(step)
        if not isinstance(entry, dict):
            return None
        nodes = entry.get("b", {})
    return entry


def contradict(
    provider: ProviderProcess, schemas: Any, rules: dict[str, Any], records: list[Any], limit: float
) -> Counter[str]:
    """Check all types' rules within `limit` seconds; `rules` is changed in place."""
    started = time.monotonic()
    checker = Contradiction(provider, rules["rules"], {})
    for number, record in enumerate(records, 1):
        kind, type = record["kind"], record["type"]
        packed = rules["types"][kind].get(type)
        if packed is None or kind == "provider" or "error" in record:
            continue
        try:
            checker.check(kind, type, schemas[kind][type], packed, record)
        except (grpc.RpcError, OverflowError) as error:
            print(f"{type}: {error!r}"[:200])
            provider.restart()
        if number % 200 == 0:
            print(f"{number}/{len(records)} types, {provider.calls} calls", flush=True)
        if time.monotonic() - started > limit:
            print(f"time limit after {number} types")
            break
    return checker.counts
