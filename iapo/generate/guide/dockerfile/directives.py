"""Parser directives: `# syntax=`, `# escape=`, `# check=`, each once, before everything else.

What is no directive is a comment, after which none may come any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import State
from iapo.generate.guide.dockerfile.expanding import BLANK
from iapo.generate.guide.dockerfile.pieces import File
from iapo.generate.guide.text import NEWLINE, Remark, many

if TYPE_CHECKING:
    from iapo.generate.guide.dockerfile.language import Dockerfile

_NAMES = ("syntax", "escape", "check")


class Directive(State):
    """After the `#` of a line that may be one.

    Args:
        begun: what is written of its name; with a blank, once that is whole.
    """

    __slots__ = ("begun", "file", "g")

    def __init__(self, g: Dockerfile, file: File, begun: str) -> None:
        super().__init__()
        self.g, self.file, self.begun = g, file, begun

    @property
    def commenting(self) -> bool:
        return True

    def move(self, byte: int) -> State | None:
        g, file = self.g, self.file
        assert file.directives is not None
        name = self.begun.rstrip()
        if byte == ord("=") and name.lower() in _NAMES:
            name = name.lower()
            if name in file.directives:
                return None
            after = file._replace(directives=file.directives | {name})
            return many(g, BLANK, g.pool.make(Value, g, after, name))
        if byte in BLANK and name.lower() in ("", *_NAMES):
            return g.pool.make(Directive, g, file, f"{name} " if name else "")
        text = self.begun + chr(byte)
        if any(word.startswith(text.lower()) for word in _NAMES):
            return g.pool.make(Directive, g, file, text)
        remark = g.pool.make(Remark, g, g.line(file._replace(directives=None)))
        return self.through(byte, remark)


class Value(State):
    """Before the value of a directive."""

    __slots__ = ("file", "g", "name")

    def __init__(self, g: Dockerfile, file: File, name: str) -> None:
        super().__init__()
        self.g, self.file, self.name = g, file, name

    def move(self, byte: int) -> State | None:
        g, file = self.g, self.file
        if byte == NEWLINE:
            return None
        if self.name != "escape":
            return self.through(byte, g.pool.make(Remark, g, g.over(file)))
        if byte not in b"\\`":
            return None
        return many(g, BLANK, g.over(file._replace(escape=byte)))


__all__ = ["Directive"]
