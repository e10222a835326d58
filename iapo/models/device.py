"""Where and how to compute: device, number type, processor threads."""

from __future__ import annotations

import os
import time

import torch

# A second thread must gain this much to be used: on a core taken by another program it makes
# every matrix product wait, and two threads were seen four times slower than one.
_TRIES = 4
_WORTH_A_THREAD = 1.15


def choose_device(wanted: str = "auto") -> torch.device:
    """`auto` is CUDA, else Apple's MPS, else the processor."""
    if wanted != "auto":
        return torch.device(wanted)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def choose_dtype(device: torch.device, wanted: str = "auto") -> torch.dtype:
    """`auto` is bfloat16 where the device multiplies in it, else float32.

    On processors that takes AVX-512 BF16 or AMX (twice as fast as float32 on an EPYC of the fourth
    generation); without them it is about ten times slower.
    """
    if wanted != "auto":
        dtype = getattr(torch, wanted)
        if not isinstance(dtype, torch.dtype):
            raise ValueError(f"{wanted} is not a torch dtype")
        return dtype
    return torch.bfloat16 if _multiplies_bfloat16(device) else torch.float32


def _multiplies_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        able = torch.cpu.get_capabilities()
        return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return False


def _seconds_of(left: torch.Tensor, right: torch.Tensor) -> float:
    begin = time.perf_counter()
    for _ in range(10):
        torch.mm(left, right)
    return time.perf_counter() - begin


def measure_threads(most: int | None = None) -> int:
    """The number of threads that multiplies matrices fastest right now, at most the usable cores.

    Each number is tried several times and its best time counts, so that a neighbour who is busy for
    a moment does not halve the speed of a whole run.
    """
    if most is None:
        usable = (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        )
        most = min(usable or 1, torch.get_num_threads())
    before = torch.get_num_threads()
    left, right = torch.randn(1024, 576), torch.randn(576, 1536)
    best, best_seconds = 1, float("inf")
    try:
        count = 1
        while count <= most:
            torch.set_num_threads(count)
            seconds = min(_seconds_of(left, right) for _ in range(_TRIES))
            if seconds * _WORTH_A_THREAD < best_seconds:
                best, best_seconds = count, seconds
            count = count * 2 if count * 2 <= most or count == most else most
    finally:
        torch.set_num_threads(before)
    return best
