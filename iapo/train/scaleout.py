"""The same configuration through TRL's `GRPOTrainer`: many processes, many machines, vLLM.

Ours is the faster loop on one machine; FSDP, DeepSpeed and vLLM are TRL's and accelerate's trade, and
they are reached through their public interface only (docs/scaling.md). GRPO alone is run here: warm
start with `backend: iapo` first, and give the model that it saved.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from iapo.models.loading import load
from iapo.train.coercion import ConfigError
from iapo.train.config import TrainConfig
from iapo.train.data import training_tasks
from iapo.train.folder import claim_folder, write_text
from iapo.train.records import Records, read_records
from iapo.train.scoring import COMPONENTS
from iapo.train.state import RunResult
from iapo.train.summary import epoch_history

if TYPE_CHECKING:
    from iapo.dataset import Task

# How TRL names what ours does.
_SCALES = {"centred": "none", "standardised": "group", "per_component": "group"}
_LOGGED = {
    "mean_reward": "reward",
    "pass_rate": "pass_rate",
    "valid_rate": "valid_rate",
    **{name: f"rewards/{name}/mean" for name in COMPONENTS},
    "entropy": "entropy",
    "mean_tokens": "completions/mean_length",
    "truncated": "completions/clipped_ratio",
    "loss": "loss",
    "grad_norm": "grad_norm",
    "kl": "kl",
    "lr": "learning_rate",
}


def train_with_trl(
    config: TrainConfig,
    *,
    resume: bool = False,
    dataset: Sequence[Task] | None = None,
    model: tuple[Any, Any] | None = None,
) -> RunResult:
    """GRPO through TRL, in this process or, under `accelerate launch`, in all of them together.

    Args:
        resume: go on from TRL's last checkpoint in `config.output`.
        dataset, model: as `iapo.train.run` takes them.

    Raises:
        ConfigError: a setting that TRL has no equal of, or TRL is not installed.
    """
    try:
        import trl
        from transformers import TrainerCallback
    except ImportError as error:
        raise ConfigError("backend trl needs TRL: pip install 'iapo[train,trl]'") from error
    from iapo.integrations.trl import reward_functions, training_set
    from iapo.rewards import IaCReward

    folder = Path(config.output)
    first = int(os.environ.get("RANK", "0")) == 0
    if first and not resume:
        claim_folder(folder)
        write_text(folder / "config.yaml", config.to_yaml())
    tasks = list(training_tasks(config) if dataset is None else dataset)
    if not tasks:
        raise ConfigError("no tasks to train on")
    # TRL computes in fewer bits by itself (`bf16`), from weights in float32.
    weights = "float32" if config.dtype == "auto" else config.dtype
    trained, tokenizer = model or load(config.model, device="cpu", dtype=weights)

    class Recorder(TrainerCallback):
        """Writes what TRL logs as metrics.jsonl, so that `iapo runs show` reads it."""

        records: Records | None = None

        def on_train_begin(self, args: Any, state: Any, *_: Any, **__: Any) -> None:
            if state.is_world_process_zero:
                kept = (folder / "metrics.jsonl").stat().st_size if resume else 0
                self.records = Records(folder, {"metrics": kept} if resume else None)

        def on_log(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            logs = given["logs"]
            if self.records is not None and "reward" in logs:
                self.records.write("metrics", step_record(logs, state.global_step, config))

        def on_train_end(self, *_: Any, **__: Any) -> None:
            if self.records is not None:
                self.records.close()

    host: Any = trl
    trainer = host.GRPOTrainer(
        model=trained,
        reward_funcs=reward_functions(
            IaCReward(config.alpha, config.beta, config.gamma), passed=config.pass_bonus > 0
        ),
        args=arguments(config, len(tasks)),
        train_dataset=training_set(tasks, config.system_prompt),
        processing_class=tokenizer,
        peft_config=_adapters(config),
        callbacks=[Recorder()],
    )
    trainer.train(resume_from_checkpoint=resume or None)
    trainer.save_model(str(folder))
    return RunResult(folder, epoch_history(read_records(folder, "metrics")), {})


def arguments(config: TrainConfig, tasks: int) -> Any:
    """TRL's `GRPOConfig` for ours. `config.trl` is laid over it.

    A step is `prompts_per_step` groups over all processes; where they do not divide it, it is
    rounded up to whole groups a process.

    Raises:
        ConfigError: a setting that TRL has no equal of.
    """
    import trl

    host: Any = trl
    if config.blame_elsewhere < 1.0 or config.keep_scales:
        raise ConfigError(
            "backend trl has neither blame_elsewhere nor keep_scales: "
            "set blame_elsewhere=1 and keep_scales=false, and a smaller lr"
        )
    if config.guide:
        raise ConfigError(
            "backend trl has no guide: its loss is of the unguided policy; guide=false"
        )
    if config.advantage not in _SCALES:
        raise ConfigError(
            f"backend trl has no advantage {config.advantage!r}; one of {', '.join(_SCALES)}"
        )
    world = int(os.environ.get("WORLD_SIZE", "1"))
    steps = config.steps or -(-config.epochs * tasks // config.prompts_per_step)
    cispo = config.objective == "cispo"
    values: dict[str, Any] = {
        "output_dir": config.output,
        "seed": config.seed,
        "max_steps": steps,
        "per_device_train_batch_size": config.group_size,
        "gradient_accumulation_steps": -(-config.prompts_per_step // world),
        "num_generations": config.group_size,
        "num_iterations": config.updates_per_batch,
        "max_completion_length": config.max_new_tokens,
        "temperature": config.temperature,
        "learning_rate": config.lr,
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": {"min_lr_rate": config.lr_floor},
        "warmup_steps": min(config.lr_warmup, steps),
        "weight_decay": config.weight_decay,
        "adam_beta1": config.beta1,
        "adam_beta2": config.beta2,
        "max_grad_norm": config.max_grad_norm,
        "beta": config.kl,
        "loss_type": "cispo" if cispo else config.normalisation,
        "epsilon": config.clip_low,
        "epsilon_high": 1 + config.clip_high if cispo else config.clip_high,
        "scale_rewards": _SCALES[config.advantage],
        "multi_objective_aggregation": "normalize_then_sum"
        if config.advantage == "per_component"
        else "sum_then_normalize",
        "reward_weights": [config.alpha, config.beta, config.gamma]
        + [config.pass_bonus] * (config.pass_bonus > 0),
        "mask_truncated_completions": config.truncated == "mask",
        "save_steps": config.checkpoint_every,
        "save_total_limit": config.keep_checkpoints,
        "logging_steps": 1,
        "report_to": list(config.report_to) or "none",
        **_number_type(config),
        **options(config),
    }
    try:
        return host.GRPOConfig(**values)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"TRL refuses these settings: {str(error).splitlines()[0]}") from error


def options(config: TrainConfig) -> dict[str, Any]:
    """`config.trl` as keyword arguments: `use_vllm=true` becomes `{"use_vllm": True}`."""
    values = {}
    for pair in config.trl:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"trl: KEY=VALUE of GRPOConfig, got {pair!r}")
        values[name.strip()] = yaml.safe_load(value)
    return values


def step_record(logs: Mapping[str, Any], step: int, config: TrainConfig) -> dict[str, Any]:
    """A line of metrics.jsonl from what TRL logs after a step."""
    found = {ours: float(logs[theirs]) for ours, theirs in _LOGGED.items() if theirs in logs}
    skipped = float(logs.get("frac_reward_zero_std", 0.0))
    groups = config.prompts_per_step
    return {
        "stage": "grpo",
        "step": step,
        "epoch": int(float(logs.get("epoch", 0.0)) - 1e-9) + 1,
        "samples": groups * config.group_size,
        "pass_rate": 0.0,
        "valid_rate": 0.0,
        **found,
        "groups": groups,
        "groups_used": round(groups * (1.0 - skipped)),
        "left_out": 0,
    }


def _number_type(config: TrainConfig) -> dict[str, Any]:
    import torch

    from iapo.models.device import choose_device, choose_dtype

    device = choose_device(config.device)
    dtype = choose_dtype(device, config.dtype)
    return {
        "use_cpu": device.type == "cpu",
        "bf16": dtype == torch.bfloat16,
        "fp16": dtype == torch.float16,
        "gradient_checkpointing": device.type != "cpu",
    }


def _adapters(config: TrainConfig) -> Any:
    if not config.lora_rank:
        return None
    from peft import LoraConfig

    return LoraConfig(
        r=config.lora_rank,
        lora_alpha=config.lora_alpha,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
