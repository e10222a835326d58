"""Kubernetes manifests as shapes: the kinds that a version serves, their fields, and rules among fields.

The schemas are those that `iapo verify` judges with. What is here beyond them are rules that the API
server has and the schemas lack, as `iapo/verify/kubernetes` checks them: fields that are needed, that
exclude one another, that go with a value of another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from iapo.generate.guide.yaml.kubernetes_definitions import stored
from iapo.generate.guide.yaml.kubernetes_forms import (
    BASE64,
    FIELD_FORMS,
    LABEL_VALUE,
    LABELLED,
    RULE_FORMS,
)
from iapo.generate.guide.yaml.kubernetes_names import (
    DATUM,
    MEMORIES,
    NAMED_VALUES,
    NAMINGS,
    all_named,
    named_values,
)
from iapo.generate.guide.yaml.kubernetes_resources import keyed
from iapo.generate.guide.yaml.kubernetes_rules import (
    CASES,
    HANDED,
    MAPS,
    NAMELESS,
    QUOTED,
    RULES,
    WAYS,
    WORDS,
    Case,
)
from iapo.generate.guide.yaml.language import Language
from iapo.generate.guide.yaml.memory import Memory
from iapo.generate.guide.yaml.shapes import (
    ANY,
    TEXT,
    Choice,
    Fields,
    Rules,
    Shape,
    Struct,
    changed,
    of_texts,
    required,
    union,
)
from iapo.verify.kubernetes import schemas
from iapo.verify.kubernetes.field_rules import RULES as LIMITS

Schema = dict[str, Any]
_INT64 = (-(2**63), 2**63 - 1)
_LIST = "List"
_UNWRITTEN = frozenset({"APIGroup", "APIVersions", "ComponentStatus", "Status"})
_METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_HEAD = {"apiVersion": lambda: TEXT, "kind": lambda: TEXT}
_NEEDED = frozenset({"apiVersion", "kind", "metadata"})
_METADATA_OF = {
    ("CustomResourceDefinition", "object"): "definition",
    ("", "object"): "named",
    ("", "template"): "claim",
    ("PodTemplateSpec", "always"): "labelled",
    ("PodTemplateSpec", "stateful"): "labelled",
}
_EARLY = frozenset({"data", "binaryData", "stringData", "immutable", "type"})
_PLAIN = Case()


def language(custom: Sequence[str] = ()) -> Language:
    """YAML as Kubernetes reads it.

    Args:
        custom: kinds without a schema that are writable as well, with any fields.
    """
    root = Shape(fields=Manifest(Kinds(custom)))
    return Language(root, old=True, several=True, merges=True)


class Kinds:
    """The objects that may be written, and the shapes of all they consist of."""

    def __init__(self, custom: Sequence[str] = ()) -> None:
        self._version = schemas.newest()
        served = schemas.kinds(self._version)
        self.names = {
            tuple(pair.rsplit("/", 1)): name
            for pair, name in served.items()
            if not pair.endswith(_LIST) and pair.rsplit("/", 1)[1] not in _UNWRITTEN
        }
        known = {kind for _, kind in self.names} | {pair.rsplit("/", 1)[1] for pair in served}
        self.custom = frozenset(custom) - known
        self._shapes: dict[tuple[str, str], Shape] = {}
        self._fields: dict[tuple[str, str], Fields] = {}

    def fields(self, api: str, kind: str) -> Fields:
        """The fields of an object."""
        found = self._fields.get((api, kind))
        if found is None:
            found = self._fields[api, kind] = self._object(api, kind)
        return found

    @property
    def metadata(self) -> Shape:
        """What metadata with a name is."""
        return self._defined(_METADATA, "named")

    def _object(self, api: str, kind: str) -> Fields:
        if (api, kind) == ("v1", _LIST):
            items = Shape(fields=Manifest(self))
            own = {"items": lambda: Shape(each=lambda: items), "metadata": lambda: ANY}
            return Struct({**_HEAD, **own}, rules=Rules(_NEEDED - {"metadata"} | {"items"}))
        name = self.names.get((api, kind))
        if name is None:
            return Struct(
                {**_HEAD, "metadata": lambda: self.metadata},
                lambda: ANY,
                Rules(_NEEDED),
            )
        nameless = kind in NAMELESS or api.startswith(("authentication.", "authorization."))
        fields = self._defined(name, "" if nameless else "object").fields
        assert fields is not None
        return fields

    def _defined(self, name: str, variant: str) -> Shape:
        """The shape of a definition. `variant`: in what place, where that matters."""
        found = self._shapes.get((name, variant))
        if found is None:
            body = schemas.definition(self._version, name)
            found = self._shapes[name, variant] = self._shape(body, name, variant)
        return found

    def _shape(self, schema: Schema, name: str, variant: str) -> Shape:
        if "$ref" in schema:
            target = schema["$ref"].removeprefix("#/$defs/")
            return _limited(self._defined(target, variant), schema)
        if "oneOf" in schema:
            options = [self._shape(option, name, variant) for option in schema["oneOf"]]
            return _limited(required(union(options)), schema)
        types = schema.get("type")
        if not types:
            return ANY
        types = types if isinstance(types, list) else [types]
        if schema.get("format") == "date-time":
            return Shape(null="null" in types, form=_time)
        words = tuple(word for word in schema.get("enum", ()) if word)
        each = None
        if "array" in types:
            item = schema.get("items", {})
            each = lambda: required(self._shape(item, "", variant))  # noqa: E731
        shape = Shape(
            null="null" in types,
            boolean="boolean" in types,
            integer=_INT64 if "integer" in types else None,
            number="number" in types,
            text="string" in types and not words,
            words=words,
            fields=self._struct(schema, name, variant) if "object" in types else None,
            each=each,
        )
        return _limited(shape, schema)

    def _struct(self, schema: Schema, name: str, variant: str) -> Fields | None:
        properties = schema.get("properties")
        if not properties:
            extra = schema.get("additionalProperties")
            if not isinstance(extra, dict):
                return ANY.fields
            least = Rules(least=1) if variant == "workload" else None
            return Struct({}, lambda: self._shape(extra, "", ""), least)
        short = name.rsplit(".", 1)[-1]
        rules = RULES.get((short, variant)) or RULES.get((short, "")) or Rules()
        needed = rules.needed | frozenset(schema.get("required", ()))
        if variant == "object":
            needed |= _NEEDED
        own = {
            field: self._field(short, variant, field, body)
            for field, body in properties.items()
            if not CASES.get((short, field), _PLAIN).absent
        }
        ways = WAYS.get((short, variant))
        if ways is None:
            rules = Rules(needed, rules.groups, rules.ties, rules.demands, rules.least)
            return Struct(own, rules=rules, memory=MEMORIES.get((short, variant)))
        return Choice(
            [
                Struct({n: make for n, make in own.items() if n in names}, rules=Rules(must))
                for names, must in ways
            ]
        )

    def _field(self, short: str, variant: str, field: str, body: Schema) -> Callable[[], Shape]:
        case = CASES.get((short, field), _PLAIN)
        inner = variant if case.variant == "=" else case.variant
        if field == "metadata":
            inner = _METADATA_OF.get((short, variant), _METADATA_OF.get(("", variant), inner))
        if variant.endswith("stateful") and (short, field) in HANDED:
            inner = f"{inner} stateful".strip()
        words = WORDS.get((short, variant, field))

        def make() -> Shape:
            shape = self.metadata if inner == "named" else self._shape(body, "", inner)
            if (short, field) in MAPS:
                shape = keyed(shape, MAPS[short, field])
            if case.least:
                shape = changed(shape, least=case.least)
            if (short, variant, field) in FIELD_FORMS:
                shape = of_texts(shape, pattern=FIELD_FORMS[short, variant, field])
            if (short, field) in LABELLED:
                shape = _values(shape, lambda value: changed(value, pattern=LABEL_VALUE))
            if short == "ConfigMap" and field in ("data", "binaryData"):
                shape = _values(shape, lambda value: value, DATUM)
            if words is not None:
                shape = changed(shape, words=words, text=False)
            if (short, variant, field) in NAMED_VALUES:
                return named_values(shape, *NAMED_VALUES[short, variant, field])
            if (short, variant, field) in NAMINGS:
                return changed(shape, text=False, naming=NAMINGS[short, variant, field])
            if (short, field) == ("ServiceSpec", "ports"):
                return changed(shape, grows=all_named)
            if (short, field) == ("CustomResourceDefinitionSpec", "versions"):
                return changed(shape, settled=stored)
            return _closed(shape) if (short, field) in QUOTED else shape

        return make


def _values(shape: Shape, mend: Callable[[Shape], Shape], memory: Memory | None = None) -> Shape:
    """A mapping with free keys and other values."""
    fields = shape.fields
    if not isinstance(fields, Struct):
        return shape
    value = mend(fields.shape(""))
    memory = fields.memory if memory is None else memory
    return changed(shape, fields=Struct({}, lambda: value, fields.rules, memory=memory))


def _limited(shape: Shape, schema: Schema) -> Shape:
    """With the bounds of numbers, the forms of texts, and whether a sequence must have items."""
    if schema.get("format") == "byte" and shape.text:
        shape = changed(shape, pattern=BASE64)
    for rule in schema.get("allOf", ()):
        name = rule["$ref"].removeprefix("#/$defs/")
        limit = LIMITS[name].schema
        if shape.text and name in RULE_FORMS:
            shape = changed(shape, pattern=RULE_FORMS[name])
        if shape.integer is not None and ("minimum" in limit or "maximum" in limit):
            low, high = shape.integer
            low, high = max(low, limit.get("minimum", low)), min(high, limit.get("maximum", high))
            shape = changed(shape, integer=(low, high))
        if limit.get("minItems"):
            shape = changed(shape, least=1)
    return shape


def _closed(shape: Shape) -> Shape:
    """Where a number is often meant and a text is wanted: it must be quoted."""
    if shape.text and not (shape.number or shape.integer):
        return changed(shape, strict=True)
    items = shape.items
    if items is not None:
        closed = _closed(items)
        return changed(shape, each=lambda: closed)
    return _values(shape, _closed)


class Manifest(Fields):
    """The fields of an object whose kind shows as it is written.

    Args:
        api: its apiVersion, `kind` its kind; empty where they are not written.
        held: other fields that are.
    """

    decides = frozenset({"apiVersion", "kind"})

    def __init__(
        self, kinds: Kinds, api: str = "", kind: str = "", held: frozenset[str] = frozenset()
    ) -> None:
        self._kinds, self._api, self._kind, self._held = kinds, api, kind, held
        self._shapes: dict[str, Shape] = {}
        self._others: dict[tuple[str, str, str], Fields] = {}

    @cached_property
    def _candidates(self) -> list[tuple[str, str]]:
        return [
            (api, kind)
            for api, kind in (*self._kinds.names, ("v1", _LIST))
            if self._api in ("", api) and self._kind in ("", kind)
            and (not self._held or self._held <= self._kinds.fields(api, kind).names)
        ]  # fmt: skip

    @cached_property
    def names(self) -> frozenset[str]:  # type: ignore[override]
        # Only the kind says what a spec is. Data may stand before it, for some write in order of the
        # alphabet: apiVersion, data, kind, metadata.
        return _NEEDED if not self._api else _NEEDED | (_EARLY & self._own)

    @property
    def _own(self) -> frozenset[str]:
        return frozenset().union(*(self._kinds.fields(*pair).names for pair in self._candidates))

    @property
    def _custom(self) -> bool:
        """Whether it is, or may be, of a custom kind."""
        if self._api or self._kind:
            return not self._candidates or self._kind in self._kinds.custom
        return bool(self._kinds.custom)

    def shape(self, name: str) -> Shape:
        found = self._shapes.get(name)
        if found is None:
            found = self._shapes[name] = self._make(name)
        return found

    def _make(self, name: str) -> Shape:
        custom = self._custom
        if name == "apiVersion":
            words = dict.fromkeys(api for api, _ in self._candidates)
            return Shape(words=tuple(words), form=_custom_api if custom else None)
        if name == "kind":
            kinds = [kind for _, kind in self._candidates]
            more = sorted(self._kinds.custom) if custom else ()
            return Shape(words=tuple(dict.fromkeys((*kinds, *more))))
        if name == "metadata":
            return required(self._kinds.metadata)
        own = [self._kinds.fields(*pair) for pair in self._candidates]
        return union(
            list({id(s): s for s in (f.shape(name) for f in own if name in f.names)}.values())
        )

    def complete(self, used: frozenset[str]) -> bool:
        return False

    def missing(self, used: frozenset[str]) -> list[str]:
        return sorted(_NEEDED - used)

    def after(self, name: str) -> Fields:
        return self if name in self.decides else self._other(self._api, self._kind, name)

    def choose(self, name: str, value: str) -> Fields:
        api, kind = (value, self._kind) if name == "apiVersion" else (self._api, value)
        return self._kinds.fields(api, kind) if api and kind else self._other(api, kind, "")

    def _other(self, api: str, kind: str, name: str) -> Fields:
        found = self._others.get((api, kind, name))
        if found is None:
            held = self._held | {name} if name else self._held
            found = self._others[api, kind, name] = Manifest(self._kinds, api, kind, held)
        return found


def _custom_api(text: str, whole: bool) -> bool:
    """Whether a text is the apiVersion of a custom kind, or begins one."""
    group, slash, version = text.partition("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", group) or (slash and "." not in group):
        return False
    if whole:
        return re.fullmatch(r"v[0-9]+((alpha|beta)[0-9]+)?", version) is not None
    return (
        re.fullmatch(r"(v([0-9]+(a(l(p(h(a[0-9]*)?)?)?)?|b(e(t(a[0-9]*)?)?)?)?)?)?", version)
        is not None
    )


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_SOME_TIMES = ("2011-11-11T11:11:11Z", "2010-10-30T10:10:10Z")


def _time(text: str, whole: bool) -> bool:
    """Whether a text is a time in UTC, or begins one."""
    tries = (text,) if whole else tuple(text + some[len(text) :] for some in _SOME_TIMES)
    return any(_TIME.fullmatch(one) is not None and _exists(one) for one in tries)


def _exists(time: str) -> bool:
    try:
        datetime.fromisoformat(time)
    except ValueError:
        return False
    return True


__all__ = ["Kinds", "Manifest", "language"]
