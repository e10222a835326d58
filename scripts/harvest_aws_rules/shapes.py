"""What can be set in a block, and configurations that set just some of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]
Block = Mapping[str, Any]
MOST_LEAVES = 600  # of the recursive monsters (WAF rules, dashboards) only the upper levels


@dataclass(frozen=True, slots=True)
class Leaf:
    """One configurable argument: a scalar, or a list, set or map of scalars.

    `path` names the arguments and blocks down to it, without indexes.
    """

    path: Path
    type: str  # string | number | bool
    container: str  # "" | list | set | map


def settable(attribute: Mapping[str, Any]) -> bool:
    return bool(attribute["optional"] or attribute["required"])


def leaves(block: Block) -> list[Leaf]:
    """Every configurable leaf, upper levels first, at most `MOST_LEAVES`."""
    out: list[Leaf] = []
    level: list[tuple[Path, Block]] = [((), block)]
    while level and len(out) < MOST_LEAVES:
        below: list[tuple[Path, Block]] = []
        for path, current in level:
            for name, attribute in current["attributes"].items():
                if settable(attribute) and not (path == () and name == "id"):
                    out += _typed(attribute["type"], (*path, name))
            for name, nested in current["blocks"].items():
                if not (path == () and name == "timeouts"):
                    below.append(((*path, name), nested["block"]))
        level = below
    return out[:MOST_LEAVES]


def _typed(type: Any, path: Path) -> Iterator[Leaf]:
    if isinstance(type, str):
        if type != "dynamic":
            yield Leaf(path, type, "")
    elif type[0] == "object":
        for name, inner in type[1].items():
            yield from _typed(inner, (*path, name))
    elif isinstance(type[1], str):
        yield Leaf(path, type[1], type[0])
    else:
        yield from _typed(type[1], path)


def read_only(block: Block, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Arguments that only the provider sets, with their types."""
    for name, attribute in block["attributes"].items():
        if attribute["computed"] and not settable(attribute):
            yield (*path, name), attribute["type"]
    for name, nested in block["blocks"].items():
        if len(path) < 6:
            yield from read_only(nested["block"], (*path, name))


def config(block: Block, values: Mapping[Path, Any], present: frozenset[Path]) -> dict[str, Any]:
    """A full configuration with these leaves set and these blocks present, all else null.

    Args:
        values: leaf path -> what goes into the leaf (a whole list for a list leaf).
        present: paths of blocks (and object-typed arguments) to include once.
    """
    return _config(block, (), values, present)


def _config(block: Block, path: Path, values: Any, present: frozenset[Path]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, attribute in block["attributes"].items():
        at = (*path, name)
        out[name] = values[at] if at in values else _value(attribute["type"], at, values, present)
    for name, nested in block["blocks"].items():
        at, mode = (*path, name), nested["nesting"]
        if at in present:
            inner = _config(nested["block"], at, values, present)
            copies = max(1, min(nested["min"], 3))
            out[name] = (
                [inner] * copies
                if mode in ("list", "set")
                else {"k": inner}
                if mode == "map"
                else inner
            )
        else:
            out[name] = [] if mode in ("list", "set") else {} if mode == "map" else None
    return out


def _value(type: Any, path: Path, values: Any, present: frozenset[Path]) -> Any:
    if path in values:
        return values[path]
    if isinstance(type, str) or path not in present:
        return None
    if type[0] == "object":
        return {n: _value(t, (*path, n), values, present) for n, t in type[1].items()}
    if isinstance(type[1], str):
        return None
    inner = _value(type[1], path, values, present)
    return {"k": inner} if type[0] == "map" else [inner]


def above(path: Path) -> frozenset[Path]:
    """The blocks that must be present for a leaf to be set."""
    return frozenset(path[:i] for i in range(1, len(path)))


def sample(type: Any) -> Any:
    """Some value of a type, for arguments that must not be set at all."""
    if isinstance(type, str):
        return {"string": "x", "number": 1, "bool": True, "dynamic": "x"}[type]
    if type[0] == "object":
        return {name: sample(inner) for name, inner in type[1].items()}
    return {"k": sample(type[1])} if type[0] == "map" else [sample(type[1])]
