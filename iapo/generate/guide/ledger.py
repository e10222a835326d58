"""What a text has declared, what it refers to and still owes, and what would contradict that.

The automaton knows what a name may look like here; the ledger knows which names there are. Its
events are tuples: ("declare", key...), ("refer", key...), ("open",) where a block begins that declares
nothing, ("attend",) where an expression begins that must refer to a key, ("mention", key...) where it
ends (to anything at all where there is no key), ("note",) where it refers to what needs no
declaration, ("end",). Keys are the grammar's own: ("var", "region"), ("aws_vpc", "main").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from iapo.generate.guide.automaton import Event

Key = tuple[str, ...]
_SELF_AWARE = frozenset({"output", "check", "provider"})
"""Blocks that may refer to themselves, or that nothing can refer back to."""
_INNER = "module"
"""A block that others may refer to while it refers to them: what is inside it does not hang together."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """An immutable record of one text.

    Attributes:
        uses: each declared key to the keys that its block refers to.
        owed: keys referred to and not yet declared.
        open: the declaration whose block references are being made in, where they could make a circle.
        mentioned: keys referred to since attention was asked for; None where it was not.
    """

    uses: Mapping[Key, frozenset[Key]] = field(default_factory=dict)
    owed: frozenset[Key] = frozenset()
    open: Key | None = None
    mentioned: frozenset[Key] | None = None

    @property
    def settled(self) -> bool:
        """Whether everything referred to is declared."""
        return not self.owed

    def allows(self, event: Event) -> bool:
        """Whether an event contradicts nothing: no second declaration, no circle, no end in debt."""
        kind, key = event[0], event[1:]
        if kind == "declare":
            return key not in self.uses
        if kind == "refer":
            if self.open is None or (key == self.open and key[0] == "var"):  # as a validation must
                return True
            return key != self.open if self.open[0] == _INNER else not self._reaches(key, self.open)
        if kind == "mention":
            if self.mentioned is None:
                return True
            return key in self.mentioned if key else bool(self.mentioned)
        return kind != "end" or self.settled

    def after(self, event: Event) -> Ledger:
        """The record once an allowed event has happened."""
        kind, key = event[0], event[1:]
        if kind == "declare":
            inside = None if key[0] in _SELF_AWARE else key
            return Ledger({**self.uses, key: frozenset()}, self.owed - {key}, inside)
        if kind == "refer":
            return self._referring(key)
        if kind == "note":
            return (
                self if self.mentioned is None else replace(self, mentioned=self.mentioned | {()})
            )
        if kind == "attend":
            return replace(self, mentioned=frozenset())
        if kind == "mention":
            return replace(self, mentioned=None)
        return Ledger(self.uses, self.owed) if kind == "open" else self

    def _referring(self, key: Key) -> Ledger:
        uses, mentioned = self.uses, self.mentioned
        owed = self.owed if key in uses else self.owed | {key}
        if self.open is not None and self.open[0] != _INNER and key not in uses.get(self.open, ()):
            uses = {**uses, self.open: uses[self.open] | {key}}
        return Ledger(uses, owed, self.open, None if mentioned is None else mentioned | {key})

    def follow(self, events: Iterable[Event]) -> Ledger | None:
        """The record after several events, None where one of them is not allowed."""
        here = self
        for event in events:
            if not here.allows(event):
                return None
            here = here.after(event)
        return here

    def names(self, key: Key) -> list[str]:
        """The names that something is declared, or owed, under."""
        every = (*self.uses, *sorted(self.owed))
        return [known[-1] for known in every if known[:-1] == key]

    def _reaches(self, start: Key, goal: Key) -> bool:
        waiting, seen = [start], {start}
        while waiting:
            key = waiting.pop()
            if key == goal:
                return True
            for further in self.uses.get(key, ()):
                if further not in seen:
                    seen.add(further)
                    waiting.append(further)
        return False
