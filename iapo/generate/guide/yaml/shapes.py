"""What a value may be, told without looking at any text: its types, its keys, its items.

A `Shape` is about one value; `Fields` is about the keys of a mapping. Both are made by a format
(`kubernetes.py` and its neighbours) and compared by identity. What they hold is worked out when it is
first asked for, since schemas refer to themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from iapo.generate.guide.yaml.formed import Form
from iapo.generate.guide.yaml.memory import Embedded, Facts, Heard, Memory, Naming

_INT64 = (-(2**63), 2**63 - 1)


class Fields:
    """The keys of a mapping. This one has none; see `Struct` and `Choice`.

    Attributes:
        names: those that are known.
        free: others may come, with any name.
        spelling: the form of free names; None where any text will do.
        prefixes: beginnings after which a name is free.
        decides: names whose value decides about other keys.
        memory: what is remembered of the mapping.
    """

    names: frozenset[str] = frozenset()
    free: bool = False
    spelling: Form | None = None
    prefixes: tuple[str, ...] = ()
    decides: frozenset[str] = frozenset()
    memory: Memory = Memory()

    def open(self, used: frozenset[str]) -> tuple[str, ...]:
        """The known names that may come next, sorted."""
        return tuple(sorted(self.names - used))

    def takes(self, name: str, used: frozenset[str]) -> bool:
        """Whether a key may come next."""
        if name in used:
            return False
        if name in self.names:
            return name in self.open(used)
        return self.free or any(name.startswith(p) and name != p for p in self.prefixes)

    def shape(self, name: str) -> Shape:
        """What the value of a key that may come is."""
        raise KeyError(name)

    def complete(self, used: frozenset[str]) -> bool:
        """Whether the mapping may end."""
        return True

    def missing(self, used: frozenset[str]) -> list[str]:
        """Names of which one must come before it may end; none where any name will do."""
        return sorted(self.names - used)

    def after(self, name: str) -> Fields:
        """The keys once one is written."""
        return self

    def choose(self, name: str, value: str) -> Fields:
        """The keys once a deciding value is written."""
        return self


@dataclass(eq=False, slots=True)
class Shape:
    """What a value may be: any of what is not left out.

    Attributes:
        null: nothing, or `null`.
        never: of the truth values only the false ones.
        integer: whole numbers from, to.
        number: any number.
        text: a text of any kind.
        strict: a text that begins like a number must be quoted, since one is often meant.
        pattern: the form that a text has.
        words: texts out of these.
        form: whether a text is whole, or begins, one more that may come.
        fields: a mapping.
        each: makes the shape of a sequence's items.
        least: items of a sequence at least.
        merged: aliases of mappings with such keys, which are merged into one.
        naming: texts that name something.
        embedded: the language inside of texts, and of scalars that are nothing else.
        settled: whether what is known lets a sequence end.
        grows: whether what is known lets a sequence have another item.
        closed: what is known once a sequence is closed.
        heard: what is made of what a text, a number or a word says.
    """

    null: bool = False
    boolean: bool = False
    never: bool = False
    integer: tuple[int, int] | None = None
    number: bool = False
    text: bool = False
    strict: bool = False
    pattern: Form | None = None
    words: tuple[str, ...] = ()
    form: Callable[[str, bool], bool] | None = None
    fields: Fields | None = None
    each: Callable[[], Shape] | None = None
    least: int = 0
    merged: Fields | None = None
    naming: Naming | None = None
    embedded: Embedded | None = None
    settled: Callable[[Facts], bool] | None = None
    grows: Callable[[Facts], bool] | None = None
    closed: Callable[[Facts], Facts] | None = None
    heard: Heard | None = None
    _items: Shape | None = field(default=None, init=False, repr=False)

    @property
    def items(self) -> Shape | None:
        """What the items of a sequence are; None where it may be no sequence."""
        if self._items is None and self.each is not None:
            self._items = self.each()
        return self._items

    @property
    def nested(self) -> bool:
        """Whether it may be a mapping or a sequence."""
        return self.fields is not None or self.each is not None

    @property
    def literal(self) -> bool:
        """Whether it may be a scalar other than a free text."""
        return bool(
            self.null or self.boolean or self.integer or self.number or self.words or self.form
        )


def changed(shape: Shape, **attributes: object) -> Shape:
    """A shape that differs from another in some attributes."""
    values = {
        name: getattr(shape, name)
        for name in ("null", "boolean", "never", "integer", "number", "text", "strict", "pattern", "words",
                     "form", "fields", "each", "least", "merged", "naming", "embedded", "settled", "grows",
                     "closed", "heard")
    }  # fmt: skip
    return Shape(**{**values, **attributes})


def of_texts(shape: Shape, **attributes: object) -> Shape:
    """The same with other attributes where it is a text; so are the items of a list that are texts."""
    if shape.text:
        shape = changed(shape, **attributes)
    items = shape.items
    if items is None or not items.text:
        return shape
    other = changed(items, **attributes)
    return changed(shape, each=lambda: other)


def required(shape: Shape) -> Shape:
    """The same, but for nothing at all."""
    return changed(shape, null=False) if shape.null else shape


@dataclass(frozen=True, slots=True)
class Group:
    """Keys of which at least and at most so many may stand together."""

    names: frozenset[str]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Tie:
    """A key that goes only with some values of another.

    Attributes:
        name: the key.
        key: the other one.
        words: the values it goes with; None for any.
        needed: it does not go without the other either.
    """

    name: str
    key: str
    words: frozenset[str] | None = None
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Demand:
    """Keys that a value of another one asks for, or, `lifted`, that are not needed with it."""

    key: str
    word: str
    names: frozenset[str]
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What the keys of a mapping have to do with one another.

    Attributes:
        needed: keys that must be there.
        least: so many keys must be there, whichever.
    """

    needed: frozenset[str] = frozenset()
    groups: tuple[Group, ...] = ()
    ties: tuple[Tie, ...] = ()
    demands: tuple[Demand, ...] = ()
    least: int = 0


class Struct(Fields):
    """Keys with a shape each, perhaps free ones beside them.

    Args:
        properties: name to what makes its shape.
        rest: makes the shape of a free key.
        prefixes: free keys begin with one of these, if there are any.
        memory: what is remembered of it.
        written: keys with a tie that are there.
        chosen: deciding values that are known.
    """

    def __init__(
        self,
        properties: Mapping[str, Callable[[], Shape]],
        rest: Callable[[], Shape] | None = None,
        rules: Rules | None = None,
        *,
        prefixes: tuple[str, ...] = (),
        memory: Memory | None = None,
        written: frozenset[str] = frozenset(),
        chosen: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self.properties = properties
        self._rest = rest
        self.names = frozenset(properties)
        self.free = rest is not None and not prefixes
        self.prefixes = prefixes
        self.rules = rules if rules is not None else Rules()
        self._written, self._chosen = written, chosen
        if memory is not None:
            self.memory = memory
        ties = [t.key for t in self.rules.ties if t.words is not None]
        asked = (*ties, *(d.key for d in self.rules.demands))
        self._asked = frozenset(asked)
        self.decides = self.memory.decides | self._asked
        self._shapes: dict[str, Shape] = {}
        self._others: dict[tuple[str, str], Struct] = {}
        self.needed = self._wants()
        self._barred = self._bars()

    def _wants(self) -> frozenset[str]:
        rules = self.rules
        needed = set(rules.needed)
        needed |= {t.key for t in rules.ties if t.needed and t.name in self._written}
        chosen = [d for d in rules.demands if (d.key, d.word) in self._chosen]
        needed |= {name for d in chosen if not d.lifted for name in d.names}
        return frozenset(needed - {name for d in chosen if d.lifted for name in d.names})

    def _bars(self) -> frozenset[str]:
        values = dict(self._chosen)
        return frozenset(
            tie.name
            for tie in self.rules.ties
            if tie.words is not None and tie.key in values and values[tie.key] not in tie.words
        )

    def open(self, used: frozenset[str]) -> tuple[str, ...]:
        full = [g.names for g in self.rules.groups if len(g.names & used) >= g.most]
        left = self.names - used - self._barred
        return tuple(sorted(n for n in left if not any(n in names for names in full)))

    def shape(self, name: str) -> Shape:
        found = self._shapes.get(name)
        if found is None:
            make = self.properties.get(name, self._rest)
            assert make is not None, name
            found = make()
            if name in self.needed or any(g.least and name in g.names for g in self.rules.groups):
                found = required(found)
            for tie in self.rules.ties:
                if tie.key == name and tie.name in self._written and tie.words is not None:
                    found = changed(found, words=tuple(w for w in found.words if w in tie.words))
            if name in self.properties:
                self._shapes[name] = found
        return found

    def complete(self, used: frozenset[str]) -> bool:
        enough = all(len(g.names & used) >= g.least for g in self.rules.groups)
        return self.needed <= used and enough and len(used) >= self.rules.least

    def missing(self, used: frozenset[str]) -> list[str]:
        left, open_ = sorted(self.needed - used), self.open(used)
        for group in self.rules.groups:
            if len(group.names & used) < group.least:
                left += sorted((n for n in open_ if n in group.names), key=len)
        return left or list(open_)

    def after(self, name: str) -> Fields:
        if not any(tie.name == name for tie in self.rules.ties):
            return self
        return self._other(name, "")

    def choose(self, name: str, value: str) -> Fields:
        return self._other(name, value) if name in self._asked else self

    def _other(self, name: str, value: str) -> Struct:
        found = self._others.get((name, value))
        if found is None:
            written = self._written if value else self._written | {name}
            chosen = self._chosen | {(name, value)} if value else self._chosen
            found = self._others[name, value] = type(self)(
                self.properties, self._rest, self.rules,
                prefixes=self.prefixes, memory=self.memory, written=written, chosen=chosen,
            )  # fmt: skip
        return found


class Choice(Fields):
    """Several ways to write a mapping; which of them it is shows in the keys."""

    def __init__(self, ways: Sequence[Fields]) -> None:
        self.ways = tuple(ways)
        self.names = frozenset().union(*(way.names for way in ways))
        self.free = any(way.free for way in ways)
        self.prefixes = tuple(sorted({p for way in ways for p in way.prefixes}))
        self.decides = frozenset().union(*(way.decides for way in ways))
        self.memory = self.ways[0].memory
        self._after: dict[str, Fields] = {}
        self._shapes: dict[str, Shape] = {}

    def open(self, used: frozenset[str]) -> tuple[str, ...]:
        return tuple(sorted({name for way in self.ways for name in way.open(used)}))

    def shape(self, name: str) -> Shape:
        found = self._shapes.get(name)
        if found is None:
            found = union([way.shape(name) for way in self.ways if way.takes(name, frozenset())])
            if name in self.names:
                self._shapes[name] = found
        return found

    def complete(self, used: frozenset[str]) -> bool:
        return any(way.complete(used) for way in self.ways)

    def missing(self, used: frozenset[str]) -> list[str]:
        ways = [way for way in self.ways if used <= way.names or way.free]
        return min((way.missing(used) for way in ways), key=len, default=[])

    def after(self, name: str) -> Fields:
        found = self._after.get(name)
        if found is None:
            ways = [way.after(name) for way in self.ways if way.takes(name, frozenset())]
            same = len(ways) == len(self.ways) and all(
                a is b for a, b in zip(ways, self.ways, strict=True)
            )
            found = self if same else ways[0] if len(ways) == 1 else Choice(ways)
            if name in self.names:
                self._after[name] = found
        return found

    def choose(self, name: str, value: str) -> Fields:
        ways = [
            way.choose(name, value)
            for way in self.ways
            if not (words := way.shape(name).words) or value in words
        ]
        return ways[0] if len(ways) == 1 else Choice(ways)


def union(shapes: Sequence[Shape]) -> Shape:
    """What may be any of these."""
    if all(shape is shapes[0] for shape in shapes):
        return shapes[0]
    ranges = [s.integer for s in shapes if s.integer is not None]
    fields = list(dict.fromkeys(s.fields for s in shapes if s.fields is not None))
    sequences = [s for s in shapes if s.each is not None]
    text = any(s.text for s in shapes)
    return Shape(
        null=any(s.null for s in shapes),
        boolean=any(s.boolean for s in shapes),
        integer=(min(r[0] for r in ranges), max(r[1] for r in ranges)) if ranges else None,
        number=any(s.number for s in shapes),
        text=text,
        strict=text and all(s.strict for s in shapes if s.text),
        pattern=_common([s.pattern for s in shapes if s.text]),
        words=() if text else tuple(dict.fromkeys(w for s in shapes for w in s.words)),
        fields=None if not fields else fields[0] if len(fields) == 1 else Choice(fields),
        each=(lambda: union([s.items for s in sequences if s.items is not None]))
        if sequences
        else None,
        least=min((s.least for s in sequences), default=0),
        naming=next((s.naming for s in shapes if s.naming is not None), None),
        embedded=next((s.embedded for s in shapes if s.embedded is not None), None),
        settled=next((s.settled for s in sequences if s.settled is not None), None),
        grows=next((s.grows for s in sequences if s.grows is not None), None),
        closed=next((s.closed for s in sequences if s.closed is not None), None),
        heard=next((s.heard for s in shapes if s.heard is not None), None),
    )


def _common(patterns: list[Form | None]) -> Form | None:
    """The form that all texts have, if it is one."""
    return patterns[0] if patterns and all(p is patterns[0] for p in patterns) else None


class _Anything(Fields):
    free = True

    def shape(self, name: str) -> Shape:
        return ANY


ANY: Shape = Shape(
    null=True, boolean=True, integer=_INT64, number=True, text=True, fields=_Anything(),
    each=lambda: ANY,
)  # fmt: skip
NOTHING = Shape(null=True)
TEXT = Shape(text=True)
INTEGER = Shape(integer=_INT64)
BOOLEAN = Shape(boolean=True)

__all__ = [
    "ANY", "BOOLEAN", "INTEGER", "NOTHING", "TEXT", "Choice", "Demand", "Fields", "Group", "Rules",
    "Shape", "Struct", "Tie", "changed", "of_texts", "required", "union",
]  # fmt: skip
