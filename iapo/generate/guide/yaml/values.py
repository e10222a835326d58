"""Scalars in their places: free text, words and numbers, keys, anchors and aliases."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from iapo.generate.guide.automaton import CLOSERS, Event, Lexeme, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import NAME, NEWLINE
from iapo.generate.guide.yaml.embedded import Watched, watched
from iapo.generate.guide.yaml.folded import Folding
from iapo.generate.guide.yaml.formed import Formed, formed
from iapo.generate.guide.yaml.frames import Frame, either
from iapo.generate.guide.yaml.named import named
from iapo.generate.guide.yaml.scalars import (
    NULLS,
    SPACE,
    Quoted,
    plain,
    quoted,
    readable,
    truths,
)
from iapo.generate.guide.yaml.shapes import ANY, Shape
from iapo.generate.guide.yaml.told import Told, said, told

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
    """A scalar of any text, and the numbers and words that may stand in its place.

    Args:
        raw: what is written of it, where that matters.
    """

    __slots__ = ("g", "raw", "shape", "top")

    def __init__(self, top: Frame, shape: Shape, local: Local, raw: str = "") -> None:
        super().__init__(local)
        self.top, self.shape, self.raw, self.g = top, shape, raw, top.g

    @property
    def final(self) -> bool:
        found = self.next(NEWLINE)
        return found is not None and found.final

    def within(self, local: Local, byte: int) -> State:
        return self._at(local, self.raw + chr(byte) if isinstance(local, Told) else "")

    def _at(self, local: Local, raw: str) -> Text:
        make = self.g.pool.make
        if not raw:
            return make(type(self), self.top, self.shape, local)
        return make(type(self), self.top, self.shape, local, raw)

    def resumed(self, top: Frame, local: Local) -> State:
        """Behind what was embedded in it."""
        behind, make = watched(local, 0, False), self.g.pool.make
        if (heard := self.shape.heard) is None:
            return make(type(self), top, self.shape, behind)
        local = told(behind, heard.decides)
        return make(type(self), top, self.shape, local, f"{self.raw}{{ }}}}")

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        found: Any
        raw, found = self.raw, label
        if isinstance(found, tuple) and isinstance(found[1], bytes):
            found, raw = found[0], raw + found[1].decode("latin-1")
        what, kind = found if isinstance(found, tuple) else (found, None)
        if what == "embedded":
            assert self.shape.embedded is not None
            position, begins = kind
            return self.shape.embedded.inside(self._at(self.local, raw), position, begins), None
        if what == "plain" and not _fits(self.shape, kind):
            return None, None
        top = self._heard(raw, kind if what == "plain" else "")
        if top is None:
            return None, None
        if what == "dedent":
            return self.g.line(top, kind), None
        folds = self.g.folds and self.shape.pattern is None and self.shape.heard is None
        if what == "plain" and folds and not top.flow:
            return self.g.pool.make(Folding, top, self.shape), None
        return top.done(what == "plain"), None

    def _heard(self, raw: str, kind: str) -> Frame | None:
        """What it stands in, once it is known what the text says; None where it may not be that one."""
        heard = self.shape.heard
        if heard is None:
            return self.top
        facts = heard.scalar(said(raw, self.local, kind), self.top.known.facts)
        return None if facts is None else self.top.told(facts)

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        local = self.local
        while isinstance(local, Watched | Formed | Told):
            if isinstance(local, Formed) and (rest := local.rest):
                return (rest.encode("latin-1"),)
            local = local.inner
        if isinstance(local, Quoted):
            return (local.quote.encode(), b"n", b"0", *CLOSERS)
        ends = b"}]," if self.top.flow else b"\n"
        after = [found for byte in ends if (found := self.next(byte)) is not None]
        if after and not any(isinstance(found, Text) for found in after):
            return [bytes([byte]) for byte in ends]
        return (b"\n", b" x", b"x", *CLOSERS)


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
        plain_words = tuple(w for w in shape.words if readable(w, self.g.old))
        return (
            plain_words
            + (truths(self.g.old, shape.never) if shape.boolean else ())
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
        over = [self.quote] if self.quote else ["}", "]", ",", "\n"] if self.top.flow else ["\n"]
        return [text.encode() for text in (*over, *sorted(rests, key=len)[:4])] + [*CLOSERS]

    def _done(self, spaced: bool) -> State:
        top = self.top.decided(self.begun)
        if (heard := self.shape.heard) is not None:
            top = top.told(heard.scalar(self.begun.lower(), top.known.facts) or top.known.facts)
        return top.done(spaced)

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if byte < 0x80 and (
            any(word.startswith(text) for word in self._words) or self._other(text, whole=False)
        ):
            more = self.g.pool.make(Atom, self.top, self.shape, text, self.quote)
            ended = byte == SPACE and not self.quote and self._whole
            return either(self.g, more, self._done(True)) if ended else more
        if self.quote:
            ended = chr(byte) == self.quote and self._whole
            return self._done(False) if ended else None
        ends = b" \n,]}" if self.top.flow else b" \n"
        if byte in ends and self.begun and self._whole:
            return self.through(byte, self._done(False))
        return None


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
        names, fields = shape.merged.names, known.fields
        if fields is None or known is ANY:
            return known is ANY
        # What may hold anything at all may also hold no more than what is left here.
        free = fields.free and (shape.merged.free or fields.names > names)
        return fields.names == names or free
    same = shape.fields is not None and known.fields is shape.fields
    texts = (known.text or known.naming is not None) and (shape.text or shape.naming is not None)
    return known is shape or known is ANY or texts or same


def alias(top: Frame, shape: Shape) -> State | None:
    """After a `*`."""
    names = tuple(name for name, known in top.known.anchors if alike(known, shape))
    if names and shape.naming is not None:
        top = top.told(shape.naming.aliased(top.known.facts))
    return top.g.pool.make(Alias, top, names, "") if names else None


def scalar(top: Frame, shape: Shape, byte: int, bare: bool = False) -> State | None:
    """After the first byte of a scalar on one line; `bare`: but for names without quotes."""
    make = top.g.pool.make
    if byte == ord("*"):
        return alias(top, shape)
    if shape.text:
        if byte in b"\"'":
            return make(Text, top, shape, marked(shape, quoted(chr(byte))))
        return make(Text, top, shape, lead(top, shape, "lead")).next(byte)
    found: list[State | None] = []
    if byte in b"\"'":
        if shape.words or shape.form:
            found.append(make(Atom, top, shape, "", chr(byte)))
    elif shape.literal:
        found.append(make(Atom, top, shape, "", "").next(byte))
    if shape.naming is not None:
        found.append(named(top, shape.naming, byte, bare))
    if shape.embedded is not None:
        found.append(shape.embedded.whole(top, byte))
    return either(top.g, *found)


def marked(shape: Shape, local: Local) -> Local:
    """A position in free text, with what is watched for in it: a form, or something embedded."""
    if shape.pattern is not None:
        local = formed(local, shape.pattern)
    elif shape.embedded is not None:
        local = watched(local)
    return local if shape.heard is None else told(local, shape.heard.decides)


def lead(top: Frame, shape: Shape, mark: str) -> Local:
    """Before a plain scalar."""
    return marked(shape, plain("", mark, top.flow, shape.strict, top.g.old))


__all__ = [
    "Alias", "Anchor", "Anchored", "Atom", "Text",
    "alias", "alike", "lead", "marked", "scalar",
]  # fmt: skip
