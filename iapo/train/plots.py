"""The curve of a run as a picture. matplotlib is loaded only here, and only at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from iapo.train.scoring import COMPONENTS


def plot_rewards(records: Sequence[Mapping[str, Any]], path: Path, title: str) -> bool:
    """Reward, its components, pass rate and share verified over GRPO steps, as a PNG.

    Returns:
        False where there is nothing to draw.
    """
    steps = [r for r in records if r.get("stage") == "grpo"]
    if not steps:
        return False
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (upper, lower) = pyplot.subplots(2, 1, figsize=(8, 7), sharex=True)
    x = [r["step"] for r in steps]
    upper.plot(x, [r["mean_reward"] for r in steps], color="black", linewidth=2, label="reward")
    for name in COMPONENTS:
        if all(name in r for r in steps):
            upper.plot(x, [r[name] for r in steps], alpha=0.7, label=name)
    lower.plot(x, [r["pass_rate"] for r in steps], label="meets the whole intent")
    lower.plot(x, [r["valid_rate"] for r in steps], label="verifies")
    upper.set_title(title)
    upper.set_ylabel("mean over the step's samples")
    lower.set_ylabel("share of the step's samples")
    lower.set_xlabel("GRPO step")
    for axes in (upper, lower):
        axes.set_ylim(-0.02, 1.02)
        axes.grid(alpha=0.3)
        axes.legend(loc="best", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return True
