"""What is known of a matrix: its rows, what its values are, and so of what type is what is read of it.

Facts: ("matrix", name) of what can be read, ("row", name) as it is written, ("cell", row, text) of its scalars,
("at", row, key...) where a value is being written, ("value", kind, row, key...) of what kind values there are, `[]` among
the keys standing for the items of a list; ("included",) where `include` is there; ("hope", ...) see `early.py`. The types are those that
`iapo/verify/github_actions/matrix.py` gives. Where it depends on their order which one that is, it is the one of which
less is allowed.
"""

from __future__ import annotations

from functools import lru_cache

from iapo.generate.guide.yaml.memory import ANY_NAME, Facts, Memory, given, owed
from iapo.verify.github_actions.matrix import of_object
from iapo.verify.github_actions.types import (
    ANY,
    BOOL,
    NULL,
    NUMBER,
    STRING,
    ArrayType,
    ObjectType,
    Type,
    type_of_data,
)

FACTS = frozenset({"matrix", "row", "cell", "at", "value", "hope", "included"})
"""The facts that end with the job."""
_LIST, _OPENING = "[]", "${{"
_INNER = frozenset({"row", "cell", "at", "included"})
_SCALARS = {"string": STRING, "number": NUMBER, "bool": BOOL, "null": NULL, "any": ANY}
_NAMES = {kind: name for name, kind in _SCALARS.items()}
_MOST_LEVELS = 8

_NONE, _EXCLUDE = frozenset[str](), frozenset({"exclude"})

Path = tuple[str, ...]


def cells(row: str, facts: Facts) -> tuple[str, ...] | None:
    """The scalars that are the values of a row, sorted; None where that is not known."""
    found = sorted(f[2] for f in facts if f[0] == "cell" and f[1] == row)
    open_ = _OPENING in found or ("value", "any", row) in facts
    some = any(f[0] == "value" and f[2:] == (row,) for f in facts)
    return tuple(found) if some and not open_ else None


def context(facts: Facts) -> Type | None:
    """The `matrix` context; None where nothing can be read of it."""
    return _context(frozenset(f for f in facts if f[0] in ("matrix", "value")))


@lru_cache(maxsize=1024)
def _context(facts: Facts) -> Type | None:
    names = sorted(f[1] for f in facts if f[0] == "matrix")
    values = frozenset(f for f in facts if f[0] == "value")
    rest = ANY if ANY_NAME in names else None
    known = {name: _typed((name,), values) for name in names if name != ANY_NAME}
    return ObjectType(known, rest) if known or rest else None


def _typed(path: Path, values: Facts) -> Type:
    kinds = {f[1] for f in values if f[2:] == path}
    if kinds == {"object"}:
        size = len(path)
        inner = {f[2 + size] for f in values if len(f) > 2 + size and f[2 : 2 + size] == path}
        return ObjectType({n: _typed((*path, n), values) for n in sorted(inner - {_LIST})})
    if kinds == {"array"}:
        return ArrayType(_typed((*path, _LIST), values))
    if len(kinds) == 1:
        return _SCALARS[kinds.pop()]
    return STRING if "string" in kinds and kinds <= {"string", "number", "bool"} else ANY


def _said(kind: Type, path: Path) -> Facts:
    """What is known of a value of a type."""
    if isinstance(kind, ArrayType) and len(path) < _MOST_LEVELS:
        return _said(kind.element, (*path, _LIST)) | {("value", "array", *path)}
    if isinstance(kind, ObjectType) and kind.rest is None and len(path) < _MOST_LEVELS:
        inner = (_said(one, (*path, name)) for name, one in kind.properties.items())
        return frozenset[tuple[str, ...]]().union(*inner) | {("value", "object", *path)}
    return frozenset({("value", _NAMES.get(kind, "any"), *path)})


def _here(facts: Facts) -> Path:
    """The row and keys whose value is being written."""
    return next((f[1:] for f in facts if f[0] == "at"), ())


def _moved(facts: Facts, path: Path) -> Facts:
    return frozenset(f for f in facts if f[0] != "at") | {("at", *path)}


class Value:
    """A value's place: `size` rows and keys deep, and in so many `lists` in there.

    Attributes:
        included: it is of an entry of `include`.
        use: what it must be good for (see `early.py`).
    """

    def __init__(self, size: int, lists: int, included: bool, use: str) -> None:
        self.size, self.lists, self.included, self.use = size, lists, included, use

    @property
    def decides(self) -> bool:
        """Whether what a scalar says decides what may come: where not any will do."""
        return self.use != "any"

    def _path(self, facts: Facts) -> Path:
        return (*_here(facts)[: self.size], *(_LIST,) * self.lists)

    def scalar(self, text: str, facts: Facts) -> Facts | None:
        """What is known once it is a scalar; None where it may not be that one."""
        kind = type_of_data(None if text == "null" else text)
        path = self._path(facts)
        if len(path) == 1 and kind is NULL and self.included:
            kind = ANY  # a combination without it leaves it null
        if kind not in _FITTING[self.use]:
            return None
        cell = {("cell", *path, text if _OPENING not in text else _OPENING)}
        if len(path) > 1 or self.included:
            cell = set()
        return facts | cell | {("value", _NAMES[kind], *path)}

    def sequence(self, facts: Facts) -> Facts:
        """What is known once it is a list."""
        return facts | {("value", "array", *self._path(facts))}

    def mapping(self, facts: Facts) -> Facts:
        """What is known once it is a mapping."""
        path = self._path(facts)
        return _moved(facts, path[: self.size]) | {("value", "object", *path)}

    def lacks(self, keys: frozenset[str], facts: Facts) -> list[str]:
        """Those of some keys that no such mapping has yet, sorted."""
        path = self._path(facts)
        return sorted(key for key in keys if not _there(facts, (*path, key)))

    def key(self, name: str, facts: Facts) -> Facts:
        """What is known once a key of it is written."""
        return _moved(facts, (*self._path(facts), name.lower()))


_ALL = frozenset(_SCALARS.values())
_FITTING = {
    "any": _ALL,
    "shown": _ALL,
    "text": _ALL - {BOOL},
    "label": _ALL - {BOOL, NUMBER},
    "boolean": frozenset({BOOL, ANY}),
    "number": frozenset({NUMBER, ANY}),
}


class Inner(Memory):
    """A mapping that is a value."""

    def __init__(self, value: Value) -> None:
        self.value = value

    def learn(self, name: str, facts: Facts) -> Facts:
        return self.value.key(name, facts)

    def outside(self, facts: Facts) -> Facts:
        return self.value.mapping(facts)


class Entry(Memory):
    """An entry of `include`."""

    def learn(self, name: str, facts: Facts) -> Facts:
        name = name.lower()
        return _moved(given(facts, "matrix", name), (name,))

    def wanted(self, facts: Facts) -> list[str]:
        return _unmet(facts)


class Matrix(Memory):
    """The rows, `include` and `exclude`."""

    def barred(self, facts: Facts) -> frozenset[str]:
        # What is left out is of the rows above.
        return _NONE if any(f[0] == "row" for f in facts) else _EXCLUDE

    def learn(self, name: str, facts: Facts) -> Facts | None:
        if name == "include":
            return facts | {("included",)}
        if name == "exclude":
            return facts
        row = name.lower()
        return _moved(given(facts, "matrix", row), (row,)) | {("row", name)}

    def outside(self, facts: Facts) -> Facts:
        return frozenset(f for f in facts if f[0] not in _INNER)

    def settled(self, facts: Facts) -> bool:
        return not owed(facts, "matrix") and not _unmet(facts)

    def wanted(self, facts: Facts) -> list[str]:
        unmet = _unmet(facts)
        further = unmet if ("included",) in facts else ["include"]
        return sorted(owed(facts, "matrix")) or (further if unmet else [])


def row_of_an_expression(facts: Facts, kind: Type) -> Facts:
    """What is known where an expression gives a row."""
    element = kind.element if isinstance(kind, ArrayType) else ANY
    row = _here(facts)
    return facts | _said(element, row) | {("cell", *row, _OPENING)}


def of_an_expression(facts: Facts, kind: Type) -> Facts:
    """What is known where an expression gives a matrix."""
    if not isinstance(kind, ObjectType) or (found := of_object(kind)).rest is not None:
        return anything(facts, kind)
    for name, one in found.properties.items():
        facts = given(facts, "matrix", name) | _said(one, (name,))
    return facts


def anything(facts: Facts, kind: Type) -> Facts:
    """What is known where an expression gives an entry of `include`, or all of them."""
    return given(facts, "matrix", ANY_NAME)


def hopes(facts: Facts, path: Path) -> frozenset[Path]:
    """What is hoped of the value at a path: what it is used for, with the keys by which it is read in there."""
    size = len(path) + 2
    return frozenset((f[1], *f[size:]) for f in facts if f[0] == "hope" and f[2:size] == path)


def _unmet(facts: Facts) -> list[str]:
    """The rows of whose values something is read that none of them has, sorted."""
    hoped = (f[2:] for f in facts if f[0] == "hope" and len(f) > 3)
    return sorted({path[0] for path in hoped if not _there(facts, path)})


def lacking(facts: Facts) -> bool:
    """Whether there are rows of whose values something is read that none of them has."""
    rows = {f[1].lower() for f in facts if f[0] == "row"}
    return not rows.isdisjoint(_unmet(facts))


def row_settled(facts: Facts) -> bool:
    """Whether a row may end: what it lacks `include` may still add."""
    return ("included",) not in facts or _here(facts)[0] not in _unmet(facts)


def include_settled(facts: Facts) -> bool:
    """Whether `include` may end: what it lacks further rows may still have."""
    return not lacking(facts)


def _there(facts: Facts, path: Path) -> bool:
    values = {f[1:] for f in facts if f[0] == "value"}
    # An entry that is an expression may bring any row, but nothing into one that there is.
    told = any(v[1:2] == path[:1] for v in values)
    known = any(v[1 : 1 + len(path)] == path for v in values)
    known = known or (not told and ("matrix", ANY_NAME) in facts)
    return known or any(("any", *path[:n]) in values for n in range(1, len(path)))


__all__ = [
    "FACTS", "Entry", "Inner", "Matrix", "Path", "Value", "anything", "cells", "context", "hopes",
    "include_settled", "lacking", "of_an_expression", "row_of_an_expression", "row_settled",
]  # fmt: skip
