"""The one exception a user's own mistake ends in: one line that says what, where and what to do."""

from __future__ import annotations


class InputError(ValueError):
    """Bad input: an unknown name, an unreadable file, a missing model. The message is one line.

    The command line prints it and exits with 2; a program can catch it as a ValueError.
    """


class DamagedPackageError(InputError):
    """A data file of this package is missing or damaged; only a new installation mends that."""

    def __init__(self, path: object, reason: object) -> None:
        super().__init__(f"{path}: cannot be read ({reason}); install iapo again")
