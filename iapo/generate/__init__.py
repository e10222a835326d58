"""Write infrastructure code with a model: sample, verify, rank, repair. (`iapo generate`)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iapo.generate.candidates import Candidate
    from iapo.generate.sampling import Completion, sample
    from iapo.generate.writing import Generation, generate

__all__ = ["Candidate", "Completion", "Generation", "generate", "sample"]

_HOME = {
    "Candidate": "iapo.generate.candidates",
    "Completion": "iapo.generate.sampling",
    "Generation": "iapo.generate.writing",
    "generate": "iapo.generate.writing",
    "sample": "iapo.generate.sampling",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'iapo.generate' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
