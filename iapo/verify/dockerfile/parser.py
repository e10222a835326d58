"""A Dockerfile's text to instructions, line by line as BuildKit reads them.

Follows BuildKit's `frontend/dockerfile/parser` and the published reference: parser directives
(`# syntax=`, `# escape=`, `# check=`), continuation lines with comments and blank lines between,
heredocs, flags, and the JSON form. What an instruction's arguments mean is judged elsewhere.
"""

# ruff: noqa: SIM905 - a list of words reads best as one string
from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from iapo.verify.dockerfile.words import ExpansionError, expand, raw_words
from iapo.verify.report import Diagnostic, Severity

MAX_CHARACTERS = 1_000_000
MAX_LINE = 65_535  # bytes; bufio.MaxScanTokenSize - 1, BuildKit's own limit
MAX_INSTRUCTIONS = 5_000

INSTRUCTIONS = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL "
    "STOPSIGNAL USER VOLUME WORKDIR".split()
)
_TAKES_HEREDOC = frozenset({"ADD", "COPY", "RUN"})
_JSON_FORM = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*\Z")
_CONTINUATION = {
    "\\": re.compile(r"(?:(?<=[^\\])|^)\\[ \t]*\Z"),
    "`": re.compile(r"(?:(?<=[^`])|^)`[ \t]*\Z"),
}
_BLANKS = re.compile(r"[\t\v\f\r ]+")
_HEREDOC = re.compile(r"(\d*)<<(-?)([^<]+)\Z")

Form = Literal["shell", "exec", "list", "heredoc"]


class DockerfileSyntaxError(Exception):
    """The text cannot be divided into instructions; carries the diagnostic that says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(slots=True)
class Heredoc:
    """One here-document of an instruction.

    Attributes:
        name: the word that ends it.
        expand: whether variables in it are expanded (its name was not quoted).
        content: its lines, leading tabs removed where it was opened with `<<-`.
    """

    name: str
    expand: bool
    content: str


@dataclass(slots=True)
class Instruction:
    """One instruction with its place in the file.

    Attributes:
        name: upper case, e.g. `RUN`; also where it is unknown.
        keyword: as written, e.g. `run`.
        flags: (name, value or None, offset in `text`) in order.
        value: what follows the flags, blanks trimmed.
        offset: where `value` begins in `text`.
        form: `exec` for a JSON array, `heredoc` where one is opened, else `shell`.
        array: the strings of a JSON array.
        text: the logical line, continuation lines joined.
        line: 1-based first line.
    """

    name: str
    keyword: str
    text: str
    line: int
    flags: list[tuple[str, str | None, int]] = field(default_factory=list)
    value: str = ""
    offset: int = 0
    form: Form = "shell"
    array: list[str] | None = None
    heredocs: list[Heredoc] = field(default_factory=list)
    trigger: Instruction | None = None  # what ONBUILD holds
    segments: list[tuple[int, int, int]] = field(default_factory=list)  # offset, line, column
    faults: int = 0
    previous_comment: str = ""

    def place(self, offset: int | None = None) -> tuple[int, int]:
        """1-based line and column of an offset in `text`; of the keyword when not given."""
        if offset is None or not self.segments:
            return self.line, self.segments[0][2] if self.segments else 1
        index = bisect_right(self.segments, offset, key=lambda segment: segment[0]) - 1
        start, line, column = self.segments[max(index, 0)]
        return line, column + offset - start


@dataclass(slots=True)
class Dockerfile:
    """A parsed file: its instructions, the escape character and what was noticed on the way."""

    instructions: list[Instruction] = field(default_factory=list)
    escape: str = "\\"
    diagnostics: list[Diagnostic] = field(default_factory=list)
    skipped_checks: set[str] = field(default_factory=set)

    def say(
        self,
        severity: Severity,
        code: str,
        message: str,
        instruction: Instruction,
        offset: int | None = None,
    ) -> None:
        """Record a diagnostic at an instruction, or at an offset in its text."""
        line, column = instruction.place(offset)
        if severity == "error":
            instruction.faults += 1
        self.diagnostics.append(Diagnostic(severity, code, message, line, column, "dockerfile"))

    def error(
        self, code: str, message: str, instruction: Instruction, offset: int | None = None
    ) -> None:
        self.say("error", code, message, instruction, offset)

    def warn(
        self, code: str, message: str, instruction: Instruction, offset: int | None = None
    ) -> None:
        self.say("warning", code, message, instruction, offset)


def _fail(code: str, message: str, line: int, column: int = 1) -> NoReturn:
    raise DockerfileSyntaxError(Diagnostic("error", code, message, line, column, "dockerfile"))


def parse(text: str) -> Dockerfile:
    """Divide a text into instructions.

    Raises:
        DockerfileSyntaxError: no instruction at all, a bad parser directive, an unterminated
            heredoc, or a limit exceeded.
    """
    if len(text) > MAX_CHARACTERS:
        _fail("too-large", f"the file is longer than {MAX_CHARACTERS:,} characters", 1)
    nul = text.find("\0")
    if nul >= 0:
        _fail(
            "nul-character", "a NUL character is not text; remove it", text.count("\n", 0, nul) + 1
        )
    lines = text.removeprefix("\ufeff").split("\n")
    file = Dockerfile()
    at = _read_directives(lines, file)
    continuation = _CONTINUATION[file.escape]
    comment = ""
    count = len(lines)
    while at < count:
        raw = lines[at].rstrip("\r")
        if len(raw) > MAX_LINE // 4 and len(raw.encode("utf-8", "replace")) > MAX_LINE:
            _fail("line-too-long", f"a line may have at most {MAX_LINE:,} bytes", at + 1)
        stripped = raw.lstrip()
        if not stripped or stripped[0] == "#":
            comment = stripped
            at += 1
            continue
        first = at
        pieces: list[str] = []
        segments: list[tuple[int, int, int]] = []
        length = 0
        piece = stripped
        column = len(raw) - len(stripped) + 1
        blank_line = 0
        while True:
            more = continuation.search(piece)
            if more:
                piece = piece[: more.start()]
            if piece:
                segments.append((length, at + 1, column))
                pieces.append(piece)
                length += len(piece)
            at += 1
            if not more:
                break
            while at < count:
                raw = lines[at].rstrip("\r")
                stripped = raw.lstrip()
                if stripped and stripped[0] != "#":
                    break
                if not stripped and at + 1 < count:
                    blank_line = at + 1
                at += 1
            if at >= count:
                break
            if len(raw) > MAX_LINE // 4 and len(raw.encode("utf-8", "replace")) > MAX_LINE:
                _fail("line-too-long", f"a line may have at most {MAX_LINE:,} bytes", at + 1)
            piece = raw
            column = 1
        logical = "".join(pieces)
        if not logical.strip():
            continue
        instruction = _instruction(logical, first + 1, segments, file)
        instruction.previous_comment = comment
        comment = ""
        if blank_line:
            file.diagnostics.append(
                Diagnostic(
                    "warning",
                    "empty-continuation",
                    "an empty line inside an instruction will become an error; remove it, or the "
                    "`\\` before it [NoEmptyContinuation]",
                    blank_line,
                    1,
                    "dockerfile",
                )
            )
        if "<<" in logical:
            at = _read_heredocs(instruction, lines, at)
        file.instructions.append(instruction)
        if len(file.instructions) > MAX_INSTRUCTIONS:
            _fail("too-large", f"more than {MAX_INSTRUCTIONS:,} instructions", instruction.line)
    if not file.instructions:
        _fail("no-instructions", "the file has no instructions; begin with `FROM image:tag`", 1)
    return file


def _read_directives(lines: list[str], file: Dockerfile) -> int:
    """Parser directives, which stand before everything else; returns the line to go on at."""
    seen: set[str] = set()
    for at, line in enumerate(lines):
        found = _DIRECTIVE.match(line.strip()) if line.lstrip().startswith("#") else None
        name = found[1].lower() if found else ""
        if not found or name not in ("syntax", "escape", "check"):
            return at
        if name in seen:
            _fail("duplicate-directive", f"`# {name}=` may be given only once", at + 1)
        seen.add(name)
        if name == "escape":
            if found[2] not in ("\\", "`"):
                _fail(
                    "bad-escape", f"the escape character must be \\ or `, not {found[2]!r}", at + 1
                )
            file.escape = found[2]
        elif name == "check":
            for option in found[2].split(";"):
                key, _, value = option.partition("=")
                if key.strip() == "skip":
                    file.skipped_checks.update(name.strip().lower() for name in value.split(","))
    return len(lines)


def _instruction(
    logical: str, line: int, segments: list[tuple[int, int, int]], file: Dockerfile
) -> Instruction:
    """Keyword, flags and the rest of one logical line."""
    lead = len(logical) - len(logical.lstrip())
    blank = _BLANKS.search(logical, lead)
    keyword = logical[lead : blank.start()] if blank else logical[lead:].rstrip()
    instruction = Instruction(keyword.upper(), keyword, logical, line, segments=segments)
    rest = blank.end() if blank else len(logical)
    instruction.offset = _read_flags(instruction, rest)
    value = logical[instruction.offset :]
    instruction.offset += len(value) - len(value.lstrip())
    instruction.value = value.strip()
    name = instruction.name
    if name == "ONBUILD" and instruction.value:
        instruction.trigger = _trigger(instruction, file)
    elif name in _JSON_FORM:
        _read_array(instruction, instruction.value, instruction.offset, file)
    elif name == "HEALTHCHECK":
        parts = instruction.value.split(None, 1)
        if len(parts) == 2:
            offset = instruction.offset + len(instruction.value) - len(parts[1])
            _read_array(instruction, parts[1], offset, file)
    return instruction


def _trigger(onbuild: Instruction, file: Dockerfile) -> Instruction:
    """The instruction that ONBUILD holds, with places in the outer one's text."""
    segments = [(start - onbuild.offset, line, column) for start, line, column in onbuild.segments]
    if onbuild.value[:7].upper() == "ONBUILD":  # not allowed, and would recurse without end
        return Instruction("ONBUILD", onbuild.value[:7], onbuild.value, onbuild.line)
    inner = _instruction(onbuild.text[onbuild.offset :].rstrip(), onbuild.line, segments, file)
    inner.line = inner.place(0)[0]
    return inner


def _read_flags(instruction: Instruction, at: int) -> int:
    """`--name=value` words before the arguments, quotes and backslashes taken off."""
    text = instruction.text
    length = len(text)
    while True:
        while at < length and text[at].isspace():
            at += 1
        if not text.startswith("--", at):
            return at
        start = at
        word: list[str] = []
        quote = ""
        while at < length:
            character = text[at]
            if not quote and character.isspace():
                break
            if quote:
                if character == quote:
                    quote = ""
                    at += 1
                    continue
            elif character in "'\"":
                quote = character
                at += 1
                continue
            if character == "\\":
                at += 1
                if at >= length:
                    break
                character = text[at]
            word.append(character)
            at += 1
        flag = "".join(word)
        if flag == "--":
            return at
        name, equals, value = flag[2:].partition("=")
        instruction.flags.append((name, value if equals else None, start))


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity, which Python reads and JSON has not


def _read_array(instruction: Instruction, value: str, offset: int, file: Dockerfile) -> None:
    """The JSON form; what is no JSON array is the shell form, a trap worth a warning."""
    if not value.startswith("["):
        return
    try:
        array = json.loads(value, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        bracket = value.rstrip().endswith("]")
        if instruction.name == "SHELL" or not bracket or value.startswith(("[ ", "[[")):
            return
        file.diagnostics.append(
            Diagnostic(
                "warning",
                "json-form-as-shell",
                f"`{instruction.name} [...]` is not valid JSON, so it is read as plain words; use "
                "double quotes around every string and no trailing comma [JSONArgsRecommended]",
                *instruction.place(offset),
                "dockerfile",
            )
        )
        return
    if not all(isinstance(item, str) for item in array):
        file.error(
            "json-not-strings",
            "the JSON form takes an array of strings only; quote every element",
            instruction,
            offset,
        )
        return
    instruction.array = array
    instruction.form = "exec"


def heredoc_word(word: str) -> tuple[str, bool, bool] | None:
    """(name, whether its content is expanded, whether tabs are stripped) of `<<EOF`, else None."""
    found = _HEREDOC.match(word)
    if not found:
        return None
    try:
        words = expand(found[3]).words
    except ExpansionError:
        return None
    if len(words) != 1:
        return None
    quoted = "'" in found[3] or '"' in found[3]
    return words[0], not quoted, found[2] == "-"


def _read_heredocs(instruction: Instruction, lines: list[str], at: int) -> int:
    """Take the here-documents that an instruction opens; returns the line after the last one."""
    target = instruction.trigger or instruction
    if target.name not in _TAKES_HEREDOC or target.array is not None:
        return at
    for word in raw_words(instruction.text):
        opened = heredoc_word(word)
        if opened is None:
            continue
        name, expands, chomp = opened
        content: list[str] = []
        while at < len(lines):
            line = lines[at].rstrip("\r")
            at += 1
            if chomp:
                line = line.lstrip("\t")
            if line == name:
                break
            content.append(line)
        else:
            _fail(
                "unterminated-heredoc",
                f"the heredoc `<<{name}` is never closed; put `{name}` alone on a line",
                *instruction.place(),
            )
        target.form = "heredoc"
        target.heredocs.append(Heredoc(name, expands, "\n".join([*content, ""])))
    return at
