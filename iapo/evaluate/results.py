"""`results.json`: the figures of a run, or of a comparison, as JSON types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iapo.evaluate.bootstrap import Interval
from iapo.evaluate.comparison import Change, Comparison
from iapo.evaluate.folder import Run
from iapo.evaluate.statistics import Figures, Statistics

_DIGITS = 5


def results_json(run: Run, found: Statistics) -> dict[str, Any]:
    """What docs/bench.md describes; every share is of one."""
    return {
        "settings": dict(run.settings),
        "finished": run.finished,
        "tasks": found.tasks,
        "answers": found.answers,
        "unscored": found.unscored,
        "cut": round(found.cut, _DIGITS),
        "tokens": None if found.tokens is None else round(found.tokens, 1),
        "overall": _figures(found.overall),
        "by": {
            grouping: [
                {"name": group.name, "tasks": group.tasks, **_figures(group.figures)}
                for group in groups
            ]
            for grouping, groups in found.groups.items()
        },
        "outcomes": [
            {"name": o.name, "answers": o.answers, "share": _interval(o.share)}
            for o in found.outcomes
        ],
        "codes": [
            {
                "code": c.code,
                "answers": c.answers,
                "tasks": c.tasks,
                "share": _interval(c.share),
                "example": c.example,
            }
            for c in found.codes
        ],
        "invented": {
            f"{kind}s": [
                {
                    "name": i.name.name,
                    "within": i.name.within,
                    "format": i.format,
                    "answers": i.answers,
                }
                for i in found.invented
                if i.name.kind == kind
            ]
            for kind in ("type", "argument")
        },
    }


def comparison_json(first: Run, second: Run, found: Comparison) -> dict[str, Any]:
    """A comparison; gains are of the second over the first."""
    return {
        "first": dict(first.settings),
        "second": dict(second.settings),
        "tasks": found.tasks,
        "left_out": found.left_out,
        "changes": {name: _change(change) for name, change in found.changes.items()},
        "by": {
            grouping: [
                {"name": name, "tasks": tasks, "pass@1": _change(change)}
                for name, (tasks, change) in groups.items()
            ]
            for grouping, groups in found.groups.items()
        },
        "gained": list(found.gained),
        "lost": list(found.lost),
        "p_value": found.p_value,
    }


def _figures(figures: Figures) -> Mapping[str, Any]:
    return {name: _interval(interval) for name, interval in figures.items()}


def _change(change: Change) -> dict[str, Any]:
    return {
        "before": _interval(change.before),
        "after": _interval(change.after),
        "gain": _interval(change.gain),
    }


def _interval(interval: Interval) -> dict[str, float]:
    return {name: round(value, _DIGITS) for name, value in interval._asdict().items()}
