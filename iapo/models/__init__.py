"""From a name to a model and tokenizer: local folder, Hugging Face hub, embedded default.

torch is imported when a model is asked for, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iapo.models.default import SHIPPED, default_model
from iapo.models.embedded import EMBEDDED
from iapo.models.errors import ModelError

if TYPE_CHECKING:
    from iapo.models.loading import load, stop_tokens

__all__ = ["EMBEDDED", "SHIPPED", "ModelError", "default_model", "load", "stop_tokens"]


def __getattr__(name: str) -> Any:
    if name in ("load", "stop_tokens"):
        try:
            from iapo.models import loading
        except ImportError as error:
            raise ModelError(
                f'a model needs the package {error.name}: pip install "iapo[train]"'
            ) from None
        return getattr(loading, name)
    raise AttributeError(f"module 'iapo.models' has no attribute {name!r}")
