"""Asks the real AWS provider which arguments it fills in when a program leaves them out.

    python scripts/harvest_aws_defaults.py PATH/terraform-provider-aws_v5.100.0_x5

Schemas do not tell defaults; plans do. Every resource type is planned with its required arguments
only, then once more for each nested block, twice with different values, so that what is merely
derived from a value is not taken for a default. Nothing is created and nobody is asked: the provider
runs with dummy credentials, and planning needs none.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc

from iapo.verify.terraform import planning, plausible, tfplugin
from iapo.verify.terraform.catalogue import list_schemas, load_schema
from iapo.verify.terraform.rules import UNKNOWN

VERSION = "5.100.0"
MAX_DEPTH = 3
LARGE = 20_000  # bytes of schema from which on nested blocks are left out: a call takes seconds
MAX_VARIANTS = 60  # nested blocks of a type that are tried; the giant types repeat themselves
Path_ = tuple[str, ...]


class RealProvider:
    """The provider's executable in debug mode, spoken to over protocol 5."""

    def __init__(self, executable: Path, configuration: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [str(executable), "-debug"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={"HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true"},
        )  # fmt: skip
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = re.search(r"TF_REATTACH_PROVIDERS='(.*)'", line)
            if found:
                (reattach,) = json.loads(found[1]).values()
                break
        else:
            raise SystemExit("the provider did not start in debug mode")
        self._channel = grpc.insecure_channel(
            f"unix:{reattach['Addr']['String']}",
            options=[("grpc.max_receive_message_length", -1)],
        )
        self.call(
            "Configure",
            tfplugin.part(1, b"1.11.4") + tfplugin.part(2, tfplugin.encode_value(configuration)),
        )

    def call(self, method: str, request: bytes) -> tfplugin.Fields:
        """One call; its answer's fields."""
        function = self._channel.unary_unary(f"/tfplugin5.Provider/{method}")
        return tfplugin.fields(function(request, timeout=30))

    def close(self) -> None:
        """End the process."""
        self._channel.close()
        self._process.kill()
        self._process.wait()


def empty(block: dict[str, Any]) -> dict[str, Any]:
    """A block without any value."""
    out: dict[str, Any] = dict.fromkeys(block.get("attributes", {}))
    for name, nested in block.get("block_types", {}).items():
        out[name] = [] if nested["nesting_mode"] in ("list", "set") else None
    return out


def minimal(block: dict[str, Any], word: str, depth: int = 0) -> dict[str, Any]:
    """A block with what is required, `word` where any text will do."""
    out = empty(block)
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("required") and "type" in attribute:
            value = plausible.of_type(attribute["type"], "aws_x", name)
            out[name] = word if value == "example" else value
    for name, nested in block.get("block_types", {}).items():
        if nested.get("min_items") and depth < MAX_DEPTH:
            out[name] = [minimal(nested["block"], word, depth + 1)]
    return out


def variants(block: dict[str, Any], word: str, *, large: bool) -> Iterator[dict[str, Any]]:
    """The minimal block, then that with one nested block more, for each nested block."""
    yield minimal(block, word)
    if large:
        return

    def descend(here: dict[str, Any], path: Path_) -> Iterator[Path_]:
        for name, nested in here.get("block_types", {}).items():
            if nested["nesting_mode"] in ("list", "set") and len(path) < MAX_DEPTH:
                yield (*path, name)
                yield from descend(nested["block"], (*path, name))

    for path in list(descend(block, ()))[:MAX_VARIANTS]:
        value = minimal(block, word)
        here, schema = value, block
        for step in path:
            schema = schema["block_types"][step]["block"]
            if not here.get(step):
                here[step] = [minimal(schema, word, 1)]
            here = here[step][0]
        yield value


def filled(
    config: Any, planned: Any, block: dict[str, Any], path: Path_ = ()
) -> Iterator[tuple[Path_, Any]]:
    """The arguments that were left out and that the plan has a plain value for."""
    if not isinstance(config, dict) or not isinstance(planned, dict):
        return
    for name, attribute in block.get("attributes", {}).items():
        value = planned.get(name)
        settable = attribute.get("optional")
        if config.get(name) is None and settable and isinstance(value, (bool, int, float, str)):
            yield (*path, name), value
    for name, nested in block.get("block_types", {}).items():
        before, after = config.get(name), planned.get(name)
        if isinstance(before, list) and isinstance(after, list) and len(before) == len(after) == 1:
            yield from filled(before[0], after[0], nested["block"], (*path, name))


def write(defaults: dict[str, dict[str, Any]]) -> None:
    """Write what has been found so far."""
    folder = Path(planning.__file__).parent / "defaults"
    folder.mkdir(exist_ok=True)
    text = json.dumps(defaults, separators=(",", ":"), sort_keys=True).encode()
    packed = lzma.compress(text, preset=9 | lzma.PRESET_EXTREME)
    (folder / f"aws-{VERSION}.json.xz").write_bytes(packed)


def main() -> None:
    """Harvest and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("provider", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="resource types")
    options = parser.parse_args()
    entry = next(e for e in list_schemas() if e.name == "aws" and e.version == VERSION)
    schema = load_schema(entry)
    configuration = empty(schema.block("provider") or {})
    configuration |= {
        "region": "us-east-1", "access_key": "dummy", "secret_key": "dummy",
        "skip_credentials_validation": True, "skip_requesting_account_id": True,
        "skip_metadata_api_check": "true", "skip_region_validation": True,
    }  # fmt: skip
    provider = RealProvider(options.provider, configuration)
    defaults: dict[str, dict[str, Any]] = {}
    failed = 0
    for number, type in enumerate(sorted(options.only or schema.names["resource"])):
        block = schema.block("resource", type) or {}
        large = len(schema.encoded("resource", type)) > LARGE
        seen: dict[str, dict[Path_, Any]] = {"example": {}, "sample7": {}}
        for word, found in seen.items():
            for config in variants(block, word, large=large):
                proposed = planning.planned_state(
                    schema, type, json.loads(json.dumps(config)), bare=True
                )
                request = (
                    tfplugin.part(1, type.encode())
                    + tfplugin.part(2, tfplugin.encode_value(None))
                    + tfplugin.part(3, tfplugin.encode_value(proposed))
                    + tfplugin.part(4, tfplugin.encode_value(config))
                )
                try:
                    answer = provider.call("PlanResourceChange", request)
                except grpc.RpcError:
                    failed += 1
                    provider.close()
                    provider = RealProvider(options.provider, configuration)
                    continue
                if 1 in answer:
                    found.update(filled(config, tfplugin.decode_value(answer[1][0]), block))
        same = {
            ".".join(path): value
            for path, value in seen["example"].items()
            if seen["sample7"].get(path, UNKNOWN) == value
        }
        if same:
            defaults[type] = dict(sorted(same.items()))
        if number % 200 == 0:
            if not options.only:
                write(defaults)
            print(number, type, len(defaults), failed, file=sys.stderr, flush=True)
    provider.close()
    if options.only:
        print(json.dumps(defaults, indent=1))
    else:
        write(defaults)
    count = sum(len(found) for found in defaults.values())
    print(f"{count} defaults of {len(defaults)} types, {failed} calls failed")


if __name__ == "__main__":
    main()
