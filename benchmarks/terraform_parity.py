"""Our verdicts and plans beside those of the real `terraform` with the real AWS provider.

    TF_PROVIDER_AWS=/path/terraform-provider-aws_v5.100.0_x5 \
        python benchmarks/terraform_parity.py [--sample 300] [--plans 30] [--json OUT]

Both judge the same programs in the same run: the first error's summary must be the same, and the
medians of the times give the ratio. A real run of seconds drives the worker out of the processor's
caches, so ours is timed twice: right after it ("cold"), and after every `BATCH` programs over these
once more ("warm", what a batch of programs sees); the ratio is of the warm times. Plans are made with dummy credentials and `-refresh=false`.
Without TF_PROVIDER_AWS the usual plugin folders are searched. Programs that need another provider,
a registry module or another provider version cannot be given to the real tool and are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraform_corpus import DEFAULT_CORPORA, by_language_model, load

from iapo.verify.report import Report
from iapo.verify.sandbox import POOL
from iapo.verify.terraform.program import survey

VERSION = "5.100.0"
_UNUSABLE = re.compile(
    r"Missing required provider|Inconsistent dependency|Module not installed|Required plugins"
    r"|Unsupported Terraform Core version|no available releases"
)
BATCH = 20
_DUMMY = (
    'provider "aws" {\n  region = "us-east-1"\n  access_key = "dummy"\n  secret_key = "dummy"\n'
    "  skip_credentials_validation = true\n  skip_requesting_account_id = true\n"
    "  skip_metadata_api_check = true\n  skip_region_validation = true\n}\n"
)


def find_provider() -> Path:
    """The AWS provider's executable. Exits with a sentence where there is none."""
    named = os.environ.get("TF_PROVIDER_AWS")
    if named:
        return Path(named)
    roots = [
        os.environ.get("TF_PLUGIN_CACHE_DIR", ""),
        "~/.terraform.d",
        "~/.local/share/terraform",
    ]
    roots += ["/usr/share/terraform", "/usr/local/share/terraform"]
    for root in filter(None, roots):
        found = sorted(Path(root).expanduser().glob(f"**/terraform-provider-aws_v{VERSION}*"))
        if found:
            return found[0]
    raise SystemExit(f"AWS provider {VERSION} not found; name its executable in TF_PROVIDER_AWS")


class RealTerraform:
    """The binary on PATH with a folder initialised for the AWS provider alone."""

    def __init__(self, provider: Path, folder: Path) -> None:
        binary = shutil.which("terraform")
        if binary is None:
            raise SystemExit("terraform is not on PATH")
        self._binary = binary
        self._folder = folder
        machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(
            platform.machine(), platform.machine()
        )
        place = (
            f"registry.terraform.io/hashicorp/aws/{VERSION}/{platform.system().lower()}_{machine}"
        )
        mirror = folder / "mirror" / place
        mirror.mkdir(parents=True)
        (mirror / provider.name).symlink_to(provider.resolve())
        settings = folder / "terraformrc"
        settings.write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{folder / "mirror"}"\n  }}\n}}\n'
        )
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TF_CLI_CONFIG_FILE": str(settings),
            "CHECKPOINT_DISABLE": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.home = folder / "program"
        self.home.mkdir()
        (self.home / "main.tf").write_text('provider "aws" {}\n')
        done = self.run("init", "-no-color")
        if done.returncode:
            raise SystemExit(f"terraform init failed: {done.stderr}")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the program's folder."""
        return subprocess.run(
            [self._binary, *arguments],
            cwd=self.home,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def place(self, files: dict[str, str]) -> None:
        """Put a program in place of the last one."""
        for entry in self.home.iterdir():
            if entry.name not in (".terraform", ".terraform.lock.hcl"):
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        for name, text in files.items():
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


@dataclass
class Times:
    """Seconds a program took the real tool and us; ours cold and warm."""

    plan: bool
    real: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    _waiting: list[dict[str, str]] = field(default_factory=list)

    def add(self, files: dict[str, str], real: float, cold: float) -> None:
        """Note one program; time the last `BATCH` again when there are so many."""
        self.real.append(real)
        self.cold.append(cold)
        self._waiting.append(files)
        if len(self._waiting) == BATCH:
            self.finish()

    def finish(self) -> None:
        """Time the programs again that were not yet."""
        ours(self._waiting[-1], plan=self.plan)
        self.warm += [ours(files, plan=self.plan)[1] for files in self._waiting]
        self._waiting.clear()

    def summary(self) -> dict[str, float]:
        """Medians in milliseconds, quartiles of ours, and the ratio."""
        if self._waiting:
            self.finish()
        low, middle, high = statistics.quantiles(self.warm, n=4)
        return {
            "real_median_ms": round(statistics.median(self.real) * 1000, 1),
            "ours_median_ms": round(middle * 1000, 2),
            "ours_quartiles_ms": [round(low * 1000, 2), round(high * 1000, 2)],
            "ours_cold_median_ms": round(statistics.median(self.cold) * 1000, 2),
            "speed_ratio": round(statistics.median(self.real) / middle, 1),
        }


@dataclass
class Figures:
    """What is counted."""

    same: int = 0
    compared: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    times: Times = field(default_factory=lambda: Times(plan=False))
    differences: list[dict[str, Any]] = field(default_factory=list)


def usable(row: dict[str, Any]) -> bool:
    """Whether the real tool can judge a program with nothing but the AWS provider."""
    program = survey(row["files"])
    if program.absent or any(call.source for call in program.root.calls):
        return False
    providers = {p for module in program.modules.values() for p in module.providers}
    return providers <= {"aws", "terraform"} and "aws" in providers


def ours(files: dict[str, str], *, plan: bool = False) -> tuple[Report, float]:
    """Our report and the seconds it took."""
    began = time.perf_counter()
    report = POOL.judge({"format": "terraform", "files": files, "plan": plan}, timeout=60.0)
    return report, time.perf_counter() - began


def first_error(diagnostics: list[dict[str, Any]]) -> str | None:
    """The summary of the error that stands first in the program."""

    def place(entry: dict[str, Any]) -> tuple[str, int, int]:
        where = entry.get("range") or {}
        start = where.get("start") or {}
        return where.get("filename") or "", start.get("line") or 0, start.get("column") or 0

    errors = [d for d in diagnostics if d["severity"] == "error"]
    return min(errors, key=place)["summary"] if errors else None


def compare_validation(
    terraform: RealTerraform, rows: list[dict[str, Any]], wanted: int
) -> Figures:
    """Validate programs both ways until as many as wanted could be compared."""
    figures = Figures()
    for row in rows:
        if figures.compared >= wanted:
            break
        terraform.place(row["files"])
        began = time.perf_counter()
        done = terraform.run("validate", "-json")
        seconds = time.perf_counter() - began
        found = json.loads(done.stdout)["diagnostics"]
        if any(_UNUSABLE.search(d["summary"] + d.get("detail", "")) for d in found):
            continue
        report, own = ours(row["files"])
        figures.compared += 1
        figures.times.add(row["files"], seconds, own)
        real_first = first_error(found)
        own_first = report.errors[0].message if report.errors else None
        missing = any(d.code == "missing-file" for d in report.diagnostics)
        figures.verdicts[f"real {real_first is None} ours {report.valid}"] += 1
        same = (
            own_first is None
            if real_first is None
            else (own_first is not None and own_first.startswith(" ".join(real_first.split())))
            or (missing and real_first in ("Invalid function argument", "Error in function call"))
        )
        figures.same += same
        if not same:
            figures.differences.append({"id": row["id"], "real": real_first, "ours": own_first})
        if figures.compared % 10 == 0:
            print(f"{figures.compared} compared, {figures.same} the same", file=sys.stderr)
    return figures


@dataclass
class PlanFigures:
    """What is counted of plans."""

    compared: int = 0
    addresses: int = 0
    values: int = 0
    equal: int = 0
    failed: list[str] = field(default_factory=list)
    times: Times = field(default_factory=lambda: Times(plan=True))
    differences: list[dict[str, Any]] = field(default_factory=list)


def compare_plans(terraform: RealTerraform, rows: list[dict[str, Any]], wanted: int) -> PlanFigures:
    """Plan programs both ways until as many as wanted could be compared."""
    figures = PlanFigures()
    for row in rows:
        if figures.compared >= wanted:
            break
        if len(row["files"]) != 1 or "data " in row["files"].get("main.tf", "data "):
            continue  # data sources would ask AWS
        text = re.sub(r'^provider\s+"aws"\s*\{[^{}]*\}', "", row["files"]["main.tf"], flags=re.M)
        if re.search(r'^provider\s+"aws"', text, re.M):
            continue
        files = {"main.tf": text, "provider.tf": _DUMMY}
        terraform.place(files)
        began = time.perf_counter()
        done = terraform.run("plan", "-input=false", "-lock=false", "-refresh=false", "-out=p")
        shown = terraform.run("show", "-json", "p") if done.returncode == 0 else None
        seconds = time.perf_counter() - began
        if shown is None or shown.returncode:
            continue
        real = json.loads(shown.stdout)
        report, own = ours(files, plan=True)
        figures.compared += 1
        if report.plan is None:
            figures.failed.append(row["id"])
            continue
        figures.times.add(files, seconds, own)
        expected = {
            c["address"]: (tuple(c["change"]["actions"]), c)
            for c in real.get("resource_changes", [])
        }
        planned = {r.address: r for r in report.plan.resources}
        figures.addresses += {a: x[0] for a, x in expected.items()} == {
            a: r.actions for a, r in planned.items()
        }
        configured = {
            r["address"]: set(r.get("expressions", {}))
            for r in real["configuration"]["root_module"].get("resources", [])
        }
        for address, (_, change) in expected.items():
            after = change["change"]["after"] or {}
            for name in configured.get(re.sub(r"\[.*\]$", "", address), ()):
                if name not in after or address not in planned:
                    continue
                figures.values += 1
                same = normal(planned[address].values.get(name)) == normal(after[name])
                figures.equal += same
                if not same:
                    figures.differences.append(
                        {
                            "id": row["id"],
                            "argument": f"{address}.{name}",
                            "real": str(after[name])[:300],
                            "ours": str(planned[address].values.get(name))[:300],
                        }
                    )
    return figures


def normal(value: Any) -> Any:
    """A value without what is only computed: nulls, and what is unknown in one of the plans."""
    if isinstance(value, dict):
        kept = {k: normal(v) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v not in (None, {}, [], "", False, 0)}
    if isinstance(value, list):
        return [normal(v) for v in value]
    return value


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=Path(DEFAULT_CORPORA))
    parser.add_argument("--sample", type=int, default=300, help="programs to validate both ways")
    parser.add_argument("--plans", type=int, default=30, help="programs to plan both ways")
    parser.add_argument("--only", nargs="*", help="ids of rows to compare, and no others")
    parser.add_argument("--seed", type=int, default=None, help="another seed, another sample")
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    options = parser.parse_args()
    rows = load(options.corpora)
    if options.only:
        rows = [row for row in rows if row["id"] in options.only]
    else:
        rows = [row for row in rows if by_language_model(row) and usable(row)]
        random.Random(options.seed).shuffle(rows)
    ours({"main.tf": 'resource "aws_s3_bucket" "warm" {}\n'})
    with tempfile.TemporaryDirectory() as folder:
        terraform = RealTerraform(find_provider(), Path(folder))
        figures = compare_validation(terraform, rows, options.sample)
        random.Random(options.seed).shuffle(rows)
        plans = compare_plans(terraform, rows, options.plans)
    result: dict[str, Any] = {}
    if figures.compared:
        result["validation"] = {
            "compared": figures.compared,
            "first_summary_equal": round(figures.same / figures.compared, 4),
            **figures.times.summary(),
            "verdicts": dict(figures.verdicts),
            "differences": figures.differences,
        }
    if plans.compared > len(plans.failed):
        result["plans"] = {
            "compared": plans.compared,
            "not_planned": plans.failed,
            "addresses_and_actions_equal": plans.addresses,
            "configured_values": plans.values,
            "configured_values_equal": round(plans.equal / max(plans.values, 1), 4),
            **plans.times.summary(),
            "differences": plans.differences,
        }
    for part, values in result.items():
        print(part)
        for name, value in values.items():
            if name == "differences":
                for item in value[:20]:
                    print("   ", {k: str(v)[:140] for k, v in item.items()})
            else:
                print(f"  {name:30}{value}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
