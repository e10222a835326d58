"""Provider-defined functions (`provider::aws::arn_parse(...)`): which a module calls, and the answers.

The AWS provider's three are computed as it computes them. What any other function answers is left
unknown: Terraform then checks the call's name and arguments and carries on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iapo.verify.terraform import hcl
from iapo.verify.terraform.rules import UNKNOWN

_CALL = re.compile(r"\bprovider\s*::\s*([^\W\d][\w-]*)\s*::\s*([^\W\d][\w-]*)\s*\(")


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A call of a provider's function.

    Attributes:
        local: the local name of the provider.
    """

    local: str
    name: str
    path: str
    line: int
    column: int


class FunctionError(ValueError):
    """The function refuses its arguments; the message is the provider's own."""


def calls_in(text: str, path: str, block: hcl.Block) -> Iterator[FunctionCall]:
    """The calls in a block's arguments and in its nested blocks; comments are no calls."""
    waiting = [block]
    while waiting:
        here = waiting.pop()
        waiting += here.blocks
        for argument in here.arguments.values():
            if "::" not in text[argument.start : argument.end]:
                continue
            for start, local, name in _in_tokens(argument.tokens):
                line = text.count("\n", 0, start) + 1
                column = start - text.rfind("\n", 0, start)
                yield FunctionCall(local, name, path, line, column)


def _in_tokens(tokens: list[hcl.Token]) -> Iterator[tuple[int, str, str]]:
    for at, token in enumerate(tokens):
        if token.kind in ("string", "heredoc"):
            for found in _CALL.finditer(token.text):
                yield token.start + found.start(), found[1], found[2]
        elif token.text == "provider":
            following = [t.text for t in tokens[at + 1 : at + 6]]
            if len(following) == 5 and (following[0], following[2]) == ("::", "::"):
                yield token.start, following[1], following[3]


def calls_in_json(text: str, path: str) -> Iterator[FunctionCall]:
    """The calls in the templates of a `.tf.json` file, each at its line."""
    for found in _CALL.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield FunctionCall(
            found[1], found[2], path, line, found.start() - text.rfind("\n", 0, found.start())
        )


def undeclared(call: FunctionCall) -> dict[str, Any]:
    """What Terraform says of a call whose provider is not in the module's `required_providers`."""
    return {
        "severity": "error",
        "summary": "Unknown provider function",
        "detail": f'There is no function named "provider::{call.local}::{call.name}". Ensure that '
        f'provider name "{call.local}" is declared in this module\'s required_providers block, and '
        f'that this provider offers a function named "{call.name}".',
        "range": {
            "filename": call.path,
            "start": {"line": call.line, "column": call.column},
        },
    }


def answer(provider: str, name: str, arguments: list[Any]) -> Any:
    """What a function gives for known arguments; `UNKNOWN` where that is not known here.

    Raises:
        FunctionError: the provider would refuse the arguments.
    """
    known = _ANSWERS.get((provider, name))
    return UNKNOWN if known is None else known(*arguments)


_SECTIONS = ("partition", "service", "region", "account_id", "resource")


def _arn_parse(arn: str) -> dict[str, str]:
    if not arn.startswith("arn:"):
        raise FunctionError("arn: invalid prefix")
    sections = arn.split(":", 5)
    if len(sections) < 6:
        raise FunctionError("arn: not enough sections")
    return dict(zip(_SECTIONS, sections[1:], strict=True))


def _arn_build(*sections: str) -> str:
    return ":".join(("arn", *sections))


def _trim_iam_role_path(arn: str) -> str:
    parts = _arn_parse(arn)
    if parts["service"] != "iam":
        raise FunctionError('service must be "iam"')
    if parts["region"]:
        raise FunctionError("region must be empty")
    if not parts["resource"].startswith("role/"):
        raise FunctionError('resource must begin with "role/"')
    parts["resource"] = "role/" + parts["resource"].rpartition("/")[2]
    return _arn_build(*(parts[name] for name in _SECTIONS))


_ANSWERS: Mapping[tuple[str, str], Callable[..., Any]] = {
    ("aws", "arn_parse"): _arn_parse,
    ("aws", "arn_build"): _arn_build,
    ("aws", "trim_iam_role_path"): _trim_iam_role_path,
}
