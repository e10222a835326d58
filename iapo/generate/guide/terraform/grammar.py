"""What all positions of a Terraform text share: the schemas, the functions, the names they know."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from iapo.errors import DamagedPackageError
from iapo.generate.guide.automaton import Pool
from iapo.generate.guide.terraform.builtin import META
from iapo.generate.guide.terraform.lexemes import Names, Opening
from iapo.generate.guide.terraform.schema import Schemas
from iapo.generate.guide.terraform.shapes import (
    ANY,
    BOOL,
    COMPOUND,
    LIST,
    MAP,
    NULL,
    REFERENCE,
    TYPE,
    Shape,
    fits,
    may_lead,
    shape_of,
    type_of,
)
from iapo.generate.guide.terraform.spec import Spec

_FUNCTIONS = Path(__file__).parent / "functions.json.xz"


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function's signature.

    Attributes:
        rest: the shape of any number of further arguments; None where there can be none.
        modes: of the scope of its arguments, where that is not the scope of the call.
    """

    parameters: tuple[Shape, ...]
    rest: Shape | None
    returns: Shape
    modes: tuple[str, ...] = ()

    def wanted(self, index: int) -> Shape | None:
        """The shape of an argument by its place; None where there is none."""
        return self.parameters[index] if index < len(self.parameters) else self.rest


@lru_cache(maxsize=1)
def functions() -> Mapping[str, Function]:
    """Terraform's own functions, as `terraform metadata functions -json` tells them.

    Raises:
        DamagedPackageError: the file is missing or damaged.
    """
    try:
        signatures: Mapping[str, Any] = json.loads(lzma.decompress(_FUNCTIONS.read_bytes()))
    except (OSError, lzma.LZMAError, ValueError) as error:
        raise DamagedPackageError(_FUNCTIONS, error) from None
    return {
        name: Function(
            tuple(shape_of(t) for t in parameters),
            None if rest is None else shape_of(rest),
            shape_of(returns),
        )
        for name, (parameters, rest, returns) in signatures.items()
    }


@dataclass(frozen=True, slots=True)
class Scope:
    """Which identifiers an expression knows.

    Attributes:
        mode: `values`, or one of `constant` (nothing is evaluated), `set` (so, and not null),
            `declared` (a variable's type, out of `bound`), `type` and `field` (types, the second
            those of an object's fields), `provider` and `providers`, `ignore` and `ignored`
            (arguments of the block around, the second inside the list), `listed` and `references`
            (addresses, the second inside the list), `address`, `when` and `failure` (of a
            provisioner).
        bound: names bound around it: by `for`, by `dynamic`, and `each`, `count`, `self`.
        target: the block whose arguments `ignore_changes` may name.
    """

    mode: str = "values"
    bound: frozenset[str] = frozenset()
    target: Spec | None = None

    def with_names(self, *names: str) -> Scope:
        """The scope inside what binds these names."""
        return Scope(self.mode, self.bound | frozenset(names), self.target)


_FIELDS: Mapping[str, Mapping[str, Shape]] = {
    "path": {name: shape_of("string") for name in ("module", "root", "cwd")},
    "terraform": {"workspace": shape_of("string")},
    "each": {"key": shape_of("string"), "value": ANY},
    "count": {"index": shape_of("number")},
}
_OWED = ("var", "local", "module")
_TYPES: Mapping[str, Function | Shape] = {
    **{name: type_of(shape_of(name)) for name in ("string", "number", "bool", "any")},
    "list": Function((TYPE,), None, type_of(LIST), ("type",)),
    "set": Function((TYPE,), None, type_of(Shape("set", ANY)), ("type",)),
    "map": Function((TYPE,), None, type_of(MAP), ("type",)),
    "object": Function((Shape("map", TYPE),), None, type_of(MAP), ("field",)),
    "tuple": Function((Shape("list", TYPE),), None, type_of(LIST), ("type",)),
    "optional": Function((TYPE,), ANY, TYPE, ("type", "constant")),
}
_PLAIN = ("values", "constant", "type", "field", "providers")
_LITERALS = ("true", "false", "null")
_WHEN = {"when": ("create", "destroy"), "failure": ("continue", "fail")}
_FIXED: Mapping[str, tuple[str, ...]] = {
    **_WHEN,
    "type": tuple(_TYPES.keys() - {"optional"}),
    "field": tuple(_TYPES),
    "constant": _LITERALS,
    "set": ("true", "false"),
    "ignore": ("all",),
    "listed": (),
}


class Grammar:
    """Terraform's language with the schemas at hand.

    Args:
        open_providers: providers without a schema, whose types and arguments may have any name.
    """

    def __init__(self, schemas: Schemas, open_providers: tuple[str, ...] = ()) -> None:
        self.schemas = schemas
        self.pool = Pool()
        self.open = tuple(f"{name}_" for name in open_providers)
        self.open_providers = open_providers
        self.types = {
            kind: Names(schemas.types(kind), self.open)
            for kind in ("resource", "data", "ephemeral")
        }
        self._types = {kind: frozenset(names.names) for kind, names in self.types.items()}
        self._names: dict[tuple[str, frozenset[str], Spec | None, bool], Names] = {}
        self._fields: dict[tuple[Shape, str], Names] = {}

    def names(self, scope: Scope, scalar: bool = True) -> Names:
        """The identifiers that an operand may begin with; `scalar`: those of plain values too."""
        scalar = scalar or scope.mode not in _PLAIN
        target = scope.target if scope.mode in ("ignored", "provider") else None
        key = (scope.mode, scope.bound, target, scalar)
        if key not in self._names:
            self._names[key] = self._read(scope) if scalar else self._compound(scope)
        return self._names[key]

    def _compound(self, scope: Scope) -> Names:
        if scope.mode in ("type", "field", "providers"):
            return Names(())
        every = self.names(scope)
        return Names((n for n in every.names if n not in ("true", "false")), self.open, every)

    def _read(self, scope: Scope) -> Names:
        mode, target = scope.mode, scope.target
        if mode in _FIXED:
            return Names(_FIXED[mode])
        if mode == "declared":
            return Names(scope.bound)
        if mode in ("provider", "providers"):
            providers = [*self.schemas.providers, *self.open_providers]
            owner = target.provider if mode == "provider" and target is not None else ""
            return Names(p for p in providers if not owner or f"{p}-".startswith(f"{owner}-"))
        if mode == "ignored":
            return Names(n for n in (target.items if target else ()) if n not in META["resource"])
        if mode in ("references", "address"):
            return Names([*self._types["resource"], "data", "module", "var", "local"], self.open)
        every = {*_LITERALS, "data", "ephemeral", "path", "terraform", *_OWED}
        every |= functions().keys() | self._types["resource"]
        if not scope.bound:
            return Names(every, self.open)
        return Names(every | scope.bound, self.open, self.names(Scope()))

    def opening(self, scope: Scope, newlines: bool, scalar: bool = True) -> Opening:
        """The lexeme before an operand."""
        return self.pool.make(Opening, self.names(scope, scalar), newlines)

    def forget(self) -> None:
        """Drop all that can be made again. What was made before stays usable."""
        self.pool.clear()
        self.schemas.forget()
        self._names.clear()
        self._fields.clear()

    def fields(self, shape: Shape, wanted: Shape = ANY) -> Names:
        """The names of a shape's fields, of those that may lead to what is wanted."""
        aim = "compound" if wanted.kind in COMPOUND else wanted.kind
        if (shape, aim) not in self._fields:
            fields = (shape.fields or {}).items()
            self._fields[shape, aim] = Names(n for n, s in fields if may_lead(s, wanted))
        return self._fields[shape, aim]

    def meaning(self, name: str, scope: Scope) -> tuple[str, Any]:
        """What an identifier is that stands where an operand begins.

        Returns:
            A kind and what belongs to it: ("value", shape), ("call", function), ("fields", shape),
            ("owed", name), ("typed", kind of block), ("instance", type), ("provider", name).
        """
        if scope.mode in ("declared", "type", "field"):
            constructor = _TYPES[name]
            return ("value" if isinstance(constructor, Shape) else "call"), constructor
        if scope.mode in ("provider", "providers"):
            return "provider", name
        if scope.mode in _WHEN:
            return "value", REFERENCE
        if scope.mode == "ignore":
            return "value", ANY
        if scope.mode == "ignored":
            item = scope.target.items.get(name) if scope.target is not None else None
            return "value", (item.shape if item is not None else None) or ANY
        if name in _FIELDS and (name in ("path", "terraform") or name in scope.bound):
            return "fields", _ROOTS[name]
        if name in scope.bound:
            return "value", ANY
        if name in _LITERALS:
            return "value", NULL if name == "null" else BOOL
        if name in _OWED:
            return "owed", name
        if name in ("data", "ephemeral"):
            return "typed", name
        if name in functions():
            return "call", functions()[name]
        return "instance", name

    def types_of(self, default: Shape) -> frozenset[str]:
        """The types that a default may have, as far as their first word tells."""
        out = set()
        for name, constructor in _TYPES.items():
            whole = constructor if isinstance(constructor, Shape) else constructor.returns
            if name != "optional" and fits(default, whole.element or ANY):
                out.add(name)
        return frozenset(out)

    def instance(self, kind: str, type: str) -> Shape:
        """What may be asked of `type.name`: its fields, or one of its instances by index."""
        plain = self.schemas.shape(kind, type)
        if plain.fields is None:
            return ANY
        return self.pool.make(_Instance, plain)

    def each(self, shape: Shape) -> Shape:
        """A list of such values, made by a splat."""
        return self.pool.make(_Each, shape)


class _Instance(Shape):
    def __init__(self, plain: Shape) -> None:
        super().__init__("object", element=plain, fields=plain.fields)


class _Each(Shape):
    def __init__(self, element: Shape) -> None:
        super().__init__("list", element, each=True)


_ROOTS = {name: Shape("object", fields=fields) for name, fields in _FIELDS.items()}
