"""Variables in a Compose file: `$NAME`, `${NAME:-default}` and their kin, expanded without an environment.

Follows https://docs.docker.com/reference/compose-file/interpolation/. Values come from nowhere but
the defaults in the text, so that a verdict does not depend on who asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")
_MAX_NESTING = 20


@dataclass
class Expansion:
    """What became of one text.

    Attributes:
        text: with every variable replaced.
        unset: names that have neither value nor default.
        problem: code and message where the text cannot be expanded.
    """

    text: str = ""
    unset: list[str] = field(default_factory=list)
    problem: tuple[str, str] | None = None


def expand(text: str) -> Expansion:
    """Expand every variable of a text."""
    result = Expansion()
    result.text = _expand(text, result, 0)
    return result


def _expand(text: str, result: Expansion, depth: int) -> str:
    if "$" not in text or result.problem:
        return text
    if depth > _MAX_NESTING:
        result.problem = ("bad-interpolation", f"variables nested deeper than {_MAX_NESTING}")
        return text
    out: list[str] = []
    position = 0
    while True:
        dollar = text.find("$", position)
        if dollar < 0 or result.problem:
            out.append(text[position:])
            return "".join(out)
        out.append(text[position:dollar])
        following = text[dollar + 1 : dollar + 2]
        name = _NAME.match(text, dollar + 1)
        if following == "$":
            out.append("$")
            position = dollar + 2
        elif name:
            result.unset.append(name[0])
            position = name.end()
        elif following == "{":
            end = _closing(text, dollar)
            if end < 0:
                result.problem = (
                    "bad-interpolation",
                    f"{_short(text[dollar:])} is not closed with }}",
                )
                return text
            out.append(_braced(text[dollar + 2 : end], result, depth))
            position = end + 1
        else:
            out.append("$")
            position = dollar + 1


def _closing(text: str, start: int) -> int:
    depth = 0
    position = start
    while position < len(text):
        if text.startswith("${", position):
            depth += 1
            position += 2
            continue
        if text[position] == "}":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    return -1


def _braced(inside: str, result: Expansion, depth: int) -> str:
    name = _NAME.match(inside)
    rest = inside[name.end() :] if name else inside
    operator = next((o for o in _OPERATORS if rest.startswith(o)), None)
    if name is None or (rest and operator is None):
        what = _short("${" + inside + "}")
        hint = "use ${NAME}, ${NAME:-default} or ${NAME:?message}; write $$ for a dollar sign"
        result.problem = ("bad-interpolation", f"{what} is no variable; {hint}")
        return ""
    if operator is None:
        result.unset.append(name[0])
        return ""
    if operator.endswith("+"):
        return ""
    value = _expand(rest[len(operator) :], result, depth + 1)
    if operator.endswith("?") and not result.problem:
        why = f": {value[:120]}" if value else ""
        message = f"variable {name[0]} is required and has no value here{why}; give it a default"
        result.problem = ("required-variable", message)
    return value


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
