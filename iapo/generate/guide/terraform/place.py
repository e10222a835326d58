"""Where an expression stands, and what operators came before an operand of it."""

from __future__ import annotations

from typing import NamedTuple

from iapo.generate.guide.automaton import Event, State
from iapo.generate.guide.terraform.grammar import Grammar, Scope
from iapo.generate.guide.terraform.shapes import Shape


class Place:
    """Where an expression stands.

    Attributes:
        scope: the identifiers it knows.
        wanted: the value it should have.
        newlines: line feeds are but space here.
    """

    __slots__ = ("g", "newlines", "scope", "wanted")

    def __init__(self, g: Grammar, scope: Scope, wanted: Shape, newlines: bool) -> None:
        self.g, self.scope, self.wanted, self.newlines = g, scope, wanted, newlines

    def end(self, byte: int, value: Shape) -> State | None:
        """The state after a byte that is no operator, behind a value."""
        raise NotImplementedError

    def mention(self, byte: int) -> Event | None:
        """What the ledger is told where this byte ends the expression: what it must refer to."""
        return None

    def empty(self, byte: int) -> State | None:
        """The state after a byte that begins no operand, where one could stand."""
        return None


STATIC = frozenset(
    {
        "type",
        "field",
        "provider",
        "providers",
        "ignore",
        "ignored",
        "when",
        "failure",
        "declared",
        "listed",
        "references",
        "address",
    }
)
"""Scopes in which a name is all there is: no operators, no literals."""


CONSTANT = frozenset({"constant", "set"})
"""Scopes in which nothing is evaluated."""


class Ops(NamedTuple):
    """The operators before an operand, as far as they say what it must be."""

    unary: str = ""
    arithmetic: bool = False
    compare: bool = False
    logic: bool = False


FRESH = Ops()
