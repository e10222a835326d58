"""How long `iapo generate` takes, by its parts: one request, 8 candidates of 120 tokens each.

1. Load the model.
2. Ask it once: seconds until the first token, everything that is done only once included.
3. Write 8 answers of exactly 120 tokens from one prefill.
4. Verify and rank 8 programs that were not seen before, with workers that started meanwhile.
5. Run the command itself, from the shell to its exit.

Prints a table and writes JSON:  python benchmarks/generate_speed.py [--model M] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

REQUEST = "Create a Terraform S3 bucket named acme-logs with versioning"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--model", help="the one that comes with IAPO if left out")
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    seconds: dict[str, float] = {}

    begin = time.perf_counter()
    import torch
    import transformers  # noqa: F401  part of loading, told apart since it is paid before the model

    from iapo.generate.candidates import Draft, judge
    from iapo.generate.prompts import Message, prompt_tokens
    from iapo.generate.request import understand
    from iapo.generate.sampling import sample
    from iapo.generate.writer import ModelWriter
    from iapo.models import default_model, load
    from iapo.models.adapters import merged
    from iapo.verify.sandbox import POOL

    seconds["import"] = time.perf_counter() - begin
    name = options.model or default_model()
    request = understand(REQUEST)
    POOL.warm("terraform", min(os.cpu_count() or 1, options.samples))
    begin = time.perf_counter()
    model, tokenizer = load(name)
    seconds["load"] = time.perf_counter() - begin

    begin = time.perf_counter()
    writer = ModelWriter(model, tokenizer, request, max_new_tokens=2)
    writer([Message("user", request.prompt)], options.samples, 0)
    seconds["first_token_after_load"] = time.perf_counter() - begin

    prompt = prompt_tokens(tokenizer, request.prompt)
    begin = time.perf_counter()
    with merged(model):
        sample(
            model,
            [prompt],
            group_size=options.samples,
            max_new_tokens=options.tokens,
            stop=(),
            temperature=[0.0] + [0.7] * (options.samples - 1),
            top_p=0.95,
        )
    seconds["write"] = time.perf_counter() - begin

    drafts = [Draft(text, True) for text in programs(options.samples)]
    begin = time.perf_counter()
    accepted = sum(candidate.accepted for candidate in judge(request, drafts))
    seconds["verify"] = time.perf_counter() - begin

    command = [sys.executable, "-c", "from iapo.cli import main; main()", "generate", REQUEST]
    command += [
        "-n",
        str(options.samples),
        "--max-new-tokens",
        str(options.tokens),
        "--repairs",
        "0",
    ]
    command += ["--model", options.model] if options.model else []
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    seconds["command"] = time.perf_counter() - begin
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr.decode())

    result = {
        "model": str(name),
        "samples": options.samples,
        "tokens": options.tokens,
        "prompt_tokens": len(prompt),
        "seconds": {part: round(value, 2) for part, value in seconds.items()},
        "programs_accepted": accepted,
        "command_exit": done.returncode,
        "threads": torch.get_num_threads(),
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "torch": torch.__version__,
    }
    for part, value in seconds.items():
        print(f"{part:24} {value:8.2f} s")
    print(f"{'programs accepted':24} {accepted:5} of {options.samples}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def programs(count: int) -> list[str]:
    """Terraform programs that differ, half of them with a mistake."""
    from iapo.dataset import procedural_dataset

    texts = [
        task.output
        for task in procedural_dataset(1, 40 * count, split=None)
        if task.format == "terraform"
    ][:count]
    return [
        text.replace(" = ", "x = ", 1) if place % 2 else text for place, text in enumerate(texts)
    ]


if __name__ == "__main__":
    main()
