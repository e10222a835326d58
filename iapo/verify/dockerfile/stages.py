"""Instructions to build stages: what each starts from, what it sees, and the image it describes.

Follows BuildKit's `frontend/dockerfile/dockerfile2llb`: FROM sees only the ARGs before the first
FROM; a stage sees its own ARGs and ENVs and those of the stage it starts from; `COPY --from` and
`RUN --mount=from=` may name any stage, by name or number, as long as no cycle comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from iapo.verify.dockerfile.image import OFFICIAL_IMAGES, platform_fault, reference_fault
from iapo.verify.dockerfile.instructions import Fields, read
from iapo.verify.dockerfile.parser import Dockerfile, Instruction
from iapo.verify.dockerfile.reader import Reader, Scope, nearest
from iapo.verify.dockerfile.words import ExpansionError, expand

# Set by BuildKit; the value depends on where the image is built.
PLATFORM_ARGS = frozenset(
    f"{side}{part}"
    for side in ("BUILD", "TARGET")
    for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
)
PREDEFINED_ARGS = (
    PLATFORM_ARGS
    | frozenset(
        name
        for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
        for name in (proxy, proxy.lower())
    )
    | {"TARGETSTAGE", "SOURCE_DATE_EPOCH"}
)


@dataclass
class Stage:
    """One FROM and what follows it.

    Attributes:
        index: its number, from 0.
        name: lower case, or None.
        base: image or stage it starts from, variables replaced where they are known.
        parent: the stage it starts from, where it is one of this file.
        origin: its FROM instruction.
        entries: (instruction, fields) of everything after FROM, in order.
        sees: what each entry sees, in the same order.
        needs: stages it copies or mounts from.
        config: the image that comes out, as far as this file tells.
    """

    index: int
    name: str | None
    base: str
    platform: str | None
    parent: Stage | None
    origin: Instruction
    entries: list[tuple[Instruction, Fields]] = field(default_factory=list)
    scope: Scope = field(default_factory=Scope)
    args: set[str] = field(default_factory=set)
    needs: list[tuple[int, Instruction, int | None]] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)


@dataclass
class Build:
    """A whole file: the ARGs before the first FROM, and the stages."""

    args: dict[str, str | None] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)


def build(file: Dockerfile) -> Build:
    """Read every instruction in its stage and check what holds between stages."""
    found = Build()
    outside = Scope({}, set(PREDEFINED_ARGS))
    stage: Stage | None = None
    complained = False
    for instruction in file.instructions:
        name = instruction.name
        if name == "FROM":
            stage = _open_stage(file, instruction, outside, found)
            found.stages.append(stage)
            continue
        if stage is not None:
            _add(file, instruction, stage, found)
            continue
        fields = read(Reader(file, instruction, outside))
        if name == "ARG":
            for key, value in fields.get("args", {}).items():
                found.args[key] = value
                if value is None:
                    outside.declared.add(key)
        elif not complained and not instruction.faults:
            complained = True
            file.error(
                "no-from",
                f"{name} before the first FROM; a file begins with ARG or `FROM image:tag`",
                instruction,
            )
    if not found.stages and not complained and not any(i.faults for i in file.instructions):
        file.error(
            "no-from", "there is no FROM; a file needs `FROM image:tag`", file.instructions[0]
        )
    _link(file, found)
    return found


def _open_stage(file: Dockerfile, instruction: Instruction, outside: Scope, found: Build) -> Stage:
    fields = read(Reader(file, instruction, outside))
    image = fields["image"]
    name = fields["as"]
    by_name = {stage.name: stage for stage in found.stages if stage.name}
    base = image
    parent = None
    if not instruction.faults:
        base = _expand_from(file, instruction, image, outside, "base image")
        parent = by_name.get(base.lower())
        if parent is None and base != "scratch":
            _check_reference(file, instruction, image, outside)
    platform = None
    for flag, value, offset in instruction.flags:
        if flag == "platform" and value is not None:
            platform = _expand_from(file, instruction, value, outside, "platform")
            if "$" in platform:
                continue
            if not platform:
                file.error("bad-platform", f"`{value}` comes out empty", instruction, offset)
            elif fault := platform_fault(platform):
                file.error("bad-platform", fault, instruction, offset)
    stage = Stage(len(found.stages), name, base, platform, parent, instruction)
    stage.config = _inherit(parent)
    stage.scope.values.update(stage.config["env"])
    if parent is not None:
        # A stage sees the ARGs of the stage it starts from.
        stage.scope.values = dict(parent.scope.values)
        stage.scope.declared = set(parent.scope.declared)
        stage.args = set(parent.args)
    return stage


def _expand_from(
    file: Dockerfile, instruction: Instruction, text: str, outside: Scope, what: str
) -> str:
    if "$" not in text and "'" not in text and '"' not in text and file.escape not in text:
        return text
    try:
        found = expand(text, outside.values, file.escape)
    except ExpansionError as fault:
        file.error("bad-substitution", f"{fault}; correct `{text[:60]}`", instruction)
        return text
    if missing := sorted(found.unknown - outside.declared):
        near = nearest(missing[0], {*outside.values, *outside.declared})
        hint = f"; did you mean {near}?" if near else ""
        file.warn(
            "undefined-arg-in-from",
            f"the {what} uses ${missing[0]}, which no ARG before the first FROM declares{hint} "
            "[UndefinedArgInFrom]",
            instruction,
        )
    return found.text


def _check_reference(
    file: Dockerfile, instruction: Instruction, image: str, outside: Scope
) -> None:
    """Is the base an image reference, ARGs without a value counting as something and others not?"""
    values = dict.fromkeys(outside.declared, "0") | outside.values
    try:
        if "$" in image:
            known = set(values)
            values |= dict.fromkeys(expand(image, values, file.escape).unknown - known, "")
        reference = expand(image, values, file.escape).text
    except ExpansionError:
        return  # reported where it was expanded
    if not reference:
        file.error(
            "blank-base",
            f"the base image `{image}` comes out empty; declare the ARG before FROM with a default",
            instruction,
            instruction.offset,
        )
        return
    if fault := reference_fault(reference):
        shown = image if image == reference else f"{image}, that is `{reference}`"
        file.error(
            "bad-image-reference", f"FROM {shown[:120]}: {fault}", instruction, instruction.offset
        )
        return
    unset = expand(image, outside.values, file.escape).unknown & outside.declared - PREDEFINED_ARGS
    if unset:
        name = min(unset)
        file.warn(
            "arg-without-default-in-from",
            f"ARG {name} has no default, so this builds only with --build-arg {name}=... "
            "[InvalidDefaultArgInFrom]",
            instruction,
            instruction.offset,
        )


def _inherit(parent: Stage | None) -> dict[str, Any]:
    if parent is None:
        return {
            "user": None,
            "workdir": None,
            "entrypoint": None,
            "cmd": None,
            "env": {},
            "labels": {},
            "ports": [],
            "volumes": [],
            "healthcheck": None,
            "stopsignal": None,
            "shell": None,
        }
    return {
        key: value.copy() if isinstance(value, dict | list) else value
        for key, value in parent.config.items()
    }


def _add(file: Dockerfile, instruction: Instruction, stage: Stage, found: Build) -> None:
    """Read one instruction in its stage and apply it to the stage's scope and image."""
    scope = stage.scope
    if instruction.name == "ARG":
        # Read apart, since within a stage a default is weaker than an ENV of the same name.
        scope = Scope(dict(stage.scope.values), stage.scope.declared)
    fields = read(Reader(file, instruction, scope))
    stage.entries.append((instruction, fields))
    config = stage.config
    name = instruction.name
    if name == "ARG":
        for key, value in fields.get("args", {}).items():
            stage.args.add(key)
            if value is None:
                value = found.args.get(key)
            if key in config["env"]:
                continue
            if value is None:
                stage.scope.declared.add(key)
            else:
                stage.scope.values[key] = value
    elif name == "ENV":
        config["env"].update(fields["env"])
        for key, value in fields["env"].items():
            if "$" in value:  # depends on the base image
                stage.scope.values.pop(key, None)
                stage.scope.declared.add(key)
            else:
                stage.scope.values[key] = value
    elif name == "LABEL":
        config["labels"].update(fields["labels"])
    elif name == "EXPOSE":
        config["ports"] = list(dict.fromkeys([*config["ports"], *fields["ports"]]))
    elif name == "VOLUME":
        config["volumes"] = list(dict.fromkeys([*config["volumes"], *fields["volumes"]]))
    elif name == "USER":
        config["user"] = fields.get("user")
    elif name == "STOPSIGNAL":
        config["stopsignal"] = fields.get("signal")
    elif name == "SHELL":
        config["shell"] = fields.get("shell")
    elif name == "WORKDIR":
        config["workdir"] = _join(config["workdir"], fields.get("path", ""))
    elif name == "RUN":
        _check_mount_targets(file, instruction, fields, config["workdir"])
    elif name == "HEALTHCHECK":
        config["healthcheck"] = fields.get("healthcheck")
    elif name in ("CMD", "ENTRYPOINT"):
        shell = config["shell"] or ["/bin/sh", "-c"]
        argv = fields.get("cmd")
        if argv is None and "command" in fields:
            argv = [*shell, fields["command"]]
        config[name.lower()] = argv
        if name == "ENTRYPOINT" and not any(i.name == "CMD" for i, _ in stage.entries):
            config["cmd"] = None  # an ENTRYPOINT resets the CMD that came with the base


def _check_mount_targets(
    file: Dockerfile, instruction: Instruction, fields: dict[str, Any], workdir: str | None
) -> None:
    """BuildKit mounts nothing on /, which a mount without target means where there is no WORKDIR."""
    offset = next((o for name, _, o in instruction.flags if name == "mount"), instruction.offset)
    for mount in fields.get("mounts", ()):
        if mount["type"] not in ("bind", "cache", "tmpfs"):
            continue
        target = mount.get("target", "")
        if target == "/" or (not target and workdir in (None, "/")):
            message = f"--mount: a {mount['type']} mount needs target=DIRECTORY, other than /"
            file.error("bad-mount", message, instruction, offset)


def _join(base: str | None, path: str) -> str:
    if path.startswith(("/", "$")) or (len(path) > 1 and path[1] == ":"):
        return path
    return f"{(base or '/').rstrip('/')}/{path.removeprefix('./')}"


def _link(file: Dockerfile, found: Build) -> None:
    """Resolve --from of COPY and RUN --mount, then look for cycles."""
    names = {stage.name: stage.index for stage in found.stages if stage.name}
    for stage in found.stages:
        for instruction, fields in stage.entries:
            offsets = {name: offset for name, _, offset in instruction.flags}
            if "from" in fields:
                source = _find_stage(
                    file, instruction, fields["from"], names, found, offsets.get("from"), stage
                )
                if source is not None:
                    stage.needs.append((source, instruction, offsets.get("from")))
            for mount in fields.get("mounts", ()):
                if mount.get("from"):
                    source = _find_stage(
                        file, instruction, mount["from"], names, found, offsets.get("mount"), stage
                    )
                    if source is not None:
                        stage.needs.append((source, instruction, offsets.get("mount")))
    _check_cycles(file, found)


def _find_stage(
    file: Dockerfile,
    instruction: Instruction,
    source: str,
    names: dict[str, int],
    found: Build,
    offset: int | None,
    stage: Stage,
) -> int | None:
    """The stage that a --from names, or None for an image."""
    if source.lower() in names:
        return names[source.lower()]
    number = source.removeprefix("+")
    if number.isascii() and number.isdigit() and instruction.name == "COPY":
        if len(number) < 6 and int(number) < len(found.stages):
            return int(number)
        file.error(
            "undefined-stage",
            f"there is no stage {source}; the last one is {len(found.stages) - 1}",
            instruction,
            offset,
        )
        return None
    if "$" in source:
        file.error(
            "variable-in-from",
            "--from takes no variables; write FROM image:$TAG AS name and use that name",
            instruction,
            offset,
        )
    elif fault := reference_fault(source):
        file.error("undefined-stage", f"--from={source[:60]}: {fault}", instruction, offset)
    elif not any(mark in source for mark in "/:@.") and source not in OFFICIAL_IMAGES:
        near = nearest(source, names, 0.5)
        hint = (
            f"did you mean {near}?"
            if near
            else (
                f"the stages are named {', '.join(sorted(names))}"
                if names
                else "no stage has a name; add AS name to its FROM"
            )
        )
        file.error(
            "undefined-stage",
            f"there is no stage `{source}` to copy from; {hint}",
            instruction,
            offset,
        )
    elif not any(mark in source for mark in ":@"):
        file.warn(
            "untagged-image",
            f"--from={source} means the image {source}:latest; name a tag [DL3022]",
            instruction,
            offset,
        )
    return None


def _check_cycles(file: Dockerfile, found: Build) -> None:
    """BuildKit refuses a stage that needs itself, directly or through others."""
    state: dict[int, int] = {}  # 1 while on the path, 2 when done
    for start in found.stages:
        if state.get(start.index):
            continue
        path = [(start.index, iter(_edges(start)))]
        state[start.index] = 1
        while path:
            index, edges = path[-1]
            step = next(edges, None)
            if step is None:
                state[index] = 2
                path.pop()
                continue
            target, instruction, offset = step
            if state.get(target) == 1:
                stage = found.stages[target]
                shown = stage.name or str(target)
                what = "itself" if target == index else "a stage that needs it"
                file.error(
                    "stage-cycle", f"stage {shown} copies from {what}; that cannot be built",
                    instruction, offset,
                )  # fmt: skip
            elif not state.get(target):
                state[target] = 1
                path.append((target, iter(_edges(found.stages[target]))))


def _edges(stage: Stage) -> list[tuple[int, Instruction, int | None]]:
    edges = list(stage.needs)
    if stage.parent is not None:
        edges.append((stage.parent.index, stage.origin, None))
    return edges
