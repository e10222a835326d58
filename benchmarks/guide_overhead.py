"""What the guide costs: masks against the model's own decoding, time to prepare.

    python benchmarks/guide_overhead.py [--format F] [--model NAME] [--rows 8] [--tokens 120] [--rounds 3]
                                        [--json OUT]

Each round answers another prompt with the same seed, unguided and guided in turn: of Terraform those below, of
another format tasks of IaC-Bench. Cost is the time
inside the guide as a share of the guided run's; guided and unguided runs write different texts, so
their whole times are told but not compared.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from iapo.dataset import load_benchmark
from iapo.generate.guide import GUIDED, Guide
from iapo.generate.prompts import prompt_tokens
from iapo.generate.sampling import sample
from iapo.models import EMBEDDED, load, stop_tokens

TERRAFORM = (
    "Create a Terraform S3 bucket named acme-logs with versioning.",
    "Create a Terraform VPC with two subnets and an internet gateway.",
    "Create a Terraform EC2 instance of type t3.micro with a security group that lets in HTTPS.",
    "Create a Terraform Google storage bucket in the EU.",
    "Create a Terraform Azure resource group and a storage account in it.",
)


def prompts(format: str) -> list[str]:
    """What is asked for, round after round."""
    if format == "terraform":
        return list(TERRAFORM)
    tasks = [task.instruction for task in load_benchmark() if task.format == format]
    return random.Random(0).sample(tasks, len(TERRAFORM))


class Timed:
    """A guide whose time is kept."""

    def __init__(self, guide: Guide) -> None:
        self.guide, self.seconds, self.steps, self.slowest = guide, 0.0, 0, 0.0

    def __call__(
        self, rows: Sequence[int], written: Sequence[Sequence[int]], logits: Tensor
    ) -> Tensor:
        began = time.perf_counter()
        out = self.guide(rows, written, logits)
        spent = time.perf_counter() - began
        self.seconds += spent
        self.slowest = max(self.slowest, spent)
        self.steps += 1
        return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--format", default="terraform", choices=GUIDED)
    parser.add_argument("--model", default=EMBEDDED)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    model, tokenizer = load(options.model)
    stop = stop_tokens(model, tokenizer)
    asked = prompts(options.format)

    def run(round_: int, guide: Any) -> tuple[float, int]:
        prompt = prompt_tokens(tokenizer, asked[round_ % len(asked)])
        began = time.perf_counter()
        (group,) = sample(
            model, [prompt], group_size=options.rows, max_new_tokens=options.tokens, stop=stop,
            seed=round_, guide=guide,
        )  # fmt: skip
        return time.perf_counter() - began, sum(len(c.tokens) for c in group)

    run(0, None)
    began = time.perf_counter()
    timed = Timed(Guide(tokenizer, stop=stop, format=options.format))
    prepare = time.perf_counter() - began
    plain = guided = 0.0
    plain_tokens = guided_tokens = 0
    for round_ in range(options.rounds):
        seconds, count = run(round_, None)
        plain, plain_tokens = plain + seconds, plain_tokens + count
        seconds, count = run(round_, timed)
        guided, guided_tokens = guided + seconds, guided_tokens + count
    figures = {
        "format": options.format,
        "model": str(options.model),
        "rows": options.rows,
        "rounds": options.rounds,
        "new_tokens": options.tokens,
        "threads": torch.get_num_threads(),
        "prepare_seconds": prepare,
        "unguided": {"tokens": plain_tokens, "seconds": plain},
        "guided": {"tokens": guided_tokens, "seconds": guided},
        "guide_milliseconds_a_step": 1e3 * timed.seconds / timed.steps,
        "guide_slowest_step_milliseconds": 1e3 * timed.slowest,
        "step_milliseconds": 1e3 * guided / timed.steps,
        "share_of_decoding": timed.seconds / guided,
    }
    for name, figure in figures.items():
        print(f"{name:34} {figure}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
