"""The one exception a user's own mistake ends in: one line that says what, where and what to do."""

from __future__ import annotations


class InputError(ValueError):
    """Bad input: an unknown name, an unreadable file, a missing model. The message is one line.

    The command line prints it and exits with 2; a program can catch it as a ValueError.
    """
