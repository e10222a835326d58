"""The form of a text, told from a regular expression as the text is written.

Of regular expressions what forms are described with: characters, classes, groups, alternatives and
repetitions, matched from the first character to the last; `^`, `$` and `\\Z` change nothing. An expression
is an automaton (Thompson 1968) whose positions are sets of its states, made when they are first reached. From each
of them the end can be reached, so a text that has come so far can be ended.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from functools import cached_property

_DIGITS = frozenset("0123456789")
_NAMED = {
    "d": _DIGITS,
    "s": frozenset(" \t"),
    "w": _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"),
}
_ANCHORS = ("^", "$", "\\Z", "\\A")
_REPEATED = re.compile(r"\{(\d+)(,?)(\d*)\}")
_SOME = "x"  # where any character will do


class Chars:
    """A set of characters, or all others. `others`: the latter."""

    __slots__ = ("others", "some")

    def __init__(self, some: Iterable[str], others: bool = False) -> None:
        self.some, self.others = frozenset(some), others

    def __contains__(self, char: str) -> bool:
        return (char in self.some) != self.others

    @property
    def shown(self) -> list[str]:
        """Printable characters of it, sorted; of all others only one."""
        if self.others:
            return [next(c for c in (_SOME, "y", "1", "-") if c in self)]
        return sorted(self.some)


class Pattern:
    """The texts that a regular expression matches as a whole.

    Args:
        expression: what Python's `re` also understands, but for look-around and references.
        examples: texts that it matches, the simplest first; one is made up where there are none.
        lasting: see `formed.Place`.
        blocks: see `formed.Form`.

    Attributes:
        start: before the first character.

    Raises:
        ValueError: an expression with something else in it.
    """

    def __init__(
        self, expression: str, *examples: str, lasting: bool = True, blocks: str = "any"
    ) -> None:
        self.lasting, self.blocks = lasting, blocks
        self._edges: list[list[tuple[Chars, int]]] = []
        self._free: list[list[int]] = []
        self._places: dict[frozenset[int], Place] = {}
        self._text, self._at = expression, 0
        first, last = self._alternatives()
        if self._at < len(expression):
            raise ValueError(f"unexpected {expression[self._at]!r} in {expression!r}")
        self._last = last
        self.start = self._place([first])
        self.examples = examples or (self.start.shortest or _SOME,)

    def _place(self, states: Iterable[int]) -> Place:
        waiting, found = list(states), set(states)
        while waiting:
            more = [s for s in self._free[waiting.pop()] if s not in found]
            found.update(more)
            waiting += more
        key = frozenset(found)
        if key not in self._places:
            edges = tuple(edge for state in sorted(key) for edge in self._edges[state])
            self._places[key] = Place(self, edges, self._last in key)
        return self._places[key]

    def _state(self) -> int:
        self._edges.append([])
        self._free.append([])
        return len(self._edges) - 1

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _alternatives(self) -> tuple[int, int]:
        first, last = self._state(), self._state()
        while True:
            begun, ended = self._sequence()
            self._free[first].append(begun)
            self._free[ended].append(last)
            if self._peek() != "|":
                return first, last
            self._at += 1

    def _sequence(self) -> tuple[int, int]:
        first = here = self._state()
        while self._peek() not in ("", "|", ")"):
            begin = self._at
            begun, ended = self._item()
            least, most = self._times()
            after, self._at = self._at, begin
            # A repeated item is read again for each of its copies.
            copies = [(begun, ended)]
            for _ in range(max(least, most or least, 1) - 1):
                self._at = begin
                copies.append(self._item())
            self._at = after
            here = self._repeated(here, copies, least, most)
        return first, here

    def _repeated(
        self, here: int, copies: list[tuple[int, int]], least: int, most: int | None
    ) -> int:
        last = self._state()
        for count, (begun, ended) in enumerate(copies):
            self._free[here].append(begun)
            if count >= least:
                self._free[here].append(last)
            here = ended
        if most is None:
            self._free[here].append(copies[-1][0])
        self._free[here].append(last)
        return last

    def _times(self) -> tuple[int, int | None]:
        char = self._peek()
        if char in ("*", "+", "?"):
            self._at += 1
            return (1 if char == "+" else 0), (1 if char == "?" else None)
        found = _REPEATED.match(self._text, self._at)
        if found is None:
            return 1, 1
        self._at = found.end()
        low, comma, high = found.groups()
        return int(low), (int(high) if high else None if comma else int(low))

    def _item(self) -> tuple[int, int]:
        for anchor in _ANCHORS:
            if self._text.startswith(anchor, self._at):
                self._at += len(anchor)
                here = self._state()
                return here, here
        char = self._peek()
        self._at += 1
        if char == "(":
            if self._text.startswith("?:", self._at):
                self._at += 2
            elif self._peek() == "?":
                raise ValueError(f"look-around or flags in {self._text!r}")
            found = self._alternatives()
            self._at += 1
            return found
        if char == "[":
            return self._one(self._class())
        if char == ".":
            return self._one(Chars("", others=True))
        if char == "\\":
            return self._one(Chars(self._escaped()))
        return self._one(Chars(char))

    def _escaped(self) -> frozenset[str]:
        char = self._peek()
        self._at += 1
        return _NAMED.get(char, frozenset(char))

    def _class(self) -> Chars:
        others = self._peek() == "^"
        self._at += others
        some: set[str] = set()
        while self._peek() != "]" or not some:
            char = self._peek()
            self._at += 1
            if char == "\\":
                some |= self._escaped()
            elif self._peek() == "-" and self._text[self._at + 1] != "]":
                some |= {chr(c) for c in range(ord(char), ord(self._text[self._at + 1]) + 1)}
                self._at += 2
            else:
                some.add(char)
        self._at += 1
        return Chars(some, others)

    def _one(self, chars: Chars) -> tuple[int, int]:
        first, last = self._state(), self._state()
        self._edges[first].append((chars, last))
        return first, last


class Place:
    """How far a text has come.

    Attributes:
        whole: it may end here.
    """

    def __init__(self, pattern: Pattern, edges: tuple[tuple[Chars, int], ...], whole: bool) -> None:
        self.pattern, self._edges, self.whole = pattern, edges, whole
        self.lasting = pattern.lasting
        self._after: dict[str, Place | None] = {}

    def after(self, char: str) -> Place | None:
        """The place after a character; None where it may not come."""
        if char not in self._after:
            states = [state for chars, state in self._edges if char in chars]
            self._after[char] = self.pattern._place(states) if states else None
        return self._after[char]

    @cached_property
    def shortest(self) -> str:
        """What ends it, as short as can be."""
        waiting: deque[tuple[Place, str]] = deque([(self, "")])
        seen = {self}
        while True:
            place, text = waiting.popleft()
            if place.whole:
                return text
            for chars, _ in place._edges:
                char = chars.shown[0]
                after = place.after(char)
                if after is not None and after not in seen:
                    seen.add(after)
                    waiting.append((after, text + char))


__all__ = ["Pattern", "Place"]
