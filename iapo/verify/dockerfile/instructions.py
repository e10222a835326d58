"""What each instruction takes: flags, number and shape of arguments, and the fields read from them.

Follows BuildKit's `frontend/dockerfile/instructions` and, for values that it judges while it
builds (ports, signals, modes, mounts), `frontend/dockerfile/dockerfile2llb`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from iapo.verify.dockerfile.image import duration_fault, is_mode, is_signal, read_ports
from iapo.verify.dockerfile.mounts import read_mount
from iapo.verify.dockerfile.parser import INSTRUCTIONS, heredoc_word
from iapo.verify.dockerfile.reader import (
    BLANKS,
    FLAGS,
    Reader,
    Scope,
    nearest,
    quoted_words,
    read_flags,
    short,
)

MAX_PORTS_LISTED = 1_000
MAX_SUGGESTIONS = 50  # a search for similar names costs a millisecond
Fields = dict[str, Any]

_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*\Z")
_GIT = re.compile(r"git@|git://|ssh://|https?://[^#?]*\.git(?:[#?]|\Z)")


def read(reader: Reader) -> Fields:
    """Judge one instruction and return its fields (see the package's docstring)."""
    instruction = reader.instruction
    read_one = _READERS.get(instruction.name)
    if read_one is None:
        _unknown(reader)
        return {}
    flags = read_flags(reader)
    fields = read_one(reader)
    if flags:
        fields["flags"] = flags
    return fields


def _unknown(reader: Reader) -> None:
    instruction = reader.instruction
    few = len(reader.file.diagnostics) < MAX_SUGGESTIONS
    near = nearest(instruction.name, INSTRUCTIONS) if few else ""
    if near:
        advice = f"did you mean {near}?"
    elif reader.file.instructions and instruction is not reader.file.instructions[0]:
        advice = "if it continues the line above, end that line with a backslash"
    else:
        advice = "a line must begin with an instruction such as FROM, RUN or COPY"
    reader.error(
        "unknown-instruction", f"unknown instruction `{short(instruction.keyword)}`; {advice}"
    )


def _at_least_one(reader: Reader, form: str) -> bool:
    if reader.instruction.value:
        return True
    name = reader.instruction.name
    reader.error("missing-argument", f"{name} needs at least one argument: {form}")
    return False


def _read_from(reader: Reader) -> Fields:
    words = reader.words()
    texts = [word for word, _ in words]
    if len(texts) not in (1, 3) or (len(texts) == 3 and texts[1].lower() != "as"):
        offset = words[1][1] if len(words) > 1 else None
        reader.error(
            "from-arguments", "FROM takes `image` or `image AS name`, nothing else", offset
        )
        return {"image": texts[0] if texts else "", "as": None}
    name = None
    if len(texts) == 3:
        name = texts[2].lower()
        if not _STAGE_NAME.match(name):
            reader.error(
                "bad-stage-name",
                f"`{short(texts[2])}` is no stage name; begin with a letter and use letters, "
                "digits, `-`, `_` and `.`",
                words[2][1],
            )
    return {"image": texts[0], "as": name}


def _read_command(reader: Reader) -> Fields:
    """RUN, CMD, ENTRYPOINT."""
    instruction = reader.instruction
    if instruction.array is None and not _at_least_one(reader, f"{instruction.name} command"):
        return {}
    if instruction.array is not None:
        if not instruction.array and instruction.name == "RUN":
            reader.error("missing-argument", "RUN [] has nothing to run")
        return {"cmd": instruction.array, "command": " ".join(instruction.array)}
    return {"command": instruction.value}


def _read_run(reader: Reader) -> Fields:
    fields = _read_command(reader)
    instruction = reader.instruction
    mounts: list[dict[str, str]] = []
    for name, value, offset in instruction.flags:
        if name == "mount" and value is not None:
            mounts.append(read_mount(reader, value, offset))
        elif name == "network" and value not in (None, "default", "none", "host"):
            reader.error(
                "bad-flag-value", f"--network is default, none or host, not `{value}`", offset
            )
        elif name == "security" and value not in (None, "sandbox", "insecure"):
            reader.error(
                "bad-flag-value", f"--security is sandbox or insecure, not `{value}`", offset
            )
    if mounts:
        fields["mounts"] = mounts
    if instruction.heredocs:
        fields["heredocs"] = [heredoc.content for heredoc in instruction.heredocs]
        fields["command"] = "\n".join(
            [instruction.value, *(heredoc.content for heredoc in instruction.heredocs)]
        )
    return fields


def _read_copy(reader: Reader) -> Fields:
    """COPY and ADD."""
    instruction = reader.instruction
    words = reader.words()
    if len(words) < 2:
        reader.error("missing-argument", f"{instruction.name} needs a source and a destination")
        return {}
    destination, offset = words[-1]
    if heredoc_word(destination) and instruction.array is None:
        reader.error("heredoc-destination", "a heredoc cannot be the destination", offset)
    sources: list[str] = []
    for word, at in words[:-1]:
        if instruction.array is None and heredoc_word(word):
            continue
        source = reader.expand(word, at)
        sources.append(source)
        if instruction.name == "COPY" and source.startswith(("http://", "https://")):
            reader.error("copy-url", "COPY takes no URL; use ADD, or RUN curl", at)
        elif instruction.name == "COPY" and _GIT.match(source):
            reader.error("copy-url", "COPY takes no git repository; use ADD", at)
    fields: Fields = {"sources": sources, "dest": reader.expand(destination, offset)}
    if instruction.heredocs:
        fields["heredocs"] = {heredoc.name: heredoc.content for heredoc in instruction.heredocs}
    for name, value, at in instruction.flags:
        if value is None:
            continue
        if name == "from" and instruction.name == "COPY":
            fields["from"] = value
            continue
        expanded = reader.expand(value, at)
        if name in ("chown", "chmod"):
            fields[name] = expanded
        if name == "chmod" and "$" not in expanded and not is_mode(expanded):
            reader.error("bad-mode", f"--chmod takes a mode such as 755, not `{expanded}`", at)
        if name == "checksum" and instruction.name == "ADD":
            _check_checksum(reader, expanded, sources, at)
    return fields


def _check_checksum(reader: Reader, checksum: str, sources: list[str], offset: int) -> None:
    if len(sources) != 1:
        reader.error("bad-checksum", "--checksum works with one source only", offset)
    elif "$" not in sources[0] and not re.match(r"https?://|git@|ssh://|git://", sources[0]):
        reader.error("bad-checksum", "--checksum is for http(s) and git sources", offset)
    elif (
        "$" not in checksum
        and sources[0].startswith(("http://", "https://"))
        and not _GIT.match(sources[0])
        and not re.match(
            r"sha256:[0-9a-f]{64}\Z|sha384:[0-9a-f]{96}\Z|sha512:[0-9a-f]{128}\Z", checksum
        )
    ):
        reader.error("bad-checksum", "--checksum is sha256: and 64 hex digits", offset)


def _read_pairs(reader: Reader) -> Fields:
    """ENV and LABEL: `name=value ...` or the old `name value`."""
    instruction = reader.instruction
    key = "env" if instruction.name == "ENV" else "labels"
    if not _at_least_one(reader, f"{instruction.name} name=value"):
        return {key: {}}
    pairs: dict[str, str] = {}
    words = quoted_words(instruction.value, instruction.offset, reader.file.escape)
    if not words or "=" not in words[0][0]:
        name, *rest = BLANKS.split(instruction.value, maxsplit=1)
        if not rest:
            reader.error(
                "missing-value", f"{instruction.name} {short(name)} has no value; write name=value"
            )
            return {key: {}}
        reader.file.warn(
            "legacy-key-value",
            f"write `{instruction.name} {short(name)}=value` instead of the old form with a blank "
            "[LegacyKeyValueFormat]",
            instruction,
        )
        offset = instruction.offset + len(instruction.value) - len(rest[0])
        pairs[reader.expand(name, instruction.offset)] = reader.expand(rest[0], offset)
        return {key: pairs, "legacy": True}
    for word, offset in words:
        name, equals, value = word.partition("=")
        if not equals:
            reader.error(
                "missing-equals",
                f"`{short(word)}` has no `=`; write name=value, and quote values with blanks",
                offset,
            )
        elif not name:
            reader.error("blank-name", f"{instruction.name} needs a name before `=`", offset)
        else:
            # All pairs of one instruction see the variables as they were before it.
            pairs[reader.expand(name, offset)] = reader.expand(value, offset)
    return {key: pairs}


def _read_arg(reader: Reader) -> Fields:
    instruction = reader.instruction
    if not _at_least_one(reader, "ARG name or ARG name=default"):
        return {"args": {}}
    found: dict[str, str | None] = {}
    for word, offset in quoted_words(instruction.value, instruction.offset, reader.file.escape):
        name, equals, value = word.partition("=")
        if not name:
            reader.error("blank-name", "ARG needs a name before `=`", offset)
            continue
        found[reader.expand(name, offset)] = reader.expand(value, offset) if equals else None
        scope = reader.scope
        if equals:
            scope.values[name] = str(found.get(name, value))
    return {"args": found}


def _read_expose(reader: Reader) -> Fields:
    if not _at_least_one(reader, "EXPOSE port"):
        return {"ports": []}
    ports: list[str] = []
    for word, offset in reader.words():
        for spec in reader.expand_words(word, offset):
            if "$" in spec:
                ports.append(spec)
                continue
            found = read_ports(spec, MAX_PORTS_LISTED - len(ports))
            if isinstance(found, str):
                hint = "; a comment needs a line of its own" if spec.startswith("#") else ""
                reader.error("bad-port", f"EXPOSE {short(spec)}: {found}{hint}", offset)
                continue
            ports.extend(found)
            _warn_expose(reader, spec, offset)
    return {"ports": ports}


def _warn_expose(reader: Reader, spec: str, offset: int) -> None:
    protocol = spec.partition("/")[2]
    if ":" in spec:
        reader.file.warn(
            "expose-host-port",
            f"`{spec}` maps a host port, which EXPOSE cannot do; write the container's port alone "
            "[ExposeInvalidFormat]",
            reader.instruction,
            offset,
        )
    if protocol != protocol.lower():
        reader.file.warn(
            "expose-protocol-case",
            f"write the protocol of `{spec}` in lower case [ExposeProtoCasing]",
            reader.instruction,
            offset,
        )


def _read_single(reader: Reader) -> Fields:
    """USER, WORKDIR, STOPSIGNAL, MAINTAINER: the rest of the line is one argument."""
    instruction = reader.instruction
    name = instruction.name
    if not instruction.value:
        reader.error("missing-argument", f"{name} needs exactly one argument")
        return {}
    if name == "MAINTAINER":
        return {"maintainer": instruction.value}
    value = reader.expand(instruction.value, instruction.offset)
    if name == "STOPSIGNAL" and "$" not in value and not is_signal(value):
        reader.error(
            "bad-signal", f"`{short(value)}` is no signal; use a name such as SIGTERM or a number"
        )
    return {{"USER": "user", "WORKDIR": "path", "STOPSIGNAL": "signal"}[name]: value}


def _read_volume(reader: Reader) -> Fields:
    instruction = reader.instruction
    words = reader.words()
    if not words:
        reader.error("missing-argument", "VOLUME needs at least one path")
    for word, offset in words:
        if not word.strip():
            reader.error("blank-volume", "a volume path must not be empty", offset)
    if instruction.array is None and instruction.value.startswith("["):
        reader.file.warn(
            "json-form-as-shell",
            "this is not valid JSON, so the brackets become part of the path; use double quotes",
            instruction,
            instruction.offset,
        )
    return {"volumes": [reader.expand(word, offset) for word, offset in words]}


def _read_shell(reader: Reader) -> Fields:
    instruction = reader.instruction
    if instruction.array:
        return {"shell": instruction.array}
    if not instruction.faults:
        reader.error(
            "shell-not-json",
            'SHELL takes a JSON array of strings, such as SHELL ["/bin/bash", "-c"]',
            instruction.offset,
        )
    return {}


def _read_healthcheck(reader: Reader) -> Fields:
    instruction = reader.instruction
    kind, *rest = instruction.value.split(None, 1) or [""]
    if not kind:
        reader.error("missing-argument", "HEALTHCHECK needs CMD command, or NONE")
        return {}
    options = {name: value for name, value, _ in instruction.flags if value is not None}
    if kind.upper() == "NONE":
        if rest:
            reader.error("healthcheck-none", "HEALTHCHECK NONE takes no arguments")
        return {"healthcheck": None}
    if kind.upper() != "CMD":
        reader.error(
            "healthcheck-type",
            f"HEALTHCHECK takes CMD command or NONE, not `{short(kind)}`",
            instruction.offset,
        )
        return {}
    if instruction.array == [] or (instruction.array is None and not rest):
        reader.error("missing-argument", "HEALTHCHECK CMD needs a command")
    for name, value, offset in instruction.flags:
        if value is None or "$" in value or not value:
            continue
        if name == "retries":
            if not re.match(r"[-+]?\d{1,10}\Z", value) or not 0 <= int(value) < 2**31:
                reader.error("bad-flag-value", f"--retries is a number, not `{value}`", offset)
        elif name in FLAGS["HEALTHCHECK"] and (fault := duration_fault(value)):
            reader.error("bad-duration", f"--{name}: {fault}", offset)
    command = rest[0] if rest else ""
    test = ["CMD", *instruction.array] if instruction.array else ["CMD-SHELL", command]
    return {"healthcheck": {"test": test, **options}, "command": command}


def _read_onbuild(reader: Reader) -> Fields:
    instruction = reader.instruction
    inner = instruction.trigger
    if inner is None:
        reader.error("missing-argument", "ONBUILD needs an instruction to run later")
        return {}
    if inner.name in ("ONBUILD", "FROM", "MAINTAINER"):
        reader.error(
            "bad-onbuild", f"{inner.name} is not allowed as an ONBUILD trigger", instruction.offset
        )
        return {}
    scope = Scope({}, set())  # variables get their values in the image that builds on this one
    inner_fields = read(Reader(reader.file, inner, scope))
    instruction.faults += inner.faults
    return {"trigger": {"instruction": inner.name, "value": inner.value, **inner_fields}}


_READERS: dict[str, Callable[[Reader], Fields]] = {
    "ADD": _read_copy,
    "ARG": _read_arg,
    "CMD": _read_command,
    "COPY": _read_copy,
    "ENTRYPOINT": _read_command,
    "ENV": _read_pairs,
    "EXPOSE": _read_expose,
    "FROM": _read_from,
    "HEALTHCHECK": _read_healthcheck,
    "LABEL": _read_pairs,
    "MAINTAINER": _read_single,
    "ONBUILD": _read_onbuild,
    "RUN": _read_run,
    "SHELL": _read_shell,
    "STOPSIGNAL": _read_single,
    "USER": _read_single,
    "VOLUME": _read_volume,
    "WORKDIR": _read_single,
}
