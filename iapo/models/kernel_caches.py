"""Bounds on what oneDNN keeps in memory: it makes the products in bfloat16."""

from __future__ import annotations

import os

# Each keeps a compiled kernel for every shape met, 1,024 of them where nothing else is said. Batches
# of text are of ever new shapes: a training run grew to 12 GB. A step meets about 30.
_CAPACITIES = ("LRU_CACHE_CAPACITY", "ONEDNN_PRIMITIVE_CACHE_CAPACITY")
_KERNELS = "64"


def bound_kernel_caches() -> None:
    """Keep few kernels, unless the environment says how many; to be called before the first product."""
    for name in _CAPACITIES:
        os.environ.setdefault(name, _KERNELS)
