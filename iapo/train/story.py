"""The story of a run out of its folder: what it earned, what it still gets wrong, what it showed.

Data only; `iapo runs show` prints it. A run that is still going on can be read as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from iapo.errors import InputError
from iapo.train import alarms
from iapo.train.records import read_records
from iapo.train.scoring import COMPONENTS

CURVES = (
    "mean_reward",
    *COMPONENTS,
    "pass_rate",
    "valid_rate",
    "entropy",
    "mean_tokens",
    "truncated",
    "kl",
)
_PARTS = 3  # early, middle, late
_ENDS = 5  # steps that the first and last figure of a curve are the mean of


@dataclass(frozen=True)
class Curve:
    """One metric over the steps of GRPO; `first` and `last` are means over up to five steps."""

    name: str
    values: tuple[float, ...]
    first: float
    last: float


@dataclass(frozen=True)
class Trouble:
    """A diagnostic code and the share of samples it was in, in each third of the run."""

    code: str
    shares: tuple[float, ...]
    example: str


@dataclass(frozen=True)
class Story:
    """What there is to tell of a run.

    Attributes:
        finished: its model is in the folder.
        stages: steps done, by stage.
        judged: held-out results in order: name, pass rate, share that verifies, mean reward.
        probe: what was found before GRPO; empty without a probe.
        groups, used: groups sampled, and those that an update learnt from.
        seconds: that the steps of each part took: sampling, rewards, update.
        troubles: the most frequent diagnostics of failing samples, late ones first.
        best, worst: completions of the last third as rollouts.jsonl has them.
        warnings: gaming, collapse.
    """

    folder: Path
    model: str
    finished: bool
    stages: Mapping[str, int]
    judged: tuple[tuple[str, float, float, float], ...]
    probe: Mapping[str, Any]
    curves: tuple[Curve, ...]
    groups: int
    used: int
    left_out: int
    retired: int
    seconds: Mapping[str, float]
    troubles: tuple[Trouble, ...]
    best: tuple[Mapping[str, Any], ...]
    worst: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...]


def read_story(folder: Path, *, completions: int = 2, troubles: int = 8) -> Story:
    """Read a run's folder.

    Args:
        completions: how many of the best and of the worst.
        troubles: how many diagnostic codes.

    Raises:
        InputError: it is no run's folder.
    """
    try:
        config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        model = str(config["model"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise InputError(
            f"{folder} is no folder of a run: its config.yaml cannot be read"
        ) from error
    metrics = read_records(folder, "metrics")
    steps = [r for r in metrics if r["stage"] == "grpo"]
    samples = [r for r in read_records(folder, "rollouts") if r["stage"] == "grpo"]
    late = [r for r in samples if r["step"] > len(steps) * (_PARTS - 1) / _PARTS]
    scored = [r for r in late if r["reward"] is not None]
    ranked = sorted(scored, key=lambda r: r["reward"])
    seconds: Counter[str] = Counter()
    for timing in read_records(folder, "timings"):
        seconds.update({p: timing.get(p, 0.0) for p in ("sampling", "rewards", "update")})
    return Story(
        folder=folder,
        model=model,
        finished=any((folder / n).is_file() for n in ("config.json", "adapter_config.json")),
        stages=Counter(r["stage"] for r in metrics if not r["stage"].startswith("judge:")),
        judged=tuple(
            (r["stage"].removeprefix("judge:"), r["pass_rate"], r["valid_rate"], r["mean_reward"])
            for r in metrics
            if r["stage"].startswith("judge:")
        ),
        probe=next((r for r in metrics if r["stage"] == "probe"), {}),
        curves=tuple(_curve(name, steps) for name in CURVES if all(name in r for r in steps))
        if steps
        else (),
        groups=sum(r["groups"] for r in steps),
        used=sum(r["groups_used"] for r in steps),
        left_out=steps[-1]["left_out"] if steps else 0,
        retired=steps[-1].get("retired", 0) if steps else 0,
        seconds={name: value for name, value in seconds.items() if value},
        troubles=_troubles(samples, len(steps), troubles),
        best=_different(reversed(ranked), completions),
        worst=_different(iter(ranked), completions),
        warnings=tuple(w for w in (alarms.gaming(metrics), alarms.collapse(metrics)) if w),
    )


def _curve(name: str, steps: Sequence[Mapping[str, Any]]) -> Curve:
    values = tuple(float(r[name]) for r in steps)
    first, last = values[:_ENDS], values[-_ENDS:]
    return Curve(name, values, sum(first) / len(first), sum(last) / len(last))


def _troubles(samples: Sequence[Mapping[str, Any]], steps: int, most: int) -> tuple[Trouble, ...]:
    """Codes by how often they occur in the last third; a sample counts once for each code."""
    counts: list[Counter[str]] = [Counter() for _ in range(_PARTS)]
    sizes = [0] * _PARTS
    examples: dict[str, str] = {}
    for record in samples:
        part = min((record["step"] - 1) * _PARTS // max(steps, 1), _PARTS - 1)
        sizes[part] += 1
        found: dict[str, str] = dict(reversed(record["diagnostics"]))
        counts[part].update(found.keys())
        examples |= found
    order = sorted(examples, key=lambda c: [-counts[p][c] for p in reversed(range(_PARTS))])
    return tuple(
        Trouble(
            code,
            tuple(c[code] / size if size else 0.0 for c, size in zip(counts, sizes, strict=True)),
            examples[code],
        )
        for code in order[:most]
    )


def _different(records: Any, count: int) -> tuple[Mapping[str, Any], ...]:
    """The first `count` of different tasks."""
    kept: dict[str, Mapping[str, Any]] = {}
    for record in records:
        if len(kept) == count:
            break
        kept.setdefault(record["task"], record)
    return tuple(kept.values())
