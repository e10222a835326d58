"""Lists in which nothing stands twice: the audiences of a token, the ways to pull an image, a variable's options.

Facts: ("listed", item) while the list is written.
"""

from __future__ import annotations

from iapo.generate.guide.automaton import Local
from iapo.generate.guide.yaml.memory import Facts, without
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.generate.guide.yaml.shapes import Shape, changed
from iapo.generate.guide.yaml.told import told_form

_ANY = Pattern(".+", "x")


class _Item:
    """An item, which comes once (see `Naming`). `words`: what it is out of; none where it is any text."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words

    def local(self, quote: str, mark: str, flow: bool, facts: Facts) -> Local:
        return told_form(_ANY, quote, mark, flow, old=False)

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        left = tuple(word for word in self.words if ("listed", word) not in facts)
        return left if self.words else None

    def likely(self, facts: Facts) -> list[str]:
        count = sum(fact[0] == "listed" for fact in facts)
        return [*(self.only(facts) or (f"x{count}",))]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return None if ("listed", name) in facts else facts | {("listed", name)}

    def aliased(self, facts: Facts) -> Facts:
        return facts


def distinct(shape: Shape) -> Shape:
    """The same, but that what it lists, texts or words, is listed once."""
    items = shape.items
    assert items is not None
    naming = _Item(items.words)
    item = changed(items, text=False, words=(), naming=naming)
    return changed(
        shape,
        each=lambda: item,
        grows=lambda facts: naming.only(facts) != (),
        closed=lambda facts: without(facts, "listed"),
    )


__all__ = ["distinct"]
