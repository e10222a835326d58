"""IAPO: reinforcement learning for small language models that write infrastructure code.

The public names are loaded when first used, so that `import iapo` is quick and needs no torch. Two
functions have the names of their modules and are imported from them: `from iapo.verify import verify`,
`from iapo.generate import generate`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Diagnostic",
    "IAPOTrainer",
    "IaCReward",
    "Report",
    "Task",
    "TrainConfig",
    "__version__",
    "create_dataset",
    "load_alpaca",
    "verify_many",
    "verify_path",
]

_HOME = {
    "create_dataset": "iapo.dataset",
    "load_alpaca": "iapo.dataset",
    "Task": "iapo.dataset",
    "IaCReward": "iapo.rewards",
    "IAPOTrainer": "iapo.train",
    "TrainConfig": "iapo.train",
    "verify_many": "iapo.verify",
    "verify_path": "iapo.verify",
    "Report": "iapo.verify",
    "Diagnostic": "iapo.verify",
}

if TYPE_CHECKING:
    from iapo.dataset import Task, create_dataset, load_alpaca
    from iapo.rewards import IaCReward
    from iapo.train import IAPOTrainer, TrainConfig
    from iapo.verify import Diagnostic, Report, verify_many, verify_path


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'iapo' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
