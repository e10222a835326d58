"""Lay an intent over what a report holds, in the best way, and say which leaves hold.

Patterns stand for different parts; which for which is chosen so that as many leaves as possible
hold, references between patterns included (branch and bound, exact within a fixed budget of
steps). Parts that no pattern stands for and that none of those needs are counted as unrequested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iapo.intent.evaluate import Context, LeafResult, evaluate, idle, met, unmet
from iapo.intent.parts import Part, Parts, Path
from iapo.intent.pattern import (
    AllOf,
    Elements,
    Equal,
    Fields,
    Intent,
    Matcher,
    Node,
    Pattern,
    leaf_count,
)
from iapo.intent.readers import read_parts
from iapo.intent.readers.kubernetes import WORKLOADS
from iapo.verify.report import Report

_MAX_STEPS = 2_000  # of the search; beyond it the best found so far stands
_MAX_OPTIONS = 40  # parts considered for one pattern
_MAX_TARGETS = 100  # parts of a kind considered as what a reference may mean


@dataclass(frozen=True)
class IntentResult:
    """How much of an intent holds.

    Attributes:
        share: leaves that hold over all leaves, in [0, 1]; what surrounds the main parts (triggers,
            variables, outputs, volumes ...) counts in the proportion in which the main parts hold.
        parts: every leaf, in the order of the intent.
        unrequested: parts that nobody asked for and nothing asked for needs; dead ones included.
        requested: parts that the intent asks for and that cost when unrequested.
        claimed: pattern name to the label of the part it stands for, or None.
    """

    share: float
    parts: tuple[LeafResult, ...]
    unrequested: int
    requested: int
    claimed: Mapping[str, str | None]


def match(intent: Intent, report: Report) -> IntentResult:
    """Match an intent with a report; deterministic, and never raises on any report.

    Where nothing was planned or parsed, or the format is another, nothing holds.
    """
    parts = read_parts(intent, report)
    search = _Search(intent, parts)
    chosen = search.run()
    leaves: list[LeafResult] = []
    earned, total = (
        {True: 0, False: 0},
        {True: 0, False: 0},
    )  # of main parts, of what surrounds them
    every = [
        search.judge(index, chosen[index], dict(enumerate(chosen)))
        for index in range(len(intent.patterns))
    ]
    waiting = _waiting({i for i, judged in enumerate(every) if idle(judged)}, search.targets)
    # What is read serves what is made: looking an image up for a server that is not there is nothing.
    around = _AROUND | ({"data"} if any(p.kind == "resource" for p in intent.patterns) else set())
    for index, pattern in enumerate(intent.patterns):
        judged = every[index]
        main = pattern.kind not in around and not (parts.dead and _serves_pods(pattern))
        earned[main] += 0 if index in waiting else met(judged)
        total[main] += len(judged)
        leaves.extend(judged)
    done = earned[True] / total[True] if total[True] else 1.0
    claimed = {index for index in chosen if index is not None}
    return IntentResult(
        share=(earned[True] + done * earned[False]) / (total[True] + total[False]),
        parts=tuple(leaves),
        unrequested=_unrequested(parts, claimed),
        requested=sum(pattern.kind in _COUNTED for pattern in intent.patterns),
        claimed={
            pattern.name: None if chosen[i] is None else parts.alive[chosen[i] or 0].label
            for i, pattern in enumerate(intent.patterns)
        },
    )


def _waiting(idlers: set[int], targets: list[tuple[int, ...]]) -> set[int]:
    """Patterns that are idle, and those that refer to one: what waits for nothing does nothing."""
    found = set(idlers)
    while True:
        more = {i for i, named in enumerate(targets) if found.intersection(named)} - found
        if not more:
            return found
        found |= more


_AROUND = {
    "output", "variable", "provider", "volume", "network", "secret", "config", "project", "arg",
    "on", "workflow", "pipeline",
}  # fmt: skip
_COUNTED = {"resource", "data", "module", "output", "kind", "service", "job", "stage"}


def _serves_pods(pattern: Pattern) -> bool:
    """Whether it stands for a Kubernetes object that runs nothing itself.

    A Service whose Deployment is not in the file may find it in the cluster; one whose Deployment
    was made with no replicas serves nobody, and must not earn as if it did.
    """
    kind = pattern.selector.value if isinstance(pattern.selector, Equal) else None
    return pattern.kind == "kind" and kind not in WORKLOADS


def _unrequested(parts: Parts, claimed: set[int]) -> int:
    """Counted parts outside of what is claimed and of what the claimed need, step by step.

    A further instance of something claimed is not needed: an output of `aws_x.y[*].id` refers to
    all of them, however many were asked for.
    """
    needed = set(claimed)
    asked = {(parts.alive[i].kind, parts.alive[i].address) for i in claimed}
    border = list(claimed)
    while border:
        user = parts.alive[border.pop()]
        for index, part in enumerate(parts.alive):
            if index in needed or (part.address and (part.kind, part.address) in asked):
                continue
            if parts.uses(user, part):
                needed.add(index)
                border.append(index)
    extra = sum(part.counted for i, part in enumerate(parts.alive) if i not in needed)
    return extra + parts.dead


class _Search:
    """Which part each pattern stands for."""

    def __init__(self, intent: Intent, parts: Parts) -> None:
        self.patterns = intent.patterns
        self.parts = parts
        self.by_kind: dict[str, list[Part]] = {}
        for part in parts.alive:
            of_kind = self.by_kind.setdefault(part.kind, [])
            if len(of_kind) < _MAX_TARGETS:
                of_kind.append(part)
        self.index = {pattern.name: i for i, pattern in enumerate(self.patterns)}
        self.targets = [
            tuple(sorted({self.index[name] for name in _targets(p.fields)})) for p in self.patterns
        ]
        self.open_ends: dict[tuple[int, Path, str], bool] = {}
        self.memo: dict[tuple[Any, ...], list[LeafResult]] = {}
        self.options: list[list[tuple[int, int]]] = [[] for _ in self.patterns]
        for i, pattern in enumerate(self.patterns):
            self.options[i] = self._options(pattern, i)

    def _options(self, pattern: Pattern, index: int) -> list[tuple[int, int]]:
        """(leaves that could hold at best, part) of the parts the pattern may stand for."""
        found = []
        for number, part in enumerate(self.parts.alive):
            if part.kind != pattern.kind:
                continue
            if pattern.hard and not all(
                leaf.met for leaf in evaluate(pattern.selector, part.key, "", (), self._plain())
            ):
                continue
            found.append((met(self.judge(index, number, None)), number))
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        # A hard selector claims its part even where nothing else holds; it was asked for.
        return [pair for pair in found if pair[0] > 0 or pattern.hard][:_MAX_OPTIONS]

    def _plain(self) -> Context:
        return Context(self.parts.format, lambda path, value, name: False)

    def judge(
        self, index: int, number: int | None, chosen: Mapping[int, int | None] | None
    ) -> list[LeafResult]:
        """Every leaf of a pattern, standing for a part.

        Args:
            chosen: pattern to part, for references; None takes any part that could be meant.
        """
        pattern = self.patterns[index]
        if number is None:
            return _missing(pattern)
        settled: tuple[Any, ...] | None = (
            None if chosen is None else tuple(chosen.get(t) for t in self.targets[index])
        )
        key = (index, number, settled if self.targets[index] else None)
        if key in self.memo:
            return self.memo[key]
        part = self.parts.alive[number]

        def refers(path: Path, value: Any, name: str) -> bool:
            target = self.index[name]
            if chosen is None:
                return self._refers_to_any(number, path, value, self.patterns[target].kind)
            at = chosen.get(target)
            return at is not None and self.parts.refers(part, path, value, self.parts.alive[at])

        context = Context(self.parts.format, refers)
        leaves: list[LeafResult] = []
        if not pattern.hard:
            name = f"{pattern.name}.{pattern.kind}"
            named = evaluate(pattern.selector, part.key, name, (), context)
            leaves.extend(leaf._replace(positive=False) for leaf in named)
        if pattern.fields.fields:
            leaves.extend(evaluate(pattern.fields, part.value, pattern.name, (), context))
        if not leaves:
            leaves.append(LeafResult(pattern.name, True, ""))
        self.memo[key] = leaves
        return leaves

    def _refers_to_any(self, number: int, path: Path, value: Any, kind: str) -> bool:
        key = (number, path, kind)
        if key not in self.open_ends:
            part = self.parts.alive[number]
            self.open_ends[key] = any(
                self.parts.refers(part, path, value, other)
                for other in self.by_kind.get(kind, ())
                if other is not part
            )
        return self.open_ends[key]

    def run(self) -> list[int | None]:
        """The best choice found, by pattern."""
        order = sorted(range(len(self.patterns)), key=lambda i: len(self.options[i]))
        rank = {pattern: position for position, pattern in enumerate(order)}
        # A pattern with references is only settled once all its targets are chosen.
        settled_at: list[list[int]] = [[] for _ in order]
        for i in range(len(order)):
            settled_at[max([rank[i], *(rank[t] for t in self.targets[i])])].append(i)
        best_value = -1
        best: list[int | None] = [None] * len(order)
        chosen: dict[int, int | None] = {}
        used: set[int] = set()
        steps = 0
        ceiling = {i: (o[0][0] if o else 0) for i, o in enumerate(self.options)}
        rest = [0] * (len(order) + 1)
        for position in range(len(order) - 1, -1, -1):
            rest[position] = rest[position + 1] + ceiling[order[position]]

        def visit(position: int, settled: int, hoped: int) -> None:
            """`settled`: leaves that hold for sure; `hoped`: of chosen but unsettled patterns."""
            nonlocal best_value, best, steps
            steps += 1
            if settled + hoped + rest[position] <= best_value:
                return
            if position == len(order):
                best_value = settled
                best = [chosen.get(i) for i in range(len(order))]
                return
            if steps > _MAX_STEPS and best_value >= 0:
                return
            pattern = order[position]
            free = [(v, n) for v, n in self.options[pattern] if n not in used]
            for value, number in [*free, (0, -1)]:
                part = None if number < 0 else number
                chosen[pattern] = part
                if part is not None:
                    used.add(part)
                gain, hope = 0, hoped + value
                for other in settled_at[position]:
                    gain += met(self.judge(other, chosen[other], chosen))
                    hope -= self._hope(other, chosen[other])
                visit(position + 1, settled + gain, hope)
                if part is not None:
                    used.discard(part)
                del chosen[pattern]

        visit(0, 0, 0)
        return best

    def _hope(self, index: int, number: int | None) -> int:
        return 0 if number is None else met(self.judge(index, number, None))


def _missing(pattern: Pattern) -> list[LeafResult]:
    why = f"no such {pattern.kind}"
    leaves: list[LeafResult] = []
    if not pattern.hard:
        named = unmet(pattern.selector, f"{pattern.name}.{pattern.kind}", why)
        leaves.extend(leaf._replace(positive=False) for leaf in named)
    if leaf_count(pattern.fields):
        leaves.extend(unmet(pattern.fields, pattern.name, why))
    return leaves or [LeafResult(pattern.name, False, why)]


def _targets(node: Node) -> set[str]:
    if isinstance(node, Fields):
        return set().union(*(_targets(child) for _, child in node.fields)) if node.fields else set()
    if isinstance(node, (Elements, AllOf)):
        return set().union(*(_targets(child) for child in node.nodes))
    if isinstance(node, Matcher):
        if node.name == "refers":
            return set(node.argument)
        if node.name in ("contains", "json"):
            return _targets(node.argument)
        if node.name == "one_of":
            return set().union(*(_targets(child) for child in node.argument))
    return set()
