"""Train: a supervised warm start on references, then GRPO on what the tools say.

`IAPOTrainer` is the interface for programs, `run` the one of the command line; `loop` is GRPO
itself. torch is imported when one of them is used, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iapo.train.coercion import ConfigError
from iapo.train.config import PRESETS, TrainConfig, from_sources
from iapo.train.interrupt import Stopped

if TYPE_CHECKING:
    from iapo.train.scoring import Scored
    from iapo.train.start import resume, run
    from iapo.train.state import RunResult
    from iapo.train.trainer import IAPOTrainer

__all__ = [
    "PRESETS",
    "ConfigError",
    "IAPOTrainer",
    "RunResult",
    "Scored",
    "Stopped",
    "TrainConfig",
    "from_sources",
    "resume",
    "run",
]

_HOME = {
    "run": "iapo.train.start",
    "resume": "iapo.train.start",
    "RunResult": "iapo.train.state",
    "Scored": "iapo.train.scoring",
    "IAPOTrainer": "iapo.train.trainer",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'iapo.train' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
