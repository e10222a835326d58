"""Every choice of a training run, in one frozen dataclass.

A value comes from the dataclass's default, then the preset, then the YAML file, then the environment
(`IAPO_TRAIN_LR=1e-5`), then the flags or keyword arguments: the last one said wins. A wrong name or
value is answered with the right ones.
"""

from __future__ import annotations

import difflib
import os
import typing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_type_hints

import yaml

from iapo.models.embedded import EMBEDDED
from iapo.train.coercion import ConfigError, coerce

ENVIRONMENT_PREFIX = "IAPO_TRAIN_"
TRACKERS = ("tensorboard", "wandb", "trackio")


@dataclass(frozen=True)
class TrainConfig:
    """One run.

    Attributes:
        model: local folder, Hugging Face name, or `smollm2-135m` (embedded).
        output: the run's folder: the trained model, config.yaml, metrics.jsonl, rollouts.jsonl,
            plots and checkpoints.
        device: `auto` (CUDA, then MPS, then CPU) or a torch device.
        dtype: `auto` (bfloat16 where the device multiplies in it, else float32), `float32`, `bfloat16`, `float16`.
        backend: `iapo`, our loop on one machine, or `trl`: GRPO through TRL, for several processes,
            FSDP, DeepSpeed and vLLM (docs/scaling.md).
        trl: further settings of TRL's GRPOConfig, as KEY=VALUE, e.g. `use_vllm=true`.
        threads: processor threads; 0 measures once, at the start of the run.
        seed: of everything random. The same seed on the same machine gives the same run.

        categories: of infrastructure code; empty means all four.
        families: of tasks to keep to, e.g. `terraform/s3` (`iapo dataset list` names them);
            `benchmark` stands for those of IaC-Bench; empty means all. Fewer are learnt sooner.
        balance: of generated training tasks: as many of each of the `categories`, or of each of the
            `families` by its weight, which gives Terraform, with most families, about half.
        max_difficulty: of tasks, from 1 (one part, few arguments) to 5.
        dataset_size: training tasks to draw from; 0 takes the whole benchmark, and as many
            generated tasks as the warm start has use for.
        data: path of the user's own Alpaca JSONL to train on instead; "" uses IaC-Bench.
        procedural: fill up with generated tasks where the written ones are too few.
        variations: how many variations of each hand-written task are trained on beside it: the same
            words about other names and numbers, verified like any task.
        eval_tasks: held-out tasks in the before/after table; 0 leaves evaluation out.
        eval_samples: completions a held-out task, sampled at temperature 1 where more than one,
            greedy where one.
        eval_split: which split is held out.
        eval_every: judge every so many GRPO steps too, and warn where the reward rises while the
            held-out pass rate falls; 0 judges before and after only.

        system_prompt: system message; "" leaves it to the model's chat template.
        max_new_tokens: tokens a completion may have; longer ones are cut and count as truncated.

        lora_rank: rank of the adapters (Hu et al. 2021, arXiv 2106.09685); 0 trains all weights.
        lora_alpha: their scale; the update is multiplied by alpha / rank.
        train_layers: train only that many layers nearest the output (and the head where it is not
            the embeddings again); 0 trains all.
        train_embeddings: train the token embeddings and the head too. They are a fifth of a
            135M-parameter model, and little of what must be learnt is in them.

        warmstart_steps: supervised steps on the references before GRPO; 0 leaves the stage out.
        warmstart_epochs: at most that many passes over the references; small sets stop earlier.
        warmstart_written: how often a hand-written task comes in a pass in which a generated one
            comes once. They are few, longer, and worded in more ways.
        warmstart_batch: references a step.
        warmstart_lr: peak learning rate.
        warmstart_minutes: stop the stage after that long; 0 means no limit. With a limit, how far
            a run gets depends on the machine, and a resumed run may end a step apart.
        rejection_rounds: rounds of sampling, keeping what passes, and fine-tuning on it
            (rejection sampling; e.g. Dong et al. 2023, arXiv 2304.06767).
        rejection_samples: completions a prompt a round.
        rejection_prompts: prompts a round.

        probe_prompts: before GRPO, sample a group for that many training tasks, and say whether
            there is anything to prefer; 0 leaves it out.
        steps: GRPO steps. 0 with `epochs` 0 leaves the stage out.
        epochs: passes of GRPO over the training tasks; used where `steps` is 0.
        epoch_tasks: how many tasks make a pass where tasks are generated, of which there is no
            end; your own tasks and data sets are passed whole.
        grpo_minutes: stop GRPO after that long; 0 means no limit.
        prompts_per_step: groups a step.
        group_size: completions a group (Shao et al. 2024, arXiv 2402.03300).
        lr: peak learning rate of GRPO.
        lr_warmup: steps over which a learning rate rises, in both stages.
        lr_floor: share of the peak that a learning rate falls to at the end of its stage.
        weight_decay: of AdamW.
        beta1, beta2: of AdamW.
        keep_scales: begin GRPO with the second moments that AdamW found in the warm start. Its
            gradients are several times larger than GRPO's, so that `lr` may be too.
        max_grad_norm: gradients are scaled down to this norm.
        temperature: of rollouts. 1 with nothing cut off keeps the policy its own sampler.
        guide: rollouts are written under the guide of their format (docs/guided-decoding.md), and
            learnt from as draws from what it left to choose from. Judging stays unguided.
        rollout_rows: completions decoded together.
        pass_tokens: tokens a forward and backward pass; lower needs less memory.
        updates_per_batch: optimiser steps on each batch of rollouts; over 1 is off-policy.
        advantage: `centred` (reward minus group mean; Dr. GRPO, Liu et al. 2025, arXiv
            2503.20783), `standardised` (divided by the group's deviation; GRPO), or
            `leave_one_out` (RLOO; Ahmadian et al. 2024, arXiv 2402.14740), or `per_component`
            (each component of the reward standardised by itself; GDPO, arXiv 2601.05242).
        blame_elsewhere: share of its advantage that a worse completion carries outside the lines
            that the verifier's errors point at, from 0 to 1; below 1 a better completion is not
            raised in such lines either. 1 is plain GRPO.
        objective: `clip` (PPO's, with two bounds) or `cispo` (the importance weight itself is
            clipped; MiniMax 2025, arXiv 2506.13585).
        normalisation: `dapo` (mean over the batch's tokens; Yu et al. 2025, arXiv 2503.14476),
            `dr_grpo` (sum over rows times `max_new_tokens`), `grpo` (mean of the rows' means).
        clip_low, clip_high: how far the importance ratio may fall and rise (DAPO's clip-higher).
        kl: weight of the divergence from a reference (estimator k3, Schulman 2020): the model as
            GRPO finds it, or, with LoRA, the model without adapters.
        truncated: `punish` scores what was cut at the limit like anything else; `mask` leaves it
            out of the update (DAPO's overlong filtering).
        refill: groups without spread are replaced by fresh ones, at most that many times
            `prompts_per_step` a step (DAPO's dynamic sampling); 0 never refills.
        spread: a group is worth an update where its rewards differ by more than this, in reward.
        retire_after: a task whose groups passed whole that many times in a row is no longer drawn;
            0 retires none.
        prefer_uncertain: choose prompts by pass rate, those near one half first; otherwise in
            shuffled order.

        alpha, beta, gamma: weights of syntax, correctness and format in the reward.
        pass_bonus: added to the reward of an answer that verifies and does all that was asked, when
            answers are compared. Without it, an answer that leaves out one of ten parts is worth 0.97
            of a whole one, and what is left out cannot be wrong.
        reward_timeout: seconds that scoring one batch may take before its samples are scored one
            by one, and one sample before it is left out.
        max_failed_rewards: share of a step's samples whose reward may fail before the run stops.
        max_bad_steps: steps in a row whose loss or gradient is not finite before the run stops.

        checkpoint_every: steps between checkpoints; the end of a stage always makes one.
        keep_checkpoints: how many of the last are kept.
        log_rollouts: write every completion to rollouts.jsonl.
        report_to: also send metrics to `tensorboard` (event files in the run's folder; nothing to
            install), `wandb` or `trackio` (their packages and accounts).
    """

    model: str = EMBEDDED
    output: str = "iapo-model"
    device: str = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    backend: Literal["iapo", "trl"] = "iapo"
    trl: tuple[str, ...] = ()
    threads: int = 0
    seed: int = 0

    categories: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    balance: Literal["categories", "families"] = "categories"
    max_difficulty: int = 5
    dataset_size: int = 0
    data: str = ""
    procedural: bool = True
    variations: int = 0
    eval_tasks: int = 64
    eval_samples: int = 1
    eval_split: str = "test"
    eval_every: int = 0

    system_prompt: str = ""
    max_new_tokens: int = 256

    lora_rank: int = 0
    lora_alpha: int = 32
    train_layers: int = 0
    train_embeddings: bool = True

    warmstart_steps: int = 100
    warmstart_epochs: float = 3.0
    warmstart_written: int = 1
    warmstart_batch: int = 8
    warmstart_lr: float = 2e-4
    warmstart_minutes: float = 0.0
    rejection_rounds: int = 0
    rejection_samples: int = 4
    rejection_prompts: int = 32

    probe_prompts: int = 8
    steps: int = 0
    epochs: int = 1
    epoch_tasks: int = 100
    grpo_minutes: float = 0.0
    prompts_per_step: int = 8
    group_size: int = 8
    lr: float = 1e-5
    lr_warmup: int = 5
    lr_floor: float = 0.1
    weight_decay: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.95
    keep_scales: bool = False
    max_grad_norm: float = 1.0
    temperature: float = 1.0
    guide: bool = False
    rollout_rows: int = 64
    pass_tokens: int = 2048
    updates_per_batch: int = 1
    advantage: Literal["centred", "standardised", "leave_one_out", "per_component"] = "centred"
    blame_elsewhere: float = 1.0
    objective: Literal["clip", "cispo"] = "clip"
    normalisation: Literal["dapo", "dr_grpo", "grpo"] = "dapo"
    clip_low: float = 0.2
    clip_high: float = 0.28
    kl: float = 0.0
    truncated: Literal["punish", "mask"] = "punish"
    refill: int = 1
    spread: float = 0.01
    retire_after: int = 2
    prefer_uncertain: bool = True

    alpha: float = 0.4
    beta: float = 0.3
    gamma: float = 0.3
    pass_bonus: float = 0.0
    reward_timeout: float = 60.0
    max_failed_rewards: float = 0.5
    max_bad_steps: int = 5

    checkpoint_every: int = 25
    keep_checkpoints: int = 1
    log_rollouts: bool = True
    report_to: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            object.__setattr__(self, name, coerce(name, value, _types()[name]))
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise ConfigError(f"{name}: at least {least:g}, got {getattr(self, name):g}")
        for tracker in self.report_to:
            if tracker not in TRACKERS:
                raise ConfigError(f"report_to: any of {', '.join(TRACKERS)}, got {tracker!r}")

    def to_yaml(self) -> str:
        """The whole configuration, in the order it is documented; `from_sources` reads it back."""
        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)


# What each number may not be below.
_LEAST: dict[str, float] = {
    "threads": 0,
    "max_difficulty": 1,
    "dataset_size": 0,
    "variations": 0,
    "eval_tasks": 0,
    "eval_samples": 1,
    "eval_every": 0,
    "probe_prompts": 0,
    "retire_after": 0,
    "max_new_tokens": 1,
    "lora_rank": 0,
    "train_layers": 0,
    "warmstart_steps": 0,
    "warmstart_written": 1,
    "warmstart_batch": 1,
    "warmstart_lr": 0.0,
    "warmstart_minutes": 0.0,
    "rejection_rounds": 0,
    "rejection_samples": 1,
    "rejection_prompts": 1,
    "steps": 0,
    "epochs": 0,
    "epoch_tasks": 1,
    "grpo_minutes": 0.0,
    "prompts_per_step": 1,
    "group_size": 2,
    "lr": 0.0,
    "temperature": 0.01,
    "rollout_rows": 1,
    "pass_tokens": 1,
    "updates_per_batch": 1,
    "blame_elsewhere": 0.0,
    "clip_low": 0.0,
    "clip_high": 0.0,
    "kl": 0.0,
    "refill": 0,
    "spread": 0.0,
    "alpha": 0.0,
    "beta": 0.0,
    "gamma": 0.0,
    "pass_bonus": 0.0,
    "reward_timeout": 0.1,
    "checkpoint_every": 1,
    "keep_checkpoints": 1,
    "max_bad_steps": 1,
}

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    # What `make train` runs: a first lesson of 12 families in about twenty minutes on two
    # cores without a GPU.
    "laptop": {
        "families": (
            "terraform/s3",
            "terraform/sqs",
            "terraform/log-group",
            "kubernetes/configmap",
            "kubernetes/pvc",
            "kubernetes/serviceaccount",
            "dockerfile/static",
            "dockerfile/python",
            "compose/build",
            "github-actions/lint",
            "gitlab-ci/test",
            "jenkins/stages",
        ),
        "max_difficulty": 2,
        "eval_tasks": 40,
        "eval_samples": 3,
        "max_new_tokens": 144,
        "train_embeddings": False,
        "warmstart_steps": 48,
        "warmstart_minutes": 4.5,
        "warmstart_lr": 3e-4,
        "probe_prompts": 4,
        "steps": 20,
        "grpo_minutes": 7.0,
        "prompts_per_step": 6,
        "group_size": 8,
        "lr": 2e-4,
        "keep_scales": True,
        "blame_elsewhere": 0.2,
        "lr_warmup": 2,
        "refill": 0,
        "checkpoint_every": 30,
    },
}


def from_sources(
    flags: Mapping[str, Any] | None = None,
    *,
    preset: str = "default",
    file: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> TrainConfig:
    """Build a configuration: defaults, preset, YAML file, environment, flags; the last one wins.

    Args:
        flags: only those that were given; a value of None counts as not given.
        environment: `os.environ` unless said otherwise.

    Raises:
        ConfigError: a wrong preset, key or value, or a file that cannot be read.
    """
    if preset not in PRESETS:
        raise ConfigError(f"preset {preset!r} does not exist; there are {', '.join(PRESETS)}")
    values = dict(PRESETS[preset])
    if file is not None:
        values.update(_read_yaml(Path(file)))
    for name, text in (os.environ if environment is None else environment).items():
        if name.startswith(ENVIRONMENT_PREFIX):
            values[name[len(ENVIRONMENT_PREFIX) :].lower()] = text
    values.update({k: v for k, v in (flags or {}).items() if v is not None})
    return with_values(TrainConfig(), values)


def with_values(config: TrainConfig, values: Mapping[str, Any]) -> TrainConfig:
    """`config` with some values replaced.

    Raises:
        ConfigError: a key that does not exist (the nearest is named), or a value of a wrong kind.
    """
    known = [f.name for f in fields(TrainConfig)]
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else f"; keys: {', '.join(known)}"
            raise ConfigError(f"unknown configuration key {name!r}{hint}")
    return replace(config, **values)


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not YAML: {str(error).splitlines()[0]}") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: expected `key: value` lines")
    return data


@cache
def _types() -> dict[str, Any]:
    """What each field declares."""
    return get_type_hints(TrainConfig, vars(typing))
