"""The values that workflows are made of: texts, flags and numbers, each an expression or with some in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from iapo.generate.guide.yaml.github_actions.facts import Name
from iapo.generate.guide.yaml.github_actions.sites import Expressions
from iapo.generate.guide.yaml.memory import Memory
from iapo.generate.guide.yaml.shapes import Group, Rules, Shape, Struct, Tie, changed
from iapo.verify.github_actions.contexts import NOWHERE, Place

Make = Callable[[], Shape]
_INT64 = (-(2**63), 2**63 - 1)
_MOST_MINUTES = 100_000


@cache
def text(place: Place = NOWHERE, *, empty: bool = False, wanted: str = "text") -> Shape:
    """A text with expressions in it. `empty`: or nothing."""
    return Shape(
        null=empty, boolean=True, integer=_INT64, number=True, text=True,
        embedded=Expressions(place, wanted),
    )  # fmt: skip


@cache
def script(place: Place) -> Shape:
    """A program with expressions in it, which may show no text of an outsider."""
    return Shape(
        boolean=True, integer=_INT64, number=True, text=True,
        embedded=Expressions(place, script=True),
    )  # fmt: skip


@cache
def flag(place: Place) -> Shape:
    """A truth value or an expression."""
    return Shape(boolean=True, embedded=Expressions(place, "boolean"))


@cache
def minutes(place: Place) -> Shape:
    """A whole number above zero or an expression."""
    return Shape(integer=(1, _MOST_MINUTES), embedded=Expressions(place, "number"))


@cache
def condition(place: Place) -> Shape:
    """An `if`: an expression, in braces or not."""
    return Shape(embedded=Expressions(place, "any", bare=True))


@cache
def texts(place: Place = NOWHERE, *, wanted: str = "text") -> Shape:
    """A text or several."""
    one, item = text(place, wanted=wanted), text(place)
    return changed(one, each=lambda: item, least=1)


def sequence(item: Make, *, least: int = 1) -> Shape:
    """A sequence of items."""
    return Shape(each=item, least=least)


def mapping(
    properties: Mapping[str, Make],
    needed: str = "",
    *groups: Group,
    ties: tuple[Tie, ...] = (),
    memory: Memory | None = None,
    empty: bool = False,
) -> Shape:
    """A mapping of known keys. `needed`: those that must be there."""
    rules = Rules(frozenset(needed.split()), groups, ties, least=0 if empty else 1)
    return Shape(fields=Struct(properties, rules=rules, memory=memory))


def named(rest: Make, *, memory: Memory | None = None, empty: bool = False) -> Shape:
    """A mapping of free keys."""
    return Shape(fields=Struct({}, rest, Rules(least=0 if empty else 1), memory=memory))


def or_expression(shape: Shape, place: Place, wanted: str = "object") -> Shape:
    """The same, or an expression that gives it."""
    return changed(shape, embedded=Expressions(place, wanted))


def some(names: str, least: int, most: int) -> Group:
    """Of some keys so many at least and at most."""
    return Group(frozenset(names.split()), least, most)


def of(shape: Shape) -> Make:
    """What makes a shape that is made already."""
    return lambda: shape


def words(every: Iterable[str]) -> Shape:
    """One of some words."""
    return Shape(words=tuple(every))


@cache
def environment(place: Place) -> Shape:
    """Variables, or an expression that gives them."""
    return or_expression(named(of(text(place, empty=True))), place)


_SHELLS = ("bash", "pwsh", "python", "sh", "cmd", "powershell")
_MARK = "{0}"


def _command(phase: str, char: str) -> str | None:
    """A command with `{0}` for the script behind it; phases: `word`, `space`, then what is written of that."""
    if phase == "":
        return "word" if char.isalpha() or char == "/" else None
    if phase in ("word", "space") and (char.isalnum() or char in "_./=$-"):
        return "word"
    if char == " ":
        return "space" if phase == "word" else None
    begun = ("" if phase == "space" else phase) + char
    if phase == "word" or not _MARK.startswith(begun):
        return None
    return "+" if begun == _MARK else begun


@cache
def shell(place: Place) -> Shape:
    """A shell by name, a command with `{0}` for the script, or an expression."""
    return Shape(words=_SHELLS, naming=Name("", _command, "perl {0}"), embedded=Expressions(place))


__all__ = [
    "Make", "condition", "environment", "flag", "mapping", "minutes", "named", "of", "or_expression",
    "script", "sequence", "shell", "some", "text", "texts", "words",
]  # fmt: skip
