"""How long a GRPO step takes: ours against TRL's `GRPOTrainer`, same prompts, same lengths.

1. Prompts are benchmark instructions, with other tasks' code below them until they are about 150 or
   about 400 tokens long. Answers are as long as the tasks' references, a factor of exp(N(0, 0.35))
   apart within a group: every contender is made to end each of its answers at the same length.
2. Each contender is a process of its own with the embedded model: TRL at its defaults (bfloat16 by
   autocast, gradient checkpointing), TRL tuned (float32, no gradient checkpointing), the same with
   bfloat16 by autocast, ours (bfloat16 where the processor multiplies in it), ours in float32, and
   ours with adapters of rank 16. They take turns, one step at a time, so that what else the machine
   does is shared by all.
3. A step is: sample a group of 8 for every prompt, score (constants here), update. TRL samples all
   prompts of a step together, as ours does, and accumulates gradients a group at a time.
4. The median of the steps after the first, generation and update apart, and each process's peak of
   memory. Ratios are of medians; exit code 1 where ours is not 3 times (150) or 5 times (400) as
   fast as TRL tuned, in whichever number type is faster for it, or slower with adapters than without.

    python benchmarks/train_step.py [--steps 6] [--contenders ours,lora,tuned] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GROUP = 8
MAX_NEW_TOKENS = 256
FACTORS = {150: 3.0, 400: 5.0}
CONTENDERS = ("ours", "float32", "lora", "tuned", "tuned16", "default")
_OURS = {"ours": (0, "auto"), "float32": (0, "float32"), "lora": (16, "auto")}  # rank, type
_WORDS = {
    "float32": "ours in float32",
    "lora": "ours with adapters",
    "tuned": "TRL tuned, float32",
    "tuned16": "TRL tuned, bfloat16",
    "default": "TRL at its defaults",
}
_QUIET = {"TRL_EXPERIMENTAL_SILENCE": "1", "TOKENIZERS_PARALLELISM": "false"}


# --- the work, the same for all ------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """Prompts of one step and the tokens of each of their answers, the end included."""

    prompts: tuple[str, ...]
    lengths: tuple[int, ...]


def work(tokenizer: Any, wanted: int, prompts: int, steps: int) -> list[Work]:
    """`steps` steps of `prompts` prompts each, the same whoever asks."""
    from iapo.dataset import create_dataset
    from iapo.generate.prompts import answer_tokens, prompt_tokens

    tasks = list(create_dataset(400, split="train", seed=0))
    drawn = random.Random(f"train-step/{wanted}")
    done = []
    for _ in range(steps):
        texts, lengths = [], []
        for task in drawn.sample(tasks, prompts):
            goal = wanted * drawn.uniform(0.9, 1.1)
            text = task.prompt
            context = [line for t in drawn.sample(tasks, 40) for line in t.output.splitlines()]
            for line in ["", "Beside these files:", "", *context]:
                if len(prompt_tokens(tokenizer, text)) >= goal:
                    break
                text += "\n" + line
            texts.append(text)
            mean = len(answer_tokens(tokenizer, task.output))
            for _ in range(GROUP):
                length = round(mean * drawn.lognormvariate(0.0, 0.35))
                lengths.append(min(max(length, 8), MAX_NEW_TOKENS))
        done.append(Work(tuple(texts), tuple(lengths)))
    return done


def reward_of(row: int) -> float:
    return (row % GROUP) / (GROUP - 1)


@dataclass
class Stopwatch:
    """Seconds, of the clock and of the processor, by part."""

    wall: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.wall[part] = self.wall.get(part, 0.0) + time.perf_counter() - wall
        self.processor[part] = self.processor.get(part, 0.0) + time.process_time() - processor


# --- contenders: each waits for a line, does a step, and says how long it took --------------------


def ours(wanted: int, prompts: int, steps: int, *, rank: int, dtype: str) -> None:
    import torch

    from iapo.models import load
    from iapo.models.adapters import with_lora
    from iapo.train import rollout
    from iapo.train.config import TrainConfig
    from iapo.train.learner import Learner
    from iapo.train.loop import grpo
    from iapo.train.scoring import Scored, Scoring

    model, tokenizer = load("smollm2-135m", device="cpu", dtype=dtype)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    todo = work(tokenizer, wanted, prompts, steps)
    config = TrainConfig(
        prompts_per_step=prompts,
        group_size=GROUP,
        max_new_tokens=MAX_NEW_TOKENS,
        refill=0,
        advantage="standardised",
        lr=1e-6,
        lora_rank=rank,
    )
    if rank:
        model = with_lora(model, rank, config.lora_alpha)
    learner = Learner(model, tokenizer, config)
    watch = Stopwatch()
    end = int(tokenizer.eos_token_id)
    lengths: tuple[int, ...] = ()

    def forced(rows: Any, written: Any, logits: Any) -> Any:
        over = [len(w) + 1 >= lengths[row] for row, w in zip(rows, written, strict=True)]
        column = torch.full((len(rows),), -torch.inf)
        column[torch.tensor(over)] = 1e9
        logits[:, end] = column
        return logits

    sample, learn = rollout.sample, learner.learn

    def timed_sample(*given: Any, **options: Any) -> Any:
        with watch("generation"):
            return sample(*given, **{**options, "guide": forced})

    def timed_learn(*given: Any) -> Any:
        with watch("update"):
            return learn(*given)

    rollout.sample = timed_sample
    learner.learn = timed_learn

    class InOrder:
        next = 0

        def draw(self, count: int) -> list[int]:
            self.next += count
            return list(range(self.next - count, self.next))

        def record(self, index: int, passed: list[bool]) -> None: ...

    @dataclass(frozen=True)
    class Asked:
        prompt: str
        id: str = "speed"

    def reward(texts: Any, tasks: Any) -> list[Scored]:
        return [Scored(reward_of(row), passed=row % 2 == 0) for row in range(len(texts))]

    tasks: Any = [Asked(text) for step in todo for text in step.prompts]
    sampler: Any = InOrder()
    run = grpo(learner, tasks, sampler, Scoring(reward, 60), config, lambda _: 1e-6, 0, steps)
    for step in todo:
        _wait()
        lengths = step.lengths
        with watch("step"):
            done = next(run)
        sampled = tuple(len(s.completion.tokens) for g in done.groups for s in g.samples)
        assert sampled == lengths and done.used == prompts, (sampled, lengths)
        _tell(watch, [len(group.prompt) for group in done.groups], sum(sampled))
        watch.wall.clear()
        watch.processor.clear()


def trl(wanted: int, prompts: int, steps: int, *, settings: dict[str, bool]) -> None:
    import torch
    import transformers
    from datasets import Dataset
    from transformers import LogitsProcessorList, TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    from iapo.models import load

    transformers.logging.set_verbosity_error()
    model, tokenizer = load("smollm2-135m", device="cpu", dtype="float32")
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    todo = work(tokenizer, wanted, prompts, steps)
    watch = Stopwatch()
    end = int(tokenizer.eos_token_id)
    number = -1
    read: list[int] = []
    generate = model.generate

    def timed_generate(**options: Any) -> Any:
        start = options["input_ids"].shape[1]
        lengths = torch.tensor(todo[number].lengths)
        read[:] = options["attention_mask"].sum(1)[::GROUP].tolist()

        def forced(tokens: Any, scores: Any) -> Any:
            over = tokens.shape[1] - start + 1 >= lengths
            scores[:, end] = torch.where(over, 1e9, -torch.inf)
            return scores

        with watch("generation"):
            return generate(**options, logits_processor=LogitsProcessorList([forced]))

    model.generate = timed_generate

    class Turns(TrainerCallback):  # type: ignore[misc]
        def on_step_begin(self, *_: Any, **__: Any) -> None:
            nonlocal number
            _wait()
            number += 1
            self.open = watch("step")
            self.open.__enter__()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.open.__exit__(None, None, None)
            for clock in (watch.wall, watch.processor):
                clock["update"] = clock["step"] - clock["generation"]
            _tell(watch, read, sum(todo[number].lengths))
            watch.wall.clear()
            watch.processor.clear()

    def reward(completion_ids: Any, **_: Any) -> list[float]:
        assert tuple(map(len, completion_ids)) == todo[number].lengths
        return [reward_of(row) for row in range(len(completion_ids))]

    with tempfile.TemporaryDirectory() as folder:
        arguments = GRPOConfig(
            output_dir=folder,
            per_device_train_batch_size=GROUP,
            gradient_accumulation_steps=prompts,
            num_generations=GROUP,
            max_completion_length=MAX_NEW_TOKENS,
            max_steps=steps,
            shuffle_dataset=False,
            use_cpu=True,
            report_to="none",
            save_strategy="no",
            logging_steps=10**6,
            disable_tqdm=True,
            **settings,
        )
        asked = [[{"role": "user", "content": p}] for step in todo for p in step.prompts]
        GRPOTrainer(
            model=model,
            reward_funcs=reward,
            args=arguments,
            train_dataset=Dataset.from_dict({"prompt": asked}),
            processing_class=tokenizer,
            callbacks=[Turns()],
        ).train()


def _wait() -> None:
    """Until it is this contender's turn; memory that a step is done with goes to the others."""
    import torch

    from iapo.models.memory import free_memory

    free_memory(torch.device("cpu"))
    sys.stdin.readline()


def _tell(watch: Stopwatch, prompts: list[int], sampled: int) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = {"wall": watch.wall, "processor": watch.processor, "peak_mb": round(peak)}
    line = json.dumps(said | {"prompt_tokens": prompts, "sampled_tokens": sampled})
    os.write(int(os.environ["IAPO_STEP_PIPE"]), f"{line}\n".encode())


# --- the one who gives turns ----------------------------------------------------------------------


class Process:
    """A contender in a process of its own, told when to take its next step."""

    def __init__(self, name: str, wanted: int, prompts: int, steps: int) -> None:
        self.name = name
        read, write = os.pipe()
        command = [sys.executable, __file__, "--contender", name, "--prompt-tokens", str(wanted)]
        command += ["--prompts", str(prompts), "--steps", str(steps)]
        # What libraries print must not mix with what is measured: results have a pipe of their own.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=sys.stderr,
            pass_fds=[write],
            env={**os.environ, **_QUIET, "IAPO_STEP_PIPE": str(write)},
        )
        os.close(write)
        self._said = os.fdopen(read)
        self.steps: list[dict[str, Any]] = []

    def step(self) -> None:
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        line = self._said.readline()
        if not line:
            raise SystemExit(f"{self.name} ended with code {self._process.wait()}")
        self.steps.append(json.loads(line))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._said.close()


def measure(wanted: int, names: list[str], prompts: int, steps: int) -> dict[str, Any]:
    contenders = [Process(name, wanted, prompts, steps) for name in names]
    try:
        for number in range(steps):
            for contender in contenders:
                contender.step()
                took = contender.steps[-1]
                _progress(
                    f"{wanted} tokens, step {number + 1}: {contender.name} "
                    f"{took['wall']['step']:.1f} s, processor {took['processor']['step']:.1f} s"
                )
    finally:
        for contender in contenders:
            contender.close()
    first = contenders[0].steps
    for contender in contenders:  # the same work, or there is nothing to compare
        for one, other in zip(first, contender.steps, strict=True):
            assert sorted(one["prompt_tokens"]) == sorted(other["prompt_tokens"])
            assert one["sampled_tokens"] == other["sampled_tokens"]
    read = [n for step in first for n in step["prompt_tokens"]]
    return {
        "prompt_tokens": round(statistics.mean(read)),
        "sampled_tokens": round(statistics.mean(step["sampled_tokens"] for step in first)),
        "contenders": {c.name: _medians(c.steps[1:]) for c in contenders},
    }


def _medians(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians over steps, the first left out: it pays for what is set up once."""
    found: dict[str, Any] = {"steps": len(steps), "peak_mb": max(s["peak_mb"] for s in steps)}
    for clock in ("wall", "processor"):
        found[clock] = {
            part: round(statistics.median(step[clock][part] for step in steps), 3)
            for part in ("generation", "update", "step")
        }
    return found


def _progress(line: str) -> None:
    sys.stderr.write(line + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--steps", type=int, default=6, help="the first is not counted")
    parser.add_argument("--prompts", type=int, default=4, help="groups of 8 a step")
    parser.add_argument("--contenders", default=",".join(CONTENDERS))
    parser.add_argument("--lengths", default="150,400", help="prompt tokens")
    parser.add_argument(
        "--clock",
        choices=["wall", "processor"],
        default="wall",
        help="what ratios are of; `processor` on one core of a machine that others use",
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--prompt-tokens", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender in _OURS:
        rank, dtype = _OURS[options.contender]
        asked = (options.prompt_tokens, options.prompts, options.steps)
        return ours(*asked, rank=rank, dtype=dtype)
    if options.contender:
        settings = {"default": {}, "tuned": {"bf16": False}, "tuned16": {"bf16": True}}
        chosen = settings[options.contender]
        if chosen:
            chosen["gradient_checkpointing"] = False
        return trl(options.prompt_tokens, options.prompts, options.steps, settings=chosen)
    names = options.contenders.split(",")
    cores = len(os.sched_getaffinity(0))
    result: dict[str, Any] = {
        "machine": {"cores": cores, "processor": platform.machine(), "clock": options.clock},
        "groups": options.prompts,
        "group_size": GROUP,
        "runs": {},
    }
    short = False
    print(f"{options.prompts} groups of {GROUP} a step, {cores} cores, seconds ({options.clock})")
    print(
        f"{'prompt':>6} {'sampled':>7} {'':8} {'generation':>10} {'update':>7} {'step':>7} {'peak MB':>8}"
    )
    for wanted in map(int, options.lengths.split(",")):
        run = measure(wanted, names, options.prompts, options.steps)
        run["ratios"] = {}
        found = run["contenders"]
        for name, figures in found.items():
            times = figures[options.clock]
            print(
                f"{run['prompt_tokens']:>6} {run['sampled_tokens']:>7} {name:8} "
                f"{times['generation']:>10.2f} {times['update']:>7.2f} {times['step']:>7.2f} "
                f"{figures['peak_mb']:>8}"
            )
        for name in names:
            if name == "ours" or "ours" not in found:
                continue
            ratios = {
                part: round(found[name][options.clock][part] / seconds, 2)
                for part, seconds in found["ours"][options.clock].items()
            }
            run["ratios"][name] = ratios
            goal = FACTORS.get(wanted, 0.0) if name in ("tuned", "tuned16") else 0.0
            missed = ratios["step"] > 1.0 if name == "lora" else ratios["step"] < goal
            short = short or missed
            print(
                f"{'':14} ours is {ratios['step']:.2f} times as fast as {_WORDS[name]} "
                f"(generation {ratios['generation']:.2f}, update {ratios['update']:.2f})"
                + (f", {goal:g} wanted" if goal else "")
                + (": short" if missed else "")
            )
        result["runs"][str(wanted)] = run
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
