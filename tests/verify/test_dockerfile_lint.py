"""What is worth a warning in a Dockerfile that builds."""

from __future__ import annotations

import pytest

from iapo.verify.dockerfile import check


def rules(text: str) -> set[str]:
    """Names of the rules that warn, errors left out."""
    report = check(text)
    assert report.valid is True
    return {
        rule.strip()
        for diagnostic in report.diagnostics
        for rule in diagnostic.message.rpartition("[")[2].rstrip("]").split(",")
    }


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("FROM a", "DL3006"),
        ("FROM a:latest", "DL3007"),
        ("FROM --platform=linux/amd64 a:1", "DL3029"),
        ("FROM --platform=$TARGETPLATFORM a:1", "RedundantTargetPlatform"),
        ("FROM a:1 AS x\nFROM b:1 AS x", "DL3024"),
        ("FROM a:1 AS scratch", "ReservedStageName"),
        ("FROM a:1 AS Build", "StageNameCasing"),
        ("FROM a:1 as build", "FromAsCasing"),
        ("FROM a:1\nrun b\nUSER c", "ConsistentInstructionCasing"),
        ("ARG T\nFROM a:$T", "InvalidDefaultArgInFrom"),
        ("FROM a:1${T}", "UndefinedArgInFrom"),
        ("ARG V=1\nFROM a:1\nENV W=$V", "UndefinedVar"),
        ("ARG V=1\nFROM a:1\nRUN echo ${V}", "UndefinedVar"),
        ("FROM a:1\nENV VERSION=1\nWORKDIR /$VERSON", "UndefinedVar"),
        ("FROM a:1\nMAINTAINER me", "DL4000"),
        ("FROM a:1\nCMD a", "DL3025"),
        ("FROM a:1\nCMD ['a']", "JSONArgsRecommended"),
        ('FROM a:1\nCMD ["a"]\nCMD ["b"]', "DL4003"),
        ('FROM a:1\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]', "DL4004"),
        ("FROM a:1\nHEALTHCHECK NONE\nHEALTHCHECK NONE", "DL3012"),
        ("FROM a:1\nWORKDIR app", "DL3000"),
        ("FROM a:1\nCOPY a b", "DL3045"),
        ("FROM a:1\nCOPY a b /c", "DL3021"),
        ("FROM a:1\nADD a /b", "DL3020"),
        ("FROM a:1\nCOPY --from=nginx /a /b", "DL3022"),
        ("FROM a:1\nENV A b", "LegacyKeyValueFormat"),
        ("FROM a:1\nENV A=1 B=$A", "DL3044"),
        ("FROM a:1\nENV API_TOKEN=x", "SecretsUsedInArgOrEnv"),
        ("FROM a:1\nEXPOSE 80:80", "ExposeInvalidFormat"),
        ("FROM a:1\nEXPOSE 80/TCP", "ExposeProtoCasing"),
        ("FROM a:1\nUSER root", "DL3002"),
        ("FROM a:1\nRUN a \\\n\n  b", "NoEmptyContinuation"),
        ("FROM a:1\nRUN sudo b", "DL3004"),
        ("FROM a:1\nRUN cd /b", "DL3003"),
        ("FROM a:1\nRUN ssh b", "DL3001"),
        ("FROM a:1\nRUN apt install b", "DL3027"),
        ("FROM a:1\nRUN apt-get update && apt-get install b", "DL3008"),
        ("FROM a:1\nRUN apt-get update && apt-get install b", "DL3009"),
        ("FROM a:1\nRUN apt-get install b", "DL3014"),
        ("FROM a:1\nRUN apt-get install -y b", "DL3015"),
        ("FROM a:1\nRUN apk add b", "DL3018"),
        ("FROM a:1\nRUN apk add b", "DL3019"),
        ("FROM a:1\nRUN pip install b", "DL3013"),
        ("FROM a:1\nRUN pip install b", "DL3042"),
        ("FROM a:1\nRUN npm install -g b", "DL3016"),
        ("FROM a:1\nRUN gem install b", "DL3028"),
        ("FROM a:1\nRUN yum install b", "DL3030"),
        ("FROM a:1\nRUN wget http://b", "DL3047"),
        ("FROM a:1\nRUN wget -q http://b\nRUN curl http://c", "DL4001"),
        ("FROM a:1\nRUN a | b", "DL4006"),
        ("FROM a:1\nRUN a\nRUN b", "DL3059"),
    ],
)
def test_warned(text: str, rule: str) -> None:
    assert rule in rules(text + "\n")


@pytest.mark.parametrize(
    "text",
    [
        "FROM a:1\nWORKDIR /app\nCOPY a b\nCOPY a b ./\n",
        "FROM a:1\nRUN apt-get update && apt-get install -y --no-install-recommends b=1 "
        "&& rm -rf /var/lib/apt/lists/*\n",
        'FROM a:1\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b\n',
        "FROM a:1\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r x.txt\n",
        "FROM a:1\nRUN echo 'sudo | cd'\n",
        "FROM a:1\nADD https://example.com/x.tar.gz /x/\nADD x.tar.gz /y/\n",
        "ARG V=1\nFROM a:$V\nARG V\nENV W=$V\n",
        "FROM a:1 AS x\nWORKDIR /a\nFROM x\nWORKDIR b\nCOPY c d\n",
        "FROM a:1\nRUN apk add --no-cache b=1\nUSER app\n",
    ],
)
def test_nothing_to_warn_of(text: str) -> None:
    assert check(text).diagnostics == ()


def test_rules_are_silenced_by_name() -> None:
    assert rules("# check=skip=JSONArgsRecommended\nFROM a:1\nCMD b\n") == set()
    assert rules("FROM a:1\n# hadolint ignore=DL3025\nCMD b\n") == set()
    assert "DL3025" in rules("FROM a:1\n# hadolint ignore=DL3006\nCMD b\n")
