"""The grammar of Dockerfiles, read by an engine that runs here: what it lets pass and what not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from iapo.dataset import load_benchmark
from iapo.generate.guide.dockerfile.grammar import HEREDOCS, grammar
from iapo.verify.dockerfile.parser import INSTRUCTIONS
from iapo.verify.dockerfile.reader import FLAGS

ARGUMENTS = {
    "ADD": "a /b", "ARG": "A", "CMD": "a", "COPY": "a /b", "ENTRYPOINT": "a", "ENV": "A=b",
    "EXPOSE": "80", "FROM": "a", "HEALTHCHECK": "CMD a", "LABEL": "a=b", "MAINTAINER": "a",
    "ONBUILD": "RUN a", "RUN": "a", "SHELL": '["a"]', "STOPSIGNAL": "SIGTERM", "USER": "a",
    "VOLUME": "/a", "WORKDIR": "/a",
}  # fmt: skip
VALUES = {
    "checksum": "sha256:" + "0" * 64, "chmod": "u=rwX,go=rX", "mount": "type=cache,target=/a",
    "network": "none", "platform": "linux/arm64/v8", "retries": "3", "security": "insecure",
    **dict.fromkeys(["interval", "start-interval", "start-period", "timeout"], "1m30s"),
}  # fmt: skip

GOOD = {
    "no line feed at the end": "FROM a",
    "comments, directives, arguments before": "\n# syntax=x\n  # y\nARG A=1 B\nFROM a:$A AS b\n",
    "lines that go on, comments and nothing between": "FROM a\nRUN x && \\\n # it's\n\n  y < z \\\n\n",
    "a document": "FROM a\nRUN <<EOF\nls 'x\nEO\nEOFF\n\n  EOF\nEOF\nUSER b\n",
    "a document with tabs": "FROM a\nCOPY --chmod=755 <<-'EOT' /x\n\tit's\n\tEOT\n",
    "a document for a command": "FROM a\nRUN cat <<EOF > /x && y\nz\nEOF\n",
    "a test": "FROM a\nRUN [ -f x ] && y\nRUN [[ -n $x ]]\n",
    "arrays": 'FROM a\nCMD [ "a" , "b\\n" ]\nENTRYPOINT []\nCOPY ["a b", "c"]\n',
    "mounts": "FROM a\nRUN --mount=target=/x,type=cache,ro --mount=type=ssh y\n",
    "pairs and the old form": 'FROM a\nENV A=b C="d e" \\\n F=\'g\'\nENV X y z\nLABEL a.b="c"\n',
    "ports": "FROM a\nEXPOSE 80/tcp $PORT 90-95/udp ${P}\n",
}
BAD = {
    "nothing": "",
    "no stage": "ARG A=1\n",
    "an instruction before the first stage": "RUN x\nFROM a\n",
    "an instruction that is none": "FROM a\nRUNN x\n",
    "another": "FROM a\nINSTALL x\n",
    "prose": "Here is a Dockerfile:\nFROM a\n",
    "an instruction without arguments": "FROM a\nUSER\n",
    "a flag that is none": "FROM a\nRUN --cache=1 x\n",
    "a flag of another instruction": "FROM a\nADD --parents a b\n",
    "a type of mounts that is none": "FROM a\nRUN --mount=type=volume,target=/x y\n",
    "a key of mounts that is none": "FROM a\nRUN --mount=type=cache,path=/x y\n",
    "a key of another type": "FROM a\nRUN --mount=type=ssh,from=a y\n",
    "a network that is none": "FROM a\nRUN --network=bridge y\n",
    "a platform that is none": "FROM --platform=linus/amd64 a\n",
    "a duration without a unit": "FROM a\nHEALTHCHECK --interval=30 CMD x\n",
    "a quote that is open": "FROM a\nRUN echo 'x\n",
    "nowhere to copy to": "FROM a\nCOPY a\n",
    "a signal that is none": "FROM a\nSTOPSIGNAL SIGFOO\n",
    "a port that is none": "FROM a\nEXPOSE web\n",
    "a trigger that may not be": "FROM a\nONBUILD FROM b\n",
    "a document that does not end": "FROM a\nRUN <<EOF\nls\nEOFX\n",
    "an array with a comma too many": 'FROM a\nCMD ["a",]\n',
    "an array of words": "FROM a\nCMD [a]\n",
    "a variable without a value": "FROM a\nENV X\n",
}


@pytest.fixture(scope="module")
def accepts():
    llguidance = pytest.importorskip("llguidance")
    from llguidance.gbnf_to_lark import any_to_lark

    tokenizer, lark = llguidance.LLTokenizer("byte"), any_to_lark(grammar())
    fresh = llguidance.LLMatcher(tokenizer, lark)
    assert not fresh.is_error(), fresh.get_error()

    def accepts(text):
        matcher, tokens = fresh.deep_copy(), list(text.encode())
        return matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()

    return accepts


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_can_be_built_passes(accepts, text):
    assert accepts(text)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_invented_or_broken_does_not_pass(accepts, text):
    assert not accepts(text)


def test_every_instruction_and_flag_of_the_verifier_passes_in_either_case(accepts):
    assert set(ARGUMENTS) == INSTRUCTIONS
    for name, arguments in ARGUMENTS.items():
        for keyword in (name, name.lower()):
            assert accepts(f"FROM x\n{keyword} {arguments}\n"), keyword
        assert not accepts(f"FROM x\n{name.capitalize()} {arguments}\n")
        for flag, kind in FLAGS.get(name, {}).items():
            value = "" if kind == "bool" else f"={VALUES.get(flag, 'a')}"
            assert accepts(f"FROM x\n{name} --{flag}{value} {arguments}\n"), flag
            assert not accepts(f"FROM x\n{name} --{flag}x{value} {arguments}\n"), flag


def test_every_name_of_a_document_ends_it(accepts):
    for name in HEREDOCS:
        assert accepts(f"FROM a\nRUN <<{name}\nls\n{name}\nUSER b\n")
        assert not accepts(f"FROM a\nRUN <<{name}\nls\n{name}\nUSERS b\n")


def test_references_of_the_benchmark_pass(accepts):
    texts = [task.output for task in load_benchmark() if task.format == "dockerfile"]
    assert len(texts) > 10
    assert [text for text in texts if not accepts(text)] == []


def test_the_command_prints_it_and_names_the_format_that_there_is():
    command = [sys.executable, "-c", "from iapo.cli import main; main()", "grammar"]
    done = subprocess.run([*command, "dockerfile"], capture_output=True, text=True, timeout=300)
    assert done.stdout == grammar()
    done = subprocess.run([*command, "terraform"], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no grammar can say terraform" in done.stderr
