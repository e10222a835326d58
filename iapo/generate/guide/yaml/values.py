"""Scalars in their places: free text, words and numbers, keys, anchors and aliases."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Protocol

from iapo.generate.guide.automaton import CLOSERS, Event, Lexeme, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import NAME, NEWLINE, expect, many
from iapo.generate.guide.yaml.frames import Frame
from iapo.generate.guide.yaml.scalars import (
    NULLS,
    SPACE,
    Quoted,
    block,
    name,
    plain,
    quoted,
    quoted_name,
    truths,
)
from iapo.generate.guide.yaml.shapes import ANY, Shape

if TYPE_CHECKING:
    from iapo.generate.guide.yaml.language import Language


def _fits(shape: Shape, kind: str) -> bool:
    """Whether a plain scalar of a kind is what is wanted."""
    if kind == "int":
        return shape.integer is not None or shape.number
    return {"str": shape.text, "null": shape.null, "bool": shape.boolean, "float": shape.number}[
        kind
    ]


class Text(Lexeme):
    """A scalar of any text, and the numbers and words that may stand in its place."""

    __slots__ = ("g", "shape", "top")

    def __init__(self, top: Frame, shape: Shape, local: Local) -> None:
        super().__init__(local)
        self.top, self.shape, self.g = top, shape, top.g

    @property
    def final(self) -> bool:
        found = self.next(NEWLINE)
        return found is not None and found.final

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Text, self.top, self.shape, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if label == "close":
            return self.top.done(False), None
        assert isinstance(label, tuple)
        if label[0] == "dedent":
            return self.g.line(self.top, label[1]), None
        return (self.top.done(True) if _fits(self.shape, label[1]) else None), None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        if isinstance(self.local, Quoted):
            return (self.local.quote.encode(), b"n", b"0", *CLOSERS)
        ends = (b"}", b"]", b",", b"\n") if self.top.flow else (b"\n",)
        return (*ends, b" x", b"x", *CLOSERS)


class Atom(State):
    """A scalar out of some words and numbers, its beginning written. `quote`: inside quotes."""

    __slots__ = ("begun", "g", "quote", "shape", "top")

    def __init__(self, top: Frame, shape: Shape, begun: str, quote: str) -> None:
        super().__init__()
        self.top, self.shape, self.begun, self.quote, self.g = top, shape, begun, quote, top.g

    @property
    def final(self) -> bool:
        return not self.quote and self._whole and self._done(True).final

    @property
    def _whole(self) -> bool:
        return self.begun in self._words or self._other(self.begun, whole=True)

    @property
    def _words(self) -> tuple[str, ...]:
        shape = self.shape
        if self.quote:
            return shape.words
        plain_words = tuple(w for w in shape.words if w and w not in _SPECIAL)
        return (
            plain_words
            + (truths(self.g.old) if shape.boolean else ())
            + (NULLS[:2] if shape.null else ())
        )

    def _other(self, text: str, whole: bool) -> bool:
        """Whether a text is a number or of a form that is wanted, or may begin one."""
        shape = self.shape
        if not text:
            return not whole
        if shape.form is not None and shape.form(text, whole):
            return True
        if self.quote:
            return False
        if shape.number and _decimal(text, whole):
            return True
        return shape.integer is not None and _in_range(text, *shape.integer, whole, self.g.old)

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        rests = [w[len(self.begun) :] for w in self._words if w.startswith(self.begun)]
        first = self.quote or "\n"
        return [text.encode() for text in (first, *sorted(rests, key=len)[:4])] + [*CLOSERS]

    def _done(self, spaced: bool) -> State:
        return self.top.decided(self.begun).done(spaced)

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if byte < 0x80 and (
            any(word.startswith(text) for word in self._words) or self._other(text, whole=False)
        ):
            return self.g.pool.make(Atom, self.top, self.shape, text, self.quote)
        if self.quote:
            ended = chr(byte) == self.quote and self._whole
            return self._done(False) if ended else None
        ends = b" \n,]}" if self.top.flow else b" \n"
        if byte in ends and self.begun and self._whole:
            return self.through(byte, self._done(False))
        return None


_SPECIAL = frozenset((*NULLS, *truths(True)))
_SPACES = frozenset({SPACE})
_FEW = 4  # keys to try where a text should come to an end
_MOST_DIGITS = 12


def _decimal(text: str, whole: bool) -> bool:
    sign = text.lstrip("-") if text.count("-") == text.startswith("-") else "x"
    left, _, right = sign.partition(".")
    if len(text) > _MOST_DIGITS or (left and not left.isdigit()) or (right and not right.isdigit()):
        return False
    return bool(left) and (bool(right) or "." not in sign) if whole else bool(left) or sign == ""


def _in_range(text: str, low: int, high: int, whole: bool, old: bool) -> bool:
    """Whether a decimal number is in a range, or may become one that is."""
    digits = text.removeprefix("-")
    if not digits:
        return low < 0 and not whole
    if not (digits.isascii() and digits.isdigit()):
        return False
    if digits[0] == "0" and len(digits) > 1:
        if not old or text[0] == "-" or not set(digits) <= set("01234567"):
            return False
        return int(digits, 8) <= high and (not whole or int(digits, 8) >= low)
    value, most = int(digits), high
    if text[0] == "-":
        value, low, most = value, max(0, -high), -low
        if value == 0 or low > most:
            return False
    if whole:
        return low <= value <= most
    if value == 0:
        return low == 0 or (old and text[0] != "-")
    while value <= most:
        if value >= low or (value + 1) * 10 ** (len(str(low)) - len(str(value))) > low:
            return True
        value *= 10
    return False


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
        quote = self.local.quote if isinstance(self.local, Quoted) else ""
        return (f"{quote}:".encode(), b"x", *CLOSERS)


class Anchored(Protocol):
    """What may be given a name."""

    def anchored(self, name: str) -> State:
        """After the name."""
        ...


class Anchor(State):
    """The name after an `&`."""

    __slots__ = ("begun", "g", "of")

    def __init__(self, g: Language, of: Anchored, begun: str) -> None:
        super().__init__()
        self.g, self.of, self.begun = g, of, begun

    def move(self, byte: int) -> State | None:
        if byte in NAME and len(self.begun) < 64:
            return self.g.pool.make(Anchor, self.g, self.of, self.begun + chr(byte))
        if byte in b" \n" and self.begun:
            return self.through(byte, self.of.anchored(self.begun))
        return None


class Alias(State):
    """The name after a `*`: one of those that were given to something of the kind."""

    __slots__ = ("begun", "g", "names", "top")

    def __init__(self, top: Frame, names: tuple[str, ...], begun: str) -> None:
        super().__init__()
        self.top, self.names, self.begun, self.g = top, names, begun, top.g

    @property
    def final(self) -> bool:
        return self.begun in self.names and self.top.done(True).final

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if any(n.startswith(text) for n in self.names):
            return self.g.pool.make(Alias, self.top, self.names, text)
        if self.begun in self.names and byte in b" \n,]}":
            return self.through(byte, self.top.done(False))
        return None


def alike(known: Shape, shape: Shape) -> bool:
    """Whether what a name was given to may stand where something else is wanted."""
    if shape.merged is not None:
        return known is ANY or (
            known.fields is not None and known.fields.names == shape.merged.names
        )
    same = shape.fields is not None and known.fields is shape.fields
    return known is shape or known is ANY or (known.text and shape.text) or same


def alias(top: Frame, shape: Shape) -> State | None:
    """After a `*`."""
    names = tuple(name for name, known in top.anchors if alike(known, shape))
    return top.g.pool.make(Alias, top, names, "") if names else None


def scalar(top: Frame, shape: Shape, byte: int) -> State | None:
    """After the first byte of a scalar on one line."""
    make = top.g.pool.make
    if byte in b"\"'":
        quote = chr(byte)
        if shape.text:
            return make(Text, top, shape, quoted(quote))
        return make(Atom, top, shape, "", quote) if shape.words or shape.form else None
    if byte == ord("*"):
        return alias(top, shape)
    if shape.text:
        return make(Text, top, shape, lead(top, shape, "lead")).next(byte)
    return make(Atom, top, shape, "", "").next(byte) if shape.literal else None


def lead(top: Frame, shape: Shape, mark: str) -> Local:
    """Before a plain scalar."""
    return plain("", mark, top.flow, shape.strict, top.g.old)


class Header(State):
    """After the `|` or `>` of a block scalar."""

    __slots__ = ("chomped", "g", "shape", "top")

    def __init__(self, top: Frame, shape: Shape, chomped: bool) -> None:
        super().__init__()
        self.top, self.shape, self.chomped, self.g = top, shape, chomped, top.g

    def move(self, byte: int) -> State | None:
        make = self.g.pool.make
        if byte in b"+-":
            return None if self.chomped else make(Header, self.top, self.shape, True)
        if byte == SPACE:
            return many(self.g, _SPACES, expect(self.g, b"\n", self._lines))
        return self._lines if byte == NEWLINE else None

    @property
    def _lines(self) -> State:
        local = block(self.top.indent + 1, 0, True)
        return self.g.pool.make(Lines, self.top, self.shape, local)


class Lines(Text):
    """The lines of a block scalar."""

    __slots__ = ()

    @property
    def final(self) -> bool:
        return not self.local.lead and self.top.done(True).final  # type: ignore[attr-defined]

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Lines, self.top, self.shape, local)


__all__ = [
    "Alias", "Anchor", "Anchored", "Atom", "FreeKey", "Header", "Host", "Key", "Lines", "Text",
    "alias", "alike", "lead", "scalar",
]  # fmt: skip
