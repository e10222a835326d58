"""`steps { parallel(a: { ... }, b: { ... }) }`, the old form of parallel stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import Local, State
from iapo.generate.guide.jenkins.lexemes import PLAIN
from iapo.generate.guide.jenkins.places import FIRST, Place, Word, spacing, then
from iapo.generate.guide.jenkins.sections import Kind, PlainText, Section, opened
from iapo.generate.guide.text import LETTERS

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

_FAST = "failFast"


def branches(g: Jenkinsfile, steps: Kind, after: State) -> State:
    """After the opening parenthesis. `steps`: what a branch holds."""
    return g.nested(g.pool.make(Branch, g, g.pool.make(Section, g, steps)), after)


class Branch(Place):
    """Before a branch. `section`: what they hold, what follows them, their names."""

    __slots__ = ("section",)

    def __init__(self, g: Jenkinsfile, section: Section) -> None:
        super().__init__(g, spacing(True, named=True))
        self.section = section

    def begin(self, byte: int) -> State | None:
        make = self.g.pool.make
        if byte in b"'\"":
            return make(QuotedBranch, self.g, self.section, "", PLAIN[chr(byte)])
        if byte in LETTERS:
            return make(BranchName, self.g, self.section, "", FIRST).next(byte)
        return None


class BranchName(Word):
    """In the name of a branch."""

    __slots__ = ("section",)

    def __init__(self, g: Jenkinsfile, section: Section, begun: str, local: Local) -> None:
        super().__init__(g, begun, local)
        self.section = section

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(BranchName, self.g, self.section, begun, local)

    def named(self, text: str, colon: bool) -> State | None:
        return _named(self.section, text) if colon else None


class QuotedBranch(PlainText):
    """In the name of a branch in quotes."""

    __slots__ = ()

    def written(self, text: str) -> State | None:
        return _named(self.section, text)


def _named(section: Section, name: str) -> State | None:
    if name in section.used:
        return None
    g, make = section.g, section.g.pool.make
    after = make(AfterBranch, g, section.knowing(name))
    if name == _FAST:
        return then(g, ":", g.truth(after), lines=False)
    return then(g, ":", opened(g, section.kind, after), lines=False)


class AfterBranch(Place):
    """After a branch."""

    __slots__ = ("section",)

    def __init__(self, g: Jenkinsfile, section: Section) -> None:
        super().__init__(g, spacing(True))
        self.section = section

    def begin(self, byte: int) -> State | None:
        if byte == ord(","):
            return self.g.pool.make(Branch, self.g, self.section)
        return self.section.after if byte == ord(")") and self.section.used - {_FAST} else None
