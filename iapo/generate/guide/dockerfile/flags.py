"""Flags between an instruction's name and its arguments: those there are, each with a value it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import State
from iapo.generate.guide.dockerfile.mounts import mount
from iapo.generate.guide.dockerfile.pieces import File, Form, checked, choice, gap, part
from iapo.generate.guide.dockerfile.references import source, variable
from iapo.generate.guide.dockerfile.values import checksum, duration, mode, number
from iapo.generate.guide.dockerfile.words import One
from iapo.generate.guide.text import expect
from iapo.verify.dockerfile.image import ARCHITECTURES, SYSTEMS
from iapo.verify.dockerfile.reader import FLAGS

if TYPE_CHECKING:
    from iapo.generate.guide.dockerfile.language import Dockerfile

_FORMS: dict[str, Form] = {
    "checksum": checksum,
    "chmod": mode,
    "interval": duration,
    "retries": number,
    "start-interval": duration,
    "start-period": duration,
    "timeout": duration,
}
WORDS = {"network": ("default", "none", "host"), "security": ("sandbox", "insecure")}
DASH = ord("-")
VARIANTS = ("v5", "v6", "v7", "v8", "v9")


class Switch(State):
    """One thing after a byte, another before any other.

    Args:
        byte: the one.
        then: what follows it.
        other: what may come instead.
    """

    __slots__ = ("byte", "g", "other", "then")

    def __init__(self, g: Dockerfile, byte: int, then: State, other: State | None) -> None:
        super().__init__()
        self.g, self.byte, self.then, self.other = g, byte, then, other

    @property
    def final(self) -> bool:
        return self.other is not None and self.other.final

    def move(self, byte: int) -> State | None:
        return self.then if byte == self.byte else self.through(byte, self.other)


class Flags(State):
    """Before a flag or an instruction's arguments.

    Args:
        name: of the instruction.
        used: the flags that are written.
        begun: what is written of a flag's name and the dashes before it.
    """

    __slots__ = ("begun", "file", "g", "name", "used")

    def __init__(
        self, g: Dockerfile, file: File, name: str, used: frozenset[str], begun: str = ""
    ) -> None:
        super().__init__()
        self.g, self.file, self.name, self.used, self.begun = g, file, name, used, begun

    def move(self, byte: int) -> State | None:
        g, begun = self.g, self.begun
        text = begun + chr(byte)
        if len(begun) < 2:
            rest: State | None = g.behind_flags(self.file, self.name, self.used)
            dashed = rest and rest.next(DASH)
            if byte == DASH:
                return self._with(text) if self._flags or (dashed and not begun) else None
            return self.through(byte, dashed if begun else rest)
        if any(f"--{flag}".startswith(text) for flag in self._flags):
            return self._with(text)
        flag = begun[2:]
        if flag not in self._flags:
            return None
        after = gap(g, self.file, g.pool.make(Flags, g, self.file, self.name, self.used | {flag}))
        switch = FLAGS[self.name][flag] == "bool"
        if byte == ord("="):
            if switch:
                return choice(g, {"true": after, "false": after})
            return value(g, self.file, flag, after)
        return self.through(byte, after) if switch else None

    @property
    def _flags(self) -> list[str]:
        kinds = FLAGS.get(self.name, {})
        return [flag for flag, kind in kinds.items() if flag not in self.used or kind == "list"]

    def _with(self, begun: str) -> State:
        return self.g.pool.make(Flags, self.g, self.file, self.name, self.used, begun)


def value(g: Dockerfile, file: File, flag: str, after: State) -> State:
    """Before the value of a flag."""
    if flag in _FORMS:
        return checked(g, _FORMS[flag], after)
    if flag in WORDS:
        return choice(g, dict.fromkeys(WORDS[flag], after))
    if flag == "from":
        return source(g, file, after, numbers=True)
    if flag == "mount":
        return mount(g, file, after)
    if flag == "platform":
        kinds = dict.fromkeys(VARIANTS, after)
        machine = g.pool.make(Switch, g, ord("/"), choice(g, kinds), after)
        system = choice(g, dict.fromkeys(ARCHITECTURES, machine))
        known = choice(g, dict.fromkeys(SYSTEMS, expect(g, b"/", system)))
        return g.pool.make(Switch, g, ord("$"), variable(g, file, after), known)
    return part(g, file, One(False), after)


__all__ = ["Flags", "Switch"]
