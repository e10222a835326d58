"""The types that expression values have, as far as a workflow's text tells them.

Unknown is `ANY`. Objects are strict (only the named properties exist), or have a type for every
other property. The rules of conversion are those of
https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions#operators,
with the conversions that are almost always mistakes (an object as text) refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Type:
    """Any, null, number, bool or string; subclasses hold what containers contain."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


class ObjectType(Type):
    """`properties` by lower-case name; `rest` is every other property's type, None if there is none."""

    __slots__ = ("properties", "rest")

    def __init__(self, properties: Mapping[str, Type], rest: Type | None = None) -> None:
        super().__init__("object")
        self.properties = properties
        self.rest = rest


class ArrayType(Type):
    """`filtered` marks the result of `.*`, whose members may be dereferenced."""

    __slots__ = ("element", "filtered")

    def __init__(self, element: Type, filtered: bool = False) -> None:
        super().__init__("array")
        self.element = element
        self.filtered = filtered


ANY = Type("any")
NULL = Type("null")
NUMBER = Type("number")
BOOL = Type("bool")
STRING = Type("string")
LOOSE = ObjectType({}, ANY)
STRINGS = ObjectType({}, STRING)
_TEXTUAL = (NUMBER, BOOL, STRING)


def merge(a: Type, b: Type) -> Type:
    """The type of a value that is one of the two."""
    if a is b:
        return a
    if isinstance(a, ObjectType) and isinstance(b, ObjectType):
        properties = dict(a.properties)
        for name, kind in b.properties.items():
            properties[name] = merge(properties[name], kind) if name in properties else kind
        if a.rest is None or b.rest is None:
            return ObjectType(properties, a.rest or b.rest)
        return ObjectType(properties, merge(a.rest, b.rest))
    if isinstance(a, ArrayType) and isinstance(b, ArrayType):
        return ArrayType(merge(a.element, b.element))
    if a in _TEXTUAL and b in _TEXTUAL and STRING in (a, b):
        return STRING
    return ANY


def assignable(parameter: Type, argument: Type) -> bool:
    """Whether an argument can be passed where the parameter's type is wanted."""
    if parameter is ANY or argument is ANY or parameter is BOOL:
        return True
    if isinstance(parameter, ArrayType):
        return isinstance(argument, ArrayType) and assignable(parameter.element, argument.element)
    if parameter is STRING:
        return argument in (STRING, NUMBER)
    return parameter is argument


def comparable(op: str, left: Type, right: Type) -> bool:
    """Whether a comparison can ever be true; objects and arrays compare to nothing but their kind."""
    containers = (ObjectType, ArrayType)
    if op in ("==", "!="):
        if left in (ANY, NULL):
            return True
        if isinstance(left, ObjectType):
            return isinstance(right, ObjectType) or right in (NULL, ANY)
        if isinstance(left, ArrayType):
            if isinstance(right, ArrayType):
                return comparable(op, left.element, right.element)
            return right in (NULL, ANY)
        return not isinstance(right, containers)
    return not any(t in (NULL, BOOL) or isinstance(t, containers) for t in (left, right))


def type_of_data(value: Any, depth: int = 0) -> Type:
    """The type of a literal of the workflow, as a matrix has them. Texts that look like numbers count."""
    if isinstance(value, dict):
        if depth > 20:
            return LOOSE
        return ObjectType({str(k).lower(): type_of_data(v, depth + 1) for k, v in value.items()})
    if isinstance(value, list):
        element: Type | None = None
        for item in value:
            kind = type_of_data(item, depth + 1) if depth <= 20 else ANY
            element = kind if element is None else merge(element, kind)
        return ArrayType(element or ANY)
    if isinstance(value, bool):
        return BOOL
    if value is None:
        return NULL
    if isinstance(value, (int, float)):
        return NUMBER
    text = str(value)
    if "${{" in text:
        # A whole-text expression may be anything once evaluated.
        return ANY if text.strip().startswith("${{") else STRING
    if text in ("true", "false"):
        return BOOL
    if text == "null":
        return NULL
    try:
        float(text)
    except ValueError:
        return STRING
    return NUMBER


def type_of_json(value: Any) -> Type:
    """The type of what `fromJSON()` makes of a literal."""
    if isinstance(value, str):
        return STRING
    if isinstance(value, dict):
        return ObjectType({str(k).lower(): type_of_json(v) for k, v in value.items()})
    if isinstance(value, list):
        element: Type | None = None
        for item in value:
            kind = type_of_json(item)
            element = kind if element is None else merge(element, kind)
        return ArrayType(element or ANY)
    return type_of_data(value)
