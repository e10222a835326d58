"""A job's strategy: its matrix, whose values are told, since other places read them (`matrix.py`)."""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial

from iapo.generate.guide.yaml.github_actions import facts, matrix
from iapo.generate.guide.yaml.github_actions.matrix import Path
from iapo.generate.guide.yaml.github_actions.scalars import Make, flag, minutes, of, text
from iapo.generate.guide.yaml.github_actions.sites import Expressions
from iapo.generate.guide.yaml.memory import Facts
from iapo.generate.guide.yaml.shapes import Rules, Shape, Struct, changed
from iapo.verify.github_actions import contexts

_PLACE = contexts.JOB_STRATEGY
_MOST_LEVELS, _MOST_LISTS = 6, 3
_WHOLE = Expressions(_PLACE, "any")


@cache
def strategy() -> Shape:
    """The value of `strategy`."""
    own: dict[str, Make] = {
        "matrix": _matrix,
        "fail-fast": lambda: flag(_PLACE),
        "max-parallel": lambda: minutes(_PLACE),
    }
    return Shape(fields=Struct(own, rules=Rules(least=1), memory=facts.STRATEGY))


def _matrix() -> Shape:
    entry = Shape(
        fields=Struct({}, lambda: _value(1, 0, True), Rules(least=1), memory=_Entry()),
        embedded=Expressions(_PLACE, "any", learn=matrix.anything),
    )
    own: dict[str, Make] = {
        "include": of(
            Shape(
                each=lambda: entry,
                least=1,
                settled=matrix.include_settled,
                embedded=Expressions(_PLACE, "array", learn=matrix.anything),
            )
        ),
        "exclude": lambda: _exclusion(frozenset()),
    }
    fields = Struct(own, lambda: _row(frozenset()), Rules(least=1), memory=_Matrix())
    whole = Expressions(_PLACE, "object", learn=matrix.of_an_expression)
    return Shape(fields=fields, embedded=whole)


class _Matrix(matrix.Matrix):
    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        if name == "exclude":
            kept = frozenset(f for f in facts if f[0] in ("row", "cell", "value"))
            return _exclusion(kept)
        if name == "include":
            return _listed(shape) if matrix.lacking(facts) else shape
        return _row(matrix.hopes(facts, (name.lower(),)))


@cache
def _listed(shape: Shape) -> Shape:
    """The same without an expression that gives all of it."""
    return changed(shape, embedded=None)


class _Entry(matrix.Entry):
    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        return _value(1, 0, True, matrix.hopes(facts, (name.lower(),)))


class _Read(matrix.Inner):
    """A mapping of which something is read early."""

    def __init__(self, value: matrix.Value, hopes: frozenset[Path]) -> None:
        super().__init__(value)
        self.hopes = hopes

    def wanted(self, facts: Facts) -> list[str]:
        return self.value.lacks(frozenset(h[1] for h in self.hopes if len(h) > 1), facts)

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        own = frozenset((h[0], *h[2:]) for h in self.hopes if h[1:2] == (name.lower(),))
        value = self.value
        return _value(value.size + value.lists + 1, 0, value.included, own) if own else shape


@lru_cache(maxsize=256)
def _row(hopes: frozenset[Path]) -> Shape:
    """The values of a row, in a list."""
    row = Expressions(_PLACE, "array", learn=matrix.row_of_an_expression)
    settled = matrix.row_settled if hopes else None
    return Shape(each=lambda: _value(1, 0, False, hopes), least=1, embedded=row, settled=settled)


@lru_cache(maxsize=1024)
def _value(size: int, lists: int, included: bool, hopes: frozenset[Path] = frozenset()) -> Shape:
    """A value of a row or an entry, or inside one (see `matrix.Value`)."""
    uses = {hope[0] for hope in hopes if len(hope) == 1} - {"any"}
    keys = {hope[1] for hope in hopes if len(hope) > 1}
    use = next((use for use in _STRICTEST if use in uses), "any")
    scalar = use if use not in ("object", "array") else "any"
    value = matrix.Value(size, lists, included, scalar)
    deep = size > _MOST_LEVELS or lists > _MOST_LISTS
    further = (size, lists) if deep else (size + lists + 1, 0)
    inside = (size, lists) if deep else (size, lists + 1)
    fields = Struct({}, lambda: _value(*further, included), memory=_Read(value, hopes))
    shape = text(_PLACE, empty=True, wanted="any")
    each = lambda: _value(*inside, included)  # noqa: E731
    if use == "object" or keys:
        return Shape(fields=fields, embedded=_WHOLE)
    if use == "array":
        item = _value(*inside, included, _TEXTS)
        return Shape(each=lambda: item, closed=value.sequence, embedded=_WHOLE)
    shape = changed(shape, heard=value)
    if use == "any":
        return changed(shape, fields=fields, each=each, closed=value.sequence)
    if use == "label":
        return changed(shape, each=each, closed=value.sequence)
    if use == "boolean":
        return changed(shape, text=False, integer=None, number=False, null=False)
    if use == "number":
        return changed(shape, text=False, boolean=False, null=False)
    return changed(shape, null=included, boolean=use == "shown")


_TEXTS: frozenset[Path] = frozenset({("text",)})
_STRICTEST = ("object", "array", "boolean", "number", "label", "text", "shown")


@cache
def _anything() -> Shape:
    shape: Shape = changed(text(_PLACE, empty=True, wanted="any"), each=lambda: shape)
    shape.fields = Struct({}, lambda: shape)
    return shape


@lru_cache(maxsize=256)
def _exclusion(known: Facts) -> Shape:
    """The combinations that are left out, of the rows that there are."""
    embedded = Expressions(_PLACE, "array")
    return Shape(each=lambda: _excluded(known), least=1, embedded=embedded)


@lru_cache(maxsize=256)
def _excluded(known: Facts) -> Shape:
    rows = {f[1]: _cell(f[1].lower(), known) for f in known if f[0] == "row"}
    own: dict[str, Make] = {name: of(shape) for name, shape in rows.items()}
    return Shape(fields=Struct(own, rules=Rules(least=1)), embedded=_WHOLE)


def _cell(row: str, known: Facts) -> Shape:
    """One of the values that a row has, if it is known which these are."""
    cells = matrix.cells(row, known)
    if cells is None or not all(map(_BARE.fullmatch, cells)):
        return _anything()
    mappings, lists = (("value", kind, row) in known for kind in ("object", "array"))
    return Shape(
        words=cells,
        form=partial(_written, cells),
        fields=_anything().fields if mappings else None,
        each=_anything().each if lists else None,
        embedded=_WHOLE,
    )


def _written(cells: tuple[str, ...], text: str, whole: bool) -> bool:
    """Whether a text is one of some, or begins one: numbers and words that are no texts without quotes, too."""
    return text in cells if whole else any(cell.startswith(text) for cell in cells)


_BARE = re.compile(r"[A-Za-z0-9]([\w./+ -]*[\w./+])?")
"""A text that needs no quotes."""


__all__ = ["strategy"]
