"""What is known of a value without evaluating it: as much of Terraform's types as a guide needs.

Conversions follow https://developer.hashicorp.com/terraform/language/expressions/type-constraints.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Shape:
    """A type, or what is known of one. Compared by identity: made once, by the schema.

    Attributes:
        kind: any, null, string, words (a plain literal), number, bool, list, set, map, object; type (a
            type constraint, for `element`); reference (the address of something); as what is wanted also iterable,
            and keys (what `for_each` of a resource takes: a map or a set).
        element: of lists, sets and maps.
        fields: of objects whose fields are known.
        required: fields that an object constructor must give.
        choices: the only plain literals that a string may be; `any_case`: in capitals or not.
        each: it is a list made by a splat: what is asked of it is asked of its elements.
    """

    __slots__ = ("any_case", "choices", "each", "element", "fields", "kind", "required")

    def __init__(
        self,
        kind: str,
        element: Shape | None = None,
        fields: Mapping[str, Shape] | None = None,
        required: frozenset[str] = frozenset(),
        choices: tuple[str, ...] | None = None,
        each: bool = False,
        any_case: bool = False,
    ) -> None:
        self.kind = kind
        self.element = element
        self.fields = fields
        self.required = required
        self.choices = choices
        self.any_case = any_case
        self.each = each


ANY = Shape("any")
NULL = Shape("null")
STRING = Shape("string")
WORDS = Shape("words")
NUMBER = Shape("number")
BOOL = Shape("bool")
LIST = Shape("list", ANY)
MAP = Shape("map", ANY)
TYPE = Shape("type")
ITERABLE = Shape("iterable")
KEYS = Shape("keys")
REFERENCE = Shape("reference")
REFERENCES = Shape("list", REFERENCE)
COMPOUND = frozenset({"list", "set", "map", "object", "iterable", "keys"})
_PRIMITIVE = frozenset({"string", "words", "number", "bool"})
_SEVERAL = frozenset({"list", "set"})
_KEYED = frozenset({"map", "object"})


def shape_of(type: Any) -> Shape:
    """The shape of a type as provider schemas write it: "string", ["list", "string"] ..."""
    if isinstance(type, str):
        return {"string": STRING, "number": NUMBER, "bool": BOOL}.get(type, ANY)
    kind, inner = type[0], type[1]
    if kind in ("list", "set", "map"):
        return Shape(kind, shape_of(inner))
    if kind == "object":
        optional = set(type[2]) if len(type) > 2 else set()
        fields = {name: shape_of(t) for name, t in inner.items()}
        return Shape("object", fields=fields, required=frozenset(fields.keys() - optional))
    return LIST


def type_of(shape: Shape) -> Shape:
    """The type constraint that such values meet."""
    return Shape("type", shape)


def fits(value: Shape, wanted: Shape) -> bool:
    """Whether a value may be converted to what is wanted, as far as one can tell."""
    if wanted.kind == "type":
        return value.kind == "type"
    if value.kind in ("any", "null") or wanted.kind in ("any", "reference"):
        return True
    if wanted.choices is not None and value.kind in ("number", "bool"):
        return any(_spells(choice, value.kind) for choice in wanted.choices)
    if wanted.kind in ("string", "words"):
        return value.kind in _PRIMITIVE
    if wanted.kind == "iterable":
        return value.kind in _SEVERAL or value.kind in _KEYED
    if wanted.kind == "keys":
        return value.kind in _KEYED or value.kind == "set"
    if wanted.kind == "number":
        return value.kind in ("number", "string")
    if wanted.kind == "bool":
        return value.kind in ("bool", "string")
    if wanted.kind in _SEVERAL:
        return value.kind in _SEVERAL and _elements_fit(value, wanted)
    return value.kind in _KEYED


def _spells(choice: str, kind: str) -> bool:
    """Whether a number or truth may be what a text of this choice stands for."""
    return choice in ("true", "false") if kind == "bool" else choice.lstrip("-").isdigit()


def _elements_fit(value: Shape, wanted: Shape) -> bool:
    return value.element is None or wanted.element is None or fits(value.element, wanted.element)


def instance_of(value: Shape) -> Shape | None:
    """What one instance is of a resource or data source, which may have several; None for all else."""
    return value.element if value.kind == "object" else None


def may_lead(value: Shape, wanted: Shape) -> bool:
    """Whether a value fits or has parts that might. As a condition before a `?` anything might do,
    but who asks for a field where a list is wanted wants no condition."""
    return value.kind not in _PRIMITIVE or fits(value, wanted)


def may_be_compound(value: Shape) -> bool:
    """Whether it has elements or fields."""
    return value.kind == "any" or value.kind in COMPOUND


def may_be_number(value: Shape) -> bool:
    """Whether arithmetic takes it."""
    return value.kind in ("any", "number", "string")


def may_be_bool(value: Shape) -> bool:
    """Whether a condition takes it."""
    return value.kind in ("any", "bool", "string")


def expands(value: Shape) -> bool:
    """Whether `...` makes arguments of it. A resource with `count` is a list of instances."""
    return value.kind in ("any", "list", "set") or instance_of(value) is not None


def united(first: Shape, second: Shape) -> Shape | None:
    """What a condition is whose results are these; None where Terraform finds them inconsistent."""
    if first.kind in ("any", "null"):
        return second
    if second.kind in ("any", "null"):
        return first
    for family in (_PRIMITIVE, _SEVERAL, _KEYED):
        if first.kind in family and second.kind in family:
            truth = (first.kind == "bool") != (second.kind == "bool")
            if truth and "number" in (first.kind, second.kind):
                return None
            return first if first.kind == second.kind or family is not _PRIMITIVE else STRING
    return None
