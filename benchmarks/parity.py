"""How a fast check compares with the real tool: the one procedure behind every `*_parity.py`.

1. Take the files of the corpus that the real tool, the oracle, accepts and that are labelled valid.
2. Break each in one place, in hundreds of ways, from a seed: the mutants.
3. Compare the fast check's verdict on every file and mutant with the oracle's. Its verdicts are kept in
   `benchmarks/verdicts/`, by hash of the text, so that the comparison needs no oracle. What is not kept is
   asked; `--record` asks everything again.
4. `--speed`: time both on the corpus in one run, the check warm and beyond reading YAML.
5. `--fuzz N`: damage files N times over: no crash, no verdict over two seconds of CPU, none that changes.

`--json FILE` stores the figures. Ends with 1 where a figure misses its target.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from damage import DAMAGE, Mutation

from iapo.verify.report import Report

HERE = Path(__file__).resolve().parent
MAX_CPU_SECONDS = 2.0
MAX_VALID_REJECTED = 0.005
_TWICE = 20  # of so many damaged texts, one is checked twice
_FOLDERS = re.compile(r"(?:file://)?/[\w./-]+")  # nobody's folders belong in a record


@dataclass(frozen=True)
class Sample:
    """One text with what is claimed of it. `label`: valid, invalid, unknown or mutant."""

    id: str
    label: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What the oracle says of a text: does it take it (None: it cannot tell), why not, how long it took."""

    valid: bool | None
    said: str = ""
    milliseconds: float = 0.0


class Judged(Protocol):
    """An oracle's report on a text and how long it took, as `iapo.verify.oracles` gives it."""

    @property
    def report(self) -> Report: ...

    @property
    def milliseconds(self) -> float: ...


def answers(judged: Sequence[Judged] | None) -> list[Answer] | None:
    """What an oracle that judges many texts at once says of them; None where it is not installed."""
    if judged is None:
        return None
    return [
        Answer(j.report.valid, "; ".join(d.message for d in j.report.errors[:2]), j.milliseconds)
        for j in judged
    ]


def without_yaml(check: Callable[[str], Report]) -> Callable[[str], tuple[float, float]]:
    """The `timed` of a check that reads its text itself: no seconds for YAML, and the check's."""

    def timed(text: str) -> tuple[float, float]:
        start = time.perf_counter()
        check(text)
        return 0.0, time.perf_counter() - start

    return timed


@dataclass(frozen=True)
class Comparison:
    """A format, its check and its oracle.

    Attributes:
        name: of the corpus.
        ask: the oracle's answers to texts, in order; None where it is not installed.
        install: how to get the oracle, a sentence.
        timed: seconds that reading the YAML took, and seconds that the check took beyond it.
        beyond: whether the oracle does not judge what this diagnostic's code is about.
        wrong_labels: files labelled valid that are not, and whose oracle does not tell: id to the reason.
        extra: samples beside the corpus, all valid.
        own_weight: how many times likelier a mutant derives from one of these than from a file.
        warm_up: how often the oracle reads the corpus before it is timed (a JVM wants it).
        check_target_ms: what the median check beyond YAML must stay below.
        caught_target: share of what the oracle rejects that must be caught.
    """

    name: str
    oracle_name: str
    ask: Callable[[Sequence[str]], list[Answer] | None]
    install: str
    check: Callable[[str], Report]
    timed: Callable[[str], tuple[float, float]]
    mutations: dict[str, Mutation]
    beyond: Callable[[str], bool] = lambda code: False
    wrong_labels: dict[str, str] = field(default_factory=dict)
    extra: tuple[Sample, ...] = ()
    own_weight: int = 1
    warm_up: int = 0
    check_target_ms: float = 1.0
    caught_target: float = 0.97


def load(name: str) -> list[Sample]:
    """The files of a corpus (`IAPO_CORPORA`, or beside the repository). Ends the program without one."""
    default = HERE.parent.parent / "shared" / "corpora"
    path = Path(os.environ.get("IAPO_CORPORA", default)) / f"{name}.jsonl.gz"
    if not path.is_file():
        raise SystemExit(f"no corpus {path.name}; set IAPO_CORPORA to the folder that has it")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = []
    for row in rows:
        files = {n: t for n, t in row["files"].items() if not n.endswith(".env")}
        for file, text in files.items():
            label = f"{row['id']}:{file}" if len(files) > 1 else row["id"]
            found.append(Sample(label, row["label"], text))
    return found


def mutants(
    sources: Sequence[Sample], mutations: dict[str, Mutation], count: int, seed: int
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
            found[text] = Sample(f"{name}: {source.id}", "mutant", text)
    return list(found.values())


class Verdicts:
    """The oracle's verdicts, kept in a file: one line a text, its hash, the verdict, what it is, what was said."""

    def __init__(self, comparison: Comparison, *, fresh: bool) -> None:
        self._comparison = comparison
        self._fresh = fresh
        self._path = HERE / "verdicts" / f"{comparison.name}.json"
        self._kept: dict[str, list[Any]] = {}
        if self._path.is_file():
            self._kept = json.loads(self._path.read_text(encoding="utf-8"))["verdicts"]
        self._used: dict[str, list[Any]] = {}

    def of(self, samples: Sequence[Sample]) -> dict[str, Answer]:
        """The answer to each text. Ends the program where one is missing and the oracle too."""
        missing = {s.text: s for s in samples if self._fresh or _hash(s.text) not in self._kept}
        todo = list(missing)
        for start in range(0, len(todo), 200):
            texts = todo[start : start + 200]
            answers = self._comparison.ask(texts)
            if answers is None:
                raise SystemExit(
                    f"{len(todo)} texts have no recorded verdict. {self._comparison.install}"
                )
            for text, answer in zip(texts, answers, strict=True):
                said = _FOLDERS.sub("...", " ".join(answer.said.split()))[:100]
                sample = missing[text]
                what = sample.id.split(":")[0] if sample.label == "mutant" else "file"
                self._kept[_hash(text)] = [answer.valid, what, *([said] if said else [])]
            print(f"  asked {start + len(texts)} of {len(todo)}", flush=True)
            self._write(self._kept)
        found = {}
        for sample in samples:
            kept = self._kept[_hash(sample.text)]
            self._used[_hash(sample.text)] = kept
            found[sample.text] = Answer(kept[0], kept[2] if len(kept) > 2 else "")
        return found

    def prune(self) -> None:
        """Keep only what was asked for since the beginning."""
        if self._used != self._kept:
            self._write(self._used)

    def _write(self, verdicts: dict[str, list[Any]]) -> None:
        lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(verdicts.items()))
        head = f'{{"oracle": {json.dumps(self._comparison.oracle_name)}, "verdicts": {{\n'
        self._path.parent.mkdir(exist_ok=True)
        self._path.write_text(head + lines + "\n}}\n", encoding="utf-8")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def compare(
    comparison: Comparison, samples: Sequence[Sample], answers: dict[str, Answer]
) -> dict[str, Any]:
    """Fold the verdicts on all samples into figures and a list of the differences."""
    count: Counter[str] = Counter()
    beyond: Counter[str] = Counter()
    differences: list[dict[str, Any]] = []
    for sample in samples:
        ours, theirs = comparison.check(sample.text), answers[sample.text]
        rejected = ours.valid is False
        codes = sorted({d.code for d in ours.errors})
        kinds = []
        count[sample.label] += 1
        count[f"{sample.label} unjudged"] += ours.valid is None
        if sample.label == "valid" and rejected:
            proven = theirs.valid is False or sample.id in comparison.wrong_labels
            kinds.append("valid rejected, and so does the oracle" if theirs.valid is False
                         else "wrong label" if proven else "valid rejected")  # fmt: skip
        if sample.label == "invalid" and not rejected:
            kinds.append("invalid missed")
        if theirs.valid is None:
            count["oracle undecided"] += 1
        elif not theirs.valid:
            count["rejected by oracle"] += 1
            count["caught"] += rejected
            kinds += [] if rejected else ["missed"]
        elif sample.label == "mutant":
            count["accepted mutants"] += 1
            if rejected and "harmless" not in sample.id and all(map(comparison.beyond, codes)):
                count["beyond oracle"] += 1
                beyond[codes[0]] += 1
            elif rejected:
                kinds.append("false alarm")
        if sample.label == "mutant" and sample.id.startswith("rule "):
            count["rule"] += 1
            count["rule caught"] += rejected
            kinds += [] if rejected else ["rule missed"]
        for kind in kinds:
            count[kind] += 1
            differences.append(
                {
                    "kind": kind,
                    "id": sample.id,
                    "ours": codes,
                    "oracle": theirs.valid,
                    "said": theirs.said,
                }
            )
    share = count["caught"] / max(count["rejected by oracle"], 1)
    rejected_by_us = count["valid rejected"] / max(count["valid"], 1)
    figures: dict[str, Any] = {
        "oracle": comparison.oracle_name,
        "valid": count["valid"],
        "valid_rejected": count["valid rejected"],
        "valid_rejected_also_by_oracle": count["valid rejected, and so does the oracle"],
        "valid_rejected_wrong_label": count["wrong label"],
        "valid_left_open": count["valid unjudged"],
        "invalid": count["invalid"],
        "invalid_caught": count["invalid"] - count["invalid missed"],
        "mutants": count["mutant"],
        "rejected_by_oracle": count["rejected by oracle"],
        "caught": count["caught"],
        "caught_share": round(share, 4),
        "mutants_accepted_by_oracle": count["accepted mutants"],
        "false_alarms": count["false alarm"],
        "rejected_beyond_oracle": count["beyond oracle"],
        "beyond_oracle_codes": dict(beyond.most_common()),
        "undecided_by_oracle": count["oracle undecided"],
    }
    if count["rule"]:
        figures |= {"mutants_against_rules": count["rule"], "rules_caught": count["rule caught"]}
    figures["met"] = {
        f"valid files rejected at most {MAX_VALID_REJECTED:.1%}": rejected_by_us
        <= MAX_VALID_REJECTED,
        f"caught at least {comparison.caught_target:.0%}": share >= comparison.caught_target,
        "at least 500 mutants": count["mutant"] >= 500,
    }
    return {**figures, "differences": differences}


def speed(comparison: Comparison, samples: Sequence[Sample]) -> dict[str, Any]:
    """Milliseconds a text on the corpus, the best of five each, beside the oracle's own time."""
    texts = [s.text for s in samples]
    reading, checking = [], []
    for text in texts:
        comparison.timed(text)
        rounds = [comparison.timed(text) for _ in range(5)]
        reading.append(min(r for r, _ in rounds) * 1e3)
        checking.append(min(c for _, c in rounds) * 1e3)
    median, whole = (
        statistics.median(checking),
        statistics.median(map(sum, zip(reading, checking, strict=True))),
    )
    answers = comparison.ask(texts * (comparison.warm_up + 1))
    if answers is None:
        raise SystemExit(f"no oracle to time. {comparison.install}")
    theirs = statistics.median(a.milliseconds for a in answers[-len(texts) :])
    return {
        "texts": len(texts),
        "yaml_ms_median": round(statistics.median(reading), 3),
        "check_ms_median_beyond_yaml": round(median, 3),
        "check_ms_p95_beyond_yaml": round(sorted(checking)[int(len(checking) * 0.95)], 3),
        "oracle_ms_median": round(theirs, 2),
        "oracle_to_ours_with_yaml": round(theirs / whole, 1),
        "met": {
            f"median check below {comparison.check_target_ms:g} ms": median
            < comparison.check_target_ms
        },
    }


def _broken(operator: Mutation, text: str, rng: random.Random) -> str:
    try:
        return operator(text, rng) or text
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return text  # made for sound files, it finds nothing to break in a broken one


def fuzz(
    comparison: Comparison, samples: Sequence[Sample], count: int, seed: int
) -> dict[str, Any]:
    """Texts broken in one to six places: crashes, CPU seconds of the slowest, verdicts that changed."""
    rng = random.Random(seed)
    operators = [*comparison.mutations.values(), *DAMAGE * 4]
    verdicts: Counter[str] = Counter()
    slowest, slow, twice = 0.0, 0, 0
    crashes: list[str] = []
    changed: list[str] = []
    for index in range(count):
        source = rng.choice(samples)
        text = source.text
        for _ in range(rng.randint(1, 6)):
            text = _broken(rng.choice(operators), text, rng)
        start = time.process_time()
        try:
            report = comparison.check(text)
            if index % _TWICE == 0:
                twice += 1
                start = time.process_time()
                if comparison.check(text) != report:
                    changed.append(f"{index}: {source.id}")
        except Exception as error:  # whatever escapes is what is looked for
            crashes.append(f"{index}: {source.id}: {type(error).__name__}: {error}"[:300])
            continue
        taken = time.process_time() - start
        slowest, slow = max(slowest, taken), slow + (taken > MAX_CPU_SECONDS)
        verdicts[str(report.valid)] += 1
    return {
        "inputs": count,
        "seed": seed,
        "crashes": crashes,
        "slowest_cpu_seconds": round(slowest, 3),
        "over_two_cpu_seconds": slow,
        "checked_twice": twice,
        "changed_verdict": changed,
        "verdicts": dict(verdicts),
        "met": {
            "no crash": not crashes,
            "none over 2 s": not slow,
            "same verdict twice": not changed,
        },
    }


def run(comparison: Comparison, description: str | None) -> None:
    """The command line of a format's benchmark."""
    parser = argparse.ArgumentParser(description=(description or "").split("\n")[0])
    parser.add_argument("--mutants", type=int, default=600)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--record", action="store_true", help="ask the oracle about every text again"
    )
    parser.add_argument("--show", action="store_true", help="print every difference")
    parser.add_argument(
        "--json", type=Path, help="store the figures, beside those of other parts in FILE"
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--verdicts", action="store_true", help="only compare verdicts")
    only.add_argument(
        "--speed", action="store_true", help="only time; the oracle must be installed"
    )
    only.add_argument("--fuzz", type=int, metavar="N", help="only check N damaged texts")
    options = parser.parse_args()
    samples = [*load(comparison.name), *comparison.extra]
    parts: dict[str, dict[str, Any]] = {}
    if options.fuzz:
        parts["fuzz"] = fuzz(comparison, samples, options.fuzz, options.seed)
    if not options.fuzz and not options.speed:
        verdicts = Verdicts(comparison, fresh=options.record)
        answers = verdicts.of(samples)
        sound = [s for s in samples if s.label == "valid" and answers[s.text].valid]
        own = [s for s in comparison.extra if s in sound] * (comparison.own_weight - 1)
        made = mutants([*sound, *own], comparison.mutations, options.mutants, options.seed)
        answers |= verdicts.of(made)
        verdicts.prune()
        parts["verdicts"] = compare(comparison, [*samples, *made], answers)
    if not options.fuzz and not options.verdicts:
        parts["speed"] = speed(comparison, samples)
    for part, figures in parts.items():
        print(f"{comparison.name}: {part}")
        for name, value in figures.items():
            if name not in ("differences", "met"):
                print(f"  {name:32} {value}")
        for target, met in figures["met"].items():
            print(f"  {'met' if met else 'MISSED':32} {target}")
        for found in figures.get("differences", []) if options.show else []:
            print(f"  - {found['kind']}: {found['id']}: {found['ours']} {found['said']}")
    if options.json:
        before = (
            json.loads(options.json.read_text(encoding="utf-8")) if options.json.is_file() else {}
        )
        options.json.write_text(json.dumps({**before, **parts}, indent=1) + "\n", encoding="utf-8")
    if not all(met for figures in parts.values() for met in figures["met"].values()):
        raise SystemExit(1)
