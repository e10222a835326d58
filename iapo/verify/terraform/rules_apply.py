"""Apply one type's rules to one evaluated block, in the order and with the skips of the provider.

Two kinds of provider code read a block differently. The older plugin SDK walks the schema: exactly
one of, at least one of, required, read-only, required with, then nothing more where anything inside
is unknown, conflicts, and only then the value. The newer framework asks every validator of every
value, and each skips what is unknown. Both walks are here; what they look up is data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .rules_checks import Rule, Text
from .rules_wording import DOTTED, INDEXED, go_quote, go_text, render

Found = tuple[str, str, tuple[str | int, ...]]  # summary, detail, path
READ_ONLY_SDK = (
    "Value for unconfigurable attribute",
    f'Can\'t configure a value for "{DOTTED}": its value will be decided automatically based on '
    "the result of applying this configuration.",
)
READ_ONLY_FRAMEWORK = (
    "Invalid Configuration for Read-Only Attribute",
    "Cannot set value for this attribute as the provider has marked it as read-only. Remove the "
    "configuration line setting the value.\n\nRefer to the provider documentation or contact the "
    "provider developers for additional information about configurable and read-only attributes "
    "that are supported.",
)
UNKNOWN_ID = ("Invalid or unknown key", "")


class Unknown:
    """The type of the one value that stands for "not known yet"."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


def unknown(value: Any) -> bool:
    """Whether the value itself is unknown; MessagePack's extension types count as unknown too."""
    return isinstance(value, Unknown) or type(value).__name__ == "ExtType"


def wholly_known(value: Any) -> bool:
    """Whether nothing inside the value is unknown."""
    stack = [value]
    while stack:
        item = stack.pop()
        if unknown(item):
            return False
        if isinstance(item, Mapping):
            stack.extend(item.values())
        elif isinstance(item, (list, tuple, set, frozenset)):
            stack.extend(item)
    return True


@dataclass(frozen=True, slots=True)
class Node:
    """What is known of one argument or block; `block` is set where there is more inside."""

    rules: tuple[Rule, ...] = ()
    mode: str = "all"  # all: every fault is told; first: only the first; any: one rule must hold
    few: int = 0
    many: int | None = None
    conflicts: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()
    required_with: tuple[str, ...] = ()
    block: Mapping[str, Node] | None = None
    nested: bool = False  # a block in the schema: an empty list of it counts as unset
    is_set: bool = False
    is_map: bool = False
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Combination:
    """A framework rule on several top-level arguments.

    `op` says when it is broken: `none` or `many` of them given, `partly` some but not all, or
    `alone`: the first given without one of the others.
    """

    op: str
    names: tuple[str, ...]
    summary: str
    detail: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeRules:
    """Everything known of one resource type, data source or provider block."""

    arguments: Mapping[str, Node] = field(default_factory=dict)
    framework: bool = False
    id_refused: bool = False
    combinations: tuple[Combination, ...] = ()


def value_problems(node: Node, value: Any, dotted: str, indexed: str) -> list[Text]:
    """Errors about one known scalar, rendered."""
    out: list[Text] = []
    for rule in node.rules:
        faults = rule.faults(value)
        if rule.op == "whole":  # a matter of type, which the provider looks at first and alone
            if faults:
                out = faults
                break
            continue
        if node.mode == "any" and not faults:
            return []
        out += faults
        if node.mode == "first" and faults:
            break
    return [(render(s, value, dotted, indexed), render(d, value, dotted, indexed)) for s, d in out]


# --- the plugin SDK ---------------------------------------------------------------------------


class _SdkWalk:
    def __init__(self, rules: TypeRules, values: Mapping[str, Any]) -> None:
        self.rules, self.values = rules, values
        self.found: list[Found] = []

    def run(self) -> list[Found]:
        if self.rules.id_refused and self.values.get("id") is not None:
            self.found.append((*UNKNOWN_ID, ("id",)))
        self.object(self.rules.arguments, self.values, "", (), False)
        return self.found

    def say(self, text: Text, path: tuple[str | int, ...]) -> None:
        self.found.append((text[0], text[1], path))

    def object(
        self,
        nodes: Mapping[str, Node],
        values: Mapping[str, Any],
        prefix: str,
        path: tuple[str | int, ...],
        in_set: bool,
    ) -> None:
        for name, node in nodes.items():
            value = values.get(name)
            at = path if in_set else (*path, name)
            self.argument(node, value, prefix + name, at, in_set)

    def argument(
        self, node: Node, value: Any, key: str, path: tuple[str | int, ...], in_set: bool
    ) -> None:
        if node.exactly_one:
            names = node.exactly_one
            states = [self.look(name) for name in names]
            given = [n for n, s in zip(names, states, strict=True) if s == "known"]
            listed = ",".join(names)
            summary = "Invalid combination of arguments"
            if not given and "unknown" not in states:
                return self.say((summary, f'"{key}": one of `{listed}` must be specified'), path)
            if len(given) > 1:
                detail = (
                    f'"{key}": only one of `{listed}` can be specified, '
                    f"but `{','.join(given)}` were specified."
                )
                return self.say((summary, detail), path)
        if node.at_least_one and all(self.look(n) == "unset" for n in node.at_least_one):
            detail = f'"{key}": one of `{",".join(node.at_least_one)}` must be specified'
            return self.say(("Missing required argument", detail), path)
        if not _set(node, value):
            return None
        if node.read_only:
            detail = render(READ_ONLY_SDK[1], "", key, key)
            return self.say((READ_ONLY_SDK[0], detail), path)
        if node.required_with and any(self.look(n) == "unset" for n in node.required_with):
            detail = f'"{key}": all of `{",".join(node.required_with)}` must be specified'
            return self.say(("Missing required argument", detail), path)
        if not wholly_known(value):
            return None
        for other in node.conflicts:
            # Where the other one holds something unknown, the real provider may complain already;
            # it is left alone here, because it may yet turn out to be null.
            if self.look(other) == "known":
                detail = f'"{key}": conflicts with {other}'
                return self.say(("Conflicting configuration arguments", detail), path)
        return self.value(node, value, key, path, in_set)

    def value(
        self, node: Node, value: Any, key: str, path: tuple[str | int, ...], in_set: bool
    ) -> None:
        cut = in_set or node.is_set
        if isinstance(value, (list, tuple)):
            size = len(value)
            if node.many is not None and size > node.many:
                detail = (
                    f"Attribute {key} supports {node.many} item maximum, "
                    f"but config has {size} declared."
                )
                return self.say(("Too many list items", detail), path)
            if size < node.few:
                detail = (
                    f"Attribute {key} requires {node.few} item minimum, "
                    f"but config has only {size} declared."
                )
                return self.say(("Not enough list items", detail), path)
            for i, item in enumerate(value):
                step = path if cut else (*path, i)
                if node.block is not None:
                    if isinstance(item, Mapping):
                        self.object(node.block, item, f"{key}.{i}.", step, cut)
                elif item is not None:
                    self.scalar(node, item, f"{key}.{i}", step)
            return None
        if isinstance(value, Mapping):
            if node.block is not None and not node.is_map:
                self.object(node.block, value, f"{key}.", path, cut)
            return None
        return self.scalar(node, value, key, path)

    def scalar(self, node: Node, value: Any, key: str, path: tuple[str | int, ...]) -> None:
        if node.rules:
            for text in value_problems(node, value, key, key):
                self.say(text, path)

    def look(self, key: str) -> str:
        """`known`, `unknown` (or holding something unknown) or `unset`, for a dotted argument.

        A block that is there is known to be there, whatever in it is unknown.
        """
        current: Any = self.values
        nodes: Mapping[str, Node] | None = self.rules.arguments
        node = Node()
        for step in key.split("."):
            if unknown(current):
                return "unknown"
            if isinstance(current, Mapping):
                current = current.get(step)
                if nodes is not None:
                    node = nodes.get(step) or Node()
                    nodes = node.block
            elif isinstance(current, (list, tuple)):
                if not step.isdigit() or int(step) >= len(current):
                    return "unset"
                current = current[int(step)]
            else:
                return "unset"
        if not _set(node, current):
            return "unset"
        if node.nested and not unknown(current):
            return "known"
        return "known" if wholly_known(current) else "unknown"


def _set(node: Node, value: Any) -> bool:
    """Whether the SDK sees a value: an empty list of blocks is none, an empty argument is one."""
    if value is None:
        return False
    return not (node.nested and isinstance(value, (list, tuple, Mapping)) and len(value) == 0)


# --- the plugin framework -----------------------------------------------------------------------


def _framework(
    nodes: Mapping[str, Node],
    values: Mapping[str, Any],
    indexed: str,
    path: tuple[str | int, ...],
    cut: bool,
) -> Iterator[Found]:
    for name, node in nodes.items():
        value = values.get(name)
        if value is None:
            continue
        place = indexed + name
        at = path if cut else (*path, name)
        if node.read_only:
            yield (*READ_ONLY_FRAMEWORK, at)
            continue
        if unknown(value):
            continue
        if isinstance(value, (list, tuple)):
            for i, item in enumerate(value):
                if item is None or unknown(item):
                    continue
                inner = f"{place}[Value({_cty(item)})]" if node.is_set else f"{place}[{i}]"
                step = at if cut or node.is_set else (*at, i)
                if node.block is not None:
                    if isinstance(item, Mapping):
                        below = cut or node.is_set
                        yield from _framework(node.block, item, inner + ".", step, below)
                elif node.rules:
                    for text in value_problems(node, item, inner, inner):
                        yield (*text, step)
        elif isinstance(value, Mapping):
            if node.block is None:
                continue
            if node.is_map:
                for key, item in value.items():
                    if isinstance(item, Mapping):
                        inner = f'{place}["{key}"].'
                        yield from _framework(node.block, item, inner, (*at, str(key)), cut)
            else:
                yield from _framework(node.block, value, place + ".", at, cut)
        elif node.rules:
            for text in value_problems(node, value, place, place):
                yield (*text, at)


def _cty(value: Any) -> str:
    """A value inside a set, as the framework prints it."""
    if value is None:
        return "<null>"
    if unknown(value):
        return "<unknown>"
    if isinstance(value, str):
        return go_quote(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f'"{k}":{_cty(value[k])}' for k in sorted(value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_cty(item) for item in value) + "]"
    return go_text(value)


def _combinations(rules: TypeRules, values: Mapping[str, Any]) -> Iterator[Found]:
    for combination in rules.combinations:
        seen = [values.get(name) for name in combination.names]
        nodes = [rules.arguments.get(name) or Node() for name in combination.names]
        if not all(wholly_known(value) for value in seen):
            continue
        given = sum(_set(node, value) for node, value in zip(nodes, seen, strict=True))
        broken = {
            "many": given > 1,
            "none": given == 0,
            "partly": 0 < given < len(seen),
            "alone": _set(nodes[0], seen[0]) and given < len(seen),
        }[combination.op]
        if broken:
            count = str(given)
            detail = combination.detail.replace(INDEXED, count)
            yield combination.summary, detail, combination.path


def apply(rules: TypeRules, values: Mapping[str, Any]) -> list[Found]:
    """All errors the provider would report on a block, in the order of the type's arguments."""
    if not rules.framework:
        return _SdkWalk(rules, values).run()
    found = list(_framework(rules.arguments, values, "", (), False))
    return found + list(_combinations(rules, values))
