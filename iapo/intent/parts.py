"""The parts of a plan or document that an intent's patterns may stand for.

Each format has a reader that turns a `Report` into `Parts`: what really is there, with dead parts
left out, in the shape that patterns are written in. Readers judge nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from iapo.verify.report import Format

Path = tuple["str | int", ...]


class _Unknown:
    """A value that is only known after apply: it is set, and equal to nothing."""

    def __repr__(self) -> str:
        return "known after apply"


UNKNOWN = _Unknown()


@dataclass(frozen=True, eq=False)
class Part:
    """One resource, manifest, service, job, stage, instruction, output ...

    Attributes:
        kind: the selector keyword that asks for it.
        key: what the selector is compared with, e.g. `aws_s3_bucket`.
        value: its fields.
        label: how messages call it.
        counted: whether it costs when nothing asked for it.
        address: what references name; unique only where the format makes it so.
        references: for Terraform, argument path to the addresses it refers to.
    """

    kind: str
    key: Any
    value: Mapping[str, Any]
    label: str
    counted: bool = True
    address: str = ""
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


Refers = Callable[[Part, Path, Any, Part], bool]
Uses = Callable[[Part, Part], bool]


@dataclass(frozen=True)
class Parts:
    """Everything a report holds that patterns are laid over.

    Attributes:
        format: of the report.
        alive: parts that have an effect.
        dead: how many counted parts have none (`if: false`, `replicas: 0`, an unreachable stage).
        refers: whether the value at a path of one part refers to another part.
        uses: whether one part needs another, so that nobody need have asked for the other.
    """

    format: Format
    alive: tuple[Part, ...]
    dead: int
    refers: Refers
    uses: Uses
