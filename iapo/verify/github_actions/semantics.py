"""What an expression means: are its names defined here, its functions known, its types sound.

Works on the trees of `expressions.py` with the types of `types.py`. It evaluates nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from iapo.verify.github_actions.contexts import (
    CONTEXTS,
    FUNCTIONS,
    SPECIAL_FUNCTIONS,
    UNTRUSTED,
    Place,
    Signature,
)
from iapo.verify.github_actions.expressions import Node
from iapo.verify.github_actions.types import (
    ANY,
    BOOL,
    LOOSE,
    NULL,
    NUMBER,
    STRING,
    ArrayType,
    ObjectType,
    Type,
    assignable,
    comparable,
    merge,
    type_of_json,
)

_MAX_NAMED = 12


def named(names: object) -> str:
    """A list of names for a message: sorted, quoted, cut where it gets long."""
    ordered = sorted(str(name) for name in names)  # type: ignore[attr-defined]
    shown = ", ".join(f'"{name}"' for name in ordered[:_MAX_NAMED])
    return shown + (", ..." if len(ordered) > _MAX_NAMED else "")


@dataclass
class Scope:
    """What the contexts hold at one place of one workflow; absent ones are as everywhere.

    `missing` says by context what to do about a name that it does not have.
    """

    contexts: Mapping[str, Type]
    missing: Mapping[str, str | Callable[[], str]] = field(default_factory=dict)


class ExpressionChecker:
    """Checks one tree. `problems` collects `(code, message, offset)`."""

    def __init__(self, scope: Scope, place: Place, *, script: bool = False) -> None:
        self.scope = scope
        self.place = place
        self.script = script
        self.problems: list[tuple[str, str, int]] = []
        self._safe = 0

    def problem(self, code: str, message: str, node: Node) -> None:
        self.problems.append((code, message, node[1]))

    def check(self, node: Node) -> Type:
        """The type of a tree, problems recorded on the way."""
        return self._CHECKS[node[0]](self, node)

    def _null(self, _: Node) -> Type:
        return NULL

    def _bool(self, _: Node) -> Type:
        return BOOL

    def _number(self, _: Node) -> Type:
        return NUMBER

    def _string(self, _: Node) -> Type:
        return STRING

    def _name(self, node: Node) -> Type:
        name = node[2]
        known = self.scope.contexts.get(name) or CONTEXTS.get(name)
        if known is None:
            self.problem(
                "unknown-context",
                f'"{node[3]}" is no context; there are {named(CONTEXTS)} (text needs single quotes)',
                node,
            )
            return ANY
        if name not in self.place.contexts:
            allowed = self.place.contexts
            note = f"only {named(allowed)} are" if allowed else "no context is"
            self.problem(
                "context-not-allowed",
                f'context "{name}" cannot be used in {self.place.key}; {note} available there',
                node,
            )
        return known

    def _untrusted(self, node: Node) -> None:
        if not self.script or self._safe:
            return
        path = _path(node)
        if path is None or len(path) < 2:
            return
        for bad in _matching_untrusted(path):
            self.problem(
                "untrusted-input",
                f'"{".".join(bad)}" is text of an outsider and would run as code here;'
                " pass it through env: and use the variable",
                node,
            )

    def _member(self, node: Node) -> Type:
        if self.script:
            self._untrusted(node)
        receiver, name = node[2], node[3]
        kind = self.check(receiver)
        if kind is ANY:
            return ANY
        if isinstance(kind, ObjectType):
            return self._property(node, kind, name, receiver)
        if isinstance(kind, ArrayType) and kind.filtered:
            element = kind.element
            if element is ANY:
                return kind
            if isinstance(element, ObjectType):
                found = element.properties.get(name) or element.rest
                if found is None:
                    self.problem("undefined-property", f'no element has a property "{name}"', node)
                return ArrayType(found or ANY, True)
        self.problem(
            "not-an-object",
            f'"{name}" is read of a value of type {kind}, which has no properties',
            node,
        )
        return ANY

    def _property(self, node: Node, kind: ObjectType, name: str, receiver: Node) -> Type:
        found = kind.properties.get(name)
        if found is not None:
            return found
        if kind.rest is not None:
            if receiver[0] == "name" and receiver[2] == "vars":
                self._variable_name(node, name)
            return kind.rest
        self.problem("undefined-property", self._undefined(kind, name, receiver), node)
        return ANY

    def _undefined(self, kind: ObjectType, name: str, receiver: Node) -> str:
        path = _path(receiver)
        of = ".".join(path) if path else "this value"
        hint = self.scope.missing.get(path[0]) if path and len(path) == 1 else None
        if callable(hint):
            hint = hint()
        if hint is None:
            hint = f"it has {named(kind.properties)}" if kind.properties else "it has none"
        return f'"{name}" is no property of {of}; {hint}'

    def _variable_name(self, node: Node, name: str) -> None:
        if name.startswith("github_") or not name.replace("_", "a").isalnum():
            self.problem(
                "variable-name",
                f'"{name}" cannot be the name of a configuration variable: letters, digits and _ only,'
                " not beginning with GITHUB_",
                node,
            )

    def _filter(self, node: Node) -> Type:
        kind = self.check(node[2])
        if kind is ANY:
            return ArrayType(ANY, True)
        if isinstance(kind, ArrayType):
            return ArrayType(kind.element, True)
        if isinstance(kind, ObjectType):
            if kind.rest is not None:
                if kind.rest is ANY or isinstance(kind.rest, ObjectType):
                    return ArrayType(kind.rest, True)
            elif any(isinstance(t, ObjectType) or t is ANY for t in kind.properties.values()):
                return ArrayType(ANY, True)
        self.problem("bad-filter", f'".*" needs an array or an object of objects, not {kind}', node)
        return ANY

    def _index(self, node: Node) -> Type:
        if self.script:
            self._untrusted(node)
        operand, index = node[2], node[3]
        by = self.check(index)
        kind = self.check(operand)
        if kind is ANY:
            return ANY
        if isinstance(kind, ArrayType):
            if by not in (ANY, NUMBER):
                self.problem("bad-index", f"an array takes a number as index, not {by}", index)
                return ANY
            return kind.element
        if isinstance(kind, ObjectType):
            if by not in (ANY, STRING):
                self.problem("bad-index", f"an object takes a string as index, not {by}", index)
                return ANY
            if index[0] == "string":
                return self._property(node, kind, index[2].lower(), operand)
            return kind.rest or ANY
        self.problem("bad-index", f"a value of type {kind} cannot be indexed", node)
        return ANY

    def _not(self, node: Node) -> Type:
        self.check(node[2])
        return BOOL

    def _compare(self, node: Node) -> Type:
        op, left, right = node[2], self.check(node[3]), self.check(node[4])
        if not comparable(op, left, right):
            self.problem("bad-comparison", f"{left} cannot be compared with {right} by {op}", node)
        return BOOL

    def _and(self, node: Node) -> Type:
        return self._merged(node, False)

    def _or(self, node: Node) -> Type:
        return self._merged(node, True)

    def _merged(self, node: Node, truthy: bool) -> Type:
        *first, last = node[2]
        kind: Type | None = None
        for part in first:
            narrowed = self._narrowed(part, truthy)
            kind = narrowed if kind is None else merge(kind, narrowed)
        final = self.check(last)
        return final if kind is None else merge(kind, final)

    def _narrowed(self, node: Node, truthy: bool) -> Type:
        """`a && b` is of b's type wherever it is known to be true, `a || b` where it is false."""
        if node[0] == ("and" if truthy else "or"):
            kinds = [self.check(part) for part in node[2]]
            return kinds[-1]
        if node[0] == "not":
            return self._narrowed(node[2], not truthy)
        return self.check(node)

    def _call(self, node: Node) -> Type:
        name, arguments = node[2].lower(), node[3]
        signatures = FUNCTIONS.get(name)
        if signatures is None:
            self.problem(
                "unknown-function",
                f'there is no function "{node[2]}"; there are {named(FUNCTIONS)}',
                node,
            )
            return ANY
        safe = name in ("contains", "startswith", "endswith")
        self._safe += safe
        kinds = [self.check(argument) for argument in arguments]
        self._safe -= safe
        refusals: list[tuple[str, str, Node]] = []
        for signature in signatures:
            refusal = _refusal(signature, node, kinds)
            if refusal is None:
                return self._called(node, name, signature)
            refusals.append(refusal)
        self.problem(*refusals[0])
        return ANY

    def _called(self, node: Node, name: str, signature: Signature) -> Type:
        arguments = node[3]
        if name in SPECIAL_FUNCTIONS and name not in self.place.functions:
            where = "steps" if name == "hashfiles" else "if conditions"
            self.problem(
                "function-not-allowed",
                f'function "{node[2]}" cannot be called in {self.place.key}, only in {where}',
                node,
            )
        if name == "format" and arguments[0][0] == "string":
            self._format(node, arguments[0][2], len(arguments) - 1)
        elif name == "case" and len(arguments) % 2 == 0:
            self.problem(
                "wrong-arguments", "case() takes pairs of condition and value, then a default", node
            )
        elif name == "fromjson" and arguments[0][0] == "string":
            try:
                return type_of_json(json.loads(arguments[0][2]))
            except (ValueError, RecursionError) as error:
                self.problem("bad-json", f"fromJSON() is given broken JSON: {error}", arguments[0])
        return signature.returns

    def _format(self, node: Node, template: str, count: int) -> None:
        found = placeholders(template)
        for index in range(count):
            if index not in found:
                self.problem(
                    "format-arguments",
                    f"format() is given an argument that {{{index}}} would show, but its text has no"
                    f" {{{index}}}",
                    node,
                )
                break
        beyond = [index for index in found if index >= count]
        if beyond:
            self.problem(
                "format-arguments",
                f"format() has a placeholder {{{min(beyond)}}} but only {count} arguments for its text",
                node,
            )

    _CHECKS: Mapping[str, Callable[[ExpressionChecker, Node], Type]] = {
        "null": _null,
        "bool": _bool,
        "number": _number,
        "string": _string,
        "name": _name,
        "member": _member,
        "filter": _filter,
        "index": _index,
        "not": _not,
        "compare": _compare,
        "and": _and,
        "or": _or,
        "call": _call,
    }


def _refusal(signature: Signature, node: Node, kinds: list[Type]) -> tuple[str, str, Node] | None:
    wanted = signature.parameters
    if len(kinds) < len(wanted) or (len(kinds) > len(wanted) and not signature.more):
        least = "at least " if signature.more else ""
        return (
            "wrong-arguments",
            f"{signature.shown} takes {least}{len(wanted)} arguments, not {len(kinds)}",
            node,
        )
    for index, kind in enumerate(kinds):
        parameter = wanted[min(index, len(wanted) - 1)]
        if not assignable(parameter, kind):
            return (
                "wrong-argument-type",
                f"argument {index + 1} of {signature.shown} is of type {kind}",
                node[3][index],
            )
    return None


def placeholders(template: str) -> set[int]:
    """The numbers of the `{0}` in a template of `format()`; `{{` and `}}` are escapes."""
    found: set[int] = set()
    position = 0
    while position < len(template):
        char = template[position]
        if char in "{}" and template[position + 1 : position + 2] == char:
            position += 2
            continue
        if char == "{":
            end = template.find("}", position)
            digits = template[position + 1 : end] if end > 0 else ""
            if digits.isascii() and digits.isdigit() and len(digits) < 6:
                found.add(int(digits))
                position = end
        position += 1
    return found


def _path(node: Node) -> tuple[str, ...] | None:
    """`github.event.commits[0].message` as names, "*" for a number or a filter."""
    steps: list[str] = []
    while True:
        kind = node[0]
        if kind == "name":
            steps.append(node[2])
            return tuple(reversed(steps))
        if kind == "member":
            steps.append(node[3])
        elif kind == "filter":
            steps.append("*")
        elif kind == "index":
            steps.append(node[3][2].lower() if node[3][0] == "string" else "*")
        else:
            return None
        node = node[2]


def _matching_untrusted(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [
        bad
        for bad in UNTRUSTED
        if len(bad) == len(path)
        and all(a == b or "*" in (a, b) for a, b in zip(bad, path, strict=True))
    ]


def unknown_object(properties: Mapping[str, Type] | None = None) -> ObjectType:
    """An object that may have any property besides those named."""
    return ObjectType(properties, ANY) if properties else LOOSE
