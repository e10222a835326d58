"""The Dockerfile check agrees with hadolint and BuildKit's parser, where they are installed."""

from __future__ import annotations

import pytest

from iapo.verify.dockerfile import check
from iapo.verify.oracles import dockerfile as oracles

pytestmark = pytest.mark.skipif(
    not oracles.available(),
    reason="hadolint and BuildKit's parser are not installed (extra `oracle`)",
)


@pytest.mark.parametrize(
    "text",
    [
        "FROM a:1\nRUN <<EOF\ntrue\nEOF\n# a comment\nRUN true\n",
        "FROM a:1\nRUN <<-EOF\n\ttrue\n\tEOF\nUSER b\n",
        "FROM a:1\nRUN a && \\\n# b\n\n  c\n",
        "# escape=`\nFROM a:1\nRUN a `\n b\n",
        'FROM a:1\nCMD ["a", "b"]\n',
        "FROM a:1\nFOO b\n",
        "RUN a\nFROM b:1\n",
        "FROM a:1\nRUN <<EOF\ntrue\n",
        "FROM a:1\nRUN [1]\n",
        "FROM a:1\nENV A\n",
        "FROM a:1\nCOPY b\n",
        "FROM a:1\nEXPOSE x\n",
        "FROM a:1\nONBUILD FROM b\n",
        "FROM a:1 AS x\nCOPY --from=x a b\n",
        "FROM a:1\nCOPY --form=x a b\n",
        "# escape=x\nFROM a:1\n",
        "",
    ],
)
def test_same_verdict(text: str) -> None:
    judged = oracles.judge([text])
    assert judged is not None
    assert check(text).valid is judged[0].report.valid


@pytest.mark.parametrize(
    "text",
    [
        "FROM localhost:5000/team/app_base:1.0\n",
        "FROM a:1\nHEALTHCHECK --interval=1m30s CMD true\n",
    ],
)
def test_what_hadolint_alone_cannot_read_rejects_nothing(text: str) -> None:
    theirs = oracles.oracle(text)
    assert theirs is not None
    assert (theirs.valid, check(text).valid) == (True, True)
    assert [d.severity for d in theirs.diagnostics if d.code == "DL1000"] == ["warning"]


def test_what_buildkits_parser_refuses_is_rejected_by_the_oracle() -> None:
    theirs = oracles.oracle("FROM a:1\nRUN <<EOF\ntrue\n")
    assert theirs is not None
    assert theirs.valid is False
