"""Batches of ever new shapes do not fill the memory with kernels."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_GROWTH = """
import torch
from iapo.models.kernel_caches import bound_kernel_caches

bound_kernel_caches()

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

layers = torch.nn.Sequential(*[torch.nn.Linear(512, 512) for _ in range(4)]).to(torch.bfloat16)

def work(rows):
    layers(torch.randn(rows, 512).to(torch.bfloat16)).sum().backward()

for rows in range(100, 130):
    work(rows)
before = resident()
for rows in range(130, 330):
    work(rows)
print(resident() - before)
"""


def grown(**environment: str) -> float:
    """MB that 200 new shapes leave behind."""
    kept = {k: v for k, v in os.environ.items() if "CACHE_CAPACITY" not in k}
    done = subprocess.run(
        [sys.executable, "-c", _GROWTH],
        env={**kept, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_new_shapes_do_not_add_up() -> None:
    assert grown() < 100


def test_the_environment_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    from iapo.models.kernel_caches import bound_kernel_caches

    monkeypatch.setenv("LRU_CACHE_CAPACITY", "7")
    monkeypatch.delenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", raising=False)
    bound_kernel_caches()
    assert os.environ["LRU_CACHE_CAPACITY"] == "7"
    assert os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "64"
