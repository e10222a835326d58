"""Programs that are more than resources, a family for each feature of the language.

Resources are drawn of any trained type, with one thing done to them that people ask for in every
service alike: outputs, variables, many of one, a provider's region, a change.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from iapo.dataset.procedural import novelty
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
        assembly.add(_type(rng), plan.options, plan.blocks)
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


def _type(rng: random.Random) -> str:
    """A trained type that can be made; every other one of a service that is asked for often."""
    makeable = _makeable()
    often = [service for service in makeable if service in novelty.benchmark_splits()]
    service = rng.choice(often if rng.random() < 0.5 else tuple(makeable))
    return rng.choice(makeable[service])


@cache
def _makeable() -> Mapping[str, tuple[str, ...]]:
    """Service to its types that can be made of trained ones; services with none are left out."""
    found = {
        service: tuple(type for type in members if trained(type) and size(type, trained) <= 3)
        for service, members in SERVICES.items()
    }
    return {service: members for service, members in found.items() if members}


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
