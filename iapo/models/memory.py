"""Running out of memory: telling it from other errors, and giving back what is only kept in stock."""

from __future__ import annotations

import ctypes
import gc
import sys

import torch

from iapo.models.errors import ModelError

# How torch's allocators say it where they raise a plain RuntimeError.
_SAID = ("out of memory", "can't allocate memory", "not enough memory")


class OutOfMemoryError(ModelError):
    """Not even the smallest piece of work fits."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error from torch means that memory ran out, on a device or in the machine."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in said for words in _SAID)


def free_memory(device: torch.device) -> None:
    """Give back what is only kept in stock: after an out-of-memory error, or for another process."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
    elif sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl has not
        if trim is not None:
            trim(0)
