"""A long run over a few workers: memory, descriptors, wrong and lost answers.

    python benchmarks/terraform_soak.py [--verdicts 100000] [--workers 2] [--json OUT]

Programs whose verdict is known are judged over and over, in a shuffled order; every answer must be
its program's own. Memory and descriptors are read from the workers while they run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import threading
import time
from pathlib import Path
from typing import Any

from iapo.verify import sandbox

_TYPES = (
    ("aws_s3_bucket", "bucket"),
    ("aws_sqs_queue", "name"),
    ("aws_sns_topic", "name"),
    ("aws_iam_user", "name"),
    ("aws_ecr_repository", "name"),
)


def program(number: int) -> tuple[str, str | None]:
    """A program, and a word that its first error names, or None where it is valid."""
    type_, argument = _TYPES[number % len(_TYPES)]
    wrong = number % 3 == 0
    name = f"wrong_{number}" if wrong else argument
    extra = f'  {argument} = "name-{number}"\n' if wrong else ""
    text = f'resource "{type_}" "r{number}" {{\n{extra}  {name} = "name-{number}"\n}}\n'
    return text, name if wrong else None


def usage(pid: int) -> tuple[int, int]:
    """A process's resident memory in MiB and its open descriptors; zeros where it cannot be read."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() >> 20, len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except (OSError, IndexError):
        return 0, 0


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verdicts", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    options = parser.parse_args()
    peak: dict[str, int] = {"memory": 0, "descriptors": 0}
    pids: set[int] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            for worker in sandbox.POOL.workers():
                pids.add(worker.pid)
                memory, descriptors = usage(worker.pid)
                peak["memory"] = max(peak["memory"], memory)
                peak["descriptors"] = max(peak["descriptors"], descriptors)

    watcher = threading.Thread(target=watch)
    watcher.start()
    rounds: list[dict[str, Any]] = []
    examples: list[dict[str, Any]] = []
    wrong = lost = judged = 0
    began = time.perf_counter()
    order = random.Random(0)
    while judged < options.verdicts:
        numbers = [order.randrange(1_000_000) for _ in range(min(1000, options.verdicts - judged))]
        programs = [program(n) for n in numbers]
        jobs = [
            {"format": "terraform", "files": {"main.tf": text}, "plan": False}
            for text, _ in programs
        ]
        reports = sandbox.judge_all(jobs, timeout=30.0, workers=options.workers)
        lost += len(jobs) - len(reports)
        for (text, word), report in zip(programs, reports, strict=False):
            right = (
                report.valid is True
                if word is None
                else report.valid is False and word in report.errors[0].message
            )
            wrong += not right
            if not right:
                examples.append({"program": text, "report": report.as_dict()})
        judged += len(reports)
        memory, descriptors = usage_of_self()
        rounds.append(
            {"judged": judged, "caller_memory": memory, "caller_descriptors": descriptors}
        )
        per_second = judged / (time.perf_counter() - began)
        print(
            f"{judged:8} verdicts {per_second:.0f}/s  wrong {wrong}  lost {lost}  workers' peak {peak['memory']} MiB "
            f"{peak['descriptors']} descriptors  caller {memory} MiB {descriptors} descriptors",
            flush=True,
        )
        figures = {
            "verdicts": judged,
            "workers": options.workers,
            "recycled_after": sandbox.RECYCLE_AFTER,
            "processes_seen": len(pids),
            "wrong": wrong,
            "lost": lost,
            "wrong_examples": examples[:20],
            "seconds": round(time.perf_counter() - began, 1),
            "worker_peak_memory_mib": peak["memory"],
            "worker_peak_descriptors": peak["descriptors"],
            "rounds": rounds,
        }
        if options.json:  # after each round: what a long run has found outlives it
            options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    done.set()
    watcher.join()


def usage_of_self() -> tuple[int, int]:
    """This process's memory in MiB and descriptors."""
    return usage(os.getpid())


if __name__ == "__main__":
    main()
