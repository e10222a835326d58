"""Here-documents: the word that opens one, and its lines up to the one that ends it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import Event, Exit, Lexeme, Local, State
from iapo.generate.guide.dockerfile.expanding import BLANK
from iapo.generate.guide.dockerfile.lines import Logical, end, physical
from iapo.generate.guide.dockerfile.pieces import File, Joined, Named
from iapo.generate.guide.dockerfile.words import VARIABLE
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import LETTERS, NEWLINE, character

if TYPE_CHECKING:
    from iapo.generate.guide.dockerfile.language import Dockerfile

TAB = 0x09
Heredocs = tuple[tuple[str, bool], ...]
"""Those whose lines are to come: what ends each, and whether tabs before that do not count."""


class Argument(Joined):
    """What an instruction ends with, in which here-documents may be opened."""

    __slots__ = ("heredocs",)

    def __init__(self, g: Dockerfile, file: File, heredocs: Heredocs, local: Local) -> None:
        super().__init__(g, file, local)
        self.heredocs = heredocs

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Argument, self.g, self.file, self.heredocs, local)

    def after(self, label: Hashable) -> State | None:
        make = self.g.pool.make
        if isinstance(label, tuple):
            local = _opening("start", label[2] is not None)
            return make(Opening, self.g, self.file, self.heredocs, label[1], label[2], "", local)
        return make(EndOfLine, self.g, self.file, self.heredocs)


def argument(g: Dockerfile, file: File, text: Logical) -> State:
    """Before an instruction's last piece."""
    return g.pool.make(Argument, g, file, (), physical(text, "", file.escape))


class EndOfLine(State):
    """At the end of an instruction's line."""

    __slots__ = ("file", "g", "heredocs")

    def __init__(self, g: Dockerfile, file: File, heredocs: Heredocs) -> None:
        super().__init__()
        self.g, self.file, self.heredocs = g, file, heredocs

    @property
    def final(self) -> bool:
        return not self.heredocs and self.g.line(self.file).final

    def move(self, byte: int) -> State | None:
        return _lines(self.g, self.file, self.heredocs) if byte == NEWLINE else None


def _lines(g: Dockerfile, file: File, heredocs: Heredocs) -> State:
    if not heredocs:
        return g.line(file)
    return g.pool.make(Lines, g, file, heredocs, _line(*heredocs[0], 0))


class OpeningWord(Local):
    """The word behind `<<`. Exits: `end`, before what is not of it; `none`, where it is none.

    Args:
        place: `start`, `dash`, `name`, `quoted` with the quote, `closed`.
        optional: it need not be one: in a shell `1 << 2` and `<<<` are something else.
    """

    textual = True
    lasting = True

    def __init__(self, place: str, optional: bool) -> None:
        super().__init__()
        self.place, self.optional = place, optional

    def move(self, byte: int) -> Local | Exit | None:
        place = self.place
        if place in ("start", "dash"):
            if byte == ord("-") and place == "start":
                return _opening("dash", self.optional)
            if byte in b"'\"":
                return _opening(f"quoted{chr(byte)}", False)
            none = place == "start" and self.optional and (byte in BLANK or byte == ord("<"))
            return _opening("name", False) if byte in LETTERS else end("none") if none else None
        if place == "closed":
            return end()
        if byte in VARIABLE:
            return self
        if place == "name":
            return end()
        return _opening("closed", False) if chr(byte) == place[-1] else None


@lru_cache(maxsize=16)
def _opening(place: str, optional: bool) -> OpeningWord:
    return OpeningWord(place, optional)


class Opening(Named):
    """After `<<`.

    Args:
        heredocs: those that are opened before.
        text: what is written once its name is.
        other: what is written if it is none.
    """

    __slots__ = ("heredocs", "other", "text")

    def __init__(
        self,
        g: Dockerfile,
        file: File,
        heredocs: Heredocs,
        text: Logical,
        other: Logical | None,
        begun: str,
        local: Local,
    ) -> None:
        super().__init__(g, file, begun, local)
        self.heredocs, self.text, self.other = heredocs, text, other

    def again(self, begun: str, local: Local) -> State:
        parts = (self.heredocs, self.text, self.other, begun, local)
        return self.g.pool.make(Opening, self.g, self.file, *parts)

    def named(self, text: str, label: Hashable) -> State | None:
        name = text.removeprefix("-").strip("'\"")
        heredocs, after = (*self.heredocs, (name, text.startswith("-"))), self.text
        if label == "none":
            assert self.other is not None
            heredocs, after = self.heredocs, self.other
        elif not name:
            return None
        local = physical(after, "", self.file.escape)
        return self.g.pool.make(Argument, self.g, self.file, heredocs, local)


class HeredocLine(Local):
    """A line of a here-document. Exit: `over`, after the line that ends it.

    Args:
        name: what ends it.
        chomp: tabs before that do not count.
        matched: how much of it the line consists of; -1 where it is another line.
    """

    def __init__(self, name: str, chomp: bool, matched: int) -> None:
        super().__init__()
        self.name, self.chomp, self.matched = name, chomp, matched

    @property
    def whole(self) -> bool:
        """Whether this is the line that ends it."""
        return self.matched == len(self.name)

    def move(self, byte: int) -> Local | Exit | None:
        if byte == NEWLINE:
            return Exit("over") if self.whole else _line(self.name, self.chomp, 0)
        if self.matched == 0 and self.chomp and byte == TAB:
            return self
        matched = self.matched + 1
        if self.matched < 0 or self.whole or ord(self.name[matched - 1]) != byte:
            matched = -1
        return character(byte, _line(self.name, self.chomp, matched))


@lru_cache(maxsize=1024)
def _line(name: str, chomp: bool, matched: int) -> HeredocLine:
    return HeredocLine(name, chomp, matched)


class Lines(Lexeme):
    """The lines of here-documents, one after the other."""

    __slots__ = ("file", "g", "heredocs")

    def __init__(self, g: Dockerfile, file: File, heredocs: Heredocs, local: Local) -> None:
        super().__init__(local)
        self.g, self.file, self.heredocs = g, file, heredocs

    @property
    def final(self) -> bool:
        local = self.local
        ends = isinstance(local, HeredocLine) and local.whole and len(self.heredocs) == 1
        return ends and self.g.line(self.file).final

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Lines, self.g, self.file, self.heredocs, local)

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        name = self.heredocs[0][0].encode()
        matched = self.local.matched if isinstance(self.local, HeredocLine) else -1
        return (name[matched:] + b"\n" if matched >= 0 else b"\n" + name + b"\n", b"\n")

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        return _lines(self.g, self.file, self.heredocs[1:]), None


__all__ = ["EndOfLine", "Lines", "argument"]
