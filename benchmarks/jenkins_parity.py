"""Jenkinsfiles: the fast check against Groovy itself, on the corpus and on mutants of its valid files.

    python benchmarks/jenkins_parity.py [--record] [--show] [--json FILE] [--verdicts | --speed | --fuzz N]

Groovy parses to the CONVERSION phase, nothing is executed, and the structure of Declarative Pipeline is
checked on its syntax tree. Rules of the Declarative validator that this oracle does not carry (names and
arguments of steps, options, agents) are counted apart from false alarms.
"""

from __future__ import annotations

import parity
from damage import Mutation, after, on_lines, replace, truncate

from iapo.verify.jenkinsfile import check
from iapo.verify.oracles.jenkins import judge

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


MUTATIONS: dict[str, Mutation] = {
    "no agent": replace(r"(?m)^    agent (any|none)$", ""),
    "misspelt agent": replace(r"\bagent\b", "agnet"),
    "misspelt stages": replace(r"\bstages\b", "stage_s"),
    "misspelt steps": replace(r"\bsteps\b", "step"),
    "misspelt post": replace(r"\b(always|success|failure|changed)\b", r"\1d"),
    "no steps": replace(r"\bsteps \{", "{"),
    "two steps": after(r"\bsteps \{", " sh 'x' }\n steps {"),
    "empty steps": replace(r"steps \{[^{}]*\}", "steps { }"),
    "code in steps": after(r"\bsteps \{", "\n def x = 1\n"),
    "if in steps": after(r"\bsteps \{", "\n if (env.X) { sh 'x' }\n"),
    "assignment in steps": after(r"\bsteps \{", "\n x = sh 'y'\n"),
    "stage in steps": after(r"\bsteps \{", "\n stage('inner') { sh 'x' }\n"),
    "stage without name": replace(r"stage\((['\"]).*?\1\)", "stage"),
    "same stage twice": replace(r"stage\((['\"]).*?\1\)", "stage('same')"),
    "section twice": after(r"pipeline \{", "\n agent any\n agent any\n"),
    "unknown section": after(r"pipeline \{", "\n variables { X = 'y' }\n"),
    "empty post": after(r"pipeline \{", "\n post { }\n"),
    "hyphen in variable": replace(r"(?m)^(\s+[A-Z]+)_?([A-Z]* = )", r"\1-x\2"),
    "lost brace": replace(r"[{}]", ""),
    "extra brace": after(r"[{}]", "}"),
    "lost parenthesis": replace(r"[()]", ""),
    "lost quote": replace(r"['\"]", ""),
    "lost comma": replace(r",", ""),
    "lost colon": replace(r"(\w):", r"\1"),
    "dollar in string": replace(r'"([a-zA-Z])', r'"$5\1'),
    "shell substitution": replace(r'"([a-zA-Z])', r'"$(x) \1'),
    "bad escape": replace(r"'([a-zA-Z])", r"'\\d\1"),
    "unfinished expression": replace(r"(?m)= *(['\"\w])", r"= + \1"),
    "hash comment": after(r"\{", "\n # a comment\n"),
    "Python": after(r"\bsteps \{", "\n for x in y:\n"),
    "prose": on_lines(lambda rng, lines: ["Here is the Jenkinsfile:", *lines]),
    "fences": on_lines(lambda rng, lines: ["```groovy", *lines, "```"]),
    "truncated": truncate,
    "lost line": on_lines(
        lambda rng, lines: lines[: (at := rng.randrange(len(lines)))] + lines[at + 1 :]
    ),
    "swapped lines": on_lines(lambda rng, lines: rng.sample(lines, len(lines))),
    "lost character": replace(r"\S", ""),
    # These keep a file valid, most of the time.
    "comments": on_lines(lambda rng, lines: [line + " // note" for line in lines]),
    "block comment": after(r"\{", " /* { */ "),
    "blank lines": on_lines(lambda rng, lines: [text for line in lines for text in (line, "", "")]),
    "brace below": replace(r"\b(steps|stages|pipeline) \{", r"\1\n{"),
    "semicolons": replace(r"(?m)^(\s+echo .*[^{])$", r"\1;"),
    "carriage returns": on_lines(lambda rng, lines: [line + "\r" for line in lines]),
    "shebang": on_lines(lambda rng, lines: ["#!/usr/bin/env groovy", *lines]),
    "function": on_lines(
        lambda rng, lines: [
            *lines,
            'def f(String a, b = [:]) { a ?: "${b.c ? \'d\' : "e"}" }',
        ]
    ),
    "script": after(r"\bsteps \{", " script { [1, 2].each { println it / 2 =~ /a\\/b$/ } } "),
    "library": on_lines(lambda rng, lines: ["@Library('x@1') _", *lines]),
    "parentheses": replace(r"(?m)\becho (['\"].*['\"])$", r"echo(\1)"),
    "trailing comma": replace(r"\becho (['\"].*['\"])", r"echo(message: \1,)"),
}


COMPARISON = parity.Comparison(
    name="jenkins",
    oracle_name="Groovy 2.4, parsed to CONVERSION",
    ask=lambda texts: parity.answers(judge(texts)),
    install="Install Groovy 2.4 and Java (Debian: apt-get install groovy).",
    check=check,
    timed=parity.without_yaml(check),
    mutations=MUTATIONS,
    beyond=BEYOND_ORACLE.__contains__,
    warm_up=1,
    check_target_ms=3.0,
    caught_target=0.95,
)


if __name__ == "__main__":
    parity.run(COMPARISON, __doc__)
