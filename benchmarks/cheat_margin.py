"""How far every cheat stays below the weakest honest answer.

For one task of each format, and with --all for every task of the benchmark, scores the corpus of
tests/rewards/cheats.py and prints the best cheats with the margin that is left. A cheat that changes
nothing of a reference (no `if` to be made false) does not exist for that task.

    python benchmarks/cheat_margin.py [--all] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "rewards"))

from cheats import cheats
from honest import TASKS, WEAKEST_HONEST

from iapo.dataset import load_benchmark
from iapo.rewards import IaCReward


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--all", action="store_true", help="every task of the benchmark too")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    tasks = list(TASKS.values())
    if options.all:
        tasks += load_benchmark()
    rows = [(name, text, task) for task in tasks for name, text in cheats(task).items()]
    scores = IaCReward().score_many([(text, task.format, task) for _, text, task in rows])
    best: dict[str, tuple[float, str, str]] = {}
    by_name: dict[str, tuple[float, str, int]] = {}
    for (total, _), (name, _, task) in zip(scores, rows, strict=True):
        best[task.format] = max(best.get(task.format, (0.0, "", "")), (total, name, task.id))
        key = f"{task.format}: {name}"
        highest, where, count = by_name.get(key, (-1.0, "", 0))
        by_name[key] = (*max((highest, where), (total, task.id)), count + 1)
    print(f"weakest honest answer {WEAKEST_HONEST:.3f}, {len(rows)} cheats")
    for format, (total, name, task) in sorted(best.items()):
        print(
            f"{format:16} best cheat {total:.3f}  margin {WEAKEST_HONEST - total:.3f}  {name}  ({task})"
        )
    for name, (highest, where, _) in sorted(by_name.items(), key=lambda item: -item[1][0])[:12]:
        print(f"  {highest:.3f}  {name}  ({where})")
    if options.json:
        result = {
            "weakest_honest": WEAKEST_HONEST,
            "tasks": len(tasks),
            "cheats": len(rows),
            "at_or_above": sum(total >= WEAKEST_HONEST for total, _ in scores),
            "best": {f: {"score": s, "cheat": n, "task": t} for f, (s, n, t) in best.items()},
            "by_cheat": {
                name: {"tasks": n, "best": round(s, 4), "task": t}
                for name, (s, t, n) in sorted(by_name.items())
            },
        }
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
