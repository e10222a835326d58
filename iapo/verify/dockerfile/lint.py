"""Warnings about Dockerfiles that build: BuildKit's own build checks, and hadolint's common rules.

Every message ends with the name of the rule it implements, so that its explanation can be looked
up. Nothing here makes a file invalid.
"""

from __future__ import annotations

from iapo.verify.dockerfile.instructions import Fields
from iapo.verify.dockerfile.parser import Dockerfile, Instruction
from iapo.verify.dockerfile.stages import Build, Stage


def lint(file: Dockerfile, found: Build) -> None:
    """Add the warnings of a file whose instructions were read."""
    _lint_stage_names(file, found)
    for stage in found.stages:
        _lint_base(file, stage)
        _lint_repeated(file, stage)
        for instruction, fields in stage.entries:
            _lint_form(file, instruction, fields)
    for instruction in file.instructions:
        if instruction.name == "MAINTAINER":
            file.warn(
                "maintainer-deprecated",
                "MAINTAINER is deprecated; use LABEL org.opencontainers.image.authors=... "
                "[DL4000, MaintainerDeprecated]",
                instruction,
            )


def _lint_stage_names(file: Dockerfile, found: Build) -> None:
    seen: set[str] = set()
    for stage in found.stages:
        if stage.name is None:
            continue
        if stage.name in seen:
            file.warn(
                "duplicate-stage",
                f"the stage name {stage.name} is taken; later references mean this stage "
                "[DL3024, DuplicateStageName]",
                stage.origin,
            )
        if stage.name in ("scratch", "context"):
            file.warn(
                "reserved-stage-name",
                f"`{stage.name}` is a reserved word; name the stage differently "
                "[ReservedStageName]",
                stage.origin,
            )
        seen.add(stage.name)


def _lint_base(file: Dockerfile, stage: Stage) -> None:
    if stage.parent is not None or stage.base in ("scratch", "") or stage.origin.faults:
        return
    if "@" in stage.base:
        return
    _, colon, tag = stage.base.rpartition("/")[2].partition(":")
    if not colon and "$" not in stage.base:
        file.warn(
            "untagged-base",
            f"FROM {stage.base} means {stage.base}:latest; name a version [DL3006]",
            stage.origin,
            stage.origin.offset,
        )
    elif tag == "latest":
        file.warn(
            "latest-tag",
            f"{stage.base} changes over time; name a version [DL3007]",
            stage.origin,
            stage.origin.offset,
        )


_ONCE = {"CMD": "DL4003", "ENTRYPOINT": "DL4004", "HEALTHCHECK": "DL3012"}


def _lint_repeated(file: Dockerfile, stage: Stage) -> None:
    last: dict[str, Instruction] = {}
    for instruction, _ in stage.entries:
        if instruction.name in _ONCE:
            if instruction.name in last:
                file.warn(
                    "repeated-instruction",
                    f"only the last {instruction.name} of a stage counts; remove the one on line "
                    f"{last[instruction.name].line} "
                    f"[{_ONCE[instruction.name]}, MultipleInstructionsDisallowed]",
                    instruction,
                )
            last[instruction.name] = instruction


def _lint_form(file: Dockerfile, instruction: Instruction, fields: Fields) -> None:
    if instruction.name in ("CMD", "ENTRYPOINT") and instruction.array is None and fields:
        file.warn(
            "shell-form-command",
            f"use the JSON form for {instruction.name}, or the process gets no signals "
            "[DL3025, JSONArgsRecommended]",
            instruction,
        )
