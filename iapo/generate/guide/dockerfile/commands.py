"""What RUN, CMD and ENTRYPOINT run: a shell command, or a JSON array.

A shell command is free, but its quotes are closed, and it is told where a here-document begins, for
its lines follow. An array that is none would be read as a shell command that no shell understands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from iapo.generate.guide.automaton import Exit
from iapo.generate.guide.dockerfile.expanding import BLANK
from iapo.generate.guide.dockerfile.lines import Logical, end
from iapo.generate.guide.dockerfile.words import remote
from iapo.generate.guide.text import DIGITS, HEX, LETTERS, NEWLINE

QUOTE = ord('"')


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell command. Exit: `end`, ("heredoc", what follows its name, what follows
    where it is none).

    Attributes:
        heredocs: here-documents are read here.
        quote: the one that is open.
        place: `word` at the beginning of one, `digits` if there are only such so far, `<` after that,
            `escape`, `$`, `${` after these, `${a` and `${1` in a name, `after` a here-document; else "".
        opened: there is a here-document.
        odd: a `${...}` that BuildKit does not know keeps it from finding here-documents.
    """

    over: ClassVar[bool] = False
    heredocs: bool
    quote: str = ""
    place: str = "word"
    opened: bool = False
    odd: bool = False

    def step(self, byte: int, escape: int) -> Logical | Exit | None:
        place = self.place
        if byte == NEWLINE:
            torn = self.quote or place == "<" or (place[:2] == "${" and self.opened)
            return None if torn else end()
        if place == "escape":
            return self._to("")
        if self.heredocs and place[:2] == "${":
            return self._variable(byte)
        if place == "$" and byte == ord("{"):
            return self._to("${")
        if place == "after":
            return self._to("word") if byte in BLANK else None
        if place == "<" and byte == ord("<"):
            if self.odd:
                return None
            named = replace(self, place="after", opened=True)
            return Exit(("heredoc", named, self._to("")))
        if byte == ord("<") and place in ("word", "digits") and self.heredocs and not self.quote:
            return self._to("<")
        return self._plain(byte)

    def _variable(self, byte: int) -> Shell | None:
        place = self.place
        if byte in DIGITS or (byte in LETTERS and place != "${1"):
            named = "${1" if byte in DIGITS else "${a"
            return self._to(named if place == "${" else place)
        if byte == ord("}") and place != "${":
            return self._to("")
        return None if self.opened else replace(self._plain(byte), odd=True)

    def _plain(self, byte: int) -> Shell:
        quote = self.quote
        if quote == "'":
            return replace(self, quote="" if byte == ord("'") else quote, place="")
        if byte == ord("\\"):
            return self._to("escape")
        if byte == ord("$"):
            return self._to("$")
        if quote:
            return replace(self, quote="" if byte == QUOTE else quote, place="")
        if byte in b"'\"":
            return replace(self, quote=chr(byte), place="")
        if byte in BLANK:
            return self._to("word")
        number = byte in DIGITS and self.place in ("word", "digits") and self.heredocs
        return self._to("digits" if number else "")

    def _to(self, place: str) -> Shell:
        return replace(self, place=place)


@dataclass(frozen=True, slots=True)
class Array:
    """A JSON array of strings (RFC 8259), its bracket written. Exit: `end`.

    Attributes:
        least: how many strings there must be.
        paths: they are paths, in which variables are expanded. `local`: none may be an address.
        shell: what else may begin with a bracket: a test.
        place: `[`, `[ ` and `[[`, `[[ `, `-` after these, `string`, `escape`, `uN` in an escape, `$`,
            `after` a string, `apart` after a blank behind it, `,` and `]`.
        blank: the string has only blanks so far.
    """

    least: int
    paths: bool = False
    local: bool = False
    shell: Shell | None = None
    count: int = 0
    place: str = "["
    blank: bool = True
    begun: str = "^"

    @property
    def over(self) -> bool:
        return self.place == "]"

    def step(self, byte: int, escape: int) -> Logical | Exit | None:
        place = self.place
        if place in ("string", "escape", "$") or place[0] == "u":
            return self._string(byte)
        if byte == NEWLINE:
            return end() if place == "]" else None
        if byte in BLANK:
            apart = {"[": "[ ", "[[": "[[ ", "after": "apart", "-": ""}.get(place, place)
            return replace(self, place=apart) if apart else None
        if byte == QUOTE and place in ("[", "[ ", ","):
            return replace(self, place="string", blank=True, begun="^")
        if byte == ord("]") and place in ("[", "[ ", "after", "apart"):
            return replace(self, place="]") if self.count >= self.least else None
        if byte == ord(",") and place in ("after", "apart"):
            return replace(self, place=",")
        return self._test(byte) if self.shell is not None else None

    def _string(self, byte: int) -> Array | None:
        place = self.place
        if place == "escape":
            if byte == ord("u"):
                return replace(self, place="u4", blank=False)
            return replace(self, place="string", blank=False) if byte in b'"\\/bfnrt' else None
        if place[0] == "u":
            left = int(place[1]) - 1
            return replace(self, place=f"u{left}" if left else "string") if byte in HEX else None
        if byte in (NEWLINE, 0x09) or (place == "$" and byte == ord("{")):
            return None
        if byte == QUOTE:
            if self.paths and self.blank:
                return None
            return replace(self, place="after", count=min(self.count + 1, 2))
        if byte == ord("\\"):
            return None if self.paths else replace(self, place="escape")
        begun = remote(self.begun, byte) if self.local else ""
        if begun is None or (self.paths and byte in b"'`"):
            return None
        dollar = self.paths and byte == ord("$")
        blank = self.paths and self.blank and byte in BLANK
        return replace(self, place="$" if dollar else "string", blank=blank, begun=begun)

    def _test(self, byte: int) -> Array | Shell | None:
        """`[ -f x ]`, `[ "$x" = y ]` and `[[ -f x ]]`, which no JSON begins like."""
        assert self.shell is not None
        place = self.place
        if place == "[" and byte == ord("["):
            return replace(self, place="[[")
        if place in ("[ ", "[[ "):
            if byte == ord("-"):
                return replace(self, place="-")
            return self.shell._plain(byte) if byte in b"!$" else None
        if place == "-":
            return self.shell._plain(byte) if byte in LETTERS else None
        if place == "apart" and self.count == 1 and byte in b"=!-":
            return self.shell._plain(byte)
        return None


__all__ = ["Array", "Shell"]
