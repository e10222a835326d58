"""The axes of a `matrix`, and what it excludes.

https://www.jenkins.io/doc/book/pipeline/syntax/#declarative-matrix
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from iapo.generate.guide.automaton import State
from iapo.generate.guide.jenkins.lexemes import WORD
from iapo.generate.guide.jenkins.places import Place, spacing, then
from iapo.generate.guide.jenkins.sections import (
    EntryEnd,
    Kind,
    PlainText,
    Quote,
    Section,
    Used,
)
from iapo.verify.jenkinsfile.model import IDENTIFIER

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile


class Blocks(Kind):
    """A section whose entries all have one name, and hold the same."""

    def __init__(self, name: str, inner: Kind) -> None:
        self.name, self.inner = name, inner

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blocks) and (self.name, self.inner) == (other.name, other.inner)

    def __hash__(self) -> int:
        return hash((self.name, self.inner))

    def names(self, used: Used) -> Iterable[str]:
        return (self.name,)

    def needed(self, used: Used) -> Iterable[bytes]:
        return (f"{self.name} {{ ".encode(),)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        # What is inside may tell what is around of names: it is not nested.
        inner = g.pool.make(Section, g, self.inner, frozenset(), section.ended(name))
        return then(g, "{", inner.entries())


class Axis(Kind):
    """`axis`. `lists`: what its values may be called."""

    def __init__(self, lists: tuple[str, ...]) -> None:
        self.lists = lists

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Axis) and self.lists == other.lists

    def __hash__(self) -> int:
        return hash(self.lists)

    def names(self, used: Used) -> Iterable[str]:
        return {"name"} - used | ({*self.lists} if not used & {*self.lists} else set())

    def whole(self, used: Used) -> bool:
        return "name" in used and bool(used & {*self.lists})

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"name 'X'\n",) if "name" not in used else (b"values 'x'\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        if name == "name":
            return g.pool.make(Quote, g, section, AxisName, False)
        return g.pool.make(Constant, g, section, VALUES[name], False)


class AxisName(PlainText):
    """The name of an axis, which no other has. What stands around the axis remembers it."""

    __slots__ = ()

    def written(self, text: str) -> State | None:
        g, make = self.g, self.g.pool.make
        section, outer = self.section, self.section.after
        assert isinstance(outer, EntryEnd)
        name = f"={text}"
        if name in outer.section.used or not IDENTIFIER.match(text):
            return None
        after = outer.section.ended(name)
        return make(Section, g, section.kind, section.used, after).ended("name")


class AxisValue(PlainText):
    """A value of an axis, which no other is."""

    __slots__ = ()
    name: ClassVar[str] = "values"

    def written(self, text: str) -> State | None:
        return valued(self.section, f"'{text}", type(self))


class ExcludedValue(AxisValue):
    """A value that is left."""

    __slots__ = ()
    name: ClassVar[str] = "notValues"


VALUES: dict[str, type[AxisValue]] = {"values": AxisValue, "notValues": ExcludedValue}


def valued(section: Section, value: str, list: type[AxisValue]) -> State | None:
    """After a value of an axis; None where it is there already."""
    if value in section.used:
        return None
    return section.g.pool.make(AfterValue, section.g, section.knowing(value), list)


class Constant(Quote):
    """Before a value of an axis."""

    __slots__ = ()

    def begin(self, byte: int) -> State | None:
        if byte in b"'\"":
            return super().begin(byte)
        return self.g.pool.make(Bare, self.g, self.section, self.text, "").next(byte)


class Bare(State):
    """In a value of an axis that has no quotes: a number, a truth value."""

    __slots__ = ("begun", "g", "list", "section")

    def __init__(self, g: Jenkinsfile, section: Section, list: type[AxisValue], begun: str) -> None:
        super().__init__()
        self.g, self.section, self.list, self.begun = g, section, list, begun

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        number = text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")
        if (number and len(text) < 6) or any(w.startswith(text) for w in ("true", "false")):
            return self.g.pool.make(Bare, self.g, self.section, self.list, text)
        if byte in WORD or not (self.begun.isdigit() or self.begun in ("true", "false")):
            return None
        return self.through(byte, valued(self.section, self.begun, self.list))


class AfterValue(Place):
    """After a value of an axis."""

    __slots__ = ("section", "value")

    def __init__(self, g: Jenkinsfile, section: Section, value: type[AxisValue]) -> None:
        super().__init__(g, spacing(False))
        self.section, self.value = section, value

    def begin(self, byte: int) -> State | None:
        if byte == ord(","):
            return self.g.pool.make(Constant, self.g, self.section, self.value, True)
        return self.through(byte, self.section.ended(self.value.name))


AXES = Blocks("axis", Axis(("values",)))
EXCLUDES = Blocks("exclude", Blocks("axis", Axis(("values", "notValues"))))

__all__ = ["AXES", "EXCLUDES"]
