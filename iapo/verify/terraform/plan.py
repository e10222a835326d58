"""Asks Terraform for a plan and reads it: every instance that would exist, and what it refers to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iapo.verify.report import Plan, PlannedResource
from iapo.verify.terraform import references, variables
from iapo.verify.terraform.core import Core
from iapo.verify.terraform.program import Program
from iapo.verify.terraform.stand_ins import STUB_TYPE

_PLAN_FILE = "../plan.bin"
_VALUES_FILE = "../stand-ins.tfvars.json"
_MAX_TRIES = 8
_ELEMENT = re.compile(
    r"(?<![\w.-])([a-z]\w*)\.[^\W\d][\w-]*(?:\[[^\]]*\])?\.([a-z]\w*)(?=\[|\.\d|\.\*|\))"
)  # TYPE.NAME.BLOCK[0]
_RULE = re.compile(r"validation rule at ([^\s:]+):(\d+)")


def make(core: Core, folder: Path, program: Program) -> tuple[Plan | None, list[dict[str, Any]]]:
    """Plan the program that is laid out in the current folder.

    Returns:
        The plan, or None with the diagnostics that say why there is none.
    """
    _remove_backends(folder, program)
    tries = variables.stand_ins(program)
    used = dict.fromkeys(tries, 0)
    found: list[dict[str, Any]] = []
    for _ in range(_MAX_TRIES):
        values = {name: options[used[name]] for name, options in tries.items()}
        Path(_VALUES_FILE).write_text(json.dumps(values), encoding="utf-8")
        output = core.run(
            ["plan", "-json", "-no-color", "-input=false", "-lock=false", "-refresh=false",
             f"-out={_PLAN_FILE}", f"-var-file={_VALUES_FILE}"]
        )  # fmt: skip
        found = _diagnostics(output.stdout, output.stderr)
        if output.code in (0, 2):
            shown = core.run(["show", "-json", "-no-color", _PLAN_FILE])
            document = json.loads(shown.stdout)
            return read(document, program), []
        if not _try_next(found, program, tries, used):
            break
    return None, found


def lacks_elements(found: list[dict[str, Any]]) -> bool:
    """Whether a plan failed because something that the program reads is empty or null."""
    return any(
        entry.get("summary") == "Attempt to get attribute from null value"
        or "has no elements" in str(entry.get("detail", ""))
        for entry in found
    )


def blocks_read(program: Program) -> frozenset[tuple[str, str]]:
    """(type, name) of every list that the program reads an element of: `aws_x.y.name[0]`."""
    return frozenset(
        (str(type), str(name))
        for module in program.modules.values()
        for type, name in _ELEMENT.findall(module.text)
    )


def _try_next(
    found: list[dict[str, Any]],
    program: Program,
    tries: Mapping[str, list[Any]],
    used: dict[str, int],
) -> bool:
    """Move on to the next value of each variable whose own validation refused one."""
    moved = False
    for entry in found:
        rule = _RULE.search(str(entry.get("detail", "")))
        if entry.get("summary") != "Invalid value for variable" or rule is None:
            continue
        for path, block in program.root.blocks:
            if path != rule[1] or not block.line <= int(rule[2]) <= block.last_line:
                continue
            name = block.labels[0] if block.type == "variable" and block.labels else ""
            if name in tries and used[name] + 1 < len(tries[name]):
                used[name] += 1
                moved = True
    return moved


def _diagnostics(stdout: str, stderr: str) -> list[dict[str, Any]]:
    out = []
    for line in stdout.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("type") == "diagnostic":
            out.append(event["diagnostic"])
    if not out and stderr.strip():
        out.append({"severity": "error", "summary": "Plan failed", "detail": stderr.strip()[:2000]})
    return out


def _remove_backends(folder: Path, program: Program) -> None:
    """Blank `backend` and `cloud` blocks: a plan here has no state to fetch."""
    for path, block in program.root.blocks:
        if block.type != "terraform":
            continue
        doomed = [b for b in block.blocks if b.type in ("backend", "cloud")]
        if doomed:
            file = folder / path
            text = file.read_text(encoding="utf-8")
            for inner in doomed:
                blank = re.sub(r"[^\n]", " ", text[inner.start : inner.end])
                text = text[: inner.start] + blank + text[inner.end :]
            file.write_text(text, encoding="utf-8", newline="")
    for path, text in program.files.items():
        if path.endswith(".tf.json") and "/" not in path and re.search(r'"(backend|cloud)"', text):
            body = json.loads(text)
            for settings in [body.get("terraform")]:
                for part in settings if isinstance(settings, list) else [settings]:
                    if isinstance(part, dict):
                        part.pop("backend", None)
                        part.pop("cloud", None)
            (folder / path).write_text(json.dumps(body), encoding="utf-8")


def read(document: Mapping[str, Any], program: Program) -> Plan:
    """A plan document (`terraform show -json`) as a `Plan`."""
    resolver = references.Resolver(document, program)
    resources = []
    for change in document.get("resource_changes", []):
        if change.get("type") == STUB_TYPE:
            continue
        planned = change["change"]
        values = planned.get("after") or {}
        unknown = planned.get("after_unknown")
        unknown = unknown if isinstance(unknown, dict) else {}
        resources.append(
            PlannedResource(
                address=change["address"],
                mode=change["mode"],
                type=change["type"],
                name=change["name"],
                actions=tuple(planned["actions"]),
                values=_known(values, unknown),
                unknown=unknown,
                references=resolver.of(change["address"], values),
            )
        )
    for resource in _read_already(
        document.get("prior_state", {}).get("values", {}).get("root_module")
    ):
        values = resource.get("values", {})
        resources.append(
            PlannedResource(
                address=resource["address"],
                mode=resource["mode"],
                type=resource["type"],
                name=resource["name"],
                actions=("read",),
                values=values,
                unknown={},
                references=resolver.of(resource["address"], values),
            )
        )
    outputs = {
        name: change.get("after") for name, change in document.get("output_changes", {}).items()
    }
    return Plan(
        resources=tuple(sorted(resources, key=lambda r: r.address)),
        outputs=outputs,
        variables={n: v.get("value") for n, v in document.get("variables", {}).items()},
        json=document,
    )


def _known(values: Any, unknown: Any) -> Any:
    """Values without the leaves that are unknown; in a list an unknown item is None."""
    if isinstance(values, dict):
        shape = unknown if isinstance(unknown, dict) else {}
        return {k: _known(v, shape.get(k)) for k, v in values.items() if shape.get(k) is not True}
    if isinstance(values, list):
        shape_ = unknown if isinstance(unknown, list) else []
        return [_known(v, shape_[i] if i < len(shape_) else None) for i, v in enumerate(values)]
    return values


def _read_already(module: Any) -> list[dict[str, Any]]:
    """Data sources that Terraform could read while planning."""
    out: list[dict[str, Any]] = []
    waiting = [module] if isinstance(module, dict) else []
    while waiting:
        here = waiting.pop()
        out += [r for r in here.get("resources", []) if r.get("mode") == "data"]
        waiting += here.get("child_modules", [])
    return out
