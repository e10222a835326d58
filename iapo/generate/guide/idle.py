"""How much of a text says nothing: comments, blank lines, spaces; and how much of it there may be.

A model that misses the name it wants writes around it: comment after comment, line feed after line
feed, until its tokens are used up. Nothing in a grammar forbids that, so it is counted beside the
grammar, in every language alike: a state says whether it is inside a comment (`State.commenting`), and
a byte says for itself whether it is blank.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

BLANKS = frozenset(b" \t\r")
_NEWLINE = ord("\n")
_A_LINE = 16  # what the end of a comment's line counts for, so that empty ones are not free
_CODE = 2  # bytes of comments that a byte of code makes good


class Idle(NamedTuple):
    """What a text has written lately that says nothing.

    Attributes:
        remarks: bytes of comments, each line 16 more, less twice the bytes of code behind them.
        lines: line feeds since the last byte that is not blank.
        spaces: other blanks since the last byte that is none of them.
    """

    remarks: int = 0
    lines: int = 0
    spaces: int = 0

    def after(self, byte: int, commenting: bool) -> Idle:
        """The same once a byte is written, in a comment or not."""
        blank, newline = byte in BLANKS, byte == _NEWLINE
        remarks = self.remarks
        if commenting:
            remarks += 1 + newline * _A_LINE
        elif not (blank or newline):
            remarks = max(0, remarks - _CODE)
        if newline:
            return Idle(remarks, self.lines + 1, 0)
        if blank:
            return Idle(remarks, self.lines, self.spaces + 1)
        return Idle(remarks, 0, 0)


@dataclass(frozen=True, slots=True)
class Bound:
    """How much may be written that says nothing. Beyond, only what goes on may come.

    Attributes:
        remarks: bytes of comments in a row, and that a text has beyond two for each byte of code (see
            `Idle.remarks`). Once they are used up a comment ends where it is and no other begins.
        lines: line feeds in a row.
        spaces: spaces and tabs in a row.
    """

    remarks: int = 320
    lines: int = 6
    spaces: int = 64
