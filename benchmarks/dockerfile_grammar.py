"""Whether real Dockerfiles pass the grammar of `iapo grammar dockerfile`, and broken ones do not.

    python benchmarks/dockerfile_grammar.py [--corpora FOLDER] [--json OUT]

Which are valid, `iapo verify` says. The grammar is read by llguidance, byte by byte.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import llguidance
from llguidance.gbnf_to_lark import any_to_lark
from terraform_corpus import DEFAULT_CORPORA, load

from iapo.generate.guide.dockerfile.grammar import grammar
from iapo.verify.sandbox import judge_all


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", type=Path, default=Path(DEFAULT_CORPORA))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    tokenizer, lark = llguidance.LLTokenizer("byte"), any_to_lark(grammar())

    def accepted(text: str) -> bool:
        matcher, tokens = llguidance.LLMatcher(tokenizer, lark), list(text.encode())
        return bool(matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting())

    rows = load(options.corpora, "dockerfile")
    texts = [next(iter(row["files"].values())) for row in rows]
    jobs = [{"format": "dockerfile", "text": text, "path": None} for text in texts]
    reports = judge_all(jobs, timeout=30.0, workers=1)
    valid: list[bool] = []
    broken: list[bool] = []
    refused = []
    for row, text, report in zip(rows, texts, reports, strict=True):
        passes = accepted(text)
        if report.valid is True:
            valid.append(passes)
            if not passes:
                refused.append(row["id"])
        elif report.valid is False:
            broken.append(passes)
    print(
        f"valid: {sum(valid)} of {len(valid)} accepted {refused or ''}\n"
        f"invalid: {len(broken) - sum(broken)} of {len(broken)} refused"
    )
    if options.json:
        found = {
            "valid": len(valid),
            "valid_accepted": sum(valid),
            "valid_refused": refused,
            "invalid": len(broken),
            "invalid_refused": len(broken) - sum(broken),
        }
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
