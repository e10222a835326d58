"""What entries of sections take: steps, options, triggers, parameters, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import State
from iapo.generate.guide.jenkins.brackets import Call, Command, nameless
from iapo.generate.guide.jenkins.parallel import branches
from iapo.generate.guide.jenkins.places import Place, spacing, then
from iapo.generate.guide.jenkins.sections import Kind, Section, Used, opened
from iapo.generate.guide.text import DIGITS, LETTERS
from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.catalog import Signature

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

SETTING = Signature(("",))
"""One value without a name."""

_DONE = ""  # what is written of a section in which anything may come again


class Head(Place):
    """After the name of something that is called.

    Args:
        after: what follows the call.
        takes: its arguments; None for any.
        step: its name, where these have a kind.
        block: before the brace of what it may hold; None where it holds nothing.
        blocks: its arguments may be closures.
    """

    __slots__ = ("after", "block", "blocks", "step", "takes")

    def __init__(
        self,
        g: Jenkinsfile,
        after: State,
        takes: Signature | None,
        step: str,
        block: State | None,
        blocks: bool,
    ) -> None:
        super().__init__(g, spacing(False, named=nameless(takes, "")))
        self.after, self.takes, self.step = after, takes, step
        self.block, self.blocks = block, blocks

    def begin(self, byte: int) -> State | None:
        g, make, block = self.g, self.g.pool.make, self.block
        takes = (self.takes, self.step)
        if byte == ord("{") and block is not None:
            return block.next(byte)
        if byte == ord("("):
            after = self.after if block is None else make(Parenthesized, g, self.after, block)
            return g.nested(make(Call, g, self.blocks, True, *takes).begin(), after)
        if byte in LETTERS or byte in DIGITS or byte in b"'\"":
            command = make(Command, g, None, self.after, self.blocks, *takes)
            return command.begin().next(byte) if command.plain or command.names else None
        return None


def head(
    g: Jenkinsfile,
    after: State,
    takes: Signature | None,
    step: str,
    *,
    block: State | None = None,
    blocks: bool = False,
) -> State:
    """After the name of something that is called (see `Head`)."""
    return g.pool.make(Head, g, after, takes, step, block, blocks)


class Parenthesized(Place):
    """After arguments in parentheses: perhaps a block."""

    __slots__ = ("after", "block")

    def __init__(self, g: Jenkinsfile, after: State, block: State) -> None:
        super().__init__(g, spacing(False))
        self.after, self.block = after, block

    def begin(self, byte: int) -> State | None:
        return self.block.next(byte) if byte == ord("{") else self.through(byte, self.after)


class OneOf(Place):
    """Before one of some words, in the line."""

    __slots__ = ("after", "words")

    def __init__(self, g: Jenkinsfile, words: tuple[str, ...], after: State) -> None:
        super().__init__(g, spacing(False))
        self.words, self.after = words, after

    def begin(self, byte: int) -> State | None:
        return self.through(byte, self.g.one_of(self.words, self.after))


def boolean(g: Jenkinsfile, after: State) -> State:
    """Before `true` or `false`."""
    return g.pool.make(OneOf, g, ("true", "false"), after)


class Steps(Kind):
    """`steps`, a condition of `post`, or what a step holds.

    Args:
        sole: there may be the step `parallel`, if there is no other.
    """

    free = True

    def __init__(self, sole: bool) -> None:
        self.sole = sole

    def more(self, used: Used) -> bool:
        return "parallel" not in used

    def names(self, used: Used) -> Iterable[str]:
        return ()

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"echo 'x'\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State | None:
        after = section.ended(_DONE)
        if name == "parallel" and self.sole and not section.used:
            return then(g, "(", branches(g, NESTED, section.ended(name)), lines=False)
        if name in catalog.BLOCKED_STEPS:
            return None
        if name in ("script", "expression"):
            return then(g, "{", g.block(after))
        takes = catalog.STEPS.get(name)
        return head(g, after, takes, name, block=opened(g, NESTED, after), blocks=True)


NESTED = Steps(sole=False)

_CALLED: dict[str, tuple[Mapping[str, Signature], frozenset[str]]] = {
    "options": (
        catalog.OPTIONS | catalog.JOB_OPTIONS,
        catalog.PLUGIN_OPTIONS - catalog.WRONG_OPTIONS.keys(),
    ),
    "stage options": (catalog.OPTIONS, catalog.PLUGIN_OPTIONS - catalog.WRONG_OPTIONS.keys()),
    "parameters": (catalog.PARAMETERS, catalog.PLUGIN_PARAMETERS),
    "triggers": (catalog.TRIGGERS, catalog.PLUGIN_TRIGGERS),
}
_NEEDED = {"parameters": b"string(name: 'x')\n", "triggers": b"cron('@daily')\n"}


class Calls(Kind):
    """`options`, `parameters`, `triggers`: calls that the common plugins define."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.known, self.plugins = _CALLED[what]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calls) and self.what == other.what

    def __hash__(self) -> int:
        return hash(self.what)

    def names(self, used: Used) -> Iterable[str]:
        return {*self.known, *self.plugins} - used

    def needed(self, used: Used) -> Iterable[bytes]:
        return (_NEEDED.get(self.what, b"timestamps()\n"),)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        after = section.ended(_DONE if self.what == "parameters" else name)
        step = name if self.what.endswith("options") and name in catalog.STEPS else ""
        return head(g, after, self.known.get(name), step)


class Conditions(Kind):
    """`allOf`, `anyOf` and `not`. `one`: there is exactly one condition."""

    def __init__(self, one: bool) -> None:
        self.one = one

    def names(self, used: Used) -> Iterable[str]:
        return () if self.one and used else catalog.CONDITIONS

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"branch 'x'\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State | None:
        return _condition(g, section.ended(_DONE), name)


_ONE, _SEVERAL = Conditions(True), Conditions(False)


def _condition(g: Jenkinsfile, after: State, name: str) -> State:
    if name == "expression":
        return then(g, "{", g.block(after))
    if name in catalog.NESTED_CONDITIONS:
        return opened(g, _ONE if name == "not" else _SEVERAL, after)
    return head(g, after, catalog.CONDITIONS[name], "")


class Flagged(Kind):
    """`when`: conditions, and when they are looked at."""

    def names(self, used: Used) -> Iterable[str]:
        return {*catalog.CONDITIONS, *catalog.WHEN_FLAGS} - used

    def whole(self, used: Used) -> bool:
        return _DONE in used

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"branch 'x'\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State | None:
        if name in catalog.WHEN_FLAGS:
            return boolean(g, section.ended(name))
        return _condition(g, section.ended(_DONE), name)


__all__ = [
    "NESTED",
    "SETTING",
    "Calls",
    "Flagged",
    "OneOf",
    "Steps",
    "boolean",
    "head",
]
