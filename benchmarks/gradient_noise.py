"""How much of a training gradient is signal: GRPO's on rollouts, and that of supervised tuning on references.

    python benchmarks/gradient_noise.py [--model FOLDER] [--batches 16] [--prompts 8] [--group 8] [--json FILE]

For batches of tasks that the model has not seen, the gradient of its adapters is taken twice at the same weights: of a
GRPO step (reward and `pass_bonus` of a group of answers, minus the group's mean), and of a supervised step on the
references of the same tasks. Gradients g of independent batches share nothing but their mean, so the mean of their
products is the squared length of the signal, and

    noise scale = (E|g|^2 - |E g|^2) / |E g|^2

is how many such batches must be averaged until signal and noise are as long as each other (McCandlish et al. 2018, arXiv
1812.06162, section 2.2, in batches). Ranges are one jackknife standard error over batches. Seconds are of the clock.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from iapo.dataset import Task, procedural_dataset
from iapo.generate.prompts import answer_tokens, prompt_tokens
from iapo.models import load
from iapo.models.default import default_model
from iapo.train.config import TrainConfig
from iapo.train.learner import Learner
from iapo.train.loop import experiences, worth_learning
from iapo.train.packing import TokenGroup, completion_logprobs, passes
from iapo.train.rollout import rollout, seed_for
from iapo.train.scoring import Scoring, infrastructure_reward


def gradient(learner: Learner, groups: Sequence[TokenGroup], credit: Sequence[float]) -> Tensor:
    """[P] of the sum of credit times log-probability over all tokens, negated; one credit a token."""
    weights = learner.weights.named.values()
    for weight in weights:
        weight.grad = None
    given = torch.tensor(credit)
    begin = 0
    learner.model.train()
    for chosen in passes(groups, learner.pass_tokens):
        logprobs = completion_logprobs(learner.model, chosen)
        part = given[begin : begin + len(logprobs)]
        begin += len(logprobs)
        (-(logprobs * part).sum()).backward()  # type: ignore[no-untyped-call]
    learner.model.eval()
    return torch.cat(
        [torch.zeros(w.numel()) if w.grad is None else w.grad.flatten() for w in weights]
    )


def of_rollouts(
    learner: Learner, tasks: Sequence[Task], scoring: Scoring, config: TrainConfig, seed: int
) -> Tensor:
    """The gradient of a GRPO step on fresh answers to the tasks."""
    found = rollout(
        learner.model, learner.tokenizer, tasks, range(len(tasks)), scoring, config, seed
    )
    useful = [group for group in found if worth_learning(group, config)]
    batch = experiences(useful, config, learner.tokenizer)
    credit = [
        advantage
        for group in batch
        for row, advantage in zip(group.completions, group.advantages, strict=True)
        for _ in row
    ]
    return gradient(learner, [TokenGroup(g.prompt, g.completions) for g in batch], credit)


def of_references(learner: Learner, tasks: Sequence[Task], config: TrainConfig) -> Tensor:
    """The gradient of a supervised step on the tasks' references."""
    groups = [
        TokenGroup(
            tuple(prompt_tokens(learner.tokenizer, task.prompt, config.system_prompt)),
            (tuple(answer_tokens(learner.tokenizer, task.output)),),
        )
        for task in tasks
    ]
    tokens = sum(len(row) for group in groups for row in group.completions)
    return gradient(learner, groups, [1.0] * tokens)


def share_of_signal(products: Tensor) -> float:
    """|E g|^2 / E|g|^2 from the products [N, N] of N batches' gradients; may be below 0 by chance."""
    count = len(products)
    lengths = products.diagonal().sum()
    if lengths == 0:  # no group of any batch preferred anything
        return 0.0
    return float((products.sum() - lengths) / (count - 1) / lengths)


def told(gradients: Sequence[Tensor], seconds: float) -> dict[str, float | None]:
    """The figures of one kind of step."""
    stacked = torch.stack(list(gradients))
    products = (stacked @ stacked.T).double()
    count = len(products)
    share = share_of_signal(products)
    without = []
    for left_out in range(count):
        kept = [i for i in range(count) if i != left_out]
        without.append(share_of_signal(products[kept][:, kept]))
    mean = sum(without) / count
    error = ((count - 1) / count * sum((value - mean) ** 2 for value in without)) ** 0.5
    scale = (1 - share) / share if share > 0 else None
    return {
        "share_of_signal": round(share, 5),
        "standard_error": round(error, 5),
        "noise_scale_in_batches": None if scale is None else round(scale, 1),
        "seconds_a_batch": round(seconds, 1),
        "minutes_until_signal_equals_noise": (
            None if scale is None else round(scale * seconds / 60, 1)
        ),
    }


def timed(times: list[float], work: Callable[[], Tensor]) -> Tensor:
    began = time.perf_counter()
    out = work()
    times.append(time.perf_counter() - began)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=None, help="adapter folder; what ships if left out")
    parser.add_argument("--batches", type=int, default=16, help="at least 3")
    parser.add_argument("--prompts", type=int, default=8)
    parser.add_argument("--group", type=int, default=8)
    parser.add_argument("--family", action="append", help="only of this family; may be repeated")
    parser.add_argument("--seed", type=int, default=4000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.batches < 3:
        parser.error("--batches: at least 3, for there is nothing to compare otherwise")
    config = TrainConfig(
        lora_rank=16,
        group_size=options.group,
        max_new_tokens=320,
        pass_bonus=1.0,
        pass_tokens=4096,
    )
    drawn = procedural_dataset(
        options.seed,
        options.batches * options.prompts,
        difficulty=range(1, 4),
        balance="families",
        families=options.family,
    )
    model, tokenizer = load(options.model or default_model(), device="auto", dtype="auto")
    learner = Learner(model, tokenizer, config)
    scoring = Scoring(
        infrastructure_reward(config.alpha, config.beta, config.gamma), config.reward_timeout
    )
    sides: dict[str, list[Tensor]] = {"grpo": [], "supervised": []}
    times: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(options.batches):
        tasks = list(drawn)[number * options.prompts : (number + 1) * options.prompts]
        seed = seed_for(options.seed, "noise", number)
        sides["grpo"].append(
            timed(
                times["grpo"],
                lambda t=tasks, s=seed: of_rollouts(learner, t, scoring, config, s),
            )
        )
        sides["supervised"].append(
            timed(times["supervised"], lambda t=tasks: of_references(learner, t, config))
        )
        print(f"batch {number + 1}", end="\r", flush=True)
    figures = {name: told(sides[name], statistics.mean(times[name])) for name in sides}
    for name, found in figures.items():
        print(f"{name:10} {found}")
    if options.json:
        settings = {k: str(v) if isinstance(v, Path) else v for k, v in vars(options).items()}
        settings.pop("json")
        options.json.write_text(json.dumps({"settings": settings, **figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
