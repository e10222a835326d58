"""What surrounds a position: the mapping or sequence it is in, and what that is in.

Frames are immutable and made once, like the states that hold them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from iapo.generate.guide.automaton import State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import expect, many
from iapo.generate.guide.yaml.memory import Facts
from iapo.generate.guide.yaml.shapes import Fields, Shape

if TYPE_CHECKING:
    from iapo.generate.guide.yaml.language import Language


class Known(NamedTuple):
    """What was said so far that matters to what may come.

    Attributes:
        anchors: names that values were given.
        facts: what the format keeps of it (see `Memory`).
    """

    anchors: tuple[tuple[str, Shape], ...] = ()
    facts: Facts = frozenset()


class Frame:
    """What a value stands in.

    Attributes:
        g: the language.
        up: what it stands in itself; None for the whole text.
        indent: the column of its keys or dashes; -1 for the whole text.
        flow: in brackets.
        known: what was said so far.
    """

    __slots__ = ("g", "indent", "known", "up")
    flow: ClassVar[bool] = False

    def __init__(self, g: Language, up: Frame | None, indent: int, known: Known) -> None:
        self.g, self.up, self.indent, self.known = g, up, indent, known

    @property
    def closable(self) -> bool:
        """Whether it may end here."""
        return True

    @property
    def more(self) -> bool:
        """Whether anything may be added."""
        return True

    def done(self, spaced: bool) -> State:
        """After a value in it. `spaced`: a comment may follow at once."""
        raise NotImplementedError

    def decided(self, value: str) -> Frame:
        """The same, once a value out of some words is known."""
        return self

    def knowing(self, known: Known) -> Frame:
        """The same, other things being known."""
        raise NotImplementedError

    @property
    def filled(self) -> Frame:
        """What the value that begins now stands in."""
        return self

    @property
    def outer(self) -> Frame:
        """What it stands in, with what is known once this is closed."""
        assert self.up is not None
        known = self.left
        return self.up if self.up.known == known else self.up.knowing(known)

    @property
    def left(self) -> Known:
        """What is known outside once it is closed."""
        return self.known

    def told(self, facts: Facts) -> Frame:
        """The same, other facts being known."""
        return self if facts == self.known.facts else self.knowing(Known(self.known.anchors, facts))


class Keyed(Frame):
    """A mapping.

    Attributes:
        before: what may stand between a key and its colon.
        used: the keys that are written.
        deciding: the key whose value is being written, if it decides about others.
    """

    __slots__ = ("deciding", "fields", "used")
    before: ClassVar[frozenset[int]]

    def __init__(
        self,
        up: Frame,
        indent: int,
        fields: Fields,
        used: frozenset[str],
        deciding: str,
        known: Known,
    ) -> None:
        super().__init__(up.g, up, indent, known)
        self.fields, self.used, self.deciding = fields, used, deciding

    @property
    def closable(self) -> bool:
        facts = self.known.facts
        return self.fields.complete(self.used) and self.fields.memory.settled(facts)

    @property
    def left(self) -> Known:
        anchors, facts = self.known
        return Known(anchors, self.fields.memory.outside(facts))

    @property
    def more(self) -> bool:
        fields = self.fields
        return fields.free or bool(fields.prefixes or self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The known keys that may come next, sorted."""
        return names(self.fields, self.used, self.known.facts)

    @property
    def missing(self) -> list[str]:
        """The keys of which one must come."""
        return self.fields.missing(self.used)

    def decided(self, value: str) -> Frame:
        if not self.deciding:
            return self
        fields = self.fields.choose(self.deciding, value)
        anchors, facts = self.known
        known = Known(anchors, fields.memory.choose(self.deciding, value, facts))
        return self.having(fields, self.used, "", known)

    def knowing(self, known: Known) -> Frame:
        return self.having(self.fields, self.used, self.deciding, known)

    def having(self, fields: Fields, used: frozenset[str], deciding: str, known: Known) -> Self:
        """The same with other contents."""
        return self.g.pool.make(type(self), self.up, self.indent, fields, used, deciding, known)

    def value(self, shape: Shape, quoted: bool) -> State:
        """After the colon of a key, in quotes or not."""
        raise NotImplementedError

    def keyed(self, name: str, column: int, quoted: bool) -> State | None:
        """Before the colon of a key."""
        fields, used = self.fields, self.used
        if not fields.takes(name, used):
            return None
        deciding = name if name in fields.decides else ""
        anchors, facts = self.known
        if (learnt := fields.memory.learn(name, facts)) is None:
            return None
        frame = self.having(fields.after(name), used | {name}, deciding, Known(anchors, learnt))
        return frame.colon(fields.memory.shaped(name, fields.shape(name), learnt), quoted)

    def colon(self, shape: Shape, quoted: bool) -> State:
        """Before the colon of a key that has been added."""
        return many(self.g, self.before, expect(self.g, b":", self.value(shape, quoted)))


class Items(Frame):
    """A sequence."""

    __slots__ = ("shape",)

    def __init__(self, up: Frame, indent: int, shape: Shape, known: Known) -> None:
        super().__init__(up.g, up, indent, known)
        self.shape = shape

    @property
    def closable(self) -> bool:
        settled = self.shape.settled
        return settled is None or settled(self.known.facts)

    @property
    def more(self) -> bool:
        grows = self.shape.grows
        return grows is None or grows(self.known.facts)

    @property
    def left(self) -> Known:
        anchors, facts = self.known
        return self.known if self.shape.closed is None else Known(anchors, self.shape.closed(facts))


def names(fields: Fields, used: frozenset[str], facts: Facts) -> tuple[str, ...]:
    """The known keys of a mapping that may come next, sorted."""
    barred = fields.memory.barred(facts)
    found = fields.open(used)
    return tuple(name for name in found if name not in barred) if barred else found


def over(top: Frame) -> bool:
    """Whether the text may end with what is open."""
    here = top
    while here.up is not None:
        if not here.closable:
            return False
        here = here.outer
    return here.g.ended(here)


class Either(State):
    """Several positions at once: which of them it was shows later."""

    __slots__ = ("g", "states")

    def __init__(self, g: Language, states: tuple[State, ...]) -> None:
        super().__init__()
        self.g, self.states = g, states

    @property
    def final(self) -> bool:
        return any(state.final for state in self.states)

    def parts(self) -> tuple[State, ...]:
        return self.states

    def move(self, byte: int) -> State | None:
        return either(self.g, *(state.next(byte) for state in self.states))

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return [text for state in self.states for text in state.ends(ledger)]


def either(g: Language, *states: State | None) -> State | None:
    """Whatever of these there is."""
    flat: dict[State, None] = {}
    for state in states:
        if state is not None:
            flat.update(dict.fromkeys(state.states if isinstance(state, Either) else (state,)))
    if len(flat) < 2:
        return next(iter(flat), None)
    return g.pool.make(Either, g, tuple(flat))


__all__ = ["Either", "Frame", "Items", "Keyed", "Known", "either", "names", "over"]
