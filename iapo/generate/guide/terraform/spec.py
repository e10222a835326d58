"""What may stand in a block: its arguments and blocks, what they exclude and what is required."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from iapo.generate.guide.terraform.lexemes import Names
from iapo.generate.guide.terraform.shapes import Shape


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A name that may stand in a block.

    Attributes:
        shape: of the argument's value; None where it can be no argument.
        block: reads the block; None where it can be no block.
        single: at most once.
        required: must be there.
        labels: how many labels the block has; `labelled`: those there are, where only some are, and
            what may stand in the block of each.
        mode: what identifiers its expression knows (`iapo.generate.guide.terraform.grammar.Scope`).
        excludes: names that may not stand beside it once it has a literal value.
        firm: they may not, whatever its value.
    """

    shape: Shape | None = None
    block: Callable[[], Spec] | None = None
    single: bool = True
    required: bool = False
    labels: int = 0
    labelled: Mapping[str, Spec] = field(default_factory=dict)
    mode: str = "values"
    excludes: frozenset[str] = frozenset()
    firm: bool = False


@dataclass(slots=True, eq=False)
class Spec:
    """What may stand in a block.

    Attributes:
        items: by name.
        open: any other name may stand there as well; `mode` is that of its expression.
        groups: of each of these sets of names at least one must be there.
        provider: of a resource or data source, its provider's name; "" where that is not known.
    """

    items: Mapping[str, Item]
    open: bool = False
    mode: str = "values"
    groups: tuple[frozenset[str], ...] = ()
    provider: str = ""
    required: frozenset[str] = field(init=False)
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.required = frozenset(n for n, item in self.items.items() if item.required)
        self.names = Names(self.items)
