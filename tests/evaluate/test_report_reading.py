"""What the report's script shows of a sample, by running it in Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import iapo.evaluate.report
from iapo.evaluate.report.visible import visible

NODE = shutil.which("node")
READING = Path(iapo.evaluate.report.__file__).parent / "reading.js"

pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")


def told(expression: str) -> Any:
    """What an expression is worth after `reading.js`."""
    code = READING.read_text(encoding="utf-8") + f"\nconsole.log(JSON.stringify({expression}));"
    ran = subprocess.run(
        [str(NODE), "-"], input=code, capture_output=True, encoding="utf-8", check=True, timeout=120
    )
    return json.loads(ran.stdout)


def test_errors_stand_at_the_lines_they_point_at_and_the_others_apart():
    errors = [["x", "m", 2], ["y", "n", 2], ["z", "o", None], ["w", "p", 9]]
    answer = json.dumps({"text": "a\r\nb\nc\n", "errors": errors})
    found = told(f"read({answer})")
    assert [line["text"] for line in found["lines"]] == ["a", "b", "c"]
    assert [[e[0] for e in line["errors"]] for line in found["lines"]] == [[], ["x", "y"], []]
    assert [e[0] for e in found["nowhere"]] == ["z", "w"]


def test_page_and_script_agree_on_what_cannot_be_seen():
    every = [*range(0x3000), *range(0xD700, 0x10000), *range(0xE0000, 0xE0100), 0x1F600]
    script = told(
        f"{json.dumps(every)}.map((n) => String.fromCodePoint(n))"
        ".map((c) => [pieces(c).map(([text]) => text).join(''), pieces(c).some(([, u]) => u)])"
        ".map(([text, unseen]) => (unseen ? text : null))"
    )
    ours = [visible(chr(n)) for n in every]
    assert script == [text if text != chr(n) else None for n, text in zip(every, ours, strict=True)]


def test_pieces_put_together_are_the_text():
    found = told("pieces('a\\u202eb\\u{1F600}')")
    assert found == [["a", False], ["⟨U+202E⟩", True], ["b\U0001f600", False]]


def test_samples_without_a_score_come_last_in_either_order():
    samples = json.dumps(
        [{"reward": r, "text": "x" * n} for r, n in [(0.5, 1), (None, 2), (1.0, 3)]]
    )
    assert told(f"ordered([0, 1, 2], {samples}, 'lowest reward')") == [0, 2, 1]
    assert told(f"ordered([0, 1, 2], {samples}, 'highest reward')") == [2, 0, 1]
    assert told(f"ordered([0, 1, 2], {samples}, 'longest answer')") == [2, 1, 0]
    assert told(f"ordered([0, 1, 2], {samples}, 'as in the data set')") == [0, 1, 2]
