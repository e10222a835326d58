"""Values that stand in for the required variables of a program that is planned without any.

Typed by the variable's type expression, plausible by its name, and taken from the variable's own
validation where that lists what it accepts.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from typing import Any

from iapo.verify.terraform import hcl
from iapo.verify.terraform.plausible import of_type, text_value
from iapo.verify.terraform.program import Program, Variable

_MAX_DEPTH = 30
_CONTAINS = re.compile(r"contains\(\s*\[([^\]]*)\]")
_STRINGS = re.compile(r'"((?:[^"\\$%]|\\.)*)"')
_NUMBERS = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")


def given(files: Mapping[str, str]) -> set[str]:
    """The names that the root's .tfvars files, as far as Terraform loads them, give values to."""
    names: set[str] = set()
    for path, text in files.items():
        if posixpath.dirname(path):
            continue
        if path == "terraform.tfvars" or path.endswith(".auto.tfvars"):
            names.update(hcl.parse(text).arguments)
        elif path == "terraform.tfvars.json" or path.endswith(".auto.tfvars.json"):
            try:
                body = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(body, dict):
                names.update(body)
    return names


def cty_type(expression: str) -> Any:
    """A type expression (`list(object({a = optional(string)}))`) as cty's JSON type.

    What cannot be read, and `any`, is a string: most arguments take one.
    """
    stream = [t.text for t in hcl.tokens(expression) if t.kind != "newline"]
    kind, _ = _read(stream, 0, 0)
    return kind


def _read(stream: list[str], at: int, depth: int) -> tuple[Any, int]:
    if at >= len(stream) or depth > _MAX_DEPTH:
        return "string", at + 1
    word = stream[at].strip('"')
    at += 1
    if word in ("number", "bool", "string"):
        return word, at
    if at >= len(stream) or stream[at] != "(":
        return {"list": ["list", "string"], "map": ["map", "string"]}.get(word, "string"), at
    at += 1
    if word in ("list", "set", "map"):
        inner, at = _read(stream, at, depth + 1)
        return [word, inner], at + 1
    if word == "optional":
        inner, at = _read(stream, at, depth + 1)
        open_ = 1
        while at < len(stream) and open_:
            open_ += (stream[at] in "([{") - (stream[at] in ")]}")
            at += 1
        return ["optional", inner], at
    if word == "tuple":
        parts = []
        at += 1
        while at < len(stream) and stream[at] != "]":
            if stream[at] == ",":
                at += 1
                continue
            inner, at = _read(stream, at, depth + 1)
            parts.append(inner)
        return ["tuple", parts], at + 2
    if word == "object":
        fields: dict[str, Any] = {}
        at += 1
        while at < len(stream) and stream[at] != "}":
            if stream[at] == ",":
                at += 1
                continue
            name = stream[at].strip('"')
            inner, at = _read(stream, at + 2, depth + 1)
            fields[name] = inner
        return ["object", fields], at + 2
    return "string", at


def _value(kind: Any, name: str) -> Any:
    if isinstance(kind, list):
        if kind[0] == "object":
            # An optional attribute is left out: Terraform fills in its default.
            return {
                key: _value(inner, key)
                for key, inner in kind[1].items()
                if not (isinstance(inner, list) and inner[0] == "optional")
            }
        if kind[0] == "optional":
            return _value(kind[1], name)
        if kind[0] == "map":
            return {"example": _value(kind[1], name)} if isinstance(kind[1], list) else {}
        if kind[0] in ("list", "set"):
            return _several(kind[1], name)
        return [_value(inner, name) for inner in kind[1]]
    return of_type(kind, "var", name)


def _several(inner: Any, name: str) -> list[Any]:
    one = re.sub(r"(?<=\w)s$", "", name)
    if inner != "string":
        return [_value(inner, one)]
    text = text_value("var", one)
    if "cidr" in name:
        return [f"10.0.{n}.0/24" for n in range(3)]
    if text.endswith("1a"):
        return [text[:-1] + letter for letter in "abc"]
    stem = re.match(r"([a-z]+)-[0-9a-f]{17}\Z", text)
    return [f"{stem[1]}-{n}{text[-16:]}" for n in range(3)] if stem else [text]


def candidates(variable: Variable) -> list[Any]:
    """Values to try for a variable, the likeliest first. At least one."""
    kind = cty_type(variable.type)
    listed = [s for part in _CONTAINS.findall(variable.validation) for s in _STRINGS.findall(part)]
    out: list[Any] = []
    if kind == "string":
        out += listed
    elif isinstance(kind, list) and kind[0] in ("list", "set") and kind[1] == "string":
        out += [[text] for text in listed]
    out.append(_value(kind, variable.name))
    if kind == "number":
        out += [int(float(n)) for n in _NUMBERS.findall(variable.validation)][:6]
    elif kind == "string":
        out += [s for s in _STRINGS.findall(variable.validation) if s not in out][:6]
    elif kind == "bool":
        out.append(True)
    return out


def stand_ins(program: Program) -> dict[str, list[Any]]:
    """For each variable of the root that needs a value and has none, the values to try."""
    known = given(program.files)
    return {
        name: candidates(variable)
        for name, variable in program.root.variables.items()
        if variable.required and name not in known
    }
