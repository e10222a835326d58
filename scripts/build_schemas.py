"""Builds the provider schemas that the package ships, out of `cdktf-cdktf-provider-*` wheels.

    python scripts/build_schemas.py [--wheels FOLDER] [--only NAME...]

Wheels that are not in the folder are fetched with pip. Corrections (`scripts/schema_corrections/`,
derived by `scripts/derive_schema_corrections.py` from a real provider's schema) are applied on top,
and what wheels cannot hold but the providers' documentation tells (`documented.json`) is added.
"""

from __future__ import annotations

import argparse
import json
import lzma
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdktf_wheels import Provider, read_wheel

from iapo.verify.terraform.catalogue import REGISTRY, SHIPPED, write_schema

CORRECTIONS = Path(__file__).parent / "schema_corrections"
DOCUMENTED = CORRECTIONS / "documented.json"
"""Provider to the functions and ephemeral types that its documentation lists."""


@dataclass(frozen=True)
class Wheel:
    """A provider to ship. `corrected_by`: the version whose corrections also apply to it."""

    name: str
    wheel: str
    owner: str = "hashicorp"
    nested_arguments: bool = False
    corrected_by: str = ""


WHEELS = (
    Wheel("aws", "20.1.0", corrected_by="5.100.0"),
    Wheel("aws", "21.22.1", corrected_by="5.100.0"),
    Wheel("google", "16.12.1"),
    Wheel("azurerm", "14.23.1"),
    Wheel("azuread", "14.3.1"),
    Wheel("kubernetes", "12.1.1"),
    Wheel("helm", "12.1.2", nested_arguments=True),
    Wheel("docker", "12.0.3", "kreuzwerker"),
    Wheel("cloudflare", "13.9.1", "cloudflare", nested_arguments=True),
    Wheel("github", "15.3.1", "integrations"),
    Wheel("digitalocean", "13.14.1", "digitalocean"),
    Wheel("vault", "15.6.1"),
    Wheel("random", "12.0.1", nested_arguments=True),
    Wheel("null", "11.0.1", nested_arguments=True),
    Wheel("tls", "11.0.1", nested_arguments=True),
    Wheel("local", "11.1.1", nested_arguments=True),
    Wheel("archive", "11.0.1", nested_arguments=True),
    Wheel("time", "11.0.1", nested_arguments=True),
    Wheel("http", "10.0.1", nested_arguments=True),
    Wheel("external", "11.0.1", nested_arguments=True),
)
# aws_s3tables_*: arguments that hold one object, which the wheel presents as blocks.
OBJECTS = frozenset({"encryption_configuration", "maintenance_configuration"})


def fetch(wheel: Wheel, folder: Path) -> Path:
    """The wheel's file, downloaded through the user's own index where it is not there yet."""
    stem = f"cdktf_cdktf_provider_{wheel.name.replace('-', '_')}-{wheel.wheel}-py3-none-any.whl"
    path = folder / stem
    if not path.is_file():
        package = f"cdktf-cdktf-provider-{wheel.name}=={wheel.wheel}"
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "-d",
                str(folder),
                package,
            ],
            check=True,
        )
    return path


def read(wheel: Wheel, folder: Path) -> Provider:
    """A wheel's provider, without corrections."""
    return read_wheel(
        fetch(wheel, folder), nested_arguments=wheel.nested_arguments, objects=OBJECTS
    )


def correct(base: Any, patch: Any, reference: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396) where `base` still says what `reference` said.

    `reference` is what the patch was derived from. Where `base` is another version that has changed
    a fact, the patch knows nothing of it and leaves it alone.
    """
    if not isinstance(patch, dict):
        return patch if base == reference else base
    if not isinstance(base, dict) or (_is_argument(base) and base != reference):
        return base
    out = dict(base)
    known = reference if isinstance(reference, dict) else {}
    for key, change in patch.items():
        if change is None:
            if key in out and out[key] == known.get(key):
                del out[key]
        elif key in out:
            out[key] = correct(out[key], change, known.get(key))
        elif key not in known:
            out[key] = change
    if isinstance(out.get("block_types"), dict) and isinstance(out.get("attributes"), dict):
        out["attributes"] = {
            n: a for n, a in out["attributes"].items() if n not in out["block_types"]
        }
    return out


def _is_argument(part: dict[str, Any]) -> bool:
    """Whether a part of a schema describes one argument, whose facts only make sense together."""
    return isinstance(part.get("type"), (str, list)) or "nesting_mode" in part.get(
        "nested_type", {}
    )


def faults(block: Any, where: str = "") -> list[str]:
    """What Terraform would refuse in a block's schema."""
    out = []
    for name, attribute in block.get("attributes", {}).items():
        required, optional, computed = (
            bool(attribute.get(k)) for k in ("required", "optional", "computed")
        )
        if required == (optional or computed):
            out.append(
                f"{where}{name}: required={required} optional={optional} computed={computed}"
            )
        if "nested_type" in attribute:
            out += faults(attribute["nested_type"], f"{where}{name}.")
    for name, nested in block.get("block_types", {}).items():
        if nested.get("max_items") and nested.get("min_items", 0) > nested["max_items"]:
            out.append(f"{where}{name}: min_items above max_items")
        out += faults(nested["block"], f"{where}{name}.")
    return out


def main() -> None:
    """Build everything and print sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, help="where the wheels are kept")
    parser.add_argument("--only", nargs="*", default=[], help="names of providers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.wheels or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        chosen = [w for w in WHEELS if not options.only or w.name in options.only]
        documented = json.loads(DOCUMENTED.read_text(encoding="utf-8"))
        read_so_far: dict[tuple[str, str], Provider] = {}
        for wheel in chosen:
            provider = read(wheel, folder)
            read_so_far[wheel.name, provider.version] = provider
            blocks: dict[str, Any] = {f"{k}/{t}": b for (k, t), b in provider.blocks.items()}
            corrections = CORRECTIONS / f"{wheel.name}-{wheel.corrected_by}.json.xz"
            if wheel.corrected_by and corrections.is_file():
                first = read_so_far[wheel.name, wheel.corrected_by]
                reference = {f"{k}/{t}": b for (k, t), b in first.blocks.items()}
                patch = json.loads(lzma.decompress(corrections.read_bytes()))
                blocks = correct(blocks, patch, reference)
            blocks |= documented.get(wheel.name, {})
            final = {(k, t): b for key, b in blocks.items() for k, _, t in [key.partition("/")]}
            wrong = [f"{k} {t}.{f}" for (k, t), block in final.items() for f in faults(block)]
            if wrong:
                raise SystemExit(
                    "schemas that Terraform would refuse:\n  " + "\n  ".join(wrong[:20])
                )
            for old in SHIPPED.glob(f"*+{wheel.name}@{provider.version}.*"):
                old.unlink()
            path = write_schema(
                SHIPPED, f"{REGISTRY}/{wheel.owner}/{wheel.name}", provider.version, final
            )
            print(
                f"{wheel.name:14}{provider.version:10}{len(final):6} blocks{path.stat().st_size:9} bytes"
            )
    total = sum(p.stat().st_size for p in SHIPPED.iterdir())
    print(f"total {total} bytes")


if __name__ == "__main__":
    main()
