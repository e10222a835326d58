"""JSON Schema as shapes: what Compose and GitLab describe their files with.

Of the language what those schemas use: references, types, enums, properties with patterns, items, and
alternatives; patterns as far as the format has a form for them. A condition that no shape can express is
left to `iapo verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from iapo.generate.guide.yaml.formed import Form
from iapo.generate.guide.yaml.memory import Memory
from iapo.generate.guide.yaml.shapes import (
    ANY,
    Fields,
    Group,
    Rules,
    Shape,
    Struct,
    Tie,
    union,
)

Schema = Mapping[str, Any]
Mend = Callable[[str, Shape], Shape]
Meant = Callable[[Shape], Shape]
_INT64 = (-(2**63), 2**63 - 1)
_ALTERNATIVES = ("oneOf", "anyOf")


class JsonSchema:
    """A schema with its definitions.

    Args:
        schema: the whole; references are to places in it.
        rules: more of what keys have to do with one another, by what the mapping is: a definition, or
            a property (`definition.property`).
        mend: gives the shape of a property's value, by the property's name and what the schema says.
        meant: the same for single properties, by their places.
        memories: what is remembered of mappings, by the same names as `rules`; `name.*` of free keys.
        forms: what texts match a pattern, by the pattern.
    """

    def __init__(
        self,
        schema: Schema,
        rules: Mapping[str, Rules],
        mend: Mend = lambda name, shape: shape,
        meant: Mapping[str, Meant] | None = None,
        memories: Mapping[str, Memory] | None = None,
        forms: Mapping[str, Form] | None = None,
    ) -> None:
        self._schema, self._rules, self._mend = schema, rules, mend
        self._meant, self._memories, self._forms = meant or {}, memories or {}, forms or {}
        self._shapes: dict[tuple[int, str], Shape] = {}

    def root(self) -> Shape:
        """What a document is."""
        return self.shape(self._schema, "")

    def shape(self, schema: Schema | bool, name: str) -> Shape:
        """What a schema allows. `name`: of the definition, or of the property, that it is of."""
        if schema is True or schema == {}:
            return ANY
        if not isinstance(schema, Mapping):
            return Shape()
        found = self._shapes.get((id(schema), name))
        if found is None:
            found = self._shapes[id(schema), name] = self._make(schema, name)
        return found

    def definition(self, reference: str) -> tuple[Schema, str]:
        """What a reference refers to, and its name."""
        found: Any = self._schema
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return found, reference.rsplit("/", 1)[-1]

    def _make(self, schema: Schema, name: str) -> Shape:
        if "$ref" in schema:
            target, known = self.definition(schema["$ref"])
            return self.shape(target, known)
        for word in _ALTERNATIVES:
            ways = [
                way
                for way in schema.get(word, ())
                if set(way) - {"required"} and not _refines(way, schema)
            ]
            if ways:
                rest = {k: v for k, v in schema.items() if k != word}
                own = [w if not (set(rest) & _SAYING) else {**rest, **w} for w in ways]
                return union([self.shape(way, name) for way in own])
        parts = [self._resolved(part) for part in schema.get("allOf", ())]
        if parts and not schema.get("properties"):
            return self.shape(
                {**{k: v for k, v in schema.items() if k != "allOf"}, **parts[0]}, name
            )
        types = schema.get("type")
        words = tuple(dict.fromkeys(w for w in _enum(schema) if isinstance(w, str)))
        if types is None:
            types = _types(schema, words)
            if not types:
                return ANY
        types = [types] if isinstance(types, str) else types
        each = None
        if "array" in types:
            items = schema.get("items", True)
            each = lambda: self.shape(items, name)  # noqa: E731
        return Shape(
            null="null" in types,
            boolean="boolean" in types,
            integer=_range(schema) if "integer" in types else None,
            number="number" in types,
            text="string" in types and not words,
            pattern=self._forms.get(schema.get("pattern", "")),
            words=words,
            fields=self._fields(schema, parts, name) if "object" in types else None,
            each=each,
            least=schema.get("minItems", 0),
        )

    def _resolved(self, part: Schema) -> Schema:
        return self.definition(part["$ref"])[0] if "$ref" in part else part

    def _fields(self, schema: Schema, parts: list[Schema], name: str) -> Fields | None:
        owner = name.split(".")[0]
        properties: dict[str, Callable[[], Shape]] = {}
        prefixes: list[str] = []
        rest: Schema | bool | None = None
        for part in (*parts, schema):
            for key, value in part.get("properties", {}).items():
                properties[key] = self._property(key, f"{owner}.{key}", value)
            for pattern, value in part.get("patternProperties", {}).items():
                if pattern == "^x-":
                    prefixes.append("x-")
                else:
                    rest = value
        closed = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        if rest is None and closed is not False:
            rest = closed
        if not properties and rest is True:
            return ANY.fields
        rules = self._rules.get(name) or Rules()
        needed = rules.needed | frozenset(schema.get("required", ()))
        groups = rules.groups
        for word in _ALTERNATIVES:
            asked = [
                frozenset(way["required"])
                for way in schema.get(word, ())
                if {"required"} <= set(way) <= {"required", "not"}
            ]
            if asked:
                one = word == "oneOf" and all(len(names) == 1 for names in asked)
                most = 1 if one else len(asked)
                groups = (*groups, Group(frozenset().union(*asked), 1, most))
        asking = schema.get("dependencies", {}).items()
        ties = tuple(Tie(name, other) for name, others in asking for other in others)
        rules = Rules(needed, groups, (*rules.ties, *ties), rules.demands, rules.least)
        if rest is None:
            own: Callable[[], Shape] | None = (lambda: ANY) if prefixes else None
            memory = self._memories.get(name)
            return Struct(properties, own, rules, prefixes=tuple(prefixes), memory=memory)
        value, memory = rest, self._memories.get(f"{name}.*")
        return Struct(properties, lambda: self.shape(value, name), rules, memory=memory)

    def _property(self, name: str, place: str, schema: Schema) -> Callable[[], Shape]:
        def make() -> Shape:
            shape = self._mend(name, self.shape(schema, place))
            meant = self._meant.get(place)
            return shape if meant is None else meant(shape)

        return make


_SAYING = frozenset({"properties", "items", "type", "patternProperties", "required"})


def _refines(way: Schema, schema: Schema) -> bool:
    """Whether an alternative only says more of properties that there are: a condition, left to rules."""
    known = set(schema.get("properties", ()))
    return set(way) <= {"properties", "required", "not"} and set(way.get("properties", ())) <= known


def _enum(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _types(schema: Schema, words: tuple[str, ...]) -> list[str]:
    if words:
        return ["string"]
    if "properties" in schema or "patternProperties" in schema:
        return ["object"]
    return ["array"] if "items" in schema else []


def _range(schema: Schema) -> tuple[int, int]:
    low, high = schema.get("minimum", _INT64[0]), schema.get("maximum", _INT64[1])
    return int(low), int(high)


__all__ = ["JsonSchema"]
