"""The bodies of blocks: which arguments and blocks may stand in them, and when they may close.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#structural-elements
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from iapo.generate.guide.automaton import Event, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.terraform import arguments
from iapo.generate.guide.terraform.builtin import ANYTHING, CHECK, TOP
from iapo.generate.guide.terraform.grammar import Grammar, Scope
from iapo.generate.guide.terraform.lexemes import (
    BLANK,
    NAME_AFTER_BLANK,
    NAME_AFTER_SPACE,
    QUOTE,
    Names,
    Spaced,
)
from iapo.generate.guide.terraform.pieces import Named, any_name, comment, one_name
from iapo.generate.guide.terraform.shapes import ANY, ITERABLE, Shape
from iapo.generate.guide.terraform.spec import Item, Spec
from iapo.generate.guide.text import LETTERS, NEWLINE, expect, many

_ANY_ITEM = Item(shape=ANY, block=lambda: ANYTHING, single=False)
_CONSTANT_ITEM = replace(_ANY_ITEM, mode="constant")
_LITERAL = frozenset({"words", "number", "bool"})
_SELF = frozenset({"provisioner", "connection", "postcondition"})
_LINE_STARTS = LETTERS | BLANK | frozenset(b"\n#/}")


class Up(Protocol):
    """What a block stands in."""

    def closed(self, body: Body) -> Named:
        """The state after the block's closing brace."""
        ...


@dataclass(frozen=True, eq=False)
class Body:
    """An open block.

    Attributes:
        used: names that are there.
        blocks: those of them that were written as blocks.
        firm: those that are certainly set, so that what conflicts with them may not come.
        scope: what expressions know here, apart from what the block itself binds.
        label: of a `dynamic` block, the name of its iterator; of a provider or variable, its name.
        typed: of a variable, what its default must be where its type is there; what it is where
            its type is not.
        declares: kind of the declarations that the block's arguments are ("local"), or "".
    """

    g: Grammar
    spec: Spec
    up: Up
    scope: Scope
    used: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    firm: frozenset[str] = frozenset()
    label: str = ""
    declares: str = ""
    typed: Shape | None = None

    @cached_property
    def mention(self) -> Event | None:
        """What a condition in this block must refer to: the variable that it validates, or anything."""
        if self.spec is not CHECK:
            return None
        outer = self.up.body if isinstance(self.up, Nested) else None
        if outer is None or outer.spec is not TOP["variable"]:
            return ("mention",)
        return ("mention", "var", outer.label)

    @cached_property
    def inner_scope(self) -> Scope:
        """What expressions know in this block."""
        if isinstance(self.spec, _DynamicSpec):
            return self.scope
        bound = [own for argument, own in _BINDS if argument in self.used]
        return self.scope.with_names(*bound) if bound else self.scope

    @cached_property
    def names(self) -> Names:
        """The names that may come."""
        items = self.spec.items
        excluded = {name for firm in self.firm if firm in items for name in items[firm].excludes}
        left = (
            name
            for name, item in items.items()
            if name not in excluded
            and not item.excludes & self.firm
            and (name not in self.used or self._again(name, item))
            and (name != "dynamic" or self.dynamics.names)
        )
        return Names(left, base=self.spec.names)

    @cached_property
    def arguments(self) -> Names:
        """Those of them that are arguments: a block may not stand in the line of an opening brace."""
        items = self.spec.items
        left = (n for n in self.names.names if items[n].shape is not None and n not in self.blocks)
        return Names(left, base=self.spec.names)

    def _again(self, name: str, item: Item) -> bool:
        if item.shape is not None:
            return name in self.blocks
        return not item.single

    def _dynamic(self, name: str, item: Item) -> bool:
        if name == "dynamic" or item.block is None or item.labels or name in _FIXED:
            return False
        return name not in self.used or self._again(name, item)

    @property
    def complete(self) -> bool:
        """Whether the block may close."""
        return self.spec.required <= self.used and all(g & self.used for g in self.spec.groups)

    @property
    def depth(self) -> int:
        """Blocks that are open, itself among them."""
        return 1 + (self.up.body.depth if isinstance(self.up, Nested) else 0)

    @property
    def missing(self) -> list[str]:
        """What must be written before it may close: one of these at least."""
        left = sorted(self.spec.required - self.used)
        if self.declares and not self.used:
            return ["main"]
        return left or [n for g in self.spec.groups if not g & self.used for n in sorted(g)]

    @cached_property
    def dynamics(self) -> Names:
        """The blocks that `dynamic` may write."""
        return Names(n for n, item in self.spec.items.items() if self._dynamic(n, item))

    def item(self, name: str) -> Item | None:
        """What a name is; None where it may not stand here."""
        item = self.spec.items.get(name)
        if item is not None:
            return item if name in self.names else None
        if not self.spec.open or (name in self.used and name not in self.blocks):
            return None
        return _ANY_ITEM if self.spec.mode == "values" else _CONSTANT_ITEM

    def with_argument(self, name: str, value: Shape) -> Body:
        """The block once an argument is written."""
        item = self.spec.items.get(name)
        certain = value.kind in _LITERAL or (item is not None and item.firm)
        firm = self.firm | {name} if certain else self.firm
        typed = self.typed
        if self.spec is TOP["variable"] and name in ("type", "default"):
            typed = value.element if name == "type" else value
        return replace(self, used=self.used | {name}, firm=firm, typed=typed)

    def with_block(self, name: str, certain: bool = True) -> Body:
        """The block once a block is written in it."""
        return replace(
            self,
            used=self.used | {name},
            blocks=self.blocks | {name},
            firm=self.firm | {name} if certain else self.firm,
        )


_BINDS = (("count", "count"), ("for_each", "each"))
_FIXED = frozenset({"lifecycle", "connection", "provisioner"})


def interned(body: Body) -> Body:
    """The one body that equals this one."""
    g = body.g
    return g.pool.make(
        Body, g, body.spec, body.up, body.scope, body.used, body.blocks, body.firm,
        body.label, body.declares, body.typed,
    )  # fmt: skip


def open_brace(body: Body) -> State:
    """After the `{` of a block."""
    return body.g.pool.make(Line, interned(body), "open")


class Line(State):
    """Where an argument or a block may begin.

    Args:
        phase: `line` at the beginning of one; `open` on the line of the opening brace, where a
            single argument may stand; `closing` after that argument.
        bare: leaves names out, which are then another part of the same position.
    """

    __slots__ = ("bare", "body", "phase")
    alphabet = _LINE_STARTS

    def __init__(self, body: Body, phase: str, bare: bool = False) -> None:
        super().__init__()
        self.body, self.phase, self.bare = body, phase, bare

    def parts(self) -> tuple[State, ...]:
        if self.bare or self.phase == "closing":
            return ()
        g, body = self.body.g, self.body
        naming = g.pool.make(Naming, body, self.phase == "open")
        if body.spec.open:
            before = NAME_AFTER_BLANK if self.phase == "open" else NAME_AFTER_SPACE
            name = any_name(g, naming, before)
        else:
            spaced = g.pool.make(Spaced, self._names, self.phase == "line")
            name = one_name(g, naming, self._names, spaced)
        return g.pool.make(Line, body, self.phase, True), name

    def move(self, byte: int) -> State | None:
        body, g = self.body, self.body.g
        if byte in BLANK:
            return self
        if byte == NEWLINE:
            return None if self.phase == "closing" else g.pool.make(Line, body, "line", self.bare)
        if byte == ord("}"):
            if not body.complete:
                return None
            state, event = body.up.closed(body)
            self.tell(byte, event)
            return state
        if self.phase == "closing":
            return None
        if byte in LETTERS and self.bare:
            return None
        if byte in LETTERS:
            naming = g.pool.make(Naming, body, self.phase == "open")
            if body.spec.open:
                return self.through(byte, any_name(g, naming))
            return self.through(byte, one_name(g, naming, self._names))
        return comment(g, byte, g.pool.make(Line, body, "line"))

    @property
    def _names(self) -> Names:
        return self.body.arguments if self.phase == "open" else self.body.names

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        depth = self.body.depth
        if self.body.complete or self.phase == "closing":
            return (b"  " * (depth - 1) * (self.phase == "line") + b"}",)
        before = "\n" * (self.phase == "open") + "  " * depth
        return [f"{before}{name} ".encode() for name in self.body.missing]


class Naming:
    """The name of an argument or a block; `alone`: on the line of the opening brace."""

    __slots__ = ("alone", "body")

    def __init__(self, body: Body, alone: bool) -> None:
        self.body, self.alone = body, alone

    def named(self, name: str) -> Named:
        """After the name."""
        body = self.body
        item = body.item(name)
        if item is None:
            return None, None
        event: Event | None = ("declare", body.declares, name) if body.declares else None
        if name == "condition" and body.mention is not None:
            event = ("attend",)
        return body.g.pool.make(AfterName, body, name, item, self.alone), event


class AfterName(State):
    """After a name: `=`, `{` or a label."""

    __slots__ = ("alone", "body", "item", "name")
    alphabet = BLANK | frozenset(b'={"')

    def __init__(self, body: Body, name: str, item: Item, alone: bool) -> None:
        super().__init__()
        self.body, self.name, self.item, self.alone = body, name, item, alone

    def move(self, byte: int) -> State | None:
        body, item = self.body, self.item
        if byte in BLANK:
            return self
        if byte == ord("="):
            if item.shape is None or self.name in body.used:
                return None
            return arguments.argument(body, self.name, item, self.alone)
        if self.alone or body.declares:
            return None
        if byte == QUOTE:
            return self._label()
        if byte != ord("{") or item.block is None or item.labels:
            return None
        spec = item.block()
        child = Body(body.g, spec, body.g.pool.make(Nested, body, self.name), self._inner())
        return open_brace(child)

    def _label(self) -> State | None:
        body, g = self.body, self.body.g
        if self.name == "dynamic" and not body.spec.open:
            return one_name(g, g.pool.make(Dynamic, body), body.dynamics)
        if self.item.labelled:
            names = g.pool.make(Names, tuple(self.item.labelled))
            return one_name(g, g.pool.make(Labelled, self), names)
        if self.item.labels or body.spec.open:
            return any_name(g, g.pool.make(Labelled, self))
        return None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b"= ", b"{\n", b'"')

    def opened(self, label: str) -> State:
        """After the label."""
        body = self.body
        spec = self.item.block() if self.item.block is not None else ANYTHING
        spec = self.item.labelled.get(label, spec)
        up = body.g.pool.make(Nested, body, self.name)
        return brace(body.g, open_brace(Body(body.g, spec, up, self._inner())))

    def _inner(self) -> Scope:
        scope = self.body.inner_scope
        if self.name == "content" and isinstance(self.body.spec, _DynamicSpec):
            return scope.with_names(self.body.label)
        return scope.with_names("self") if self.name in _SELF else scope


class Labelled:
    """The label of a nested block."""

    __slots__ = ("after",)

    def __init__(self, after: AfterName) -> None:
        self.after = after

    def named(self, name: str) -> Named:
        """Before the closing quote."""
        return expect(self.after.body.g, b'"', self.after.opened(name)), None


def brace(g: Grammar, then: State) -> State:
    """Spaces and a `{`."""
    return many(g, BLANK, expect(g, b"{", then))


class Dynamic:
    """The label of a `dynamic` block."""

    __slots__ = ("body",)

    def __init__(self, body: Body) -> None:
        self.body = body

    def named(self, name: str) -> Named:
        """Before the closing quote."""
        body, g = self.body, self.body.g
        inner = body.spec.items[name].block
        assert inner is not None
        spec = g.pool.make(_DynamicSpec, inner)
        up = g.pool.make(Nested, body, f"dynamic {name}")
        child = Body(g, spec, up, body.inner_scope, label=name)
        return expect(g, b'"', brace(g, open_brace(child))), None


class _DynamicSpec(Spec):
    def __init__(self, inner: Callable[[], Spec]) -> None:
        super().__init__(
            {
                "for_each": Item(shape=ITERABLE, required=True),
                "iterator": Item(shape=ANY, mode="iterator"),
                "content": Item(block=inner, required=True),
            }
        )


class Nested:
    """A block inside another."""

    __slots__ = ("body", "name")

    def __init__(self, body: Body, name: str) -> None:
        self.body, self.name = body, name

    def closed(self, body: Body) -> Named:
        """After the closing brace."""
        dynamic = self.name.startswith("dynamic ")
        after = self.body.with_block(self.name.removeprefix("dynamic "), certain=not dynamic)
        line = self.body.g.pool.make(Line, interned(after), "line")
        return self.body.g.pool.make(EndOfLine, self.body.g, line), None


class EndOfLine(State):
    """After a block: a comment or a line feed."""

    __slots__ = ("g", "line")
    alphabet = BLANK | frozenset(b"\n#/")

    def __init__(self, g: Grammar, line: State) -> None:
        super().__init__()
        self.g, self.line = g, line

    @property
    def final(self) -> bool:
        return self.line.final

    def move(self, byte: int) -> State | None:
        if byte in BLANK:
            return self
        return self.line if byte == NEWLINE else comment(self.g, byte, self)
