"""Expressions: operands, operators, references, calls.

An expression stands in a `Place`, which knows what may end it and what value is wanted there. What a
value is known to be (`Shape`) is carried along, so that a list cannot be given where a number is
wanted. Grammar: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#expressions
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from iapo.generate.guide.automaton import Event, Lexeme, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.terraform import access, constructors, templates
from iapo.generate.guide.terraform.grammar import Function, Grammar, Scope
from iapo.generate.guide.terraform.lexemes import BLANK, NUMBERS, SPACE, Names, Opening, Spaced
from iapo.generate.guide.terraform.pieces import Named, any_name, comment, ended, one_name
from iapo.generate.guide.terraform.place import FRESH, STATIC, Ops, Place
from iapo.generate.guide.terraform.shapes import (
    ANY,
    BOOL,
    COMPOUND,
    NUMBER,
    Shape,
    expands,
    fits,
    may_be_bool,
    may_be_compound,
    may_be_number,
    united,
)
from iapo.generate.guide.text import DIGITS, NEWLINE, expect, many


def operand(g: Grammar, place: Place, ops: Ops = FRESH) -> State:
    """Before an operand."""
    opening = g.opening(place.scope, place.newlines, _scalar(place, ops))
    return g.pool.make(Operand, g, place, ops, opening)


def _scalar(place: Place, ops: Ops) -> bool:
    """Whether a number or a truth will do. Elsewhere it could only be the condition of a ternary."""
    return ops != FRESH or place.wanted.kind not in COMPOUND


def tail(g: Grammar, place: Place, ops: Ops, value: Shape, tight: bool = True) -> State:
    """After an operand; `tight`: right after it."""
    return g.pool.make(Tail, g, place, ops, value, tight)


_SURROUNDINGS = frozenset({"each", "count", "self", "path", "terraform"})
"""What can be referred to and is not declared."""

_STATIC = {"list": "[", "map": "{"}
"""In a scope where a name is all there is: what else may begin what is wanted."""


_SIMPLEST = {"string": b'"x"', "number": b"1", "bool": b"true", "list": b"[", "map": b"{", "set": b"[",
             "object": b"{", "iterable": b"[", "keys": b"{", "null": b"null", "type": b"any"}  # fmt: skip
"""How a short value begins of each kind. Few providers take an empty text or a nought."""
_UNTOLD = b"var.x"
"""A text of which nobody knows what it says."""


class Operand(Lexeme):
    """Before an operand, or in the identifier it begins with."""

    __slots__ = ("g", "ops", "place")

    def __init__(self, g: Grammar, place: Place, ops: Ops, local: Local) -> None:
        super().__init__(local)
        self.g, self.place, self.ops = g, place, ops

    def parts(self) -> tuple[State, ...]:
        # Names bound around it are another part, so that the rest is worked out once for all scopes.
        g, place, bound = self.g, self.place, self.place.scope.bound
        scalar = _scalar(place, self.ops)
        if (
            place.scope.mode != "values"
            or not bound
            or self.local is not g.opening(place.scope, place.newlines, scalar)
        ):
            return ()
        scope = Scope(place.scope.mode, target=place.scope.target)
        plain = g.opening(scope, place.newlines, scalar)
        if plain is self.local:
            return ()
        names = g.pool.make(Names, tuple(sorted(bound)))
        own = one_name(g, self, names, g.pool.make(Spaced, names, place.newlines))
        return g.pool.make(Operand, g, place, self.ops, plain), own

    def named(self, name: str) -> Named:
        """After an identifier."""
        return self._identifier(name), ("note",) if name in _SURROUNDINGS else None

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Operand, self.g, self.place, self.ops, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if isinstance(label, tuple):
            return self.named(label[1])
        assert isinstance(label, int)
        return self._other(label), None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        if not isinstance(self.local, Opening):
            return ended(self.local)
        owed = self.place.mention(NEWLINE)
        if owed is not None and not ledger.allows(owed):
            named = f"{owed[1]}.{owed[2]}" if len(owed) > 1 else "path.module"
            return (f"{named} != null".encode(),)
        if self.ops != FRESH:
            return (b"1", b"true", b'"x"', b"local.", *ended(self.local))
        wanted = self.place.wanted
        first = b'"' if wanted.choices else _SIMPLEST.get(wanted.kind, b'"x"')
        # Many texts are of some form (an address, a policy), which a variable may have.
        text = wanted.kind == "string" and not wanted.choices
        free = (_UNTOLD,) if text and ("var", "x") not in ledger.uses else ()
        # No value is enough in a list; a function without any may be refused, whatever it takes.
        return (b"]", *free, first, b")", b'"', *ended(self.local))

    def _other(self, byte: int) -> State | None:
        g, place, ops = self.g, self.place, self.ops
        wanted = place.wanted if ops == FRESH else ANY
        char = chr(byte)
        if not _scalar(place, ops) and (byte in DIGITS or char == "-"):
            return None
        if place.scope.mode in STATIC and char not in _STATIC.get(wanted.kind, ""):
            return place.empty(byte) if ops == FRESH else None
        if byte in DIGITS:
            return g.pool.make(Number, g, place, ops, NUMBERS["whole"])
        if char == '"':
            return templates.quoted(g, g.pool.make(Quotation, g, place, ops), place.scope, wanted)
        if char == "(":
            return operand(g, g.pool.make(Parentheses, g, place, ops))
        if char == "[":
            return constructors.list_start(g, place, ops, wanted)
        if char == "{":
            return constructors.object_start(g, place, ops, wanted)
        if char in "!-" and not ops.unary:
            return operand(g, place, ops._replace(unary=char))
        if char == "<":
            return expect(g, b"<", templates.heredoc_start(g, place, ops))
        if char in "#/" and place.newlines:
            return comment(g, byte, operand(g, place, ops))
        return place.empty(byte) if ops == FRESH else None

    def _identifier(self, name: str) -> State | None:
        g, place, ops = self.g, self.place, self.ops
        kind, more = g.meaning(name, place.scope)
        make = g.pool.make
        if kind == "value":
            return tail(g, place, ops, more)
        if kind == "call":
            return expect(g, b"(", operand(g, make(Call, g, place, ops, more, 0)))
        if kind == "fields":
            field: State = one_name(g, make(access.Field, g, place, ops, more), g.fields(more))
            return expect(g, b".", field)
        if kind == "owed":
            return expect(g, b".", any_name(g, make(access.Referred, g, place, ops, (more,), ANY)))
        if kind == "typed":
            return expect(
                g, b".", one_name(g, make(access.Typed, g, place, ops, more), g.types[more])
            )
        if kind == "provider":
            return make(access.ProviderName, g, place, ops, more)
        shape = g.instance("resource", more)
        return expect(g, b".", any_name(g, make(access.Referred, g, place, ops, (more,), shape)))


class Number(Lexeme):
    """In a number."""

    __slots__ = ("g", "ops", "place")

    def __init__(self, g: Grammar, place: Place, ops: Ops, local: Local) -> None:
        super().__init__(local)
        self.g, self.place, self.ops = g, place, ops

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Number, self.g, self.place, self.ops, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        return tail(self.g, self.place, self.ops, NUMBER), None


class Quotation:
    """A quoted template that is an operand."""

    __slots__ = ("g", "ops", "place")

    def __init__(self, g: Grammar, place: Place, ops: Ops) -> None:
        self.g, self.place, self.ops = g, place, ops

    def closed(self, value: Shape) -> State | None:
        """After the closing quote."""
        return tail(self.g, self.place, self.ops, value)


class Tail(State):
    """After an operand: what is asked of it, an operator, or the end of the expression."""

    alphabet = frozenset(b" \t\r\n.[=!<>&|+-*%?#/)]},:~i")

    __slots__ = ("g", "ops", "place", "tight", "value")

    def __init__(self, g: Grammar, place: Place, ops: Ops, value: Shape, tight: bool) -> None:
        super().__init__()
        self.g, self.place, self.ops, self.value, self.tight = g, place, ops, value, tight

    def move(self, byte: int) -> State | None:
        g, place, char = self.g, self.place, chr(byte)
        if byte in BLANK or (byte == NEWLINE and place.newlines):
            return tail(g, place, self.ops, self.value, False)
        if char == ".":
            asked = self.tight and may_be_compound(self.value)
            return g.pool.make(access.Dot, self) if asked else None
        if self.tight and char == "[":
            element = access.indexed(g, self.value)
            if element is None:
                return None
            return operand(g, g.pool.make(access.Index, g, place, self.ops, self.value, element))
        if place.scope.mode in STATIC:
            return comment(g, byte, tail(g, place, self.ops, self.value, False)) or place.end(
                byte, self.value
            )
        if char in "=!<>&|":
            return self._double(char, byte)
        if char in "+-*%":
            return self.operator(char)
        if char == "?":
            condition = self.result()
            if condition is None or not may_be_bool(condition):
                return None
            return operand(g, g.pool.make(Ternary, g, place))
        if char in "#/":
            loose = tail(g, place, self.ops, self.value, False)
            owed = place.mention(NEWLINE)
            if owed is not None and char == "/":
                return self.operator("/")
            self.tell(byte, owed)
            return comment(g, byte, loose, self.operator("/"))
        value = self.result()
        if value is None:
            return None
        self.tell(byte, place.mention(byte))
        return place.end(byte, value)

    def _double(self, char: str, byte: int) -> State | None:
        g, ended = self.g, None
        if char == "=":
            value = self.result()
            ended = None if value is None else self.place.end(byte, value)
        second = "=" if char in "=!<>" else char
        whole = self.operator(char + second)
        single = self.operator(char) if char in "<>" else ended
        if whole is None and single is None:
            return None
        return g.pool.make(Double, ord(second), whole, single)

    def operator(self, operator: str) -> State | None:
        """The state after a binary operator; None where the value before it will not do."""
        g, place, ops = self.g, self.place, self.ops
        value = self.settled()
        if value is None:
            return None
        if operator in ("==", "!="):
            return operand(g, place, Ops(compare=True, logic=ops.logic))
        if operator in ("&&", "||"):
            whole = BOOL if ops.compare else value
            return operand(g, place, Ops(logic=True)) if may_be_bool(whole) else None
        if not may_be_number(value):
            return None
        if operator in ("<", ">", "<=", ">="):
            if ops.compare:  # what is before it is true or false, and no number
                return None
            return operand(g, place, Ops(arithmetic=True, compare=True, logic=ops.logic))
        return operand(g, place, Ops(arithmetic=True, compare=ops.compare, logic=ops.logic))

    def settled(self) -> Shape | None:
        """The value once the operators that bind closest are applied; None where they cannot be."""
        value = self.value
        if self.ops.unary == "!":
            if not may_be_bool(value):
                return None
            value = BOOL
        elif self.ops.unary == "-":
            if not may_be_number(value):
                return None
            value = NUMBER
        if self.ops.arithmetic:
            return NUMBER if may_be_number(value) else None
        return value

    def result(self) -> Shape | None:
        """The value of the expression should it end here; None where it cannot."""
        value = self.settled()
        if value is None:
            return None
        if self.ops.compare:
            return BOOL
        if self.ops.logic:
            return BOOL if may_be_bool(value) else None
        return value


class Double(State):
    """After the first byte of an operator of two: the second, or something else behind the first."""

    __slots__ = ("second", "single", "whole")

    def __init__(self, second: int, whole: State | None, single: State | None) -> None:
        super().__init__()
        self.second, self.whole, self.single = second, whole, single

    def move(self, byte: int) -> State | None:
        return self.whole if byte == self.second else self.through(byte, self.single)


class Parentheses(Place):
    """Between parentheses."""

    __slots__ = ("ops", "outer")

    def __init__(self, g: Grammar, outer: Place, ops: Ops) -> None:
        super().__init__(g, outer.scope, ANY, True)
        self.outer, self.ops = outer, ops

    def end(self, byte: int, value: Shape) -> State | None:
        return tail(self.g, self.outer, self.ops, value) if byte == ord(")") else None


class Ternary(Place):
    """Between the `?` and the `:` of a condition."""

    __slots__ = ("outer",)

    def __init__(self, g: Grammar, outer: Place) -> None:
        super().__init__(g, outer.scope, outer.wanted, outer.newlines)
        self.outer = outer

    def end(self, byte: int, value: Shape) -> State | None:
        if byte != ord(":") or not fits(value, self.wanted):
            return None
        return operand(self.g, self.g.pool.make(Otherwise, self.g, self.outer, value))


class Otherwise(Place):
    """After the `:` of a condition: ends where the condition does."""

    __slots__ = ("first", "outer")

    def __init__(self, g: Grammar, outer: Place, first: Shape) -> None:
        super().__init__(g, outer.scope, outer.wanted, outer.newlines)
        self.outer, self.first = outer, first

    def end(self, byte: int, value: Shape) -> State | None:
        whole = united(self.first, value)
        return None if whole is None else self.outer.end(byte, whole)

    def mention(self, byte: int) -> Event | None:
        return self.outer.mention(byte)


class Call(Place):
    """An argument of a function."""

    __slots__ = ("function", "index", "ops", "outer")

    def __init__(self, g: Grammar, outer: Place, ops: Ops, function: Function, index: int) -> None:
        scope = outer.scope
        if index < len(function.modes):
            scope = Scope(function.modes[index], scope.bound, scope.target)
        super().__init__(g, scope, function.wanted(index) or ANY, True)
        self.outer, self.ops, self.function, self.index = outer, ops, function, index

    def end(self, byte: int, value: Shape) -> State | None:
        if self.function.wanted(self.index) is None:
            return None
        if byte == ord("."):
            return self._expanded() if expands(value) else None
        if not fits(value, self.wanted):
            return None
        if byte == ord(","):
            if self.function.wanted(self.index + 1) is None:
                return None
            more = self.g.pool.make(
                Call, self.g, self.outer, self.ops, self.function, self.index + 1
            )
            return operand(self.g, more)
        return self.closed(self.index + 1) if byte == ord(")") else None

    def empty(self, byte: int) -> State | None:
        return self.closed(self.index) if byte == ord(")") else None

    def _expanded(self) -> State:
        after = tail(self.g, self.outer, self.ops, self.function.returns)
        return expect(self.g, b".", many(self.g, SPACE, expect(self.g, b")", after)))

    def closed(self, given: int) -> State | None:
        """The state after the call, if it has arguments enough."""
        if given < len(self.function.parameters):
            return None
        return tail(self.g, self.outer, self.ops, self.function.returns)
