"""How many leaves of one pattern hold in one part.

`evaluate` is pure: the same pattern, part and targets give the same answer. Which part a pattern
stands for is decided in `iapo.intent.match`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from iapo.intent.assignment import best_assignment
from iapo.intent.parts import UNKNOWN, Path
from iapo.intent.pattern import AllOf, Elements, Equal, Fields, Matcher, Node, leaf_count
from iapo.intent.shell import runs
from iapo.intent.values import measure, same
from iapo.verify.report import Format

MISSING: Any = type("_Missing", (), {"__repr__": lambda self: "nothing"})()

_MAX_ELEMENTS = 200  # of a list that is searched; a longer one is padding
_MAX_TEXT = 20_000


class LeafResult(NamedTuple):
    """Whether one leaf of an intent holds.

    Attributes:
        name: the leaf's path, `versioning.versioning_configuration.status`.
        met: whether it holds.
        why_not: one line, empty when it holds.
        positive: False for `absent` and `at_most`, which nothing at all would also meet, and for a
            name, which earns nothing by itself.
        work: True for `runs` and for actions: a part that runs nothing of what was asked does not do
            its job.
    """

    name: str
    met: bool
    why_not: str
    positive: bool = True
    work: bool = False


@dataclass(frozen=True)
class Context:
    """What an evaluation needs besides pattern and value.

    Attributes:
        format: decides when scalars are the same.
        refers: (path, value, pattern name) -> whether it refers to what that pattern stands for.
    """

    format: Format
    refers: Callable[[Path, Any, str], bool]


def evaluate(node: Node, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    """Judge every leaf of `node` against `value`, which stands at `path` in its part."""
    leaves = _evaluate(node, value, name, path, context)
    if isinstance(node, (Equal, Matcher)) and (node.work or node.named):
        return [
            leaf._replace(work=node.work, positive=leaf.positive and not node.named)
            for leaf in leaves
        ]
    return leaves


def _evaluate(node: Node, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    if isinstance(node, Fields):
        return _fields(node, value, name, path, context)
    if isinstance(node, Elements):
        return _elements(node, value, name, path, context)
    if isinstance(node, AllOf):
        return [
            leaf for child in node.nodes for leaf in evaluate(child, value, name, path, context)
        ]
    if isinstance(node, Equal):
        return [_equal(node, value, name, path, context)]
    return _MATCHER[node.name](node, value, name, path, context)


def idle(leaves: Sequence[LeafResult]) -> bool:
    """Whether work was asked of a part and it does none of it."""
    work = [leaf.met for leaf in leaves if leaf.work]
    return bool(work) and not any(work)


def met(leaves: Sequence[LeafResult]) -> int:
    """How many leaves count.

    Of an idle part nothing else counts. What is merely absent, or a name, earns nothing beside
    nothing.
    """
    if idle(leaves):
        return 0
    positives = sum(leaf.met for leaf in leaves if leaf.positive)
    if not positives and any(leaf.positive for leaf in leaves):
        return 0
    return positives + sum(leaf.met for leaf in leaves if not leaf.positive)


def unmet(node: Node, name: str, why: str) -> list[LeafResult]:
    """Every leaf of `node`, failed for the same reason."""
    if isinstance(node, Fields):
        return [leaf for key, child in node.fields for leaf in unmet(child, f"{name}.{key}", why)]
    if isinstance(node, Elements):
        return [
            leaf
            for index, child in enumerate(node.nodes)
            for leaf in unmet(child, f"{name}[{index}]", why)
        ]
    if isinstance(node, AllOf):
        return [leaf for child in node.nodes for leaf in unmet(child, name, why)]
    if isinstance(node, Matcher) and node.name in ("contains", "json"):
        return unmet(node.argument, name, why)
    positive = not (isinstance(node, Matcher) and node.name in ("absent", "at_most"))
    positive = positive and not (isinstance(node, (Equal, Matcher)) and node.named)
    work = isinstance(node, (Equal, Matcher)) and node.work
    return [LeafResult(name, False, why, positive, work)] * leaf_count(node)


def _fields(node: Fields, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    if isinstance(value, list):
        # A block that may be given several times: one of them must be it.
        return _best(node, value, name, path, context)
    out: list[LeafResult] = []
    for key, child in node.fields:
        found, at = _look_up(value, key, path)
        out.extend(evaluate(child, found, f"{name}.{key}", at, context))
    return out


def _look_up(value: Any, key: str, path: Path) -> tuple[Any, Path]:
    """The field `key`, or, where there is none, what its dotted path leads to."""
    if not isinstance(value, Mapping):
        return (UNKNOWN if value is UNKNOWN else MISSING), (*path, key)
    if key in value:
        return value[key], (*path, key)
    for other in value:  # YAML keys need not be strings
        if not isinstance(other, str) and str(other) == key:
            return value[other], (*path, key)
    if "." in key and "/" not in key:
        first, rest = key.split(".", 1)
        if first in value:
            return _look_up(value[first], rest, (*path, first))
    return MISSING, (*path, key)


def _best(
    node: Node, values: list[Any], name: str, path: Path, context: Context
) -> list[LeafResult]:
    best: list[LeafResult] | None = None
    for index, element in enumerate(values[:_MAX_ELEMENTS]):
        if isinstance(element, list):
            continue
        leaves = evaluate(node, element, name, (*path, index), context)
        if best is None or met(leaves) > met(best):
            best = leaves
        if best is leaves and met(leaves) == len(leaves):
            break
    return best if best is not None else unmet(node, name, "not set")


def _elements(
    node: Elements, value: Any, name: str, path: Path, context: Context
) -> list[LeafResult]:
    if value is MISSING or value is None:
        return unmet(node, name, "not set")
    if value is UNKNOWN:
        return unmet(node, name, "known only after apply")
    if all(isinstance(child, Matcher) and child.name == "runs" for child in node.nodes):
        # Several commands of one script, however it is cut into lines or steps.
        return [
            leaf
            for index, child in enumerate(node.nodes)
            for leaf in evaluate(child, value, f"{name}[{index}]", path, context)
        ]
    if isinstance(value, Mapping):
        # A list of names asks for keys where the format takes a list or a mapping.
        if all(isinstance(child, (Equal, Matcher)) for child in node.nodes):
            values: list[Any] = list(value)
        else:
            values = [value]
    else:
        values = value if isinstance(value, list) else [value]
    values = values[:_MAX_ELEMENTS]
    judged = [
        [
            evaluate(child, element, f"{name}[{row}]", (*path, column), context)
            for column, element in enumerate(values)
        ]
        for row, child in enumerate(node.nodes)
    ]
    chosen = best_assignment([[met(leaves) for leaves in row] for row in judged])
    out: list[LeafResult] = []
    for row, child in enumerate(node.nodes):
        column = chosen[row]
        if column is None:
            out.extend(unmet(child, f"{name}[{row}]", "no element for it"))
        else:
            out.extend(judged[row][column])
    return out


def _equal(node: Equal, value: Any, name: str, path: Path, context: Context) -> LeafResult:
    if value is MISSING or (value is None and node.value is not None):
        return LeafResult(name, False, f"not set; expected {_show(node.value)}")
    if node.strict and isinstance(node.value, (list, Mapping)):
        holds = _identical(node.value, value, path, context.format)
    else:
        if (
            isinstance(value, list)
            and len(value) == 1
            and not isinstance(value[0], (list, Mapping))
        ):
            value = value[0]
        holds = not isinstance(value, (list, Mapping)) and same(
            node.value, value, path, context.format
        )
    if holds:
        return LeafResult(name, True, "")
    return LeafResult(name, False, f"expected {_show(node.value)}, found {_show(value)}")


def _identical(wanted: Any, found: Any, path: Path, format: Format) -> bool:
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(
                _identical(w, f, (*path, i), format)
                for i, (w, f) in enumerate(zip(wanted, found, strict=True))
            )
        )
    if isinstance(wanted, Mapping):
        return (
            isinstance(found, Mapping)
            and {str(k) for k in wanted} == {str(k) for k in found}
            and all(
                _identical(v, _look_up(found, str(k), path)[0], (*path, str(k)), format)
                for k, v in wanted.items()
            )
        )
    if isinstance(found, (list, Mapping)):
        return False
    return found is None if wanted is None else same(wanted, found, path, format)


def _is_set(value: Any) -> bool:
    return value is UNKNOWN or (
        value is not MISSING and value is not None and value != "" and value != [] and value != {}
    )


def _any(node: Matcher, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    holds = _is_set(value)
    return [LeafResult(name, holds, "" if holds else "not set")]


def _absent(node: Matcher, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    holds = not _is_set(value)
    return [LeafResult(name, holds, "" if holds else f"set to {_show(value)}", positive=False)]


def _matches(
    node: Matcher, value: Any, name: str, path: Path, context: Context
) -> list[LeafResult]:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    text = str(value) if isinstance(value, (str, int, float)) and value is not True else None
    # A lone surrogate cannot be encoded for RE2.
    clean = None if text is None else text[:_MAX_TEXT].encode("utf-8", "replace")
    holds = clean is not None and node.argument.search(clean.decode("utf-8", "replace")) is not None
    why = "" if holds else f"{_show(value)} does not match {node.argument.pattern!r}"
    return [LeafResult(name, holds, why)]


def _bound(node: Matcher, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    wanted = measure(node.argument, path, context.format)
    if isinstance(value, (list, Mapping)):
        found: Any = len(value)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        found = measure(value, path, context.format)
    else:
        found = None
    if wanted is None or found is None:
        holds = False
    else:
        holds = found >= wanted if node.name == "at_least" else found <= wanted
    bound = node.name.replace("_", " ")
    why = "" if holds else f"expected {bound} {node.argument}, found {_show(value)}"
    return [LeafResult(name, bool(holds), why, positive=node.name == "at_least")]


def _refers(node: Matcher, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    out = []
    for target in node.argument:
        holds = context.refers(path, value, target)
        out.append(LeafResult(name, holds, "" if holds else f"does not refer to {target}"))
    return out


def _one_of(node: Matcher, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    for choice in node.argument:
        leaves = evaluate(choice, value, name, path, context)
        if all(leaf.met for leaf in leaves):
            return [LeafResult(name, True, "")]
    return [LeafResult(name, False, f"{_show(value)} is none of the values asked for")]


def _contains(
    node: Matcher, value: Any, name: str, path: Path, context: Context
) -> list[LeafResult]:
    wanted: Node = node.argument
    if isinstance(value, str) and isinstance(wanted, Equal):
        holds = str(wanted.value) in value[:_MAX_TEXT]
        why = "" if holds else f"{_show(value)} does not contain {_show(wanted.value)}"
        return [LeafResult(name, holds, why)]
    if isinstance(value, Mapping):
        value = list(value)
    if isinstance(value, list):
        return _best(wanted, value, name, path, context)
    return unmet(wanted, name, f"{_show(value)} contains nothing")


def _json(node: Matcher, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    if not isinstance(value, str):
        why = "known only after apply" if value is UNKNOWN else f"{_show(value)} is not JSON"
        return unmet(node.argument, name, why)
    try:
        parsed = json.loads(value[:_MAX_TEXT])
    except (ValueError, RecursionError):
        return unmet(node.argument, name, "not JSON")
    return evaluate(node.argument, parsed, name, path, context)


def _runs(node: Matcher, value: Any, name: str, path: Path, context: Context) -> list[LeafResult]:
    script = "\n".join(str(v) for v in value) if isinstance(value, list) else value
    holds = isinstance(script, str) and runs(node.argument, script)
    why = "" if holds else f"does not run `{' '.join(node.argument)}`, or not so that it can fail"
    return [LeafResult(name, holds, why)]


_MATCHER: Mapping[str, Callable[[Matcher, Any, str, Path, Context], list[LeafResult]]] = {
    "matches": _matches,
    "any": _any,
    "absent": _absent,
    "at_least": _bound,
    "at_most": _bound,
    "refers": _refers,
    "one_of": _one_of,
    "contains": _contains,
    "json": _json,
    "runs": _runs,
}


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
