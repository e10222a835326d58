"""Which of several answers is printed, and what is done about errors. No model: answers are given."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_writer import (
    BAD_ARGUMENT,
    BROKEN,
    BUCKET,
    FRAME,
    INVENTED,
    OTHER_NAME,
    UNJUDGED,
    FakeWriter,
)

from iapo.errors import InputError
from iapo.generate.candidates import Draft, judge, rank
from iapo.generate.explaining import as_explained
from iapo.generate.request import Request, understand
from iapo.generate.writing import write

ASKED = understand("Create a Terraform S3 bucket named acme-logs")


def best_of(*answers: str | tuple[str], request: Request = ASKED) -> str:
    return write(request, FakeWriter(answers), repairs=0).best.code


def test_an_answer_that_verifies_comes_before_all_others() -> None:
    order = [BROKEN, FRAME, INVENTED, UNJUDGED, OTHER_NAME, BUCKET]
    ranked = write(ASKED, FakeWriter(order), repairs=0).candidates
    assert [c.code for c in ranked] == [BUCKET, OTHER_NAME, UNJUDGED, INVENTED, BROKEN, FRAME]
    assert [c.accepted for c in ranked] == [True, True, False, False, False, False]


def test_no_merit_makes_up_for_a_worse_verdict() -> None:
    texts = [BUCKET, UNJUDGED, INVENTED, FRAME]
    verdicts = judge(ASKED, [Draft(text, True) for text in texts])
    upside_down = [
        replace(candidate, reward=place / 4, mentioned=place / 4)
        for place, candidate in enumerate(verdicts, start=1)
    ]
    assert [c.code for c in rank(upside_down)] == texts


def test_among_answers_that_verify_the_one_with_the_names_asked_for_wins() -> None:
    ranked = write(ASKED, FakeWriter([OTHER_NAME, BUCKET]), repairs=0).candidates
    assert [c.missing for c in ranked] == [(), ("acme-logs",)]
    assert ranked[0].merit > ranked[1].merit


def test_a_name_in_a_comment_is_no_name() -> None:
    commented = f"# acme-logs\n{OTHER_NAME}"
    assert best_of(commented, BUCKET) == BUCKET


def test_a_placeholder_costs_more_than_nothing() -> None:
    left = BUCKET.replace("}\n", '  tags = {\n    Owner = "<YOUR_NAME>"\n  }\n}\n')
    assert best_of(left, BUCKET) == BUCKET


def test_what_fares_alike_stays_in_order_the_greedy_first() -> None:
    renamed = BUCKET.replace('"logs"', '"audit"')
    assert best_of(BUCKET, renamed) == BUCKET
    assert best_of(renamed, BUCKET) == renamed


@pytest.mark.parametrize(
    "text",
    [
        f"```hcl\n{BUCKET}```\n",
        f"Here is the bucket you asked for:\n\n```terraform\n{BUCKET}```\n\nIt has a name.\n",
        f"Here is the bucket you asked for:\n\n{BUCKET}",
        f"{BUCKET}\nThis Terraform code creates a bucket with the name that you gave.\n",
        f"\n\n{BUCKET}\n\n\n",
        f"```hcl\n{BUCKET}```\nYou can also do this:\n```hcl\n{INVENTED}```\n",
    ],
)
def test_only_code_is_kept(text: str) -> None:
    best = write(ASKED, FakeWriter([text]), repairs=0).best
    assert best.code == BUCKET
    assert best.accepted


def test_a_paragraph_inside_the_code_stays() -> None:
    code = BUCKET.replace(
        "}\n",
        "  tags = {\n    Note = <<EOT\nFirst.\n\nThis bucket holds the logs of all our machines.\n"
        "EOT\n  }\n}\n",
    )
    assert best_of(code) == code


def test_an_answer_that_was_cut_off_is_not_taken_though_it_verifies() -> None:
    done = write(ASKED, FakeWriter([(BUCKET,), UNJUDGED]), repairs=0)
    assert [c.standing for c in done.candidates] == ["cannot be judged", "verifies, cut off"]
    assert not any(c.accepted for c in done.candidates)
    assert best_of((BUCKET,), OTHER_NAME) == OTHER_NAME
    unclosed = write(ASKED, FakeWriter([f"```hcl\n{BUCKET}"]), repairs=0).best
    assert unclosed.standing == "verifies, cut off"


def test_nothing_written_is_no_answer() -> None:
    for text in ("", "   \n", "```hcl\n```\n", FRAME):
        best = write(ASKED, FakeWriter([text]), repairs=0).best
        assert not best.answers and not best.accepted, text


# Repair ------------------------------------------------------------------------------------------


def test_the_errors_of_the_best_are_given_back_and_the_repaired_answer_is_printed() -> None:
    writer = FakeWriter([BROKEN, BAD_ARGUMENT], [BUCKET, BAD_ARGUMENT])
    done = write(ASKED, writer)
    assert done.best.code == BUCKET and done.best.round == 1
    asked, answered, complaint = writer.heard[1]
    assert (asked.role, asked.content) == ("user", ASKED.prompt)
    assert (answered.role, answered.content) == ("assistant", BAD_ARGUMENT)
    assert complaint.role == "user"
    assert "line 2" in complaint.content and '"buckets"' in complaint.content
    assert len(writer.heard) == 2, "what verifies is not repaired again"


def test_control_characters_of_an_answer_reach_neither_terminal_nor_complaint() -> None:
    request = understand("a Kubernetes ConfigMap named web")
    hostile = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n"\\e[31m": 1\n'
    writer = FakeWriter([hostile], [])
    done = write(request, writer, repairs=1)
    done.seconds.update(load=1.0, first_token=0.5)
    for text in (writer.heard[1][2].content, *as_explained(done, 3.0)):
        assert "\x1b" not in text
    assert any("\ufffd[31m" in line for line in as_explained(done, 3.0))


def test_an_answer_that_verifies_is_not_repaired() -> None:
    writer = FakeWriter([BAD_ARGUMENT, BUCKET])
    assert write(ASKED, writer).best.code == BUCKET
    assert len(writer.heard) == 1


def test_the_better_of_before_and_after_is_kept() -> None:
    writer = FakeWriter([BAD_ARGUMENT], [BROKEN])
    done = write(ASKED, writer, repairs=5)
    assert done.best.code == BAD_ARGUMENT and done.best.round == 0
    assert len(writer.heard) == 2, "a round that brings nothing better is the last"
    assert [best.code for best in done.rounds] == [BAD_ARGUMENT, BAD_ARGUMENT]


def test_rounds_are_bounded() -> None:
    for repairs in (1, 2):
        writer = FakeWriter([BROKEN], [BAD_ARGUMENT], [BUCKET])
        done = write(ASKED, writer, repairs=repairs)
        assert len(writer.heard) == 1 + repairs
        assert done.best.accepted is (repairs == 2)


def test_what_cannot_be_judged_is_not_repaired() -> None:
    writer = FakeWriter([UNJUDGED])
    assert write(ASKED, writer).best.standing == "cannot be judged"
    assert len(writer.heard) == 1


def test_what_was_cut_off_is_not_repaired() -> None:
    writer = FakeWriter([(BAD_ARGUMENT,)])
    assert write(ASKED, writer).best.standing == "is invalid, cut off"
    assert len(writer.heard) == 1


def test_a_window_too_small_for_a_second_turn_loses_nothing() -> None:
    done = write(ASKED, FakeWriter([BAD_ARGUMENT], InputError("its window has 7 tokens")))
    assert done.best.code == BAD_ARGUMENT
    assert done.note == "its window has 7 tokens"


# Changing a file ---------------------------------------------------------------------------------


def edited(tmp_path: Path, code: str, words: str = "Name the bucket acme-logs") -> Request:
    file = tmp_path / "main.tf"
    file.write_text(code)
    return understand(words, edit=file)


def test_the_file_stands_below_the_request(tmp_path: Path) -> None:
    writer = FakeWriter([BUCKET])
    write(edited(tmp_path, OTHER_NAME), writer)
    assert writer.heard[0][0].content == f"Name the bucket acme-logs\n\n{OTHER_NAME}"


def test_the_file_as_it_was_is_no_answer(tmp_path: Path) -> None:
    request = edited(tmp_path, OTHER_NAME)
    assert best_of(OTHER_NAME, BUCKET, request=request) == BUCKET
    done = write(request, FakeWriter([f"```\n{OTHER_NAME}\n```"]))
    assert done.best.standing == "changes nothing" and not done.best.accepted


def test_a_file_of_a_module_is_judged_in_its_module(tmp_path: Path) -> None:
    (tmp_path / "variables.tf").write_text('variable "name" {\n  type = string\n}\n')
    changed = OTHER_NAME.replace('"my-bucket"', "var.name")
    alone = write(understand("an S3 bucket"), FakeWriter([changed]), repairs=0).best
    assert alone.report.valid is False
    request = edited(tmp_path, OTHER_NAME)
    assert write(request, FakeWriter([changed])).best.accepted
    silenced = f"# tfsec:ignore:aws-s3-enable-versioning\n{changed}"
    for text in (changed, silenced):
        (candidate,) = judge(request, [Draft(text, True)])
        assert "syntax" not in {loss.component for loss in candidate.losses}
    undeclared = OTHER_NAME.replace('"my-bucket"', "var.nme")
    assert write(request, FakeWriter([undeclared]), repairs=0).best.report.valid is False


# Telling -----------------------------------------------------------------------------------------


def test_the_explanation_says_what_was_told_how_each_fared_and_why() -> None:
    done = write(ASKED, FakeWriter([INVENTED, OTHER_NAME], []), repairs=0)
    done.seconds.update(load=1.0, first_token=0.5)
    said = "\n".join(as_explained(done, 3.0))
    assert "format: terraform, told by 'Terraform'" in said
    assert "1. verifies" in said and "2. is invalid" in said
    assert "does not have: acme-logs" in said
    assert "aws_s3_buckets" in said
    assert "seconds: 3.0" in said


def test_the_order_does_not_depend_on_how_candidates_come() -> None:
    texts = [BUCKET, OTHER_NAME, INVENTED, BROKEN, UNJUDGED, FRAME]
    candidates = judge(ASKED, [Draft(text, True) for text in texts])
    assert rank(candidates) == rank(candidates[::-1])
