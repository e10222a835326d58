"""The HTML report: one file, nothing from elsewhere, and what a model wrote stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qsl

import pytest
from bench_runs import facts, run, sample

from iapo.evaluate.folder import Run
from iapo.evaluate.report import report_html
from iapo.evaluate.statistics import statistics
from iapo.verify.report import Diagnostic

HOSTILE = (
    "</script><script>alert(1)</script><!--<script><img src=x onerror=alert(2)>"
    "\"'`${alert(3)}]]></textarea></style>{{ 7*7 }}\u2028\ud800 &lt;b&gt;"
)


class Page(HTMLParser):
    """Every tag with its attributes, and the text in scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")
        if tag == "style":
            self.styles.append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "style":
            self.styles[-1] += data


def page(of: Run) -> tuple[str, Page]:
    text = report_html(of, statistics(of))
    parsed = Page()
    parsed.feed(text)
    return text, parsed


@pytest.fixture(scope="module")
def hostile() -> Run:
    error = Diagnostic("error", "unknown-flag", f"COPY has no flag `{HOSTILE}`", 1)
    task = replace(facts("a", prompt=HOSTILE), output=HOSTILE, family=HOSTILE, split=HOSTILE)
    other = facts("b")
    own = ((sample(0, errors=(error,), text=HOSTILE, valid=False),), (sample(1, passed=True),))
    settings = dict.fromkeys(("iapo", "seed", "tasks", "weights", "max_new_tokens"), HOSTILE)
    settings |= {"model": HOSTILE, "dataset": HOSTILE}
    return Run({**settings, "samples": 1, "temperature": 0.0, "guided": False}, (task, other), own)


def test_what_a_model_wrote_adds_no_tag_to_the_page(hostile):
    _, found = page(hostile)
    tame = replace(
        hostile,
        settings={**hostile.settings, "model": "m"},
        samples=(
            (sample(0, errors=(Diagnostic("error", "unknown-flag", "`x`"),), valid=False),),
            hostile.samples[1],
        ),
    )
    _, expected = page(tame)
    assert [tag for tag, _ in found.tags] == [tag for tag, _ in expected.tags]
    assert len(found.scripts) == 2
    assert not any(tag in ("img", "b", "textarea") for tag, _ in found.tags)
    assert not any(name.startswith("on") for _, own in found.tags for name in own)


def test_samples_are_read_back_as_they_were_written(hostile):
    _, found = page(hostile)
    assert "<" not in found.scripts[0]
    data = json.loads(found.scripts[0])
    assert data["samples"][0]["text"] == HOSTILE
    assert data["tasks"][0]["prompt"] == HOSTILE
    assert data["samples"][0]["errors"][0][1] == f"COPY has no flag `{HOSTILE}`"
    assert data["samples"][1]["text"] == ""


def test_a_template_in_an_answer_is_not_filled_in(hostile):
    text, _ = page(hostile)
    assert "{{ 7*7 }}" in text
    assert ">49<" not in text


def test_only_our_script_and_style_may_run_and_nothing_may_load(hostile):
    _, found = page(hostile)
    policy = next(own["content"] for tag, own in found.tags if own.get("http-equiv"))

    def digest(code: str) -> str:
        return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()

    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest(found.scripts[1])}'" in policy
    assert f"style-src 'sha256-{digest(found.styles[0])}'" in policy
    assert not [own for _, own in found.tags if {"src", "style"} & set(own)]
    links = [own["href"] for _, own in found.tags if "href" in own]
    assert links
    assert all(link.startswith("#") for link in links)
    assert "url(" not in found.styles[0]
    assert "@import" not in found.styles[0]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", found.scripts[1]
    )


def test_figures_are_on_the_page():
    of = run(
        {"a": [True, False], "b": [True, True]},
        guided=False,
        iapo="0",
        seed=0,
        tasks="t",
        weights="w",
        max_new_tokens=9,
    )
    text, _ = page(of)
    assert "75.0%" in text  # pass@1
    assert "100.0%" in text  # pass@2
    assert "not finished" not in text
    # Intervals are text beside their bars, not only drawn.
    assert '75.0% <span class="faint">[50.0%, 100.0%]</span>' in text


def test_what_cannot_be_seen_is_told_by_its_number_outside_the_samples_too():
    trick = "a\u202eb\u200bc\x1bd\ud800"
    error = Diagnostic("error", "unknown-flag", f"COPY has no flag `{trick}`", 1)
    task = replace(facts("a"), family=trick)
    settings = dict.fromkeys(("iapo", "seed", "tasks", "weights", "max_new_tokens"), 0)
    settings |= {"model": trick, "dataset": trick, "samples": 1, "temperature": 0, "guided": False}
    text, parsed = page(
        Run(settings, (task, facts("b")), ((sample(0, errors=(error,)),), (sample(1),)))
    )
    text.encode()  # half a surrogate pair cannot be written to a file
    shown = text.replace(parsed.scripts[0], "").replace(parsed.scripts[1], "")
    assert not re.search("[\u202e\u200b\x1b]", shown)
    assert shown.count("a⟨U+202E⟩b⟨U+200B⟩c⟨U+001B⟩d⟨U+D800⟩") >= 4


def test_figures_lead_to_their_samples():
    errors = (Diagnostic("error", "unknown-flag", "COPY has no flag `--a&b`", 1),)
    own = ((sample(0, errors=errors, valid=False),), (sample(1, passed=True),))
    settings = dict.fromkeys(("iapo", "seed", "tasks", "weights", "max_new_tokens"), 0)
    settings |= {"model": "m", "dataset": "d", "samples": 1, "temperature": 0, "guided": False}
    tasks = (facts("a", difficulty=1), facts("b", "terraform", difficulty=2))
    _, parsed = page(Run(settings, tasks, own))
    data = json.loads(parsed.scripts[0])
    links = [parse_qsl((of["href"] or "")[1:]) for tag, of in parsed.tags if tag == "a"]
    assert [("code", "unknown-flag")] in links
    assert [("contains", "--a&b"), ("format", "dockerfile")] in links
    for key, value in (link[0] for link in links):
        if key == "outcome":
            assert value in data["outcomes"]
        elif key not in ("code", "contains"):
            assert value in {str(task[key]) for task in data["tasks"]}
        assert f'"{key}"' in parsed.scripts[1] or f"{key}:" in parsed.scripts[1]


def test_text_in_charts_does_not_shrink_with_them():
    of = run(
        {"a": [True], "b": [False]},
        guided=False, iapo="0", seed=0, tasks="t", weights="w", max_new_tokens=9,
    )  # fmt: skip
    text, parsed = page(of)
    # What has a view box is scaled whole; only the dots of legends, which hold no text, have one.
    assert {o["class"] for tag, o in parsed.tags if tag == "svg" and "viewbox" in o} == {"dot"}
    assert "max-width: 760px" in text
    assert "@media print" in text
