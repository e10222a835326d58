"""What the readers of instructions share: the scope they read in, words, flags."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from iapo.verify.dockerfile.parser import Dockerfile, Instruction
from iapo.verify.dockerfile.words import ExpansionError, expand

_BOOL, _TEXT, _LIST = "bool", "text", "list"
FLAGS: dict[str, dict[str, str]] = {
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
BLANKS = re.compile(r"[\t\v\f\r ]+")


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
            self.error("bad-substitution", f"{fault}; correct `{short(word)}`", offset)
            return word

    def expand_words(self, word: str, offset: int | None = None) -> list[str]:
        """A word with variables replaced, split at the blanks that come out."""
        try:
            return expand(word, self.scope.values, self.file.escape).words
        except ExpansionError as fault:
            self.error("bad-substitution", f"{fault}; correct `{short(word)}`", offset)
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
    for word in BLANKS.split(value):
        at = value.index(word, at)
        found.append((word, offset + at))
        at += len(word)
    return found if value else []


def quoted_words(value: str, offset: int, escape: str) -> list[tuple[str, int]]:
    """Words between blanks outside quotes, quotes kept, with their offsets."""
    return [(found[0], offset + found.start()) for found in _WORDS[escape].finditer(value)]


def nearest(word: str, known: Iterable[str], least: float = 0.6) -> str:
    """The known word that another one most resembles, or "". Long words and lists are not tried."""
    candidates = sorted(name for name in known if len(name) <= 40)[:200]
    found = difflib.get_close_matches(word, candidates, 1, least) if len(word) <= 40 else []
    return found[0] if found else ""


def short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def read_flags(reader: Reader) -> dict[str, Any]:
    instruction = reader.instruction
    known = FLAGS.get(instruction.name, {})
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
    near = nearest(name, known)
    message = f"{instruction} has no flag --{short(name)}"
    if near:
        return f"{message}; did you mean --{near}?"
    if known:
        return f"{message}; it takes {', '.join(f'--{flag}' for flag in sorted(known))}"
    return f"{message}; it takes no flags"
