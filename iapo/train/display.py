"""What a person sees while a run goes on: a live panel on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from iapo.train.scoring import COMPONENTS

_BARS = " ▁▂▃▄▅▆▇█"
_PLAIN_SECONDS = 5.0  # between plain lines, so that logs stay readable


class Display(Protocol):
    """What a run tells while it goes on."""

    def stage(self, name: str, total: int) -> None:
        """A stage of `total` steps begins."""
        ...

    def step(self, done: int, values: Mapping[str, Any]) -> None:
        """`done` steps of the stage are behind; `values` as in metrics.jsonl and timings.jsonl."""
        ...

    def say(self, line: str) -> None:
        """One line that stays."""
        ...

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table that stays."""
        ...

    def close(self) -> None: ...


def choose_display(wanted: bool, *, stderr: bool = False) -> Display:
    """Nothing where unwanted; live where the stream is a terminal; else plain lines."""
    if not wanted:
        return SilentDisplay()
    console = Console(stderr=stderr)
    return LiveDisplay(console) if console.is_terminal else PlainDisplay(stderr=stderr)


class SilentDisplay:
    """For programs."""

    def stage(self, name: str, total: int) -> None:
        pass

    def step(self, done: int, values: Mapping[str, Any]) -> None:
        pass

    def say(self, line: str) -> None:
        pass

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        pass

    def close(self) -> None:
        pass


class _Clock:
    """Time left in a stage, from how long its steps took so far."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.begin = time.monotonic()
        self.first: int | None = None

    def left(self, done: int) -> float | None:
        """Seconds, or None before the first step is measured."""
        if self.first is None and done != 1:
            # Steps that come in batches, or that were done before a stage was resumed.
            self.first, self.begin = done, time.monotonic()
        self.first = self.first or 0
        measured = done - self.first
        return (
            (time.monotonic() - self.begin) / measured * (self.total - done) if measured else None
        )


class PlainDisplay:
    """One line every few seconds, for logs."""

    def __init__(self, *, stderr: bool = False) -> None:
        self._stderr = stderr
        self._name = ""
        self._clock = _Clock(0)
        self._last = 0.0

    @property
    def _stream(self) -> TextIO:
        return sys.stderr if self._stderr else sys.stdout

    def stage(self, name: str, total: int) -> None:
        self._name, self._clock, self._last = name, _Clock(total), 0.0
        self.say(f"{name}: {total} steps" if total else name)

    def step(self, done: int, values: Mapping[str, Any]) -> None:
        left = self._clock.left(done)
        now = time.monotonic()
        if now - self._last < _PLAIN_SECONDS and done < self._clock.total:
            return
        self._last = now
        parts = [f"{self._name} {done}/{self._clock.total}", *_words(values)]
        if left is not None and done < self._clock.total:
            parts.append(f"{_duration(left)} left")
        self.say("  ".join(parts))

    def say(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        Console(file=self._stream, width=110, highlight=False).print(_table(title, columns, rows))

    def close(self) -> None:
        pass


class LiveDisplay:
    """A panel at the foot of the terminal: bar, reward and its components, speed, a curve."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._clock = _Clock(0)
        self._curve: list[float] = []
        self._values: Mapping[str, Any] = {}
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[left]}"),
            console=console,
        )
        self._bar: TaskID | None = None
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._live.start()

    def stage(self, name: str, total: int) -> None:
        if self._bar is not None:
            self._progress.remove_task(self._bar)
        self._clock = _Clock(total)
        self._curve = []
        self._values = {}
        self._bar = self._progress.add_task(name, total=max(total, 1), left="")
        self._draw()

    def step(self, done: int, values: Mapping[str, Any]) -> None:
        left = self._clock.left(done)
        if self._bar is not None:
            said = f"{_duration(left)} left" if left is not None else ""
            self._progress.update(self._bar, completed=done, left=said)
        if values:
            self._values = values
        tracked = values.get("mean_reward", values.get("loss"))
        if tracked is not None:
            self._curve.append(float(tracked))
        self._draw()

    def say(self, line: str) -> None:
        self._console.print(line, highlight=False, markup=False)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._console.print(_table(title, columns, rows))

    def close(self) -> None:
        self._live.stop()

    def _draw(self) -> None:
        lines: list[Any] = [self._progress]
        if self._values:
            lines.append(Text("   ".join(_words(self._values))))
        if len(self._curve) > 1:
            lines.append(Text(sparkline(self._curve[-60:]), style="green"))
        self._live.update(Panel(Group(*lines), title="IAPO", border_style="blue"))


def _words(values: Mapping[str, Any]) -> list[str]:
    parts = []
    if "mean_reward" in values:
        parts.append(f"reward {values['mean_reward']:.3f}")
        parts += [f"{name} {values[name]:.2f}" for name in COMPONENTS if name in values]
    if "loss" in values and "mean_reward" not in values:
        parts.append(f"loss {values['loss']:.3f}")
    if "valid_rate" in values:
        parts.append(f"verified {values['valid_rate']:.0%}")
    if "pass_rate" in values:
        parts.append(f"passed {values['pass_rate']:.0%}")
    if "tokens_per_second" in values:
        parts.append(f"{values['tokens_per_second']:.0f} tokens/s")
    return parts


def sparkline(values: Sequence[float]) -> str:
    """A curve in one line of text, from the lowest value to the highest."""
    low, high = min(values), max(values)
    if high <= low:
        return _BARS[4] * len(values)
    top = len(_BARS) - 1
    return "".join(_BARS[1 + round((v - low) / (high - low) * (top - 1))] for v in values)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
