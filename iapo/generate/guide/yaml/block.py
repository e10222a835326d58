"""Collections by indentation, and the values in them: what may stand after a colon, after a dash.

What may stand where a line begins is in `lines.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from iapo.generate.guide.automaton import State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import NEWLINE, Remark
from iapo.generate.guide.yaml import closing
from iapo.generate.guide.yaml.block_texts import Header
from iapo.generate.guide.yaml.flow import opened, referred
from iapo.generate.guide.yaml.folded import Further, noted
from iapo.generate.guide.yaml.frames import Frame, Items, Keyed, Known, either, names, over
from iapo.generate.guide.yaml.keys import FreeKey, Host, Key, free_key
from iapo.generate.guide.yaml.named import leading
from iapo.generate.guide.yaml.scalars import SPACE
from iapo.generate.guide.yaml.shapes import Fields, Shape
from iapo.generate.guide.yaml.values import (
    Anchor,
    Text,
    alike,
    lead,
    scalar,
)

_DASH = ord("-")
_MERGE = "<<"


class Mapping(Keyed):
    """A mapping whose keys stand in a column."""

    __slots__ = ()
    before = frozenset({SPACE})

    @property
    def closable(self) -> bool:
        # What is merged into it may be what is needed.
        return _MERGE in self.used or super().closable

    def done(self, spaced: bool) -> State:
        return self.g.pool.make(Tail, self, spaced)

    def value(self, shape: Shape, quoted: bool) -> State:
        return self.g.pool.make(Value, self, shape, False)

    def keyed(self, name: str, column: int, quoted: bool) -> State | None:
        if name == _MERGE and self.g.merges:
            return self._merging()
        return super().keyed(name, column, quoted)

    def _merging(self) -> State | None:
        """Before the colon of a merge key."""
        if not mergeable(self, self.fields, self.used):
            return None
        anchors, facts = self.known
        known = Known(anchors, self.fields.memory.merged(facts))
        frame = self.having(self.fields, self.used | {_MERGE}, "", known)
        one = Shape(merged=self.fields)
        return frame.colon(Shape(merged=self.fields, each=lambda: one), False)


def mergeable(frame: Frame, fields: Fields, used: frozenset[str]) -> bool:
    """Whether a merge key may come, for there is something to merge."""
    if not frame.g.merges or _MERGE in used:
        return False
    merged = Shape(merged=fields)
    return any(alike(known, merged) for _, known in frame.known.anchors)


class Sequence(Items):
    """A sequence whose dashes stand in a column."""

    __slots__ = ()

    def done(self, spaced: bool) -> State:
        return self.g.pool.make(Tail, self, spaced)

    def knowing(self, known: Known) -> Frame:
        return self.g.pool.make(Sequence, self.up, self.indent, self.shape, known)

    def dashed(self) -> State:
        """After the dash of an item."""
        return self.g.pool.make(Dash, self, self.indent + 1)


class NewMapping:
    """A mapping whose first key is being written."""

    __slots__ = ("shape", "top")

    def __init__(self, top: Frame, shape: Shape) -> None:
        self.top, self.shape = top, shape

    @property
    def missing(self) -> list[str]:
        """The keys of which one must come."""
        return self.shape.fields.missing(frozenset()) if self.shape.fields is not None else []

    def keyed(self, name: str, column: int, quoted: bool) -> State | None:
        """Before the colon of the first key."""
        top, fields = self.top, self.shape.fields
        assert fields is not None
        frame = top.g.pool.make(Mapping, top, column, fields, frozenset(), "", top.known)
        return frame.keyed(name, column, quoted)


def begun_key(host: Host, frame: Frame, fields: Fields, used: frozenset[str], column: int,
         byte: int) -> State | None:  # fmt: skip
    """After the first byte of a key."""
    g, quote = frame.g, chr(byte) if byte in b"\"'" else ""
    make = g.pool.make
    if fields.free:
        local = free_key(fields, quote, 0, True, False)
        found: State = make(FreeKey, g, host, "", column, local)
    else:
        known, prefixes = names(fields, used, frame.known.facts), fields.prefixes
        if not quote and mergeable(frame, fields, used):
            known = (*known, _MERGE)
        found = make(Key, g, host, known, prefixes, "", column, quote)
    return found if quote else found.next(byte)


class Value(State):
    """After the colon of a key. `bare`: but for plain texts, which are another part."""

    __slots__ = ("bare", "g", "shape", "top")

    def __init__(self, top: Frame, shape: Shape, bare: bool) -> None:
        super().__init__()
        self.top, self.shape, self.bare, self.g = top, shape, bare, top.g

    @property
    def final(self) -> bool:
        return self.shape.null and over(self.top)

    def parts(self) -> tuple[State, ...]:
        found = () if self.bare else _scalar_parts(self.top, self.shape, "gap")
        return (self.g.pool.make(Value, self.top, self.shape, True), *found) if found else ()

    def move(self, byte: int) -> State | None:
        make = self.g.pool.make
        if byte == SPACE:
            return make(Node, self.top, self.shape, -1, self.bare)
        if byte != NEWLINE:
            return None
        nested = self.shape.null or self.shape.nested
        line = self.g.line(self.top, 0, self.shape) if nested else None
        if not (self.shape.text and self.g.folds):
            return line
        return either(self.g, line, make(Further, self.top, self.shape, line, True, 0))

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        found = closing.values(self.shape, self.top.known.facts)
        return (*(f" {value}".encode() for value in found), b"\n")


class Dash(State):
    """After the dash of an item; `column`: after it."""

    __slots__ = ("bare", "column", "g", "top")

    def __init__(self, top: Sequence, column: int, bare: bool = False) -> None:
        super().__init__()
        self.top, self.column, self.bare, self.g = top, column, bare, top.g

    def parts(self) -> tuple[State, ...]:
        items = self.top.shape.items
        assert items is not None
        found = free_parts(self.top, items, self.column + 1, "gap", 1, False)
        if self.bare or not found:
            return ()
        return self.g.pool.make(Dash, self.top, self.column, True), *found

    def move(self, byte: int) -> State | None:
        items = self.top.shape.items
        assert items is not None
        if byte == SPACE:
            return self.g.pool.make(Node, self.top, items, self.column + 1, self.bare)
        if byte == NEWLINE and items.nested:
            return self.g.line(self.top, 0, items)
        return None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b" ",)


def _scalar_parts(top: Frame, shape: Shape, mark: str) -> tuple[State, ...]:
    """The free text or name that a value may be."""
    names = leading(top, shape.naming, mark) if shape.naming is not None else ()
    text = (top.g.pool.make(Text, top, shape, lead(top, shape, mark)),) if shape.text else ()
    return (*text, *names)


def free_parts(
    top: Frame, shape: Shape, column: int, mark: str, spaces: int, exact: bool
) -> tuple[State, ...]:
    """The free text that may begin a value in a place where mappings may stand, too."""
    make = top.g.pool.make
    out = list(_scalar_parts(top, shape, mark)) if mark else []
    if shape.fields is not None and shape.fields.free:
        local = free_key(shape.fields, "", spaces, exact, False)
        host = make(NewMapping, top, shape)
        out.append(make(FreeKey, top.g, host, "", column - spaces, local))
    return tuple(out)


class Node(State):
    """Where a value begins; `column`: of a mapping or sequence that begins here, -1 where none may."""

    __slots__ = ("bare", "column", "g", "shape", "top")

    def __init__(self, top: Frame, shape: Shape, column: int, bare: bool) -> None:
        super().__init__()
        self.top, self.shape, self.column, self.bare, self.g = top, shape, column, bare, top.g

    @property
    def final(self) -> bool:
        return self.shape.null and over(self.top)

    def parts(self) -> tuple[State, ...]:
        if self.bare:
            return ()
        if self.column >= 0:
            found = free_parts(self.top, self.shape, self.column, "lead", 0, False)
        else:
            found = _scalar_parts(self.top, self.shape, "lead")
        if not found:
            return ()
        return self.g.pool.make(Node, self.top, self.shape, self.column, True), *found

    def anchored(self, name: str) -> State:
        """After an anchor."""
        anchors, facts = self.top.known
        others = (a for a in anchors if a[0] != name)
        top = self.top.knowing(Known((*others, (name, self.shape)), facts))
        return self.g.pool.make(Value, top, self.shape, False)

    def move(self, byte: int) -> State | None:
        top, shape, make = self.top, self.shape, self.g.pool.make
        if byte == SPACE:
            column = self.column + 1 if self.column >= 0 else -1
            return make(Node, top, shape, column, self.bare)
        if byte == NEWLINE:
            nested = shape.null or shape.nested
            return self.g.line(top, 0, shape) if nested else None
        if byte == ord("#"):
            nested = shape.null or shape.nested
            return make(Remark, self.g, self.g.line(top, 0, shape)) if nested else None
        if byte in b"|>":
            lines = shape.text or shape.embedded is not None
            lines = lines and (shape.pattern is None or shape.pattern.blocks != "none")
            return make(Header, top, shape, False) if lines else None
        if byte in b"[{":
            return opened(top, shape, byte)
        if byte == ord("!"):
            return referred(top)
        if byte == ord("&"):
            return make(Anchor, self.g, self, "")
        free = byte not in b"\"'*" and byte != _DASH
        plain = None if self.bare and shape.text and free else scalar(top, shape, byte, self.bare)
        if self.column < 0:
            return plain
        return either(self.g, plain, collection(top, shape, self.column, byte, self.bare))

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        fields, facts = self.shape.fields, self.top.known.facts
        found = closing.values(self.shape, facts)
        if fields is not None and self.column >= 0:
            keys = closing.keys(fields, frozenset(), facts)
            found = [*keys, *found] if fields.memory.wanted(facts) else [*found, *keys]
        return (*(value.encode() for value in found), b"\n", b"[", b"{")


def collection(top: Frame, shape: Shape, column: int, byte: int, bare: bool) -> State | None:
    """After the first byte of a mapping or sequence that begins in a column."""
    make = top.g.pool.make
    if byte == _DASH and shape.each is not None:
        return make(Sequence, top, column, shape, top.known).dashed()
    if byte == _DASH or shape.fields is None:
        return None
    if bare and shape.fields.free and byte not in b"\"'":
        return None
    host = make(NewMapping, top, shape)
    return begun_key(host, top, shape.fields, frozenset(), column, byte)


class Tail(State):
    """After a value, in its line. `spaced`: a comment may begin."""

    __slots__ = ("g", "spaced", "top")

    def __init__(self, top: Frame, spaced: bool) -> None:
        super().__init__()
        self.top, self.spaced, self.g = top, spaced, top.g

    @property
    def final(self) -> bool:
        return over(self.top)

    def move(self, byte: int) -> State | None:
        if byte == SPACE:
            return self.g.pool.make(Tail, self.top, True)
        line = self.g.line(self.top, 0)
        if byte == ord("#") and self.spaced:
            return noted(self.g, line)
        return line if byte == NEWLINE else None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b"\n",)


__all__ = [
    "Dash", "Mapping", "NewMapping", "Node", "Sequence", "Tail", "Value", "begun_key", "collection", "free_parts",
]  # fmt: skip
