"""What Terraform schemas cannot say about values, in the provider's own words.

Enums, name patterns, lengths, ranges, CIDR/ARN/JSON shapes, exclusive and dependent arguments,
read-only arguments: facts recovered by asking the AWS provider itself (scripts/harvest_aws_rules)
and shipped as data. Nothing here decides syntax, types or unknown arguments: Terraform core does
that from the schema, and has done so before values arrive here.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from iapo.errors import DamagedPackageError

from .rules_apply import UNKNOWN, Combination, Node, TypeRules, apply
from .rules_checks import Rule

__all__ = ["UNKNOWN", "ValueProblem", "check_values", "value_facts"]

Kind = Literal["resource", "data", "provider"]
DATA = {"aws": "aws_rules.json.xz"}
MOST_PROBLEMS = 100  # of one block; a list of ten thousand wrong items needs no more


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """An error the provider would report.

    Attributes:
        summary: the provider's summary, e.g. `expected request_payer to be one of [...], got X`.
        detail: the provider's detail; often empty.
        path: steps from the resource down to the value: argument names, list indexes, map keys.
            Like the provider's, it ends at a set: what is inside a set has no address. May be empty.
    """

    summary: str
    detail: str
    path: tuple[str | int, ...]


def check_values(
    kind: Kind,
    type: str,
    values: Mapping[str, Any],
    *,
    provider: str = "aws",
    version: str = "5.100.0",
) -> list[ValueProblem]:
    """Report what the provider's validation would refuse in one evaluated block.

    Args:
        kind: `resource`, `data`, or `provider`.
        type: e.g. `aws_s3_bucket`; ignored for `provider`.
        values: the block as Terraform hands it to a provider: every argument by name; nested
            blocks as a list of mappings (list and set blocks), or one mapping (single) or mapping of
            mappings (map blocks); `None` or absent where not set; `UNKNOWN` where unknown (MessagePack
            extension values count as unknown as well).
        provider: short provider name; only `aws` has rules so far, others give no problem.
        version: provider version the program asks for. The rules are those of 5.100.0; of another
            major version only what does not age is applied (no enums).

    Returns:
        At most 100 problems, in the order of the type's arguments; none for unknown types. Never
        raises on any value, and says the same of the same values.
    """
    rules = _type_rules(provider, kind, "" if kind == "provider" else type, _major(version) == "5")
    if rules is None:
        return []
    try:
        found = apply(rules, values)
    except RecursionError:  # deeper than any schema: Terraform core has refused it already
        return []
    unique = dict.fromkeys(ValueProblem(*problem) for problem in found)
    return list(unique)[:MOST_PROBLEMS]


def value_facts(type: str, kind: Kind = "resource") -> Mapping[str, Mapping[str, Any]]:
    """What is known of a type's arguments, for generators and guided decoding.

    Returns:
        Dotted argument path without indexes (`rule.status`) to facts: `enum` (list; `any_case`
        where capitals do not matter), `min`/`max`
        (numbers), `multiple_of`, `above` (exclusive), `min_length`/`max_length`, `pattern` and `not_pattern` (lists of Python regular
        expressions; all must hold), `format` (`arn`, `cidr4`, `policy`, `json`, `timestamp` ...),
        `any_of` (True: one of these facts suffices), `min_items`/`max_items`, `conflicts_with`,
        `exactly_one_of`, `at_least_one_of`, `required_with` (lists of dotted paths), `read_only`
        (True). Combinations that belong to no single argument are under the path "".
    """
    rules = _type_rules("aws", kind, "" if kind == "provider" else type, True)
    if rules is None:
        return {}
    out: dict[str, dict[str, Any]] = {}
    for path, node in _walk(rules.arguments, ""):
        facts = _facts(node)
        if facts:
            out[path] = facts
    if rules.id_refused:
        out["id"] = {**out.get("id", {}), "read_only": True}
    for combination in rules.combinations:
        name = {"many": "conflicts_with", "none": "at_least_one_of"}.get(combination.op)
        if name:
            out.setdefault("", {}).setdefault(name, []).append(list(combination.names))
    return out


def preload() -> None:
    """Read every provider's rules: a confined worker cannot do so later.

    Raises:
        DamagedPackageError: a file is missing or damaged.
    """
    for provider in DATA:
        _data(provider)


def known_types(kind: Kind = "resource") -> tuple[str, ...]:
    """Types that any rule is known of, sorted."""
    return tuple(sorted(_data("aws")["types"][kind]))


def _major(version: str) -> str:
    return version.lstrip("v=~> ").partition(".")[0]


@lru_cache(maxsize=4)
def _data(provider: str) -> Mapping[str, Any]:
    path = resources.files(__package__).joinpath("data", DATA[provider])
    try:
        loaded: Mapping[str, Any] = json.loads(lzma.decompress(path.read_bytes()))
    except (OSError, lzma.LZMAError, ValueError) as error:
        raise DamagedPackageError(path, error) from None
    return loaded


@lru_cache(maxsize=4096)
def _type_rules(provider: str, kind: str, type: str, exact: bool) -> TypeRules | None:
    if provider not in DATA:
        return None
    data = _data(provider)
    packed = data["types"].get(kind, {}).get(type)
    if packed is None:
        return None
    return unpack(json.loads(packed), data["rules"], exact)


def unpack(packed: Mapping[str, Any], table: list[Any], exact: bool = True) -> TypeRules:
    """One type's rules from their shipped form (see `scripts/harvest_aws_rules/pack.py`).

    Args:
        table: the rules that all types share, by index.
        exact: False leaves enums out.
    """
    return TypeRules(
        arguments=_nodes(packed.get("a", {}), table, exact),
        framework=bool(packed.get("f")),
        id_refused=bool(packed.get("i")),
        combinations=tuple(
            Combination(op, tuple(names), summary, detail, tuple(path))
            for op, names, summary, detail, path in packed.get("k", ())
        ),
    )


def _nodes(packed: Mapping[str, Any], table: list[Any], exact: bool) -> dict[str, Node]:
    out = {name: Node(read_only=True) for name in packed.get("#", "").split()}
    for name, item in packed.items():
        if name == "#":
            continue
        rules = tuple(Rule(*table[i]) for i in item.get("r", ()))
        mode = item.get("y", "all")
        if not exact:
            enums = any(rule.op.startswith("enum") for rule in rules)
            rules = () if enums else rules
        out[name] = Node(
            rules=rules,
            mode=mode,
            few=item.get("n", 0),
            many=item.get("m"),
            conflicts=tuple(item.get("c", ())),
            exactly_one=tuple(item.get("o", ())),
            at_least_one=tuple(item.get("l", ())),
            required_with=tuple(item.get("w", ())),
            block=_nodes(item["b"], table, exact) if "b" in item else None,
            nested=bool(item.get("x")),
            is_set=item.get("t") == "s",
            is_map=item.get("t") == "m",
        )
    return dict(sorted(out.items()))


def _walk(nodes: Mapping[str, Node], prefix: str) -> Iterator[tuple[str, Node]]:
    for name, node in nodes.items():
        yield prefix + name, node
        if node.block is not None:
            yield from _walk(node.block, f"{prefix}{name}.")


def _facts(node: Node) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for rule in node.rules:
        if rule.op in ("enum", "enum-any-case"):
            facts["enum"] = list(rule.argument)
            if rule.op == "enum-any-case":
                facts["any_case"] = True
        elif rule.op == "range":
            low, high = rule.argument
            facts.update({k: v for k, v in (("min", low), ("max", high)) if v is not None})
        elif rule.op in ("bytes", "chars"):
            low, high = rule.argument
            facts.update(
                {k: v for k, v in (("min_length", low), ("max_length", high)) if v is not None}
            )
        elif rule.op in ("multiple", "over"):
            facts["multiple_of" if rule.op == "multiple" else "above"] = rule.argument
        elif rule.op == "match":
            facts.setdefault("pattern", []).append(rule.argument)
        elif rule.op == "no-match":
            facts.setdefault("not_pattern", []).append(rule.argument)
        elif rule.op == "format":
            facts["format"] = rule.argument
        elif rule.op == "cidr":
            facts["format"] = f"cidr{rule.argument or ''}"
        elif rule.op == "network":
            facts["format"] = "network"
        elif rule.op == "item":
            facts["format"] = "json"
        elif rule.op in ("arn", "policy", "json", "timestamp", "duration"):
            facts["format"] = rule.op
        elif rule.op == "filled":
            facts.setdefault("min_length", 1)
    if node.mode == "any" and len(node.rules) > 1:
        facts["any_of"] = True
    items = {"min_items": node.few or None, "max_items": node.many}
    facts.update({name: value for name, value in items.items() if value is not None})
    if node.read_only:
        facts["read_only"] = True
    several = {
        "conflicts_with": node.conflicts,
        "exactly_one_of": node.exactly_one,
        "at_least_one_of": node.at_least_one,
        "required_with": node.required_with,
    }
    facts.update({name: [_plain(k) for k in keys] for name, keys in several.items() if keys})
    return facts


def _plain(key: str) -> str:
    return ".".join(step for step in key.split(".") if not step.isdigit())
