"""What the report's script does, by running the page's own script in Node.js on a small document."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from bench_runs import facts, sample

from iapo.evaluate.folder import Run
from iapo.evaluate.report import report_html
from iapo.evaluate.statistics import statistics
from iapo.verify.report import Diagnostic

NODE = shutil.which("node")
DOM = Path(__file__).with_name("page_dom.js")

pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")


def error(code: str, line: int | None, message: str = "no") -> Diagnostic:
    return Diagnostic("error", code, message, line)


def told(text: str, errors: tuple[Diagnostic, ...], expression: str, address: str = "") -> Any:
    """What an expression is worth on the page of a run: `text` with `errors`, and two that pass."""
    settings = dict.fromkeys(("iapo", "seed", "tasks", "weights", "max_new_tokens"), 0)
    settings |= {"model": "m", "dataset": "d", "samples": 1, "temperature": 0, "guided": False}
    own = (
        (sample(0, errors=errors, text=text, valid=False),),
        (sample(1, passed=True, text="FROM b"),),
        (sample(2, passed=True, text="FROM c"),),
    )
    run = Run(settings, (facts("a"), facts("b"), facts("c", "terraform")), own)
    page = report_html(run, statistics(run))
    data, script = (
        part.split("</script>")[0].split(">", 1)[1] for part in page.split("<script")[1:]
    )
    code = f"""{DOM.read_text()}
named.data.textContent = {json.dumps(data)};
location.hash = {json.dumps(address)};
{script}
const rows = () => detail.querySelectorAll(".answer").flatMap((own) => own.children).map((own) => [own.className, own.textContent]);
const listed = () => list.querySelectorAll("[data-place]").map((own) => own.children[0]);
console.log(JSON.stringify({expression}));"""
    ran = subprocess.run(
        [str(NODE), "-"], input=code, capture_output=True, encoding="utf-8", timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_an_error_stands_under_the_line_it_points_at():
    found = told("FROM a\nRUM x\nRUN y", (error("e", 2, "what is RUM"), error("f", None)), "rows()")
    assert found == [
        ["row", "FROM a"], ["row wrong", "RUM x"], ["note", "ewhat is RUM"], ["row", "RUN y"],
    ]  # fmt: skip


def test_an_error_of_no_line_is_listed():
    found = told("FROM a", (error("f", 9, "beyond"),), "detail.textContent")
    assert "fline 9beyond" in found


def test_markup_in_an_answer_is_text():
    hostile = "<img src=x onerror=alert(1)>\u202e"
    kinds = "detail.all().map((own) => own.tag)"
    assert "img" not in told(hostile, (error("<b>", 1, hostile),), kinds)
    assert told(hostile, (), "rows()") == [["row", "<img src=x onerror=alert(1)>⟨U+202E⟩"]]


def test_a_long_answer_is_drawn_in_parts_and_a_jump_draws_what_it_needs():
    long = "x\n" * 5000
    assert len(told(long, (), "rows()")) == 1001  # with what shows more
    assert told(long, (), "rows().at(-1)[1]") == "4,000 more lines"
    late = (error("e", 4990),)
    jump = "(detail.querySelector('li button').click(), rows().slice(-3))"
    assert [kind for kind, _ in told(long, late, jump)] == [
        "row wrong here", "note", "rest",
    ]  # fmt: skip
    more = "(detail.querySelectorAll('.answer .rest')[0].click(), rows().length)"
    assert told(long, (), more) == 2001


def test_a_long_line_is_cut_until_it_is_asked_for():
    long = "y" * 1_000_000
    assert told(long, (), "rows()[0][1].length") < 5000
    whole = "(detail.querySelector('.answer .rest').click(), rows()[0][1].length)"
    assert told(long, (), whole) == 1_000_000


def test_an_address_filters_orders_and_opens():
    errors = (error("e", 1),)
    assert told("x", errors, "listed()", "#code=e") == ["a"]
    assert told("x", errors, "listed()", "#format=terraform") == ["c"]
    assert told("x", errors, "listed()", "#order=highest+reward") == ["b", "c", "a"]
    assert told("x", errors, "listed()", "#code=nonsense&order=none") == ["a", "b", "c"]
    assert told("x", errors, "name(data.samples[current])", "#task=b") == "b"


def test_the_address_says_what_is_shown():
    assert told("x", (error("e", 1),), "address()", "#code=e") == "#code=e"
    keys = "document.keydown({ key: 'j', target: list, preventDefault() {} })"
    assert told("x", (), f"({keys}, address())") == "#task=b&answer=1"


def test_keys_stop_at_either_end():
    key = "document.keydown({ key: 'K', target: list, preventDefault() {} })"
    end = key.replace("K", "End")
    assert told("x", (), f"({key.replace('K', 'k')}, current)") == 0
    assert told("x", (), f"({end}, {key.replace('K', 'j')}, current)") == 2
