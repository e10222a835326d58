"""The model that is used when none is named: the adapter trained here where it is at hand, else its base.

Which folder one happens to stand in does not matter: a model of one's own is named with `--model`.
"""

from __future__ import annotations

from pathlib import Path

from iapo.models.embedded import EMBEDDED

SHIPPED = "smollm2-135m-iapo"
# Inside an installed package, and in a clone.
_PLACES = (
    Path(__file__).parent / SHIPPED,
    Path(__file__).parents[2] / "models" / SHIPPED,
)


def shipped_folder() -> Path | None:
    """The folder of the adapter that comes with IAPO, or None where it is not there."""
    return next((p for p in _PLACES if (p / "adapter_config.json").is_file()), None)


def default_model() -> str:
    """A name for `iapo.models.load`: `smollm2-135m-iapo`, or `smollm2-135m` without it."""
    return SHIPPED if shipped_folder() is not None else EMBEDDED
