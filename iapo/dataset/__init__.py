"""Tasks: IaC-Bench, endless procedural tasks, and a user's own Alpaca records.

`create_dataset` gives tasks with an executable intent; `load_alpaca` reads records without one;
`check` proves that every task of the benchmark is sound.
"""

from __future__ import annotations

from iapo.dataset.alpaca import load_alpaca
from iapo.dataset.benchmark import load_benchmark
from iapo.dataset.check import Finding, check, check_tasks
from iapo.dataset.create import create_dataset
from iapo.dataset.procedural import FAMILIES, procedural_dataset
from iapo.dataset.task import Dataset, DatasetError, Task
from iapo.dataset.variation import variations

__all__ = [
    "FAMILIES",
    "Dataset",
    "DatasetError",
    "Finding",
    "Task",
    "check",
    "check_tasks",
    "create_dataset",
    "load_alpaca",
    "load_benchmark",
    "procedural_dataset",
    "variations",
]
