"""A manifest that is filled in field by field, each with the words that ask for it.

It keeps manifest, intent and prompt in step: what is set is asked for and said. For kinds of one
object; families with several objects that refer to each other are written out.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from iapo.dataset.procedural import novelty
from iapo.dataset.procedural.asking import MANIFEST, ask, called
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import NAMESPACES
from iapo.dataset.procedural.wording import name, team
from iapo.dataset.procedural.yaml_writer import to_yaml
from iapo.verify.report import Format


@dataclass
class Form:
    """A manifest under way.

    Attributes:
        body: fields of the manifest besides `apiVersion`, `kind` and `metadata`.
        pattern: what must hold of them.
        facts: what the prompt says.
        says: for values that the prompt says in other words.
        label: the object's name; may be changed.
        annotations, labels: of the metadata.
    """

    rng: random.Random
    label: str
    body: dict[str, Any] = field(default_factory=dict)
    pattern: dict[str, Any] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)

    def set(self, path: str, value: Any, *ways: str) -> Any:
        """Give a field (`spec.capacity.storage`) a value, said in one of these ways with {v}."""
        for target in (self.body, self.pattern):
            *steps, last = path.split(".")
            for step in steps:
                target = target.setdefault(step, {})
            target[last] = value
        self.say(*ways, v=value)
        return value

    def maybe(self, chance: float, path: str, value: Any, *ways: str) -> bool:
        """`set`, but only sometimes; answers whether it did."""
        if self.rng.random() >= chance:
            return False
        self.set(path, value, *ways)
        return True

    def fixed(self, path: str, value: Any) -> None:
        """A field that nobody asks for, because the kind demands it."""
        *steps, last = path.split(".")
        target = self.body
        for step in steps:
            target = target.setdefault(step, {})
        target[last] = value

    def say(self, *ways: str, **values: Any) -> None:
        """A fact in one of several ways."""
        if ways:
            self.facts.append(self.rng.choice(ways).format(**values))


@dataclass(frozen=True)
class FormFamily(Family):
    """A family of one kind.

    Attributes:
        kind, api: `StorageClass`, `storage.k8s.io/v1`.
        thing: how prompts call it, with its article.
        fill: draws the fields.
        suffixes: what names end in.
        namespaced: whether it may have a namespace.
    """

    name: str = "kubernetes/form"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (1, 2, 3)
    kind: str = ""
    api: str = "v1"
    thing: tuple[str, ...] = ()
    fill: Callable[[Form], None] | None = None
    suffixes: tuple[str, ...] = ()
    namespaced: bool = True

    @property
    def effective_split(self) -> str:
        return novelty.split_of(self.shared or self.name, (self.kind,), own=self.split)

    def make(self, rng: random.Random) -> Draft:
        form = Form(rng, name(rng, *self.suffixes))
        assert self.fill is not None
        self.fill(form)
        metadata: dict[str, Any] = {"name": form.label}
        if self.namespaced and rng.random() < 0.3:
            metadata["namespace"] = rng.choice(NAMESPACES)
            form.facts.append(f"namespace {metadata['namespace']}")
        if rng.random() < 0.12:
            value = team(rng)
            metadata["labels"] = {"team": value}
            form.facts.append(rng.choice(("the label team={}", "label team: {}")).format(value))
        head = {"apiVersion": self.api, "kind": self.kind, "metadata": metadata}
        facts = len(form.facts)
        return Draft(
            instruction=ask(
                rng,
                MANIFEST,
                called(rng, rng.choice(self.thing), form.label),
                form.facts,
                direct=True,
            ),
            output=to_yaml({**head, **form.body}),
            intent={"object": {"kind": self.kind, **metadata, **form.pattern}},
            difficulty=1 if facts <= 2 else 2 if facts <= 4 else 3,
            says=form.says,
        )


def register_kind(
    kind: str,
    api: str,
    thing: tuple[str, ...],
    fill: Callable[[Form], None],
    suffixes: tuple[str, ...] = (),
    *,
    namespaced: bool = False,
    shared: str = "",
) -> None:
    """Make `kubernetes/<kind>` known as a family; the arguments are fields of `FormFamily`."""
    register(
        FormFamily(
            name=f"kubernetes/{kind.lower()}",
            kind=kind,
            api=api,
            thing=thing,
            fill=fill,
            suffixes=suffixes,
            namespaced=namespaced,
            weight=0.5,
            shared=shared,
        )
    )
