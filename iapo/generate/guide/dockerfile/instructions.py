"""The instructions: their names, their flags and what comes behind these.

Which flags there are is known from `iapo.verify.dockerfile.reader`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import Exit, Local, State
from iapo.generate.guide.dockerfile.commands import Array, Shell
from iapo.generate.guide.dockerfile.expanding import Expanding
from iapo.generate.guide.dockerfile.flags import Flags, Switch
from iapo.generate.guide.dockerfile.heredocs import argument
from iapo.generate.guide.dockerfile.lines import Logical, end, physical
from iapo.generate.guide.dockerfile.pieces import (
    File,
    Joined,
    Named,
    checked,
    choice,
    either_case,
    gap,
    part,
)
from iapo.generate.guide.dockerfile.references import image, stage_name
from iapo.generate.guide.dockerfile.values import port
from iapo.generate.guide.dockerfile.words import (
    VARIABLE,
    Anything,
    One,
    Pairs,
    Paths,
    Whole,
)
from iapo.generate.guide.text import LETTERS
from iapo.verify.dockerfile.image import SIGNALS
from iapo.verify.dockerfile.reader import FLAGS

if TYPE_CHECKING:
    from iapo.generate.guide.dockerfile.language import Dockerfile

NO_TRIGGERS = frozenset({"ONBUILD", "FROM", "MAINTAINER"})
STOP_SIGNALS = tuple(f"{prefix}{name}" for prefix in ("SIG", "") for name in SIGNALS) + tuple(
    str(number) for number in range(1, 65)
)
_TEXTS: dict[str, Logical] = {
    "ENV": Pairs(label=False),
    "LABEL": Pairs(label=True),
    "MAINTAINER": Anything(),
    "USER": Whole(),
    "WORKDIR": Whole(),
}
ARRAYS: dict[str, tuple[Array, Logical | None]] = {
    "ADD": (Array(2, paths=True), Paths(2, heredocs=True)),
    "CMD": (Array(0, shell=Shell(False)), Shell(False)),
    "COPY": (Array(2, paths=True, local=True), Paths(2, local=True, heredocs=True)),
    "ENTRYPOINT": (Array(0, shell=Shell(False)), Shell(False)),
    "HEALTHCHECK": (Array(1, shell=Shell(False)), Shell(False)),
    "RUN": (Array(1, shell=Shell(True)), Shell(True)),
    "SHELL": (Array(1), None),
    "VOLUME": (Array(1, paths=True), Paths(1)),
}


class Keyword(State):
    """In the name of an instruction, in upper or lower case.

    Args:
        names: those that it may be.
    """

    __slots__ = ("begun", "file", "g", "names")

    def __init__(self, g: Dockerfile, file: File, names: frozenset[str], begun: str) -> None:
        super().__init__()
        self.g, self.file, self.names, self.begun = g, file, names, begun

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        cased = text in (text.upper(), text.lower())
        if cased and any(name.startswith(text.upper()) for name in self.names):
            return self.g.pool.make(Keyword, self.g, self.file, self.names, text)
        name = self.begun.upper()
        if name not in self.names:
            return None
        return self.through(byte, gap(self.g, self.file, arguments(self.g, self.file, name)))


def keyword(g: Dockerfile, file: File, names: frozenset[str]) -> State:
    """Before one of some instructions."""
    return g.pool.make(Keyword, g, file, names, "")


def arguments(g: Dockerfile, file: File, name: str) -> State:
    """Behind the name of an instruction and a blank."""
    return g.pool.make(Flags, g, file, name, frozenset())


def behind_flags(g: Dockerfile, file: File, name: str, flags: frozenset[str]) -> State:
    """Behind the flags of an instruction, those that are written given."""
    if name in _TEXTS:
        return argument(g, file, _TEXTS[name])
    if "checksum" in flags:
        rest = argument(g, file, Paths(2, most=2, count=1, place="word"))
        return choice(g, {"https://": rest, "http://": rest})
    if name == "HEALTHCHECK":
        command = gap(g, file, _command(g, file, name))
        return choice(g, either_case({"CMD": command, "NONE": gap(g, file, None, g.over(file))}))
    if name in ARRAYS:
        return _command(g, file, name)
    if name == "FROM":
        after_name = gap(g, file, stage_name(g, file))
        named = choice(g, either_case({"AS": after_name}))
        unnamed = file._replace(stages=(*file.stages, ""))
        return image(g, file, gap(g, file, named, g.over(unnamed)))
    if name == "STOPSIGNAL":
        over = gap(g, file, None, g.over(file))
        return choice(g, dict.fromkeys(STOP_SIGNALS, over))
    if name == "ONBUILD":
        return keyword(g, file, frozenset({*FLAGS, *_TEXTS, *ARRAYS, *_OTHERS}) - NO_TRIGGERS)
    return g.pool.make(_OTHERS[name], g, file)


def _command(g: Dockerfile, file: File, name: str) -> State:
    array, text = ARRAYS[name]
    other = None if text is None else argument(g, file, text)
    return g.pool.make(Switch, g, ord("["), argument(g, file, array), other)


class Ports(State):
    """Before a port that EXPOSE names."""

    __slots__ = ("file", "g")

    def __init__(self, g: Dockerfile, file: File) -> None:
        super().__init__()
        self.g, self.file = g, file

    def move(self, byte: int) -> State | None:
        g, file = self.g, self.file
        after = gap(g, file, self, g.over(file))
        if byte == ord("$"):
            return part(g, file, One(False, empty=False, word=Expanding("", "$")), after)
        return self.through(byte, checked(g, port, after))


class Args(State):
    """Before a name that ARG declares."""

    __slots__ = ("file", "g")

    def __init__(self, g: Dockerfile, file: File) -> None:
        super().__init__()
        self.g, self.file = g, file

    def move(self, byte: int) -> State | None:
        name = self.g.pool.make(Declared, self.g, self.file, "", _FIRST)
        return self.through(byte, name)


class VariableLetters(Local):
    """The name of a variable. Exit: `end`, before what is not of it."""

    textual = True
    lasting = True

    def __init__(self, begun: bool) -> None:
        super().__init__()
        self.begun = begun

    def move(self, byte: int) -> Local | Exit | None:
        if byte in VARIABLE:
            return _LATER if self.begun or byte in LETTERS else None
        return end() if self.begun else None


_FIRST, _LATER = VariableLetters(False), VariableLetters(True)


class Declared(Named):
    """The name that ARG declares."""

    __slots__ = ()

    @property
    def final(self) -> bool:
        after = self.named(self.begun, "end")
        return bool(self.begun) and after is not None and after.final

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Declared, self.g, self.file, begun, local)

    def named(self, text: str, label: Hashable) -> State | None:
        g, file = self.g, self.file
        local = physical(One(quotes=True), "", file.escape)
        value = g.pool.make(Default, g, file, text, local)
        return g.pool.make(Switch, g, ord("="), value, declared(g, file, text, usable=True))


class Default(Joined):
    """The value of an ARG."""

    __slots__ = ("name",)

    def __init__(self, g: Dockerfile, file: File, name: str, local: Local) -> None:
        super().__init__(g, file, local)
        self.name = name

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Default, self.g, self.file, self.name, local)

    def after(self, label: Hashable) -> State | None:
        assert isinstance(label, tuple)
        return declared(self.g, self.file, self.name, usable=not label[1])


def declared(g: Dockerfile, file: File, name: str, *, usable: bool) -> State:
    """After a variable of ARG."""
    after = g.declaring(file, name, usable=usable)
    return gap(g, after, g.pool.make(Args, g, after), g.over(after))


_OTHERS: dict[str, type[Ports] | type[Args]] = {"ARG": Args, "EXPOSE": Ports}

__all__ = ["arguments", "behind_flags", "keyword"]
