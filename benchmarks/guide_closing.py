"""What a guide makes of answers that would be cut: valid files, cut anywhere, closed and judged.

    python benchmarks/guide_closing.py [--format F] [--corpora FOLDER] [--sample N] [--seed S] [--json OUT]

A program that the guide takes is cut at a random byte and closed as a guide closes an answer whose tokens
run out (`iapo.generate.guide.closing`). Said is for how many a way to the end is found, how long it is, how
long the search takes, and of how many `iapo verify` says that they are valid then.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from pathlib import Path
from typing import Any

from guide_acceptance import job, programs
from terraform_corpus import DEFAULT_CORPORA

from iapo.generate.guide import GUIDED
from iapo.generate.guide.automaton import State, write
from iapo.generate.guide.closing import ending
from iapo.generate.guide.languages import language_of
from iapo.generate.guide.ledger import Ledger
from iapo.verify.sandbox import judge_all

_MOST_STATES = 100_000


def reached(state: State, text: bytes) -> tuple[State, Ledger] | None:
    """Where a text leads; None where it may not be written."""
    after, events = write(state, text)
    ledger = Ledger().follow(events)
    return None if after is None or ledger is None else (after, ledger)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--format", default="terraform", choices=GUIDED)
    parser.add_argument("--corpora", type=Path, default=Path(DEFAULT_CORPORA))
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print what is not valid")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    chosen = programs(options.format, options.corpora)[1]
    chosen = rng.sample(chosen, min(options.sample, len(chosen)))
    language = language_of(options.format)
    cuts, jobs, lengths, times = 0, [], [], []
    closed: list[tuple[str, str]] = []
    for row in chosen:
        text = row["text"].encode()
        text = text[: rng.randrange(len(text))]
        place = reached(language.start(), text)
        if place is None:
            continue
        cuts += 1
        began = time.process_time()
        found = ending(*place)
        times.append(1e3 * (time.process_time() - began))
        if found is not None:
            lengths.append(len(found))
            closed.append((text.decode(errors="replace")[-60:], found.decode(errors="replace")))
            whole = (text + found).decode()
            files = {k: v for k, v in row["files"].items() if "/" in k or not k.endswith(".tf")}
            jobs.append(job(options.format, {"files": {**files, "main.tf": whole}, "text": whole}))
        elif options.show:
            print(f"no way: {text.decode(errors='replace')[-60:]!r}")
        if len(language.pool) > _MOST_STATES:
            language.forget()
    reports = judge_all(jobs, timeout=30.0, workers=1)
    valid = sum(report.valid is True for report in reports)
    if options.show:
        for (before, end), report in zip(closed, reports, strict=True):
            if report.valid is not True:
                print(f"{before!r} ++ {end!r}: {[d.message[:100] for d in report.errors][:1]}")
    figures: dict[str, Any] = {
        "format": options.format,
        "seed": options.seed,
        "cut": cuts,
        "closed": len(lengths),
        "valid": valid,
        "bytes_mean": statistics.fmean(lengths),
        "bytes_most": max(lengths),
        "milliseconds_mean": statistics.fmean(times),
        "milliseconds_most": max(times),
    }
    for name, figure in figures.items():
        print(f"{name:20} {figure}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
