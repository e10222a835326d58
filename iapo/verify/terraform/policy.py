"""A user's own Rego policies, evaluated over a plan, in this process.

The plan is `input`, as `terraform show -json` prints it, which is what policies for `opa` and
`conftest` expect. Needs the extra `policy` (regopy, the rego-cpp interpreter).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iapo.errors import InputError
from iapo.verify.report import Plan

_PACKAGE = re.compile(r"^\s*package\s+([\w.]+(?:\[\"[^\"]+\"\])*)", re.MULTILINE)
_REFUSALS = ("deny", "violation")
_PERMISSIONS = ("allow", "is_valid", "valid")


class PolicyError(InputError):
    """A policy that cannot be evaluated; the message says why."""


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """What the policies say of a plan.

    Attributes:
        passed: no `deny` or `violation` holds, and every `allow` there is does.
        denials: the messages of what denies, and the names of the `allow` rules that do not hold.
        warnings: the messages of `warn` rules.
        values: package to the value of each of its rules.
    """

    passed: bool
    denials: tuple[str, ...]
    warnings: tuple[str, ...]
    values: Mapping[str, Any]


def check_policy(
    plan: Plan | Mapping[str, Any], policies: str | Sequence[str], *, data: Any = None
) -> PolicyResult:
    """Evaluate Rego modules over a plan.

    Args:
        plan: a report's plan, or a plan document.
        policies: the text of one or more modules. Their `deny` and `violation` rules refuse, their
            `allow` (also `is_valid`, `valid`) rules permit, their `warn` rules warn.
        data: what policies find under `data` besides themselves.

    Raises:
        PolicyError: a module does not parse or fails, or none has such a rule.
        ImportError: regopy is not installed; the message names the extra.
    """
    try:
        from regopy import Interpreter, RegoError
    except ImportError:
        raise ImportError("Rego policies need regopy: pip install 'iapo[policy]'") from None
    modules = [policies] if isinstance(policies, str) else list(policies)
    interpreter = Interpreter()
    packages: list[str] = []
    values: dict[str, Any] = {}
    try:
        for number, module in enumerate(modules):
            found = _PACKAGE.search(module)
            if found is None:
                raise PolicyError(f"policy {number + 1} names no package")
            if found[1] not in packages:
                packages.append(found[1])
            interpreter.add_module(f"policy{number}.rego", module)
        if data is not None:
            interpreter.add_data(data)
        document = plan.json if isinstance(plan, Plan) else plan
        interpreter.set_input(dict(document))
        for package in packages:
            answer = json.loads(str(interpreter.query(f"data.{package}")))
            values[package] = answer["expressions"][0]
    except RegoError as error:
        raise PolicyError(_first_lines(str(error))) from None
    except (KeyError, IndexError, TypeError):
        raise PolicyError("a policy gives no value") from None
    return _result(values)


def _first_lines(text: str) -> str:
    return " ".join(text.split())[:500]


def _messages(value: Any) -> list[str]:
    """What a `deny` rule holds, as texts; nothing where it is empty, false or undefined."""
    if isinstance(value, Mapping):
        value = value.get("msg", list(value)) if "msg" in value else list(value)
    if isinstance(value, (list, tuple)):
        return [part for item in value for part in _texts(item)]
    return _texts(value) if value not in (None, False, "") else []


def _texts(item: Any) -> list[str]:
    if isinstance(item, Mapping):
        return [str(item.get("msg") or item.get("message") or json.dumps(item, sort_keys=True))]
    return [str(item)]


def _result(values: Mapping[str, Any]) -> PolicyResult:
    denials: list[str] = []
    warnings: list[str] = []
    judged = False
    for package, rules in values.items():
        for name, value in rules.items() if isinstance(rules, Mapping) else ():
            if name in _REFUSALS:
                judged = True
                denials += _messages(value)
            elif name in _PERMISSIONS:
                judged = True
                if value is not True:
                    denials.append(f"{package}.{name} does not hold")
            elif name == "warn":
                warnings += _messages(value)
    if not judged:
        raise PolicyError(
            "no rule judges: a policy needs `deny`, `violation` or a `default allow := false`"
        )
    return PolicyResult(not denials, tuple(denials), tuple(warnings), dict(values))
