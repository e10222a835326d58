"""States that the instructions are put together from, and what they know of the file.

`File` is all that matters of what was written before: it is compared by value, so that two files that
declare the same share their states.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from iapo.generate.guide.automaton import CLOSERS, Event, Exit, Lexeme, Local, State
from iapo.generate.guide.dockerfile.lines import Logical, Physical, physical
from iapo.generate.guide.dockerfile.words import Blanks
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import NEWLINE, Remark

if TYPE_CHECKING:
    from iapo.generate.guide.dockerfile.language import Dockerfile


_ENDINGS = (
    b"\n",
    b'"\n',
    b"'\n",
    b"}\n",
    b'"]\n',
    b"]\n",
    b" x\n",
    b'" x\n',
    b'", "x"]\n',
    b"=x\n",
    b"x\n",
)


# What may end a name or a value, before the brackets around it.
_APART = (b"\n", b" ", b",", b":x ")


class Form(Protocol):
    """What a short text must look like."""

    def __call__(self, text: str, whole: bool) -> bool:
        """Whether a text is right, or, if it is not `whole`, may become so."""
        ...


class File(NamedTuple):
    """What is written so far.

    Attributes:
        fenced: the answer stands in a Markdown fence.
        escape: the escape character.
        directives: those that are written; None once none may come any more.
        args: variables that FROM sees: ARGs before the first one, but for empty ones.
        stages: the names of the stages, "" for one without.
    """

    fenced: bool
    escape: int = ord("\\")
    directives: frozenset[str] | None = frozenset()
    args: frozenset[str] = frozenset()
    stages: tuple[str, ...] = ()

    @property
    def named(self) -> frozenset[str]:
        """The names of stages."""
        return frozenset(self.stages) - {""}


class Joined(Lexeme):
    """Text that goes on over lines, and what follows it."""

    __slots__ = ("file", "g")
    local: Local

    def __init__(self, g: Dockerfile, file: File, local: Local) -> None:
        super().__init__(local)
        self.g, self.file = g, file

    @property
    def final(self) -> bool:
        found = self.local.next(NEWLINE)
        after = self.leave(found.label)[0] if isinstance(found, Exit) else None
        return after is not None and after.final

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        between = isinstance(self.local, Physical) and self.local.between
        return (*(_ENDINGS[::-1] if between else _ENDINGS), *CLOSERS)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if isinstance(label, tuple) and label[0] == "remark":
            return self.g.pool.make(Remark, self.g, self.within(label[1], NEWLINE)), None
        if isinstance(label, tuple) and label[0] == "first":
            before = self.after(label[2])
            return (before and before.next(label[1])), None
        return self.after(label), None

    def after(self, label: Hashable) -> State | None:
        """What follows an exit."""
        raise NotImplementedError


class Gap(Joined):
    """Between two pieces.

    Args:
        then: what may follow a blank.
        over: what follows at the line's end, if it may end here.
    """

    __slots__ = ("over", "then")

    def __init__(
        self, g: Dockerfile, file: File, then: State | None, over: State | None, local: Local
    ) -> None:
        super().__init__(g, file, local)
        self.then, self.over = then, over

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Gap, self.g, self.file, self.then, self.over, local)

    def after(self, label: Hashable) -> State | None:
        return self.over if label == "end" else self.then if label == ("on", True) else None


def gap(g: Dockerfile, file: File, then: State | None, over: State | None = None) -> State:
    """Before a blank and something, or the line's end."""
    blanks = Blanks(False, over=then is None)
    return g.pool.make(Gap, g, file, then, over, physical(blanks, "", file.escape))


class Part(Joined):
    """A word whose end says nothing but that it is over."""

    __slots__ = ("then",)

    def __init__(self, g: Dockerfile, file: File, then: State, local: Local) -> None:
        super().__init__(g, file, local)
        self.then = then

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Part, self.g, self.file, self.then, local)

    def after(self, label: Hashable) -> State | None:
        return self.then


def part(g: Dockerfile, file: File, text: Logical, then: State) -> State:
    """Before a word."""
    return g.pool.make(Part, g, file, then, physical(text, "", file.escape))


class Named(Lexeme):
    """A short text that what follows depends on."""

    __slots__ = ("begun", "file", "g")

    def __init__(self, g: Dockerfile, file: File, begun: str, local: Local) -> None:
        super().__init__(local)
        self.g, self.file, self.begun = g, file, begun

    def within(self, local: Local, byte: int) -> State:
        return self.again(self.begun + chr(byte), local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        text = self.begun
        if isinstance(label, tuple):
            label, more = label
            text += more.decode("latin-1")
        return self.named(text, label), None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (*_APART, *CLOSERS)

    def again(self, begun: str, local: Local) -> State:
        """The same with more of it."""
        raise NotImplementedError

    def named(self, text: str, label: Hashable) -> State | None:
        """What follows the whole text."""
        raise NotImplementedError


class Choice(State):
    """One of some words, each with what follows it."""

    __slots__ = ("begun", "g", "options")

    def __init__(
        self, g: Dockerfile, options: tuple[tuple[str, State | None], ...], begun: str
    ) -> None:
        super().__init__()
        self.g, self.options, self.begun = g, options, begun

    @property
    def _whole(self) -> State | None:
        return next((then for word, then in self.options if word == self.begun), None)

    @property
    def final(self) -> bool:
        return self._whole is not None and self._whole.final

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        left = tuple(option for option in self.options if option[0].startswith(text))
        if left:
            return self.g.pool.make(Choice, self.g, left, text)
        return self.through(byte, self._whole)


def choice(g: Dockerfile, options: dict[str, State]) -> State:
    """Before one of some words."""
    return g.pool.make(Choice, g, tuple(sorted(options.items(), key=lambda o: o[0])), "")


def either_case(words: dict[str, State]) -> dict[str, State]:
    """Words in upper and in lower case."""
    return words | {word.lower(): then for word, then in words.items()}


class Checked(State):
    """A short text of a form of its own."""

    __slots__ = ("begun", "form", "g", "then")

    def __init__(self, g: Dockerfile, form: Form, then: State, begun: str) -> None:
        super().__init__()
        self.g, self.form, self.then, self.begun = g, form, then, begun

    @property
    def final(self) -> bool:
        return self.form(self.begun, True) and self.then.final

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (*_APART, *CLOSERS)

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if 0x20 < byte < 0x7F and self.form(text, False):
            return self.g.pool.make(Checked, self.g, self.form, self.then, text)
        return self.through(byte, self.then) if self.form(self.begun, True) else None


def checked(g: Dockerfile, form: Form, then: State) -> State:
    """Before a short text."""
    return g.pool.make(Checked, g, form, then, "")


__all__ = [
    "Checked", "Choice", "File", "Form", "Gap", "Joined", "Named", "Part", "checked", "choice",
    "either_case", "gap", "part",
]  # fmt: skip
