"""Reports are printed for people, machines, code scanning and pull requests."""

from __future__ import annotations

import json

from iapo.verify.output import as_annotation, as_json_line, as_lines, as_sarif
from iapo.verify.report import Diagnostic, Report

BAD = Diagnostic("error", "unknown-field", 'no field "replica"; did you mean "replicas"?', 3, 5)
REPORT = Report("kubernetes", False, (BAD,))


def test_a_line_is_file_line_column_severity_message_code() -> None:
    (line,) = as_lines("a/b.yaml", REPORT)
    assert line.plain == (
        'a/b.yaml:3:5: error: no field "replica"; did you mean "replicas"? [unknown-field]'
    )


def test_a_module_names_the_file_inside_it() -> None:
    inside = Diagnostic("error", "x", "m", 1, None, path="net/main.tf")
    (line,) = as_lines("infra/", Report("terraform", False, (inside,)))
    assert line.plain.startswith("infra/net/main.tf:1: error")


def test_a_text_that_cannot_be_judged_says_so() -> None:
    (line,) = as_lines("a.yaml", Report(None, None))
    assert "not judged" in line.plain


def test_control_characters_never_reach_the_terminal() -> None:
    hostile = Diagnostic("error", "x", "a\x1b[31mred\nb\x07", 1, 1)
    (line,) = as_lines("f", Report("kubernetes", False, (hostile,)))
    assert "\x1b" not in line.plain
    assert "\n" not in line.plain
    assert "\x07" not in line.plain


def test_json_has_the_documented_keys() -> None:
    data = json.loads(as_json_line("a.yaml", REPORT))
    assert list(data) == ["path", "format", "valid", "diagnostics"]
    assert data["valid"] is False
    assert data["diagnostics"][0]["line"] == 3


def test_sarif_names_rule_place_and_level() -> None:
    run = as_sarif([("a.yaml", REPORT)])["runs"][0]
    (result,) = run["results"]
    assert result["ruleId"] == "kubernetes/unknown-field"
    assert result["level"] == "error"
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 5}
    assert [r["id"] for r in run["tool"]["driver"]["rules"]] == ["kubernetes/unknown-field"]


def test_an_annotation_escapes_what_would_end_it() -> None:
    line = as_annotation("a,b:c.yaml", Diagnostic("warning", "x", "50%\n::error::no", 2, 1))
    assert line == "::warning file=a%2Cb%3Ac.yaml,line=2,col=1,title=x::50%25%0A::error::no"


def test_an_annotation_cannot_steer_a_terminal() -> None:
    line = as_annotation(
        "a\x1b[2J.tf", Diagnostic("error", "x", "name \x1b]0;t\x07 and\rthis", 1, 1)
    )
    assert not any(ord(letter) < 32 or ord(letter) == 127 for letter in line)
    assert "name" in line
    assert "this" in line


def test_another_tool_is_named_before_its_code() -> None:
    theirs = Diagnostic("error", "job-needs", "m", 1, 1, "actionlint")
    (line,) = as_lines("f.yml", Report("github-actions", False, (theirs,)))
    assert line.plain.endswith("[actionlint job-needs]")


def test_a_module_in_this_directory_has_plain_paths() -> None:
    inside = Diagnostic("error", "x", "m", 1, None, path="main.tf")
    (line,) = as_lines(".", Report("terraform", False, (inside,)))
    assert line.plain.startswith("main.tf:1: error")
