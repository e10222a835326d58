"""What the parts of an update that are ours save: attention in segments, adapters computed leanly.

    python benchmarks/update_parts.py [--rounds 7] [--threads N] [--json FILE]

1. Attention: one layer of SmolLM2-135M's shape, two groups of a prompt and eight answers, forward and
   gradient; unpadded segments against PyTorch's fused attention over the padded grid.
2. Adapters: forward and gradient of the embedded model with adapters of rank 16 over one such group;
   our layers against peft's.

Both sides take turns; medians of the rounds after the first, in milliseconds of the clock.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from iapo.models import load
from iapo.models.device import choose_dtype
from iapo.models.grid_attention import grid_attention, grid_group
from iapo.models.low_rank import lean
from iapo.models.segment_attention import Segment, segment_attention
from iapo.train.packing import TokenGroup, completion_logprobs

_HEADS, _KEY_HEADS, _WIDTH = 9, 3, 64
_GROUP = 8


def lengths(mean: int, rng: random.Random) -> list[int]:
    """Tokens of a group's answers, as far apart as those of a model."""
    return [max(8, round(mean * rng.lognormvariate(0.0, 0.35))) for _ in range(_GROUP)]


def medians(sides: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Milliseconds of each side, in turns."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds + 1):
        for name, run in sides.items():
            began = time.perf_counter()
            run()
            taken[name].append(1e3 * (time.perf_counter() - began))
    return {name: round(statistics.median(times[1:]), 1) for name, times in taken.items()}


def attention(prompt: int, mean: int, dtype: torch.dtype, rounds: int) -> dict[str, float]:
    rng = random.Random(0)
    segments, grids, end = [], [], 0
    for _ in range(2):
        shared = slice(end, end + prompt)
        segments.append(Segment(slice(end, end), shared))
        end += prompt
        sizes, starts = lengths(mean, rng), []
        for size in sizes:
            starts.append(end)
            segments.append(Segment(shared, slice(end, end + size)))
            end += size
        grids.append(grid_group(shared, starts, sizes, "cpu"))
    torch.manual_seed(0)
    heads = (_HEADS, _KEY_HEADS, _KEY_HEADS, _HEADS)
    *given, upstream = (torch.randn(n, end, _WIDTH).to(dtype) for n in heads)

    def side(compute: Any, parts: Any) -> Callable[[], None]:
        def run() -> None:
            compute(*(x.requires_grad_() for x in given), parts, _WIDTH**-0.5).backward(upstream)

        return run

    sides = {"segments": side(segment_attention, segments), "fused": side(grid_attention, grids)}
    return {"tokens": end, **medians(sides, rounds)}


def adapters(prompt: int, mean: int, dtype: str, rounds: int) -> dict[str, float]:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
    model = load("smollm2-135m", device="cpu", dtype=dtype)[0]
    plain = get_peft_model(model, config, autocast_adapter_dtype=False)
    ours = lean(copy.deepcopy(plain))
    rng = random.Random(0)

    def some(count: int) -> tuple[int, ...]:
        return tuple(rng.randrange(1_000, 40_000) for _ in range(count))

    group = TokenGroup(some(prompt), tuple(some(n) for n in lengths(mean, rng)))

    def side(model: Any) -> Callable[[], None]:
        return lambda: completion_logprobs(model, [group]).sum().backward()  # type: ignore[no-untyped-call]

    return {"tokens": group.tokens, **medians({"lean": side(ours), "peft": side(plain)}, rounds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    usual = str(choose_dtype(torch.device("cpu"))).removeprefix("torch.")
    figures: dict[str, Any] = {"threads": options.threads, "attention": {}, "adapters": {}}
    for dtype in dict.fromkeys((usual, "float32")):
        for prompt, mean in ((400, 100), (150, 110)):
            name = f"{dtype}, {prompt}"
            found = attention(prompt, mean, getattr(torch, dtype), options.rounds)
            figures["attention"][name] = found
            print(f"attention, {name:14} prompt tokens: {found}")
        figures["adapters"][dtype] = found = adapters(400, 100, dtype, options.rounds)
        print(f"adapters, {dtype:10}: {found}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
