"""Code is found in fences and after prose, and what else there was is said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iapo.verify.extract import extract_code
from iapo.verify.report import FORMATS

BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n'


def test_bare_code_is_taken_whole() -> None:
    found = extract_code(BUCKET, "terraform")
    assert found.code == BUCKET
    assert not found.prose
    assert found.blocks == 0


def test_one_fence_is_opened() -> None:
    found = extract_code(f"```hcl\n{BUCKET}```", "terraform")
    assert (found.code, found.prose, found.blocks, found.language) == (BUCKET, False, 1, "hcl")


def test_prose_around_a_fence_is_noticed() -> None:
    found = extract_code(f"Here you are:\n```\n{BUCKET}```\nEnjoy!", "terraform")
    assert found.code == BUCKET
    assert found.prose


def test_of_several_fences_the_first_that_fits_counts_not_the_best() -> None:
    answer = f"```bash\nterraform init\n```\n```hcl\nbroken {{\n```\n```hcl\n{BUCKET}```"
    found = extract_code(answer, "terraform")
    assert found.code == "broken {\n"
    assert found.blocks == 3


def test_an_unclosed_fence_is_a_truncated_answer() -> None:
    found = extract_code(f"```hcl\n{BUCKET}", "terraform")
    assert found.code == BUCKET
    assert found.truncated


def test_a_tilde_or_longer_fence_may_hold_backticks() -> None:
    assert extract_code("~~~yaml\na: '```'\n~~~").code == "a: '```'\n"
    assert extract_code("````yaml\n```\n````").code == "```\n"


def test_a_sentence_before_unfenced_code_is_left_out() -> None:
    found = extract_code(f"Sure, here is the bucket:\n\n{BUCKET}", "terraform")
    assert found.code == BUCKET
    assert found.prose


def test_text_without_any_code_stays_as_it_is() -> None:
    found = extract_code("I cannot do that, sorry.", "terraform")
    assert found.code == "I cannot do that, sorry."


def test_special_tokens_end_the_answer() -> None:
    assert extract_code(f"{BUCKET}<|im_end|>\nmore", "terraform").code == BUCKET


@given(st.text(max_size=400), st.sampled_from([None, *FORMATS]))
def test_any_text_is_taken_and_code_is_part_of_it(text: str, format: str | None) -> None:
    found = extract_code(text, format)  # type: ignore[arg-type]
    assert found.code in text.replace("\r\n", "\n")
