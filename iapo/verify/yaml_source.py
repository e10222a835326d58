"""YAML text to plain data with the line and column of every key, within fixed limits.

Built on libyaml's event stream (PyYAML), composed here without recursion, because the text is
hostile: deep nesting, alias bombs, cycles and huge inputs end in a diagnostic. Two scalar
schemas are offered: `1.2` (YAML 1.2 core, https://yaml.org/spec/1.2.2/#103-core-schema), where
`on` is a string, and `1.1` as Go's yaml.v2 reads it (Kubernetes), where `on` is a boolean.
It does not judge what the data means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from iapo.verify.report import Diagnostic, Severity

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 100
MAX_NODES = 200_000  # counted with every alias expanded
MAX_PROBLEMS = 200  # keys given twice and unknown tags, after which reading ends

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Tagged:
    """A value under an application tag such as GitLab's `!reference` or Compose's `!reset`."""

    tag: str
    value: Any


@dataclass
class YamlDocument:
    """One document of a stream.

    Attributes:
        value: dictionaries, lists and scalars. Aliased containers are shared objects.
        line: 1-based line where it begins.
    """

    value: Any
    line: int
    _places: dict[int, dict[Any, tuple[int, int, int, int]]] = field(default_factory=dict)

    def locate(self, path: Path, *, of: Literal["key", "value"] = "key") -> tuple[int, int]:
        """1-based line and column of the deepest part of `path` that exists."""
        place = (self.line, 1)
        here = self.value
        for step in path:
            if isinstance(here, Tagged):
                here = here.value
            found = self._places.get(id(here), {}).get(step)
            if found is None:
                break
            place = found[:2] if of == "key" else found[2:]
            try:
                here = here[step]
            except (KeyError, IndexError, TypeError):
                break
        return place


@dataclass
class YamlStream:
    """All documents of a text, and what was wrong with it. `documents` is empty if it is not YAML."""

    documents: list[YamlDocument]
    problems: list[Diagnostic]

    @property
    def parses(self) -> bool:
        return not any(p.severity == "error" and p.code != "duplicate-key" for p in self.problems)


_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_TRUE_11 = {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}
_FALSE_11 = {"n", "N", "no", "No", "NO", "off", "Off", "OFF"}
_INT = re.compile(r"[-+]?[0-9]+\Z")
_INT_OTHER = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_INT_11 = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o[0-7_]+|0[0-7_]+|0|[1-9][0-9_]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_FLOAT_WORD = re.compile(r"([-+]?)\.(?:(inf|Inf|INF)|(nan|NaN|NAN))\Z")
_STARTS_PLAIN = frozenset("-+.0123456789")


def resolve_scalar(text: str, version: Literal["1.1", "1.2"] = "1.2") -> Any:
    """The value of a plain (unquoted) scalar: None, bool, int, float or the text itself."""
    if text in _NULL:
        return None
    first = text[0]
    if first not in _STARTS_PLAIN:
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        if version == "1.1":
            # yaml.v2 leaves the single letters y and n alone.
            if len(text) > 1 and text in _TRUE_11:
                return True
            if len(text) > 1 and text in _FALSE_11:
                return False
        return text
    if len(text) > 400:
        return text
    if version == "1.1" and _INT_11.match(text):
        return _int_11(text)
    if _INT.match(text):
        return int(text)
    if version == "1.2" and _INT_OTHER.match(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.match(text):
        return float(text)
    word = _FLOAT_WORD.match(text)
    if word:
        return float("nan") if word[3] else float(word[1] + "inf")
    return text


def _int_11(text: str) -> int | str:
    digits = text.replace("_", "")
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    try:
        if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
            return sign * int(digits, 8)
        return sign * int(digits, 0)
    except ValueError:
        return text


@dataclass
class _Open:
    """A container being filled."""

    value: dict[Any, Any] | list[Any]
    anchor: str | None
    tag: str | None
    line: int
    column: int
    places: dict[Any, tuple[int, int, int, int]]
    key: Any = None
    key_at: tuple[int, int] = (0, 0)
    has_key: bool = False
    merges: list[tuple[Any, int, int]] = field(default_factory=list)
    nodes: int = 1


class _RefusedError(Exception):
    """The text goes past a limit or is not composable; carries the diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


def load_yaml(
    text: str,
    *,
    version: Literal["1.1", "1.2"] = "1.2",
    merge: bool = True,
    tags: frozenset[str] = frozenset(),
    text_keys: bool = False,
    same_again: Severity = "error",
    tool: str = "yaml",
) -> YamlStream:
    """Read every document of a YAML text.

    Args:
        text: the whole stream, at most `MAX_CHARACTERS` characters.
        version: scalar schema, see `resolve_scalar`.
        merge: whether `<<` merges mappings; otherwise it is an ordinary key.
        tags: application tags to keep as `Tagged`; any other is reported (`unknown-tag`).
        text_keys: make every key a string, as tools do that turn YAML into JSON first.
        same_again: how grave a key is that is given twice with the same value both times.
        tool: name put on the diagnostics.

    Returns:
        The documents (empty ones are left out) and the problems: `yaml-syntax`, `yaml-limit`,
        `duplicate-key`, `unknown-tag`, `unknown-anchor`, `complex-key`, `bad-merge`. Never raises.
    """
    composer = _Composer(version, merge, tags, tool, text_keys, same_again)
    if len(text) > MAX_CHARACTERS:
        composer.problem("yaml-limit", f"the text is longer than {MAX_CHARACTERS} characters", 1, 1)
        return YamlStream([], composer.problems)
    try:
        composer.run(text)
    except _RefusedError as refused:
        composer.problems.append(refused.diagnostic)
        return YamlStream([], composer.problems)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not valid YAML"
        context = getattr(error, "context", None)
        message = f"{context}: {what}" if context else str(what)
        line = mark.line + 1 if mark is not None else _line_of(text, error)
        column = mark.column + 1 if mark is not None else None
        composer.problem("yaml-syntax", message, line, column)
        return YamlStream([], composer.problems)
    return YamlStream(composer.documents, composer.problems)


def _line_of(text: str, error: yaml.YAMLError) -> int:
    position = getattr(error, "position", 0)
    return text.count("\n", 0, position if isinstance(position, int) else 0) + 1


class _Composer:
    """Event stream to data. One for each text."""

    def __init__(
        self,
        version: Literal["1.1", "1.2"],
        merge: bool,
        tags: frozenset[str],
        tool: str,
        text_keys: bool,
        same_again: Severity,
    ) -> None:
        self.version = version
        self.merge = merge
        self.tags = tags
        self.tool = tool
        self.text_keys = text_keys
        self.same_again = same_again
        self.documents: list[YamlDocument] = []
        self.problems: list[Diagnostic] = []
        self._reset()

    def _reset(self) -> None:
        self.anchors: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}
        self.places: dict[int, dict[Any, tuple[int, int, int, int]]] = {}
        self.stack: list[_Open] = []
        self.nodes = 0
        self.root: Any = None
        self.root_line = 1

    def problem(self, code: str, message: str, line: int | None, column: int | None) -> None:
        self.problems.append(Diagnostic("error", code, message, line, column, self.tool))

    def refuse(self, code: str, message: str, line: int, column: int) -> _RefusedError:
        return _RefusedError(Diagnostic("error", code, message, line, column, self.tool))

    def run(self, text: str) -> None:
        # PyYAML reads a str; lone surrogates and control characters raise ReaderError there.
        try:
            loader = _Parser(text)
        except UnicodeEncodeError as error:
            raise self.refuse(
                "yaml-syntax",
                "the text is not valid Unicode",
                text.count("\n", 0, error.start) + 1,
                1,
            ) from None
        try:
            for event in _events(loader):
                self.take(event)
        finally:
            loader.dispose()

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            self.count(1, line, column)
            self.put(self.scalar(event, line, column), event.anchor, 1, line, column)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            self.count(1, line, column)
            if len(self.stack) >= MAX_DEPTH:
                raise self.refuse(
                    "yaml-limit", f"nested deeper than {MAX_DEPTH} levels", line, column
                )
            value: dict[Any, Any] | list[Any] = {} if kind is yaml.MappingStartEvent else []
            places: dict[Any, tuple[int, int, int, int]] = {}
            self.stack.append(_Open(value, event.anchor, self.tag(event), line, column, places))
            if event.anchor:
                self.anchors.pop(event.anchor, None)  # a cycle refers to what is not finished
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self.close()
        elif kind is yaml.AliasEvent:
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if event.anchor not in self.anchors:
                raise self.refuse(
                    "unknown-anchor", f"alias *{event.anchor} has no anchor before it", line, column
                )
            size = self.sizes[event.anchor]
            self.count(size, line, column)
            self.put(self.anchors[event.anchor], None, size, line, column)
        elif kind is yaml.DocumentStartEvent:
            self._reset()
        elif kind is yaml.DocumentEndEvent and self.root is not None:
            self.documents.append(YamlDocument(self.root, self.root_line, self.places))

    def count(self, size: int, line: int, column: int) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise self.refuse(
                "yaml-limit",
                f"more than {MAX_NODES} values once aliases are expanded",
                line,
                column,
            )

    def room_for_problems(self, line: int, column: int) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            raise self.refuse("yaml-limit", f"more than {MAX_PROBLEMS} mistakes", line, column)

    def tag(self, event: Any) -> str | None:
        tag: str | None = event.tag
        if tag is None or tag == "!" or tag.startswith("tag:yaml.org,2002:"):
            return None
        if tag not in self.tags:
            self.room_for_problems(event.start_mark.line + 1, event.start_mark.column + 1)
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            self.problem("unknown-tag", f"unknown tag {tag[:60]}", line, column)
        return tag

    def scalar(self, event: Any, line: int, column: int) -> Any:
        text: str = event.value
        standard = event.tag if event.tag and event.tag.startswith("tag:yaml.org,2002:") else None
        tag = self.tag(event)
        if standard is not None:
            name = standard.rsplit(":", 1)[1]
            if name in ("str", "binary"):
                return text
            return resolve_scalar(text, self.version)
        value = resolve_scalar(text, self.version) if event.implicit[0] else text
        return Tagged(tag, value) if tag is not None else value

    def put(self, value: Any, anchor: str | None, size: int, line: int, column: int) -> None:
        if anchor:
            self.anchors[anchor] = value
            self.sizes[anchor] = size
        if not self.stack:
            self.root, self.root_line = value, line
            return
        top = self.stack[-1]
        top.nodes += size
        if isinstance(top.value, list):
            top.places[len(top.value)] = (line, column, line, column)
            top.value.append(value)
        elif not top.has_key:
            if isinstance(value, (dict, list, Tagged)):
                raise self.refuse("complex-key", "a key must be a plain value", line, column)
            if self.text_keys and not isinstance(value, str):
                value = _as_text(value)
            top.key, top.key_at, top.has_key = value, (line, column), True
        else:
            top.has_key = False
            self.entry(top, value, line, column)

    def entry(self, top: _Open, value: Any, line: int, column: int) -> None:
        assert isinstance(top.value, dict)
        if self.merge and top.key == "<<":
            top.merges.append((value, *top.key_at))
            return
        if top.key in top.places:
            self.room_for_problems(*top.key_at)
            first = top.places[top.key][0]
            self.problems.append(
                Diagnostic(
                    self.same_again if top.value[top.key] == value else "error",
                    "duplicate-key",
                    f'key "{str(top.key)[:80]}" is given twice (first on line {first}); remove one',
                    *top.key_at,
                    self.tool,
                )
            )
        top.places[top.key] = (*top.key_at, line, column)
        top.value[top.key] = value

    def close(self) -> None:
        top = self.stack.pop()
        for source, line, column in top.merges:
            self.apply_merge(top, source, line, column)
        self.places[id(top.value)] = top.places
        value = Tagged(top.tag, top.value) if top.tag is not None else top.value
        self.put(value, top.anchor, top.nodes, top.line, top.column)

    def apply_merge(self, top: _Open, source: Any, line: int, column: int) -> None:
        assert isinstance(top.value, dict)
        for part in source if isinstance(source, list) else [source]:
            if not isinstance(part, dict):
                self.problem("bad-merge", "<< takes a mapping or a list of mappings", line, column)
                return
            for key, value in part.items():
                if key not in top.value:
                    top.value[key] = value
                    top.places[key] = (line, column, line, column)


def _as_text(key: Any) -> str:
    """How JSON writes a scalar, without quotes."""
    if key is None:
        return "null"
    return str(key).lower() if isinstance(key, bool) else str(key)


def _events(loader: Any) -> Iterator[Any]:
    while loader.check_event():
        yield loader.get_event()
