"""What stands before an operand, and of what types it lets the operand be."""

from __future__ import annotations

from typing import NamedTuple

from iapo.verify.github_actions.contexts import FUNCTIONS
from iapo.verify.github_actions.types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    ArrayType,
    ObjectType,
    Type,
    assignable,
    comparable,
    merge,
)

CONTAINERS = (ObjectType, ArrayType)
_SAFE = frozenset({"contains", "startswith", "endswith"})


class Sum(NamedTuple):
    """What stands before an operand on its level.

    Attributes:
        ors, ands: the types of what `||` and `&&` join it with, as one.
        op: the comparison it is the right side of, with the type of the `left` one.
        negated: a `!` stands before it.
    """

    ors: Type | None = None
    ands: Type | None = None
    op: str = ""
    left: Type | None = None
    negated: bool = False

    def value(self, kind: Type) -> Type | None:
        """The type of the comparison or operand that an operand ends; None where it does not fit."""
        kind = BOOL if self.negated else kind
        if not self.op:
            return kind
        assert self.left is not None
        fits = not isinstance(kind, CONTAINERS) and comparable(self.op, self.left, kind)
        return BOOL if fits else None

    def total(self, kind: Type) -> Type | None:
        """The type of all that stands on the level; None where it does not fit."""
        found = self.value(kind)
        if found is None:
            return None
        found = found if self.ands is None else merge(self.ands, found)
        return found if self.ors is None else merge(self.ors, found)

    def may_be(self, kind: Type) -> bool:
        """Whether a literal or the result of a function may be the operand."""
        return self.value(kind) is not None


EMPTY = Sum()


class Level:
    """What brackets are open.

    Args:
        up: what they stand in; None outside of all.
        outer: what stands before them there.
        role: `(`, `[` or a function.
        kinds: of the arguments so far, or of what an index is of.
        given: what its first argument says of a function, where that is a text: how many arguments `format()` shows, of
            what type `fromJSON()` is.
    """

    def __init__(
        self,
        up: Level | None,
        outer: Sum,
        role: str,
        kinds: tuple[Type, ...],
        depth: int,
        given: int | Type | None = None,
    ) -> None:
        self.up, self.outer, self.role, self.kinds, self.depth = up, outer, role, kinds, depth
        self.given = given

    @property
    def safe(self) -> bool:
        """Whether what is read here is only looked at."""
        return self.role in _SAFE or (self.up is not None and self.up.safe)

    def leads(self, kind: Type) -> bool:
        """Whether an argument or an index may be of a type."""
        if self.role == "[":
            return indexed(self.kinds[0], kind) is not None
        if self.role not in FUNCTIONS:
            return True
        wanted = (s.parameters for s in FUNCTIONS[self.role])
        here = [p[min(len(self.kinds), len(p) - 1)] for p in wanted if p]
        return any(assignable(parameter, kind) for parameter in here)

    def fits(self, kinds: tuple[Type, ...], whole: bool) -> bool:
        """Whether a function takes arguments of such types, or may take more behind them."""
        if isinstance(self.given, int):
            shown = len(kinds) - 1
            if shown != self.given if whole else shown >= self.given:
                return False
        for signature in FUNCTIONS[self.role]:
            wanted, count = signature.parameters, len(kinds)
            enough = count >= len(wanted) if whole else signature.more or count < len(wanted)
            most = signature.more or count <= len(wanted)
            pairs = ((wanted[min(i, len(wanted) - 1)], k) for i, k in enumerate(kinds))
            odd = self.role != "case" or not whole or count % 2
            if enough and most and odd and all(assignable(w, k) for w, k in pairs):
                return True
        return False


def indexed(of: Type, by: Type) -> Type | None:
    """What an index reads; None where it does not fit."""
    if of is ANY:
        return ANY
    if isinstance(of, ArrayType):
        return of.element if by in (ANY, NUMBER) else None
    assert isinstance(of, ObjectType)
    return of.rest or ANY if by in (ANY, STRING) else None


__all__ = ["CONTAINERS", "EMPTY", "Level", "Sum", "indexed"]
