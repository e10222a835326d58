"""The pattern language: plain data in, checked patterns out, every mistake named.

A pattern is a mapping: one selector that says what kind of part it asks for
(`resource: aws_s3_bucket`), and the fields that the part must have. It does not judge anything:
`iapo.intent.match` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import re2  # type: ignore[import-untyped]

from iapo.verify.report import FORMATS, Format

MATCHERS: Mapping[str, str] = {
    "equal": "exactly this value, nothing more",
    "matches": "a string in which this RE2 pattern is found, or each of a list of them",
    "any": "`any: true`: set to something",
    "absent": "`absent: true`: not set",
    "at_least": "a number (quantity, duration) or a length of at least this",
    "at_most": "a number (quantity, duration) or a length of at most this",
    "refers": "a reference to the part that another pattern stands for",
    "one_of": "one of these values or patterns",
    "contains": "a list with this element, a mapping with this key, a string with this part",
    "json": "a string of JSON that has this in it",
    "runs": "a shell script that runs this command and heeds its failure",
}

# Selector to whether it is hard: a hard selector must hold before anything else counts; a soft
# one (a name that the author of a file is free to choose) is a leaf like any other.
SELECTORS: Mapping[Format, Mapping[str, bool]] = {
    "terraform": {
        "resource": True,
        "data": True,
        "output": True,
        "variable": True,
        "provider": True,
        "module": True,
    },
    "kubernetes": {"kind": True},
    "compose": {
        "service": False,
        "volume": True,
        "network": True,
        "secret": True,
        "config": True,
        "project": True,
    },
    "dockerfile": {"stage": False, "instruction": True, "arg": True},
    "github-actions": {"job": False, "on": True, "workflow": True},
    "gitlab-ci": {"job": False, "pipeline": True},
    "jenkins": {"stage": False, "pipeline": True},
}

_MAX_PATTERNS = 64
_MAX_DEPTH = 20


class IntentError(ValueError):
    """An intent that is not in the pattern language; the message says where and what."""


@dataclass(frozen=True)
class Equal:
    """A scalar that the value must equal; `strict` compares whole containers too.

    `work`: it says what a part is to do; one that does none of it earns nothing.
    `named`: it says what a part is called, which earns nothing by itself.
    """

    value: Any
    strict: bool = False
    work: bool = False
    named: bool = False


@dataclass(frozen=True)
class Matcher:
    """One matcher other than plain equality. `argument` is compiled: see `_matcher`."""

    name: str
    argument: Any
    work: bool = False
    named: bool = False


@dataclass(frozen=True)
class AllOf:
    """Several matchers of one value."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Fields:
    """A mapping with at least these fields."""

    fields: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Elements:
    """A list that has an element of its own for each of these, in any order."""

    nodes: tuple[Node, ...]


Node = Equal | Matcher | AllOf | Fields | Elements


@dataclass(frozen=True)
class Pattern:
    """One named pattern.

    Attributes:
        name: what the intent calls it; `refers` names it.
        kind: the selector's keyword, e.g. `resource`.
        selector: what the selector must match.
        hard: whether nothing counts unless the selector matches.
        fields: the rest of the pattern.
    """

    name: str
    kind: str
    selector: Node
    hard: bool
    fields: Fields


@dataclass(frozen=True)
class Leaf:
    """One thing that an intent asks for.

    Attributes:
        path: `versioning.versioning_configuration.status`.
        matcher: name of the matcher; `equal` for a plain value.
        value: its argument as written.
    """

    path: str
    matcher: str
    value: Any


@dataclass(frozen=True)
class Intent:
    """What must hold in the plan or the parsed document. Two read from equal data are equal.

    Attributes:
        format: the format that it judges.
        patterns: in the order written; compiled expressions in them compare by identity.
        data: the mapping that it was read from.
    """

    format: Format
    patterns: tuple[Pattern, ...] = field(compare=False)
    data: Mapping[str, Any]

    @classmethod
    def from_data(cls, data: Mapping[str, Any], format: Format) -> Intent:
        """Read an intent.

        Args:
            data: pattern name to pattern, as in docs/intent.md.
            format: one of `iapo.verify.FORMATS`.

        Raises:
            IntentError: the data is not in the pattern language; names the pattern and field.
        """
        if format not in FORMATS:
            raise IntentError(f"unknown format {format!r}; known: {', '.join(FORMATS)}")
        if not isinstance(data, Mapping) or not data:
            raise IntentError("an intent is a mapping of pattern names to patterns, not empty")
        if len(data) > _MAX_PATTERNS:
            raise IntentError(f"an intent has at most {_MAX_PATTERNS} patterns")
        names = frozenset(str(name) for name in data)
        patterns = tuple(_pattern(str(name), raw, format, names) for name, raw in data.items())
        return cls(format, patterns, data)

    def leaves(self) -> tuple[Leaf, ...]:
        """Everything that is asked for, soft selectors included, hard ones left out."""
        return tuple(leaf for pattern in self.patterns for leaf in _pattern_leaves(pattern))

    def asks_about(self, key: str) -> bool:
        """Whether any pattern has a field of this name, at any depth."""
        return any(_has_key(raw, key) for raw in self.data.values())

    def values_of(self, key: str) -> list[Any]:
        """Everything that any pattern says a field of this name is, as written."""
        return [value for raw in self.data.values() for value in _values_of(raw, key)]


def leaf_count(node: Node) -> int:
    """How many leaves a node has."""
    if isinstance(node, Fields):
        return sum(leaf_count(child) for _, child in node.fields)
    if isinstance(node, (Elements, AllOf)):
        return sum(leaf_count(child) for child in node.nodes)
    if isinstance(node, Matcher) and node.name in ("json", "contains"):
        return leaf_count(node.argument)
    if isinstance(node, Matcher) and node.name == "refers":
        return len(node.argument)
    return 1


def _pattern(name: str, raw: Any, format: Format, names: frozenset[str]) -> Pattern:
    if not isinstance(raw, Mapping):
        raise IntentError(f"{name}: a pattern is a mapping, got {type(raw).__name__}")
    selectors = SELECTORS[format]
    found = [key for key in raw if key in selectors]
    if not found:
        raise IntentError(f"{name}: needs one of {', '.join(selectors)} to say what it asks for")
    # `{job: test, on: ...}` cannot be told apart from a field; the first key written selects.
    kind = found[0]
    rest = {str(key): value for key, value in raw.items() if key != kind}
    selector = _node(raw[kind], f"{name}.{kind}", names, 0)
    if isinstance(selector, (Fields, Elements)):
        raise IntentError(f"{name}.{kind}: a selector is a value or a matcher")
    fields = _node(rest, name, names, 0) if rest else Fields(())
    if not isinstance(fields, Fields):
        raise IntentError(f"{name}: matchers stand under a field, not beside the selector")
    if format == "github-actions" and not _has_key(rest, "runs"):
        fields = Fields(tuple((key, _with_work(node)) for key, node in fields.fields))
    if format == "kubernetes":
        fields = Fields(
            tuple(
                (key, replace(node, named=True))
                if key in ("name", "namespace") and isinstance(node, (Equal, Matcher))
                else (key, node)
                for key, node in fields.fields
            )
        )
    # `{any: true}` asks for nothing, so it must not be a leaf that every answer meets.
    unnamed = isinstance(selector, Matcher) and selector.name == "any"
    return Pattern(name, kind, selector, selectors[kind] or unnamed, fields)


def _with_work(node: Node) -> Node:
    """An action that a step uses is the step's work, as a command is; a checkout is none."""
    if isinstance(node, Elements):
        return Elements(tuple(_with_work(child) for child in node.nodes))
    if not isinstance(node, Fields):
        return node
    return Fields(
        tuple(
            (key, replace(child, work=True))
            if key == "action" and isinstance(child, (Equal, Matcher)) and not _checks_out(child)
            else (key, child)
            for key, child in node.fields
        )
    )


def _checks_out(node: Equal | Matcher) -> bool:
    return isinstance(node, Equal) and node.value == "actions/checkout"


def _node(raw: Any, where: str, names: frozenset[str], depth: int) -> Node:
    if depth > _MAX_DEPTH:
        raise IntentError(f"{where}: nested deeper than {_MAX_DEPTH} levels")
    if isinstance(raw, Mapping):
        if not raw:
            raise IntentError(f"{where}: an empty mapping asks for nothing; use `any: true`")
        keys = [str(key) for key in raw]
        matchers = [key for key in keys if key in MATCHERS]
        if matchers and len(matchers) == len(keys):
            nodes = tuple(_matcher(k, v, where, names, depth) for k, v in raw.items())
            return nodes[0] if len(nodes) == 1 else AllOf(nodes)
        return Fields(
            tuple((str(k), _node(v, f"{where}.{k}", names, depth + 1)) for k, v in raw.items())
        )
    if isinstance(raw, (list, tuple)):
        if not raw:
            raise IntentError(f"{where}: an empty list asks for nothing; use `absent: true`")
        return Elements(
            tuple(_node(item, f"{where}.{i}", names, depth + 1) for i, item in enumerate(raw))
        )
    if raw is None or not isinstance(raw, (str, int, float, bool)):
        raise IntentError(f"{where}: expected a value, a matcher, a list or a mapping")
    return Equal(raw)


def _matcher(name: str, raw: Any, where: str, names: frozenset[str], depth: int) -> Node:
    where = f"{where}.{name}"
    if name == "equal":
        return Equal(raw, strict=True)
    if name in ("any", "absent"):
        if raw is not True:
            raise IntentError(f"{where}: only `{name}: true` has a meaning")
        return Matcher(name, True)
    if name in ("at_least", "at_most"):
        if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
            raise IntentError(f"{where}: expected a number, a quantity or a duration")
        return Matcher(name, raw)
    if name == "matches":
        patterns = raw if isinstance(raw, (list, tuple)) and raw else [raw]
        nodes = tuple(Matcher(name, _regex(pattern, where)) for pattern in patterns)
        return nodes[0] if len(nodes) == 1 else AllOf(nodes)
    if name == "refers":
        targets = raw if isinstance(raw, (list, tuple)) else [raw]
        for target in targets:
            if target not in names:
                raise IntentError(
                    f"{where}: no pattern is named {target!r}; there are {', '.join(sorted(names))}"
                )
        return Matcher(name, tuple(targets))
    if name == "one_of":
        if not isinstance(raw, (list, tuple)) or not raw:
            raise IntentError(f"{where}: expected a list of values")
        return Matcher(
            name, tuple(_node(x, f"{where}.{i}", names, depth + 1) for i, x in enumerate(raw))
        )
    if name in ("contains", "json"):
        return Matcher(name, _node(raw, where, names, depth + 1))
    if not isinstance(raw, str) or not raw.split():
        raise IntentError(f"{where}: expected a command, e.g. `npm test`")
    return Matcher(name, tuple(raw.split()), work=True)


def _regex(raw: Any, where: str) -> Any:
    if not isinstance(raw, str) or not raw:
        raise IntentError(f"{where}: expected a pattern")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(raw, options=options)
    except re2.error as error:
        text = error.args[0] if error.args else "not a pattern"
        if isinstance(text, bytes):
            text = text.decode()
        raise IntentError(f"{where}: not an RE2 pattern: {text}") from None


def _pattern_leaves(pattern: Pattern) -> Iterator[Leaf]:
    if not pattern.hard:
        yield from _leaves(pattern.selector, f"{pattern.name}.{pattern.kind}")
    yield from _leaves(pattern.fields, pattern.name)


def _leaves(node: Node, path: str) -> Iterator[Leaf]:
    if isinstance(node, Fields):
        for key, child in node.fields:
            yield from _leaves(child, f"{path}.{key}")
    elif isinstance(node, Elements):
        for index, child in enumerate(node.nodes):
            yield from _leaves(child, f"{path}[{index}]")
    elif isinstance(node, AllOf):
        for child in node.nodes:
            yield from _leaves(child, path)
    elif isinstance(node, Equal):
        yield Leaf(path, "equal", node.value)
    elif node.name in ("json", "contains"):
        yield from _leaves(node.argument, path)
    elif node.name == "refers":
        for target in node.argument:
            yield Leaf(path, "refers", target)
    elif node.name == "one_of":
        values = tuple(child.value for child in node.argument if isinstance(child, Equal))
        if values:
            yield Leaf(path, "one_of", values)
        else:  # the first of several patterns is the one that is meant
            yield from _leaves(node.argument[0], path)
    elif node.name == "matches":
        yield Leaf(path, "matches", _written(node.argument.pattern))
    elif node.name == "runs":
        yield Leaf(path, "runs", " ".join(node.argument))
    else:
        yield Leaf(path, node.name, node.argument)


def _written(pattern: str | bytes) -> str:
    return pattern.decode() if isinstance(pattern, bytes) else pattern


def _values_of(raw: Any, key: str) -> Iterator[Any]:
    inner = raw.items() if isinstance(raw, Mapping) else enumerate(raw)
    for name, value in inner:
        if name == key:
            yield value
        if isinstance(value, (Mapping, list, tuple)):
            yield from _values_of(value, key)


def _has_key(raw: Any, key: str) -> bool:
    if isinstance(raw, Mapping):
        return any(k == key or _has_key(v, key) for k, v in raw.items())
    if isinstance(raw, (list, tuple)):
        return any(_has_key(item, key) for item in raw)
    return False
