"""`environment`: variables, and what their values may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from iapo.generate.guide.automaton import OUT, Local, State
from iapo.generate.guide.jenkins.operands import VALUE
from iapo.generate.guide.jenkins.places import FIRST, Frame, Place, Word, spacing, then
from iapo.generate.guide.jenkins.sections import Kind, Section, Used
from iapo.generate.guide.text import DIGITS, LETTERS
from iapo.verify.jenkinsfile.model import IDENTIFIER
from iapo.verify.jenkinsfile.tokens import KEYWORDS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile


class Assigned(Kind):
    """`environment`: variables with their values, each once."""

    free = True

    def names(self, used: Used) -> Iterable[str]:
        return ()

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"X = 'x'\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State | None:
        if name in section.used or not IDENTIFIER.match(name):
            return None
        value = g.pool.make(Value, g, section.ended(name))
        return then(g, "=", value, lines=False)


class Value(Place):
    """Before the value of a variable: strings joined, or what a function returns."""

    __slots__ = ("after",)

    def __init__(self, g: Jenkinsfile, after: State) -> None:
        super().__init__(g, spacing(True, named=True))
        self.after = after

    def begin(self, byte: int) -> State | None:
        g, make = self.g, self.g.pool.make
        if byte in LETTERS:
            return make(Function, g, self.after, "", FIRST).next(byte)
        if byte in DIGITS or byte in b"'\"":
            return g.operand(make(Strings, g, self.after)).next(byte)
        return None


class Strings(Frame):
    """Strings that are joined. `after` says what follows the byte that ends them."""

    __slots__ = ("after",)

    def __init__(self, g: Jenkinsfile, after: State) -> None:
        super().__init__(g)
        self.after = after

    @property
    def sole(self) -> bool:
        return True

    def over(self, byte: int) -> State | None:
        if byte == ord("+"):
            return self.g.operand(self, feeds=True, want="string")
        return self.after.next(byte)


class Returned(Frame):
    """What a function returns."""

    __slots__ = ("after",)

    def __init__(self, g: Jenkinsfile, after: State) -> None:
        super().__init__(g)
        self.after = after

    @property
    def calls(self) -> bool:
        return True

    def over(self, byte: int) -> State | None:
        return self.after.next(byte)


class Identifier(Frame):
    """The parentheses of `credentials`, in which a string stands."""

    __slots__ = ()
    lines: ClassVar[bool] = True

    @property
    def sole(self) -> bool:
        return True

    def over(self, byte: int) -> State | None:
        return OUT if byte == ord(")") else None


class Function(Word):
    """In the name of a function whose result is a value."""

    __slots__ = ("after",)

    def __init__(self, g: Jenkinsfile, after: State, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.after = after

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Function, self.g, self.after, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        g = self.g
        if text in KEYWORDS or "$" in text:
            return None
        if text == "credentials":
            secret = g.operand(g.pool.make(Identifier, g), want="string")
            return then(g, "(", g.nested(secret, self.after), lines=False)
        return g.after(g.pool.make(Returned, g, self.after), "name", VALUE)


__all__ = ["Assigned"]
