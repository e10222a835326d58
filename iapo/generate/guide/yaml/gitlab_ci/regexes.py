"""Regular expressions as GitLab reads them (RE2), as far as every dialect agrees what is broken.

What `iapo.verify.gitlab_ci.conditions.pattern_problem` refuses: groups and classes that are not closed, or
not open, ranges that end before they begin, nothing to repeat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

_MOST_GROUPS = 20
_BOUNDS = "bBAZzG"


@dataclass(frozen=True, slots=True)
class Regex:
    """How far an expression has come.

    Attributes:
        groups: those that are open.
        mode: what stands before: `start`, `none` where there is nothing to repeat, `some`, `escape`, `group`
            behind an opening parenthesis, `extension` behind its `?`, `name` inside `<>`; in a class `class`
            at its beginning, `not` behind `^`, `in` and `in-` with the character a range may begin with in
            `last`, `class-escape`.
        last: that character, empty where there is none.
    """

    groups: int = 0
    mode: str = "start"
    last: str = ""

    @property
    def whole(self) -> bool:
        """Whether it may end here."""
        return not self.groups and self.mode in ("none", "some")

    def after(self, char: str) -> Regex | None:
        """The place after a character; None where it may not come."""
        mode = self.mode
        if mode in ("class", "not", "in", "in-", "class-escape"):
            return self._in_class(char)
        if mode == "escape":
            return self._to("none" if char in _BOUNDS else "some")
        if mode == "name":
            return (
                self._to("none")
                if char == ">"
                else self
                if char.isascii() and (char.isalnum() or char == "_")
                else None
            )
        if mode == "extension":
            return self._extended(char)
        if char in "*+?":
            if mode == "group" and char == "?":
                return self._to("extension")
            return self._to("some") if mode == "some" else None
        if char == "{":
            return self._to("some") if mode == "some" else None
        if char == "(":
            more = replace(self, groups=self.groups + 1, mode="group")
            return more if self.groups < _MOST_GROUPS else None
        if char == ")":
            return replace(self, groups=self.groups - 1, mode="some") if self.groups else None
        found = {"[": "class", "\\": "escape", "|": "none", "^": "none", "$": "none"}
        return self._to(found.get(char, "some"))

    def _to(self, mode: str, last: str = "") -> Regex:
        return replace(self, mode=mode, last=last)

    def _extended(self, char: str) -> Regex | None:
        """Behind `(?`: what the group is, a name, or flags."""
        if char in ":=!":
            return self._to("none")
        if char == "<":
            return self._to("name", "<") if self.last != "<" else None
        if char == "P":
            return self
        if char == ")":
            return replace(self, groups=self.groups - 1, mode="none", last="")
        return self if char in "imsU-" else None

    def _in_class(self, char: str) -> Regex | None:
        mode = self.mode
        if mode == "class-escape":
            return self._to("in")
        if char == "]" and mode not in ("class", "not"):
            return self._to("some")
        if mode == "class" and char == "^":
            return self._to("not")
        if mode == "in-":
            # A range; behind what is no single character its dash can only be the last of the class.
            ordered = self.last and char.isascii() and char != "\\" and self.last <= char
            return self._to("in") if ordered else None
        if char == "\\":
            return self._to("class-escape")
        if char == "-" and mode == "in":
            return self._to("in-", self.last)
        return self._to("in", char if char.isascii() else "")


__all__ = ["Regex"]
