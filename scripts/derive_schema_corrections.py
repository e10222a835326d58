"""Derives what a cdktf wheel gets wrong from the real provider's own schema.

    terraform providers schema -json > schema.json      # in a folder initialised with the provider
    python scripts/derive_schema_corrections.py schema.json --provider aws --wheels FOLDER

Writes a JSON merge patch (RFC 7396) from the wheel's blocks to the real ones; build_schemas applies it.
"""

from __future__ import annotations

import argparse
import json
import lzma
from pathlib import Path
from typing import Any

from build_schemas import CORRECTIONS, WHEELS, read

from iapo.verify.terraform.catalogue import blocks_of


def merge_patch(old: Any, new: Any) -> Any:
    """The patch that turns one JSON object into another; {} where they are equal."""
    patch: dict[str, Any] = {}
    for key in old.keys() | new.keys():
        if key not in new:
            patch[key] = None
        elif key not in old:
            patch[key] = new[key]
        elif old[key] != new[key]:
            both = isinstance(old[key], dict) and isinstance(new[key], dict)
            patch[key] = merge_patch(old[key], new[key]) if both else new[key]
    return dict(sorted(patch.items()))


def main() -> None:
    """Write the patch and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("schema", type=Path)
    parser.add_argument("--provider", required=True)
    parser.add_argument("--wheels", type=Path, required=True)
    options = parser.parse_args()
    (real,) = (
        body
        for source, body in json.loads(options.schema.read_bytes())["provider_schemas"].items()
        if source.endswith("/" + options.provider)
    )
    wheel = next(w for w in WHEELS if w.name == options.provider and w.corrected_by)
    provider = read(wheel, options.wheels)
    if provider.version != wheel.corrected_by:
        raise SystemExit(f"the wheel holds {provider.version}, not {wheel.corrected_by}")
    old = {f"{k}/{t}": b for (k, t), b in provider.blocks.items()}
    new = {f"{k}/{t}": b for (k, t), b in blocks_of(real).items()}
    patch = merge_patch(old, new)
    CORRECTIONS.mkdir(exist_ok=True)
    path = CORRECTIONS / f"{options.provider}-{wheel.corrected_by}.json.xz"
    text = json.dumps(patch, separators=(",", ":"), sort_keys=True).encode()
    path.write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(patch)} of {len(new)} blocks corrected, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
