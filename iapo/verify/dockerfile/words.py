"""Shell words as BuildKit splits and expands them: quotes, escapes and `$variables`.

The grammar is that of BuildKit's `frontend/dockerfile/shell` package: `$name`, `${name}` and the
modifiers `:-` `-` `:+` `+` `:?` `?` `#` `##` `%` `%%` `/` `//`. Values that are not known stay in
the text as they were written. Nothing is executed and no environment is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_NESTING = 50
_SPECIAL_PARAMETERS = frozenset("@*#?-$!0")
_PLAIN = re.compile(r"[^$'\"\\`]*\Z")


class ExpansionError(ValueError):
    """A word that BuildKit cannot expand, such as `${a` or `${a^b}`."""


@dataclass
class Expansion:
    """One expanded word.

    Attributes:
        text: the word with quotes removed and known variables replaced.
        words: the same split at blanks that were not quoted.
        unknown: names of variables that were used and have no known value.
        used: names of variables that were used and replaced.
    """

    text: str
    words: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)


def expand(word: str, values: Mapping[str, str] | None = None, escape: str = "\\") -> Expansion:
    """Expand one word; a variable missing from `values` stays as written.

    Raises:
        ExpansionError: an unterminated quote or brace, or a modifier that does not exist.
    """
    if _PLAIN.match(word):
        return Expansion(word, word.split())
    lexer = _Lexer(word, values or {}, escape)
    text, words = lexer.until(None, lexer.raw_escapes)
    return Expansion(text, words, lexer.unknown, lexer.used)


def raw_words(line: str) -> list[str]:
    """Split a line at unquoted blanks, keeping quotes and escapes; [] where quotes do not match."""
    lexer = _Lexer(line, {}, "\\", raw_quotes=True, raw_escapes=True)
    try:
        return lexer.until(None, raw_escapes=True)[1]
    except ExpansionError:
        return []


def variables(word: str, escape: str = "\\") -> set[str]:
    """Names of the variables that a word uses; an empty set where it cannot be expanded."""
    if "$" not in word:
        return set()
    try:
        return expand(word, {}, escape).unknown
    except ExpansionError:
        return set()


class _Words:
    """Words under construction, and whether blanks at this place separate them."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.open: list[str] = []

    def add(self, text: str) -> None:
        for character in text:
            if not character.isspace():
                self.open.append(character)
            elif self.open:
                self.done.append("".join(self.open))
                self.open = []

    def add_raw(self, text: str) -> None:
        if text:
            self.open.append(text)

    def finish(self) -> list[str]:
        if self.open:
            self.done.append("".join(self.open))
            self.open = []
        return self.done


class _Lexer:
    def __init__(
        self,
        source: str,
        values: Mapping[str, str],
        escape: str,
        *,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
    ) -> None:
        self.source = source
        self.values = values
        self.escape = escape
        self.raw_quotes = raw_quotes
        self.raw_escapes = raw_escapes
        self.at = 0
        self.depth = 0
        self.unknown: set[str] = set()
        self.used: set[str] = set()

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def next(self) -> str:
        character = self.source[self.at : self.at + 1]
        self.at += 1
        return character

    def until(self, stop: str | None, raw_escapes: bool) -> tuple[str, list[str]]:
        """Text and words up to `stop`, or to the end where `stop` is None."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ExpansionError(f"variables are nested more than {MAX_NESTING} deep")
        outer, self.raw_escapes = self.raw_escapes, raw_escapes
        out: list[str] = []
        words = _Words()
        while character := self.peek():
            if character == stop:
                self.at += 1
                break
            if character == "$":
                value = self.dollar()
                out.append(value)
                words.add(value)
            elif character in "'\"":
                value = self.single_quoted() if character == "'" else self.double_quoted()
                out.append(value)
                words.add_raw(value)
            elif character == self.escape:
                self.at += 1
                if self.raw_escapes:
                    words.add_raw(character)
                    out.append(character)
                escaped = self.next()
                if not escaped:
                    break
                words.add_raw(escaped)
                out.append(escaped)
            else:
                self.at += 1
                words.add(character)
                out.append(character)
        else:
            if stop is not None:
                raise ExpansionError(f"`{stop}` is missing")
        if stop is not None and self.at > len(self.source):
            raise ExpansionError(f"`{stop}` is missing")
        self.raw_escapes = outer
        self.depth -= 1
        return "".join(out), words.finish()

    def single_quoted(self) -> str:
        end = self.source.find("'", self.at + 1)
        if end < 0:
            raise ExpansionError("a single quote is not closed")
        inner = self.source[self.at + 1 : end]
        self.at = end + 1
        return f"'{inner}'" if self.raw_quotes else inner

    def double_quoted(self) -> str:
        self.at += 1
        out = ['"'] if self.raw_quotes else []
        while True:
            character = self.peek()
            if not character:
                raise ExpansionError("a double quote is not closed")
            if character == '"':
                self.at += 1
                if self.raw_quotes:
                    out.append('"')
                return "".join(out)
            if character == "$":
                out.append(self.dollar())
                continue
            self.at += 1
            if character == self.escape:
                if self.raw_escapes:
                    out.append(character)
                following = self.peek()
                if not following:
                    continue
                if following in ('"', "$", self.escape):
                    self.at += 1
                    character = following
            out.append(character)

    def name(self) -> str:
        first = self.peek()
        if first.isdigit():
            start = self.at
            while self.peek().isdigit():
                self.at += 1
            return self.source[start : self.at]
        if first and first in _SPECIAL_PARAMETERS:
            self.at += 1
            return first
        start = self.at
        while (character := self.peek()) and (character.isalnum() or character == "_"):
            self.at += 1
        return self.source[start : self.at]

    def lookup(self, name: str) -> str | None:
        value = self.values.get(name)
        (self.unknown if value is None else self.used).add(name)
        return value

    def dollar(self) -> str:
        start = self.at
        self.at += 1
        if self.peek() != "{":
            name = self.name()
            if not name:
                return "$"
            value = self.lookup(name)
            return self.source[start : self.at] if value is None else value
        self.at += 1
        first = self.peek()
        if not first:
            raise ExpansionError("`}` is missing after `${`")
        if first in "{}:":
            raise ExpansionError("`${` must be followed by a variable name")
        name = self.name()
        operator = self.next()
        if not operator:
            raise ExpansionError(f"`}}` is missing after `${{{name}`")
        if operator == "}":
            value = self.lookup(name)
            return self.source[start : self.at] if value is None else value
        if operator == "/":
            return self.replaced(name, start)
        colon = operator == ":"
        if colon:
            operator = self.next()
        if operator not in ("+", "-", "?", "#", "%") or (colon and operator in "#%"):
            written = ":" + operator if colon else operator
            raise ExpansionError(
                f"`{written}` is no modifier of `${{{name}}}`; use :- - :+ + :? ? # ## % %% / or //"
            )
        word = self.until("}", raw_escapes=operator in "#%")[0]
        value = self.lookup(name)
        if value is None and operator == "-":
            return word
        if value is None:
            return self.source[start : self.at]
        empty = colon and value == ""
        if operator == "-":
            return word if empty else value
        if operator == "+":
            return "" if empty else word
        if operator == "?":
            if empty:
                raise ExpansionError(f"`{name}` is empty: {word or 'it must have a value'}")
            return value
        return _trimmed(value, word, operator)

    def replaced(self, name: str, start: int) -> str:
        everywhere = self.peek() == "/"
        if everywhere:
            self.at += 1
        pattern = self.until("/", raw_escapes=True)[0]
        replacement = self.until("}", raw_escapes=True)[0]
        value = self.lookup(name)
        if value is None:
            return self.source[start : self.at]
        if any(character in pattern for character in "*?\\"):
            return self.source[start : self.at]  # left as written: patterns are not evaluated
        return value.replace(pattern, replacement, -1 if everywhere else 1) if pattern else value


def _trimmed(value: str, pattern: str, operator: str) -> str:
    """`${value#pattern}` and its kin, for patterns of one leading or trailing `*` or none."""
    greedy = pattern.startswith(operator)
    pattern = pattern[1:] if greedy else pattern
    if operator == "#":
        literal = pattern.removeprefix("*")
        if any(character in literal for character in "*?\\"):
            return value
        if literal == pattern:
            return value.removeprefix(literal)
        at = value.rfind(literal) if greedy else value.find(literal)
        return value[at + len(literal) :] if at >= 0 else value
    literal = pattern.removesuffix("*")
    if any(character in literal for character in "*?\\"):
        return value
    if literal == pattern:
        return value.removesuffix(literal)
    at = value.find(literal) if greedy else value.rfind(literal)
    return value[:at] if at >= 0 else value
