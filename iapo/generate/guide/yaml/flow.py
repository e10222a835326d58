"""Collections in brackets, `[a, b]` and `{a: b}`, JSON among them. Spaces and lines do not matter there."""

from __future__ import annotations

from collections.abc import Iterable

from iapo.generate.guide.automaton import State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import expect
from iapo.generate.guide.yaml import closing
from iapo.generate.guide.yaml.frames import Frame, Items, Keyed, Known
from iapo.generate.guide.yaml.keys import FreeKey, Key, free_key
from iapo.generate.guide.yaml.named import leading
from iapo.generate.guide.yaml.shapes import TEXT, Shape
from iapo.generate.guide.yaml.values import (
    Text,
    lead,
    scalar,
)

_BLANK = frozenset(b" \n")


class FlowSequence(Items):
    """In square brackets. `count`: items so far, as far as it matters."""

    __slots__ = ("count",)
    flow = True

    def __init__(self, up: Frame, shape: Shape, count: int, known: Known) -> None:
        super().__init__(up, up.indent, shape, known)
        self.count = count

    @property
    def closable(self) -> bool:
        return self.count >= self.shape.least and super().closable

    def done(self, spaced: bool) -> State:
        return self.g.pool.make(After, self)

    def knowing(self, known: Known) -> Frame:
        return self.g.pool.make(type(self), self.outer_kept, self.shape, self.count, known)

    @property
    def outer_kept(self) -> Frame:
        """What it stands in, as it was."""
        assert self.up is not None
        return self.up

    def value(self) -> State | None:
        """Before an item."""
        count = min(self.count + 1, max(1, self.shape.least))
        frame = self.g.pool.make(type(self), self.outer_kept, self.shape, count, self.known)
        return self.g.pool.make(Value, frame, self.item, False)

    @property
    def item(self) -> Shape:
        """What the next item is."""
        items = self.shape.items
        assert items is not None
        return items


class Steps(FlowSequence):
    """The steps of a `!reference`: a job, then what is meant of it."""

    __slots__ = ()

    @property
    def item(self) -> Shape:
        assert self.g.reference is not None
        return self.g.reference[min(self.count, 1)]


class FlowMapping(Keyed):
    """In curly brackets."""

    __slots__ = ()
    flow = True
    before = _BLANK

    def done(self, spaced: bool) -> State:
        return self.g.pool.make(After, self)

    def value(self, shape: Shape, quoted: bool) -> State:
        value = self.g.pool.make(Value, self, shape, False)
        return value if quoted else self.g.pool.make(Gap, value)


class Gap(State):
    """After the colon of a key without quotes: a space or a line feed."""

    __slots__ = ("then",)

    def __init__(self, then: State) -> None:
        super().__init__()
        self.then = then

    def move(self, byte: int) -> State | None:
        return self.then if byte in _BLANK else None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b" ",)


class Value(State):
    """Before an item or the value of a key. `bare`: but for plain texts, which are another part."""

    __slots__ = ("bare", "frame", "g", "shape")

    def __init__(self, frame: Frame, shape: Shape, bare: bool) -> None:
        super().__init__()
        self.frame, self.shape, self.bare, self.g = frame, shape, bare, frame.g

    def parts(self) -> tuple[State, ...]:
        shape = self.shape
        if self.bare or not (shape.text or shape.naming):
            return ()
        make = self.g.pool.make
        names = leading(self.frame, shape.naming, "lead") if shape.naming is not None else ()
        text = (make(Text, self.frame, shape, lead(self.frame, shape, "lead")),)
        return make(Value, self.frame, shape, True), *(text if shape.text else ()), *names

    def move(self, byte: int) -> State | None:
        if byte in _BLANK:
            return self
        if byte in b"[{":
            return opened(self.frame, self.shape, byte)
        if self.bare and self.shape.text and byte not in b"\"'*":
            return None
        return scalar(self.frame, self.shape, byte, self.bare)

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        found = closing.values(self.shape, self.frame.known.facts)
        return (*(value.encode() for value in found), b"[", b"{")


class After(State):
    """After a value in brackets."""

    __slots__ = ("frame", "g")

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame, self.g = frame, frame.g

    def move(self, byte: int) -> State | None:
        frame = self.frame
        if byte in _BLANK:
            return self
        if byte == ord(","):
            return self.g.pool.make(Open, frame, False) if frame.more else None
        return closed(frame, byte)

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b"]" if isinstance(self.frame, FlowSequence) else b"}", b", ")


class Open(State):
    """After an opening bracket or a comma: an item, a key or the end."""

    __slots__ = ("bare", "frame", "g")

    def __init__(self, frame: Frame, bare: bool) -> None:
        super().__init__()
        self.frame, self.bare, self.g = frame, bare, frame.g

    def parts(self) -> tuple[State, ...]:
        if self.bare:
            return ()
        bare = self.g.pool.make(Open, self.frame, True)
        if isinstance(self.frame, FlowSequence):
            value = self.frame.value()
            return (bare, *(value.parts()[1:] if value is not None else ()))
        assert isinstance(self.frame, FlowMapping)
        if not self.frame.fields.free:
            return ()
        local = free_key(self.frame.fields, "", 0, False, True)
        return bare, self.g.pool.make(FreeKey, self.g, self.frame, "", 0, local)

    def move(self, byte: int) -> State | None:
        frame, make = self.frame, self.g.pool.make
        if byte in _BLANK:
            return self
        if byte in b"]}":
            return closed(frame, byte)
        if isinstance(frame, FlowSequence):
            value = frame.value()
            assert isinstance(value, Value)
            return (make(Value, value.frame, value.shape, True) if self.bare else value).next(byte)
        assert isinstance(frame, FlowMapping)
        fields = frame.fields
        if byte in b"\"'":
            quote = chr(byte)
            if fields.free:
                local = free_key(fields, quote, 0, True, True)
                return make(FreeKey, self.g, frame, "", 0, local)
            return make(
                Key,
                self.g,
                frame,
                frame.names,
                frame.fields.prefixes,
                "",
                0,
                quote,
            )
        if fields.free:
            if self.bare:
                return None
            local = free_key(fields, "", 0, True, True)
            return make(FreeKey, self.g, frame, "", 0, local).next(byte)
        return make(Key, self.g, frame, frame.names, frame.fields.prefixes, "", 0, "").next(byte)

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        if self.frame.closable:
            return (b"]", b"}")
        if isinstance(self.frame, FlowMapping):
            frame = self.frame
            keys = closing.keys(frame.fields, frame.used, frame.known.facts)
            return [f"{key} ".encode() for key in keys]
        assert isinstance(self.frame, FlowSequence)
        value = self.frame.value()
        return value.ends(ledger) if value is not None else ()


def referred(top: Frame) -> State | None:
    """After the `!` of what stands for a value."""
    make = top.g.pool.make
    if top.g.reference is None:
        return None
    steps = make(Steps, top, _STEPS, 0, top.known)
    return expect(top.g, b"reference [", make(Open, steps, False))


_STEPS = Shape(each=lambda: TEXT, least=2)


def opened(top: Frame, shape: Shape, byte: int) -> State | None:
    """After an opening bracket."""
    make = top.g.pool.make
    if byte == ord("["):
        if shape.each is None:
            return None
        return make(Open, make(FlowSequence, top, shape, 0, top.known), False)
    if shape.fields is None:
        return None
    frame = make(FlowMapping, top, top.indent, shape.fields, frozenset(), "", top.known)
    return make(Open, frame, False)


def closed(frame: Frame, byte: int) -> State | None:
    """After a closing bracket."""
    bracket = ord("]") if isinstance(frame, FlowSequence) else ord("}")
    if byte != bracket or not frame.closable:
        return None
    return frame.outer.done(False)


__all__ = ["FlowMapping", "FlowSequence", "Steps", "Value", "closed", "opened", "referred"]
