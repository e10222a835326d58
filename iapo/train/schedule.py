"""How a learning rate rises and falls over a stage."""

from __future__ import annotations


def learning_rate(
    peak: float, step: int, steps: int, *, warmup: int, floor: float, elapsed_share: float = 0.0
) -> float:
    """Linear rise over `warmup` steps, then linear fall to `floor * peak` at the last step.

    Args:
        step: from 0.
        steps: of the stage.
        elapsed_share: share of the stage's time budget that is used up, where it has one: the rate
            falls by whichever ends the stage first.
    """
    rise = min(1.0, (step + 1) / max(warmup, 1))
    done = max(step / max(steps, 1), min(elapsed_share, 1.0))
    return peak * rise * (floor + (1.0 - floor) * (1.0 - done))
