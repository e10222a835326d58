"""How fast answers are scored: 64 completions of all formats, warm, with plan-based intents.

1. Draw 64 procedural tasks over every format there is.
2. Turn half of the references into worse answers (a value changed, a cut, prose), so that no two
   texts are equal and nothing is answered from a cache.
3. Score them once to warm the workers up, then several times with other values.

Prints a table and writes JSON:  python benchmarks/reward_speed.py [--rounds 5] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from pathlib import Path

from iapo.dataset import Task, procedural_dataset
from iapo.rewards import IaCReward


def answers(size: int, seed: int) -> list[tuple[str, str, Task]]:
    """Answers as a model in training gives them: half right, a quarter wrong, a quarter broken."""
    rows = []
    for index, task in enumerate(procedural_dataset(seed, size, split=None)):
        text = task.output
        if index % 4 == 1:
            text = text.replace('"', '"x', 1)
        elif index % 4 == 3:
            text = text[: len(text) * 2 // 3]
        rows.append((text, str(task.format), task))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    reward = IaCReward()
    start = time.perf_counter()
    reward.score_many(answers(options.size, 1000))
    cold = time.perf_counter() - start
    times = []
    for round in range(options.rounds):
        rows = answers(options.size, round)
        start = time.perf_counter()
        scores = reward.score_many(rows)
        times.append(time.perf_counter() - start)
    formats: dict[str, int] = {}
    for _, format, _ in rows:
        formats[format] = formats.get(format, 0) + 1
    result = {
        "completions": options.size,
        "formats": formats,
        "seconds_first": round_(cold),
        "seconds_warm_median": round_(statistics.median(times)),
        "seconds_warm_best": round_(min(times)),
        "mean_reward": round_(statistics.mean(total for total, _ in scores)),
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    for name, value in result.items():
        print(f"{name:22} {value}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def round_(value: float) -> float:
    return round(value, 4)


if __name__ == "__main__":
    main()
