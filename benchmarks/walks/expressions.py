"""Random `${{ }}` in a walk over a workflow."""

from __future__ import annotations

import random

from iapo.generate.guide.automaton import State
from iapo.generate.guide.yaml.github_actions import expression, literals, operands, sites

_ENDS = (" }}", "}}", "\n", "'", '"')
_MODULES = frozenset(module.__name__ for module in (expression, literals, operands, sites))
_JOINS = (" == ", " != ", " && ", " || ", ", ", ")", "]")


def inside(state: State) -> bool:
    """Whether a position is one of an expression."""
    return type(state).__module__ in _MODULES


def tries(state: State, rng: random.Random) -> list[str]:
    """What may be written next, the first that is let through."""
    if isinstance(state, operands.Property) and state.begun not in state.names:
        return [rng.choice(state.names)[len(state.begun) :]]
    if isinstance(state, expression.Operand):
        names = [name + "(" for name in state.site.names] + list(state.site.names)
        simple = ["'alpha'", "''alpha''", "1", "'", "''"]
        if state.level.depth:
            return [*simple, *rng.sample(names, len(names))]
        found = [*rng.sample(names, len(names)), *simple]
        first = rng.choice((*found, "'alpha'", "''alpha''", "1", "!", "("))
        return [first, *found]
    local = state.local if isinstance(state, literals.Literal) else None
    if isinstance(local, literals.Saying):
        if not local.place.whole:
            return [rng.choice(("{", "[", '"', "1")), local.rest.decode()]
        local = local.inner
    phase = local.phase if isinstance(local, literals.Quoted) else ""
    if isinstance(state, literals.Literal) and not phase.startswith("q"):
        return ["''", "'"] if state.before.site.style == "'" else ["'"]
    more = [*_JOINS, ".", "[", ".alpha", "alpha"]
    rng.shuffle(more)
    here = state.before if isinstance(state, literals.Literal) else state
    deep = isinstance(here, expression.After | expression.Operand) and here.level.depth
    if deep:
        more = [")", "]", ", ", " || ", *more]
    over = _ENDS
    if isinstance(state, literals.Literal):
        at = state.before
        if at.site.style != "'" or at.site.braces or at.level.depth or phase != "qq":
            over = tuple(end for end in _ENDS if end != "'")  # which would double the quote
    ends = [*over] if rng.random() < 0.7 else []
    return [*ends, *more, *over]
