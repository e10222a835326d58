"""`report.html`: the figures of a run and every sample of it, in one file that needs no network.

What a model wrote is hostile until shown otherwise. It reaches the page in two ways only: through
the template's escaping, and as JSON in which `<`, `>` and `&` are escaped, which the page's script
puts into text nodes. The page's own policy lets nothing run but that script, and nothing load.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from iapo.evaluate.answering import Sample
from iapo.evaluate.folder import Run
from iapo.evaluate.report.visible import visible
from iapo.evaluate.statistics import OUTCOMES, Statistics, codes_of, outcome, shown_figure

_FOLDER = Path(__file__).parent
_MOST_CODES = 15  # in the chart; the list to filter by has all


def report_html(run: Run, found: Statistics) -> str:
    """The page, whole."""
    import jinja2

    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        finalize=_finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["number"] = shown_figure
    templates.filters["fragment"] = _fragment
    style, reading, page = (
        (_FOLDER / name).read_text(encoding="utf-8")
        for name in ("page.css", "reading.js", "page.js")
    )
    script = reading + page
    return templates.get_template("page.html.j2").render(
        settings=run.settings,
        run=run,
        found=found,
        curve={name: f for name, f in found.overall.items() if name.startswith("pass@")},
        codes=found.codes[:_MOST_CODES],
        invented={
            kind: [one for one in found.invented if one.name.kind == kind]
            for kind in ("type", "argument")
        },
        outcome_names=OUTCOMES,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=_data(run),
    )


def _finalize(value: Any) -> Any:
    """What stands for a value of the template: text without hidden characters; our own stays."""
    return visible(value) if type(value) is str else value


def _fragment(text: str) -> str:
    """A value as the page's address may hold it after `#`."""
    return quote(text, safe="/", errors="replace")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data(run: Run) -> dict[str, Any]:
    """Tasks and samples for the page's script."""
    return {
        "outcomes": OUTCOMES,
        "tasks": [asdict(task) for task in run.tasks],
        "samples": [_shown(sample) for own in run.samples for sample in own],
    }


def _shown(sample: Sample) -> dict[str, Any]:
    scored = sample.scored
    return {
        "task": sample.answer.place,
        "number": sample.answer.number,
        "text": sample.answer.text,
        "tokens": sample.answer.tokens,
        "outcome": OUTCOMES.index(outcome(sample)),
        "codes": codes_of(sample),
        "reward": scored.reward if scored else None,
        "components": list(scored.components.items()) if scored else [],
        "errors": [[d.code, d.message, d.line] for d in scored.errors] if scored else [],
        "losses": [list(loss) for loss in scored.losses] if scored else [],
    }
