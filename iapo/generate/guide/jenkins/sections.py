"""Declarative Pipeline: sections, and what stands in each.

A section is a block of entries. Its `Kind` says which entries there may still be, when it may be closed,
and what follows an entry's name; the names are those of `iapo.verify.jenkinsfile.catalog`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import OUT, Event, Lexeme, Local, State
from iapo.generate.guide.jenkins.lexemes import PLAIN, WORD
from iapo.generate.guide.jenkins.places import FIRST, Place, Word, spacing, then
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import LETTERS, NEWLINE
from iapo.verify.jenkinsfile.tokens import KEYWORDS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

Used = frozenset[str]


class Kind:
    """What a section holds."""

    free: bool = False
    """Whether any other name may come, too."""

    def names(self, used: Used) -> Iterable[str]:
        """The entries that may come, those given that are written."""
        raise NotImplementedError

    def whole(self, used: Used) -> bool:
        """Whether it may be closed."""
        return bool(used)

    def more(self, used: Used) -> bool:
        """Whether another entry may come, where any name may."""
        return True

    def needed(self, used: Used) -> Iterable[bytes]:
        """Entries that make it whole, the best first."""
        return ()

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State | None:
        """What follows an entry's name."""
        raise NotImplementedError


@lru_cache(maxsize=1024)
def _beginnings(names: frozenset[str]) -> frozenset[str]:
    """The beginnings of some names, they themselves among them."""
    return frozenset(name[:size] for name in names for size in range(1, len(name) + 1))


class Section:
    """A block of entries.

    Attributes:
        used: what is written.
        after: what follows the closing brace.
        names: entries that may come. `begun`: their beginnings.
    """

    __slots__ = ("after", "begun", "g", "kind", "names", "used")

    def __init__(
        self, g: Jenkinsfile, kind: Kind, used: Used = frozenset(), after: State = OUT
    ) -> None:
        self.g, self.kind, self.used, self.after = g, kind, used, after
        self.names = frozenset(kind.names(used))
        self.begun = _beginnings(self.names)

    def knowing(self, written: str) -> Section:
        """The same with something written in it."""
        parts = (self.kind, self.used | {written}, self.after)
        return self.g.pool.make(Section, self.g, *parts)

    def entries(self) -> State:
        """Before an entry."""
        return self.g.pool.make(Entries, self.g, self)

    def ended(self, written: str) -> State:
        """After an entry."""
        return self.g.pool.make(EntryEnd, self.g, self.knowing(written))


class Entries(Place):
    """Before an entry."""

    __slots__ = ("section",)

    def __init__(self, g: Jenkinsfile, section: Section) -> None:
        kind = section.kind
        super().__init__(g, spacing(True, named=kind.free and kind.more(section.used)))
        self.section = section

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b"}", *self.section.kind.needed(self.section.used))

    def begin(self, byte: int) -> State | None:
        section = self.section
        if byte == ord("}"):
            return section.after if section.kind.whole(section.used) else None
        if byte == ord(";"):
            return self
        if byte not in LETTERS:
            return None
        if section.kind.free and not section.kind.more(section.used):
            return None
        if section.kind.free:
            return self.g.pool.make(FreeEntry, self.g, section, "", FIRST).next(byte)
        return self.g.pool.make(Entry, self.g, section, "").next(byte)


class EntryEnd(Place):
    """After an entry, in its line."""

    __slots__ = ("section",)

    def __init__(self, g: Jenkinsfile, section: Section) -> None:
        super().__init__(g, spacing(False))
        self.section = section

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b"}", b"\n")

    def begin(self, byte: int) -> State | None:
        entries = self.section.entries()
        return (
            entries if byte == NEWLINE else self.through(byte, entries) if byte in b";}" else None
        )


class Entry(State):
    """In the name of an entry, of which there are some."""

    __slots__ = ("begun", "g", "section")

    def __init__(self, g: Jenkinsfile, section: Section, begun: str) -> None:
        super().__init__()
        self.g, self.section, self.begun = g, section, begun

    def move(self, byte: int) -> State | None:
        section, text = self.section, self.begun + chr(byte)
        if text in section.begun:
            return self.g.pool.make(Entry, self.g, section, text)
        if byte in WORD or self.begun not in section.names:
            return None
        return self.through(byte, section.kind.entry(self.g, section, self.begun))

    def handed(self) -> tuple[State, frozenset[int]] | None:
        section, name = self.section, self.begun
        whole = name in section.names
        other = section.kind.entry(self.g, section, name) if whole else None
        return None if other is None else (other, WORD)


class FreeEntry(Word):
    """In the name of an entry that may have any."""

    __slots__ = ("section",)

    def __init__(self, g: Jenkinsfile, section: Section, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.section = section

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(FreeEntry, self.g, self.section, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        if colon or "$" in text or text in KEYWORDS:
            return None
        return self.section.kind.entry(self.g, self.section, text)


def opened(g: Jenkinsfile, kind: Kind, after: State) -> State:
    """Before the brace of a section."""
    return then(g, "{", g.nested(g.pool.make(Section, g, kind).entries(), after))


class PlainText(Lexeme):
    """In a string without variables. Subclasses say what follows it, once its text is known."""

    __slots__ = ("begun", "g", "section")

    def __init__(self, g: Jenkinsfile, section: Section, begun: str, local: Local) -> None:
        super().__init__(local)
        self.g, self.section, self.begun = g, section, begun

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (*(mark.encode() for mark, local in PLAIN.items() if local is self.local), b"x")

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(type(self), self.g, self.section, self.begun + chr(byte), local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        more = label[1].decode("latin-1") if isinstance(label, tuple) else ""
        return self.written(self.begun + more), None

    def written(self, text: str) -> State | None:
        """What follows the closing quote."""
        raise NotImplementedError


class Quote(Place):
    """Before a string without variables.

    Args:
        text: what it is.
        lines: a line feed is a blank.
    """

    __slots__ = ("section", "text")

    def __init__(
        self, g: Jenkinsfile, section: Section, text: type[PlainText], lines: bool
    ) -> None:
        super().__init__(g, spacing(lines))
        self.section, self.text = section, text

    def begin(self, byte: int) -> State | None:
        if byte not in b"'\"":
            return None
        return self.g.pool.make(self.text, self.g, self.section, "", PLAIN[chr(byte)])


__all__ = ["EntryEnd", "Kind", "PlainText", "Quote", "Section", "Used", "opened"]
