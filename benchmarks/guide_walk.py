"""What a guide lets anyone write: random programs under it, judged by `iapo verify`.

    python benchmarks/guide_walk.py [--format F] [--programs 300] [--literals 0.5] [--seed 0] [--json OUT]

A walk knows nothing of a format but what the guide allows: at every place it takes at random one of
the continuations there are, and where a text may be anything it writes a random word, or, in Terraform,
refers to something (`--literals` is the share of words among the two). References go to what is declared, or to
something new, which is then owed. A variable that is referred to gets no type and no default: only
the author of a program knows what it is for. Of programs that `verify` refuses the file says what is
wrong with each. Those refused only for the values of their literals are counted apart, and so is
whatever says that a name does not exist: there may be none.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from walks import dockerfiles, jenkinsfiles, terraform, yaml_texts
from walks.verdicts import invented, kind

from iapo.generate.guide import GUIDED
from iapo.generate.guide.dockerfile.language import Dockerfile
from iapo.generate.guide.jenkins.language import Jenkinsfile
from iapo.generate.guide.languages import language_of
from iapo.generate.guide.terraform.grammar import Grammar
from iapo.generate.guide.terraform.schema import Schemas
from iapo.generate.guide.yaml.language import Language
from iapo.verify.sandbox import judge_all

_MOST_STATES = 100_000


def walked(format: str, count: int, seed: int, literals: float) -> Iterator[str]:
    """Random programs, but for those that grow too long."""
    shared: Grammar | Language | Dockerfile | Jenkinsfile
    if format == "terraform":
        shared = grammar = Grammar(Schemas())
    else:
        shared = language_of(format)  # type: ignore[assignment]
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")
        if format == "terraform":
            text = terraform.Walk(grammar, rng, literals).run()
        elif isinstance(shared, Dockerfile):
            text = dockerfiles.Walk(shared, rng).run()
        elif isinstance(shared, Jenkinsfile):
            text = jenkinsfiles.Walk(shared, rng).run()
        else:
            assert isinstance(shared, Language)
            text = yaml_texts.Walk(shared, rng).run()
        if text is not None:
            yield text
        if len(shared.pool) > _MOST_STATES:
            shared.forget()


def job(format: str, text: str) -> dict[str, Any]:
    """What `iapo verify` is asked about a program."""
    if format == "terraform":
        return {"format": format, "files": {"main.tf": text}, "plan": False}
    return {"format": format, "text": text, "path": None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--format", default="terraform", choices=GUIDED)
    parser.add_argument("--programs", type=int, default=300)
    parser.add_argument("--literals", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print what is refused")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    form = options.format
    texts = list(walked(form, options.programs, options.seed, options.literals))
    reports = judge_all([job(form, text) for text in texts], timeout=30.0, workers=1)
    kinds = [kind(report) for report in reports]
    if options.show:
        for text, report, is_ in zip(texts, reports, kinds, strict=True):
            if is_ != "valid":
                print(f"----- {is_}", [d.message[:200] for d in report.diagnostics], text, sep="\n")
    counts = Counter(kinds)
    figures: dict[str, Any] = {
        "format": form,
        "programs": len(texts),
        "too_long": options.programs - len(texts),
        "bytes": sum(map(len, texts)),
        "literals": options.literals,
        "seed": options.seed,
        "valid": counts["valid"],
        "unjudged": counts["unjudged"],
        "refused_for_value_rules_only": counts["value rules"],
        "refused_for_faults": counts["fault"],
        "share_valid": counts["valid"] / max(len(texts), 1),
        "invented_names": [words for report in reports for words in invented(report)],
        "refused": [
            {"kind": is_, "says": [d.message for d in report.errors]}
            for report, is_ in zip(reports, kinds, strict=True)
            if report.valid is False
        ],
    }
    for name, figure in figures.items():
        if name != "refused":
            print(f"{name:30} {figure}")
    for entry in figures["refused"]:
        print(f"{entry['kind']:12} {entry['says'][0][:120]}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
