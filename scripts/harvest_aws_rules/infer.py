"""From what the provider said of an argument to the rules that would make it say so.

For every error a set of explanations is proposed: what its words spell out, and the patterns found
in the executable. An explanation stands if it never refuses a value that the provider accepted, and
refuses every value the provider refused with these words. Errors without one give no rule.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from go_patterns import go_pattern, safe
from seeds import LONG
from spelled_out import spelled_out
from wording import Message

from iapo.verify.terraform.rules_apply import Node, value_problems
from iapo.verify.terraform.rules_checks import LONGEST_MATCHED, Rule
from iapo.verify.terraform.rules_wording import DOTTED, LOWER, RAW, render

# Errors whose text depends on what is wrong with the value: words -> the rule that makes the text.
_FAMILIES: tuple[tuple[str, str, Any, str], ...] = (
    (r"is an invalid ARN: ", "arn", None, ""),
    (r"is not a valid (IPv4 )?CIDR block", "cidr", 4, ""),
    (r"is not a valid (IPv6 )?CIDR block", "cidr", 6, ""),
    (r"is not a valid CIDR block", "cidr", None, ""),
    (r"contains an invalid JSON policy|not a valid JSON value|PolicySize", "policy", None, ""),
    (
        r"^Invalid format of ",
        "item",
        None,
        f'Invalid format of "{DOTTED}": ',
    ),
    (r"to contain a (valid )?(network )?Value", "network", None, ""),
    (
        r"cannot be parsed as a duration: ",
        "duration",
        None,
        f'"{DOTTED}" cannot be parsed as a duration: ',
    ),
)


# What a parser says of a value is no pattern, however well one fits the samples.
_PARSER = r"json: |parsing time|error parsing|invalid character|unexpected end|cannot parse"

_NEGATIVE = r"cannot|can't|can not|(must|should|may|is|are|does|do) ?n[o']t|not allowed|reserved"


class Pool:
    """The executable's patterns, and how each judges the sampled values."""

    def __init__(self, found: Mapping[str, set[str]]) -> None:
        self.patterns: list[tuple[str, str, set[str]]] = []
        for raw, messages in sorted(found.items()):
            pattern = go_pattern(raw)
            if pattern is not None and safe(pattern):
                self.patterns.append((raw, pattern, messages))
        self._judged: dict[tuple[str, str], bool] = {}

    def matches(self, pattern: str, text: str) -> bool:
        key = (pattern, text)
        if key not in self._judged:
            self._judged[key] = re.search(pattern, text) is not None
        return self._judged[key]

    def explain(
        self, message: Message, accepted: list[str], refused: list[str]
    ) -> Iterator[tuple[str, str]]:
        """Patterns that tell these accepted values from these refused ones, the likeliest first."""
        said = f"{message[0]}|{message[1]}"
        fits = []
        for raw, pattern, messages in self.patterns:
            paired = any(len(m) >= 8 and m in said for m in messages)
            for operation in ("match", "no-match"):
                want = operation == "match"
                if all(self.matches(pattern, v) != want for v in refused) and all(
                    self.matches(pattern, v) == want for v in accepted
                ):
                    if not want and not re.search(_NEGATIVE, said):
                        continue
                    if want and not paired and raw not in said and len(refused) < 8:
                        continue
                    fits.append((not paired, raw not in said, -len(raw), operation, pattern))
        for _, _, _, operation, pattern in sorted(fits):
            yield operation, pattern


@dataclass(frozen=True)
class Guess:
    """Rules for one argument, and how well they agree with what was seen."""

    rules: tuple[Rule, ...]
    mode: str
    exact: int  # values of which exactly the same is said
    wrong: int  # values refused that the provider accepts
    missed: int  # values accepted that the provider refuses
    unexplained: int  # errors without a rule


def _value(value: Any) -> Any:
    return LONG if isinstance(value, dict) else value


def infer(leaf: Mapping[str, Any], pool: Pool) -> Guess | None:
    """The best rules for one probed argument; None where nothing was ever refused."""
    templates: list[Message] = [tuple(t) for t in leaf.get("templates", ())]
    templates_kept = [not _internal(t) for t in templates]
    if not any(templates_kept):
        return None
    seen = [(_value(v), hits) for v, hits in leaf["seen"]]
    dotted, indexed = leaf["names"]
    hits = _unified(templates, seen, (dotted, indexed))
    seen = [(v, h) for (v, _), h in zip(seen, hits, strict=True)]
    told = {i for h in hits for i in h}
    templates_kept = [kept and i in told for i, kept in enumerate(templates_kept)]
    actual = [
        (
            v,
            {_said(templates[i], v, dotted, indexed) for i in hits if templates_kept[i]},
            bool(hits),
        )
        for v, hits in seen
    ]
    ranks = _order(templates, [h for _, h in seen])
    chosen: list[tuple[int, Rule]] = []
    explained: set[int] = set()
    for words, operation, argument, prefix in _FAMILIES:
        mine = [i for i, t in enumerate(templates) if re.search(words, t[0]) and i not in explained]
        if not mine:
            continue
        for variant in _variants(operation, argument, templates, mine):
            rule = Rule(operation, variant, prefix)
            said = {
                i: {_said(templates[i], v, dotted, indexed) for v, h in seen if i in h}
                for i in mine
            }
            texts = set().union(*said.values())
            if _family_fits(rule, actual, texts, dotted, indexed):
                chosen.append((min(ranks[i] for i in mine), rule))
                explained.update(mine)
                break
    for rule, mine in _computed(templates):
        texts = {_said(templates[i], v, dotted, indexed) for i in mine for v, h in seen if i in h}
        if not explained & set(mine) and _family_fits(rule, actual, texts, dotted, indexed):
            chosen.append((min(ranks[i] for i in mine), rule))
            explained.update(mine)
    for i, template in enumerate(templates):
        if i in explained or not templates_kept[i]:
            continue
        rule = _explain(i, template, seen, leaf["type"], leaf["path"][-1], pool)
        if rule is not None:
            chosen.append((ranks[i], rule))
            explained.add(i)
    if not chosen:
        either = _alternatives(templates, templates_kept, seen, leaf)
        if either:
            return _judge(either, "any", actual, dotted, indexed, 0)
        return Guess((), "all", 0, 0, len(actual), len(templates))
    chosen.sort(key=lambda x: (x[1].op != "whole", x[0]))
    rules = tuple(dict.fromkeys(_hashable(r) for _, r in chosen))
    unexplained = sum(templates_kept) - len(
        explained & {i for i, k in enumerate(templates_kept) if k}
    )
    best: Guess | None = None
    # Where the answers fit both "all must hold" and "one must hold", the latter refuses less.
    alternatives = sum(rule.op != "whole" for rule in rules) > 1 and not unexplained
    for mode in ("any", "all", "first") if alternatives else ("all", "first"):
        guess = _judge(rules, mode, actual, dotted, indexed, unexplained)
        if best is None or (guess.wrong, -guess.exact) < (best.wrong, -best.exact):
            best = guess
    assert best is not None
    if best.mode != "any" and (unexplained or len(seen) < 50) and inseparable(templates, seen):
        # Perhaps "one must hold", with an alternative nothing is known of: nothing can be said.
        best = _judge(
            tuple(r for r in rules if r.op == "whole"), "all", actual, dotted, indexed, unexplained
        )
    while best.wrong and best.rules:  # drop what contradicts, the worst first
        options = [
            _judge(
                best.rules[:i] + best.rules[i + 1 :], m, actual, dotted, indexed, unexplained + 1
            )
            for i in range(len(best.rules))
            for m in ("all", "first")
        ]
        best = min(options, key=lambda g: (g.wrong, -g.exact))
    return best


def inseparable(templates: list[Message], seen: list[tuple[Any, list[int]]]) -> bool:
    """Whether several errors were told, but never one of them without another."""
    apart = [i for i, t in enumerate(templates) if "must be a whole number" not in t[0]]
    told = [set(hits) & set(apart) for _, hits in seen]
    return any(len(t) > 1 for t in told) and not any(len(t) == 1 for t in told)


def _alternatives(
    templates: list[Message], kept: list[bool], seen: list[tuple[Any, list[int]]], leaf: Any
) -> tuple[Rule, ...]:
    """Rules of which one must hold, where all errors are only ever told together.

    The provider then tells what every alternative wants, so that none can be missing.
    """
    mine = [i for i, keep in enumerate(kept) if keep]
    refused = [
        v for v, hits in seen if hits and not (isinstance(v, str) and len(v) > LONGEST_MATCHED)
    ]
    if len(mine) < 2 or not all(set(mine) <= set(hits) for _, hits in seen if hits):
        return ()
    chosen = []
    for i in mine:
        rules = (
            Rule(operation, argument, *_floats(templates[i]))
            for operation, argument in spelled_out(templates[i], leaf["type"], leaf["path"][-1])
            if operation not in ("match", "no-match") or safe(argument)
        )
        rule = next((r for r in rules if all(r.faults(v) for v in refused)), None)
        if rule is None:
            return ()
        chosen.append(_hashable(rule))
    accepted = [v for v, hits in seen if not hits]
    met = all(any(not rule.faults(v) for rule in chosen) for v in accepted)
    return tuple(chosen) if met else ()


def _computed(templates: list[Message]) -> Iterator[tuple[Rule, list[int]]]:
    """Rules for errors that end in what Go's JSON or time parser says, with what stands before."""
    for end, operation in (
        (r"invalid character |unexpected end of JSON", "json"),
        (r"parsing time ", "timestamp"),
        (r"time: ", "duration"),
    ):
        groups: dict[tuple[str, str, Any], list[int]] = {}
        for i, (summary, detail) in enumerate(templates):
            found = re.search(end, summary)
            if found:
                layout = re.search(
                    r'parsing time .* as "([0-9TZ:_ -]+)": cannot parse', summary, re.S
                )
                key = (summary[: found.start()], detail, layout[1] if layout else None)
                groups.setdefault(key, []).append(i)
        for (prefix, detail, argument), mine in groups.items():
            same = [
                i for (p, d, _), ids in groups.items() if (p, d) == (prefix, detail) for i in ids
            ]
            if operation != "timestamp" or argument:
                yield Rule(operation, argument, prefix, detail), same if argument else mine


def _unified(templates: list[Message], seen: list[Any], names: tuple[str, str]) -> list[list[int]]:
    """The hits of every value, with templates that say the same thing counted as one.

    The empty string leaves no trace in an error, and some errors print the value in lower case.
    """
    dotted, indexed = names
    merged: dict[tuple[int, int], int] = {}
    for value, hits in seen:
        for i in hits:
            said = _said(templates[i], value, dotted, indexed)
            for j, template in enumerate(templates):
                if j != i and RAW in template[0] + template[1]:
                    lower = (template[0].replace(RAW, LOWER), template[1].replace(RAW, LOWER))
                    if value == "" and _said(template, value, dotted, indexed) == said:
                        merged[(i, j)] = merged.get((i, j), 0) + 1
                    elif isinstance(value, str) and _said(lower, value, dotted, indexed) == said:
                        templates[j] = lower
                        merged[(i, j)] = merged.get((i, j), 0) + 1
    to = {}
    for i, j in merged:
        to.setdefault(i, j)
    out = []
    for _, hits in seen:
        out.append(
            list(dict.fromkeys(to.get(i, i) if to.get(to.get(i, i)) != i else i for i in hits))
        )
    return out


def _hashable(rule: Rule) -> Rule:
    if isinstance(rule.argument, list):
        return replace(rule, argument=tuple(rule.argument))
    return rule


def _internal(message: Message) -> bool:
    """Errors that are about the probing, not about the value."""
    return bool(
        re.search(
            r"^(Configuration Read Error|Value Conversion Error|Unable to Convert|Write-only)",
            message[0],
        )
    )


def _said(template: Message, value: Any, dotted: str, indexed: str) -> Message:
    return render(template[0], value, dotted, indexed), render(template[1], value, dotted, indexed)


def _order(templates: list[Message], hits: list[list[int]]) -> list[int]:
    """Ranks that keep every order in which errors were told together."""
    ranks = list(range(len(templates)))
    for _ in range(len(templates)):
        for told in hits:
            for a, b in itertools.pairwise(told):
                if ranks[a] > ranks[b]:
                    ranks[a], ranks[b] = ranks[b], ranks[a]
    return ranks


def _variants(
    operation: str, argument: Any, templates: list[Message], mine: list[int]
) -> list[Any]:
    if operation == "policy":
        found = re.search(r"PolicySize: (\d+)", " ".join(templates[i][0] for i in mine))
        return [int(found[1])] if found else [None]
    if operation == "network":
        bits = r"between (\d+) and (\d+) significant bits"
        found = re.search(bits, " ".join(templates[i][0] for i in mine))
        return [[int(found[1]), int(found[2])]] if found else []
    return [argument]


def _family_fits(
    rule: Rule,
    actual: list[tuple[Any, set[Message], bool]],
    texts: set[Message],
    dotted: str,
    indexed: str,
) -> bool:
    """Whether the rule says only what was said, and refuses nothing that was accepted."""
    node, agreed = Node(rules=(rule,)), 0
    for value, said, refused in actual:
        if not isinstance(value, str):
            continue
        mine = value_problems(node, value, dotted, indexed)
        if mine and not refused:
            return False
        agreed += bool(said & set(mine))
        if (said & texts) and not mine:
            agreed -= 1
    return agreed > 0


def _explain(
    index: int,
    template: Message,
    seen: list[tuple[Any, list[int]]],
    type: str,
    name: str,
    pool: Pool,
) -> Rule | None:
    refused = [v for v, hits in seen if index in hits]
    short = [v for v in refused if not isinstance(v, str) or len(v) <= LONGEST_MATCHED]
    accepted = [v for v, hits in seen if not hits]
    for operation, argument in spelled_out(template, type, name):
        if operation in ("match", "no-match") and not safe(argument):
            continue
        rule = Rule(operation, argument, *_floats(template))
        due = short if operation in ("match", "no-match") else refused
        if due and all(rule.faults(v) for v in due) and not any(rule.faults(v) for v in accepted):
            return rule
    if type != "string" or len(seen) < 50 or re.search(_PARSER, template[0]):
        return None
    told_apart = [v for v, hits in seen if hits and index not in hits]
    strict = [v for v in (*accepted, *told_apart) if isinstance(v, str)]
    loose = [v for v in accepted if isinstance(v, str)]
    bad = [v for v in short if isinstance(v, str)]
    for good in (strict, loose):
        if good and bad:
            for operation, argument in pool.explain(template, good, bad):
                return Rule(operation, argument, *template)
    return None


def _floats(template: Message) -> Message:
    """Errors that print a float with six decimals cannot be said again; %f becomes the value."""
    return re.sub(r"got -?\d+\.\d{6}$", f"got {RAW}", template[0]), template[1]


def _judge(
    rules: tuple[Rule, ...],
    mode: str,
    actual: list[tuple[Any, set[Message], bool]],
    dotted: str,
    indexed: str,
    unexplained: int,
) -> Guess:
    node = Node(rules=rules, mode=mode)
    exact = wrong = missed = 0
    for value, said, refused in actual:
        mine = set(value_problems(node, value, dotted, indexed))
        exact += mine == said
        wrong += bool(mine) and not refused
        missed += bool(said) and not mine
    return Guess(rules, mode, exact, wrong, missed, unexplained)
