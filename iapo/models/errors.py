"""What loading or saving a model can end in."""

from __future__ import annotations

from iapo.errors import InputError


class ModelError(InputError):
    """A model that cannot be found, read or written; the message says what to do."""
