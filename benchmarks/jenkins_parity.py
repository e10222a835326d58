"""The Jenkinsfile check against Groovy itself, on real files and on mutants of them.

    python benchmarks/jenkins_parity.py [--corpora FOLDER] [--mutants N] [--fuzz N] [--json OUT] [--show N]

Needs Groovy 2.4 and Java. Groovy parses to the CONVERSION phase, nothing is executed, and the
structure of Declarative Pipeline is checked on its syntax tree. Mutants are derived from the valid
files by `--seed`; the JSON lists where the verdicts differ. Rules of the Declarative
validator that the oracle does not carry (names and arguments of steps, options, agents) are counted
apart from false alarms.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

from dockerfile_parity import (
    DEFAULT_CORPORA,
    Mutator,
    differences,
    entry,
    fuzz,
    load,
    mutants,
    report_figures,
)

from iapo.verify.jenkinsfile import check
from iapo.verify.oracles import jenkins as oracles

# Rules of the Declarative validator that need the names plugins define, or look inside arguments.
BEYOND_ORACLE = frozenset(
    (
        "bad-agent",
        "bad-environment",
        "bad-option",
        "bad-parallel",
        "bad-parameter",
        "bad-tool",
        "bad-trigger",
        "bad-variable-name",
        "bad-when",
        "bare-variable",
        "blocked-step",
        "duplicate-axis-value",
        "duplicate-option",
        "duplicate-pipeline",
        "method-call-in-steps",
        "missing-argument",
        "no-block",
        "not-a-step",
        "number-too-large",
        "renamed-section",
        "unknown-agent",
        "unknown-argument",
        "unknown-option",
        "unknown-parameter",
        "unknown-tool",
        "unknown-trigger",
        "unnamed-arguments",
        "wrong-type",
    )
)


def _replace(pattern: str, replacement: str) -> Mutator:
    """Replace one random match of a pattern in the whole text."""

    def mutate(rng: random.Random, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        found = list(re.finditer(pattern, text))
        if not found:
            return lines
        at = rng.choice(found)
        return (text[: at.start()] + at.expand(replacement) + text[at.end() :]).split("\n")

    return mutate


def _after(pattern: str, addition: str) -> Mutator:
    return _replace(f"({pattern})", r"\g<1>" + addition.replace("\\", "\\\\"))


def _truncate(rng: random.Random, lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    return text[: rng.randrange(len(text))].split("\n")


MUTATORS: dict[str, Mutator] = {
    "no agent": _replace(r"(?m)^    agent (any|none)$", ""),
    "misspelt agent": _replace(r"\bagent\b", "agnet"),
    "misspelt stages": _replace(r"\bstages\b", "stage_s"),
    "misspelt steps": _replace(r"\bsteps\b", "step"),
    "misspelt post": _replace(r"\b(always|success|failure|changed)\b", r"\1d"),
    "no steps": _replace(r"\bsteps \{", "{"),
    "two steps": _after(r"\bsteps \{", " sh 'x' }\n steps {"),
    "empty steps": _replace(r"steps \{[^{}]*\}", "steps { }"),
    "code in steps": _after(r"\bsteps \{", "\n def x = 1\n"),
    "if in steps": _after(r"\bsteps \{", "\n if (env.X) { sh 'x' }\n"),
    "assignment in steps": _after(r"\bsteps \{", "\n x = sh 'y'\n"),
    "stage in steps": _after(r"\bsteps \{", "\n stage('inner') { sh 'x' }\n"),
    "stage without name": _replace(r"stage\((['\"]).*?\1\)", "stage"),
    "same stage twice": _replace(r"stage\((['\"]).*?\1\)", "stage('same')"),
    "section twice": _after(r"pipeline \{", "\n agent any\n agent any\n"),
    "unknown section": _after(r"pipeline \{", "\n variables { X = 'y' }\n"),
    "empty post": _after(r"pipeline \{", "\n post { }\n"),
    "hyphen in variable": _replace(r"(?m)^(\s+[A-Z]+)_?([A-Z]* = )", r"\1-x\2"),
    "lost brace": _replace(r"[{}]", ""),
    "extra brace": _after(r"[{}]", "}"),
    "lost parenthesis": _replace(r"[()]", ""),
    "lost quote": _replace(r"['\"]", ""),
    "lost comma": _replace(r",", ""),
    "lost colon": _replace(r"(\w):", r"\1"),
    "dollar in string": _replace(r'"([a-zA-Z])', r'"$5\1'),
    "shell substitution": _replace(r'"([a-zA-Z])', r'"$(x) \1'),
    "bad escape": _replace(r"'([a-zA-Z])", r"'\\d\1"),
    "unfinished expression": _replace(r"(?m)= *(['\"\w])", r"= + \1"),
    "hash comment": _after(r"\{", "\n # a comment\n"),
    "Python": _after(r"\bsteps \{", "\n for x in y:\n"),
    "prose": lambda rng, lines: ["Here is the Jenkinsfile:", *lines],
    "fences": lambda rng, lines: ["```groovy", *lines, "```"],
    "truncated": _truncate,
    "lost line": lambda rng, lines: lines[: (at := rng.randrange(len(lines)))] + lines[at + 1 :],
    "swapped lines": lambda rng, lines: rng.sample(lines, len(lines)),
    "lost character": _replace(r"\S", ""),
    # These keep a file valid, most of the time.
    "comments": lambda rng, lines: [line + " // note" for line in lines],
    "block comment": _after(r"\{", " /* { */ "),
    "blank lines": lambda rng, lines: [text for line in lines for text in (line, "", "")],
    "brace below": _replace(r"\b(steps|stages|pipeline) \{", r"\1\n{"),
    "semicolons": _replace(r"(?m)^(\s+echo .*[^{])$", r"\1;"),
    "carriage returns": lambda rng, lines: [line + "\r" for line in lines],
    "shebang": lambda rng, lines: ["#!/usr/bin/env groovy", *lines],
    "function": lambda rng, lines: [
        *lines,
        'def f(String a, b = [:]) { a ?: "${b.c ? \'d\' : "e"}" }',
    ],
    "script": _after(r"\bsteps \{", " script { [1, 2].each { println it / 2 =~ /a\\/b$/ } } "),
    "library": lambda rng, lines: ["@Library('x@1') _", *lines],
    "parentheses": _replace(r"(?m)\becho (['\"].*['\"])$", r"echo(\1)"),
    "trailing comma": _replace(r"\becho (['\"].*['\"])", r"echo(message: \1,)"),
}


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
        raise SystemExit("Groovy 2.4 with Java is not installed (Debian: apt-get install groovy)")

    rows = load(options.corpora, "jenkins")
    texts = [next(iter(row["files"].values())) for row in rows]
    valid = [text for row, text in zip(rows, texts, strict=True) if row["label"] == "valid"]
    made = mutants(valid, options.mutants, options.seed, MUTATORS)
    # The corpus goes in twice, so that its times are those of a warm machine.
    judged = oracles.judge([*texts, *(text for _, text in made), *texts]) or []
    warm = judged[-len(texts) :]
    entries = [
        entry(check, BEYOND_ORACLE, "corpus", row["id"], text, row["label"], theirs.report.valid)
        for row, text, theirs in zip(rows, texts, warm, strict=True)
    ]
    entries += [
        entry(check, BEYOND_ORACLE, "mutant", f"{index}: {name}", text, None, theirs.report.valid)
        for index, ((name, text), theirs) in enumerate(
            zip(made, judged[len(texts) : -len(texts)], strict=True)
        )
    ]
    figures = report_figures(check, entries, texts, [j.milliseconds for j in warm])
    if options.fuzz:
        figures["fuzz"] = fuzz(check, texts, options.fuzz, options.seed)
    for name, value in figures.items():
        print(f"{name:32} {value}")
    for shown in [e for e in entries if e["disagreement"]][: options.show]:
        print(
            f"{shown['disagreement']:14} {shown['id'][-50:]:50} {shown['codes']} {shown['message']}"
        )
    if options.json:
        options.json.write_text(
            json.dumps({"figures": figures, "differences": differences(entries)}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
