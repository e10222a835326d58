"""Write infrastructure code with a model: sample, verify, rank. (`iapo generate`)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iapo.generate.sampling import Completion, sample

__all__ = ["Completion", "sample"]


def __getattr__(name: str) -> Any:
    if name in ("Completion", "sample"):
        from iapo.generate import sampling

        return getattr(sampling, name)
    raise AttributeError(f"module 'iapo.generate' has no attribute {name!r}")
