"""Ctrl-C and SIGTERM end a run at the next step's end, with a checkpoint; a second one ends it now."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Stopped(KeyboardInterrupt):
    """The run was asked to stop, and did; `exit_code` is what a shell expects (130 or 143)."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class StopSignal:
    """Inside the `with`, the first signal is only noted.

    Attributes:
        exit_code: 0 until a signal came, then 130 (Ctrl-C) or 143 (SIGTERM).
    """

    def __init__(self) -> None:
        self.exit_code = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopSignal:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _: FrameType | None) -> None:
        if self.exit_code:
            raise Stopped("stopped at once; the last checkpoint is kept", 128 + number)
        self.exit_code = 128 + number
