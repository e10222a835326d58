"""Credit within a completion: an error that the verifier finds in a line is that line's.

A completion of fifty tokens fails by two of them, and plain GRPO lowers all fifty. The tools say
where they stopped: a worse completion is lowered mostly in the lines its errors point at, and a
better one is not raised in the lines that are wrong all the same. Where no line is known (a value
that the task asked for is missing) the whole completion carries the advantage, as in GRPO.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_BEFORE = 1  # parsers stumble over a line that the line before it left open


def token_lines(tokenizer: Any, tokens: Sequence[int]) -> list[int]:
    """The line, from 1, that each token of a completion begins in."""
    lines, line = [], 1
    for token in tokens:
        lines.append(line)
        line += str(tokenizer.decode([token])).count("\n")
    return lines


def shares(
    lines: Sequence[int], wrong: Sequence[int], advantage: float, elsewhere: float
) -> tuple[float, ...]:
    """What part of its completion's advantage each token carries.

    Args:
        lines: of each token.
        wrong: lines with errors; none leaves every token the whole advantage.
        advantage: of the completion; its sign decides.
        elsewhere: share of tokens in other lines of a completion with a negative advantage.

    Returns:
        One number a token, in [0, 1].
    """
    last = max(lines, default=1)
    blamed = {line for found in wrong for line in range(min(found, last) - _BEFORE, found + 1)}
    if not blamed:
        return (1.0,) * len(lines)
    inside, outside = (0.0, 1.0) if advantage > 0 else (1.0, elsewhere)
    return tuple(inside if line in blamed else outside for line in lines)
