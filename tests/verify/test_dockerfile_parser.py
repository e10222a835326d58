"""How a Dockerfile's text becomes instructions and words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo.verify.dockerfile import check
from iapo.verify.dockerfile.parser import DockerfileSyntaxError, parse
from iapo.verify.dockerfile.words import ExpansionError, expand


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("a$X", "a1"),
        ("${X}b", "1b"),
        ("'$X'", "$X"),
        ('"$X y"', "1 y"),
        ("\\$X", "$X"),
        ("${Y:-d}", "d"),
        ("${E:-d}", "d"),
        ("${E-d}", ""),
        ("${X:+s}", "s"),
        ("${Y:-${X}}", "1"),
        ("${P#a/}", "b/c.d"),
        ("${P##*/}", "c.d"),
        ("${P%.d}", "a/b/c"),
        ("${P%%/*}", "a"),
        ("${P/b/x}", "a/x/c.d"),
        ("${P//\\//-}", "${P//\\//-}"),
        ("$UNKNOWN/x", "$UNKNOWN/x"),
        ("$", "$"),
    ],
)
def test_variables(word: str, expected: str) -> None:
    assert expand(word, {"X": "1", "E": "", "P": "a/b/c.d"}).text == expected


@pytest.mark.parametrize("word", ["${", "${X", "${}", "${X^^}", "'a", '"a', "${X:=y}", "${X:-'y}"])
def test_words_that_cannot_be_expanded(word: str) -> None:
    with pytest.raises(ExpansionError):
        expand(word, {"X": "1"})


def test_a_comment_and_a_blank_line_do_not_end_an_instruction() -> None:
    (_, run) = parse("FROM a\nRUN b && \\\n# c\n\n  d \\\n  e\n").instructions
    assert run.value == "b &&   d   e"
    assert run.place(run.text.index("e")) == (6, 3)


def test_a_doubled_escape_does_not_continue() -> None:
    assert len(parse("FROM a\nRUN b \\\\\nUSER c\n").instructions) == 3


def test_heredocs_end_where_their_names_stand() -> None:
    (_, copy, user) = parse("FROM a\nCOPY <<X <<-'Y' /d/\n1\nX\n\t2\n\tY\nUSER u\n").instructions
    assert [(h.name, h.expand, h.content) for h in copy.heredocs] == [
        ("X", True, "1\n"),
        ("Y", False, "2\n"),
    ]
    assert user.line == 7


def test_a_shift_inside_quotes_opens_no_heredoc() -> None:
    (_, run) = parse('FROM a\nRUN echo "<<EOF" && echo $((1<<2))\n').instructions
    assert run.heredocs == []


def test_flags_end_at_the_first_word_without_dashes() -> None:
    (_, copy) = parse('FROM a\nCOPY --from="b c" --link d --e f\n').instructions
    assert [(name, value) for name, value, _ in copy.flags] == [("from", "b c"), ("link", None)]
    assert copy.value == "d --e f"


_PIECES = st.sampled_from(
    [
        "FROM a",
        "RUN ",
        "COPY ",
        "--from=",
        "\\\n",
        "<<E",
        "\nE\n",
        "[",
        '"',
        "'",
        "$",
        "${",
        "}",
        ":-",
        "#",
        "\n",
        " ",
        "\t",
        "ENV ",
        "=",
        "ARG X\n",
        "ONBUILD ",
        "EXPOSE 1-",
        "HEALTHCHECK CMD",
        "é",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_any_text_has_a_verdict(text: str) -> None:
    report = check(text)
    assert report.valid is (not report.errors)
    assert 0.0 <= report.sound <= 1.0
    lines = text.count("\n") + 1
    assert all(1 <= (d.line or 1) <= lines and (d.column or 1) >= 1 for d in report.diagnostics)
    if report.parses:
        try:
            parse(text)
        except DockerfileSyntaxError:
            raise AssertionError("parses, but has no instructions") from None
