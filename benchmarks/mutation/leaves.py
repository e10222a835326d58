"""Mutants out of an intent: each leaf broken where the reference meets it, and moved into a comment.

A leaf is found by what it says: its literal as a word of the text, in the part that its pattern
stands for, under the key that it names. Where the text has it in no such place (a variable's
default, a computed name), every place of the literal is changed at once. What evaluates intents has
no say in it, but for telling which part a pattern stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from iapo.dataset import Task
from iapo.dataset.check import literals
from iapo.intent import Intent, Leaf

from .by_hand import BY_HAND
from .outline import Entry, Outline, occurrences
from .structure import redirected

Claimed = Mapping[str, str | None]
Made = tuple[str, str, str]  # kind, what changed, text

_MOST_PLACES = 3  # places of one literal that are changed one by one
# What short names of the pattern language stand for in a file.
_SHORT: Mapping[str, list[str]] = {
    "name": ["metadata", "name"], "namespace": ["metadata", "namespace"],
    "labels": ["metadata", "labels"], "annotations": ["metadata", "annotations"],
    "podLabels": ["template", "metadata", "labels"], "pod": ["spec"],
}  # fmt: skip
_KEYWORD = {"base": "FROM", "run": "RUN", "platform": "FROM"}
_INDEX = re.compile(r"\[(?:\"[^\"]*\"|\d+)\]")


def leaf_mutants(task: Task, outline: Outline, claimed: Claimed) -> Iterator[Made]:
    """(kind, what changed, text); a leaf that gives nothing yields an empty text, to be counted."""
    assert task.intent is not None
    for leaf in task.intent.leaves():
        derived = [*_by_hand(task, leaf, outline), *_of_leaf(task, leaf, outline, claimed)]
        made = [m for m in derived if m[2] != outline.text]
        yield from made or [("underived", leaf.path, "")]


def changed(value: Any) -> str:
    """Another value of the same kind, as the text would write it."""
    if isinstance(value, bool):
        return str(not value).lower()
    if isinstance(value, (int, float)):
        return str(value + 1)
    amount = re.fullmatch(r"(\d+)([A-Za-z]+)", value)
    if amount:
        return f"{int(amount[1]) + 1}{amount[2]}"
    last = list(re.finditer(r"[A-Za-z0-9]", value))[-1]
    old = last[0]
    new = str((int(old) + 1) % 10) if old.isdigit() else ("q" if old != "q" else "z")
    return str(value[: last.start()] + new + value[last.end() :])


def _of_leaf(task: Task, leaf: Leaf, outline: Outline, claimed: Claimed) -> Iterator[Made]:
    assert task.intent is not None
    pattern, keys = _steps(leaf, task.intent)
    part = _INDEX.sub("", claimed.get(pattern) or "")
    if leaf.matcher == "absent":
        return
    if outline.format == "dockerfile" and keys == ["in"]:
        yield from _moved(outline, leaf, part)
        return
    if leaf.matcher == "refers":
        target = _INDEX.sub("", claimed.get(leaf.value) or "")
        yield from redirected(outline, leaf.path, part, keys, target)
        return
    if keys and keys[-1] in ("service", "job", "stage") and len(keys) == 1:
        name = str(leaf.value[0] if leaf.matcher == "one_of" else leaf.value)
        yield "leaf broken", leaf.path, _everywhere(outline, name, changed(name), loose=False)
        return
    if leaf.matcher == "runs":
        yield from _command(outline, leaf, part)
        return
    if leaf.matcher in ("any", "at_most"):
        for entry in _keyed(outline, part, keys)[:1]:
            yield "leaf broken", leaf.path, outline.without(entry)
            yield "value in a comment", leaf.path, outline.commented(entry)
        return
    loose = leaf.matcher in ("matches", "contains") or leaf.path.endswith("]")
    for literal in literals(leaf)[:3]:
        yield from _literal(outline, leaf, literal, part, keys, loose)


def _literal(
    outline: Outline, leaf: Leaf, literal: Any, part: str, keys: list[str], loose: bool
) -> Iterator[Made]:
    words = _as_written(literal)
    if not re.search(r"\w", words):
        yield from _sign(outline, leaf, words, part, keys)
        return
    places = (
        list(_exec_form(outline, words))
        or list(occurrences(outline.text, words))
        or list(occurrences(outline.text, words, loose=True))
    )
    ranked: dict[tuple[int, ...], list[tuple[int, int, Entry | None]]] = {}
    for start, end in places:
        entry = outline.innermost(start, end)
        ranked.setdefault(_likeness(entry, start, part, keys), []).append((start, end, entry))
    if not ranked:
        for entry in _keyed(outline, part, keys)[:1]:
            yield "leaf broken", leaf.path, outline.without(entry)
        return
    rank = max(ranked)
    if not rank[1]:
        yield "leaf broken", leaf.path, _everywhere(outline, words, changed(_kind(literal)), loose)
        return
    for start, end, entry in ranked[rank][:_MOST_PLACES]:
        what = f"{leaf.path}: {words} on line {outline.text.count(chr(10), 0, start) + 1}"
        yield "leaf broken", what, outline.replaced(start, end, changed(_kind(literal, words)))
        if entry is not None:
            yield "value in a comment", what, outline.commented(entry)


def _exec_form(outline: Outline, words: str) -> Iterator[tuple[int, int]]:
    """Where a command stands as a list of quoted words; the last of them is what is changed."""
    if outline.format != "dockerfile" or " " not in words:
        return
    between = r"[\"',\s]+"
    wanted = between.join(re.escape(word) for word in words.split())
    for found in re.finditer(rf'"({wanted})"', outline.text):
        yield found.span(1)


def _sign(outline: Outline, leaf: Leaf, words: str, part: str, keys: list[str]) -> Iterator[Made]:
    """A value without letters and digits: "" or a dot."""
    for entry in _keyed(outline, part, keys):
        value = outline.text[entry.value_start : entry.value_end]
        source = re.search(rf"(?<=\s){re.escape(words)}(?=\s+\S)", value) if words else None
        if source and part in entry.parts:
            start, end = (entry.value_start + at for at in source.span())
            yield "leaf broken", leaf.path, outline.replaced(start, end, f"{words}/other")
        elif value.strip("[]\"' ") == words and part in entry.parts:
            new = value.replace(words, words + "other") if words else '"other"'
            text = outline.replaced(entry.value_start, entry.value_end, new)
            yield "leaf broken", leaf.path, text


def _likeness(entry: Entry | None, start: int, part: str, keys: list[str]) -> tuple[int, ...]:
    """How much an entry looks like where a leaf is met; the outermost of equals is meant."""
    if entry is None:
        return (0, 0, 0, 0, 0)
    key, inside = _has_key(entry, keys), part in entry.parts
    above = len({*keys}.intersection(entry.path))
    return (key and inside, key or inside, start >= entry.value_start, above, -len(entry.path))


def _command(outline: Outline, leaf: Leaf, part: str) -> Iterator[Made]:
    """The last word of a command changed, in the part that is to run it or anywhere."""
    words = leaf.value.split()
    pattern = re.compile(r"[^\n]*?".join(rf"(?<![\w./-])({re.escape(w)})(?![\w-])" for w in words))
    found = list(pattern.finditer(outline.text))
    within = []
    for place in found:
        entry = outline.innermost(*place.span())
        if entry is not None and part in entry.parts:
            within.append((place, entry))
    chosen = within or [(place, outline.innermost(*place.span())) for place in found]
    for place, entry in chosen[:_MOST_PLACES]:
        start, end = place.span(len(words))
        new = changed(words[-1]) if re.search(r"\w", words[-1]) else words[-1] + "q"
        yield "leaf broken", f"{leaf.path}: {leaf.value}", outline.replaced(start, end, new)
        if entry is not None:
            yield "value in a comment", f"{leaf.path}: {leaf.value}", outline.commented(entry)


def _by_hand(task: Task, leaf: Leaf, outline: Outline) -> Iterator[Made]:
    if (task.id, leaf.path) in BY_HAND:
        old, new = BY_HAND[task.id, leaf.path]
        at = outline.text.index(old)
        text = old + new[1:] if new.startswith("+") else new
        yield "leaf broken", leaf.path, outline.replaced(at, at + len(old), text)


def _moved(outline: Outline, leaf: Leaf, part: str) -> Iterator[Made]:
    """An instruction at the end of another stage."""
    for entry in outline.entries:
        if part not in entry.parts:
            continue
        words = outline.text[entry.start : entry.end]
        for stage in outline.parts:
            if stage.label in entry.parts:
                continue
            at = stage.start + len(outline.text[stage.start : stage.end].rstrip()) + 1
            first, last = sorted([(entry.start, entry.end, ""), (at, at, words)], reverse=True)
            text = outline.text[: first[0]] + first[2] + outline.text[first[1] :]
            text = text[: last[0]] + last[2] + text[last[1] :]
            yield "leaf broken", f"{leaf.path}: {words.strip()} in {stage.label}", text
        return


def _everywhere(outline: Outline, words: str, new: str, loose: bool) -> str:
    text = outline.text
    for start, end in reversed(list(occurrences(text, words, loose=loose))):
        text = text[:start] + new + text[end:]
    return text


def _steps(leaf: Leaf, intent: Intent) -> tuple[str, list[str]]:
    """The name of a leaf's pattern, and the keys that lead to the leaf."""
    names = [p.name for p in intent.patterns if leaf.path == p.name or _under(leaf.path, p.name)]
    pattern = max(names, key=len)
    rest = re.sub(r"\[\d+\]", "", leaf.path[len(pattern) :])
    steps = [step for step in rest.split(".") if step]
    if intent.format == "kubernetes" and steps and steps[0] in _SHORT:
        steps[:1] = _SHORT[steps[0]]
    if intent.format == "dockerfile":
        kind = next(p for p in intent.patterns if p.name == pattern)
        named = getattr(kind.selector, "value", "") if kind.kind == "instruction" else ""
        if steps and steps != ["stage"]:
            steps = [*steps, _KEYWORD.get(steps[0], str(named))]
    return pattern, steps


def _under(path: str, name: str) -> bool:
    return path.startswith((name + ".", name + "["))


def _has_key(entry: Entry, keys: list[str]) -> bool:
    """Whether an entry stands under the key that a leaf ends with, or the one before."""
    if not keys or not entry.path:
        return False
    own = entry.path[-1].lower()
    return own in {key.lower() for key in keys[-2:]} or ".".join(keys).lower().endswith("." + own)


def _keyed(outline: Outline, part: str, keys: list[str]) -> list[Entry]:
    found = [e for e in outline.entries if _has_key(e, keys)]
    exact = [e for e in found if keys and e.path[-1] == keys[-1]]
    return [e for e in exact or found if part in e.parts] or exact or found


def _as_written(literal: Any) -> str:
    if isinstance(literal, bool):
        return str(literal).lower()
    lines = [line.strip() for line in str(literal).splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _kind(literal: Any, words: str = "") -> Any:
    """What `changed` is to change: a number or a truth value as such, a text by the words found."""
    return literal if isinstance(literal, (bool, int, float)) else words or _as_written(literal)
