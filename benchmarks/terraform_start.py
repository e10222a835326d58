"""From the start of a worker to its first verdict, and what a verdict takes from then on.

    python benchmarks/terraform_start.py [--starts 7] [--json OUT]

Every start is a new process: the interpreter, Terraform's library, the schemas, the walls around it,
and one program. The CPU time is the worker's own, which another program on the same core does not
lengthen; the time on the clock is what a caller waits.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

from iapo.verify.sandbox import Worker

_PROGRAM = 'resource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n}\n'
_WARM = 20


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start() -> dict[str, float]:
    """One start: seconds and CPU seconds until the first verdict; milliseconds of a warm verdict."""
    job = {"format": "terraform", "files": {"main.tf": _PROGRAM}, "plan": False}
    began = time.perf_counter()
    worker = Worker("terraform")
    try:
        first = worker.ask(job, 30.0)
        seconds = time.perf_counter() - began
        used = cpu_seconds(worker.pid)
        if first.valid is not True:
            raise SystemExit(f"a sound program was not found valid: {first.diagnostics}")
        began = time.perf_counter()
        for _ in range(_WARM):
            worker.ask(job, 30.0)
        warm = (time.perf_counter() - began) / _WARM
        warm_used = (cpu_seconds(worker.pid) - used) / _WARM
    finally:
        worker.close()
    return {
        "seconds": seconds,
        "cpu_seconds": used,
        "warm_ms": warm * 1000,
        "warm_cpu_ms": warm_used * 1000,
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    options = parser.parse_args()
    starts = [start() for _ in range(options.starts)]
    figures: dict[str, Any] = {"starts": len(starts), "load_average": os.getloadavg()[0]}
    for name in starts[0]:
        values = [one[name] for one in starts]
        figures[f"{name}_median"] = round(statistics.median(values), 3)
        figures[f"{name}_least"] = round(min(values), 3)
    for name, value in figures.items():
        print(f"{name:24}{value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
