"""A whole Dockerfile: parser directives, comments and instructions, line by line.

https://docs.docker.com/reference/dockerfile/#format
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from iapo.generate.guide.automaton import State
from iapo.generate.guide.dockerfile.directives import Directive
from iapo.generate.guide.dockerfile.expanding import BLANK
from iapo.generate.guide.dockerfile.heredocs import EndOfLine
from iapo.generate.guide.dockerfile.instructions import behind_flags, keyword
from iapo.generate.guide.dockerfile.pieces import File, gap
from iapo.generate.guide.fence import TICK, Fenced, closing
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import NEWLINE, Remark
from iapo.verify.dockerfile.parser import INSTRUCTIONS

_BEFORE_FROM = frozenset({"ARG", "FROM"})


class Dockerfile(Fenced):
    """The language."""

    fences: ClassVar[tuple[str, ...]] = ("dockerfile", "Dockerfile", "docker")

    def code(self, fenced: bool) -> State:
        """Before the first line."""
        return self.line(File(fenced))

    def line(self, file: File) -> State:
        """Before a line."""
        return self.pool.make(Line, self, file)

    def behind_flags(self, file: File, name: str, flags: frozenset[str]) -> State:
        """Behind the flags of an instruction."""
        return behind_flags(self, file, name, flags)

    def over(self, file: File) -> State:
        """At the end of an instruction's line."""
        return self.pool.make(EndOfLine, self, file, ())

    def declaring(self, file: File, name: str, *, usable: bool) -> File:
        """The file once an ARG is written. `usable`: it is not empty."""
        if file.stages:
            return file
        return file._replace(args=file.args | {name} if usable else file.args - {name})

    def staged(self, file: File, name: str) -> State:
        """After FROM and all that belongs to it: perhaps the name of the stage."""
        after = file._replace(stages=(*file.stages, name))
        return gap(self, after, None, self.over(after))


class Line(State):
    """Before a line, or after blanks in it."""

    __slots__ = ("file", "g")

    def __init__(self, g: Dockerfile, file: File) -> None:
        super().__init__()
        self.g, self.file = g, file

    @property
    def final(self) -> bool:
        return bool(self.file.stages) and not self.file.fenced

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b"```",) if self.file.stages else (b"FROM scratch\n",)

    def move(self, byte: int) -> State | None:
        g, file = self.g, self.file
        later = g.line(file._replace(directives=None))
        if byte in BLANK:
            return self
        if byte == NEWLINE:
            return later
        if byte == ord("#"):
            if file.directives is None:
                return g.pool.make(Remark, g, self)
            return g.pool.make(Directive, g, file, "")
        if byte == TICK:
            return closing(g) if file.fenced and file.stages else None
        names = INSTRUCTIONS if file.stages else _BEFORE_FROM
        after = file._replace(directives=None)
        return self.through(byte, keyword(g, after, frozenset(names)))


__all__ = ["Dockerfile"]
