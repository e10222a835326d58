"""What was learnt of each resource type: the arguments that can be drawn, and how they combine.

`data/recipes.json.xz` is written by `scripts/build_procedural_recipes.py`, which tries every type of
the provider schemas with the real verifier and leaves out what is not accepted. Nothing is verified,
and no schema is read, when tasks are made.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from iapo.dataset.procedural.providers.values import Spec

DATA = Path(__file__).parent / "data" / "recipes.json.xz"


@dataclass(frozen=True)
class Body:
    """The arguments and nested blocks of a resource or of a block in it.

    Attributes:
        required: argument to its spec, in the schema's order; must be given.
        optional: the same, may be given.
        blocks: nested block to its body; `needed` ones must be there.
        needed: names of blocks that must be there.
    """

    required: Mapping[str, Spec]
    optional: Mapping[str, Spec]
    blocks: Mapping[str, Body] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Recipe:
    """How a resource of one type is made.

    Attributes:
        type: `aws_sqs_queue`.
        body: arguments and blocks.
        exactly: of each of these groups of arguments one is given.
        conflicts: argument to those that may not stand beside it.
        together: argument to those that must stand beside it.
    """

    type: str
    body: Body
    exactly: tuple[tuple[str, ...], ...] = ()
    conflicts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        """The shipped form; `from_data` reads it back."""
        out = _pack(self.body)
        if self.exactly:
            out["x"] = [list(group) for group in self.exactly]
        if self.conflicts:
            out["n"] = {name: sorted(others) for name, others in self.conflicts.items()}
        if self.together:
            out["t"] = {name: list(others) for name, others in self.together.items()}
        return out

    @classmethod
    def from_data(cls, type: str, data: Mapping[str, Any]) -> Recipe:
        """A recipe from its shipped form."""
        return cls(
            type,
            _unpack(data),
            tuple(tuple(group) for group in data.get("x", ())),
            {name: frozenset(others) for name, others in data.get("n", {}).items()},
            {name: tuple(others) for name, others in data.get("t", {}).items()},
        )


def _pack(body: Body) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, arguments in (("r", body.required), ("o", body.optional)):
        if arguments:
            out[key] = {name: list(spec) for name, spec in arguments.items()}
    if body.blocks:
        out["b"] = {name: _pack(inner) for name, inner in body.blocks.items()}
    if body.needed:
        out["m"] = sorted(body.needed)
    return out


def _unpack(data: Mapping[str, Any]) -> Body:
    return Body(
        data.get("r", {}),
        data.get("o", {}),
        {name: _unpack(inner) for name, inner in data.get("b", {}).items()},
        frozenset(data.get("m", ())),
    )


_learnt: dict[str, Recipe] = {}  # what the shipped data is replaced by, while it is being made


@cache
def _data() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads(lzma.decompress(DATA.read_bytes()))
    return loaded


@cache
def types() -> tuple[str, ...]:
    """Every type that a recipe is known of, sorted."""
    return tuple(sorted(_learnt or _data()))


@cache
def recipe(type: str) -> Recipe:
    """The recipe of a type. Raises KeyError where none is known."""
    return _learnt[type] if _learnt else Recipe.from_data(type, _data()[type])


def replace_all(found: Mapping[str, Recipe]) -> None:
    """Draw from these recipes and not from the shipped ones: for the script that makes those."""
    _learnt.clear()
    _learnt.update(found)
    types.cache_clear()
    recipe.cache_clear()


def write(path: Path, recipes: Mapping[str, Recipe]) -> int:
    """Write the data file and answer its size in bytes."""
    text = json.dumps({t: recipes[t].to_data() for t in sorted(recipes)}, separators=(",", ":"))
    packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed)
    return len(packed)
