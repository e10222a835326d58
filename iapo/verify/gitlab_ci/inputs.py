"""The header of a configuration: `spec: inputs:`, and the `$[[ inputs.name ]]` that use them.

https://docs.gitlab.com/ci/inputs/. The header is a YAML document of its own before the pipeline.
"""

from __future__ import annotations

import re
from typing import Any

from iapo.verify.report import Diagnostic
from iapo.verify.yaml_source import Path, YamlDocument

_TOOL = "gitlab-ci"
MAX_INTERPOLATION = 1000  # characters
_ACCESS = re.compile(r"\s*inputs\.([A-Za-z0-9_-]+)\s*\Z")
_FUNCTION = re.compile(r"\s*([a-z_]+)(?:\(([^)]*)\))?\s*\Z")
_FUNCTIONS = ("expand_vars", "truncate", "posix_escape")
MAX_FUNCTIONS = 3
MAX_PROBLEMS = 50
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "array": list,
}
_INPUT_KEYS = ("default", "description", "options", "regex", "type", "rules")


def check_header(document: YamlDocument) -> tuple[set[str], list[Diagnostic]]:
    """Names of the declared inputs, and what is wrong with the header."""
    problems: list[Diagnostic] = []

    def problem(code: str, message: str, path: Path) -> None:
        problems.append(Diagnostic("error", code, message, *document.locate(path), _TOOL))

    header = document.value
    spec = header.get("spec") if isinstance(header, dict) else None
    if not isinstance(header, dict) or set(header) != {"spec"}:
        problem("bad-header", 'the document before the first "---" may hold only "spec:"', ())
        return set(), problems
    if spec is None:
        return set(), problems
    if not isinstance(spec, dict):
        problem("wrong-type", '"spec" must be a mapping', ("spec",))
        return set(), problems
    for key in spec:
        if key not in ("inputs", "description", "component", "include"):
            problem("unknown-key", f'"{str(key)[:40]}" is no keyword of spec', ("spec", key))
    inputs = spec.get("inputs")
    if inputs is None:
        return set(), problems
    if not isinstance(inputs, dict):
        problem("wrong-type", '"inputs" must be a mapping', ("spec", "inputs"))
        return set(), problems
    for name, declared in inputs.items():
        wrong = _input_problem(declared)
        if wrong:
            problem("bad-input", f'input "{name}": {wrong}', ("spec", "inputs", name))
    return {str(name) for name in inputs}, problems


def _input_problem(declared: Any) -> str | None:
    if declared is None:
        return None
    if not isinstance(declared, dict):
        return "it must be a mapping, or empty"
    unknown = [str(key) for key in declared if key not in _INPUT_KEYS]
    if unknown:
        return f'"{unknown[0][:40]}" is no keyword of an input'
    kind = declared.get("type", "string")
    if not isinstance(kind, str) or kind not in _TYPES:
        return f"its type must be one of {', '.join(_TYPES)}"
    default = declared.get("default")
    if default is not None:
        fits = isinstance(default, _TYPES[kind]) and (
            kind == "boolean" or not isinstance(default, bool)
        )
        if not fits:
            return f"its default is no {kind}"
        options = declared.get("options")
        if isinstance(options, list) and default not in options:
            return "its default is not among its options"
    if "options" in declared and not isinstance(declared["options"], list):
        return "its options must be a list"
    return None


def check_interpolations(text: str, declared: set[str], first_line: int) -> list[Diagnostic]:
    """What is wrong with the `$[[ ]]` of the pipeline, from a line of the text on."""
    problems: list[Diagnostic] = []
    for number, line in enumerate(text.splitlines(), 1):
        if number < first_line or "$[[" not in line or line.lstrip().startswith("#"):
            continue
        start = line.find("$[[")
        while start >= 0 and len(problems) < MAX_PROBLEMS:
            end = line.find("]]", start, start + MAX_INTERPOLATION)
            if end < 0:
                break
            wrong = _interpolation_problem(line[start + 3 : end], declared)
            if wrong:
                problems.append(
                    Diagnostic("error", "bad-interpolation", wrong, number, start + 1, _TOOL)
                )
            start = line.find("$[[", end)
    return problems


def _interpolation_problem(inside: str, declared: set[str]) -> str | None:
    access, *functions = inside.split("|")
    if access.strip().startswith(("matrix.", "component.")):
        return None
    match = _ACCESS.match(access)
    if match is None:
        return f'"{access.strip()[:60]}" is no input: write $[[ inputs.name ]]'
    if match[1] not in declared:
        names = ", ".join(sorted(declared)[:10]) or "none"
        return f'input "{match[1]}" is not declared in spec: inputs: (there are {names})'
    if len(functions) > MAX_FUNCTIONS:
        return f"at most {MAX_FUNCTIONS} functions may follow an input"
    for function in functions:
        called = _FUNCTION.match(function)
        if called is None or called[1] not in _FUNCTIONS:
            return f'"{function.strip()[:40]}" is no function; there are {", ".join(_FUNCTIONS)}'
    return None
