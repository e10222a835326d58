"""What the guide for Dockerfiles lets through: files that BuildKit takes, and no name it lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import tiny
from guided_texts import assert_refused, closed, random_text, refused

from iapo.generate.guide import Guide
from iapo.verify import verify

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from walks.dockerfiles import Walk
from walks.verdicts import invented, kind


@pytest.fixture(scope="module")
def guide():
    return Guide(tiny.tokenizer(), format="dockerfile")


WRITABLE = {
    "stages": """# syntax=docker/dockerfile:1
ARG GO=1.22
ARG REGISTRY
FROM --platform=$BUILDPLATFORM golang:${GO}-alpine AS build
WORKDIR /src
COPY --link . .
RUN --mount=type=cache,target=/root/.cache/go-build,sharing=locked \\
    --mount=target=/x,type=bind \\
    go build -o /app ./...

FROM ${REGISTRY:-docker.io}/library/alpine:3.20@sha256:"""
    + "0" * 64
    + """
COPY --from=build --chown=app:app --chmod=755 /app /app
COPY --from=0 /etc/passwd /etc/passwd
COPY --from=nginx:1.27 ["/etc/nginx/nginx.conf", "/etc/"]
HEALTHCHECK --interval=30s --timeout=1m30s --retries=3 CMD ["/app", "health"]
EXPOSE 8080 53/udp 8000-8010 ${PORT}/tcp
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/app", "--name=\\"x\\""]
CMD []
""",
    "lines that go on, with comments between": """FROM debian:12
RUN apt-get update \\
    # what is needed
    && apt-get install -y \\

        curl \\
 # and this
        "it's" \\
    && rm -rf /var/lib/apt/lists/*
ENV A=1 \\
    B="two words" \\
    C=three\\ words D='$x'
LABEL "org.example.title"="A title" \\
  version=1
ENV PATH /usr/bin:$PATH
""",
    "heredocs": """FROM alpine:3
RUN <<EOF
FROM here on this is a script
EOF
RUN cat <<-'ONE' <<TWO > /etc/x && echo $((1 << 2))
	it's
	ONE
${TWO
TWO
COPY <<EOF /usr/share/index.html
<p>
EOF""",
    "lower case, and another escape": """# escape=`
from windows
run dir `
    C:\\
onbuild run ["cmd", "/c"]
shell ["powershell", "-Command"]
volume ["C:\\\\data"]
""".replace('volume ["C:\\\\data"]\n', ""),
    "tests in brackets": """FROM bash
RUN [ -f /x ] && echo 1
RUN [ "$A" = 'b' ] || exit 1
RUN [[ -n "$B" ]]
RUN \\curl x
VOLUME /data ${X:-/y}
MAINTAINER it's me
""",
    "what only a mount takes": """FROM a
RUN --mount=type=secret,id=t,required,mode=0400 --mount=type=tmpfs,target=/t,size=64m \\
  --mount=type=bind,from=alpine,src=/a,dst=/b,rw --network=none --security=sandbox ls
""",
}  # fmt: skip


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_valid_can_be_written(guide, name):
    text = WRITABLE[name]
    assert refused(guide, text) is None
    report = verify(text, "dockerfile")
    assert report.valid is True, report.diagnostics


REFUSED = {
    "a duration that could not be ended in time": (
        "FROM a\nHEALTHCHECK --interval=1h1m1h1m11.5s CMD x\n", "1h1m1h1m11"),
    "an instruction that does not exist": ("FROM a\nCOPI", "COP"),
    "an instruction before FROM": ("RUN x", ""),
    "no FROM": ("ARG A\n", "<end>"),
    "a flag of another instruction": ("FROM a\nRUN --chown=x", "RUN --"),
    "a flag where there are none": ("FROM a\nCMD --x", "CMD -"),
    "a flag twice": ("FROM a\nCOPY --link --link", "--link --"),
    "a stage that is not there": ("FROM a AS b\nFROM c\nCOPY --from=d x", "--from=d"),
    "a number beyond the stages": ("FROM a\nFROM c\nCOPY --from=1 x", "--from=1"),
    "a stage that copies from itself": ("FROM a AS b\nCOPY --from=b x", "--from=b"),
    "a variable in --from": ("FROM a\nCOPY --from=$X", "--from="),
    "a name twice": ("FROM a AS b\nFROM a AS b\n", "FROM a AS b"),
    "a variable that FROM does not see": ("ARG A=1\nFROM x:$Q", "x:$"),
    "an empty variable": ("ARG Q=\nFROM x:$Q", "x:$"),
    "a reference in upper case": ("FROM Alpine", "FROM "),
    "one source without a destination": ("FROM a\nCOPY x\n", "COPY x"),
    "a heredoc as the destination": ("FROM a\nCOPY x <<E\n", "COPY x <<E"),
    "a heredoc that is not closed": ("FROM a\nRUN <<E\nx\n", "<end>"),
    "an address that COPY does not fetch": ("FROM a\nCOPY https://x", "https:/"),
    "a quote that is not closed": ('FROM a\nENV A="b\n', 'A="b'),
    "a pair without a value": ("FROM a\nENV A=b C\n", "A=b C"),
    "a modifier that does not exist": ("FROM a\nUSER ${A^}", "${A"),
    "an array that is none": ('FROM a\nCMD ["a" "b"]', '["a" '),
    "an array of no strings": ("FROM a\nSHELL [1]", "["),
    "a port that is too high": ("FROM a\nEXPOSE 65536", "6553"),
    "a range that is none": ("FROM a\nEXPOSE 90-80\n", "90-80"),
    "a signal that does not exist": ("FROM a\nSTOPSIGNAL SIGKILLED", "SIGKILL"),
    "a check that is none": ("FROM a\nHEALTHCHECK curl", "HEALTHCHECK c"),
    "a time that is none": ("FROM a\nHEALTHCHECK --interval=30 CMD", "=30"),
    "a mode that is none": ("FROM a\nCOPY --chmod=888 a b", "--chmod="),
    "a key of another mount": ("FROM a\nRUN --mount=type=bind,sharing=x", "bind,s"),
    "a mount of nothing": ("FROM a\nRUN --mount=type=cache ls", "type=cache"),
    "a trigger of a trigger": ("FROM a\nONBUILD ONBUILD", "ONBUILD "),
    "a directive twice": ("# syntax=a\n# syntax=b", "a\n# syntax"),
    "an escape that is none": ("# escape=x", "# escape="),
    "a line that goes on to nowhere": ('FROM a\nCMD ["x"] \\\n', '["x"] '),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_valid_is_refused_where_it_goes_wrong(guide, name):
    assert_refused(guide, *REFUSED[name])


CUT = {
    "nothing": ("ARG A", "\nFROM scratch"),
    "a heredoc": ("FROM a\nRUN <<EOF\nx", "\nEOF"),
    "the end of a heredoc": ("FROM a\nRUN <<EOF\nE", "OF"),
    "a quote": ("FROM a\nENV A='b", "'"),
    "an array": ('FROM a\nCMD ["x", "y', '"]'),
    "a line that goes on": ("FROM a\nRUN x \\\n", "x"),
    "one path": ("FROM a\nCOPY x", " x"),
    "a fence": ("```dockerfile\nFROM a\nUSER x", "\n```"),
}


@pytest.mark.parametrize("name", CUT)
def test_what_is_open_is_closed(guide, name):
    text, expected = CUT[name]
    assert closed(guide, text).rstrip("\n") == expected


def test_a_fence_is_closed(guide):
    assert refused(guide, "```dockerfile\nFROM a\n```\n") is None
    assert (refused(guide, "```dockerfile\nFROM a\n") or "").endswith("<end>")


@pytest.mark.parametrize("number", range(30))
def test_a_random_file_is_valid_but_for_values(guide, number):
    text = random_text(Walk, guide, f"test/{number}")
    report = verify(text, "dockerfile")
    assert invented(report) == []
    assert kind(report) in ("valid", "value rules"), report.diagnostics
