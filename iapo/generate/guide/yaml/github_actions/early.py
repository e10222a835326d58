"""Matrix values that are read before the matrix is written, as in `runs-on: ${{ matrix.os }}`.

Of what type they are is not known there, but what they are used for is; so it is remembered what they must be
(("hope", use, row, key...)), and the matrix can be written with nothing else (`matrix.py`).
"""

from __future__ import annotations

from functools import lru_cache

from iapo.generate.guide.yaml.memory import Facts
from iapo.verify.github_actions.contexts import FUNCTIONS
from iapo.verify.github_actions.types import (
    ANY,
    BOOL,
    LOOSE,
    NUMBER,
    STRING,
    ArrayType,
    ObjectType,
    Type,
)

USES: dict[str, Type] = {
    "any": ANY, "shown": STRING, "text": STRING, "label": STRING, "boolean": BOOL, "number": NUMBER,
    "object": LOOSE, "array": ArrayType(STRING),
}  # fmt: skip
"""What a value may be used for, and the type that it is taken for then: nothing in particular, shown among text,
a text or number, the name of a runner, and what the others say."""


class Early(ObjectType):
    """Such a value. `path`: the row it is in, and the keys by which it is read there."""

    __slots__ = ("path",)

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__({}, ANY)
        self.path = path


@lru_cache(maxsize=1024)
def early(path: tuple[str, ...]) -> Early:
    """The value that is read by a row and keys."""
    return Early(path)


def hoped(facts: Facts, use: str, kind: Early) -> Facts:
    """What is known once such a value is used."""
    return facts | {("hope", use, *kind.path)}


def argument(function: str, number: int) -> str:
    """What an argument of a function is used for."""
    wanted = FUNCTIONS[function][0].parameters
    kind = wanted[min(number, len(wanted) - 1)]
    return "text" if kind is STRING else "array" if isinstance(kind, ArrayType) else "any"


__all__ = ["USES", "Early", "argument", "early", "hoped"]
