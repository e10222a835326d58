"""A Dockerfile's stages and instructions as parts.

Stages that the final image does not need are dead, and so are settings that a later one of the
same stage overrides, RUNs that run nothing (`RUN make || true`) and ONBUILDs that nobody asked for. Settings of the image (USER, CMD, EXPOSE ...) only count where they end up
in the final image, unless the pattern says `in: STAGE`. `run`, `cmd` and `value` are strings in
which the exec form's words stand behind each other.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from iapo.intent.parts import Part, Parts, Path
from iapo.intent.pattern import Intent
from iapo.intent.readers.shapes import closure, mapping, sequence
from iapo.intent.shell import no_op
from iapo.verify.report import Report

_OVERRIDDEN = {"CMD", "ENTRYPOINT", "USER", "HEALTHCHECK", "STOPSIGNAL", "SHELL"}
_SHELLS = {"sh", "bash", "ash", "dash", "zsh", "ksh", "powershell", "pwsh", "cmd"}
_OF_THE_IMAGE = _OVERRIDDEN | {"EXPOSE", "VOLUME", "LABEL"}


def read_dockerfile(intent: Intent, report: Report) -> Parts:
    """Parts of a Dockerfile; the last stage is what is built."""
    file = mapping(report.documents[0]) if report.documents else {}
    stages = [mapping(stage) for stage in sequence(file.get("stages"))]
    alive: list[Part] = []
    arguments = file.get("args")
    pairs = arguments.items() if isinstance(arguments, Mapping) else _arguments(arguments)
    for name, default in pairs:
        alive.append(Part("arg", name, {"default": default}, f"ARG {name}", counted=False))
    if not stages:
        return Parts("dockerfile", tuple(alive), 0, _refers, _uses)
    reached = _reached(stages)
    dead = len(stages) - len(reached)
    triggers = intent.asks_about("trigger") or "ONBUILD" in str(intent.values_of("instruction"))
    inherited = _inherited(stages)
    asks_where = intent.asks_about("in")
    for index, stage in enumerate(stages):
        if str(index) not in reached:
            continue
        final = index == len(stages) - 1
        name = stage.get("name")
        every = _instructions(stage)
        instructions = [step for step in every if not _is_dead(step, triggers)]
        dead += len(every) - len(instructions)
        needs = tuple(_needs(stage, index, stages))
        value = {
            **stage,
            "name": name,
            "base": stage.get("base"),
            "final": final,
            "instructions": instructions,
            "run": [step["run"] for step in instructions if step.get("instruction") == "RUN"],
        }
        label = f"stage {name or index}"
        references = {"needs": needs}
        alive.append(
            Part(
                kind="stage",
                key=name or str(index),
                value=value,
                label=label,
                counted=False,  # the final image needs it
                address=str(index),
                references=references,
            )
        )
        for step in instructions:
            keyword = step["instruction"]
            in_image = index in inherited
            if keyword in _OF_THE_IMAGE and not in_image and not asks_where:
                continue
            where = {"in": "final" if final else name or str(index), "final": final}
            alive.append(
                Part(
                    "instruction",
                    keyword,
                    {**step, **where},
                    f"{keyword} in {label}",
                    counted=False,
                )
            )
    return Parts("dockerfile", tuple(alive), dead, _refers, _uses)


def _arguments(value: Any) -> list[tuple[Any, Any]]:
    out = []
    for item in sequence(value):
        if isinstance(item, Mapping):
            out.append((item.get("name"), item.get("default", item.get("value"))))
        else:
            name, equals, default = str(item).partition("=")
            out.append((name, default if equals else None))
    return out


def _instructions(stage: Mapping[str, Any]) -> list[dict[str, Any]]:
    steps = [dict(mapping(step)) for step in sequence(stage.get("instructions"))]
    last = {str(step.get("instruction", "")).upper(): i for i, step in enumerate(steps)}
    out = []
    shell = "sh"
    for index, step in enumerate(steps):
        keyword = str(step.get("instruction", "")).upper()
        if keyword == "SHELL":
            shell = str((sequence(step.get("shell")) or ["sh"])[0]).rsplit("/", 1)[-1]
        if keyword in _OVERRIDDEN and last[keyword] != index:
            continue
        step["instruction"] = keyword
        if "command" in step:
            step["cmd"] = step["command"]
        elif isinstance(step.get("cmd"), list):
            step["cmd"] = shlex.join(str(word) for word in step["cmd"])
        if keyword == "RUN":
            step["run"] = _script(step) if _reads(shell) or step.get("form") == "exec" else ""
        if "ports" in step:
            step["ports"] = [str(port).removesuffix("/tcp") for port in sequence(step["ports"])]
        step["flags"] = _flags(step.get("flags"))
        out.append(step)
    return out


def _is_dead(step: Mapping[str, Any], triggers: bool) -> bool:
    """A RUN that runs nothing whose failure is heeded, and what is only for images built on this one."""
    if step["instruction"] == "ONBUILD":
        return not triggers
    return step["instruction"] == "RUN" and no_op(step["run"])


def _reads(shell: str) -> bool:
    """Whether a program given by SHELL runs the commands that it is handed."""
    return shell.lower().removesuffix(".exe") in _SHELLS


def _script(step: Mapping[str, Any]) -> str:
    """What a RUN runs: the body of a heredoc that stands alone is itself the script."""
    bodies = sequence(step.get("heredocs"))
    if bodies and str(step.get("value", "")).startswith("<<"):
        return "\n".join(str(body) for body in bodies)
    return str(step.get("cmd") or step.get("value") or "")


def _flags(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    out: dict[str, Any] = {}
    for item in sequence(value):
        name, equals, text = str(item).lstrip("-").partition("=")
        out[name] = text if equals else True
    return out


def _needs(stage: Mapping[str, Any], index: int, stages: list[Mapping[str, Any]]) -> list[str]:
    """Indices of earlier stages that a stage is built from or copies from."""
    named = {
        str(s.get("name")).lower(): str(i) for i, s in enumerate(stages[:index]) if s.get("name")
    }
    numbered = {str(i): str(i) for i in range(index)}
    wanted = [(stage.get("base"), named)]
    for step in sequence(stage.get("instructions")):
        wanted.append((mapping(step).get("from"), {**numbered, **named}))
        mounts = _flags(mapping(step).get("flags")).get("mount")
        for mount in sequence(mounts):
            options = str(mount).split(",")
            wanted.extend((option[5:], named) for option in options if option.startswith("from="))
    return [known[str(name).lower()] for name, known in wanted if str(name).lower() in known]


def _reached(stages: list[Mapping[str, Any]]) -> set[str]:
    needs = {str(i): _needs(stage, i, stages) for i, stage in enumerate(stages)}
    return closure([str(len(stages) - 1)], needs)


def _inherited(stages: list[Mapping[str, Any]]) -> set[int]:
    """The final stage and the stages it is built on, one after the other."""
    out = {len(stages) - 1}
    here = len(stages) - 1
    while True:
        base = str(stages[here].get("base")).lower()
        below = [i for i in range(here) if str(stages[i].get("name")).lower() == base]
        if not below:
            return out
        here = below[-1]
        out.add(here)


def _refers(part: Part, path: Path, value: Any, target: Part) -> bool:
    """A stage by its name or number."""
    if target.kind != "stage" or value is None:
        return False
    return str(value).lower() in (str(target.key).lower(), target.address)


def _uses(part: Part, target: Part) -> bool:
    return target.kind == "stage" and target.address in part.references.get("needs", ())
