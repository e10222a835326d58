"""A whole run: judge the model, warm it up on references, train it with GRPO, judge it again.

Each phase can be stopped and taken up again. What a run has to remember is in `State`, written
into every checkpoint; everything random is drawn from the seed, the phase and the step, so that a
run that was killed ends with the same bytes as one that was not.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from iapo.models import EMBEDDED
from iapo.models.adapters import with_lora
from iapo.models.loading import load
from iapo.models.saving import save_model
from iapo.models.shared_prefix import shortest_window, supports
from iapo.train import checkpoint as checkpoints
from iapo.train.coercion import ConfigError
from iapo.train.config import TrainConfig
from iapo.train.data import held_out_tasks, repeat_written, training_tasks
from iapo.train.display import Display, SilentDisplay
from iapo.train.interrupt import Stopped, StopSignal
from iapo.train.journal import Journal
from iapo.train.judging import judge
from iapo.train.learner import Learner
from iapo.train.loop import grpo, worth_learning
from iapo.train.probe import probe_of
from iapo.train.rollout import rollout, seed_for
from iapo.train.sampler import PromptSampler
from iapo.train.schedule import learning_rate
from iapo.train.scoring import RewardFunction, Scoring, infrastructure_reward
from iapo.train.state import PHASES, RunResult, State
from iapo.train.summary import (
    Summary,
    epoch_history,
    results_of,
    step_metrics,
    summarise,
    summary_table,
)
from iapo.train.warmstart import as_groups, batches, examples_of, passing_examples

if TYPE_CHECKING:
    from iapo.dataset import Task


class Pipeline:
    """The phases of one run over one model."""

    def __init__(
        self,
        config: TrainConfig,
        state: State,
        display: Display | None = None,
        stop: StopSignal | None = None,
        dataset: Sequence[Task] | None = None,
        held_out: Sequence[Task] | None = None,
        reward: RewardFunction | None = None,
        model: tuple[Any, Any] | None = None,
    ) -> None:
        self.config = config
        self.state = state
        self.display = display or SilentDisplay()
        self.stop = stop or StopSignal()
        self.folder = Path(config.output)
        self.own_tasks = dataset is not None or bool(config.data)
        self.tasks = list(training_tasks(config) if dataset is None else dataset)
        if not self.tasks:
            raise ConfigError("no tasks to train on")
        self.held_out = list(held_out_tasks(config, self.tasks) if held_out is None else held_out)
        self.scoring = Scoring(
            reward or infrastructure_reward(config.alpha, config.beta, config.gamma),
            config.reward_timeout,
        )
        torch.manual_seed(config.seed)
        loaded, tokenizer = model or load(config.model, device=config.device, dtype=config.dtype)
        if config.lora_rank and not hasattr(loaded, "peft_config"):
            loaded = with_lora(loaded, config.lora_rank, config.lora_alpha)
        self.learner = Learner(loaded, tokenizer, config)
        self.sampler = PromptSampler(
            len(self.tasks),
            seed_for(config.seed, "sampler"),
            config.prefer_uncertain,
            config.retire_after,
        )
        self._opened: Journal | None = None
        self._began = time.monotonic()
        device = self.learner.model.device
        self.display.say(
            f"model {config.model} on {device}, {len(self.tasks)} training tasks, "
            f"{len(self.held_out)} held out, {state.threads} processor threads"
        )
        if not supports(loaded):
            self.display.say("this architecture cannot share prompts: rows are padded instead")
        elif window := shortest_window(loaded):
            self.display.say(
                f"attention looks back {window} tokens: where prompt and answer are longer, rows "
                "are padded, which is slower"
            )

    def restore(self, found: Path) -> None:
        """Take up the run where a checkpoint left it."""
        beyond = self.state.phase > PHASES.index("grpo")
        if beyond or (PHASES[self.state.phase] == "grpo" and self.state.step):
            self._make_reference(found_run=True)
        checkpoints.restore_tensors(found, self.learner)
        if self.state.sampler is not None:
            try:
                self.sampler.restore(self.state.sampler)
            except ValueError as error:
                raise ConfigError(f"{found} cannot be resumed: {error}") from error
        self.scoring.failures.update(self.state.failures)
        self.learner.bad_steps = self.state.bad_steps
        self.learner.pass_tokens = self.state.pass_tokens
        self.display.say(f"resumed from {found}")

    def run(self) -> RunResult:
        """The phases, from where the state says."""
        self._opened = Journal(
            self.config, self.display, self.state.lengths if self.state.saved else None
        )
        phases: dict[str, Callable[[], None]] = {
            "before": lambda: self._judge("before"),
            "warmstart": self._warm_start,
            "rejection": self._rejection_sampling,
            "warmed": lambda: self._judge("warm start") if self._has_warm_start() else None,
            "probe": self._probe,
            "grpo": self._grpo,
            "after": lambda: self._judge("grpo") if self._grpo_steps() else None,
        }
        try:
            while self.state.phase < len(PHASES):
                phases[PHASES[self.state.phase]]()
                self.state.phase += 1
                self.state.step = 0
            return self._finish()
        finally:
            self._opened.close()

    @property
    def journal(self) -> Journal:
        """Open while the run goes on."""
        if self._opened is None:
            raise RuntimeError("the journal is opened by `run`")
        return self._opened

    # --- phases ------------------------------------------------------------------------------

    def _judge(self, name: str) -> None:
        if not self.held_out:
            return

        def progress(done: int, _: int) -> None:
            self.display.step(done, {})
            self._stop_if_asked()

        self.display.stage(f"judging: {name}", len(self.held_out))
        done = judge(self.learner, self.held_out, self.scoring, self.config, progress)
        summary = summarise(done)
        self.state.summaries[name] = summary.as_dict()
        trained = self._grpo_steps() if PHASES[self.state.phase] == "after" else 0
        self.journal.judged(name, done, trained)
        self.display.say(f"{name}: {summary.words()}")

    def _judge_between(self, step: int) -> None:
        """As `_judge`, amid GRPO, where a run cannot stop: the step is not yet counted."""
        if self.held_out and self.config.eval_every and step % self.config.eval_every == 0:
            done = judge(self.learner, self.held_out, self.scoring, self.config, lambda _, __: None)
            self.journal.judged(f"step {step}", done, step)
            self.display.say(f"step {step}: {summarise(done).words()}")

    def _probe(self) -> None:
        """A group for a few training tasks; what it shows is not lost on the sampler."""
        if not (self.config.probe_prompts and self._grpo_steps()):
            return
        config, learner = self.config, self.learner
        groups = rollout(
            learner.model,
            learner.tokenizer,
            self.tasks,
            self.sampler.draw(min(config.probe_prompts, len(self.tasks))),
            self.scoring,
            config,
            seed_for(config.seed, "probe"),
            learner.guides,
        )
        for group in groups:
            self.sampler.record(group.index, [scored.passed for scored in group.scored])
        found = probe_of(groups, [worth_learning(group, config) for group in groups])
        self.journal.rollouts("probe", 0, groups)
        self.journal.metrics({"stage": "probe", **found.as_dict()})
        self.display.say(found.words())

    def _has_warm_start(self) -> bool:
        config = self.config
        return bool(config.warmstart_steps or config.rejection_rounds)

    def _warm_start(self) -> None:
        config, learner = self.config, self.learner
        examples = examples_of(
            learner.tokenizer,
            repeat_written(self.tasks, config.warmstart_written),
            config.system_prompt,
            config.max_new_tokens,
        )
        most = -(-int(config.warmstart_epochs * len(examples)) // config.warmstart_batch)
        steps = min(config.warmstart_steps, most)
        if config.warmstart_steps and not examples:
            self.display.say(
                f"no reference to imitate of at most {config.max_new_tokens} tokens "
                "(max_new_tokens): the warm start is left out"
            )
        if not steps:
            return
        self.display.stage("warm start", steps)
        drawn = batches(examples, config.warmstart_batch, seed_for(config.seed, "warmstart"))
        for _ in range(self.state.step):
            next(drawn)
        budget = config.warmstart_minutes * 60
        for step in range(self.state.step, steps):
            if budget and self._seconds("warmstart") >= budget:
                break
            begin = time.monotonic()
            batch = next(drawn)
            rate = self._rate("warmstart", config.warmstart_lr, step, steps, budget)
            update = learner.imitate(as_groups(batch), rate)
            self._after_step(
                "warmstart",
                {"step": step + 1, "loss": update.loss, "grad_norm": update.grad_norm, "lr": rate},
                sum(len(example) for example in batch),
                begin,
                last=step + 1 == steps,
            )
        self._next_phase_saved()

    def _rejection_sampling(self) -> None:
        config, learner = self.config, self.learner
        for number in range(self.state.step, config.rejection_rounds):
            begin = time.monotonic()
            self.display.stage(f"rejection sampling {number + 1}", 0)
            wanted = replace(config, group_size=max(2, config.rejection_samples))
            groups = rollout(
                learner.model,
                learner.tokenizer,
                self.tasks,
                self.sampler.draw(min(config.rejection_prompts, len(self.tasks))),
                self.scoring,
                wanted,
                seed_for(config.seed, "rejection", number),
                learner.guides,
            )
            for group in groups:
                self.sampler.record(group.index, [scored.passed for scored in group.scored])
            examples = passing_examples(groups)
            count = -(-len(examples) // config.warmstart_batch)
            drawn = batches(examples, config.warmstart_batch, seed_for(config.seed, "kept", number))
            losses = [
                learner.imitate(as_groups(next(drawn)), config.warmstart_lr * config.lr_floor).loss
                for _ in range(count)
            ]
            loss = sum(losses) / count if count else 0.0
            self._after_step(
                "rejection",
                {"step": number + 1, "kept": len(examples), "loss": loss},
                sum(len(s.completion.tokens) for g in groups for s in g.samples),
                begin,
                last=number + 1 == config.rejection_rounds,
            )

    def _grpo_steps(self) -> int:
        if self.config.steps:
            return self.config.steps
        return self.config.epochs * self._epoch_steps()

    def _epoch_steps(self) -> int:
        endless = self.config.procedural and not self.own_tasks
        tasks = min(len(self.tasks), self.config.epoch_tasks) if endless else len(self.tasks)
        return -(-tasks // self.config.prompts_per_step)

    def _grpo(self) -> None:
        config, steps = self.config, self._grpo_steps()
        if not steps:
            return
        if not self.state.step:
            self.learner.begin_policy_steps()
            self._make_reference(found_run=False)
        self.display.stage("GRPO", steps)
        budget = config.grpo_minutes * 60

        def rate(step: int) -> float:
            return self._rate("grpo", config.lr, step, steps, budget)

        begin = time.monotonic()
        for step in grpo(
            self.learner,
            self.tasks,
            self.sampler,
            self.scoring,
            config,
            rate,
            self.state.step,
            steps,
        ):
            self.journal.rollouts("grpo", step.number + 1, step.groups)
            metrics = step_metrics(
                step, self._epoch_steps(), self.scoring.failures, self.sampler.retired
            )
            tokens = sum(len(s.completion.tokens) for g in step.groups for s in g.samples)
            self._judge_between(step.number + 1)
            out_of_time = bool(budget) and self._seconds("grpo") >= budget
            last = step.number + 1 == steps or out_of_time
            self._after_step("grpo", metrics, tokens, begin, last=last, parts=step.seconds)
            if out_of_time:
                break
            begin = time.monotonic()
        self._next_phase_saved()

    def _make_reference(self, *, found_run: bool) -> None:
        """What the divergence is measured from, where one is asked for."""
        if not self.config.kl or self.config.lora_rank:
            return
        path = self.folder / "reference.pt"
        reference = copy.deepcopy(self.learner.model).requires_grad_(False).eval()
        if found_run:
            reference.load_state_dict(torch.load(path, weights_only=True))
        else:
            torch.save(reference.state_dict(), path)
        self.learner.reference = reference

    # --- what every step ends with -----------------------------------------------------------

    def _after_step(
        self,
        stage: str,
        metrics: dict[str, Any],
        tokens: int,
        begin: float,
        *,
        last: bool,
        parts: Mapping[str, float] | None = None,
    ) -> None:
        """Count, write down and show a step; checkpoint where it is due or asked for."""
        state = self.state
        state.step = int(metrics["step"])
        took = time.monotonic() - begin
        state.seconds[stage] = state.seconds.get(stage, 0.0) + took
        timing = {"seconds": round(took, 3), "tokens_per_second": round(tokens / took, 1)}
        timing |= {name: round(seconds, 3) for name, seconds in (parts or {}).items()}
        self.journal.metrics({"stage": stage, **metrics}, timing)
        if stage == "grpo":
            self.journal.warn()
        self.journal.timing({"stage": stage, "step": state.step, "tokens": tokens, **timing})
        self.display.step(state.step, {**metrics, **timing})
        if not last and state.step % self.config.checkpoint_every == 0:
            self._checkpoint()
        self._stop_if_asked()

    def _next_phase_saved(self) -> None:
        """The end of a stage that cost much: never lose it."""
        self.state.phase += 1
        self.state.step = 0
        self._checkpoint()
        self.state.phase -= 1

    def _checkpoint(self) -> None:
        state = self.state
        state.saved += 1
        state.lengths = self.journal.lengths()
        state.sampler = self.sampler.state()
        state.failures = dict(self.scoring.failures)
        state.bad_steps = self.learner.bad_steps
        state.pass_tokens = self.learner.pass_tokens
        checkpoints.save_checkpoint(
            self.folder, state.saved, self.learner, vars(state), self.config.keep_checkpoints
        )

    def _stop_if_asked(self) -> None:
        if not self.stop.exit_code:
            return
        self.display.say("stopping: writing a checkpoint")
        self._checkpoint()
        raise Stopped(f"stopped; `iapo train --resume {self.folder}` goes on", self.stop.exit_code)

    def _rate(self, stage: str, peak: float, step: int, steps: int, budget: float) -> float:
        """The learning rate at a step of a stage that may take `budget` seconds (0: any)."""
        return learning_rate(
            peak,
            step,
            steps,
            warmup=self.config.lr_warmup,
            floor=self.config.lr_floor,
            elapsed_share=self._seconds(stage) / budget if budget else 0.0,
        )

    def _seconds(self, stage: str) -> float:
        return self.state.seconds.get(stage, 0.0)

    def _finish(self) -> RunResult:
        from iapo.train.plots import plot_rewards

        save_model(self.learner.model, self.learner.tokenizer, self.folder)
        metrics = self.journal.read("metrics")
        summaries = {n: Summary.from_dict(d) for n, d in self.state.summaries.items()}
        model = self.config.model if self.config.model == EMBEDDED else Path(self.config.model).name
        plotted = plot_rewards(metrics, self.folder / "reward.png", f"{model}: GRPO reward")
        if summaries:
            self.display.table(*summary_table(summaries))
            text = json.dumps(results_of(summaries), indent=1) + "\n"
            (self.folder / "results.json").write_text(text, encoding="utf-8")
        for reason, count in self.scoring.failures.most_common(3):
            self.display.say(f"{count} samples left out: {reason}")
        if plotted:
            self.display.say(f"plot: {self.folder / 'reward.png'}")
        self.display.say(f"model: {self.folder}")
        self.display.say(
            f'next: iapo generate --model {self.folder} "Create a Terraform S3 bucket named '
            'acme-logs with versioning"'
        )
        (self.folder / "reference.pt").unlink(missing_ok=True)
        checkpoints.drop_checkpoints(self.folder)
        history = epoch_history(metrics)
        return RunResult(self.folder, history, summaries)
