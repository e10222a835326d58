"""What makes a Dockerfile valid, and what an intent finds in its document."""

from __future__ import annotations

from typing import Any

import pytest

from iapo.verify.dockerfile import check
from iapo.verify.report import Report

WEB = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.12
FROM python:${PYTHON}-slim AS base
ENV PORT=8080 GREETING="hello world"
WORKDIR /app

FROM base AS build
RUN --mount=type=cache,target=/root/.cache <<EOF
pip install --no-cache-dir -r requirements.txt
# a comment of the shell
EOF
COPY --chown=app:app . .

FROM base
COPY --from=build --link /app /app
EXPOSE $PORT 53/udp 9000-9001
HEALTHCHECK --interval=30s --retries=3 CMD curl -f http://localhost:$PORT/
USER app
ENTRYPOINT ["python"]
CMD ["-m", "web"]
"""


def codes(report: Report) -> set[str]:
    return {diagnostic.code for diagnostic in report.errors}


def stage(text: str, index: int = -1) -> dict[str, Any]:
    found: dict[str, Any] = check(text).documents[0]["stages"][index]
    return found


def test_a_real_file_is_valid() -> None:
    report = check(WEB)
    assert report.valid is True
    assert report.sound == 1.0


def test_stages_know_their_base_and_name() -> None:
    document = check(WEB).documents[0]
    assert document["args"] == {"PYTHON": "3.12"}
    assert [(s["name"], s["base"], s["base_stage"]) for s in document["stages"]] == [
        ("base", "python:3.12-slim", None),
        ("build", "base", 0),
        (None, "base", 0),
    ]


def test_the_image_of_the_last_stage() -> None:
    config = stage(WEB)["config"]
    assert config["user"] == "app"
    assert config["workdir"] == "/app"
    assert config["entrypoint"] == ["python"]
    assert config["cmd"] == ["-m", "web"]
    assert config["env"] == {"PORT": "8080", "GREETING": "hello world"}
    assert config["ports"] == ["8080/tcp", "53/udp", "9000/tcp", "9001/tcp"]
    assert config["healthcheck"]["interval"] == "30s"


def test_instructions_carry_line_flags_and_fields() -> None:
    run, copy = stage(WEB, 1)["instructions"]
    assert run["instruction"] == "RUN" and run["line"] == 8 and run["form"] == "heredoc"
    assert run["mounts"] == [{"type": "cache", "target": "/root/.cache"}]
    assert "pip install" in run["command"]
    assert copy["sources"] == ["."] and copy["dest"] == "." and copy["chown"] == "app:app"
    copied = stage(WEB)["instructions"][0]
    assert copied["from"] == "build" and copied["flags"]["link"] is True


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no-instructions"),
        ("# nothing\n", "no-instructions"),
        ("RUN make\n", "no-from"),
        ("FROM a\nRUNN make\n", "unknown-instruction"),
        ("FROM a\nRUN a\n  && b\n", "unknown-instruction"),
        ("FROM a b\n", "from-arguments"),
        ("FROM a AS 1st\n", "bad-stage-name"),
        ("FROM Ubuntu:22.04\n", "bad-image-reference"),
        ("FROM node:\n", "bad-image-reference"),
        ("FROM $BASE\n", "blank-base"),
        ("FROM --platform=linux/ a\n", "bad-platform"),
        ("FROM --platfrom=linux/amd64 a\n", "unknown-flag"),
        ("FROM a\nCOPY --from b c d\n", "flag-without-value"),
        ("FROM a\nCOPY --link=maybe a b\n", "bad-flag-value"),
        ("FROM a\nCOPY app\n", "missing-argument"),
        ("FROM a\nCOPY --chmod=888 a b\n", "bad-mode"),
        ("FROM a\nCOPY https://example.com/x /x\n", "copy-url"),
        ("FROM a\nCOPY a <<EOF\nx\nEOF\n", "heredoc-destination"),
        ("FROM a\nADD --checksum=abc https://example.com/x /x\n", "bad-checksum"),
        ("FROM a AS build\nFROM b\nCOPY --from=biuld /a /b\n", "undefined-stage"),
        ("FROM a\nCOPY --from=3 /a /b\n", "undefined-stage"),
        ("ARG V=1\nFROM a\nCOPY --from=node:$V /a /b\n", "variable-in-from"),
        ("FROM a AS x\nCOPY --from=x /a /b\n", "stage-cycle"),
        ("FROM a AS x\nCOPY --from=y /a /b\nFROM b AS y\nCOPY --from=x /a /b\n", "stage-cycle"),
        ("FROM a\nENV KEY\n", "missing-value"),
        ("FROM a\nENV A=1 B\n", "missing-equals"),
        ('FROM a\nENV A="x\n', "bad-substitution"),
        ("FROM a\nENV A=${B^^}\n", "bad-substitution"),
        ("FROM a\nEXPOSE 70000\n", "bad-port"),
        ("FROM a\nEXPOSE 80 # web\n", "bad-port"),
        ("FROM a\nEXPOSE 80/http\n", "bad-port"),
        ("FROM a\nEXPOSE 90-80\n", "bad-port"),
        ("FROM a\nHEALTHCHECK curl localhost\n", "healthcheck-type"),
        ("FROM a\nHEALTHCHECK --interval=30 CMD true\n", "bad-duration"),
        ("FROM a\nHEALTHCHECK --retries=many CMD true\n", "bad-flag-value"),
        ("FROM a\nHEALTHCHECK NONE please\n", "healthcheck-none"),
        ("FROM a\nRUN --mount=type=cash,target=/x make\n", "bad-mount"),
        ("FROM a\nRUN --mount=type=cache,taget=/x make\n", "bad-mount"),
        ("FROM a\nRUN --mount=type=secret make\n", "bad-mount"),
        ("FROM a\nRUN --network=bridge make\n", "bad-flag-value"),
        ("FROM a\nRUN\n", "missing-argument"),
        ('FROM a\nCMD ["a", 1]\n', "json-not-strings"),
        ("FROM a\nSHELL /bin/bash -c\n", "shell-not-json"),
        ("FROM a\nSTOPSIGNAL SIGSTOPP\n", "bad-signal"),
        ("FROM a\nONBUILD FROM b\n", "bad-onbuild"),
        ("FROM a\nONBUILD ONBUILD RUN b\n", "bad-onbuild"),
        ("FROM a\nONBUILD EXPOSE x\n", "bad-port"),
        ("FROM a\nUSER\n", "missing-argument"),
        ('FROM a\nVOLUME [""]\n', "blank-volume"),
        ("FROM a\nRUN <<EOF\nmake\n", "unterminated-heredoc"),
        ("# escape=x\nFROM a\n", "bad-escape"),
        ("# syntax=a\n# syntax=b\nFROM a\n", "duplicate-directive"),
    ],
)
def test_rejected(text: str, code: str) -> None:
    report = check(text)
    assert report.valid is False
    assert code in codes(report)


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\n",
        "from a:1 as x\ncopy a b\n",
        "FROM a:1\nRUN a && \\\n  # a comment\n\n  b\n",
        "# escape=`\nFROM a:1\nRUN dir C:\\ `\n && b\n",
        "FROM a:1\nRUN <<A cat <<-'B'\nx\nA\n\ty $z\n\tB\nRUN c\n",
        "FROM a:1\nCOPY <<EOF /etc/motd\nhello\nEOF\n",
        "FROM a:1\nCMD [a, b]\n",
        "FROM a:1\nRUN [ -f x ] && echo yes\n",
        "ARG A\nFROM ${A:-alpine}:3\n",
        "ARG TAG\nFROM a:$TAG\n",
        "FROM --platform=$BUILDPLATFORM a:1 AS x\nFROM x\n",
        "FROM a:1 AS x\nFROM b:1\nCOPY --from=0 a b\nCOPY --from=x a b\nCOPY --from=nginx a b\n",
        "FROM a:1\nCOPY --from=registry.example.com/team/tool:1 /a /b\n",
        "FROM a:1\nEXPOSE $PORT 80/TCP 127.0.0.1:80:80\n",
        "FROM a:1\nENV A b c\nLABEL x=1 y='z w'\n",
        "FROM a:1\nENV PATH=$PATH:${HOME}/bin A=${B:-c} C=${D#x} E=${F//a/b}\n",
        "FROM a:1\nHEALTHCHECK NONE\n",
        "FROM a:1\nARG A B=2\nARG C=\n",
        "FROM a:1\nONBUILD COPY . /app\n",
        "FROM a:1\nSTOPSIGNAL 9\nSTOPSIGNAL $SIGNAL\nSTOPSIGNAL RTMIN+3\n",
        "FROM a:1\nCOPY --chmod=u=rwX,go=rX a b\nCOPY --parents --exclude=*.md a/ b/\n",
        "FROM a@sha256:" + "0" * 64 + "\n",
        "FROM localhost:5000/Team/a:1\n".replace("Team", "team"),
        "FROM a:1\nRUN --mount=type=secret,id=x,env=X --mount=type=ssh --network=none make\n",
    ],
)
def test_accepted(text: str) -> None:
    assert codes(check(text)) == set()


def test_the_place_of_a_fault_in_a_continued_line() -> None:
    report = check("FROM a:1\nEXPOSE 80 \\\n  # more\n  81 \\\n  http\n")
    (fault,) = report.errors
    assert (fault.line, fault.column) == (5, 3)


def test_sound_is_the_share_of_good_instructions() -> None:
    assert check("FROM a:1\nRUN b\nEXPOSE x\nUSER c\n").sound == pytest.approx(0.75)


def test_prose_does_not_parse() -> None:
    report = check("Here is the file you asked for.\nIt has two stages.\n")
    assert report.valid is False and report.parses is False and report.sound == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n" + "ONBUILD " * 7_000 + "RUN x\n",
        "FROM a\nENV X=" + "${a:-" * 5_000,
        "FROM a\nRUN " + "[" * 50_000,
        "FROM a\nRUN x" + " <<E" * 10_000,
        "FROM a\n" + "RUN \\\n" * 50_000,
        "FROM a\nRUN " + "x" * 5_000_000,
        "FROM a\nEXPOSE " + "0-65535 " * 7_000,
        "FROM a\0b\n",
        "FROM a\nLABEL " + "'" * 60_000,
        "FROM " + "a-" * 30_000,
        "FROM a\n" * 100_000,
        "\ufeff# escape=`\nFROM \udc80\n",
    ],
)
def test_hostile_input_ends_soon(text: str) -> None:
    check(text)


@pytest.mark.parametrize("kind", ["bind", "cache", "tmpfs"])
def test_a_mount_needs_a_target_unless_there_is_a_working_directory(kind: str) -> None:
    assert codes(check(f"FROM a:1\nRUN --mount=type={kind} true\n")) == {"bad-mount"}
    assert codes(check(f"FROM a:1\nRUN --mount=type={kind},target=/ true\n")) == {"bad-mount"}
    assert check(f"FROM a:1\nRUN --mount=type={kind},target=/x true\n").valid is True
    assert check(f"FROM a:1\nWORKDIR /x\nRUN --mount=type={kind} true\n").valid is True


@pytest.mark.parametrize("kind", ["ssh", "secret,id=x"])
def test_secrets_and_ssh_have_a_target_of_their_own(kind: str) -> None:
    assert check(f"FROM a:1\nRUN --mount=type={kind} true\n").valid is True
