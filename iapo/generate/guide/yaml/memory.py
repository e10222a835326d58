"""What a text says in one place that matters in another, and what else a format adds to YAML.

What is remembered are facts, tuples of words that only the format understands: a job of a name, a step
with an id. They go with the frames (`frames.py`): from a value to what it stands in, until a mapping that is
closed keeps some of them to itself. A name that is read before it is there is owed, ("owed", kind, name...)
beside the fact (kind, name...) that will pay it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from iapo.generate.guide.automaton import Local, State
    from iapo.generate.guide.yaml.frames import Frame
    from iapo.generate.guide.yaml.shapes import Shape
    from iapo.generate.guide.yaml.values import Text

Fact = tuple[str, ...]
Facts = frozenset[Fact]


_NONE: frozenset[str] = frozenset()
ANY_NAME = "*"
"""In the place of a name: all of them."""


def owed(facts: Facts, *kind: str) -> frozenset[str]:
    """The names of a kind that are owed."""
    size = len(kind) + 1
    return frozenset(
        f[size] for f in facts if f[0] == "owed" and len(f) > size and f[1:size] == kind
    )


def owing(facts: Facts, *fact: str) -> Facts:
    """With what is referred to: owed, where it is not there."""
    there = fact in facts or (*fact[:-1], ANY_NAME) in facts
    return facts if there else facts | {("owed", *fact)}


def without(facts: Facts, *kinds: str) -> Facts:
    """The facts but for some kinds."""
    return frozenset(f for f in facts if f[0] not in kinds)


def given(facts: Facts, *fact: str) -> Facts:
    """With a fact that pays what was owed of its name."""
    if fact[-1] == ANY_NAME:
        rest = frozenset(f for f in facts if f[0] != "owed" or f[1 : len(fact)] != fact[:-1])
        return rest | {fact}
    return (facts - {("owed", *fact)}) | {fact}


def reaches(facts: Facts, kind: str, start: str, goal: str) -> bool:
    """Whether facts (kind, from, to) lead from a name to another one, or it is the same."""
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        further = {f[2] for f in facts if f[0] == kind and f[1] == here} - seen
        seen |= further
        waiting += further
    return False


class Memory:
    """What is remembered of a mapping. Of this one, nothing.

    Attributes:
        decides: keys whose values out of some words are asked for in `choose`.
    """

    decides: frozenset[str] = frozenset()

    def learn(self, name: str, facts: Facts) -> Facts | None:
        """What is known once a key is written; None where it may not be."""
        return facts

    def barred(self, facts: Facts) -> frozenset[str]:
        """Known keys that may not come."""
        return _NONE

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        """What the value of a key is, by what is known once that is written."""
        return shape

    def merged(self, facts: Facts) -> Facts:
        """What is known once another mapping is merged into it."""
        return facts

    def choose(self, name: str, value: str, facts: Facts) -> Facts:
        """What is known once a deciding value is written."""
        return facts

    def outside(self, facts: Facts) -> Facts:
        """What is known once the mapping is closed."""
        return facts

    def settled(self, facts: Facts) -> bool:
        """Whether what is known lets it end."""
        return True

    def wanted(self, facts: Facts) -> list[str]:
        """Keys under which what is owed can be given, sorted."""
        return []


class Naming(Protocol):
    """Texts that name something."""

    def local(self, quote: str, mark: str, flow: bool, facts: Facts) -> Local:
        """A position before a name: after its quote, or at a mark (see `Form`)."""
        ...

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        """The names that may come; None where any may that is well-formed."""
        ...

    def likely(self, facts: Facts) -> list[str]:
        """Names that could be written, those that are owed first."""
        ...

    def learn(self, name: str, facts: Facts) -> Facts | None:
        """What is known once it is written; None where it may not be."""
        ...

    def aliased(self, facts: Facts) -> Facts:
        """What is known once an alias stands for it, of which nobody knows here what it says."""
        ...


class Heard(Protocol):
    """Scalars of which it is remembered what they say."""

    @property
    def decides(self) -> bool:
        """Whether that decides what may come right after one."""
        ...

    def scalar(self, text: str, facts: Facts) -> Facts | None:
        """What is known once one is written; None where it may not be."""
        ...


class Embedded(Protocol):
    """Another language inside scalars.

    Attributes:
        likely: short scalars that are nothing else.
    """

    likely: tuple[str, ...]

    def inside(self, text: Text, local: Local, begins: bool) -> State | None:
        """After what begins it in a free text. `local`: where the text goes on after it; `begins`: it is the
        first of the text."""
        ...

    def whole(self, top: Frame, byte: int) -> State | None:
        """After the first byte of a scalar that is nothing else."""
        ...

    def lines(self, top: Frame) -> State:
        """After the header of a block scalar that is nothing else."""
        ...


__all__ = [
    "ANY_NAME", "Embedded", "Fact", "Facts", "Heard", "Memory", "Naming", "given", "owed", "owing", "reaches",
    "without",
]  # fmt: skip
