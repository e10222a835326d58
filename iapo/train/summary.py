"""Numbers out of what happened: a step's metrics, an epoch's means, the table at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from iapo.evaluate.bootstrap import Interval, mean_interval, paired_difference
from iapo.train.scoring import COMPONENTS, Scored

if TYPE_CHECKING:
    from iapo.evaluate.evaluation import Evaluation
    from iapo.train.loop import Step
    from iapo.train.rollout import Group


@dataclass(frozen=True)
class Summary:
    """One evaluation, one number a task in the order of the tasks: enough to compare two."""

    rewards: tuple[float, ...]
    passed: tuple[float, ...]
    valid: tuple[float, ...]

    @property
    def mean_reward(self) -> Interval:
        """Mean reward and its 95% interval."""
        return mean_interval(self.rewards)

    @property
    def pass_rate(self) -> Interval:
        """Share that verifies and meets the whole intent, and its 95% interval."""
        return mean_interval(self.passed)

    @property
    def valid_rate(self) -> Interval:
        """Share that verifies, and its 95% interval."""
        return mean_interval(self.valid)

    def rates(self) -> dict[str, float]:
        """The three means."""
        return {
            "mean_reward": self.mean_reward.mean,
            "pass_rate": self.pass_rate.mean,
            "valid_rate": self.valid_rate.mean,
        }

    def words(self) -> str:
        """One line for a person."""
        return (
            f"pass rate {self.pass_rate.mean:.0%}, verifies {self.valid_rate.mean:.0%}, "
            f"mean reward {self.mean_reward.mean:.3f} on {len(self.rewards)} held-out tasks"
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON types."""
        return {name: list(values) for name, values in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Summary:
        """The inverse of `as_dict`."""
        return cls(**{name: tuple(values) for name, values in data.items()})


def summarise(evaluation: Evaluation) -> Summary:
    """What is kept of an evaluation."""
    return Summary(
        tuple(r.reward for r in evaluation.results),
        tuple(r.pass_rate for r in evaluation.results),
        tuple(r.valid_rate for r in evaluation.results),
    )


_MEASURES = {"pass_rate": "passed", "valid_rate": "valid", "mean_reward": "rewards"}


def results_of(summaries: Mapping[str, Summary]) -> dict[str, Any]:
    """The evaluations of a run as JSON types: what `results.json` in its folder holds.

    Returns:
        `tasks`; `stages`: name to measure to mean and 95% interval; `differences`: the same of each
        stage against the one before, paired by task. Rates are shares of one.
    """
    differences: dict[str, Any] = {}
    for before, after in pairwise(summaries):
        a, b = summaries[before], summaries[after]
        differences[f"{before} -> {after}"] = {
            name: _rounded(paired_difference(getattr(a, field), getattr(b, field)))
            for name, field in _MEASURES.items()
        }
    return {
        "tasks": len(next(iter(summaries.values())).rewards),
        "stages": {
            stage: {
                name: _rounded(mean_interval(getattr(summary, field)))
                for name, field in _MEASURES.items()
            }
            for stage, summary in summaries.items()
        },
        "differences": differences,
    }


def _rounded(interval: Interval) -> dict[str, float]:
    return {name: round(value, 4) for name, value in interval._asdict().items()}


def summary_table(
    summaries: Mapping[str, Summary],
) -> tuple[str, Sequence[str], Sequence[Sequence[str]]]:
    """Title, columns and rows: each stage, then what GRPO added to the stage before it."""
    names = list(summaries)
    rows = [
        [
            name,
            _percent(s.pass_rate),
            _percent(s.valid_rate),
            f"{s.mean_reward.mean:.3f} [{s.mean_reward.low:.3f}, {s.mean_reward.high:.3f}]",
        ]
        for name, s in summaries.items()
    ]
    for before, after in pairwise(names):
        a, b = summaries[before], summaries[after]
        rows.append(
            [
                f"{before} -> {after}",
                _points(paired_difference(a.passed, b.passed)),
                _points(paired_difference(a.valid, b.valid)),
                "{:+.3f} [{:+.3f}, {:+.3f}]".format(*paired_difference(a.rewards, b.rewards)),
            ]
        )
    count = len(summaries[names[0]].rewards)
    title = f"{count} held-out tasks; 95% bootstrap intervals over tasks, differences paired"
    return title, ("", "pass rate", "verifies", "mean reward"), rows


def _percent(interval: Interval) -> str:
    return f"{interval.mean:.1%} [{interval.low:.0%}, {interval.high:.0%}]"


def _points(interval: Interval) -> str:
    return (
        f"{100 * interval.mean:+.1f} [{100 * interval.low:+.0f}, {100 * interval.high:+.0f}] points"
    )


def step_metrics(
    step: Step, epoch_steps: int, failures: Mapping[str, int], retired: int = 0
) -> dict[str, Any]:
    """What metrics.jsonl says of a GRPO step; nothing in it depends on the clock.

    `entropy` is the mean negative log-probability of the sampled tokens, in nats a token: an
    unbiased estimate of the policy's entropy along its own answers, at its temperature.
    `mean_reward`, `pass_rate`, `valid_rate` and the components are means of `samples`, those that
    could be scored: what the step learns from. Judging on held-out tasks takes all
    (`iapo.evaluate.evaluation`).
    """
    scored = [s for group in step.groups for s in group.scored]
    samples = [s for group in step.groups for s in group.samples]
    lengths = sorted(len(s.completion.tokens) for s in samples)
    passing = [len(s.completion.tokens) for s in samples if s.scored and s.scored.passed]
    return {
        "step": step.number + 1,
        "epoch": step.number // epoch_steps + 1,
        "samples": len(scored),
        **_means(scored),
        "groups": len(step.groups),
        "groups_used": step.used,
        "truncated": sum(not s.completion.stopped for s in samples) / max(len(samples), 1),
        "mean_tokens": sum(lengths) / max(len(lengths), 1),
        "min_tokens": lengths[0] if lengths else 0,
        "median_tokens": lengths[len(lengths) // 2] if lengths else 0,
        "max_tokens": lengths[-1] if lengths else 0,
        "mean_tokens_passed": sum(passing) / max(len(passing), 1),
        "entropy": -sum(sum(s.completion.logprobs) for s in samples) / max(sum(lengths), 1),
        "loss": step.update.loss,
        "grad_norm": step.update.grad_norm,
        "clipped": step.update.clipped,
        "kl": step.update.kl,
        "logprob_gap": step.update.gap,
        "update_tokens": step.update.tokens,
        "lr": step.lr,
        "left_out": sum(failures.values()),
        "retired": retired,
    }


def _means(scored: Sequence[Scored]) -> dict[str, float]:
    count = max(len(scored), 1)
    means = {
        "mean_reward": sum(s.reward for s in scored) / count,
        "pass_rate": sum(s.passed for s in scored) / count,
        "valid_rate": sum(s.valid is True for s in scored) / count,
    }
    if scored and all(name in s.components for s in scored for name in COMPONENTS):
        for name in COMPONENTS:
            means[name] = sum(s.components[name] for s in scored) / count
    return means


def rollout_records(stage: str, number: int, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """What rollouts.jsonl says of sampled groups: every completion and what it earned."""
    return [
        {
            "stage": stage,
            "step": number,
            "task": group.task.id,
            "prompt": group.task.prompt,
            "completion": sample.text,
            "tokens": len(sample.completion.tokens),
            "stopped": sample.completion.stopped,
            "reward": sample.scored.reward if sample.scored else None,
            "components": dict(sample.scored.components) if sample.scored else {},
            "valid": sample.scored.valid if sample.scored else None,
            "passed": sample.scored.passed if sample.scored else None,
            "diagnostics": [list(d) for d in sample.scored.diagnostics] if sample.scored else [],
        }
        for group in groups
        for sample in group.samples
    ]


def epoch_history(metrics: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One entry an epoch of GRPO, means weighted by samples."""
    epochs: dict[int, list[Mapping[str, Any]]] = {}
    for record in metrics:
        if record.get("stage") == "grpo":
            epochs.setdefault(int(record["epoch"]), []).append(record)
    history = []
    for epoch, records in epochs.items():
        samples = max(sum(r["samples"] for r in records), 1)
        names = ["mean_reward", "pass_rate", "valid_rate"]
        names += [name for name in COMPONENTS if all(name in r for r in records)]
        means = {n: sum(r[n] * r["samples"] for r in records) / samples for n in names}
        history.append({"epoch": epoch, "steps": len(records), **means})
    return history
