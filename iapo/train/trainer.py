"""`IAPOTrainer`: training from a program in three lines."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iapo.models import EMBEDDED, load
from iapo.models.adapters import with_lora
from iapo.models.saving import save_model
from iapo.train.config import TrainConfig, with_values
from iapo.train.scoring import RewardFunction
from iapo.train.start import run
from iapo.train.state import RunResult

if TYPE_CHECKING:
    from iapo.dataset import Task

# A program gets its model back in memory; it asks for evaluation where it wants it.
_DEFAULTS = {"output": "iapo-run", "eval_tasks": 0}


class IAPOTrainer:
    """Warm start and GRPO on a model.

        trainer = IAPOTrainer(model_name="Qwen/Qwen2.5-0.5B-Instruct", lr=1e-5, group_size=4)
        history = trainer.train(create_dataset(size=100), epochs=3)
        trainer.save("./my-model")

    Attributes:
        config: the whole configuration.
        model, tokenizer: as transformers (and peft) know them; trained in place.
        result: of the last `train`; None before.
    """

    def __init__(
        self,
        model_name: str | os.PathLike[str] = EMBEDDED,
        *,
        reward: RewardFunction | None = None,
        display: bool = False,
        **config: Any,
    ) -> None:
        """Load the model.

        Args:
            model_name: as `iapo.models.load` takes it.
            reward: instead of `IaCReward`: texts and their tasks to one number (or `Scored`) each.
            display: show progress on stdout.
            config: fields of `TrainConfig`.

        Raises:
            ConfigError: an unknown field or value.
            ModelError: the model cannot be loaded.
        """
        self.config = with_values(
            TrainConfig(), {**_DEFAULTS, **config, "model": os.fspath(model_name)}
        )
        self.reward = reward
        self.display = display
        self.model, self.tokenizer = load(
            self.config.model, device=self.config.device, dtype=self.config.dtype
        )
        if self.config.lora_rank and not hasattr(self.model, "peft_config"):
            self.model = with_lora(self.model, self.config.lora_rank, self.config.lora_alpha)
        self.result: RunResult | None = None

    def train(
        self,
        dataset: Sequence[Task] | None = None,
        epochs: int | None = None,
        *,
        held_out: Sequence[Task] | None = None,
        resume: bool = False,
    ) -> list[dict[str, Any]]:
        """Train on a data set; metrics and checkpoints go to `config.output`.

        Args:
            dataset: what `create_dataset` or `load_alpaca` gives; the configured one where None.
            epochs: passes over it, instead of the configured steps.
            held_out: tasks to be judged by before, between and after.
            resume: go on from the last checkpoint in `config.output`.

        Returns:
            One dictionary an epoch: `epoch`, `steps`, `mean_reward`, `pass_rate`, ...
        """
        if epochs is not None:
            self.config = replace(self.config, epochs=epochs, steps=0)
        self.result = run(
            self.config,
            display=self.display,
            resume=resume,
            dataset=dataset,
            held_out=held_out,
            reward=self.reward,
            model=(self.model, self.tokenizer),
        )
        return self.result.history

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the model (with LoRA: the adapter) and tokenizer for transformers or peft."""
        return save_model(self.model, self.tokenizer, path)
