"""What the parity benchmarks of workflows and pipelines share: mutants, figures, fuzzing.

1. Take the files of the corpus that the oracle accepts.
2. Break each in one place, a hundred ways, from a seed: the mutants.
3. Ask the oracle about every file and mutant, and the fast check; compare verdicts.
4. Time both on the same texts; the fast check beyond reading YAML, which it shares with everyone.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iapo.verify.report import Report
from iapo.verify.yaml_source import YamlStream

Mutation = Callable[[str, random.Random], str | None]


@dataclass(frozen=True)
class Sample:
    """One text with what is claimed of it. `label`: valid, invalid, unknown or mutant."""

    id: str
    label: str
    text: str


@dataclass
class Figures:
    """What the comparison counted. `disagreements`: id, kind of disagreement, what was said."""

    valid: int = 0
    valid_rejected: int = 0
    rejected_by_oracle: int = 0
    caught: int = 0
    mutants: int = 0
    mutants_accepted: int = 0
    false_alarms: int = 0
    undecided: int = 0
    disagreements: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def caught_share(self) -> float:
        """Share of what the oracle rejects that the fast check rejects too."""
        return self.caught / max(self.rejected_by_oracle, 1)


def corpora() -> Path:
    """The folder of corpora: `IAPO_CORPORA`, or beside the repository."""
    default = Path(__file__).resolve().parent.parent.parent / "shared" / "corpora"
    return Path(os.environ.get("IAPO_CORPORA", default))


def load(format_name: str) -> list[Sample]:
    """The files of one format. Ends the program where there is no corpus."""
    path = corpora() / f"{format_name}.jsonl.gz"
    if not path.is_file():
        raise SystemExit(f"no corpus at {path.name}; set IAPO_CORPORA to the folder that has it")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Sample(r["id"], r["label"], next(iter(r["files"].values()))) for r in rows]


def mutants(
    sources: list[Sample], mutations: dict[str, Mutation], count: int, seed: int
) -> list[Sample]:
    """`count` different texts, every mutation about equally often."""
    rng = random.Random(seed)
    found: dict[str, Sample] = {}
    names = list(mutations)
    for attempt in range(count * 40):
        if len(found) >= count:
            break
        name = names[attempt % len(names)]
        source = rng.choice(sources)
        text = mutations[name](source.text, rng)
        if text is not None and text != source.text and text not in found:
            found[text] = Sample(f"{name}#{len(found)} of {source.id}", "mutant", text)
    return list(found.values())


def compare(
    samples: list[Sample],
    ours: dict[str, Report],
    oracle: dict[str, tuple[bool | None, str]],
) -> Figures:
    """Fold verdicts by sample id into figures."""
    figures = Figures()
    for sample in samples:
        report = ours[sample.id]
        accepted, said = oracle[sample.id]
        rejected = report.valid is False
        ours_said = "; ".join(f"{d.line}: {d.code}: {d.message}" for d in report.errors[:2])
        if sample.label == "valid":
            figures.valid += 1
            if rejected:
                figures.valid_rejected += 1
                figures.disagreements.append((sample.id, "valid rejected", ours_said))
        figures.mutants += sample.label == "mutant"
        if accepted is None:
            figures.undecided += 1
        elif not accepted:
            figures.rejected_by_oracle += 1
            figures.caught += rejected
            if not rejected:
                figures.disagreements.append((sample.id, "missed", said))
        elif sample.label == "mutant":
            figures.mutants_accepted += 1
            if rejected:
                figures.false_alarms += 1
                figures.disagreements.append((sample.id, "false alarm", ours_said))
    return figures


def speed(
    texts: list[str],
    read: Callable[[str], YamlStream],
    check: Callable[[YamlStream, str], Report],
    rounds: int = 3,
) -> tuple[float, float, float]:
    """Medians in milliseconds: the check beyond reading YAML, its 95th percentile, reading YAML."""
    checking, reading = [], []
    for _ in range(rounds):
        for text in texts:
            start = time.perf_counter()
            stream = read(text)
            middle = time.perf_counter()
            check(stream, text)
            end = time.perf_counter()
            reading.append((middle - start) * 1e3)
            checking.append((end - middle) * 1e3)
    ordered = sorted(checking)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.95)], statistics.median(reading)


def fuzz(
    sources: list[Sample],
    mutations: dict[str, Mutation],
    check: Callable[[str], Report],
    count: int,
    seed: int,
) -> dict[str, Any]:
    """Check `count` texts broken in one to six places; raises what the check raises."""
    rng = random.Random(seed)
    operators = [*mutations.values(), *RAW.values()]
    slowest, verdicts = (0.0, ""), Counter[str]()
    for index in range(count):
        source = rng.choice(sources)
        text = source.text
        for _ in range(rng.randint(1, 6)):
            text = rng.choice(operators)(text, rng) or text
        start = time.perf_counter()
        try:
            report = check(text)
        except Exception as error:
            raise SystemExit(f"crash on input {index}: {error!r}\n{text[:2000]!r}") from error
        taken = time.perf_counter() - start
        slowest = max(slowest, (taken, source.id))
        verdicts[str(report.valid)] += 1
    return {"inputs": count, "slowest_s": round(slowest[0], 4), "verdicts": dict(verdicts)}


def _at(text: str, rng: random.Random) -> int:
    return rng.randrange(len(text) + 1)


_JUNK = (
    "\0", "\ufeff", "\ud800", "\u2028", "\t", "*a", "&a ", "<<: *a", "!x ", "!reference [a, b]", "{", "[",
    "]", "}", ": ", "- ", "'", '"', "|\n", "---\n", "...\n", "? ", "${{ ", "}}", "$[[ ", "%", "@", "`",
    "[" * 200, "{a: " * 120, "(" * 300, "x" * 20_000, "9" * 5_000, "1e999", ".nan", "!!binary x", "&a [*a]",
)  # fmt: skip

RAW: dict[str, Mutation] = {
    "junk": lambda t, r: (lambda i: t[:i] + r.choice(_JUNK) + t[i:])(_at(t, r)),
    "cut": lambda t, r: t[: _at(t, r)],
    "remove": lambda t, r: (lambda i: t[:i] + t[i + r.randint(1, 40) :])(_at(t, r)),
    "repeat": lambda t, r: (lambda i: t[:i] + t[i : i + 60] * r.randint(2, 50) + t[i + 60 :])(
        _at(t, r)
    ),
    "flip": lambda t, r: (lambda i: t[:i] + chr(r.choice((r.randrange(1, 128), r.randrange(1, 0x2FFF)))) + t[i + 1 :])(_at(t, r)),
    "shuffle": lambda t, r: "\n".join(r.sample(t.split("\n"), len(t.split("\n")))),
}  # fmt: skip


def on_line(pattern: str, change: Callable[[re.Match[str], random.Random], str | None]) -> Mutation:
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
    return on_line(pattern, lambda m, r: m.expand(r.choice(news)))


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


def report(
    title: str,
    figures: Figures,
    timing: tuple[float, float, float],
    oracle_ms: float,
    oracle_name: str,
    show: bool,
) -> dict[str, Any]:
    """Print the table and give it back as data."""
    median, high, yaml_ms = timing
    body = {
        "oracle": oracle_name,
        "valid": figures.valid,
        "valid_rejected": figures.valid_rejected,
        "rejected_by_oracle": figures.rejected_by_oracle,
        "caught": figures.caught,
        "caught_share": round(figures.caught_share, 4),
        "mutants": figures.mutants,
        "mutants_accepted_by_oracle": figures.mutants_accepted,
        "false_alarms": figures.false_alarms,
        "undecided_by_oracle": figures.undecided,
        "check_ms_median_beyond_yaml": round(median, 3),
        "check_ms_p95_beyond_yaml": round(high, 3),
        "yaml_ms_median": round(yaml_ms, 3),
        "oracle_ms_median": round(oracle_ms, 2),
        "ratio_oracle_to_check_with_yaml": round(oracle_ms / max(median + yaml_ms, 1e-9), 1),
    }
    print(title)
    for key, value in body.items():
        print(f"  {key:34} {value}")
    if show:
        for name, kind, said in figures.disagreements:
            print(f"  - {kind}: {name}\n      {said[:300]}")
    return {**body, "disagreements": [list(d) for d in figures.disagreements]}
