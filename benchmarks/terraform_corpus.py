"""Verdicts on real Terraform files against their labels: valid ones rejected, invalid ones caught.

    python benchmarks/terraform_corpus.py [--corpora FOLDER] [--sample N] [--json OUT]

The corpora folder holds `terraform.jsonl.gz` (see `--help`); files labelled `unknown` are judged for
crashes only. A label can be stale, since Terraform grows stricter: with `--provider` (the AWS
provider's executable) the core in use, attached to the real provider, is asked about every valid
program that is rejected, and what it says is kept with the disagreement.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from iapo.verify.report import Report
from iapo.verify.sandbox import judge_all

HERE = Path(__file__).resolve().parent
DEFAULT_CORPORA = os.environ.get("IAPO_CORPORA") or str(HERE.parent.parent / "shared" / "corpora")


def load(corpora: Path, format: str = "terraform") -> list[dict[str, Any]]:
    """The rows of a format's corpus. Exits with a sentence where it is not there."""
    path = corpora / f"{format}.jsonl.gz"
    if not path.is_file():
        raise SystemExit(f"{path} is not there; name the folder with --corpora or IAPO_CORPORA")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def by_language_model(row: dict[str, Any]) -> bool:
    """Whether a language model wrote the program."""
    return "tiers" in row


def ask(provider: str, files: dict[str, str]) -> list[str]:
    """What the Terraform in use says with the real AWS provider; nothing of other providers."""
    from terraform_rules import attached, validate

    if len(files) != 1:
        return []
    with attached(provider) as (_, environment):
        (errors,) = validate(list(files.values()), environment)
    return errors


def judge(rows: list[dict[str, Any]], workers: int | None) -> list[Report]:
    """Verdicts, in order."""
    jobs = [{"format": "terraform", "files": r["files"], "plan": False} for r in rows]
    reports: list[Report] = []
    for first in range(0, len(jobs), 500):
        reports += judge_all(jobs[first : first + 500], timeout=20.0, workers=workers)
        print(f"{len(reports)} of {len(jobs)} judged", file=sys.stderr, flush=True)
    return reports


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=Path(DEFAULT_CORPORA))
    parser.add_argument("--provider", help="the AWS provider's executable, to prove stale labels")
    parser.add_argument("--only", nargs="*", help="ids of rows to judge, and no others")
    parser.add_argument("--sample", type=int, default=0, help="judge N random rows; 0: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    parser.add_argument("--show", type=int, default=20, help="print N of the disagreements")
    options = parser.parse_args()
    rows = load(options.corpora)
    if options.only:
        rows = [row for row in rows if row["id"] in options.only]
    if options.sample and options.sample < len(rows):
        rows = random.Random(options.seed).sample(rows, options.sample)
    began = time.perf_counter()
    reports = judge(rows, options.workers)
    seconds = time.perf_counter() - began

    table: Counter[tuple[str, str, str]] = Counter()
    disagreements = []
    for row, report in zip(rows, reports, strict=True):
        origin = "language model" if by_language_model(row) else "published"
        said = {True: "valid", False: "invalid", None: "unjudged"}[report.valid]
        table[origin, row["label"], said] += 1
        wrong = (row["label"] == "valid" and report.valid is False) or (
            row["label"] == "invalid" and report.valid is not False
        )
        if wrong:
            first = report.errors[0].message if report.errors else row.get("expected_error", "")
            codes = sorted({d.code for d in report.diagnostics})
            disagreements.append(
                {
                    "id": row["id"],
                    "label": row["label"],
                    "said": said,
                    "why": first,
                    "codes": codes,
                }
            )
    print(f"{'origin':16}{'label':9}{'files':>7}{'valid':>8}{'invalid':>9}{'unjudged':>10}")
    for origin, label in sorted({key[:2] for key in table}):
        counts = [table[origin, label, said] for said in ("valid", "invalid", "unjudged")]
        print(f"{origin:16}{label:9}{sum(counts):7}{counts[0]:8}{counts[1]:9}{counts[2]:10}")
    rejected = sum(d["label"] == "valid" for d in disagreements)
    stale = 0
    if options.provider:
        files = {row["id"]: row["files"] for row in rows}
        for item in disagreements:
            if item["label"] == "valid":
                item["the real provider says"] = ask(options.provider, files[item["id"]])
                stale += bool(item["the real provider says"])
    invalid = [k for k in table if k[:2] == ("language model", "invalid")]
    caught = table["language model", "invalid", "invalid"]
    total = sum(table[k] for k in invalid)
    # What names a file or module that is not in the corpus gets no verdict, as it should.
    absent = sum(
        by_language_model(row) and row["label"] == "invalid" and report.valid is None
        and bool({d.code for d in report.diagnostics} & {"missing-file", "module-not-installed"})
        for row, report in zip(rows, reports, strict=True)
    )  # fmt: skip
    print(f"valid rejected: {rejected}, by Terraform with the real AWS provider too: {stale}")
    if total:
        print(f"invalid by language models caught: {caught}/{total} = {caught / total:.1%}")
    if total > absent:
        print(
            f"  of those with all their files: {caught}/{total - absent} = "
            f"{caught / (total - absent):.1%}"
        )
    print(f"{len(rows)} programs in {seconds:.1f} s, {seconds / len(rows) * 1000:.1f} ms each")
    for item in disagreements[: options.show]:
        print(f"  {item['label']:8}{item['said']:9}{item['id'][:70]}: {item['why'][:150]}")
    if options.json:
        figures = {
            "programs": len(rows),
            "seconds": round(seconds, 2),
            "valid_rejected": rejected,
            "valid_rejected_by_terraform_with_the_real_provider_too": stale,
            "invalid_by_language_models": total,
            "invalid_by_language_models_caught": caught,
            "invalid_by_language_models_with_absent_files_or_modules": absent,
            "table": {" / ".join(key): count for key, count in sorted(table.items())},
            "disagreements": disagreements,
        }
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
