"""The tokens that may come after a state.

What is known of a lexeme is found once for all places: the tokens that stay inside, and the few that go
beyond its end, of which only those short rests are looked at again in each place. So it is with what is
nested: its tokens are found once, and only what goes beyond its end is looked at again where it stands.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from iapo.generate.guide.automaton import OUT, REMARK, Event, Exit, Lexeme, Local, Nested, State
from iapo.generate.guide.vocabulary import Trie, Vocabulary

Ids = npt.NDArray[np.int32]
Inside = npt.NDArray[np.bool_]
Told = tuple[Event, ...]
_NONE: Ids = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """The tokens a state lets through.

    Attributes:
        insides: [V] bool each, shared by all places of a lexeme.
        ids: more of them.
        conditional: tokens that tell the ledger something, by what they tell it, in order.
        beyond: what tokens write beyond the end of what is nested, by what they tell before.
    """

    insides: tuple[Inside, ...]
    ids: Ids
    conditional: tuple[tuple[Told, Ids], ...] = ()
    beyond: tuple[tuple[Told, Trie], ...] = ()


class _Tokens:
    """Tokens that a walk has found.

    Attributes:
        told: those that are let through, by what they tell the ledger.
        beyond: those that go beyond the end of what is nested, likewise, and what they write there.
    """

    __slots__ = ("beyond", "told")

    def __init__(self) -> None:
        self.told: dict[Told, list[int]] = {}
        self.beyond: dict[Told, dict[bytes, list[int]]] = {}

    def behind(self, trie: Trie, node: int, state: State, events: Told) -> None:
        """Add the tokens that end at a node, or go on from it as `state` lets them."""
        if state is OUT:
            rests = self.beyond.setdefault(events, {})
            for rest, ids in trie.below(node):
                rests.setdefault(rest, []).extend(ids)
            return
        if trie.group[node] >= 0:
            self.told.setdefault(events, []).extend(trie.groups[trie.group[node]])
        self.collect(trie, state, events, node + 1, trie.skip[node])

    def collect(self, trie: Trie, state: State, events: Told, begin: int, end: int) -> None:
        """Add the tokens of nodes `begin` to `end` that `state` lets through."""
        byte, depth, skip, group, groups = trie.byte, trie.depth, trie.skip, trie.group, trie.groups
        if begin >= end:
            return
        base = depth[begin] - 1
        states: list[State] = [state] * (trie.height + 1 - base)
        out = self.told.setdefault(events, [])
        at = begin
        while at < end:
            level = depth[at] - base
            before = states[level - 1]
            one = byte[at]
            moves = before.moves
            found = moves[one] if one in moves else before.next(one)
            if found is None:
                at = skip[at]
                continue
            tells = before.events is not None and one in before.events
            if tells or found is OUT:
                more = (*events, *before.events[one]) if tells and before.events else events
                self.behind(trie, at, found, more)
                at = skip[at]
                continue
            if group[at] >= 0:
                out.extend(groups[group[at]])
            states[level] = found
            at += 1

    def mask(self, summary: _Summary | None = None) -> Mask:
        """All that was found, and what is known of a position."""
        plain = np.asarray(self.told.pop((), ()), np.int32)
        conditional = tuple((k, np.asarray(v, np.int32)) for k, v in self.told.items() if v)
        beyond = tuple((events, Trie(rests)) for events, rests in self.beyond.items())
        if summary is None:
            return Mask((), plain, conditional, beyond)
        ids = _joined(summary.ids, plain)
        return Mask(summary.insides, ids, conditional, beyond)


@dataclass(frozen=True, slots=True)
class _Summary:
    """Of a local position: tokens that stay inside, and those that do not, by exit.

    Attributes:
        direct: exits on a token's first byte, with that byte's node.
        rests: exits further on, with what the tokens write from there.
    """

    insides: tuple[Inside, ...]
    ids: Ids
    direct: tuple[tuple[Exit, int], ...]
    rests: tuple[tuple[Hashable, Trie], ...]


class Masks:
    """The masks of one vocabulary, each worked out when first asked for."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._trie = vocabulary.trie
        self._size = len(vocabulary)
        self._beginnings = vocabulary.trie.children(0)
        self._begun: dict[frozenset[int], Inside] = {}
        self._summaries: dict[Local, _Summary] = {}
        self._masks: dict[State, Mask] = {}
        self._without: dict[tuple[Mask, frozenset[int]], Mask] = {}
        self._followed: dict[tuple[Told, Trie, State], Mask] = {}

    def forget(self) -> None:
        """Drop all but what is known of lexemes that every text has."""
        self._masks.clear()
        self._without.clear()
        self._followed.clear()
        self._summaries = {local: s for local, s in self._summaries.items() if local.lasting}

    def mask(self, state: State) -> Mask:
        """The tokens that may come after `state`."""
        found = self._masks.get(state)
        if found is None:
            found = self._masks[state] = self._make(state)
        return found

    def _make(self, state: State) -> Mask:
        if isinstance(state, Nested):
            return self._nested(self.mask(state.inner), state.outer)
        if parts := state.parts():
            return _united([self.mask(part) for part in parts])
        handed = state.handed()
        if handed is None:
            return self._own(state, None)
        other, own = handed
        return _united([self._own(state, own), self._but(self.mask(other), own)])

    def _own(self, state: State, first: frozenset[int] | None) -> Mask:
        """What a state lets through, of tokens with some first bytes; None: with any."""
        tokens, whole = _Tokens(), self._trie
        if not isinstance(state, Lexeme):
            for byte, node in self._beginnings.items():
                if first is None or byte in first:
                    tokens.collect(whole, state, (), node, whole.skip[node])
            return tokens.mask()
        summary = self.summary(state.local)
        left: dict[Hashable, tuple[State | None, Told]] = {}
        for found, node in summary.direct:
            if first is not None and whole.byte[node] not in first:
                continue
            if found.label not in left:
                left[found.label] = _left(state, found.label)
            after, events = left[found.label]
            if after is not None and found.consumed:
                tokens.behind(whole, node, after, events)
            elif after is not None:
                tokens.collect(whole, after, events, node, whole.skip[node])
        for label, trie in summary.rests:
            after, events = _left(state, label)
            if after is not None:
                tokens.behind(trie, 0, after, events)
        return tokens.mask(summary)

    def _nested(self, inner: Mask, outer: State) -> Mask:
        """What a mask lets through where something follows the end of what is nested."""
        if not inner.beyond:
            return inner
        masks = [replace(inner, beyond=())]
        for events, trie in inner.beyond:
            found = self._followed.get((events, trie, outer))
            if found is None:
                tokens = _Tokens()
                tokens.behind(trie, 0, outer, events)
                found = self._followed[events, trie, outer] = tokens.mask()
            masks.append(found)
        return _united(masks)

    def _but(self, mask: Mask, first: frozenset[int]) -> Mask:
        """What a mask lets through but for the tokens that begin with some bytes."""
        found = self._without.get((mask, first))
        if found is None:
            begun = self._begun.get(first)
            if begun is None:
                begun = self._begun[first] = self._beginning(first)
            insides = tuple(_cut(inside, begun) for inside in mask.insides)
            conditional = tuple((events, ids[~begun[ids]]) for events, ids in mask.conditional)
            beyond = tuple((events, _pruned(trie, begun)) for events, trie in mask.beyond)
            found = Mask(insides, mask.ids[~begun[mask.ids]], conditional, beyond)
            self._without[mask, first] = found
        return found

    def _beginning(self, first: frozenset[int]) -> Inside:
        """[V] which tokens begin with some bytes."""
        begun = np.zeros(self._size, np.bool_)
        for byte, node in self._beginnings.items():
            if byte in first:
                for _, ids in self._trie.below(node):
                    begun[list(ids)] = True
        return begun

    def summary(self, local: Local) -> _Summary:
        """What is known of a position inside a lexeme."""
        found = self._summaries.get(local)
        if found is None:
            found = self._summaries[local] = self._summarise(local)
        return found

    def _summarise(self, local: Local) -> _Summary:
        trie = self._trie
        byte, depth, skip, group, groups = trie.byte, trie.depth, trie.skip, trie.group, trie.groups
        states: list[Local] = [local] * (trie.height + 1)
        path = bytearray(trie.height + 1)
        inside: list[int] = []
        direct: list[tuple[Exit, int]] = []
        rests: dict[Hashable, dict[bytes, list[int]]] = {}
        at, end = 1, len(trie)
        while at < end:
            level = depth[at]
            before, one = states[level - 1], byte[at]
            found = before.next(one)
            if found is None:
                at = skip[at]
                continue
            if isinstance(found, Local):
                if group[at] >= 0:
                    inside.extend(groups[group[at]])
                states[level] = found
                path[level - 1] = one
                at += 1
                continue
            if level == 1:
                direct.append((found, at))
            else:
                first = b"" if found.consumed else bytes([one])
                label = found.label
                if local.textual:
                    label = (label, bytes(path[: level - 1]))
                entries = rests.setdefault(label, {})
                for rest, ids in trie.below(at):
                    entries.setdefault(first + rest, []).extend(ids)
            at = skip[at]
        many: Ids = np.asarray(inside, np.int32)
        insides: tuple[Inside, ...] = ()
        if len(many) > self._size // 32:
            whole = np.zeros(self._size, np.bool_)
            whole[many] = True
            insides, many = (whole,), _NONE
        tries = tuple((label, Trie(e)) for label, e in rests.items())
        return _Summary(insides, many, tuple(direct), tries)


def _joined(*some: Ids) -> Ids:
    """All of some; the same object where only one has any, for there are many masks."""
    full = [ids for ids in some if len(ids)]
    if len(full) < 2:
        return full[0] if full else _NONE
    return np.concatenate(full)


def _cut(inside: Inside, begun: Inside) -> Inside:
    """What is in one and not in the other; the same object where that is all."""
    return inside & ~begun if (inside & begun).any() else inside


def _pruned(trie: Trie, begun: Inside) -> Trie:
    """The same without some tokens; the same object where there are none."""
    if not any(begun[list(ids)].any() for ids in trie.groups):
        return trie
    entries = {rest: [i for i in ids if not begun[i]] for rest, ids in trie.below(0)}
    return Trie({rest: ids for rest, ids in entries.items() if ids})


def _left(state: Lexeme, label: Hashable) -> tuple[State | None, Told]:
    """The state after an exit, and all that the ledger is told."""
    after, event = state.leave(label)
    events = () if event is None else (event,)
    if after is not None and after.commenting and not state.commenting:
        events = (*events, REMARK)
    return after, events


def _united(masks: Sequence[Mask]) -> Mask:
    """Everything that one of the masks lets through."""
    insides = {id(inside): inside for mask in masks for inside in mask.insides}
    return Mask(
        tuple(insides.values()),
        _joined(*(mask.ids for mask in masks)),
        tuple(c for mask in masks for c in mask.conditional),
        tuple(b for mask in masks for b in mask.beyond),
    )


__all__ = ["Mask", "Masks"]
