"""What the facts of manifests have in common: texts that are told, names that are given once, numbers in order."""

from __future__ import annotations

from functools import lru_cache

from iapo.generate.guide.automaton import Local
from iapo.generate.guide.yaml.memory import ANY_NAME, Facts, Memory, given, owed, without
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.generate.guide.yaml.shapes import Shape, changed
from iapo.generate.guide.yaml.told import told_form
from iapo.verify.yaml_source import resolve_scalar


class Name:
    """A text that is told. `pattern`: its form."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern

    def local(self, quote: str, mark: str, flow: bool, facts: Facts) -> Local:
        return told_form(self.pattern, quote, mark, flow, old=True)

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        return None

    def likely(self, facts: Facts) -> list[str]:
        example = self.pattern.examples[0]
        return [n for n in (example, *(f"{example}{i}" for i in "12345678")) if self.learn(n, facts)
                is not None]  # fmt: skip

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return facts

    def aliased(self, facts: Facts) -> Facts:
        return facts


class New(Name):
    """A name of a kind, each once; it gives what is owed of it."""

    def __init__(self, kind: str, pattern: Pattern) -> None:
        super().__init__(pattern)
        self.kind = kind

    def likely(self, facts: Facts) -> list[str]:
        return [*sorted(owed(facts, self.kind)), *super().likely(facts)]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return None if (self.kind, name) in facts else given(facts, self.kind, name)

    def aliased(self, facts: Facts) -> Facts:
        return given(facts, self.kind, ANY_NAME)


class Ordered(Memory):
    """Numbers of which one may not be greater than another."""

    def __init__(self, low: str, high: str) -> None:
        self.low, self.high = low, high
        self.decides = frozenset({low, high})

    def choose(self, name: str, value: str, facts: Facts) -> Facts:
        number = resolve_scalar(value, "1.1")
        return facts | {("number", name, str(number))} if type(number) is int else facts

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        known = {f[1]: int(f[2]) for f in facts if f[0] == "number"}
        if shape.integer is None or not (known and name in self.decides):
            return shape
        low, high = shape.integer
        if name == self.low:
            return _between(shape, low, min(high, known.get(self.high, high)))
        return _between(shape, max(low, known.get(self.low, low)), high)

    def outside(self, facts: Facts) -> Facts:
        return without(facts, "number")


@lru_cache(maxsize=1024)
def _between(shape: Shape, low: int, high: int) -> Shape:
    return changed(shape, integer=(low, high))


__all__ = ["Name", "New", "Ordered"]
