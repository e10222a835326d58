"""Ways to break a text in one place, for mutants and for fuzzing.

A mutation takes a text and a source of chance, and gives a changed text, or None where it finds nothing
to change. Whether the result is still valid is for the oracle to say, not for the mutation.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import yaml

Mutation = Callable[[str, random.Random], str | None]
DocumentMutation = Callable[[dict[str, Any], random.Random], object]
LineMutation = Callable[[random.Random, list[str]], list[str]]


def on_match(
    pattern: str, change: Callable[[re.Match[str], random.Random], str | None]
) -> Mutation:
    """A mutation of one random place that matches (multi-line)."""
    compiled = re.compile(pattern, re.MULTILINE)

    def mutate(text: str, rng: random.Random) -> str | None:
        places = list(compiled.finditer(text))
        if not places:
            return None
        place = rng.choice(places)
        new = change(place, rng)
        return None if new is None else text[: place.start()] + new + text[place.end() :]

    return mutate


def replace(pattern: str, *news: str) -> Mutation:
    """One random match replaced by one of the templates (`\\1` is its first group)."""
    return on_match(pattern, lambda m, r: m.expand(r.choice(news)))


def after(pattern: str, addition: str) -> Mutation:
    """Words put behind one random match, as they are."""
    return on_match(pattern, lambda m, r: m[0] + addition)


def on_lines(change: LineMutation) -> Mutation:
    """A mutation of the list of lines."""
    return lambda text, rng: "\n".join(change(rng, text.split("\n")))


def on_document(change: DocumentMutation) -> Mutation:
    """A mutation of one YAML document of a text, in place; it gives something falsy if it found nothing."""

    def mutate(text: str, rng: random.Random) -> str | None:
        try:
            documents = [d for d in yaml.load_all(text, yaml.CSafeLoader) if isinstance(d, dict)]
        except (yaml.YAMLError, ValueError, RecursionError):
            return None  # only when fuzzing: the text was broken before
        if not documents or not change(rng.choice(documents), rng):
            return None
        try:
            return yaml.dump_all(documents, sort_keys=False)
        except (yaml.YAMLError, ValueError, RecursionError, TypeError):
            return None

    return mutate


def misspelt(match: re.Match[str], rng: random.Random) -> str | None:
    """The first group with two letters swapped, one dropped or one doubled."""
    word = match[1]
    if len(word) < 3:
        return None
    at = rng.randrange(len(word) - 1)
    new = rng.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )
    )
    start = match.start(1) - match.start()
    return match[0][:start] + new + match[0][start + len(word) :]


def drop_line(text: str, rng: random.Random) -> str | None:
    """Without one line."""
    lines = text.split("\n")
    del lines[rng.randrange(len(lines))]
    return "\n".join(lines)


def double_line(text: str, rng: random.Random) -> str | None:
    """With one `key: value` line twice."""
    lines = text.split("\n")
    keys = [i for i, line in enumerate(lines) if re.match(r"\s*[\w-]+: \S", line)]
    if not keys:
        return None
    at = rng.choice(keys)
    return "\n".join((*lines[: at + 1], lines[at], *lines[at + 1 :]))


def shift_line(text: str, rng: random.Random) -> str | None:
    """With one line two columns further left or right."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    if not lines[at].strip():
        return None
    lines[at] = "  " + lines[at] if rng.random() < 0.5 else lines[at].replace("  ", "", 1)
    return "\n".join(lines)


def swap_lines(text: str, rng: random.Random) -> str | None:
    """With two lines that follow each other exchanged."""
    lines = text.split("\n")
    if len(lines) < 3:
        return None
    at = rng.randrange(len(lines) - 1)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return "\n".join(lines)


def shuffle_lines(text: str, rng: random.Random) -> str | None:
    """With all lines in another order."""
    lines = text.split("\n")
    rng.shuffle(lines)
    return "\n".join(lines)


def truncate(text: str, rng: random.Random) -> str | None:
    """Only the beginning."""
    return text[: rng.randrange(len(text) + 1)]


def _at(text: str, rng: random.Random) -> int:
    return rng.randrange(len(text) + 1)


_JUNK = (
    "\0", "\ufeff", "\ud800", "\u2028", "\t", "\r", "\\", "$", "*a", "&a ", "<<: *a", "!x ",
    "!reference [a, b]", "!reset ", "!override ", "{", "[", "]", "}", "(", ")", ": ", "- ", "'", '"', '"""',
    "|\n", ">\n", "---\n", "...\n", "? ", "${{ ", "}}", "${", "$[[ ", "%", "@", "`", "#", "/*", "<<EOF\n",
    "[" * 200, "{a: " * 120, "(" * 300, "x" * 20_000, "9" * 5_000, "1e999", ".nan", "null", "!!binary x", "&a [*a]",
)  # fmt: skip


def _junk(text: str, rng: random.Random) -> str | None:
    at = _at(text, rng)
    return text[:at] + rng.choice(_JUNK) + text[at:]


def _remove(text: str, rng: random.Random) -> str | None:
    at = _at(text, rng)
    return text[:at] + text[at + rng.randint(1, 40) :]


def _repeat(text: str, rng: random.Random) -> str | None:
    at = _at(text, rng)
    piece = text[at : at + rng.randint(1, 60)]
    return text[:at] + piece * rng.choice((2, 5, 50, 500)) + text[at:]


def _flip(text: str, rng: random.Random) -> str | None:
    at = _at(text, rng)
    return text[:at] + chr(rng.choice((rng.randrange(128), rng.randrange(0x2FFF)))) + text[at + 1 :]


DAMAGE: tuple[Mutation, ...] = (_junk, _remove, _repeat, _flip, truncate, shuffle_lines)
