"""Build `iapo/verify/gitlab_ci/schema.json.gz` from GitLab's own JSON schema of .gitlab-ci.yml.

1. Read the schema: `app/assets/javascripts/editor/schema/ci.json` of gitlab-org/gitlab (MIT licence),
   or the npm package `gitlab-ci-local`, whose program carries a copy.
2. Leave out descriptions, defaults and examples, which decide nothing.
3. Write what is left, compressed.

    python scripts/build_gitlab_ci_schema.py ci.json | path/to/gitlab-ci-local/dist/index.js
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).parent.parent / "iapo/verify/gitlab_ci/schema.json.gz"
START = '{$schema:"http://json-schema.org/draft-07/schema#",$id:"https://gitlab.com/.gitlab-ci.yml"'
TEXTS = ("description", "markdownDescription", "default", "examples", "title", "$comment")


def literal_of(program: str) -> str:
    """The JavaScript literal of the schema inside the bundled program."""
    begin = program.index(START)
    depth, position, quote = 0, begin, ""
    while True:
        char = program[position]
        if quote:
            if char == "\\":
                position += 1
            elif char == quote:
                quote = ""
        elif char in "\"'`":
            quote = char
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
            if depth == 0:
                return program[begin : position + 1]
        position += 1


def read(path: Path) -> Any:
    """The schema as data. A literal in JavaScript is read by node, as nothing else knows it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    node = shutil.which("node")
    if node is None:
        raise SystemExit("node is needed to read the schema out of a program")
    code = f"process.stdout.write(JSON.stringify({literal_of(text)}))"
    done = subprocess.run([node, "-"], input=code, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def stripped(value: Any, *, names: bool = False) -> Any:
    """Without texts. Under `properties` the keys are names, which all stay."""
    if isinstance(value, list):
        return [stripped(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: stripped(item, names=key in ("properties", "definitions", "patternProperties"))
        for key, item in value.items()
        if names or key not in TEXTS
    }


def main(path: str) -> None:
    """Read, strip, write."""
    body = json.dumps(stripped(read(Path(path))), sort_keys=True, separators=(",", ":")).encode()
    OUTPUT.write_bytes(gzip.compress(body, 9, mtime=0))
    print(f"{len(body):,} bytes of schema, {OUTPUT.stat().st_size:,} compressed")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
