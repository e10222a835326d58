"""What each instruction takes: flags, number and shape of arguments, and the fields read from them.

Follows BuildKit's `frontend/dockerfile/instructions` and, for values that it judges while it
builds (ports, signals, modes, mounts), `frontend/dockerfile/dockerfile2llb`.
"""

# ruff: noqa: SIM905 - a list of words reads best as one string
from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from iapo.verify.dockerfile.image import duration_fault, is_mode, is_signal, read_ports
from iapo.verify.dockerfile.parser import INSTRUCTIONS, Dockerfile, Instruction, heredoc_word
from iapo.verify.dockerfile.words import ExpansionError, expand

MAX_PORTS_LISTED = 1_000
Fields = dict[str, Any]

_BOOL, _TEXT, _LIST = "bool", "text", "list"
_FLAGS: dict[str, dict[str, str]] = {
    "ADD": {
        "checksum": _TEXT,
        "chmod": _TEXT,
        "chown": _TEXT,
        "exclude": _LIST,
        "keep-git-dir": _BOOL,
        "link": _BOOL,
        "unpack": _BOOL,
    },
    "COPY": {
        "chmod": _TEXT,
        "chown": _TEXT,
        "exclude": _LIST,
        "from": _TEXT,
        "link": _BOOL,
        "parents": _BOOL,
    },
    "FROM": {"platform": _TEXT},
    "HEALTHCHECK": {
        "interval": _TEXT,
        "retries": _TEXT,
        "start-interval": _TEXT,
        "start-period": _TEXT,
        "timeout": _TEXT,
    },
    "RUN": {"device": _LIST, "mount": _LIST, "network": _TEXT, "security": _TEXT},
}
# BuildKit never looks at flags of these two, so whatever stands there is ignored.
_FLAGS_IGNORED = frozenset({"ARG", "STOPSIGNAL"})
_WORDS = {
    escape: re.compile(
        rf"(?:{token}.|'[^']*(?:'|\Z)|\"(?:{token}.|[^\"{token}])*(?:\"|{token}?\Z)"
        rf"|[^\s'\"{token}]|{token}\Z)+",
        re.DOTALL,
    )
    for escape, token in (("\\", r"\\"), ("`", "`"))
}
_BLANKS = re.compile(r"[\t\v\f\r ]+")
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*\Z")
_GIT = re.compile(r"git@|git://|ssh://|https?://[^#?]*\.git(?:[#?]|\Z)")


@dataclass
class Scope:
    """The variables that an instruction sees.

    Attributes:
        values: name to value, where the value is known.
        declared: names that have no known value but may get one (`ARG NAME` without a default).
    """

    values: dict[str, str] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)


@dataclass
class Reader:
    """Reads one instruction within a scope and reports what is wrong with it."""

    file: Dockerfile
    instruction: Instruction
    scope: Scope

    def error(self, code: str, message: str, offset: int | None = None) -> None:
        self.file.error(code, message, self.instruction, offset)

    def expand(self, word: str, offset: int | None = None) -> str:
        """A word with its variables replaced where their values are known."""
        try:
            return expand(word, self.scope.values, self.file.escape).text
        except ExpansionError as fault:
            self.error("bad-substitution", f"{fault}; correct `{_short(word)}`", offset)
            return word

    def expand_words(self, word: str, offset: int | None = None) -> list[str]:
        """A word with variables replaced, split at the blanks that come out."""
        try:
            return expand(word, self.scope.values, self.file.escape).words
        except ExpansionError as fault:
            self.error("bad-substitution", f"{fault}; correct `{_short(word)}`", offset)
            return []

    def words(self) -> list[tuple[str, int]]:
        """The arguments split at blanks, each with its offset; a JSON array's strings instead."""
        instruction = self.instruction
        if instruction.array is not None:
            return [(item, instruction.offset) for item in instruction.array]
        return split(instruction.value, instruction.offset)


def split(value: str, offset: int) -> list[tuple[str, int]]:
    """Words between blanks, with their offsets."""
    found: list[tuple[str, int]] = []
    at = 0
    for word in _BLANKS.split(value):
        at = value.index(word, at)
        found.append((word, offset + at))
        at += len(word)
    return found if value else []


def quoted_words(value: str, offset: int, escape: str) -> list[tuple[str, int]]:
    """Words between blanks outside quotes, quotes kept, with their offsets."""
    return [(found[0], offset + found.start()) for found in _WORDS[escape].finditer(value)]


def read(reader: Reader) -> Fields:
    """Judge one instruction and return its fields (see the package's docstring)."""
    instruction = reader.instruction
    read_one = _READERS.get(instruction.name)
    if read_one is None:
        _unknown(reader)
        return {}
    flags = _read_flags(reader)
    fields = read_one(reader)
    if flags:
        fields["flags"] = flags
    return fields


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _unknown(reader: Reader) -> None:
    instruction = reader.instruction
    near = difflib.get_close_matches(instruction.name[:20], sorted(INSTRUCTIONS), 1, 0.6)
    if near:
        advice = f"did you mean {near[0]}?"
    elif reader.file.instructions and instruction is not reader.file.instructions[0]:
        advice = "if it continues the line above, end that line with a backslash"
    else:
        advice = "a line must begin with an instruction such as FROM, RUN or COPY"
    reader.error(
        "unknown-instruction", f"unknown instruction `{_short(instruction.keyword)}`; {advice}"
    )


def _read_flags(reader: Reader) -> dict[str, Any]:
    instruction = reader.instruction
    known = _FLAGS.get(instruction.name, {})
    flags: dict[str, Any] = {}
    if instruction.name in _FLAGS_IGNORED:
        return flags
    if instruction.name == "HEALTHCHECK" and instruction.value.upper() == "NONE":
        return flags
    for name, value, offset in instruction.flags:
        kind = known.get(name)
        if kind is None:
            reader.error("unknown-flag", _unknown_flag(instruction.name, name, known), offset)
            continue
        if name in flags and kind != _LIST:
            reader.error("duplicate-flag", f"--{name} is given twice; keep one", offset)
            continue
        if kind == _BOOL:
            if value is None or value.lower() in ("true", "false"):
                flags[name] = value is None or value.lower() == "true"
                continue
            reader.error("bad-flag-value", f"--{name} takes true or false, not `{value}`", offset)
        elif value is None:
            reader.error(
                "flag-without-value", f"--{name} needs a value: write --{name}=VALUE", offset
            )
        elif kind == _LIST:
            flags.setdefault(name, []).append(value)
        else:
            flags[name] = value
    return flags


def _unknown_flag(instruction: str, name: str, known: dict[str, str]) -> str:
    near = difflib.get_close_matches(name[:30], sorted(known), 1, 0.6)
    message = f"{instruction} has no flag --{_short(name)}"
    if near:
        return f"{message}; did you mean --{near[0]}?"
    if known:
        return f"{message}; it takes {', '.join(f'--{flag}' for flag in sorted(known))}"
    return f"{message}; it takes no flags"


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
                f"`{_short(texts[2])}` is no stage name; begin with a letter and use letters, "
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
            mounts.append(_read_mount(reader, value, offset))
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


_MOUNT_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_MOUNT_KEYS = {
    "src": "source",
    "dst": "target",
    "destination": "target",
    "ro": "readonly",
    "rw": "readwrite",
}
_MOUNT_KNOWN = frozenset(
    "type from source target readonly readwrite id sharing required mode uid gid size env".split()
)
_BOOLEANS = frozenset(
    ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")
)


def _read_mount(reader: Reader, text: str, offset: int) -> dict[str, str]:
    """One --mount value: comma-separated key=value, quoted as CSV."""
    mount: dict[str, str] = {"type": "bind"}

    def error(message: str) -> None:
        reader.error("bad-mount", f"--mount: {message}", offset)

    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as fault:
        error(f"{fault}; separate key=value pairs with commas")
        return mount
    for pair in rows[0] if rows else []:
        key, equals, value = pair.partition("=")
        key = key.lower()
        name = _MOUNT_KEYS.get(key, key)
        if not equals:
            secret = mount["type"] in ("secret", "ssh")
            if name in ("readonly", "readwrite") or (name == "required" and secret):
                mount[name] = "true"
            else:
                error(f"`{_short(pair)}` must be key=value")
            continue
        if name == "from" and re.search(r"\$.", value):
            error("`from` takes no variables; define a stage with FROM ... AS name and use it")
            continue
        value = reader.expand(value, offset)
        if name not in _MOUNT_KNOWN:
            near = difflib.get_close_matches(name[:20], sorted(_MOUNT_KNOWN), 1, 0.6)
            error(f"unknown key `{_short(key)}`" + (f"; did you mean {near[0]}?" if near else ""))
            continue
        mount[name] = value
        if "$" not in value:
            _check_mount_value(name, value, mount, error)
    _check_mount(mount, error)
    return mount


def _check_mount_value(
    name: str, value: str, mount: dict[str, str], error: Callable[[str], None]
) -> None:
    kind = mount["type"]
    if name == "type":
        mount["type"] = value.lower()
        if value.lower() not in _MOUNT_TYPES:
            error(f"`{_short(value)}` is no mount type; use {', '.join(_MOUNT_TYPES)}")
    elif name in ("readonly", "readwrite", "required") and value not in _BOOLEANS:
        error(f"{name} takes true or false, not `{_short(value)}`")
    elif name == "required" and kind not in ("secret", "ssh"):
        error(f"`required` is for secret and ssh mounts, not {kind}; put type= first")
    elif name == "size" and kind != "tmpfs":
        error(f"`size` is for tmpfs mounts, not {kind}; put type= first")
    elif name == "size" and not re.match(r"(?i)\d+(?:\.\d+)? ?[kmgtp]?i?b?\Z", value):
        error(f"`{_short(value)}` is no size such as 64m")
    elif name == "sharing" and value.lower() not in ("shared", "private", "locked"):
        error(f"sharing is shared, private or locked, not `{_short(value)}`")
    elif name == "mode" and not re.match(r"[0-7]{1,11}\Z", value):
        error(f"mode is octal such as 0755, not `{_short(value)}`")
    elif name in ("uid", "gid") and not re.match(r"\d{1,10}\Z", value):
        error(f"{name} is a number, not `{_short(value)}`")


def _check_mount(mount: dict[str, str], error: Callable[[str], None]) -> None:
    kind = mount["type"]
    if kind not in ("secret", "ssh", "cache"):
        for name in ("mode", "uid", "gid"):
            if name in mount:
                error(f"{name} is not allowed for {kind} mounts")
    if mount.get("sharing") and kind != "cache":
        error(f"sharing is for cache mounts, not {kind}")
    if kind == "secret":
        if mount.get("from"):
            error("a secret mount takes no from")
        if not (mount.get("source") or mount.get("target") or mount.get("id")):
            error("a secret mount needs id=NAME")
        if mount.get("source") and mount.get("id"):
            error("a secret mount takes id or source, not both")


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
        name, *rest = _BLANKS.split(instruction.value, maxsplit=1)
        if not rest:
            reader.error(
                "missing-value", f"{instruction.name} {_short(name)} has no value; write name=value"
            )
            return {key: {}}
        reader.file.warn(
            "legacy-key-value",
            f"write `{instruction.name} {_short(name)}=value` instead of the old form with a blank "
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
                f"`{_short(word)}` has no `=`; write name=value, and quote values with blanks",
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
                reader.error("bad-port", f"EXPOSE {_short(spec)}: {found}{hint}", offset)
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
            "bad-signal", f"`{_short(value)}` is no signal; use a name such as SIGTERM or a number"
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
            f"HEALTHCHECK takes CMD command or NONE, not `{_short(kind)}`",
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
        elif name in _FLAGS["HEALTHCHECK"] and (fault := duration_fault(value)):
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
