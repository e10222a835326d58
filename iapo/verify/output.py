"""Reports for people and for other programs: compiler lines, JSON, SARIF, workflow annotations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.text import Text

from iapo import __version__
from iapo.verify.report import Diagnostic, Report

Judged = tuple[str, Report]
_COLOUR = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}
_SARIF_LEVEL = {"error": "error", "warning": "warning", "info": "note"}


def place(path: str, diagnostic: Diagnostic) -> str:
    """`path:line:column` as far as it is known."""
    where = _file(path, diagnostic)
    if diagnostic.line is None:
        return where
    column = "" if diagnostic.column is None else f":{diagnostic.column}"
    return f"{where}:{diagnostic.line}{column}"


def _file(path: str, diagnostic: Diagnostic) -> str:
    if not diagnostic.path:
        return path
    return diagnostic.path if path in (".", "./") else f"{path.rstrip('/')}/{diagnostic.path}"


def as_lines(path: str, report: Report) -> list[Text]:
    """One line a diagnostic, as a compiler prints them; for an unjudged text a line that says so."""
    lines = [
        Text.assemble(
            (printable(place(path, d)), "bold"),
            ": ",
            (d.severity, _COLOUR[d.severity]),
            f": {one_line(d.message)} ",
            (f"[{_named(report, d)}]", "dim"),
        )
        for d in report.diagnostics
    ]
    if report.valid is None and not lines:
        lines.append(Text.assemble((printable(path), "bold"), ": ", ("not judged", "bold yellow")))
    return lines


def _named(report: Report, diagnostic: Diagnostic) -> str:
    """The code, after the name of the tool where that is another than the format's own check."""
    own = diagnostic.tool in (None, "iapo", report.format)
    return diagnostic.code if own else f"{diagnostic.tool} {diagnostic.code}"


def one_line(text: str) -> str:
    """What quotes a file, a model or a server, as one line without control characters.

    Such text must not steer the terminal that it is printed to.
    """
    return printable(" ".join(text.split()))


def printable(text: str) -> str:
    """The text with U+FFFD for each character that does not print, ends of lines too."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def as_json_line(path: str, report: Report) -> str:
    """One JSON object: `path`, `format`, `valid`, `diagnostics`."""
    return json.dumps({"path": path, **report.as_dict()}, ensure_ascii=True)


def as_sarif(judged: Sequence[Judged]) -> dict[str, Any]:
    """A SARIF 2.1.0 log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/) of all diagnostics."""
    results: list[dict[str, Any]] = []
    rules: dict[str, dict[str, Any]] = {}
    for path, report in judged:
        for d in report.diagnostics:
            rule = f"{report.format or 'iapo'}/{d.code}"
            rules.setdefault(rule, {"id": rule, "name": d.code})
            location: dict[str, Any] = {
                "artifactLocation": {"uri": _file(path, d).replace("\\", "/")}
            }
            if d.line is not None:
                location["region"] = {
                    "startLine": d.line,
                    **({"startColumn": d.column} if d.column is not None else {}),
                }
            results.append(
                {
                    "ruleId": rule,
                    "level": _SARIF_LEVEL[d.severity],
                    "message": {"text": d.message},
                    "locations": [{"physicalLocation": location}],
                }
            )
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "iapo",
                        "version": __version__,
                        "rules": list(rules.values()),
                    }
                },
                "results": results,
            }
        ],
    }


def as_annotation(path: str, diagnostic: Diagnostic) -> str:
    """A GitHub Actions workflow command that marks the line in the pull request."""
    level = {"error": "error", "warning": "warning", "info": "notice"}[diagnostic.severity]
    properties = [f"file={_escape(_file(path, diagnostic), property=True)}"]
    if diagnostic.line is not None:
        properties.append(f"line={diagnostic.line}")
    if diagnostic.column is not None:
        properties.append(f"col={diagnostic.column}")
    properties.append(f"title={_escape(diagnostic.code, property=True)}")
    return f"::{level} {','.join(properties)}::{_escape(diagnostic.message)}"


def _escape(text: str, *, property: bool = False) -> str:
    text = "\n".join(printable(line) for line in text.split("\n"))
    text = text.replace("%", "%25").replace("\n", "%0A")
    if property:
        text = text.replace(":", "%3A").replace(",", "%2C")
    return text
