"""How a guide that knows how many tokens there are closes an answer that would be cut."""

from __future__ import annotations

import random

import numpy as np
import pytest
import tiny
from guided_terraform import VALID, inside
from guided_texts import closed, followed, refused

from iapo.generate.guide import Guide
from iapo.generate.guide.automaton import State
from iapo.generate.guide.closing import ending
from iapo.generate.guide.ledger import Ledger
from iapo.generate.sampling import sample
from iapo.verify.sandbox import judge_all

TOKENIZER = tiny.tokenizer()
STOP = TOKENIZER.eos_token_id

CUT = {
    "nothing": ("", "locals {}\n"),
    "a string": ('resource "aws_s3_bucket" "b" {\n  bucket = "lo', '"\n}'),
    "a comment": ('resource "aws_s3_bucket" "b" {\n  # Kept for', "\n}"),
    "a comment of several lines": ('resource "aws_s3_bucket" "b" {\n  /* Kept', "*/}"),
    "a block in a block": (
        'resource "aws_s3_bucket" "b" {\n  versioning {\n    enabled = true\n', "  }\n}"),
    "what is required": (
        'resource "aws_subnet" "a" {\n  cidr_block = "10.0.0.0/24"\n',
        '  vpc_id = var.x\n}\nvariable "x" {\n}'),
    "what is required, where a variable has the name": (
        'variable "x" {}\nresource "aws_subnet" "a" {\n', '  vpc_id = "x"\n}'),
    "the name of what is referred to": (
        'resource "aws_vpc" "a" {}\nresource "aws_subnet" "b" {\n  vpc_id = aws_vpc.a', ".id\n}"),
    "one of a group": (
        'resource "aws_ebs_volume" "a" {\n', None),
    "an enum": ('resource "aws_kms_key" "k" {\n  key_usage = "ENC', 'RYPT_DECRYPT"\n}'),
    "brackets": ("locals {\n  a = [{ b = [1, (2", ")]}]\n}"),
    "a template": ('locals {\n  a = "x-${upper("b', '")}"\n}'),
    "a heredoc": ("locals {\n  a = <<-EOT\n    some", "\nEOT\n}"),
    "a directive": ('locals {\n  a = "%{ if true }x', '%{ endif }"\n}'),
    "a name that is owed": (
        inside("  bucket = aws_sns_topic.t.name"), 'resource "aws_sns_topic" "t" {\n}'),
    "a reference": (
        'variable "region" {}\n' + 'resource "aws_s3_bucket" "b" {\n  bucket = var.', "region\n}"),
    "a local and a variable": (
        inside("  bucket = local.name\n  acl = var.acl"),
        'locals {\n  name = "x"\n}\nvariable "acl" {\n}'),
    "a condition": (
        'variable "a" {\n  validation {\n    error_message = "No."\n    condition = ',
        "var.a != null\n  }\n}"),
    "an assertion": (
        'check "a" {\n  assert {\n    error_message = "No."\n', "    condition = path.module != null\n  }\n}"),
    "a fence": ("```hcl\nlocals {\n  a = 1", "\n}\n```"),
}  # fmt: skip


CUT_YAML = {
    "a kind": ("kubernetes", "apiVersion: v1\nkind: ConfigM", "ap\nmetadata:\n  name: x\n"),
    "a container": (
        "kubernetes",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - na",
        "me: x\n      image: x\n"),
    "a quoted text": (
        "kubernetes", 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: "v', '"\n'),
    "brackets": (
        "kubernetes",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {k: v", "}}\n"),
    "a comment": ("compose", "services:\n  web:\n    # The image", "\n    build: x\n"),
    "a build further in": ("compose", "services:\n    web:\n      build:\n   ", "     pull: true\n"),
    "a service that needs itself by a long name": (
        "compose",
        "services:\n  the-one-behind-all-others:\n    image: x\n    depends_on: {the-one-behind-all-others",
        "x: {condition: service_started}}\n  the-one-behind-all-othersx:\n    build: x\n"),
    "a service by its beginning": (
        "compose",
        "services:\n  db: {image: x}\n  web: {image: x, links: [d", "b]}\n"),
    "a workflow's first comment": (
        "github-actions", "# How th",
        "\njobs:\n  x:\n    uses: ./.github/workflows/x.yml\non: fork\n"),
    "an action": (
        "github-actions", "on: fork\njobs:\n  a:\n    runs-on: x\n    steps:\n    - uses: own",
        "/x@x\n"),
    "a job by its beginning": (
        "github-actions",
        "on: fork\njobs:\n  build: {runs-on: x, steps: [{run: x}]}\n  a:\n    needs: [b",
        "uild]\n    uses: ./.github/workflows/x.yml\n"),
    "an entry that may be an expression": (
        "github-actions",
        "on: fork\njobs:\n  a:\n    runs-on: ${{ matrix.os }}\n    strategy:\n      matrix:\n        include:\n"
        "        - env: {MODE:",
        " 1}\n        os: ${{ fromJSON(github.sha) }}\n    steps:\n      - run: 1\n"),
    "a script": (
        "github-actions",
        "on: fork\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n     ", "  x\n"),
    "a comparison": (
        "github-actions",
        "on: fork\njobs:\n  a:\n    runs-on: x\n    continue-on-error: ${{ startsWith('a', 'b') && 'c",
        "' || null }}\n    steps:\n      - run: 1\n"),
    "what is read of a row": (
        "github-actions",
        "on: fork\njobs:\n  a:\n    runs-on: ${{ matrix.image.id }}\n    strategy:\n      matrix:\n"
        "        image: [{name: x}]\n",
        "        include:\n          - image:\n              id: 1 x\n    steps:\n      - run: 1\n"),
    "what a reference finds in another job": (
        "gitlab-ci",
        ".off:\n  after_script: [x]\n.on:\n  script: [x]\ntest:\n  script:\n    - !ref", "erence [.on,script]\n"),
    "what a reference is to find": (
        "gitlab-ci", "test:\n  script:\n    - !reference [", ".base,script]\n.base:\n  script: x\n"),
    "a service": ("compose", "services:\n  web:\n    ima", "ge: x\n"),
    "a fence": ("compose", "```yaml\nservices:\n  web:\n    image: nginx", "\n```"),
}  # fmt: skip


@pytest.mark.parametrize("name", CUT_YAML)
def test_yaml_is_closed_too(name):
    format, text, expected = CUT_YAML[name]
    guide = Guide(TOKENIZER, format=format)
    assert closed(guide, text) == expected.rstrip("\n")


@pytest.fixture(scope="module")
def guide():
    return Guide(TOKENIZER)


@pytest.mark.parametrize("name", CUT)
def test_what_is_open_is_closed_and_what_is_needed_is_written(guide, name):
    text, expected = CUT[name]
    found = closed(guide, text)
    if expected is not None:
        assert found == expected
    assert refused(guide, text + found) is None


def test_most_valid_programs_can_be_closed_wherever_they_are_cut(guide):
    rng = random.Random(0)
    whole, jobs = 0, []
    cuts = [text[: rng.randrange(len(text))] for text in VALID.values() for _ in range(8)]
    for text in cuts:
        state, ledger, _ = followed(guide, text)
        found = ending(state, ledger)
        if found is not None:
            whole += 1
            files = {
                "main.tf": text + found.decode(),
                "vpc/main.tf": 'output "subnet" {\n  value = ""\n}',
            }
            jobs.append({"format": "terraform", "files": files, "plan": False})
    assert whole >= 0.9 * len(cuts)
    valid = sum(report.valid is True for report in judge_all(jobs, timeout=30.0, workers=1))
    assert valid >= 0.8 * len(cuts)


def test_an_answer_that_would_be_cut_is_closed():
    limit, tokens = (
        160,
        TOKENIZER(CUT["what is required"][0], add_special_tokens=False)["input_ids"],
    )
    written = [*tokens, *TOKENIZER("  # again" * 90, add_special_tokens=False)["input_ids"]]
    guide = Guide(TOKENIZER, limit=limit)
    position, answer = guide.first, []
    allowed = np.zeros(len(guide.vocabulary), np.bool_)
    while not position.ended:
        guide.allow(position, allowed)
        wanted = written[len(answer)]
        answer.append(wanted if allowed[wanted] else int(np.flatnonzero(allowed)[0]))
        position = guide.after(position, answer[-1], limit - len(answer))
    text = TOKENIZER.decode(answer[:-1])
    assert text.startswith(CUT["what is required"][0] + "  # again")
    assert text.endswith('\n  vpc_id = var.x\n}\nvariable "x" {\n}')
    assert limit - 40 < len(answer) <= limit


def test_a_model_that_knows_nothing_ends_more_often_and_writes_the_same_until_then():
    free, known = (
        sample(
            tiny.model(spread=4.0),
            [(5, 6, 7)],
            group_size=12,
            max_new_tokens=200,
            stop=(STOP,),
            guide=Guide(TOKENIZER, limit=limit),
        )[0]
        for limit in (None, 200)
    )
    assert sum(c.stopped for c in free) + 3 <= sum(c.stopped for c in known)
    for one, other in zip(free, known, strict=True):
        same = min(len(one.tokens), len(other.tokens), 80)
        assert one.tokens[:same] == other.tokens[:same]


def test_the_masks_of_a_whole_answer_are_those_it_was_written_under():
    guide = Guide(TOKENIZER, limit=160, wanted=0.0)
    done = sample(
        tiny.model(spread=4.0),
        [(5, 6, 7)],
        group_size=6,
        max_new_tokens=160,
        stop=(STOP,),
        guide=guide,
    )[0]
    for completion in done:
        along = guide.along(completion.tokens, len(guide.vocabulary))
        assert all(along[place, token] for place, token in enumerate(completion.tokens))


def test_a_text_that_only_gets_longer_is_not_followed_to_its_bound() -> None:
    made = []

    class Longer(State):
        def __init__(self, length=0):
            super().__init__()
            self.length = length

        def ends(self, ledger):
            return (b":", b"x")

        def move(self, byte):
            made.append(self.length + 1)
            return Longer(self.length + 1)

    assert ending(Longer(), Ledger()) is None
    assert max(made) < 64


def test_after_a_look_in_vain_the_next_one_is_farther(monkeypatch):
    looked = []

    def in_vain(state, ledger):
        looked.append(state)

    monkeypatch.setattr("iapo.generate.guide.guide.ending", in_vain)
    guide = Guide(TOKENIZER, limit=300)
    token = TOKENIZER("#").input_ids[-1]
    position = guide.first
    for left in range(299, 0, -1):
        position = guide.after(position, token, left)
    assert position.state is not None and position.endless
    assert 0 < len(looked) <= 9
