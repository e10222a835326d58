"""Walking a workflow: typed access to its values, expressions in them, problems with their places."""

from __future__ import annotations

from typing import Any

from iapo.verify.github_actions import contexts
from iapo.verify.github_actions.contexts import Place
from iapo.verify.github_actions.expressions import (
    MAX_LENGTH,
    ExpressionError,
    Node,
    parse_until_end,
    parse_whole,
)
from iapo.verify.github_actions.semantics import ExpressionChecker, Scope, named
from iapo.verify.github_actions.types import (
    ANY,
    BOOL,
    NULL,
    NUMBER,
    ArrayType,
    ObjectType,
    Type,
)
from iapo.verify.report import Diagnostic, Severity
from iapo.verify.yaml_source import Path, YamlDocument

TOOL = "github-actions"
MAX_PROBLEMS = 200


def scalar_text(value: Any) -> str:
    """A scalar as GitHub reads it where it wants text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_expression(value: Any) -> bool:
    """Whether a value is one `${{ }}` and nothing else, which may stand for any type."""
    if not isinstance(value, str):
        return False
    text = value.strip()
    return text.startswith("${{") and text.endswith("}}") and text.count("${{") == 1


class Walk:
    """One pass over one workflow. `part` is the job being read, None outside of jobs."""

    def __init__(self, document: YamlDocument, source: str) -> None:
        self.document = document
        self.source = source
        self.problems: list[Diagnostic] = []
        self.faulty: set[str | None] = set()
        self.part: str | None = None
        self.scope = Scope({})
        self._lines: list[str] | None = None

    # Problems

    def problem(
        self,
        code: str,
        message: str,
        path: Path,
        *,
        key: bool = False,
        severity: Severity = "error",
    ) -> None:
        """Record a problem at a value, or at the key of one."""
        if len(self.problems) >= MAX_PROBLEMS:
            if severity == "error":
                self.faulty.add(self.part)
            return
        line, column = self.document.locate(path, of="key" if key else "value")
        self.problem_at(code, message, line, column, severity)

    def problem_at(
        self, code: str, message: str, line: int, column: int, severity: Severity = "error"
    ) -> None:
        """Record a problem at a known line and column. Past `MAX_PROBLEMS` none are kept."""
        if severity == "error":
            self.faulty.add(self.part)
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Diagnostic(severity, code, message, line, column, TOOL))

    # Values

    def mapping(
        self, value: Any, path: Path, what: str, *, empty: bool = False, fold: bool = False
    ) -> dict[Any, Any]:
        """The value if it is a mapping, otherwise a problem and {}.

        Args:
            empty: whether it may have no entries.
            fold: keys that differ only in case are the same key.
        """
        if isinstance(value, dict):
            if not value and not empty:
                self.problem("empty", f"{what} is empty; fill it or remove it", path, key=True)
            if fold and len(value) > 1:
                self._folded(value, path, what)
            return value
        if value is None:
            if not empty:
                self.problem("empty", f"{what} is empty; fill it or remove it", path, key=True)
        else:
            self.problem("wrong-type", f"{what} must be a mapping", path)
        return {}

    def _folded(self, value: dict[Any, Any], path: Path, what: str) -> None:
        seen: dict[str, Any] = {}
        for name in value:
            folded = scalar_text(name).lower()
            if folded in seen:
                self.problem(
                    "duplicate-key",
                    f'"{name}" of {what} is the same as "{seen[folded]}": case does not count here',
                    (*path, name),
                    key=True,
                )
            seen[folded] = name

    def keys(self, value: dict[Any, Any], path: Path, what: str, known: tuple[str, ...]) -> None:
        """Report keys that are not among the known ones."""
        for name in value:
            if name not in known:
                if len(self.problems) >= MAX_PROBLEMS:
                    self.faulty.add(self.part)
                    return
                if name == "<<":
                    self.problem(
                        "merge-key",
                        "workflows have no merge keys (<<); repeat the entries or alias the whole value",
                        (*path, name),
                        key=True,
                    )
                    continue
                close = _closest(scalar_text(name), known)
                hint = f'; did you mean "{close}"?' if close else f"; it takes {named(known)}"
                self.problem(
                    "unknown-key", f'"{name}" is no key of {what}{hint}', (*path, name), key=True
                )

    def sequence(self, value: Any, path: Path, what: str, *, empty: bool = False) -> list[Any]:
        """The value if it is a list, otherwise a problem and []."""
        if isinstance(value, list):
            if not value and not empty:
                self.problem("empty", f"{what} is empty; fill it or remove it", path)
            return value
        self.problem("wrong-type", f"{what} must be a list", path)
        return []

    def text(self, value: Any, path: Path, what: str, *, empty: bool = False) -> str | None:
        """A scalar as text, or None after a problem."""
        if isinstance(value, (dict, list)):
            self.problem("wrong-type", f"{what} must be text", path)
            return None
        text = scalar_text(value)
        if not text and not empty:
            self.problem("empty", f"{what} is empty", path)
            return None
        return text

    def string(
        self, value: Any, path: Path, what: str, place: Place | None = None, *, empty: bool = False
    ) -> str | None:
        """Text in which expressions may stand, checked for `place`; None after a problem."""
        text = self.text(value, path, what, empty=empty)
        if text is not None and "${{" in text:
            self.expressions(text, path, place or contexts.NOWHERE)
        return text

    def texts(
        self, value: Any, path: Path, what: str, place: Place | None = None
    ) -> list[tuple[str, Path]]:
        """One text or a list of texts, with their paths."""
        if not isinstance(value, list):
            text = self.string(value, path, what, place)
            return [] if text is None else [(text, path)]
        found = []
        for index, item in enumerate(self.sequence(value, path, what)):
            text = self.string(item, (*path, index), f"an entry of {what}", place)
            if text is not None:
                found.append((text, (*path, index)))
        return found

    def boolean(self, value: Any, path: Path, what: str, place: Place | None = None) -> None:
        """true, false or one expression."""
        if isinstance(value, bool):
            return
        if is_expression(value):
            kind = self.whole(value, path, place or contexts.NOWHERE)
            if kind is not None and kind not in (BOOL, ANY):
                self.problem(
                    "wrong-expression-type", f"{what} needs a bool, this expression is {kind}", path
                )
            return
        self.problem("wrong-type", f"{what} must be true or false", path)

    def number(
        self, value: Any, path: Path, what: str, place: Place, *, whole: bool = False
    ) -> None:
        """A number above zero, or one expression."""
        if is_expression(value):
            kind = self.whole(value, path, place)
            if kind is not None and kind not in (NUMBER, ANY):
                self.problem(
                    "wrong-expression-type",
                    f"{what} needs a number, this expression is {kind}",
                    path,
                )
            return
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            kind_name = "a whole number" if whole else "a number"
            self.problem("wrong-type", f"{what} must be {kind_name}", path)
        elif not value > 0:
            self.problem("bad-value", f"{what} must be greater than zero", path)

    # Expressions

    def expressions(
        self, text: str, path: Path, place: Place, *, script: bool = False, shown: bool = True
    ) -> list[Type] | None:
        """Check every `${{ }}` of a text.

        Args:
            shown: their values become part of a text, so that they must not be objects.

        Returns:
            Their types, or None where one has a problem.
        """
        kinds: list[Type] = []
        position = text.find("${{")
        count = 0
        fine = True
        while position >= 0 and len(self.problems) < MAX_PROBLEMS:
            parsed = parse_until_end(_enclosed(text, position + 3))
            if isinstance(parsed, ExpressionError):
                self._expression_problem(
                    "expression-syntax", parsed.message, path, count, parsed.offset
                )
                return None
            node, after = parsed
            kind = self._semantics(node, path, place, count, script)
            if kind is None:
                fine = False
            else:
                kinds.append(kind)
                if shown and (kind is NULL or isinstance(kind, (ObjectType, ArrayType))):
                    self._expression_problem(
                        "object-as-text",
                        f"a value of type {kind} cannot be shown as text; use toJSON() or a property",
                        path,
                        count,
                        node[1],
                    )
            position = text.find("${{", position + 3 + after)
            count += 1
        return kinds if fine else None

    def whole(self, text: str, path: Path, place: Place) -> Type | None:
        """The type of a text that is one expression."""
        kinds = self.expressions(text, path, place, shown=False)
        return kinds[0] if kinds else None

    def _semantics(
        self, node: Node, path: Path, place: Place, count: int, script: bool = False
    ) -> Type | None:
        checker = ExpressionChecker(self.scope, place, script=script)
        kind = checker.check(node)
        for code, message, offset in checker.problems:
            self._expression_problem(code, message, path, count, offset)
        return None if checker.problems else kind

    def bare(self, text: str, path: Path, place: Place) -> Node | None:
        """Check the expression of an `if:` without `${{ }}`."""
        parsed = parse_whole(text)
        if isinstance(parsed, ExpressionError):
            self._expression_problem("expression-syntax", parsed.message, path, None, parsed.offset)
            return None
        self._semantics(parsed, path, place, -1)
        return parsed

    def _expression_problem(
        self, code: str, message: str, path: Path, count: int | None, offset: int
    ) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            self.faulty.add(self.part)
            return
        line, column = self.document.locate(path, of="value")
        self.problem_at(code, message, *self._place(line, column, count, offset))

    def _place(self, line: int, column: int, count: int | None, offset: int) -> tuple[int, int]:
        """Where the expression stands in the source: its count-th `${{` from the value's beginning."""
        if self._lines is None:
            self._lines = self.source.splitlines()
        if line > len(self._lines):
            return line, column
        if count is None or count < 0:
            first = self._lines[line - 1][column - 1 : column]
            if first in ("|", ">", "*", "&"):
                return line, column
            return line, column + offset + (first in ('"', "'"))
        number, start = line - 1, column - 1
        while number < len(self._lines):
            found = self._lines[number].find("${{", start)
            if found < 0:
                number, start = number + 1, 0
                continue
            if count == 0:
                at = found + 3 + offset
                # An expression over several lines: its first line is near enough.
                return number + 1, min(at, len(self._lines[number])) + 1
            count -= 1
            start = found + 3
        return line, column


def _enclosed(text: str, start: int) -> str:
    """From `start` to the `}}` that is in no string, with it; what is cached is the expression alone."""
    end = text.find("}}", start)
    while 0 <= end < start + MAX_LENGTH:
        part = text[start : end + 2]
        if part.count("'") % 2 == 0:
            return part
        end = text.find("}}", end + 1)
    return text[start : start + MAX_LENGTH + 10]


def _closest(name: str, known: tuple[str, ...]) -> str | None:
    """A known key that a misspelt one is likely to mean: one or two edits away."""
    if not 2 <= len(name) <= 40:
        return None
    best: tuple[int, str] | None = None
    for candidate in known:
        if abs(len(candidate) - len(name)) > 2:
            continue
        distance = _edits(name.lower().replace("_", "-"), candidate)
        if distance <= (2 if len(candidate) > 4 else 1) and (best is None or distance < best[0]):
            best = (distance, candidate)
    return best[1] if best else None


def _edits(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]
