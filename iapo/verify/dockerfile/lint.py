"""Warnings about Dockerfiles that build: BuildKit's own build checks, and hadolint's common rules.

Every message ends with the names of the rules it implements ([DL3006], [StageNameCasing]), so that
their explanations can be looked up. Nothing here makes a file invalid. `# check=skip=...` and
`# hadolint ignore=...` above an instruction silence the rules they name.
"""

from __future__ import annotations

import re

from iapo.verify.dockerfile.instructions import Fields
from iapo.verify.dockerfile.parser import Dockerfile, Instruction
from iapo.verify.dockerfile.reader import nearest
from iapo.verify.dockerfile.shell_lint import RunScript, lint_script, read_script
from iapo.verify.dockerfile.stages import PREDEFINED_ARGS, Build, Stage
from iapo.verify.dockerfile.words import variables

SHORT_RUN = 2  # commands; longer ones are not asked to be joined
_ONCE = {"CMD": "DL4003", "ENTRYPOINT": "DL4004", "HEALTHCHECK": "DL3012"}
_EXPANDED = frozenset(
    ("ADD", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)
_SECRET = re.compile(
    r"(?i)(?:^|_)(?:apikey|auth|credentials?|key|passphrase|password|passwd|pword|secret|token)(?:_|$)"
)
_NOT_SECRET = re.compile(r"(?i)(?:^|_)(?:public|file|path|url|dir|user|id)(?:_|$)")
_ARCHIVE = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tar\.\w+|gz|bz2|xz|zst|lzma|Z)\Z")
_SHELL_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_ENV_REFERENCE = re.compile(r"(?<!\\)\$\{?([A-Za-z_]\w*)")


def lint(file: Dockerfile, found: Build) -> None:
    """Add the warnings of a file whose instructions were read."""
    before = len(file.diagnostics)
    _lint_casing(file)
    _lint_stage_names(file, found)
    for stage in found.stages:
        _lint_from(file, stage)
        _lint_stage(file, stage, found)
    if found.stages:
        _lint_last_user(file, found.stages[-1])
    _drop_silenced(file, before)


def _lint_casing(file: Dockerfile) -> None:
    """Instructions in one case, and `AS` in the case of its FROM."""
    keywords = [i for i in file.instructions if not i.faults]
    upper = sum(i.keyword.isupper() for i in keywords)
    majority = "lower" if sum(i.keyword.islower() for i in keywords) > upper else "upper"
    for instruction in keywords:
        keyword = instruction.keyword
        if not (keyword.isupper() if majority == "upper" else keyword.islower()):
            file.warn(
                "instruction-case",
                f"write `{keyword}` in {majority} case like the others "
                "[ConsistentInstructionCasing]",
                instruction,
            )
        if instruction.name == "FROM":
            words = instruction.value.split()
            if len(words) == 3 and words[1].isupper() != keyword.isupper():
                file.warn(
                    "as-case",
                    f"write `{words[1]}` in the case of `{keyword}` [FromAsCasing]",
                    instruction,
                )
        elif instruction.name == "MAINTAINER":
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
                f"`{stage.name}` is a reserved word; name the stage differently [ReservedStageName]",
                stage.origin,
            )
        words = stage.origin.value.split()
        if len(words) == 3 and words[2] != stage.name:
            file.warn(
                "stage-name-case",
                f"write the stage name `{words[2]}` in lower case [StageNameCasing]",
                stage.origin,
            )
        seen.add(stage.name)


def _lint_from(file: Dockerfile, stage: Stage) -> None:
    origin = stage.origin
    if origin.faults:
        return
    for name, value, offset in origin.flags:
        if name == "platform" and value == "$TARGETPLATFORM":
            file.warn(
                "redundant-platform",
                "--platform=$TARGETPLATFORM is the default; remove it [RedundantTargetPlatform]",
                origin,
                offset,
            )
        elif name == "platform" and value and "$" not in value:
            file.warn(
                "constant-platform",
                f"--platform={value} pins this stage to one platform; use $BUILDPLATFORM or leave it "
                "out [DL3029, FromPlatformFlagConstDisallowed]",
                origin,
                offset,
            )
    if stage.parent is not None or stage.base in ("scratch", "") or "@" in stage.base:
        return
    _, colon, tag = stage.base.rpartition("/")[2].partition(":")
    if not colon and "$" not in stage.base:
        file.warn(
            "untagged-base",
            f"FROM {stage.base} means {stage.base}:latest; name a version [DL3006]",
            origin,
            origin.offset,
        )
    elif tag == "latest":
        file.warn(
            "latest-tag",
            f"{stage.base} changes over time; name a version [DL3007]",
            origin,
            origin.offset,
        )


def _lint_stage(file: Dockerfile, stage: Stage, found: Build) -> None:
    last: dict[str, Instruction] = {}
    workdir = stage.parent is not None and bool(stage.parent.config["workdir"])
    previous: RunScript | None = None
    pipefail = False
    programs: set[str] = set()
    defined: set[str] = set(PREDEFINED_ARGS)
    if stage.parent is not None:
        defined |= stage.parent.args | set(stage.parent.config["env"])
    for instruction, fields in stage.entries:
        name = instruction.name
        if instruction.faults:
            previous = None
            continue
        if name in _ONCE:
            if name in last:
                file.warn(
                    "repeated-instruction",
                    f"only the last {name} of a stage counts; remove the one on line "
                    f"{last[name].line} [{_ONCE[name]}, MultipleInstructionsDisallowed]",
                    instruction,
                )
            last[name] = instruction
        _lint_scope(file, instruction, defined, found)
        if name == "ARG":
            defined |= set(fields["args"])
        elif name == "ENV":
            _lint_env(file, instruction, fields, defined)
            defined |= set(fields["env"])
        if name in ("ARG", "ENV"):
            _lint_secrets(file, instruction, fields)
        elif name in ("CMD", "ENTRYPOINT") and instruction.array is None:
            file.warn(
                "shell-form-command",
                f"use the JSON form for {name}, or the process gets no signals "
                "[DL3025, JSONArgsRecommended]",
                instruction,
            )
        elif name == "SHELL":
            pipefail = "pipefail" in " ".join(fields.get("shell", ()))
        elif name == "WORKDIR":
            workdir = _lint_workdir(file, instruction, fields, workdir)
        elif name in ("COPY", "ADD"):
            _lint_copy(file, instruction, fields, workdir)
        elif name == "RUN":
            run = read_script(instruction, fields, frozenset(stage.config["env"]))
            programs |= run.programs()
            for code, message in dict(reversed(list(lint_script(run, pipefail)))).items():
                file.warn(code, message, instruction)
            short = not instruction.flags and len(run.commands) <= SHORT_RUN
            if previous is not None and short:
                file.say(
                    "info",
                    "consecutive-run",
                    "join consecutive RUN instructions with && into one layer [DL3059]",
                    instruction,
                )
            previous = run if short else None
            continue
        previous = None
    if {"wget", "curl"} <= programs:
        file.warn(
            "wget-and-curl",
            "the stage uses both wget and curl; one of them is enough [DL4001]",
            stage.origin,
        )


def _lint_scope(
    file: Dockerfile, instruction: Instruction, defined: set[str], found: Build
) -> None:
    """An ARG from before FROM that the stage does not declare again is empty in it."""
    if "$" not in instruction.value:
        return
    if instruction.name in _EXPANDED:
        used = variables(instruction.value, file.escape)
    elif instruction.name == "RUN" and instruction.array is None:
        used = set(_SHELL_VARIABLE.findall(instruction.value))
    else:
        return
    for name in sorted((used & set(found.args)) - defined):
        file.warn(
            "arg-out-of-scope",
            f"ARG {name} stands before FROM, so ${name} is empty here; add `ARG {name}` to the "
            "stage [UndefinedVar]",
            instruction,
        )
    if instruction.name in _EXPANDED:
        for name in sorted(used - defined - set(found.args))[:5]:
            near = nearest(name, defined - PREDEFINED_ARGS, 0.8)
            if near:
                file.warn(
                    "undefined-variable",
                    f"${name} is not defined in this file; did you mean ${near}? [UndefinedVar]",
                    instruction,
                )


def _lint_env(
    file: Dockerfile, instruction: Instruction, fields: Fields, defined: set[str]
) -> None:
    pairs = fields["env"]
    if len(pairs) < 2:
        return
    for name, value in pairs.items():
        for other in _ENV_REFERENCE.findall(value):
            if other in pairs and other != name and other not in defined:
                file.warn(
                    "env-refers-to-itself",
                    f"${other} is set by the same ENV, so it is empty here; use two ENVs [DL3044]",
                    instruction,
                )


def _lint_secrets(file: Dockerfile, instruction: Instruction, fields: Fields) -> None:
    names = fields["args"] if instruction.name == "ARG" else fields["env"]
    for name in names:
        if _SECRET.search(name) and not _NOT_SECRET.search(name):
            file.warn(
                "secret-in-image",
                f"{name} looks like a secret, and {instruction.name} keeps it in the image; use "
                f"RUN --mount=type=secret [SecretsUsedInArgOrEnv]",
                instruction,
            )


def _lint_workdir(file: Dockerfile, instruction: Instruction, fields: Fields, known: bool) -> bool:
    path = fields.get("path", "")
    absolute = path.startswith(("/", "$", '"/')) or re.match(r"[A-Za-z]:", path) is not None
    if not absolute and not known:
        file.warn(
            "relative-workdir",
            f"WORKDIR {path} depends on the base image; begin it with / "
            "[DL3000, WorkdirRelativePath]",
            instruction,
        )
    return absolute or known


def _lint_copy(file: Dockerfile, instruction: Instruction, fields: Fields, workdir: bool) -> None:
    sources, dest = fields.get("sources", []), fields.get("dest", "")
    if not sources:
        return
    directory = dest.endswith(("/", "\\")) or dest in (".", "..") or "$" in dest
    if len(sources) > 1 and not directory:
        file.warn(
            "copy-to-file",
            f"several sources need a directory; write the destination as {dest}/ [DL3021]",
            instruction,
        )
    if instruction.name == "ADD" and not any(
        "://" in source or source.startswith("git@") or _ARCHIVE.search(source) or "$" in source
        for source in sources
    ):
        file.warn(
            "add-not-copy",
            "use COPY for files and folders; ADD unpacks and fetches [DL3020]",
            instruction,
        )
    absolute = dest.startswith(("/", "$")) or re.match(r'"?[A-Za-z]:|"/', dest) is not None
    if instruction.name == "COPY" and not workdir and not absolute:
        file.warn(
            "copy-without-workdir",
            f"`{dest}` is relative and no WORKDIR is set; set one or begin it with / [DL3045]",
            instruction,
        )
    if "#" in sources and instruction.array is None:
        file.warn(
            "comment-behind",
            "`#` begins a comment only at the start of a line; here it is a source",
            instruction,
        )


def _lint_last_user(file: Dockerfile, stage: Stage) -> None:
    users = [(i, f) for i, f in stage.entries if i.name == "USER" and not i.faults]
    if users and re.match(r"(?:root|0)(?::|\Z)", users[-1][1].get("user", "")):
        file.warn(
            "last-user-root",
            "the image runs as root; end with an ordinary USER [DL3002]",
            users[-1][0],
        )


def _drop_silenced(file: Dockerfile, before: int) -> None:
    """Take out what `# check=skip=` and `# hadolint ignore=` name."""
    skipped = {name.lower() for name in file.skipped_checks}
    ignored: dict[int, set[str]] = {}
    for instruction in file.instructions:
        pragma = re.match(r"#\s*hadolint\s+ignore=([\w, ]+)", instruction.previous_comment)
        if pragma:
            rules = {rule.strip().lower() for rule in pragma[1].split(",")}
            for line in {instruction.line, *(line for _, line, _ in instruction.segments)}:
                ignored[line] = rules
    if not skipped and not ignored:
        return
    kept = []
    for index, diagnostic in enumerate(file.diagnostics):
        found = re.search(r"\[([\w, ]+)\]\Z", diagnostic.message)
        rules = {rule.strip().lower() for rule in found[1].split(",")} if found else set()
        silent = diagnostic.severity != "error" and (
            (rules and "all" in skipped)
            or rules & skipped
            or rules & ignored.get(diagnostic.line or 0, set())
        )
        if not silent or (index < before and diagnostic.severity == "error"):
            kept.append(diagnostic)
    file.diagnostics[:] = kept
