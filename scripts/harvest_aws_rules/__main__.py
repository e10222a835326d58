"""Harvest the AWS provider's value rules by asking it.

    python scripts/harvest_aws_rules probe    WORK   ask about every type (resumable; ~20 minutes)
    python scripts/harvest_aws_rules compile  WORK   answers to rules
    python scripts/harvest_aws_rules contradict WORK drop the rules the provider contradicts
    python scripts/harvest_aws_rules ship     WORK   write the data file of the package

The provider's executable is given by --provider or TF_PROVIDER_AWS. WORK holds what was asked so
far; one step can be stopped and started again.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from binary import patterns
from contradict import contradict
from infer import Pool
from pack import Packer, document
from plugin import ProviderProcess
from probes import Known, probe

VERSION = "5.100.0"
SHIPPED = Path(__file__).parents[2] / "iapo/verify/terraform/data/aws_rules.json.xz"


def probe_all(binary: str, work: Path, only: list[str], limit: float) -> None:
    """Ask about every type not yet in WORK/answers.jsonl; the most used types first."""
    out = work / "answers.jsonl"
    done = set()
    if out.exists():
        for line in out.open(encoding="utf-8"):
            record = json.loads(line)
            done.add((record["kind"], record["type"]))
    started = time.monotonic()
    with ProviderProcess(binary) as provider, out.open("a", encoding="utf-8") as file:
        schemas = provider.schemas()
        (work / "schemas.json").write_text(json.dumps(schemas), encoding="utf-8")
        todo = [(k, t) for k in ("provider", "data", "resource") for t in schemas[k]]
        todo = [x for x in todo if x not in done and (not only or x[1] in only)]
        # The slow ones last: the recursive schemas, and the provider block, which takes a second a
        # call because the provider then checks all of its own schemas.
        slow = ("aws_wafv2_", "aws_quicksight_")
        todo.sort(key=lambda x: (x[0] == "provider", x[1].startswith(slow), x))
        known: Known = {}
        for number, (kind, type) in enumerate(todo, 1):
            record = probe(provider, kind, type, schemas[kind][type], known)
            file.write(json.dumps(record) + "\n")
            file.flush()
            seconds = time.monotonic() - started
            if number % 50 == 0 or number == len(todo):
                print(f"{number}/{len(todo)} types, {provider.calls} calls, {seconds:.0f} s")
            if seconds > limit:
                print(f"time limit after {number} types; run again to go on")
                break


def compile_all(binary: str, work: Path) -> None:
    """WORK/answers.jsonl to WORK/rules.json: the rules that explain what was said."""
    started = time.monotonic()
    packer = Packer(json.loads((work / "schemas.json").read_text()), Pool(patterns(binary)))
    exact = missed = 0
    for line in (work / "answers.jsonl").open(encoding="utf-8"):
        record = json.loads(line)
        if "error" not in record:
            packer.add(record)
    for guess in packer.guesses.values():
        exact, missed = exact + guess.exact, missed + guess.missed
    rules = {"types": packer.types, "rules": packer.table}
    (work / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    seconds = time.monotonic() - started
    print(
        f"{len(packer.guesses)} arguments with value rules, {len(packer.table)} rules; {exact} probes"
        f" explained word for word, {missed} refusals unexplained; {seconds:.0f} s"
    )


def contradict_all(binary: str, work: Path, limit: float) -> None:
    """Check WORK/rules.json against the provider and write what stands to WORK/checked.json."""
    rules = json.loads((work / "rules.json").read_text())
    schemas = json.loads((work / "schemas.json").read_text())
    records = []
    for line in (work / "answers.jsonl").open(encoding="utf-8"):
        record = json.loads(line)
        for leaf in record.get("leaves", ()):  # everything that was said would fill the memory
            leaf.pop("templates", None)
            seen = leaf.pop("seen", ())
            leaf["asked"] = len(seen)
            leaf["fine"] = [v for v, hits in seen if not hits and not isinstance(v, dict)][:3]
        records.append(record)
    records.sort(key=lambda r: r["type"].startswith(("aws_wafv2_", "aws_quicksight_")))
    started = time.monotonic()
    with ProviderProcess(binary) as provider:
        counts = contradict(provider, schemas, rules, records, limit)
        print(f"{provider.calls} calls, {time.monotonic() - started:.0f} s")
    for name, count in sorted(counts.items()):
        print(f"{count:8} {name}")
    (work / "checked.json").write_text(json.dumps(rules), encoding="utf-8")


def ship(work: Path) -> None:
    """Write the package's data file from WORK/checked.json."""
    rules = json.loads((work / "checked.json").read_text())
    packed = document(rules["types"], rules["rules"], VERSION)
    raw = json.dumps(packed, separators=(",", ":"), ensure_ascii=False).encode()
    data = lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME)
    SHIPPED.parent.mkdir(exist_ok=True)
    SHIPPED.write_bytes(data)
    print(f"{SHIPPED.name}: {len(raw) / 1e6:.1f} MB as JSON, {len(data) / 1e3:.0f} KB shipped")


def main() -> int:
    parser = argparse.ArgumentParser(description="Harvest the AWS provider's value rules.")
    parser.add_argument("step", choices=["probe", "compile", "contradict", "ship"])
    parser.add_argument("work", type=Path)
    parser.add_argument("--provider", default=os.environ.get("TF_PROVIDER_AWS", ""))
    parser.add_argument("--only", action="append", default=[], metavar="TYPE")
    parser.add_argument("--limit", type=float, default=1800, metavar="SECONDS")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    if not args.provider or not Path(args.provider).is_file():
        parser.error("no provider executable: give --provider or set TF_PROVIDER_AWS")
    if args.step == "probe":
        probe_all(args.provider, args.work, args.only, args.limit)
    elif args.step == "compile":
        compile_all(args.provider, args.work)
    elif args.step == "contradict":
        contradict_all(args.provider, args.work, args.limit)
    elif args.step == "ship":
        ship(args.work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
