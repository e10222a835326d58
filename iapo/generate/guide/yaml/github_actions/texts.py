"""Texts in expressions that say more than text: the template of `format()`, the JSON of `fromJSON()`.

Both are told as they are written, byte by byte. The template says how many arguments follow, the JSON (RFC 8259)
of what type the call is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache

from iapo.verify.github_actions.types import Type, type_of_json

_MOST_ARGUMENTS = 32


@dataclass(frozen=True, slots=True)
class Template:
    """How far the template of `format()` has come.

    Attributes:
        shown: the arguments it has placeholders for.
        begun: a brace that belongs to what comes next, with the digits behind it.
    """

    shown: frozenset[int] = frozenset()
    begun: str = ""

    @property
    def whole(self) -> bool:
        """Whether it may end here: there is a placeholder, and none is left out."""
        return not self.begun and bool(self.shown) and max(self.shown) < len(self.shown)

    @property
    def shortest(self) -> str:
        """What ends it."""
        digits = self.begun[1:]
        text = "}" if digits else "0}" if self.begun == "{" else self.begun
        number = {int(digits or "0")} if self.begun.startswith("{") else set()
        shown = self.shown | number
        missing = sorted(set(range(max(shown, default=0) + 1)) - shown)
        return text + "".join(f"{{{n}}}" for n in missing)

    def after(self, char: str) -> Template | None:
        """The place after a character; None where it may not come."""
        begun = self.begun
        if not begun:
            return replace(self, begun=char) if char in "{}" else self
        if char == begun:
            return replace(self, begun="")
        if begun == "}" or not (char.isascii() and char.isdigit()):
            ends = char == "}" and len(begun) > 1
            return Template(self.shown | {int(begun[1:])}) if ends else None
        more = begun + char
        return replace(self, begun=more) if int(more[1:]) < _MOST_ARGUMENTS else None

    @staticmethod
    def says(text: str) -> int:
        """How many arguments follow a template."""
        place: Template | None = Template()
        for char in text:
            place = None if place is None else place.after(char)
        return 0 if place is None else len(place.shown)


_LITERALS = ("true", "false", "null")
_DIGITS = frozenset("0123456789")
_NUMBERS = {  # by what stands before: what a character leads to
    "-": {"0": "zero", **dict.fromkeys("123456789", "int")},
    "zero": {".": ".", "e": "e", "E": "e"},
    "int": {**dict.fromkeys(_DIGITS, "int"), ".": ".", "e": "e", "E": "e"},
    ".": dict.fromkeys(_DIGITS, "fraction"),
    "fraction": {**dict.fromkeys(_DIGITS, "fraction"), "e": "e", "E": "e"},
    "e": {**dict.fromkeys(_DIGITS, "exponent"), "+": "e+", "-": "e+"},
    "e+": dict.fromkeys(_DIGITS, "exponent"),
    "exponent": dict.fromkeys(_DIGITS, "exponent"),
}
_ENDED = frozenset({"after", "zero", "int", "fraction", "exponent"})
_RESTS = {"value": "0", "key": '"x":0', "in key": '":0', ":": ":0", "text": '"', "key \\": 'n":0',
          "text \\": 'n"', "-": "0", ".": "0", "e": "0", "e+": "0"}  # fmt: skip
_MOST_LEVELS = 16


@dataclass(frozen=True, slots=True)
class Json:
    """How far a JSON text has come.

    Attributes:
        open: the brackets that are open.
        mode: what comes: `value`, `first` or `end` of a list, `key`, `first key` or `end` of an object, the
            colon, something `after` a value; or what is being written: a text, a key, a number, a literal.
    """

    open: str = ""
    mode: str = "value"

    @property
    def whole(self) -> bool:
        """Whether it may end here."""
        return not self.open and self.mode in _ENDED

    @property
    def shortest(self) -> str:
        """What ends it."""
        rest = _RESTS.get(self.mode, "")
        if self.mode.startswith("="):
            begun = self.mode[1:]
            rest = next(word[len(begun) :] for word in _LITERALS if word.startswith(begun))
        return rest + "".join("]" if b == "[" else "}" for b in reversed(self.open))

    @staticmethod
    def says(text: str) -> Type:
        """The type of what a text describes."""
        return _type(text)

    def _to(self, mode: str) -> Json:
        return replace(self, mode=mode)

    def after(self, char: str) -> Json | None:
        """The place after a character; None where it may not come."""
        mode = self.mode
        if mode in ("text", "in key"):
            if char == '"':
                return self._to("after" if mode == "text" else ":")
            return self._to("text \\" if mode == "text" else "key \\") if char == "\\" else self
        if mode in ("text \\", "key \\"):
            escaped = char in '"\\/bfnrt'
            return self._to("text" if mode == "text \\" else "in key") if escaped else None
        if mode.startswith("="):
            begun = mode + char
            if begun[1:] in _LITERALS:
                return self._to("after")
            return self._to(begun) if _begins(begun[1:]) else None
        if char in _NUMBERS.get(mode, {}):
            return self._to(_NUMBERS[mode][char])
        if char in " \t\n":
            return self._to("after") if mode in _ENDED else self if mode not in _NUMBERS else None
        if mode in _ENDED:
            return self._ended(char)
        if mode == ":":
            return self._to("value") if char == ":" else None
        if mode in ("key", "first key"):
            if char == '"':
                return self._to("in key")
            return self._closed(char) if mode == "first key" else None
        if mode == "first" and char == "]":
            return self._closed(char)
        return self._value(char) if mode in ("value", "first") else None

    def _value(self, char: str) -> Json | None:
        if char in "[{":
            mode = "first" if char == "[" else "first key"
            more = len(self.open) < _MOST_LEVELS
            return replace(self, open=self.open + char, mode=mode) if more else None
        if char == '"':
            return self._to("text")
        number = "-" if char == "-" else _NUMBERS["-"].get(char)
        if number:
            return self._to(number)
        return self._to("=" + char) if _begins(char) else None

    def _ended(self, char: str) -> Json | None:
        if char == "," and self.open:
            return self._to("value" if self.open[-1] == "[" else "key")
        return self._closed(char)

    def _closed(self, char: str) -> Json | None:
        fits = self.open and char == ("]" if self.open[-1] == "[" else "}")
        return replace(self, open=self.open[:-1], mode="after") if fits else None


def _begins(text: str) -> bool:
    return any(word.startswith(text) for word in _LITERALS)


@lru_cache(maxsize=1024)
def _type(text: str) -> Type:
    return type_of_json(json.loads(text))


__all__ = ["Json", "Template"]
