"""The keys of mappings: out of some names, or of any text."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Protocol

from iapo.generate.guide.automaton import CLOSERS, Event, Lexeme, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.yaml.formed import Formed, formed
from iapo.generate.guide.yaml.scalars import SPACE, Quoted, name, quoted_name
from iapo.generate.guide.yaml.shapes import Fields
from iapo.generate.guide.yaml.told import Told, told

if TYPE_CHECKING:
    from iapo.generate.guide.yaml.language import Language

_FEW = 4  # keys to try where a text should come to an end


class Host(Protocol):
    """What a key is for."""

    @property
    def missing(self) -> list[str]:
        """The keys of which one must come."""
        ...

    def keyed(self, name: str, column: int, quoted: bool) -> State | None:
        """Before the colon of a key that begins in a column; None where it may not come."""
        ...


class Key(State):
    """A key out of some names, its beginning written. `quote`: inside quotes."""

    __slots__ = ("begun", "column", "g", "host", "names", "prefixes", "quote")

    def __init__(
        self,
        g: Language,
        host: Host,
        names: tuple[str, ...],
        prefixes: tuple[str, ...],
        begun: str,
        column: int,
        quote: str,
    ) -> None:
        super().__init__()
        self.g, self.host, self.names, self.prefixes = g, host, names, prefixes
        self.begun, self.column, self.quote = begun, column, quote

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if self.begun in self.names and chr(byte) in (self.quote or ": "):
            found = self.host.keyed(self.begun, self.column, bool(self.quote))
            return found if self.quote else self.through(byte, found)
        if text in self.prefixes:
            local = quoted_name(self.quote) if self.quote else name("in", 0, True, False)
            return self.g.pool.make(FreeKey, self.g, self.host, text, self.column, local)
        names = tuple(n for n in self.names if n.startswith(text))
        prefixes = tuple(p for p in self.prefixes if p.startswith(text))
        if byte >= 0x80 or not (names or prefixes):
            return None
        return self.g.pool.make(
            Key, self.g, self.host, names, prefixes, text, self.column, self.quote
        )

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        missing = self.host.missing
        left = [n for n in self.names if n.startswith(self.begun)]
        left.sort(key=lambda name: (name not in missing, len(name)))
        return [f"{name[len(self.begun) :]}{self.quote}:".encode() for name in left[:_FEW]]


def free_key(fields: Fields, quote: str, spaces: int, exact: bool, flow: bool) -> Local:
    """Before a free key, some `spaces` before it (see `Name`), or after its quote."""
    local = quoted_name(quote) if quote else name("lead", spaces, exact, flow)
    return local if fields.spelling is None else told(formed(local, fields.spelling), True)


class FreeKey(Lexeme):
    """A key of any text, its beginning written."""

    __slots__ = ("column", "g", "host", "text")

    def __init__(self, g: Language, host: Host, text: str, column: int, local: Local) -> None:
        super().__init__(local)
        self.g, self.host, self.text, self.column = g, host, text, column

    def within(self, local: Local, byte: int) -> State:
        indent = byte == SPACE and not self.text
        text = self.text if indent else self.text + chr(byte)
        return self.g.pool.make(FreeKey, self.g, self.host, text, self.column + indent, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        # Of a token that writes more of the key and what comes after it, the label has the key's.
        how, more = (
            (label[0], label[1].decode("latin-1")) if isinstance(label, tuple) else (label, "")
        )
        text = (self.text + more).rstrip(" '")
        whole = text.lstrip(" ") if not self.text else text
        column = self.column + len(text) - len(whole)
        return (self.host.keyed(whole, column, how == "close") if whole else None), None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        local, rest = self.local, ""
        while isinstance(local, Told | Formed):
            rest = local.rest if isinstance(local, Formed) else rest
            local = local.inner
        quote = local.quote if isinstance(local, Quoted) else ""
        # A vendor's resource has its domain before it: example.com/x.
        found = (f"{rest}{more}{quote}:".encode() for more in ("", "x", "/x"))
        return (*found, b"x", *CLOSERS)


__all__ = ["FreeKey", "Host", "Key", "free_key"]
