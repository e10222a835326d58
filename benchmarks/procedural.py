"""Procedural tasks: how many, how varied, how fast, and whether every one of them is sound.

1. Draw `--size` tasks of all categories and time it; nothing is verified while drawing.
2. Prove each: its reference verifies with no diagnostics, meets its whole intent, scores at least
   0.99, and its prompt says every literal.
3. Draw more Terraform tasks, unverified, and count the resource types that come up, the prompts
   that name neither the tool nor a type, and those that ask for several resources.
4. Count prompts that differ once literals are taken out, and the ways they begin.
5. Look for families, resource types and kinds of the split `novel` in train and test.

Prints a table and writes JSON:  python benchmarks/procedural.py [--size 5000] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from iapo.dataset import FAMILIES, Task, check_tasks, procedural_dataset
from iapo.dataset.procedural import novelty
from iapo.dataset.procedural.providers import recipes
from iapo.dataset.procedural.providers.families import SERVICES, service_split
from iapo.models.embedded import embedded_folder

_RESOURCE = re.compile(r'^resource "(\w+)"', re.MULTILINE)
_NAMED = re.compile(r"terraform|\bHCL\b|\b(?:aws|google|azurerm)_\w+", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"\n]*"|`[^`\n]*`|\S*[0-9:/@=_-]\S*')


def skeleton(task: Task) -> str:
    """A prompt without what it is about: values of the reference and whatever looks like one."""
    text = task.prompt
    values = set(re.findall(r"[\w./:@-]{3,}", task.output))
    words = [word if word.strip(".,;:()`\"'") not in values else "_" for word in text.split(" ")]
    return re.sub(r"_( _)+", "_", _LITERAL.sub("_", " ".join(words)))


def soundness(tasks: list[Task]) -> tuple[int, int]:
    """How many tasks have a finding: at first, and when judged again, alone.

    What is wrong only once is the verifier's fault (a worker out of file descriptors, a deadline
    passed on a busy machine) and no fault of the task; both are told.
    """
    wrong: set[str] = set()
    for start in range(0, len(tasks), 250):
        for finding in check_tasks(tasks[start : start + 250], unique=False):
            wrong.add(finding.task)
            print(f"  {finding}", flush=True)
        print(f"  proved {min(start + 250, len(tasks))}, {len(wrong)} wrong", flush=True)
    again = check_tasks([task for task in tasks if task.id in wrong], unique=False)
    for finding in again:
        print(f"  again: {finding}", flush=True)
    return len(wrong), len({finding.task for finding in again})


def leaks(size: int) -> list[str]:
    """What is novel and yet stands in train or test: families, resource types, kinds."""
    families = {f.shared or f.name for f in FAMILIES.values() if f.effective_split == "novel"}
    families |= {name for name, split in novelty.benchmark_splits().items() if split == "novel"}
    parts = set(novelty.novel_parts())
    parts |= {t for name in SERVICES if service_split(name) == "novel" for t in SERVICES[name]}
    found: list[str] = []
    for split in ("train", "test"):
        for task in procedural_dataset(1, size, split=split):
            if task.family in families:
                found.append(f"{task.id}: novel family")
            here = novelty.asked_for(task) | set(_RESOURCE.findall(task.output))
            found += [f"{task.id}: {part}" for part in sorted(here & parts)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--size", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=2027)
    parser.add_argument("--terraform", type=int, default=20000, help="drawn to count types")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    procedural_dataset(0, 50)  # the benchmark is read once, to know what is novel
    start, cpu = time.perf_counter(), time.process_time()
    tasks = list(procedural_dataset(options.seed, options.size, split=None))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    at_first, wrong = soundness(tasks)
    terraform = procedural_dataset(3, options.terraform, categories=["terraform"], split=None)
    drawn = Counter(type for task in terraform for type in set(_RESOURCE.findall(task.output)))
    kinds = {
        kind for task in tasks if task.format == "kubernetes" for kind in novelty.asked_for(task)
    }
    novel = [f for f in FAMILIES.values() if f.effective_split == "novel"]
    tokenizer = Tokenizer.from_file(str(embedded_folder() / "tokenizer.json"))
    lengths = [len(tokenizer.encode(task.output).ids) for task in tasks]
    leaked = leaks(options.size // 5)
    result: dict[str, Any] = {
        "tasks": len(tasks),
        "wrong_at_first": at_first,
        "wrong": wrong,
        "a_second": round(len(tasks) / seconds, 1),
        "a_second_of_cpu": round(len(tasks) / cpu, 1),
        "families": len(FAMILIES),
        "families_by_category": dict(Counter(t.category for t in _one_a_family(tasks))),
        "terraform_types_known": len(recipes.types()),
        "terraform_types_drawn": len(drawn),
        "terraform_tasks_for_that": options.terraform,
        "terraform_types_by_provider": dict(Counter(t.split("_")[0] for t in drawn)),
        "terraform_share_naming_neither": _share(
            not _NAMED.search(t.instruction) for t in terraform
        ),
        "terraform_share_of_several": _share(
            len(_RESOURCE.findall(t.output)) > 1 for t in terraform
        ),
        "kubernetes_kinds": len(kinds),
        "difficulties": dict(sorted(Counter(t.difficulty for t in tasks).items())),
        "prompts_distinct": len({t.prompt for t in tasks}),
        "prompt_skeletons": len({skeleton(t) for t in tasks}),
        "prompt_openings": len({tuple(t.prompt.split()[:4]) for t in tasks}),
        "reference_tokens_median": int(statistics.median(lengths)),
        "reference_share_under_150_tokens": round(sum(n < 150 for n in lengths) / len(lengths), 3),
        "novel_families": len(novel),
        "novel_families_by_category": dict(Counter(f.format for f in novel)),
        "novel_in_train_or_test": len(leaked),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    for name, value in result.items():
        print(f"{name:34} {value}")
    for line in leaked[:20]:
        print("  " + line)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _share(found: Iterable[bool]) -> float:
    return round(statistics.mean(map(float, found)), 3)


def _one_a_family(tasks: list[Task]) -> list[Task]:
    return list({task.family: task for task in tasks}.values())


if __name__ == "__main__":
    main()
