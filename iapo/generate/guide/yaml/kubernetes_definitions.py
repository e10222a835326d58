"""What a CustomResourceDefinition says of itself: its name is that of its resource and group; one version is stored.

Facts (`memory.py`) are tuples: ("defined", name), ("plural", name), ("group", name), ("stored",). As
`iapo/verify/kubernetes/custom.py` checks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from iapo.generate.guide.yaml.kubernetes_facts import Name
from iapo.generate.guide.yaml.kubernetes_forms import DNS_LABEL, SUBDOMAIN
from iapo.generate.guide.yaml.memory import Facts, Memory, Naming, without
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.generate.guide.yaml.shapes import Shape, changed

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DOTTED = Pattern(rf"{_LABEL}(\.{_LABEL})+", "xs.example.com")


def _fact(facts: Facts, kind: str) -> str | None:
    return next((f[1] for f in facts if f[0] == kind), None)


class _Part(Name):
    """The name of a definition, of its resource or of its group: the first is the others with a dot between.

    Args:
        kind: of the facts.
    """

    def __init__(self, kind: str, pattern: Pattern) -> None:
        super().__init__(pattern)
        self.kind = kind

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        name, plural, group = (_fact(facts, kind) for kind in ("defined", "plural", "group"))
        if self.kind == "defined":
            return None if plural is None or group is None else (f"{plural}.{group}",)
        if name is None:
            return None
        found = []
        for at, char in enumerate(name):
            one, other = name[:at], name[at + 1 :]
            if char == "." and plural in (None, one) and group in (None, other):
                found.append(one if self.kind == "plural" else other)
        return tuple(found)

    def likely(self, facts: Facts) -> list[str]:
        only = self.only(facts)
        return list(self.pattern.examples if only is None else only)

    def learn(self, name: str, facts: Facts) -> Facts | None:
        only = self.only(facts)
        return None if only is not None and name not in only else facts | {(self.kind, name)}


class _Definition(Memory):
    def outside(self, facts: Facts) -> Facts:
        return without(facts, "defined", "plural", "group", "stored")


class _Version(Memory):
    """A version, of which one is stored."""

    decides = frozenset({"storage"})

    def choose(self, name: str, value: str, facts: Facts) -> Facts:
        return facts | {("stored",)} if value.lower() in ("true", "yes", "on") else facts

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        return _denied(shape) if name == "storage" and stored(facts) else shape


@lru_cache(maxsize=8)
def _denied(shape: Shape) -> Shape:
    return changed(shape, never=True)


def stored(facts: Facts) -> bool:
    """Whether a version is stored."""
    return ("stored",) in facts


MEMORIES: Mapping[tuple[str, str], Memory] = {
    ("CustomResourceDefinition", "object"): _Definition(),
    ("CustomResourceDefinitionVersion", ""): _Version(),
}
"""Definition and variant to what is remembered of it."""

NAMINGS: Mapping[tuple[str, str, str], Naming] = {
    ("ObjectMeta", "definition", "name"): _Part("defined", _DOTTED),
    ("CustomResourceDefinitionNames", "", "plural"): _Part("plural", DNS_LABEL),
    ("CustomResourceDefinitionSpec", "", "group"): _Part("group", SUBDOMAIN),
}
"""Definition, variant and field of texts that name something."""

__all__ = ["MEMORIES", "NAMINGS", "stored"]
