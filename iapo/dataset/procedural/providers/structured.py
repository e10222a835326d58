"""Programs that are more than resources, a family for each feature of the language.

Resources are drawn of any trained type, common ones more often, with one thing done to them that people ask for in every
service alike: outputs, variables, many of one, a provider's region, a change.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import program
from iapo.dataset.procedural.providers import features
from iapo.dataset.procedural.providers.architecture import PLANS, Assembly, size
from iapo.dataset.procedural.providers.families import (
    SERVICES,
    difficulty,
    intent_of,
    resources,
    trained,
)
from iapo.dataset.procedural.providers.features import Feature, Program
from iapo.dataset.procedural.providers.phrasing import instruction
from iapo.dataset.procedural.providers.popularity import weight_of
from iapo.verify.report import Format

_LONGEST = 1400  # characters of a reference
_TRIES = 2000  # of other types, until one fits: one in ten has a companion


@dataclass(frozen=True)
class Structured(Family):
    """Resources of any trained type, and one feature of the language.

    Attributes:
        feature: what is done with them.
        plans: levels of the resources themselves.
    """

    name: str = "terraform/structured"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 3, 4, 5)
    weight: float = 3.0
    plans: tuple[int, ...] = (1, 1, 2, 2, 3)
    feature: Feature = lambda rng, program, asked: False

    def make(self, rng: random.Random) -> Draft:
        for _ in range(_TRIES):
            draft = self._draft(rng)
            if draft is not None and len(draft.output) <= _LONGEST:
                return draft
        raise RuntimeError(f"{self.name}: no resource type fits")

    def _draft(self, rng: random.Random) -> Draft | None:
        plan = rng.choice(PLANS[rng.choice(self.plans)])
        assembly = Assembly(rng, trained, plan)
        assembly.add(rng.choices(*_makeable())[0], plan.options, plan.blocks)
        asked = len(assembly.parts)
        assembly.complete()
        made = Program(assembly.parts)
        if not self.feature(rng, made, asked):
            return None
        text = made.text or instruction(rng, made.parts, names=made.names, more=made.sentences)
        intent = intent_of(made.parts)
        if made.copies:
            first = next(iter(intent))
            pattern = intent.pop(first)
            intent |= {f"{first}_{i}": pattern | own for i, own in enumerate(made.copies)}
        return Draft(
            text,
            program(*made.before, *(made.written or resources(made.parts)), *made.after),
            intent | made.intent,
            difficulty=min(5, difficulty(made.parts) + 1),
            input=made.input,
        )


@cache
def _makeable() -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The types that can be made of trained ones, and what each weighs."""
    found = tuple(
        type
        for members in SERVICES.values()
        for type in members
        if trained(type) and size(type, trained) <= 3
    )
    return found, tuple(map(weight_of, found))


for _name, _feature, _plans in (
    ("outputs", features.output, (1, 1, 2, 3)),
    ("variables", features.variable, (1, 2, 2, 3)),
    ("for-each", features.many, (1, 1, 2)),
    ("count", features.counted, (1, 1, 2)),
    ("provider-block", features.provider, (1, 1, 2, 3)),
    ("extended", features.extended, (3, 3, 4)),
    ("changed", features.changed, (2, 2, 3)),
):
    register(Structured(name=f"terraform/{_name}", feature=_feature, plans=_plans))
