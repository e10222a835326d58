"""Figures of benchmark runs as tables in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import shorten

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from iapo.evaluate.bootstrap import Interval
from iapo.evaluate.comparison import Change, Comparison
from iapo.evaluate.folder import Run
from iapo.evaluate.statistics import Statistics, is_share, shown_figure
from iapo.rewards.score import COMPONENTS
from iapo.verify.output import printable

_MOST = 10  # codes and invented names
_MOST_TASKS = 20  # gained and lost that are named
_GROUPINGS = ("category", "format", "difficulty", "split")
_SHORT = {"correctness": "correct"}  # so that a table fits 80 columns


def print_run(console: Console, run: Run, found: Statistics) -> None:
    """The figures of a run; families are left to the report."""
    settings = run.settings
    title = f"{settings['model']} on {settings['dataset']}: {found.tasks} tasks"
    if run.asked > 1:
        title += f", {run.asked} samples each at temperature {settings['temperature']:g}"
    if not run.finished:
        title += f" of {len(run.tasks)} (not finished)"
    console.print(shown(title))
    overall = _table("all tasks")
    for name in ("", "mean", "95% interval"):
        overall.add_column(name, justify="right" if name else "left")
    for name, one in found.overall.items():
        overall.add_row(
            name,
            shown_figure(one.mean, name),
            f"{shown_figure(one.low, name)} to {shown_figure(one.high, name)}",
        )
    console.print(overall)
    _print_groups(console, run, found)
    _print_outcomes(console, found)
    _print_codes(console, found)
    _print_invented(console, found)


def _print_groups(console: Console, run: Run, found: Statistics) -> None:
    """Means only; their intervals are in results.json, where the families are too."""
    names = dict.fromkeys(["pass@1", f"pass@{run.asked}", "verifies", "reward", *COMPONENTS])
    groups = [
        (grouping, group) for grouping in _GROUPINGS for group in found.groups.get(grouping, ())
    ]
    if not groups:
        return
    table = _table("by group")
    for name in ("", "tasks", *names):
        table.add_column(
            _SHORT.get(name, name), justify="right" if name else "left", no_wrap=not name
        )
    before = groups[0][0]
    for grouping, group in groups:
        if grouping != before:
            table.add_section()
        before = grouping
        label = f"level {group.name}" if grouping == "difficulty" else group.name
        cells = [shown_figure(group.figures[name].mean, name) for name in names]
        table.add_row(shown(label), str(group.tasks), *cells)
    console.print(table)


def _print_outcomes(console: Console, found: Statistics) -> None:
    table = _list("how answers end", "answers", "share")
    for one in found.outcomes:
        table.add_row(one.name, str(one.answers), _share(one.share))
    console.print(table)
    length = "" if found.tokens is None else f", {found.tokens:.0f} tokens on average"
    console.print(Text(f"{found.answers} answers{length}, {found.cut:.1%} cut at the limit"))


def _print_codes(console: Console, found: Statistics) -> None:
    if not found.codes:
        return
    table = _list("diagnostics", "answers", "share", "for example")
    for code in found.codes[:_MOST]:
        table.add_row(
            shown(code.code),
            str(code.answers),
            _share(code.share),
            shown(shorten(code.example, 90, placeholder=" ...")),
        )
    console.print(table)


def _print_invented(console: Console, found: Statistics) -> None:
    for kind in ("type", "argument"):
        names = [one for one in found.invented if one.name.kind == kind]
        if not names:
            continue
        table = _list(f"invented {kind}s ({len(names)})", "answers", "in", "format")
        for one in names[:_MOST]:
            table.add_row(
                shown(one.name.name), str(one.answers), shown(one.name.within), one.format
            )
        console.print(table)


def print_comparison(console: Console, first: str, second: str, found: Comparison) -> None:
    """What the second run gains over the first."""
    console.print(shown(f"{second} against {first}: {found.tasks} tasks"))
    table = _table("gains, paired by task")
    for name in ("", "tasks", "first", "second", "gain", "95% interval"):
        table.add_column(name, justify="left" if not name else "right")
    for name, change in found.changes.items():
        table.add_row(name, str(found.tasks), *_change(name, change))
    for grouping in _GROUPINGS:
        for place, (name, (tasks, change)) in enumerate(found.groups.get(grouping, {}).items()):
            if place == 0:
                table.add_section()
            label = f"level {name}" if grouping == "difficulty" else name
            table.add_row(shown(f"pass@1, {label}"), str(tasks), *_change("pass@1", change))
    console.print(table)
    console.print(
        Text(
            f"{len(found.gained)} tasks gained, {len(found.lost)} lost; so uneven a split by chance: "
            f"p = {found.p_value:.3g} (exact sign test; with one answer a task it is McNemar's)"
        )
    )
    if found.left_out:
        console.print(Text(f"{found.left_out} tasks that only one run has done are left out"))
    for name, ids in (("gained", found.gained), ("lost", found.lost)):
        for id in ids[:_MOST_TASKS]:
            console.print(shown(f"{name}  {id}"), soft_wrap=True)
        if len(ids) > _MOST_TASKS:
            console.print(Text(f"{name}  ... and {len(ids) - _MOST_TASKS} more"))


def _change(name: str, change: Change) -> Iterable[str]:
    yield shown_figure(change.before.mean, name)
    yield shown_figure(change.after.mean, name)
    gain = change.gain
    if is_share(name):
        yield f"{100 * gain.mean:+.1f} points"
        yield f"{100 * gain.low:+.1f} to {100 * gain.high:+.1f}"
    else:
        yield f"{gain.mean:+.3f}"
        yield f"{gain.low:+.3f} to {gain.high:+.3f}"


def _share(share: Interval) -> str:
    return f"{share.mean:.1%} [{share.low:.0%}, {share.high:.0%}]"


def _list(title: str, *columns: str) -> Table:
    table = _table(title)
    for column in ("", *columns):
        table.add_column(
            column,
            justify="right" if column in ("answers", "share") else "left",
            no_wrap=column in ("", "answers", "share"),  # what is left wraps
        )
    return table


def _table(title: str) -> Table:
    return Table(
        title=shown(title), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )


def shown(text: str) -> Text:
    """Text as it is, whatever a model put into it: no markup, no control sequences."""
    return Text(printable(text))
