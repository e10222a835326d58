"""The conditions of `rules:if` and `only:variables`, told as they are written.

As `iapo/verify/gitlab_ci/conditions.py` judges them, by
https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions. An input, `$[[ ]]`, is not written: none is declared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from iapo.generate.guide.yaml import formed
from iapo.generate.guide.yaml.gitlab_ci.regexes import Regex
from iapo.verify.gitlab_ci.conditions import MAX_DEPTH

_EMPTY = Regex()
_KEYWORDS = ("null", "true", "false")
_FLAGS = "ismU"
_BLANK = " \t\n"


def _begins_name(char: str) -> bool:
    return char.isascii() and (char.isalpha() or char == "_")


def _goes_on(char: str) -> bool:
    return _begins_name(char) or (char.isascii() and char.isdigit())


@dataclass(frozen=True)
class Condition:
    """How far a condition has come.

    Attributes:
        depth: parentheses that are open.
        want: what must come: `value`; `compared` or `matched` behind an operator; nothing where one is there,
            `compared` then saying that it is the right side of one.
        word: what is being written: `$`, `${`, `name`, `{name`, a quote, the beginning of a keyword,
            `keyword` behind one, `pattern`, `flags`, or the first half of an operator.
        regex: of a pattern.
    """

    lasting: ClassVar[bool] = False
    depth: int = 0
    want: bool = True
    side: str = ""
    word: str = ""
    regex: Regex = _EMPTY

    @property
    def whole(self) -> bool:
        """Whether it may end here."""
        return not self.depth and not self.want and self.word in ("", "name", "keyword", "flags")

    @cached_property
    def shortest(self) -> str:
        """What ends it."""
        return formed.shortest(self)

    def after(self, char: str) -> Condition | None:
        """The place after a character; None where it may not come."""
        word = self.word
        if word in ("", "name", "keyword", "flags"):
            return self._behind(char)
        if word in ("$", "${", "{name"):
            return self._variable(char)
        if word in ('"', "'"):
            return self if char != word else self._to("")
        if word == "pattern":
            return self._pattern(char)
        if word in ("=", "!", "&", "|"):
            return self._operator(char)
        word += char
        if word in _KEYWORDS:
            return self._to("keyword")
        return self._to(word) if any(k.startswith(word) for k in _KEYWORDS) else None

    def _to(self, word: str) -> Condition:
        return replace(self, word=word)

    def _behind(self, char: str) -> Condition | None:
        """Between words, or behind one that anything else ends."""
        if self.word == "name" and _goes_on(char):
            return self
        if self.word == "keyword" and _goes_on(char):
            return None
        if self.word == "flags" and char in _FLAGS:
            return self
        if char in _BLANK:
            return self._to("")
        return self._value(char) if self.want else self._joined(char)

    def _value(self, char: str) -> Condition | None:
        if char == "(":
            return replace(self, depth=self.depth + 1) if self.depth < MAX_DEPTH else None
        if char == "/":
            begun = replace(self, want=False, word="pattern", regex=_EMPTY)
            return begun if self.side == "matched" else None
        if char in "$\"'":
            return replace(self, want=False, word=char)
        keyword = self.side != "matched" and any(k.startswith(char) for k in _KEYWORDS)
        return replace(self, want=False, word=char) if keyword else None

    def _joined(self, char: str) -> Condition | None:
        if char == ")":
            return replace(self, depth=self.depth - 1, word="") if self.depth else None
        if char in "&|" or (char in "=!" and not self.side):
            return self._to(char)
        return None

    def _operator(self, char: str) -> Condition | None:
        if self.word in "&|":
            ends = char == self.word
            return replace(self, want=True, side="", word="") if ends else None
        side = {"=": "compared", "~": "matched"}.get(char)
        return None if side is None else replace(self, want=True, side=side, word="")

    def _variable(self, char: str) -> Condition | None:
        if self.word == "$" and char == "{":
            return self._to("${")
        if self.word == "{name":
            return self if _goes_on(char) else self._to("") if char == "}" else None
        if not _begins_name(char):
            return None
        return self._to("name" if self.word == "$" else "{name")

    def _pattern(self, char: str) -> Condition | None:
        if char == "/" and self.regex.mode not in ("escape", "class-escape"):
            return replace(self, word="flags", regex=_EMPTY) if self.regex.whole else None
        regex = None if char == "\n" else self.regex.after(char)
        return None if regex is None else replace(self, regex=regex)


@dataclass(frozen=True)
class Coverage:
    """How far the expression of `coverage` has come: `/.../`, slashes inside it as they are.

    Attributes:
        begun: the first slash is written.
        closed: the last character is a slash with an expression before it.
    """

    lasting: ClassVar[bool] = False
    begun: bool = False
    closed: bool = False
    regex: Regex = _EMPTY

    @property
    def whole(self) -> bool:
        """Whether it may end here."""
        return self.closed

    @cached_property
    def shortest(self) -> str:
        """What ends it."""
        return formed.shortest(self)

    def after(self, char: str) -> Coverage | None:
        """The place after a character; None where it may not come."""
        if not self.begun:
            return replace(self, begun=True) if char == "/" else None
        regex = None if char == "\n" else self.regex.after(char)
        return None if regex is None else Coverage(True, char == "/" and self.regex.whole, regex)


CONDITION = formed.Own(Condition(), ("$CI_COMMIT_TAG", '$A == "x"', "$A =~ /^x/ && $B"), "formed")
COVERAGE = formed.Own(Coverage(), (r"/\d+%/",))

__all__ = ["CONDITION", "COVERAGE"]
