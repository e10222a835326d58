"""The operands of expressions: names of contexts and functions, what is read of them, numbers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache

from iapo.generate.guide.automaton import Event, Exit, Lexeme, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.text import DIGITS, LETTERS, NAME, expect
from iapo.generate.guide.yaml.frames import either
from iapo.generate.guide.yaml.github_actions.early import Early, early
from iapo.generate.guide.yaml.github_actions.expression import MOST_LEVELS, After, Operand
from iapo.generate.guide.yaml.github_actions.facts import Owing, context, property_of
from iapo.generate.guide.yaml.github_actions.sites import Site
from iapo.generate.guide.yaml.github_actions.sums import Level, Sum
from iapo.verify.github_actions.contexts import FUNCTIONS, UNTRUSTED
from iapo.verify.github_actions.types import (
    ANY,
    BOOL,
    NULL,
    NUMBER,
    ArrayType,
    ObjectType,
    Type,
)

_LITERALS = {"true": BOOL, "false": BOOL, "null": NULL}
_MOST_DIGITS = 12


def _usable(operand: Operand, kind: Type, steps: int = 4) -> bool:
    """Whether something of a type may be an operand, or lead to what may in a few steps."""
    if kind is ANY or isinstance(kind, Early) or operand.may_be(kind):
        return True
    if not steps or not isinstance(kind, (ObjectType, ArrayType)):
        return False
    if isinstance(kind, ArrayType):
        return _usable(operand, kind.element, steps - 1)
    inner = {kind.of("")} if isinstance(kind, Owing) else {*kind.properties.values(), kind.rest}
    return any(_usable(operand, one, steps - 1) for one in inner if one is not None)


def _read(site: Site, level: Level, sum: Sum, kind: Type, path: tuple[str, ...]) -> State | None:
    """After something that was read; None where it may not be."""
    if not _usable(site.g.pool.make(Operand, site, level, sum), kind) or (
        not level.safe and path in UNTRUSTED
    ):
        return None
    return site.g.pool.make(After, site, level, sum, kind, path, False)


def _may_come(operand: Operand, name: str) -> bool:
    """Whether a literal, a function or a context may be an operand."""
    if name in _LITERALS:
        return operand.may_be(_LITERALS[name])
    if name not in FUNCTIONS:
        kind = context(name, operand.site.top.known.facts)
        return kind is not None and _usable(operand, kind)
    signature = FUNCTIONS[name][0]
    deep = operand.level.depth >= MOST_LEVELS and bool(signature.parameters)
    return operand.may_be(signature.returns) and not deep


class Word(State):
    """A literal, a function or a context, its beginning written."""

    __slots__ = ("begun", "level", "names", "site", "sum")

    def __init__(self, site: Site, level: Level, sum: Sum, begun: str) -> None:
        super().__init__()
        self.site, self.level, self.sum, self.begun = site, level, sum, begun
        operand = site.g.pool.make(Operand, site, level, sum)
        own = (n for n in (*site.names, *_LITERALS) if n.startswith(begun.lower()))
        self.names = tuple(n for n in own if _may_come(operand, n))

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        over = self.site.over.encode()
        return [b"(", b".", over, b" ", *(n[len(self.begun) :].encode() for n in self.names)]

    def move(self, byte: int) -> State | None:
        make, site, level, sum = self.site.g.pool.make, self.site, self.level, self.sum
        if byte in NAME:
            text = self.begun + chr(byte)
            some = any(n.startswith(text.lower()) for n in self.names)
            return make(Word, site, level, sum, text) if some else None
        name = self.begun.lower()
        if name not in self.names:
            return None
        if byte == ord("("):
            return self._call(name)
        if name in FUNCTIONS:
            return None
        if name in _LITERALS:
            fits = self.begun == name
            found = make(After, site, level, sum, _LITERALS[name], (), False) if fits else None
            return self.through(byte, found)
        kind = context(name, site.top.known.facts)
        path = (name,) if site.rule.script and name == "github" else ()
        return None if kind is None else self.through(byte, _read(site, level, sum, kind, path))

    def _call(self, name: str) -> State | None:
        signatures = FUNCTIONS.get(name)
        make, site, level, sum = self.site.g.pool.make, self.site, self.level, self.sum
        if signatures is None:
            return None
        if not signatures[0].parameters:
            after = make(After, site, level, sum, signatures[0].returns, (), False)
            return expect(site.g, b")", after)
        return make(Operand, site, level, sum).inner(name, ())


class Number(State):
    """A decimal number, its beginning written."""

    __slots__ = ("begun", "level", "site", "sum")

    def __init__(self, site: Site, level: Level, sum: Sum, begun: str) -> None:
        super().__init__()
        self.site, self.level, self.sum, self.begun = site, level, sum, begun

    def move(self, byte: int) -> State | None:
        make, begun = self.site.g.pool.make, self.begun
        last = begun[-1:]
        if byte in DIGITS:
            more = begun.lstrip("-") != "0" and len(begun) < _MOST_DIGITS
        elif byte == ord("."):
            more = "." not in begun and last.isdigit()
        else:
            more = byte == ord("-") and not begun
        if more:
            return make(Number, self.site, self.level, self.sum, begun + chr(byte))
        if byte in NAME or byte == ord(".") or not last.isdigit():
            return None
        return self.through(byte, self._after)

    @property
    def _after(self) -> State:
        return self.site.g.pool.make(After, self.site, self.level, self.sum, NUMBER, (), False)

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (*self._after.ends(ledger), b"0", b"1")


def member(after: After) -> State | None:
    """After the dot behind an operand."""
    site, kind, found = after.site, after.kind, list[State | None]()
    make = site.g.pool.make
    if kind is ANY or isinstance(kind, ArrayType) or _filterable(kind):
        element = _each(kind)
        many = ArrayType(element, True) if element is not ANY else _MANY
        path = (*after.path, "*") if after.path else ()
        star = make(After, site, after.level, after.sum, many, path, False)
        found.append(expect(site.g, b"*", star))
    of = kind
    if isinstance(kind, ArrayType):
        if not kind.filtered:
            return found[0]
        of = kind.element
    if isinstance(of, ObjectType) and of.rest is None:
        found.append(make(Property, after, of, ""))
    elif of is ANY or isinstance(of, ObjectType):
        told = after.path or isinstance(of, Owing | Early) or (of is not ANY and of.properties)  # type: ignore[attr-defined]
        found.append(make(Free, after, of, "", IDENTIFIER if told else UNTOLD))
    return either(site.g, *found)


def _filterable(kind: Type) -> bool:
    return type(kind) is ObjectType and (kind.rest is ANY or isinstance(kind.rest, ObjectType))


def _each(kind: Type) -> Type:
    """The type of what `.*` reads of a list, or of an object of objects."""
    if isinstance(kind, ArrayType):
        return kind.element
    return kind.rest or ANY if isinstance(kind, ObjectType) else ANY


_MANY = ArrayType(ANY, True)


def _property(after: After, of: Type, name: str) -> State | None:
    """After the name of a property."""
    site = after.site
    kind = early((*of.path, name)) if isinstance(of, Early) else property_of(of, name)
    if kind is None:
        return None
    if isinstance(of, Owing):
        owed = ("owed", *of.kind, name)
        site = site.told(site.top.known.facts | {owed})
    if isinstance(after.kind, ArrayType):
        kind = ArrayType(kind, True) if kind is not ANY else _MANY
    path = (*after.path, name) if after.path else ()
    return _read(site, after.level, after.sum, kind, path)


class Property(State):
    """The name of a property out of some, its beginning written."""

    __slots__ = ("after", "begun", "names", "of")

    def __init__(self, after: After, of: ObjectType, begun: str) -> None:
        super().__init__()
        self.after, self.of, self.begun = after, of, begun
        self.names = tuple(n for n in of.properties if n.startswith(begun.lower()))

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return [*(n[len(self.begun) :].encode() for n in sorted(self.names)), b" "]

    def move(self, byte: int) -> State | None:
        if byte in NAME:
            text = self.begun + chr(byte)
            fits = any(
                n.startswith(text.lower()) and _property(self.after, self.of, n) is not None
                for n in self.names
            )
            make = self.after.g.pool.make
            return make(Property, self.after, self.of, text) if fits else None
        name = self.begun.lower()
        if name not in self.names:
            return None
        return self.through(byte, _property(self.after, self.of, name))


class Untold(Local):
    """A name of any letters. Exit: `end`, before what is not of it."""

    lasting = True

    def __init__(self, begun: bool) -> None:
        super().__init__()
        self.begun = begun

    def move(self, byte: int) -> Local | Exit | None:
        if byte in (NAME if self.begun else LETTERS):
            return _identifier(self.textual, True)
        return Exit("end", consumed=False) if self.begun and byte < 0x80 else None


class Identifier(Untold):
    """The same, where it matters which name it is."""

    textual = True


@lru_cache(maxsize=4)
def _identifier(told: bool, begun: bool) -> Untold:
    return Identifier(begun) if told else Untold(begun)


UNTOLD, IDENTIFIER = _identifier(False, False), _identifier(True, False)


class Free(Lexeme):
    """The name of a property of any name, its beginning written if it matters."""

    __slots__ = ("after", "of", "text")

    def __init__(self, after: After, of: Type, text: str, local: Local) -> None:
        super().__init__(local)
        self.after, self.of, self.text = after, of, text

    def within(self, local: Local, byte: int) -> State:
        text = self.text + chr(byte) if local.textual else "x"
        return self.after.g.pool.make(Free, self.after, self.of, text, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        more = label[1].decode("ascii") if isinstance(label, tuple) else ""
        return _property(self.after, self.of, (self.text + more).lower()), None


__all__ = ["Number", "Word", "member"]
