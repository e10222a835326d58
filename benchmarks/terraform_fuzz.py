"""Mutated and random programs: no crash, none over five seconds, the same verdict when asked twice.

    python benchmarks/terraform_fuzz.py [--programs 20000] [--corpora FOLDER] [--json OUT]

Programs of the corpus (or built-in ones where there is none) are cut, spliced, repeated and sprinkled
with odd characters; some are random from the start.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from terraform_corpus import DEFAULT_CORPORA, load

from iapo.verify.sandbox import judge_all

_SEEDS = (
    'resource "aws_s3_bucket" "a" {\n  bucket = "x"\n  tags = { a = "b" }\n}\n',
    'variable "a" {\n  type = list(object({ b = optional(string, "c") }))\n  default = []\n}\n',
    'locals {\n  a = { for k, v in var.m : k => upper(v) if v != "" }\n  b = <<-EOT\n    ${local.a}\n  EOT\n}\n',
    'module "m" {\n  source  = "terraform-aws-modules/vpc/aws"\n  version = "~> 5.0"\n  name = "x"\n}\n',
    'data "aws_iam_policy_document" "d" {\n  statement {\n    actions = ["s3:*"]\n  }\n}\n',
    '{"resource": {"aws_s3_bucket": {"a": {"bucket": "x"}}}}',
)
_ODD = [
    *"{}[]()\"'$%\\=<>,.:;#\n\t\0\ufeff\u2028é🜁",
    "${", "%{", "<<EOT\n", "<<-A\n", "/*", "*/", "//", "...", "=>", "[*]", "null", 'dynamic "x" {',
    "count = 99999999999999999999", "for_each = toset([])", '${file("/etc/passwd")}', "\ud800",
    "for x in range(1000) : x", "provider = aws.x", "jsondecode(", "1e999", "-0", "each.value",
]  # fmt: skip


def mutate(text: str, other: str, chance: random.Random) -> str:
    """A text with one to six small accidents."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.randrange(1, 40))
        kind = chance.randrange(7)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:at] + chance.choice(_ODD) + text[at:]
        elif kind == 2:
            text = text[:at] + text[at:end] * chance.choice((2, 3, 50)) + text[end:]
        elif kind == 3:
            start = chance.randrange(len(other) + 1)
            text = text[:at] + other[start : start + 200] + text[at:]
        elif kind == 4:
            text = text[:at]
        elif kind == 5:
            lines = text.split("\n")
            chance.shuffle(lines)
            text = "\n".join(lines) if chance.random() < 0.2 else text
        else:
            text = text[:at] + "".join(chance.choices(_ODD, k=5)) + text[end:]
    return text


def generate(sources: Sequence[str], count: int, chance: random.Random) -> list[str]:
    """Programs to judge."""
    out = []
    for _ in range(count):
        if chance.random() < 0.05:
            out.append("".join(chance.choices(_ODD, k=chance.randrange(1, 400))))
        else:
            out.append(mutate(chance.choice(sources), chance.choice(sources), chance))
    return out


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--corpora", type=Path, default=Path(DEFAULT_CORPORA))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    try:
        rows = load(options.corpora)
        sources = [
            t for row in rows for n, t in row["files"].items() if n.endswith((".tf", ".json"))
        ]
    except SystemExit:
        sources = list(_SEEDS)
    counts: Counter[str] = Counter()
    changed: list[str] = []
    stopped: list[dict[str, str]] = []
    began = time.perf_counter()
    done = 0
    seconds = 0.0
    while done < options.programs:
        texts = generate(sources, min(250, options.programs - done), chance)
        jobs = [{"format": "terraform", "files": {"main.tf": t}, "plan": False} for t in texts]
        first = judge_all(jobs, timeout=5.0, workers=options.workers)
        second = judge_all(list(reversed(jobs)), timeout=5.0, workers=options.workers)
        for text, one, two in zip(texts, first, reversed(second), strict=True):
            counts[str(one.valid)] += 1
            codes = {d.code for d in one.diagnostics}
            for code in codes & {"verifier-timeout", "verifier-crash", "resource-limit"}:
                counts[code] += 1
                stopped.append({"code": code, "text": text[:2000]})
            if (one.valid, one.diagnostics) != (two.valid, two.diagnostics):
                changed.append(text[:2000])
        done += len(texts)
        print(f"{done:7} {dict(counts)} changed {len(changed)}", flush=True)
        seconds = time.perf_counter() - began
        figures = {
            "programs": done,
            "seed": options.seed,
            "seconds": round(seconds, 1),
            "verdicts": dict(counts),
            "verdict_changed": len(changed),
            "stopped": stopped[:50],
            "changed": changed[:50],
        }
        if options.json:  # after each round: what a long run has found outlives it
            options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    each = 1000 * seconds / (2 * max(done, 1))
    print(f"{done} programs twice in {seconds:.0f} s, {each:.1f} ms each")


if __name__ == "__main__":
    main()
